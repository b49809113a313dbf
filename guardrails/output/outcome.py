"""What a guard is given beside the sentence, and what it answers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from guardrails.output.predicates import Sentence
from guardrails.output.reasons import GuardReason
from rag.normalization import comparable
from rag.passage import Audience

_END = re.compile(r"(?:です|である|とする|となります|ます)?[。.]?$")
# Less is no quotation: 「違法」 alone stands in many a passage.
_SHORTEST_QUOTE = 6


@dataclass(frozen=True)
class OutputContext:
    """What the sentence may draw on.

    `conversation`: what the person wrote, the last question last. `cited`: the text of what the
    sentence rests on, nothing for a reply that only listens. `audience`: for "public" eligibility
    is never decided. `is_listening`: a reply that tells back what was said, figures with it.
    """

    conversation: tuple[str, ...]
    cited: tuple[str, ...] = ()
    audience: Audience = "public"
    is_listening: bool = False

    @cached_property
    def heard(self) -> str:
        """All that the person wrote, made comparable."""
        return comparable("\n".join(self.conversation))

    @cached_property
    def read(self) -> str:
        """All that is cited, made comparable."""
        return comparable("\n".join(self.cited))

    def quotes(self, text: str) -> bool:
        """Whether the cited text says the very sentence, but for its ending."""
        body = _END.sub("", comparable(text))
        return len(body) >= _SHORTEST_QUOTE and body in self.read


@dataclass(frozen=True)
class Kept:
    """`hints`: words of judgement for the person who checks the answer; nothing is done to them."""

    text: str
    hints: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mended:
    """`text` may be shown in place of the sentence; each reason once, in order."""

    text: str
    reasons: tuple[GuardReason, ...]


@dataclass(frozen=True)
class Removed:
    """What it said is kept nowhere."""

    reason: GuardReason


Outcome = Kept | Mended | Removed


class Guard(Protocol):
    """Looks at one whole sentence for one kind of harm. Whatever it raises removes the sentence."""

    @property
    def name(self) -> str:
        """For the log."""

    def check(self, sentence: Sentence, context: OutputContext) -> Mended | Removed | None:
        """None where there is nothing to object to."""
