"""What the answering walk needs of a search."""

from __future__ import annotations

from typing import Protocol

from rag.passage import Audience, Passage, SearchScope


class Search(Protocol):
    """`rag.retriever.Retriever` is one."""

    def search(self, query: str, scope: SearchScope, top_k: int = 10) -> list[Passage]:
        """The best passages, best first."""

    def idf(self, token: str, audience: Audience) -> float:
        """How rare a word is in what that audience may search."""
