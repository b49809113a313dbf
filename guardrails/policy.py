"""What the guards look for and how sure they must be: one typed file, refused when unknown.

The default is shipped (`policy.yaml`). A municipality's own file changes only what it names.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import regex
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from guardrails.verdict import FindingType

_DEFAULT = Path(__file__).parent / "policy.yaml"
_LONGEST_PATTERN = 1_000
_MARK = FindingType.CLASSIFICATION_MARK

Score = Annotated[float, Field(ge=0, le=1)]
Validation = Literal["luhn", "my_number", "resident_code", "drivers_license", "corporate_number"]


class PolicyError(Exception):
    """The file cannot be used; the message says in Japanese what to mend."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CustomRecognizer(_Strict):
    """A recognizer without code. `patterns` see normalised text (half width, dashes as `-`).

    A group named `value` is the finding, else the whole match. With `context`, one of its words
    must stand within `window` characters before or behind. `validation`: the check of the digits.
    """

    name: str = Field(min_length=1, max_length=40)
    type: FindingType
    patterns: tuple[str, ...] = Field(min_length=1, max_length=20)
    score: Score = 0.8
    context: tuple[str, ...] = ()
    negative_context: tuple[str, ...] = ()
    window: int = Field(default=20, ge=1, le=200)
    validation: Validation | None = None

    @field_validator("type")
    @classmethod
    def _masks(cls, value: FindingType) -> FindingType:
        if value == _MARK:
            raise ValueError("CLASSIFICATION_MARK は指定できません")
        return value

    @field_validator("patterns")
    @classmethod
    def _compiles(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in value:
            if len(pattern) > _LONGEST_PATTERN:
                raise ValueError(f"正規表現は {_LONGEST_PATTERN} 文字までです")
            try:
                regex.compile(pattern)
            except regex.error as error:
                raise ValueError(f"正規表現「{pattern}」が正しくありません（{error}）") from error
        return value


class Policy(_Strict):
    """`thresholds` by type, with `threshold` for the others. `allowed`: values that are public."""

    threshold: Score = 0.5
    thresholds: dict[FindingType, Score] = Field(default_factory=dict)
    disabled: frozenset[FindingType] = frozenset()
    allowed: tuple[str, ...] = ()
    offices_are_public: bool = True
    recognizers: tuple[CustomRecognizer, ...] = ()
    pattern_seconds: float = Field(default=0.2, gt=0, le=2)

    def threshold_of(self, kind: str) -> float:
        return self.thresholds.get(FindingType(kind), self.threshold)


@cache
def default_policy() -> Policy:
    """The policy that is shipped."""
    return _checked(_parsed(_DEFAULT), _DEFAULT)


def load_policy(path: Path) -> Policy:
    """The shipped policy with what the file at `path` changes; lists are added to.

    Raises PolicyError.
    """
    if not path.exists():
        return default_policy()
    changes = _parsed(path)
    merged = default_policy().model_dump(mode="json", exclude_defaults=True)
    for key, value in changes.items():
        known = merged.get(key)
        if isinstance(known, list) and isinstance(value, list):
            merged[key] = [*known, *value]
        elif isinstance(known, dict) and isinstance(value, dict):
            merged[key] = {**known, **value}
        else:
            merged[key] = value
    return _checked(merged, path)


def _parsed(path: Path) -> dict[str, Any]:
    try:
        table = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise PolicyError(
            f"{path.name} を YAML として読めません。書き方を直してください。"
        ) from error
    if table is None:
        return {}
    if not isinstance(table, dict) or not all(isinstance(key, str) for key in table):
        raise PolicyError(f"{path.name} は「項目名: 値」の形で書いてください。")
    return table


def _checked(table: dict[str, Any], path: Path) -> Policy:
    try:
        return Policy.model_validate(table)
    except ValidationError as error:
        faults = "、".join(_explained(dict(fault)) for fault in error.errors()[:5])
        raise PolicyError(f"{path.name} に誤りがあります: {faults}。直してください。") from error


def _explained(fault: dict[str, Any]) -> str:
    place = ".".join(map(str, fault["loc"]))
    if fault["type"] == "extra_forbidden":
        return f"「{place}」という項目はありません"
    reason = re.sub("^Value error, ", "", str(fault["msg"]))
    return f"「{place}」の値が正しくありません（{reason}）"
