"""Levels of confidentiality (機密性): L1 public, L2 confidential, L3 about residents, L4 secret."""

from __future__ import annotations

from enum import StrEnum


class Level(StrEnum):
    L1 = "L1"
    L2 = "L2"
    L3 = "L3"
    L4 = "L4"


def highest(*levels: str) -> Level:
    """The highest of what was chosen, found and used; L1 of nothing. Raises ValueError."""
    return max((Level(level) for level in levels), default=Level.L1)
