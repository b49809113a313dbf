"""How far a unit of the evidence speaks of what a clause of the question claims."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.answering.evidence import UnitView
from app.answering.premise.claims import Claim
from app.answering.question import Question
from rag.tokenizer import Tokenizer

_CONTEXT_WEIGHT = 0.3
_COMPOUND = re.compile(r"[一-龥ァ-ヶーA-Za-z]{2,}")
_PAIR = re.compile(r"(?=([一-龥ァ-ヶA-Za-z][一-龥ァ-ヶーA-Za-z]))")
# An answer in a list of questions is about what the line above asks.
_REPLY = re.compile(r"^[(（]?(?:A|答|回答)[)）0-9.:： 　]")


@dataclass(frozen=True)
class Fit:
    """How far a unit speaks of a claim, each 0..1; all zero stands for no unit at all.

    `own`: share of the claim's words, by rarity, that the unit holds; `around`: with the line and
    the titles above it; `rest`: the same of the words that the titles do not say; `label`: of the
    words right before the claimed value; `head`: of the letters of the compounds beside it;
    `passage`: of the claim's words, anywhere in the passage; `topic`: of what the question says
    that stands in some title, the share that this unit or its titles say; `rank`: the unit's
    score, of the best unit's.
    """

    own: float = 0.0
    around: float = 0.0
    rest: float = 0.0
    label: float = 0.0
    passage: float = 0.0
    head: float = 0.0
    topic: float = 0.0
    rank: float = 0.0

    @property
    def total(self) -> float:
        """One number to compare units by: what stands right before the value counts most."""
        return (
            self.own
            + 0.4 * self.label
            + 0.4 * self.head
            + 0.3 * (self.around + self.rest + self.passage)
            + 0.5 * self.rank
        )


class Rivals:
    """The best unit that speaks against a claim, and how well the best one for it fits."""

    def __init__(self) -> None:
        self.against = Fit()
        self.support = Fit()
        self.unit: UnitView | None = None
        self.actual = ""
        self.apart = 0.0

    def oppose(self, fit: Fit, unit: UnitView, actual: str = "", apart: float = 0.0) -> None:
        """A unit that says something else (`actual`, where it can be said in a word)."""
        if self.unit is None or fit.total > self.against.total:
            self.against, self.unit, self.actual, self.apart = fit, unit, actual, apart

    def agree(self, fit: Fit) -> None:
        """A unit that says the same."""
        self.support = max(self.support, fit, key=lambda each: each.total)


class Evidence:
    """The units found for a question, ready to be held against its claims."""

    def __init__(self, question: Question, views: Sequence[UnitView], tokenizer: Tokenizer) -> None:
        self.views = views
        self._question = question
        self._tokenizer = tokenizer
        self._best = max((view.score for view in views), default=0.0) or 1.0
        self._titles = frozenset[str]().union(*(view.above for view in views))
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
        before, _, after = claim.text.partition(value) if value else (claim.text, "", "")
        heads = _COMPOUND.findall(before)[-2:]
        if value and (follows := _COMPOUND.match(after)):
            heads = [follows.group()]  # 「毎年診断書を」
        head = frozenset[str]().union(*map(_pairs, heads))
        return Alignment(weights, labels, head, self._titles, self._passages, self._best)


@dataclass(frozen=True)
class Alignment:
    """Weights of a claim's words and of its label's, the letters of the compounds beside the value,
    and the words of all titles and of each passage.
    """

    weights: Mapping[str, float]
    label: Mapping[str, float]
    head: frozenset[str]
    titles: frozenset[str]
    passages: Mapping[int, frozenset[str]]
    best: float

    def of(self, view: UnitView) -> Fit:
        """How far that unit speaks of the claim."""
        near = view.around | view.above
        around = _share(self.weights, near)
        # The titles say the programme's name: what they say already tells no value from another.
        label = {token: w for token, w in self.label.items() if token not in view.above}
        rest = {token: w for token, w in self.weights.items() if token not in view.above}
        return Fit(
            own=_share(self.weights, view.around if _REPLY.match(view.text) else view.words),
            around=around,
            rest=_share(rest, view.around, smooth=1.0),
            label=_share(label, view.around) if label else around,
            passage=_share(self.weights, self.passages[view.passage]),
            head=len(self.head & _pairs(view.text)) / len(self.head) if self.head else 0.5,
            topic=_share(
                {t: w for t, w in self.weights.items() if t in self.titles}, near, smooth=0.01
            ),
            rank=max(0.0, view.score / self.best),
        )


def _share(weights: Mapping[str, float], words: frozenset[str], smooth: float = 0.0) -> float:
    total = sum(weights.values()) + 2 * smooth
    held = sum(w for token, w in weights.items() if token in words) + smooth
    return held / total if total else 0.0


@lru_cache(maxsize=20_000)
def _pairs(text: str) -> frozenset[str]:
    """Neighbouring letters that are no hiragana."""
    return frozenset(match.group(1) for match in _PAIR.finditer(text))
