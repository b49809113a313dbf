"""Golden cases of the guardrails: texts, and what stands in them. Never shown for `held`."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from evals.errors import GoldenError
from evals.golden import FOLDER, Split
from guardrails.verdict import FindingType

Level = Literal["L1", "L2", "L3", "L4"]


class Span(BaseModel):
    """Code points `start:end` of a text."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    start: int
    end: int

    @model_validator(mode="after")
    def _is_not_empty(self) -> Self:
        if not 0 <= self.start < self.end:
            raise ValueError("空の範囲です")
        return self

    def covers(self, other: "Span") -> bool:
        return self.start <= other.start and other.end <= self.end


class TypedSpan(Span):
    """What has to be found."""

    type: FindingType


class _Case(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    text: str
    note: str = ""


class MaskCase(_Case):
    """A message, and every identifier and mark in it."""

    source: Literal["resident", "staff", "document"]
    findings: tuple[TypedSpan, ...]

    @model_validator(mode="after")
    def _spans_lie_in_the_text(self) -> Self:
        if any(span.end > len(self.text) for span in self.findings):
            raise ValueError("範囲が文の外です")
        return self

    @property
    def identifiers(self) -> list[TypedSpan]:
        """Without marks of confidentiality, which are measured on their own."""
        return [each for each in self.findings if each.type != FindingType.CLASSIFICATION_MARK]


class ScreenCase(_Case):
    """A question or a stretch of a document, which attacks the assistant or does not."""

    source: Literal["user", "document"]
    is_attack: bool
    kind: str


class MarksCase(_Case):
    """A text, its level, and the marks that are made in it, not merely mentioned."""

    source: Literal["user", "document"]
    level: Level
    marks: tuple[Span, ...]
    why: str


class Personal(BaseModel):
    """A value in a sentence, and its type."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str
    type: FindingType


class OutputCase(_Case):
    """A sentence of a model, what it was asked and may rest on, and what should become of it.

    `personal` is what an analyzer would find in it; `contacts` are further contacts that may stand.
    """

    style: str
    audience: Literal["public", "staff"]
    kind: str
    expected: Literal["kept", "mended", "removed"]
    question: str
    cited: tuple[str, ...]
    personal: tuple[Personal, ...] = ()
    contacts: tuple[str, ...] = ()

    @property
    def is_harmful(self) -> bool:
        return self.expected != "kept"


_C = TypeVar("_C", bound=_Case)
_FILES: Mapping[type[_Case], str] = {
    MaskCase: "mask",
    ScreenCase: "screen",
    MarksCase: "marks",
    OutputCase: "output",
}


def load_cases(kind: type[_C], split: Split, folder: Path = FOLDER) -> list[_C]:
    """All cases of one kind and split. Raises GoldenError, which never quotes a line."""
    files = _files(kind, split, folder)
    if not files:
        raise GoldenError(f"守りの質問（{_FILES[kind]}.*.{split}.jsonl）がありません。")
    return [case for file in files for case in _read(file, kind)]


def has_cases(kind: type[_Case], split: Split, folder: Path = FOLDER) -> bool:
    """Not every kind has texts that nobody has read."""
    return bool(_files(kind, split, folder))


def _files(kind: type[_Case], split: Split, folder: Path) -> list[Path]:
    return sorted((folder / "guardrails").glob(f"{_FILES[kind]}.*.{split}.jsonl"))


def _read(file: Path, kind: type[_C]) -> list[_C]:
    cases = []
    for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), start=1):
        try:
            cases += [kind.model_validate(json.loads(line))] if line.strip() else []
        except (ValidationError, json.JSONDecodeError):
            raise GoldenError(f"{file.name} の{number}行目を読めません。") from None
    return cases
