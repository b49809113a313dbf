"""What a question means within a conversation: follow-ups are completed from what went before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Said:
    """An earlier question, as it was asked and as it was searched."""

    question: str
    query: str


@dataclass(frozen=True)
class Understood:
    """`query` is what to search; `subject` what was added to the question, "" for nothing."""

    query: str
    subject: str = ""


def understand(question: str, earlier: Sequence[Said]) -> Understood:
    """Complete a follow-up with the subject of what was asked before it."""
    del earlier
    return Understood(question)
