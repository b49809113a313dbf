"""How far a unit of the evidence speaks of what a clause of the question claims."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.answering.evidence import UnitView
from app.answering.premise.claims import Claim
from app.answering.question import Question
from rag.tokenizer import Tokenizer

_CONTEXT_WEIGHT = 0.3
# An answer in a list of questions is about what the line above asks.
_REPLY = re.compile(r"^[(（]?(?:A|答|回答)[)）0-9.:： 　]")


@dataclass(frozen=True)
class Fit:
    """How far a unit speaks of a claim, each 0..1; all zero stands for no unit at all.

    `own`: share of the claim's words, by rarity, that the unit holds; `around`: with the line and
    the titles above it; `label`: of the words right before the claimed value; `passage`:
    of the claim's words, anywhere in the passage; `rank`: the unit's score, of the best unit's.
    """

    own: float = 0.0
    around: float = 0.0
    label: float = 0.0
    passage: float = 0.0
    rank: float = 0.0

    @property
    def total(self) -> float:
        """One number to compare units by: the unit's own words count most."""
        return self.own + 0.3 * (self.around + self.label + self.passage) + 0.5 * self.rank


class Rivals:
    """The best unit that speaks against a claim, and how well the best one for it fits."""

    def __init__(self) -> None:
        self.against = Fit()
        self.support = Fit()
        self.unit: UnitView | None = None
        self.actual = ""

    def oppose(self, fit: Fit, unit: UnitView, actual: str = "") -> None:
        """A unit that says something else (`actual`, where it can be said in a word)."""
        if self.unit is None or fit.total > self.against.total:
            self.against, self.unit, self.actual = fit, unit, actual

    def agree(self, fit: Fit) -> None:
        """A unit that says the same."""
        self.support = max(self.support, fit, key=lambda each: each.total)

    @property
    def opponent(self) -> UnitView | None:
        """The unit against the claim, unless one that agrees speaks of it as much."""
        return self.unit if self.against.total > self.support.total else None


class Evidence:
    """The units found for a question, ready to be held against its claims."""

    def __init__(self, question: Question, views: Sequence[UnitView], tokenizer: Tokenizer) -> None:
        self.views = views
        self._question = question
        self._tokenizer = tokenizer
        self._best = max((view.score for view in views), default=0.0) or 1.0
        self._passages: dict[int, frozenset[str]] = {}
        for view in views:
            known = self._passages.get(view.passage, view.above)
            self._passages[view.passage] = known | view.words

    def aligned(self, claim: Claim, *, value: str, label: str) -> Alignment:
        """For a claimed `value` (its own words do not count) with the words before it."""
        claimed = set(self._tokenizer.tokenize(claim.text))
        slot = set(self._tokenizer.tokenize(value))
        weights = {
            token: weight * (1.0 if token in claimed else _CONTEXT_WEIGHT)
            for token, weight in self._question.weights.items()
            if token not in slot
        }
        labels = {t: weights[t] for t in self._tokenizer.tokenize(label) if t in weights}
        return Alignment(weights, labels, self._passages, self._best)


@dataclass(frozen=True)
class Alignment:
    """Weights of a claim's words and of its label's, and the words of each passage."""

    weights: Mapping[str, float]
    label: Mapping[str, float]
    passages: Mapping[int, frozenset[str]]
    best: float

    def of(self, view: UnitView) -> Fit:
        """How far that unit speaks of the claim."""
        near = view.around | view.above
        around = _share(self.weights, near)
        # The titles say the programme's name: what they say already tells no value from another.
        label = {token: w for token, w in self.label.items() if token not in view.above}
        return Fit(
            own=_share(self.weights, view.around if _REPLY.match(view.text) else view.words),
            around=around,
            label=_share(label, view.around) if label else around,
            passage=_share(self.weights, self.passages[view.passage]),
            rank=max(0.0, view.score / self.best),
        )


def _share(weights: Mapping[str, float], words: frozenset[str]) -> float:
    total = sum(weights.values())
    return sum(w for token, w in weights.items() if token in words) / total if total else 0.0
