"""Golden questions: what must be found and said, written by hand before anything was tuned.

Two thirds (`dev`) may be looked at while tuning; the last third (`held`) is only ever counted.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from evals.errors import GoldenError

FOLDER = Path(__file__).with_name("golden")

SetName = Literal["seed", "residents"]
Split = Literal["dev", "held"]
SPLITS: tuple[Split, ...] = ("dev", "held")


class GoldenQuestion(BaseModel):
    """`facts[i]` lists ways to say one fact, all of which count; `evidence[i]` is where it stands.

    `pages` are the printed pages of the evidence (seed), `document` its id (residents). A question
    without an answer in the corpus has none of these. `premise` is `contradicted` where the
    question takes something for granted that the source denies.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    question: str
    kind: Literal["amount", "ratio", "date", "count", "who", "what", "list", "how", "yesno"]
    style: Literal[
        "plain", "paraphrase", "abbreviation", "variant", "multi_fact", "false_premise",
        "unanswerable",
    ]  # fmt: skip
    answerable: bool
    facts: tuple[tuple[str, ...], ...]
    evidence: tuple[str, ...]
    pages: tuple[int, ...] = ()
    document: str | None = None
    premise: Literal["contradicted", "none"]

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if len(self.facts) != len(self.evidence):
            raise ValueError("facts と evidence の数が違います")
        if self.answerable != bool(self.facts):
            raise ValueError("answerable と facts が食い違っています")
        if not all(self.facts) or not all(text.strip() for text in self._texts()):
            raise ValueError("空の問い・事実・根拠があります")
        if self.answerable and not (self.pages or self.document):
            raise ValueError("pages も document もありません")
        return self

    def _texts(self) -> list[str]:
        facts = [alternative for fact in self.facts for alternative in fact]
        return [self.id, self.question, *facts, *self.evidence]


def load(name: SetName, split: Split, folder: Path = FOLDER) -> list[GoldenQuestion]:
    """The questions of one split, in the order of the files. Raises GoldenError."""
    files = sorted((folder / name).glob(f"*.{split}.jsonl"))
    if not files:
        raise GoldenError(f"{folder / name} に評価用の質問（*.{split}.jsonl）がありません。")
    questions = [question for file in files for question in _read(file, GoldenQuestion)]
    _refuse_twins(questions, name)
    return questions


_Q = TypeVar("_Q", bound=GoldenQuestion)


class CalibrationQuestion(GoldenQuestion):
    """Its authors name styles as they like."""

    style: str  # type: ignore[assignment]


class PremiseQuestion(CalibrationQuestion):
    """One piece of evidence may stand for several facts, in whatever place."""

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if self.premise == "contradicted" and not self.evidence:
            raise ValueError("誤った前提に根拠がありません")
        return self


def load_premises(
    name: SetName, split: Split | Literal["fit"], folder: Path = FOLDER
) -> list[PremiseQuestion]:
    """Questions that take something for granted, in `fit` nothing wrong.

    Raises GoldenError, OSError without a file.
    """
    questions = _read(folder / "premises" / f"{name}.{split}.jsonl", PremiseQuestion)
    _refuse_twins(questions, f"premises/{name}")
    return questions


def load_calibration(file: Path) -> list[CalibrationQuestion]:
    """Questions on invented documents, for fitting. Raises GoldenError."""
    questions = _read(file, CalibrationQuestion)
    _refuse_twins(questions, file.stem)
    return questions


def _read(file: Path, kind: type[_Q]) -> list[_Q]:
    questions = []
    for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            questions.append(kind.model_validate(json.loads(line)))
        except (ValidationError, json.JSONDecodeError) as error:
            # Never the line itself: it may be one that nobody is to read.
            raise GoldenError(
                f"{file.name} の{number}行目が評価用の質問の形ではありません（{_why(error)}）。"
            ) from None
    return questions


def _why(error: ValidationError | json.JSONDecodeError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return "JSON ではありません"
    first = error.errors(include_input=False, include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}" if place else first["msg"]


def _refuse_twins(questions: Sequence[GoldenQuestion], name: str) -> None:
    seen: set[str] = set()
    for question in questions:
        if question.id in seen:
            raise GoldenError(f"評価用の質問 {name} に同じ id（{question.id}）が2度あります。")
        seen.add(question.id)
