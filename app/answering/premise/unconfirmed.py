"""Figures that a question asserts and the evidence does not hold: no contradiction, but no support.

To say いいえ here would be wrong as often as right; to say nothing would let a figure pass that
nobody has confirmed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.answering.premise.claims import find_claims
from rag.values import Value, read_values

_GROUPS = frozenset({"figure", "frequency"})
_ORDINAL = re.compile(r"^目")
# 「1匹3,700円」: what one of them costs; nobody asserts the one.
_ONE = frozenset({"1", "一"})


def has_unconfirmed_figure(question: str, quotes: Sequence[str]) -> bool:
    """Whether a firm claim of the question holds a figure that no quote (normalised) holds."""
    held = [value for quote in quotes for value in read_values(quote)]
    return any(
        not any(each.family == said.family and each.is_same(said) for each in held)
        for claim in find_claims(question)
        if claim.is_firm
        for said in read_values(claim.text)
        if _is_asserted(said, claim.text)
    )


def _is_asserted(value: Value, text: str) -> bool:
    """A bound (「50人を超える」) may hold of another figure; an age is that of the one who asks."""
    if value.group not in _GROUPS or value.bound or value.family == "count:歳":
        return False
    is_one = re.sub(r"\D", "", value.text) in _ONE and value.family.startswith("count")
    return not is_one and not _ORDINAL.match(text[value.end :])
