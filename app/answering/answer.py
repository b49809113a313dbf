"""What the one answering walk yields, for the web, the command line and later LINE."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from rag.units import readable

Status = Literal["answered", "abstained", "blocked", "escalated"]
NEAREST_HEADING = "近い箇所（答えとは限りません）"

Premise = Literal["contradicted", "none"]


@dataclass(frozen=True)
class Citation:
    """A verbatim place in a live document version.

    `quote` equals the source after removing white space; `page` is the printed number, else the
    slide's or page's ordinal, else None; `score` is 0..1 and orders citations only.
    """

    document_id: str
    title: str
    section: str
    page: int | None
    quote: str
    passage: str
    issuer: str = ""
    source: str = ""
    published: date | None = None
    valid_until: date | None = None
    is_demo: bool = False
    is_expired: bool = False
    score: float = 0.0


@dataclass(frozen=True)
class Answer:
    """The finished answer. `text` is all that a person is shown, without label and citations.

    `nearest` are the nearest places of an abstention, shown as such, and beside an answer the
    passages it was taken from. `notices` warn of an ended period, of
    demonstration pages, and the like. `generated` counts sentences of a language model; those
    that stand above `text` are in `sentences`.
    """

    status: Status
    text: str
    premise: Premise
    citations: tuple[Citation, ...]
    nearest: tuple[Citation, ...]
    notices: tuple[str, ...]
    provider: str
    generated: int
    ms: float
    sentences: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """All of it as plain text, for channels without a page: text, notices, nearest places."""
        parts = [*self.sentences, self.text, *(f"※{notice}" for notice in self.notices)]
        if self.status == "abstained" and self.nearest:
            parts += [NEAREST_HEADING, *(readable(each.quote) for each in self.nearest)]
        return "\n\n".join(parts)


@dataclass(frozen=True)
class Retrieved:
    passages: tuple[Citation, ...]
    ms: float


@dataclass(frozen=True)
class Routed:
    """Whether a language model may write above the evidence. `reason`: one Japanese sentence."""

    is_open: bool
    reason: str
    level: str


@dataclass(frozen=True)
class Evidence:
    answer: Answer


@dataclass(frozen=True)
class Sentence:
    """A sentence of a language model that the evidence bears. `citations` index the answer's.

    `mended`: why a guard changed it, as codes of `guardrails.output.reasons`.
    """

    text: str
    citations: tuple[int, ...] = ()
    mended: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dropped:
    """A generated sentence that the evidence does not bear, or that a guard removed.

    What it said is kept nowhere.
    """

    reason: str


@dataclass(frozen=True)
class Completed:
    answer: Answer


@dataclass(frozen=True)
class Failed:
    message: str


Event = Retrieved | Routed | Evidence | Sentence | Dropped | Completed | Failed
