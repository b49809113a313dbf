"""What speaks against a claim, before it is decided how sure that is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.answering.evidence import UnitView
from app.answering.premise.alignment import Fit, Rivals
from app.answering.premise.claims import Claim

PREDICATE_CHARS = 14
"""At the end of a clause stands what it asserts."""
FOCUS_CHARS = 16
LABEL_CHARS = 12
"""Before a value stands what it is the value of (「補助率は2/3」)."""

FIGURES = frozenset({"figure", "time", "frequency"})

ONLY = re.compile(r"だけ|のみ|に限")
"""What is refused to others does not contradict it."""

_MIN_LABEL = 0.16


@dataclass(frozen=True)
class Finding:
    """A unit against a claim. `group`: the kind of contradiction (see `confidence.toml`).

    `is_focus`: what is contradicted stands at the end of the clause; `asserted`, `actual`: what
    the claim and the unit say, where that can be said in a word; `fit`, `support`: how far the
    unit, and the best one that says the same as the claim, speak of it; `apart`: how far two
    figures lie apart, as the logarithm of their ratio.
    """

    group: str
    is_firm: bool
    is_focus: bool
    asserted: str
    actual: str
    unit: UnitView
    fit: Fit
    support: Fit
    apart: float


def found(
    group: str, claim: Claim, asserted: str, rivals: Rivals, *, is_focus: bool
) -> Finding | None:
    """The finding, if a unit speaks against the claim and none as much for it."""
    fit = rivals.against
    if rivals.unit is None or rivals.support.total > fit.total:
        return None
    if group in FIGURES and max(fit.label, fit.head) < _MIN_LABEL:
        return None  # a figure of something else
    return Finding(
        group,
        claim.is_firm,
        is_focus,
        asserted,
        rivals.actual,
        rivals.unit,
        fit,
        rivals.support,
        rivals.apart,
    )
