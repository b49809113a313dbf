"""Marks, categories and their levels, as data that a body may replace."""

from __future__ import annotations

import itertools
import re
import tomllib
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from guardrails.classification.level import Level

_BUNDLED = Path(__file__).with_name("classification.toml")
# Between the characters of a spaced-out mark; full-width spaces are narrow by then.
_GAP = r"[ \t]{0,4}"
_GAP_BEFORE_DIGIT = r"[ \t]{0,4}(?:レベル|[:=])?[ \t]{0,4}"


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return pattern


Pattern = Annotated[str, Field(min_length=1), AfterValidator(_compiles)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class MarkGroup(_Strict):
    """Labels that stand for one level."""

    level: Level
    labels: tuple[Annotated[str, Field(min_length=1)], ...]


class Secret(_Strict):
    """Words that say of anything that it is not known yet."""

    pattern: Pattern


class Category(_Strict):
    """What is confidential without any mark: a statement of `topic` that is still secret.

    `secret`: in this category's own words, beside those for all. `public`: it is known by now.
    """

    name: str
    level: Level
    topic: Pattern
    secret: Pattern | None = None
    public: Pattern


class ClassificationPolicy(_Strict):
    """Unknown keys are refused. `reading`: characters between a topic and its secrecy."""

    reading: int = Field(ge=10, le=200)
    marks: tuple[MarkGroup, ...]
    secrets: tuple[Secret, ...] = ()
    categories: tuple[Category, ...] = ()

    @cached_property
    def levels(self) -> dict[str, Level]:
        """Of each label, in capitals and without spaces."""
        return {squeezed(label): group.level for group in self.marks for label in group.labels}

    @cached_property
    def label_pattern(self) -> re.Pattern[str]:
        """Any label, the longest first, spaced out or not."""
        return re.compile("|".join(map(_spaced, self._longest_first)), re.IGNORECASE)

    @cached_property
    def stacked_pattern(self) -> re.Pattern[str]:
        """Any label set vertically, one character a line."""
        stacked = [
            r"[ \t]*\n[ \t]*".join(map(re.escape, label))
            for label in self._longest_first
            if len(label) > 1 and not label.isascii()
        ]
        return re.compile(rf"^[ \t]*({'|'.join(stacked)})[ \t]*$", re.MULTILINE)

    def secret_pattern(self, category: Category) -> re.Pattern[str]:
        """What says that something of this category is not known yet."""
        shared = [secret.pattern for secret in self.secrets]
        return re.compile("|".join([*shared, *filter(None, [category.secret])]) or r"(?!)")

    @property
    def _longest_first(self) -> list[str]:
        labels = {label for group in self.marks for label in group.labels}
        return sorted(labels, key=lambda label: (-len(label), label))


def squeezed(label: str) -> str:
    """A label as it was found, without what may stand between its characters."""
    return re.sub(r"[\s:=]|レベル", "", label).upper()


def _spaced(label: str) -> str:
    """Pattern of one label. One of a single character, or in Latin letters, is a whole word."""
    if label.isascii():
        words = (_GAP.join(map(re.escape, word)) for word in label.split())
        return rf"(?<![A-Za-z]){'[ _-]+'.join(words)}(?![A-Za-z])"
    parts = [re.escape(label[0])]
    for before, character in itertools.pairwise(label):
        turns = character.isdigit() and not before.isdigit()
        parts += [_GAP_BEFORE_DIGIT if turns else _GAP, re.escape(character)]
    joined = "".join(parts)
    if len(label) == 1 or label == "機密":
        return rf"(?<!\w){joined}(?!\w)"
    if re.search(r"[0-9A-Za-z]$", label):
        return rf"{joined}(?![0-9A-Za-z])(?:{_GAP}情{_GAP}報)?"
    return joined


def load_policy(path: Path | None = None) -> ClassificationPolicy:
    """Raises OSError, tomllib.TOMLDecodeError or pydantic.ValidationError."""
    return ClassificationPolicy.model_validate(
        tomllib.loads((path or _BUNDLED).read_text(encoding="utf-8"))
    )


@cache
def bundled_policy() -> ClassificationPolicy:
    return load_policy()
