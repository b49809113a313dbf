"""Whether a generated sentence is one: a small model sometimes glues cells of a table together.

What it says may be borne by the evidence all the same; a person cannot read it.
"""

from __future__ import annotations

import re
from itertools import pairwise

from rag.normalization import fold

# A predicate at the end, polite or plain; a row of nouns has none.
_PREDICATE = re.compile(
    r"(?:です|ます|ました|ません(?:でした)?|でした|でしょう|ください|である|だ|[うくすつぬむるいたん])。$"
)
# 「100万円 R7年度」: two cells; words of Latin letters may stand apart.
_GAP = re.compile(r"(?:[^\x00-\x7f]|\d)\s+(?:[^\x00-\x7f]|\d|[RH]\d)")
# 「増えているです」: a verb, or an end of its own, before the copula.
_TWO_ENDS = re.compile(r"(?:[ぬむる]|ます|ません|です|[しっいんえけせてめれげべ]た)です。$")
_PHRASE = re.compile(r"[、,。\s]+")
_SHORTEST_PHRASE = 4


def is_well_formed(sentence: str) -> bool:
    """One readable sentence: it ends in one predicate, has no gaps, and says nothing twice."""
    text = fold(sentence).strip()
    ends_well = _PREDICATE.search(text) and not _TWO_ENDS.search(text)
    return bool(ends_well) and not _GAP.search(text) and not _stutters(text)


def _stutters(text: str) -> bool:
    """A phrase that holds the whole of the one before it, or the other way round."""
    phrases = [each for each in _PHRASE.split(text) if len(each) >= _SHORTEST_PHRASE]
    return any(one in other or other in one for one, other in pairwise(phrases))
