"""Screens questions and documents for attacks: rules on form, and a classifier for what is said."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from guardrails.exemplars import ExemplarClassifier, read_exemplars
from guardrails.injection.readings import Reading, fold, readings
from guardrails.injection.signals import cues, is_unmistakable, sentences, signals_version
from rag.embedder import Embedder
from rag.errors import RagError

logger = logging.getLogger(__name__)

Source = Literal["user", "document"]
ATTACK, BENIGN = "attack", "benign"
CLASSIFIER = "classifier"
_FOLDER = Path(__file__).parent
_WHOLE_CHARS = 200
_WINDOW_CHARS = 160
_BATCH = 256
_MANY_PARTS = 6
_WORTH_A_LOOK = -2.5
# Log-odds with the embedder: some 5 % of the harmless texts of an author it was not taught by,
# half of whose texts look like attacks, lie above (decision 0011).
_LIMIT: Mapping[Source, float] = {"user": 1.0, "document": 1.45}
# Without it: of our harmless exemplars, most of which are chosen to look like attacks.
_HARMLESS_SHARE: Mapping[Source, float] = {"user": 0.97, "document": 0.97}

_REASONS = {
    "plain": "AIへの命令（規則の解除、設定や他人の情報の開示など）にあたる文があります。",
    "tags": "目に見えない文字で、AIへの命令が書かれています。",
    "comment": "表示されないコメントに、AIへの命令が書かれています。",
    "hidden": "表示されない部分に、AIへの命令が書かれています。",
    "attribute": "表示されない属性に、AIへの命令が書かれています。",
}
_ENCODED = "暗号化や並べ替えで隠した、AIへの命令があります。"


@dataclass(frozen=True)
class ScreenVerdict:
    """`rule`: what decided, empty if nothing spoke against the text. `reason`: for a person, in
    Japanese; never the text itself. `is_complete`: the embedder was there to judge with.
    """

    verdict: Literal["allow", "block"]
    rule: str = ""
    reason: str = ""
    is_complete: bool = True

    @property
    def is_blocked(self) -> bool:
        return self.verdict == "block"


class Screen:
    """Safe to call from several threads. Without an embedder, or while its model is not there, a
    weaker classifier over letters and ideas decides, and the verdict says so.
    """

    def __init__(self, embedder: Embedder | None, cache_dir: Path | None = None) -> None:
        written = [
            *read_exemplars(_FOLDER / "attacks.txt", ATTACK),
            *read_exemplars(_FOLDER / "benign.txt", BENIGN),
        ]
        exemplars = [replace(each, text=fold(each.text)) for each in written]

        def make(name: str, reader: Embedder | None) -> ExemplarClassifier:
            return ExemplarClassifier(
                name,
                exemplars,
                reader,
                cues=cues,
                cues_version=signals_version(),
                cache_dir=cache_dir,
            )

        self._light = make("injection-light", None)
        self._full = make("injection", embedder) if embedder is not None else None

    def warm_up(self) -> None:
        """Fit or read the heads now. Raises what the embedder raises while loading."""
        self._light.head()
        if self._full is not None:
            self._full.head()

    def screen(self, text: str, source: Source) -> ScreenVerdict:
        """Judge a question, or a document of any length. Never raises for a text."""
        found = readings(text)
        if not found:
            return ScreenVerdict("allow")
        plain = is_unmistakable(found[0].text)
        for reading in found[1:]:
            if not reading.is_certain and not plain and is_unmistakable(reading.text):
                return _block(reading)
        is_complete = True
        for reading in found:
            if not reading.is_certain:
                continue
            is_attack, was_complete = self._is_attack(reading.text, source)
            is_complete = is_complete and was_complete
            if is_attack:
                return _block(reading, is_complete=is_complete)
        return ScreenVerdict("allow", is_complete=is_complete)

    def _is_attack(self, folded: str, source: Source) -> tuple[bool, bool]:
        parts = windows(folded)
        if source == "document" or len(parts) > _MANY_PARTS:
            parts = self._suspicious(parts, source)
        if not parts:
            return False, True
        try:
            classifier = self._full or self._light
            odds = _attack_odds(classifier, parts, source)
        except RagError as error:
            logger.warning("screening without the embedder: %s", type(error).__name__)
            classifier = self._light
            odds = _attack_odds(classifier, parts, source)
        is_full = classifier is self._full
        limit = _LIMIT[source] if is_full else threshold(classifier, source)
        return max(odds) > limit, is_full

    def _suspicious(self, parts: Sequence[str], source: Source) -> list[str]:
        """Most of a document is not worth embedding a second time."""
        odds = _attack_odds(self._light, parts, source)
        return [part for part, value in zip(parts, odds, strict=True) if value > _WORTH_A_LOOK]


def threshold(classifier: ExemplarClassifier, source: Source) -> float:
    """Log-odds that a given share of the harmless exemplars of that source stays below."""
    head = classifier.head()
    column = head.labels.index(ATTACK)
    is_like = [each.label == BENIGN and each.context == source for each in classifier.exemplars]
    return float(np.quantile(head.held_out[np.array(is_like), column], _HARMLESS_SHARE[source]))


def _attack_odds(
    classifier: ExemplarClassifier, texts: Sequence[str], source: Source
) -> list[float]:
    odds: list[float] = []
    column = classifier.head().labels.index(ATTACK)
    for start in range(0, len(texts), _BATCH):
        found = classifier.log_odds(texts[start : start + _BATCH], source)
        odds += found[:, column].tolist()
    return odds


def windows(folded: str) -> list[str]:
    """Stretches of whole sentences, each with the last sentence before it."""
    if len(folded) <= _WHOLE_CHARS:
        return [folded]
    parts: list[str] = []
    held: list[str] = []
    for sentence in sentences(folded):
        for start in range(0, len(sentence), _WHOLE_CHARS):
            piece = sentence[start : start + _WHOLE_CHARS]
            if held and sum(map(len, held)) + len(piece) > _WINDOW_CHARS:
                parts.append("\n".join(held))
                held = held[-1:] if len(held[-1]) < _WINDOW_CHARS // 2 else []
            held.append(piece)
    return [*parts, "\n".join(held)] if held else parts


def _block(reading: Reading, *, is_complete: bool = True) -> ScreenVerdict:
    rule = CLASSIFIER if reading.how == "plain" else reading.how
    return ScreenVerdict("block", rule, _REASONS.get(reading.how, _ENCODED), is_complete)
