"""氏名: names of persons, without honorific or title."""

from __future__ import annotations

import re
from collections.abc import Iterator

from presidio_analyzer import EntityRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from guardrails.pii.recognizers.lexicon import is_common
from guardrails.pii.recognizers.person_fields import field_names
from guardrails.pii.recognizers.person_latin import latin_names
from guardrails.pii.recognizers.person_model import Model
from guardrails.pii.recognizers.person_prose import Name, names

ENTITY = "PERSON"
_READING = re.compile(
    r"[ \t]?[((][ \t]?(?P<name>[ぁ-んァ-ヴー・]{2,12}(?:[ \t][ぁ-んァ-ヴー]{1,8})?"
    r"|[A-Z][A-Za-z]+[ \t][A-Z][A-Za-z]+)[ \t]?[))]"
)


class PersonRecognizer(EntityRecognizer):
    """Names in prose, fields, tables and signatures; in kanji, kana and Latin letters."""

    def __init__(self) -> None:
        super().__init__(supported_entities=[ENTITY], supported_language="ja", name="氏名")

    def load(self) -> None:
        """Nothing to load: the dictionary comes with Sudachi."""

    def analyze(
        self,
        text: str,
        entities: list[str],
        nlp_artifacts: NlpArtifacts | None = None,
    ) -> list[RecognizerResult]:
        """Names in normalised text, disjoint, in order."""
        if ENTITY not in entities:
            return []
        model = Model.of(nlp_artifacts)
        found = [*field_names(text), *latin_names(text, model), *names(text, model)]
        found += [reading for name in found for reading in _reading(text, name)]
        return [
            RecognizerResult(
                entity_type=ENTITY, start=name.start, end=name.end, score=_score(name.weight)
            )
            for name in _disjoint(found)
        ]


def _reading(text: str, name: Name) -> Iterator[Name]:
    """The name once more in kana or Latin letters, in brackets: 「齊藤 渚(さいとう なぎさ)」."""
    match = _READING.match(text, name.end)
    if match and not is_common(match.group("name")):
        yield Name(*match.span("name"), name.weight + 1, is_full=True)


def _disjoint(found: list[Name]) -> list[Name]:
    """The weightiest of those that overlap, a full name before its parts; of equals the longer."""
    taken: set[int] = set()
    kept: list[Name] = []
    for name in sorted(
        found, key=lambda name: (-name.weight - 1.5 * name.is_full, name.start - name.end)
    ):
        letters = range(name.start, name.end)
        if taken.isdisjoint(letters):
            taken.update(letters)
            kept.append(name)
    return sorted(kept, key=lambda name: name.start)


def _score(weight: float) -> float:
    return round(min(0.95, 0.4 + 0.15 * weight), 2)
