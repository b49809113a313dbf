"""How sure a contradiction is: a logistic function of how far the unit speaks of the claim."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

from app.answering.premise.alignment import Fit
from app.answering.premise.finding import FIGURES, Finding

_SMOOTH = 0.1
_WORDS = frozenset({"name", "of", "alternative"})
_SHARES = ("own", "around", "rest", "label", "head", "passage", "topic")
_SIGNALS = {*(each.name for each in fields(Fit)), "lead", "apart", "firm", "focus"}
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
        weights = self.weights[_class(finding.group)]
        total = self.intercepts[finding.group]
        for name in _SHARES:
            total += weights[name] * math.log(getattr(finding.fit, name) + _SMOOTH)
        lead = finding.fit.total - finding.support.total
        total += weights["rank"] * finding.fit.rank
        total += weights["lead"] * min(_MOST_LEAD, lead)
        total += weights["apart"] * min(_MOST_APART, finding.apart)
        total += weights["firm"] * finding.is_firm + weights["focus"] * finding.is_focus
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))


def _class(group: str) -> str:
    if group in FIGURES:
        return "figure"
    return "word" if group in _WORDS else "predicate"


@cache
def load_confidence() -> ConfidenceModel:
    """The committed weights; unknown or missing signals are refused."""
    data = tomllib.loads(Path(__file__).with_name("confidence.toml").read_text("utf-8"))
    for name, weights in data["weights"].items():
        if set(weights) != _SIGNALS:
            raise ValueError(f"confidence.toml: signals of {name} should be {sorted(_SIGNALS)}")
    return ConfidenceModel(**data)
