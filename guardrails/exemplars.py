"""A small classifier over an embedder's vectors, taught by exemplars that are committed as text.

The head is fitted when it is first needed and kept in a file, under a hash of everything it was
made of. The file holds numbers and JSON only: reading one runs nothing.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import os
import tempfile
import threading
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rag.embedder import Embedder
from rag.word_vectors import normalize

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

logger = logging.getLogger(__name__)

Matrix = NDArray[np.float32]
Cues = Callable[[str, str], Sequence[float]]
"""What is known of a text (and where it comes from) beside its words: numbers of about 0 to 1."""

# Change it when features or fitting change: heads are then fitted anew.
_VERSION = "2"
_VECTOR_WEIGHT = 5.0
_NGRAM_DIMENSIONS = 2**15
_FOLDS = 5
_STRENGTH = 1.0
_NEAREST = 3
_NEARNESS_WEIGHT = 5.0
_ARRAYS = ("weights", "bias", "mean", "known", "held_out")


@dataclass(frozen=True)
class Exemplar:
    """`group` is the kind of text within its label; `context` where such texts come from."""

    text: str
    label: str
    group: str
    context: str


@dataclass(frozen=True)
class Head:
    """Log-odds of each label (one against the rest) = features @ weights + bias.

    `weights`: float32 of shape (features, labels). `mean` and `known`: the exemplars' mean vector,
    of shape (dimension,), and their vectors around it, of length 1 and shape (exemplars,
    dimension); empty without an embedder. `held_out`: float32 of shape (exemplars, labels), the
    log-odds of each exemplar under a head that was fitted without it, in their order.
    """

    labels: tuple[str, ...]
    weights: Matrix
    bias: Matrix
    mean: Matrix
    known: Matrix
    held_out: Matrix


def read_exemplars(path: Path, label: str) -> list[Exemplar]:
    r"""One exemplar a line, `\n` standing for a line break, under headings `## group context`."""
    exemplars: list[Exemplar] = []
    group = context = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            group, context = line.removeprefix("## ").split()
        elif line.strip():
            exemplars.append(Exemplar(line.replace("\\n", "\n"), label, group, context))
    return exemplars


class ExemplarClassifier:
    """Tells labels apart as the exemplars do. Safe to call from several threads.

    Without an embedder it goes by letters and cues alone: weaker, but it needs no model.
    Any call may fit the head (seconds), and raise what the embedder raises while loading.
    """

    def __init__(  # noqa: PLR0913  what is taught, by what means, and where it is kept
        self,
        name: str,
        exemplars: Sequence[Exemplar],
        embedder: Embedder | None,
        *,
        cues: Cues | None = None,
        cues_version: str = "",
        cache_dir: Path | None = None,
    ) -> None:
        self._name = name
        self._exemplars = tuple(exemplars)
        self._embedder = embedder
        self._cues = cues
        self._cues_version = cues_version
        self._cache_dir = cache_dir
        self._head: Head | None = None
        self._fitting = threading.Lock()

    @property
    def exemplars(self) -> tuple[Exemplar, ...]:
        return self._exemplars

    def head(self) -> Head:
        """The fitted head: from memory, from the cache, or fitted now and put there."""
        with self._fitting:
            if self._head is None:
                path = self._cache_path()
                self._head = _load(path) if path else None
                if self._head is None:
                    self._head = self._fit()
                    if path:
                        _save(path, self._head)
            return self._head

    def log_odds(self, texts: Sequence[str], context: str) -> Matrix:
        """Of shape (len(texts), labels): above 0 is more likely than not."""
        head = self.head()
        if not texts:
            return np.zeros((0, len(head.labels)), np.float32)
        dense = self._dense(texts, head)
        features = self._features(texts, [context] * len(texts), dense)
        return np.asarray(features @ head.weights + head.bias, np.float32)

    def _dense(self, texts: Sequence[str], head: Head) -> Matrix | None:
        """What the vectors say: where a text lies, and how near to the exemplars of each label."""
        if self._embedder is None:
            return None
        centred = self._embedder.embed_queries(texts) - head.mean
        near = self._nearness(normalize(centred.copy()) @ head.known.T, head.labels)
        return np.hstack([centred * _VECTOR_WEIGHT, near * _NEARNESS_WEIGHT])

    def _nearness(self, similarity: Matrix, labels: Sequence[str]) -> Matrix:
        """Mean similarity to the nearest exemplars of each label: shape (texts, labels)."""
        given = np.array([each.label for each in self._exemplars])
        nearest = [
            np.sort(similarity[:, given == label], axis=1)[:, -_NEAREST:] for label in labels
        ]
        return np.stack([each.mean(axis=1) for each in nearest], axis=1)

    def _features(
        self, texts: Sequence[str], contexts: Sequence[str], dense: Matrix | None
    ) -> csr_matrix:
        from scipy.sparse import csr_matrix, hstack  # noqa: PLC0415  a second to load
        from sklearn.feature_extraction.text import HashingVectorizer  # noqa: PLC0415  the same

        letters = HashingVectorizer(
            analyzer="char", ngram_range=(1, 3), n_features=_NGRAM_DIMENSIONS, alternate_sign=False
        )
        parts = [letters.transform(texts)]
        if dense is not None:
            parts.append(csr_matrix(dense))
        if self._cues is not None:
            rows = [
                self._cues(text, context) for text, context in zip(texts, contexts, strict=True)
            ]
            parts.append(csr_matrix(np.asarray(rows, np.float32)))
        return hstack(parts).tocsr()

    def _fit(self) -> Head:
        texts = [each.text for each in self._exemplars]
        given = np.array([each.label for each in self._exemplars])
        labels = tuple(sorted(set(given)))
        dense, mean, known = None, np.zeros(0, np.float32), np.zeros((0, 0), np.float32)
        if self._embedder is not None:
            vectors = self._embedder.embed_queries(texts)
            mean = vectors.mean(axis=0)
            known = normalize(vectors - mean)
            similarity = known @ known.T
            np.fill_diagonal(similarity, -1.0)  # no exemplar is its own neighbour
            near = self._nearness(similarity, labels)
            dense = np.hstack([(vectors - mean) * _VECTOR_WEIGHT, near * _NEARNESS_WEIGHT])
        features = self._features(texts, [each.context for each in self._exemplars], dense)
        fitted = [_fit_label(features, given == label) for label in labels]
        return Head(
            labels,
            weights=np.asarray([weights for weights, _, _ in fitted], np.float32).T.copy(),
            bias=np.asarray([bias for _, bias, _ in fitted], np.float32),
            mean=mean,
            known=known,
            held_out=np.asarray([held_out for _, _, held_out in fitted], np.float32).T.copy(),
        )

    def _cache_path(self) -> Path | None:
        if self._cache_dir is None:
            return None
        identity = self._embedder.identity if self._embedder is not None else "no embedder"
        content = [_VERSION, identity, self._cues_version, *(vars(e) for e in self._exemplars)]
        digest = hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()
        return self._cache_dir / f"{self._name}-{digest[:16]}.npz"


def _fit_label(
    features: csr_matrix, answers: NDArray[np.bool_]
) -> tuple[Matrix, float, NDArray[np.float64]]:
    """Weights, bias, and the log-odds of every row under a fit that left it out."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415  a second to load
    from sklearn.model_selection import StratifiedKFold, cross_val_predict  # noqa: PLC0415  same

    model = LogisticRegression(C=_STRENGTH, max_iter=3_000, class_weight="balanced")
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    held_out = cross_val_predict(model, features, answers, cv=folds, method="decision_function")
    model.fit(features, answers)
    return model.coef_[0], float(model.intercept_[0]), held_out


def _load(path: Path) -> Head | None:
    """None if it is not there, or was damaged: it is then fitted anew."""
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as stored:
            labels = tuple(json.loads(str(stored["labels"])))
            return Head(labels, *(stored[name] for name in _ARRAYS))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        logger.warning("classifier head unreadable, fitting it anew: %s", path.name)
        return None


def _save(path: Path, head: Head) -> None:
    """In one rename, so that two processes may do it at once. A full disk only costs time."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, partial = tempfile.mkstemp(dir=path.parent, suffix=".partial")
        try:
            with os.fdopen(descriptor, "wb") as file:
                np.savez(
                    file,
                    labels=np.array(json.dumps(head.labels)),
                    **{name: getattr(head, name) for name in _ARRAYS},
                )
            Path(partial).replace(path)
        finally:
            Path(partial).unlink(missing_ok=True)
    except OSError as error:
        logger.warning("classifier head not kept: %s", type(error).__name__)
