"""What all recognizers of identifiers share: forms of writing, a check, and what labels say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from presidio_analyzer import EntityRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from guardrails.pii.labels import OTHER, Labels
from guardrails.verdict import FindingType

LANGUAGE = "ja"
IS_VALID = "is_valid"
REASON = "reason"
LABELS_READ = "labels"  # the attribute of NlpArtifacts under which the analyzer keeps them

# A number must not be the tail or the head of a longer one. Kana and kanji may touch it.
HEAD = r"(?:(?<![0-9A-Za-z])|(?<=No)|(?<=NO)|(?<=no))(?<![0-9][-.])"
_UNIT = "円|万|億|人(?!違)|件|台|世帯|個(?!人)|枚|%|ポイント|点|戸|冊|単位|平方|トン|食|票"
TAIL = rf"(?![0-9A-Za-z])(?!-[0-9])(?! ?(?:{_UNIT}))"

NOT_A_PHONE = r"(?!0[1-9][0-9]{0,3}[- ][0-9]{1,4}[- ][0-9]{4}(?![0-9]))"

_SEPARATOR = r"(?: ?- ?| {1,3}| ?\n ?)"
_MOST_GROUPS = 4

LABELLED, LABELLED_INVALID, CHECKED = 0.95, 0.85, 0.75


def digits(count: int, most: int | None = None) -> str:
    """So many digits in one piece."""
    return f"[0-9]{{{count}}}" if most is None else f"[0-9]{{{count},{most}}}"


def grouped(*counts: int) -> str:
    """Digits in the groups that are printed on cards: 4-4-4, with a dash, a space or a new line."""
    return r"(?: ?[-_・./、] ?| {1,2}| ?\n ?)".join(digits(count) for count in counts)


def loose(count: int) -> str:
    """So many digits, however they are grouped, spaced out or wrapped."""
    return f"[0-9](?:{_SEPARATOR}?[0-9]){{{count - 1}}}"


def number(pattern: str) -> re.Pattern[str]:
    return re.compile(f"{HEAD}(?:{pattern}){TAIL}")


def only_digits(text: str) -> str:
    return re.sub("[^0-9]", "", text)


@dataclass(frozen=True)
class Form:
    """One way of writing. `alone`: the score without a label, `checked`: with a right check digit.

    The findings are the groups whose names begin with `value`, or else the whole match.
    `must_check`: what fails the check is not found, whatever its label says. `says_itself`: the
    label is part of the pattern. `in_column`: only below a heading of this kind.
    """

    pattern: re.Pattern[str]
    alone: float = 0.0
    checked: float = 0.0
    must_check: bool = False
    says_itself: bool = False
    in_column: str = ""


def labels_of(text: str, artifacts: NlpArtifacts | None) -> Labels:
    """The labels that the analyzer has read already, or those of `text`."""
    labels = getattr(artifacts, LABELS_READ, None)
    return labels if isinstance(labels, Labels) and labels.text == text else Labels(text)


def found(
    recognizer: EntityRecognizer,
    span: tuple[int, int],
    score: float,
    *,
    is_valid: bool = False,
    reason: str = "",
) -> RecognizerResult:
    """A result as the analyzer reads it; `span` in the normalised text."""
    return RecognizerResult(
        recognizer.supported_entities[0],
        *span,
        score,
        recognition_metadata={
            RecognizerResult.RECOGNIZER_NAME_KEY: type(recognizer).__name__,
            RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: recognizer.id,
            IS_VALID: is_valid,
            REASON: reason,
        },
    )


class IdentifierRecognizer(EntityRecognizer):
    """A number that somebody has. Subclasses say how it is written, checked and called.

    With one of `labels` near it is found even if its check digit is wrong (a typing error is still
    personal data); with one of `rivals`, or of a number that is nobody's, nearer, it is not.
    """

    entity: ClassVar[FindingType]
    forms: ClassVar[tuple[Form, ...]]
    labels: ClassVar[frozenset[str]]
    rivals: ClassVar[frozenset[str]] = frozenset()
    rivals_reach: ClassVar[int | None] = None  # characters; None: as far as labels reach

    def __init__(self) -> None:
        super().__init__([self.entity], supported_language=LANGUAGE)

    def load(self) -> None:
        """Nothing to load."""

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts | None = None
    ) -> list[RecognizerResult]:
        del entities
        labels = labels_of(text, nlp_artifacts)
        taken: set[int] = set()
        results = []
        for form in self.forms:
            for start, end in _spans(form.pattern, text):
                if start in taken or end - 1 in taken or not _is_well_grouped(text[start:end]):
                    continue
                result = self._judged(form, labels, start, end)
                if result:
                    results.append(result)
                    taken.update(range(start, end))
        return results

    def check(self, value: str) -> bool | None:
        """Whether the check digit is right; None if there is none. `value` as normalised."""
        del value
        return None

    def _label(self, form: Form, labels: Labels, start: int, end: int) -> str | None:
        kinds = self.labels | self.rivals
        label = labels.nearest(start, end, kinds if form.says_itself else kinds | {OTHER})
        if label is None or label in self.labels or self.rivals_reach is None:
            return label
        distance = labels.distance(start, frozenset({label}))
        is_near = distance is not None and distance <= self.rivals_reach
        return label if is_near else labels.nearest(start, end, self.labels)

    def _judged(self, form: Form, labels: Labels, start: int, end: int) -> RecognizerResult | None:
        value = labels.text[start:end]
        is_valid = self.check(value)
        if form.must_check and not is_valid:
            return None
        if form.in_column and not labels.of_column(start, frozenset({form.in_column})):
            return None
        label = self._label(form, labels, start, end)
        if label in self.labels:
            score = LABELLED_INVALID if is_valid is False else LABELLED
            return found(self, (start, end), score, is_valid=bool(is_valid), reason="項目名がある")
        if label is not None:
            return None
        score = max(form.checked, form.alone) if is_valid else form.alone
        if not score:
            return None
        reason = "検査数字が合う" if is_valid else "書き方が合う"
        return found(self, (start, end), score, is_valid=bool(is_valid), reason=reason)


def _spans(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    groups: list[str | int] = [name for name in pattern.groupindex if name.startswith("value")] or [
        0
    ]
    for match in pattern.finditer(text):
        for group in groups:
            if match.start(group) < match.end(group):
                yield match.span(group)


def _is_well_grouped(value: str) -> bool:
    """Spaced out evenly, or in few groups: not a row of several numbers."""
    if re.search("[^0-9 \n-]", value):
        return True
    groups = re.findall("[0-9]+", value)
    return len(groups) <= _MOST_GROUPS or all(len(group) == 1 for group in groups)
