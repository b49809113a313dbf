"""Passages of documents read once: the same ones are found by one question after the other."""

from __future__ import annotations

import sys
from functools import lru_cache

from rag.tokenizer import Tokenizer, Word
from rag.units import Unit, split_units

_TEXTS = 10_000
_PASSAGES = 2_000


class RememberingTokenizer:
    """A tokenizer that remembers the texts read last. For texts of documents only.

    What a person asked must not stay in memory longer than its answer takes, so questions go to
    the tokenizer itself.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._remembered = lru_cache(_TEXTS)(self._read)

    def tokenize(self, text: str) -> list[str]:
        """Words in order, with repetitions."""
        return list(self._remembered(text))

    def names(self, text: str) -> frozenset[str]:
        """Those of the words that are proper names or identifiers."""
        return self._tokenizer.names(text)

    def parse(self, text: str) -> list[Word]:
        """All words of a sentence as it stands."""
        return self._tokenizer.parse(text)

    def _read(self, text: str) -> tuple[str, ...]:
        # Equal words share one string, also with the snapshot's: a fraction of the memory.
        return tuple(map(sys.intern, self._tokenizer.tokenize(text)))


@lru_cache(_PASSAGES)
def units_of(passage_text: str) -> tuple[Unit, ...]:
    """The units of a passage's text, in reading order."""
    return tuple(split_units(passage_text))
