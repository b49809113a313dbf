"""Whether what was found answers the question: a few signals, weighed by a logistic function.

Each signal has a meaning a person can check; the weights were fitted on questions that are not in
the golden sets (`evals/golden/calibration`) and stand in `answerability.toml`.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path

from app.answering.evidence import UnitView
from app.answering.question import Question
from rag.passage import Passage
from rag.tokenizer import Tokenizer

_PASSAGES = 3
_NEAR_BEST = 0.75
_ALL = 0.95


@dataclass(frozen=True)
class AnswerSignals:
    """All but `dense` and `length` lie in 0..1.

    `dense`: inner product with the centred question; `leads`: whether the first passage is also
    nearest by vector; `lexical_lead`: how far the best passage by words stands above the rest;
    `names_missing`: share of the names asked about that none of the best passages has;
    `has_attribute`, `attribute_cover`: words before the interrogative, near the best units;
    `form_score`: best unit that holds the kind of answer asked for, relative to the best unit;
    `rest_cover`: of the question's words that the titles do not already say, those around such a
    unit (a near miss shares the programme's name, and nothing else); `asserts`: the question takes
    something for granted; `length`: logarithm of the number of question words.
    """

    dense: float
    leads: float
    lexical_lead: float
    names_missing: float
    has_attribute: float
    attribute_cover: float
    form_score: float
    rest_cover: float
    asserts: float
    length: float
    says_all: bool = False


def signals(
    question: Question,
    passages: Sequence[Passage],
    views: Sequence[UnitView],
    tokenizer: Tokenizer,
) -> AnswerSignals:
    """Measure; `passages` and `views` are not empty."""
    ranked = sorted(views, key=lambda view: -view.score)
    best = ranked[0].score or 1.0
    near = [view for view in ranked if view.score >= _NEAR_BEST * best][:12]
    together = frozenset[str]().union(
        *(_words(passage, tokenizer) for passage in passages[:_PASSAGES])
    )
    formal = question.expected.is_formal
    holding = [view for view in ranked if view.has_form and view.score > best / 2][:10]
    attribute = frozenset(question.attribute)
    dense = [passage.signals.dense for passage in passages]
    lexical = [passage.signals.lexical for passage in passages]
    return AnswerSignals(
        dense=max(dense),
        leads=float(dense[0] == max(dense)),
        lexical_lead=1 - sum(lexical) / len(lexical) / max(lexical) if max(lexical) else 0.0,
        names_missing=_share(question.names - together, question.names),
        has_attribute=float(bool(attribute)),
        attribute_cover=max(
            _share(attribute & (each.around | each.above), attribute) for each in near
        ),
        form_score=max((each.score for each in holding), default=0.0) / best if formal else 1.0,
        rest_cover=max(
            (_rest_cover(question, each) for each in (holding if formal else near)), default=0.0
        ),
        asserts=float(question.asserts),
        length=math.log1p(len(question.weights)),
        says_all=formal and any(_says_all(question, each, attribute) for each in holding),
    )


def _says_all(question: Question, view: UnitView, attribute: frozenset[str]) -> bool:
    if question.figures or not question.weights:
        return False
    covered = question.coverage(view.words | view.around | view.above)
    return covered >= _ALL and (not attribute or bool(attribute & view.words))


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
    """`probability` >= `threshold` answers. Weights are for raw signals.

    `dense_mean`, `dense_deviation`: of the background questions, with the bundled embedder.
    """

    intercept: float
    threshold: float
    contradiction_threshold: float
    dense_mean: float
    dense_deviation: float
    weights: Mapping[str, float]

    def probability(self, measured: AnswerSignals) -> float:
        """That the passages answer the question, 0..1."""
        total = self.intercept + sum(
            self.weights[each.name] * getattr(measured, each.name)
            for each in fields(measured)
            if each.name in self.weights
        )
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))

    def rescaled(self, measured: AnswerSignals, mean: float, deviation: float) -> AnswerSignals:
        """`dense` of an embedder with that `mean` and `deviation`, on the bundled one's scale."""
        standard = (measured.dense - mean) / deviation
        return replace(measured, dense=self.dense_mean + standard * self.dense_deviation)

    def answers(self, measured: AnswerSignals, *, contradicts: bool = False) -> bool:
        """Evidence that contradicts the question speaks of it: there a lower threshold holds."""
        threshold = self.contradiction_threshold if contradicts else self.threshold
        return measured.says_all or self.probability(measured) >= threshold


@cache
def load_model() -> AnswerabilityModel:
    """The committed weights; unknown names are refused."""
    data = tomllib.loads(Path(__file__).with_name("answerability.toml").read_text("utf-8"))
    known = {each.name for each in fields(AnswerSignals)}
    if unknown := set(data["weights"]) - known:
        raise ValueError(f"answerability.toml: unknown signals {sorted(unknown)}")
    return AnswerabilityModel(**data)
