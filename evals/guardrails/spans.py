"""Found spans against golden ones. Pure functions over offsets."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evals.guardrails.cases import MaskCase, TypedSpan
from guardrails.verdict import FindingType

_LINE = re.compile(r"[^\n]+\n?")
_HIRAGANA = re.compile("[ぁ-ん]")
_JAPANESE = re.compile("[ぁ-んァ-ヶー一-龥]")
_LEAST_LETTERS = 12  # shorter ones are headings, cells and signatures
_LEAST_KANA = 0.2  # share of hiragana from which it reads as a sentence


@dataclass(frozen=True)
class Predicted:
    """What somebody found: ours or the peer. `type` is one of ours, or what the peer calls it."""

    type: str
    start: int
    end: int


@dataclass(frozen=True)
class MaskResult:
    """A message and what was found in it, identifiers only."""

    case: MaskCase
    predicted: tuple[Predicted, ...]

    @property
    def gold(self) -> Sequence[TypedSpan]:
        return self.case.identifiers

    def is_found(self, span: TypedSpan) -> bool:
        """A finding counts when one prediction of its type covers it whole."""
        return any(
            each.type == span.type and each.start <= span.start and span.end <= each.end
            for each in self.predicted
        )

    def is_hidden(self, span: TypedSpan) -> bool:
        """Whether none of it is left to read, whatever the predictions are called."""
        places = places_of(self.predicted)
        return all(
            place in places or self.case.text[place].isspace()
            for place in range(span.start, span.end)
        )

    def is_right(self, predicted: Predicted) -> bool:
        """Whether most of what was found belongs to golden findings of its type."""
        golden = places_of(each for each in self.gold if each.type == predicted.type)
        inside = sum(place in golden for place in range(predicted.start, predicted.end))
        return 2 * inside > predicted.end - predicted.start

    @property
    def is_fully_masked(self) -> bool:
        return all(self.is_hidden(span) for span in self.gold)


def places_of(spans: Iterable[Predicted | TypedSpan]) -> set[int]:
    return {place for span in spans for place in range(span.start, span.end)}


def identifiers(predicted: Iterable[Predicted]) -> tuple[Predicted, ...]:
    """Without marks of confidentiality, which are measured on their own."""
    return tuple(each for each in predicted if each.type != FindingType.CLASSIFICATION_MARK)


def prose_places(text: str) -> set[int]:
    """The places of all lines that read as sentences: no cells, headings or lists of names."""
    lines = [each.span() for each in _LINE.finditer(text) if _is_prose(each.group())]
    return {place for start, end in lines for place in range(start, end)}


def _is_prose(line: str) -> bool:
    kana = len(_HIRAGANA.findall(line))
    letters = len(_JAPANESE.findall(line))
    return "\t" not in line and letters >= _LEAST_LETTERS and kana >= _LEAST_KANA * letters
