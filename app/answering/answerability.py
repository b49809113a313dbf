"""Whether what was found answers the question: a few signals, weighed by a logistic function.

Each signal has a meaning a person can check; `evals/calibrate` fits the weights, which stand in
`answerability.toml`, on `evals/golden/calibration` and the golden questions open to tuning.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from functools import cache
from pathlib import Path

from app.answering.alignment import Aligner, Alignment
from app.answering.evidence import UnitView
from app.answering.question import Question
from rag.figures import FigureKind, find_figures
from rag.passage import Passage
from rag.tokenizer import Tokenizer

_PASSAGES = 3
_NEAR_BEST = 0.75


@dataclass(frozen=True)
class AnswerSignals:
    """All but `length` lie in 0..1.

    - `leads`: whether the first passage is also nearest by vector
    - `names_missing`: share of the names asked about that none of the best passages has
    - `years_missing`: the same of the years
    - `has_attribute`: whether an attribute of something is asked (「締切は何月」)
    - `form_score`: best unit that holds the kind of answer asked for, relative to the best unit
    - `rest_cover`: of the question's words that the titles do not already say, those around such a
      unit (a near miss shares the programme's name, and nothing else)
    - `asserts`: whether the question takes something for granted
    - `length`: logarithm of the number of question words
    - `sentence`, `sentences`, `least_word`, `words`: see `Alignment`
    """

    leads: float
    names_missing: float
    years_missing: float
    has_attribute: float
    form_score: float
    rest_cover: float
    asserts: float
    length: float
    sentence: float
    sentences: float
    least_word: float
    words: float


def signals(
    question: Question,
    passages: Sequence[Passage],
    views: Sequence[UnitView],
    tokenizer: Tokenizer,
    aligner: Aligner | None = None,
) -> AnswerSignals:
    """Measure; `passages` and `views` are not empty. Without an aligner its signals are 0."""
    ranked = sorted(views, key=lambda view: -view.score)
    best = ranked[0].score or 1.0
    near = [view for view in ranked if view.score >= _NEAR_BEST * best][:12]
    formal = question.expected.is_formal
    holding = [view for view in ranked if view.has_form and view.score > best / 2][:10]
    together = frozenset[str]().union(
        *(_words(passage, tokenizer) for passage in passages[:_PASSAGES])
    )
    dense = [passage.signals.dense for passage in passages]
    alignment = aligner.align(question.text, [view.text for view in ranked]) if aligner else None
    return AnswerSignals(
        leads=float(dense[0] == max(dense)),
        names_missing=_share(question.names - together, question.names),
        years_missing=_years_missing(question, passages),
        has_attribute=float(bool(question.attribute)),
        form_score=max((each.score for each in holding), default=0.0) / best if formal else 1.0,
        rest_cover=max(
            (_rest_cover(question, each) for each in (holding if formal else near)), default=0.0
        ),
        asserts=float(question.asserts),
        length=math.log1p(len(question.weights)),
        **asdict(alignment or Alignment()),
    )


def _years_missing(question: Question, passages: Sequence[Passage]) -> float:
    """What is taken for granted may be the year: that is for the premise to judge."""
    asked = {each.value for each in question.figures if each.kind is FigureKind.YEAR}
    if question.asserts or not asked:
        return 0.0
    stated = {
        figure.value
        for passage in passages[:_PASSAGES]
        for figure in find_figures(
            " ".join((passage.document.title, *passage.section, passage.text))
        )
        if figure.kind is FigureKind.YEAR
    }
    return len(asked - stated) / len(asked)


def _words(passage: Passage, tokenizer: Tokenizer) -> frozenset[str]:
    titles = " ".join((passage.document.title, *passage.section))
    return frozenset(tokenizer.tokenize(f"{titles}\n{passage.text}"))


def _share(part: frozenset[str], whole: frozenset[str]) -> float:
    return len(part) / len(whole) if whole else 0.0


def _rest_cover(question: Question, view: UnitView) -> float:
    """Smoothed, so that a question of which only one word is left does not decide by it alone."""
    rest = {token: w for token, w in question.weights.items() if token not in view.above}
    covered = sum(w for token, w in rest.items() if token in view.around)
    return (covered + 1) / (sum(rest.values()) + 2)


@dataclass(frozen=True)
class AnswerabilityModel:
    """`probability` >= `threshold` answers. Weights are for raw signals."""

    intercept: float
    threshold: float
    weights: Mapping[str, float]

    def probability(self, measured: AnswerSignals) -> float:
        """That the passages answer the question, 0..1."""
        total = self.intercept + sum(
            self.weights[each.name] * getattr(measured, each.name)
            for each in fields(measured)
            if each.name in self.weights
        )
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))

    def answers(self, measured: AnswerSignals) -> bool:
        return self.probability(measured) >= self.threshold


@cache
def load_model() -> AnswerabilityModel:
    """The committed weights; unknown names are refused."""
    data = tomllib.loads(Path(__file__).with_name("answerability.toml").read_text("utf-8"))
    known = {each.name for each in fields(AnswerSignals)}
    if unknown := set(data["weights"]) - known:
        raise ValueError(f"answerability.toml: unknown signals {sorted(unknown)}")
    return AnswerabilityModel(**data)
