"""Generated sentences that evidence bears or does not, and what the verifier makes of them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from evals.errors import GoldenError
from evals.golden import FOLDER, SPLITS, Split
from evals.metrics import interval, mean
from evals.place import SPLIT_TITLES
from evals.report import Figure, Section
from evals.targets import EVAL_TARGETS
from guardrails.output.grounding import EvidenceUnit, Verdict, Verifier


class GroundingSentence(BaseModel):
    """`kind` says what was swapped, or how the fact was put in other words."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    text: str
    kind: str
    is_supported: bool
    premise: Literal["contradicted", "none"]


class GroundingUnit(BaseModel):
    """A verbatim sentence or row of a document, and the titles above it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str
    titles: tuple[str, ...]


class GroundingCase(BaseModel):
    """Evidence for a question, and sentences that a model could write from it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    document: str
    question: str
    evidence: tuple[GroundingUnit, ...]
    sentences: tuple[GroundingSentence, ...]


@dataclass(frozen=True)
class Grounded:
    """A sentence and its verdict."""

    sentence: GroundingSentence
    verdict: Verdict

    @property
    def is_right(self) -> bool:
        """Kept if it is supported, dropped if it is not."""
        return self.verdict.is_kept == self.sentence.is_supported


def load_grounding(split: Split, folder: Path = FOLDER) -> list[GroundingCase]:
    """The cases of one split. Raises GoldenError, which never quotes a line."""
    files = sorted((folder / "grounding").glob(f"*.{split}.jsonl"))
    return [case for file in files for case in read_cases(file)]


def read_cases(file: Path) -> list[GroundingCase]:
    """The cases of one author. Raises GoldenError, which never quotes a line."""
    cases: list[GroundingCase] = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            cases.append(GroundingCase.model_validate(json.loads(line)))
        except (ValidationError, json.JSONDecodeError):
            raise GoldenError(f"{file.name} の{number}行目を読めません。") from None
    return cases


def judge_grounding(cases: Sequence[GroundingCase], verifier: Verifier) -> list[Grounded]:
    """Every sentence against the evidence of its case."""
    judged: list[Grounded] = []
    for case in cases:
        evidence = [EvidenceUnit(unit.text, unit.titles) for unit in case.evidence]
        for sentence in case.sentences:
            contradicted = sentence.premise == "contradicted"
            verdict = verifier.verify(
                sentence.text, evidence, case.question, premise_contradicted=contradicted
            )
            judged.append(Grounded(sentence, verdict))
    return judged


def grounding_sections(splits: Sequence[Split] = SPLITS) -> list[Section]:
    """Shares of false sentences dropped and of true ones kept, a section for each split."""
    verifier = Verifier()
    return [_section(split, judge_grounding(load_grounding(split), verifier)) for split in splits]


def _section(split: Split, judged: Sequence[Grounded]) -> Section:
    swapped = [float(each.is_right) for each in judged if not each.sentence.is_supported]
    true = [float(each.is_right) for each in judged if each.sentence.is_supported]
    return Section(
        title=f"生成文の裏づけ：{SPLIT_TITLES[split]}",
        note=f"根拠に合わない文 {len(swapped)} 件と、言いかえた正しい文 {len(true)} 件。"
        "モデルは使わず、人が書いた文を検証に通す。",
        figures=[
            _figure(split, "dropped", "合わない文を落とした", swapped),
            _figure(split, "kept", "正しい文を残した", true),
        ],
    )


def _figure(split: Split, name: str, label: str, values: Sequence[float]) -> Figure:
    return Figure(
        key=f"grounding/{split}/{name}",
        label=label,
        value=mean(values),
        interval=interval(values, mean),
        count=len(values),
        target=EVAL_TARGETS.get(f"grounding/{name}"),
    )
