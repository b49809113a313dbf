"""Text made comparable for the recognizers, with the way back to the original."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True)
class Normalized:
    """`text`, and for each of its code points where it begins and ends in the original.

    `starts[i]:ends[i]` is the stretch of the original that became `text[i]`.
    """

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the original behind `text[start:end]`, which must not be empty."""
        return self.starts[start], self.ends[end - 1]


def normalize(text: str) -> Normalized:
    """NFKC, code point by code point."""
    characters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        folded = unicodedata.normalize("NFKC", character)
        characters.append(folded)
        places.extend([place] * len(folded))
    return Normalized("".join(characters), tuple(places), tuple(place + 1 for place in places))
