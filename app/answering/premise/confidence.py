"""How sure a contradiction is: a logistic function of how far the unit speaks of the claim."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.answering.premise.finding import FIGURES, Finding

CLASSES = ("figure", "word", "predicate")
SIGNALS = (
    "own",
    "around",
    "head",
    "label",
    "passage",
    "rest",
    "topic",
    "rank",
    "firm",
    "focus",
    "apart",
    "lead",
)
_SMOOTH = 0.1
_WORDS = frozenset({"name", "of", "alternative"})
_SHARES = ("own", "around", "head", "label", "passage", "rest", "topic")
_MOST_LEAD = 1.5
_MOST_APART = 5.0


@dataclass(frozen=True)
class ConfidenceModel:
    """Weights of each class of findings, and the intercept of each group.

    Shares enter by their logarithm: with nothing in common, nothing else counts. `lead` is how
    much more the unit speaks of the claim than the best one that says the same as the claim.
    """

    threshold: float
    weights: Mapping[str, Mapping[str, float]]
    intercepts: Mapping[str, float]

    def confidence(self, finding: Finding) -> float:
        """That the unit contradicts the claim, 0..1."""
        weights = self.weights[class_of(finding.group)]
        total = self.intercepts[finding.group]
        total += sum(weights[name] * value for name, value in signals_of(finding).items())
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))


def class_of(group: str) -> str:
    """The class whose weights a group of findings shares: one of `CLASSES`."""
    if group in FIGURES:
        return "figure"
    return "word" if group in _WORDS else "predicate"


def signals_of(finding: Finding) -> dict[str, float]:
    """What is weighed, by the names of `SIGNALS` and in their order."""
    lead = finding.fit.total - finding.support.total
    shares = {name: math.log(getattr(finding.fit, name) + _SMOOTH) for name in _SHARES}
    return shares | {
        "rank": finding.fit.rank,
        "firm": float(finding.is_firm),
        "focus": float(finding.is_focus),
        "apart": min(_MOST_APART, finding.apart),
        "lead": min(_MOST_LEAD, lead),
    }


@cache
def load_confidence() -> ConfidenceModel:
    """The committed weights; unknown or missing signals are refused."""
    data = tomllib.loads(Path(__file__).with_name("confidence.toml").read_text("utf-8"))
    for name, weights in data["weights"].items():
        if set(weights) != set(SIGNALS):
            raise ValueError(f"confidence.toml: signals of {name} should be {sorted(SIGNALS)}")
    return ConfidenceModel(**data)
