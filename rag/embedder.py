"""Turn texts into vectors. `SentenceTransformerEmbedder` for work, `FakeEmbedder` for tests.

Importing this module imports neither torch nor sentence_transformers, which take seconds.
"""

import hashlib
import os
import re
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from rag.errors import ModelFormatError, ModelNotPulledError
from rag.model_sources import sha256_of
from rag.models import default_models_dir, load_catalogue
from rag.packed_linear import pack_linear_layers
from rag.word_vectors import Vectors, WordVectors, normalize, words_of

OnEmbedded = Callable[[int], None]
"""Called with the number of texts embedded so far; the last call says all of them."""

_BATCH_TEXTS = 16
_BATCH_CHARACTERS = 1_000


class Embedder(Protocol):
    """Vectors of queries and passages that may be compared by their dot product.

    `identity` names model and weights (`e5-small@cda1fc089b4d`); an index built under another
    identity must be rebuilt. Both methods return float32 of shape (len(texts), dimension), rows in
    the order of the texts, each of Euclidean length 1; no texts give shape (0, dimension). Texts
    longer than the model reads are cut, and lone surrogates replaced, without an error. Safe to
    call from several threads. Any call may load the model and raise ModelNotPulledError.
    """

    @property
    def identity(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    def embed_queries(self, texts: Sequence[str]) -> Vectors: ...

    def embed_passages(
        self, texts: Sequence[str], on_progress: OnEmbedded | None = None
    ) -> Vectors: ...


@dataclass(frozen=True)
class _Loaded:
    model: Any
    dimension: int
    query_prompt: str
    passage_prompt: str


class SentenceTransformerEmbedder:
    """Any sentence-transformers model that is on this machine; never downloads one.

    `model` is a name of the catalogue (looked up in `models_dir`), a folder, or the id of a model
    in the local Hugging Face cache. Prompts come from the model's own configuration ("query", and
    "document" or "passage"), else from the arguments, else are those of E5 if it is named so.

    Arithmetic is bfloat16 where the processor has instructions for it, else float32; `dtype`
    decides otherwise. Vectors are normalised again in float32 after. On two AVX512-BF16 cores
    e5-small embedded 220-character passages 2 times as fast as in float32, at a mean cosine of
    0.9999 to it.

    `threads` sets torch's, for the whole process. Queries overtake: while one waits, a long run of
    passages pauses after its current batch.
    """

    def __init__(  # noqa: PLR0913  settings, each with a default
        self,
        model: str | Path = "e5-small",
        *,
        models_dir: Path | None = None,
        threads: int | None = None,
        dtype: str | None = None,
        query_prompt: str | None = None,
        passage_prompt: str | None = None,
    ) -> None:
        self._name = str(model)
        self._models_dir = models_dir or default_models_dir()
        self._threads = threads
        self._dtype = dtype
        self._query_prompt = query_prompt
        self._passage_prompt = passage_prompt
        self._loaded: _Loaded | None = None
        self._identity: str | None = None
        self._loading = threading.Lock()
        self._turns = _Turns()

    @property
    def identity(self) -> str:
        """Name and the first 12 hexadecimal digits of the weights' SHA-256.

        Reads the weights' file once (a quarter of a second for e5-small) but loads no model.
        """
        if self._identity is None:
            name = Path(self._name).name if Path(self._name).is_dir() else self._name
            self._identity = f"{name}@{_hash_weights(self._folder())[:12]}"
        return self._identity

    @property
    def dimension(self) -> int:
        return self._ready().dimension

    def warm_up(self) -> None:
        """Load the model now, which takes seconds, rather than on the first text.

        Raises ModelNotPulledError, and ModelFormatError if the folder is broken.
        """
        self._ready()

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        loaded = self._ready()
        return self._embed(loaded, texts, loaded.query_prompt, is_query=True)

    def embed_passages(
        self, texts: Sequence[str], on_progress: OnEmbedded | None = None
    ) -> Vectors:
        loaded = self._ready()
        return self._embed(
            loaded, texts, loaded.passage_prompt, is_query=False, on_progress=on_progress
        )

    def read_queries(self, texts: Sequence[str]) -> list[WordVectors]:
        loaded = self._ready()
        return self._read(loaded, texts, loaded.query_prompt)

    def read_passages(self, texts: Sequence[str]) -> list[WordVectors]:
        """For the few sentences that a waiting person's answer is made of: not for ingest."""
        loaded = self._ready()
        return self._read(loaded, texts, loaded.passage_prompt)

    def _folder(self) -> Path:
        for folder in (self._models_dir / self._name, Path(self._name)):
            if (folder / "modules.json").is_file() or (folder / "config.json").is_file():
                return folder
        if self._name in load_catalogue():
            raise ModelNotPulledError(self._name, self._name)
        return _cached_snapshot(self._name)

    def _ready(self) -> _Loaded:
        with self._loading:
            if self._loaded is None:
                self._loaded = self._load(self._folder())
                # The first pass through a network is slow; let no person wait for it.
                self._embed(self._loaded, ["準備"], "", is_query=True)
            return self._loaded

    def _load(self, folder: Path) -> _Loaded:
        _forbid_downloads()
        _yield_the_processor()
        import torch  # noqa: PLC0415  takes seconds
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415  the same
        from transformers.utils import logging  # noqa: PLC0415  the same

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        if self._threads:
            torch.set_num_threads(self._threads)
        try:
            model = SentenceTransformer(
                str(folder),
                device="cpu",
                local_files_only=True,
                model_kwargs={"dtype": getattr(torch, self._dtype or preferred_dtype())},
            )
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise ModelFormatError(str(folder), str(error)[:200]) from error
        model.eval()
        pack_linear_layers(model)
        own = {name: text for name, text in model.prompts.items() if text}
        query, passage = choose_prompts(self._name, own, self._query_prompt, self._passage_prompt)
        return _Loaded(model, int(model.get_embedding_dimension() or 0), query, passage)

    def _embed(
        self,
        loaded: _Loaded,
        texts: Sequence[str],
        prompt: str,
        *,
        is_query: bool,
        on_progress: OnEmbedded | None = None,
    ) -> Vectors:
        import torch  # noqa: PLC0415  takes seconds

        clean = [_without_lone_surrogates(text) for text in texts]
        vectors = np.zeros((len(clean), loaded.dimension), np.float32)
        done = 0
        for batch in _batches(clean):
            with self._turns.take(is_query=is_query), torch.inference_mode():
                # `encode` does the same, with some milliseconds of bookkeeping for each call.
                features = loaded.model.preprocess([clean[i] for i in batch], prompt=prompt)
                output = loaded.model(features)["sentence_embedding"]
                vectors[batch] = output.float().numpy()
            done += len(batch)
            if on_progress:
                on_progress(done)
        return normalize(vectors)

    def _read(self, loaded: _Loaded, texts: Sequence[str], prompt: str) -> list[WordVectors]:
        import torch  # noqa: PLC0415  takes seconds

        clean = [_without_lone_surrogates(text) for text in texts]
        read: dict[int, WordVectors] = {}
        for batch in _batches(clean):
            # A person waits for this, whichever prompt it is.
            with self._turns.take(is_query=True), torch.inference_mode():
                features = loaded.model.preprocess([clean[i] for i in batch], prompt=prompt)
                output = loaded.model(features)
            read.update(zip(batch, words_of(loaded.model, features, output, prompt), strict=True))
        return [read[index] for index in range(len(clean))]


def choose_prompts(
    name: str,
    own: Mapping[str, str],
    query: str | None = None,
    passage: str | None = None,
) -> tuple[str, str]:
    """The texts put before queries and passages. Those given win, then the model's `own`.

    A model without any that is named as E5 gets E5's; the instruction-tuned E5 models want a task
    description instead, so they do not.
    """
    is_e5 = re.search(r"(?<![a-z0-9])e5(?![a-z0-9])", name.lower()) and "instruct" not in name
    fallback = ("query: ", "passage: ") if is_e5 else ("", "")
    own_passage = own.get("document") or own.get("passage") or ""
    has_own = own.get("query") or own_passage
    defaults = (own.get("query") or "", own_passage) if has_own else fallback
    return (
        defaults[0] if query is None else query,
        defaults[1] if passage is None else passage,
    )


def preferred_dtype(cpuinfo: str | None = None) -> str:
    """Name of the faster dtype: bfloat16 if the processor multiplies it natively, else float32.

    Natively means AVX512-BF16, AMX or Arm BF16, as /proc/cpuinfo tells; elsewhere than on Linux
    it is float32. Imitated bfloat16 is slower than float32, so torch being able to is not enough.
    """
    if cpuinfo is None:
        try:
            cpuinfo = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return "float32"
    lines = (line for line in cpuinfo.splitlines() if line.startswith(("flags", "Features")))
    flags = set(next(lines, "").split())
    return "bfloat16" if flags & {"avx512_bf16", "amx_bf16", "bf16"} else "float32"


class _Turns:
    """One caller at a time, queries first.

    A plain lock would be taken again at once by the thread that embeds passages, batch after
    batch, while a person waits for an answer.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._is_busy = False
        self._queries_waiting = 0

    @contextmanager
    def take(self, *, is_query: bool) -> Iterator[None]:
        with self._changed:
            self._queries_waiting += is_query
            try:
                self._changed.wait_for(
                    lambda: not self._is_busy and (is_query or not self._queries_waiting)
                )
            finally:
                self._queries_waiting -= is_query
            self._is_busy = True
        try:
            yield
        finally:
            with self._changed:
                self._is_busy = False
                self._changed.notify_all()


def _batches(texts: Sequence[str]) -> Iterator[list[int]]:
    """Indexes of texts of like length, longest first, so that little of a batch is padding.

    Small on purpose: four passages of 220 characters are as fast as 32 and keep a query waiting
    for a tenth of a second only.
    """
    order = sorted(range(len(texts)), key=lambda index: -len(texts[index]))
    batch: list[int] = []
    for index in order:
        longest = len(texts[batch[0]]) if batch else 0
        if batch and (len(batch) == _BATCH_TEXTS or longest * (len(batch) + 1) > _BATCH_CHARACTERS):
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def _without_lone_surrogates(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _forbid_downloads() -> None:
    """Settings of Hugging Face libraries, which read them when first imported."""
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY"):
        os.environ[name] = "1"
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


def _yield_the_processor() -> None:
    """Let torch's threads sleep, not spin, while they wait for each other (read by OpenMP once).

    On two cores that others used as well, spinning took a query from 30 to 1,000 ms.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def _cached_snapshot(name: str) -> Path:
    """Folder of a model in the local Hugging Face cache, by id."""
    _forbid_downloads()
    from huggingface_hub import snapshot_download  # noqa: PLC0415  not needed for pulled models

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (OSError, ValueError) as error:
        raise ModelNotPulledError(name) from error


def _hash_weights(folder: Path) -> str:
    """SHA-256 of the weights' file; of all their SHA-256, joined, if there are several."""
    files = sorted(folder.rglob("*.safetensors")) or sorted(folder.rglob("pytorch_model*.bin"))
    if not files:
        raise ModelFormatError(str(folder), "重みのファイルがありません")
    digests = [sha256_of(path) for path in files]
    return (
        digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()
    )


class FakeEmbedder:
    """Counts character 1- to 3-grams in 64 buckets: texts that share words come out alike.

    Deterministic on every machine and instant, under the contract of `Embedder`.
    """

    identity = "fake-ngrams@00000001"
    dimension = 64

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self._embed(texts)

    def embed_passages(
        self, texts: Sequence[str], on_progress: OnEmbedded | None = None
    ) -> Vectors:
        vectors = self._embed(texts)
        if on_progress and texts:
            on_progress(len(texts))
        return vectors

    def read_queries(self, texts: Sequence[str]) -> list[WordVectors]:
        """Every two characters are a piece."""
        return [self._read(text) for text in texts]

    def read_passages(self, texts: Sequence[str]) -> list[WordVectors]:
        return self.read_queries(texts)

    def _read(self, text: str) -> WordVectors:
        pieces = tuple(text[start : start + 2] for start in range(0, len(text), 2))
        return WordVectors(pieces, self._embed(pieces), self._embed([text])[0])

    def _embed(self, texts: Sequence[str]) -> Vectors:
        # Counts are whole numbers, so this keeps a text whose n-grams cancel from being zero.
        vectors = np.full((len(texts), self.dimension), 1e-3, np.float32)
        for row, text in zip(vectors, texts, strict=True):
            marked = f"^{_without_lone_surrogates(text)}$"
            for size in (1, 2, 3):
                for start in range(len(marked) - size + 1):
                    code = zlib.crc32(marked[start : start + size].encode())
                    row[code % self.dimension] += 1.0 if code & (1 << 20) else -1.0
        return normalize(vectors)
