"""A clause as it is compared."""

from __future__ import annotations

from dataclasses import dataclass

from guardrails.output.grounding.facts import Fact


@dataclass(frozen=True)
class Statement:
    """A clause with its words; `topic` is what it is about, its own or the sentence's."""

    text: str
    topic: str
    earlier: str
    sentence: str
    words: tuple[str, ...]
    facts: tuple[Fact, ...]
