"""Text made comparable for marks: one character for one, so that places stay what they are.

Unlike `guardrails.normalization` lines and spaces stand: where a mark stands is what makes it one.
"""

from __future__ import annotations

import unicodedata

# An encircled 秘 is a mark wherever it stands; folded it would be a word like any other.
_KEPT = "㊙"


def fold(text: str) -> str:
    """NFKC where it gives one character for one; line ends become plain."""
    return "".join(map(_folded, text))


def _folded(character: str) -> str:
    if character.isascii():
        return " " if character == "\r" else character
    folded = unicodedata.normalize("NFKC", character)
    return folded if len(folded) == 1 and character not in _KEPT else character
