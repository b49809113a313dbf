"""The content words of a text: what remains when function words and formal words are gone."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rag.tokenizer import Tokenizer

_FIGURE_WORD = re.compile(r"[\d.,/-]+|第[\d一二三四五六七八九十]+.?")
_SHORT_KANA = re.compile(r"[ぁ-んー]{1,2}")


@dataclass(frozen=True)
class Wording:
    """The committed table. `families` gives for a word those that say the same."""

    formal: frozenset[str]
    families: Mapping[str, frozenset[str]]
    labels: Mapping[str, re.Pattern[str]]

    def same(self, word: str) -> frozenset[str]:
        """The word and those that say the same."""
        return self.families.get(word, frozenset()) | {word}

    def labels_of(self, text: str) -> frozenset[str]:
        """The kinds of label that a text holds (「上限」: limit)."""
        return frozenset(name for name, pattern in self.labels.items() if pattern.search(text))


@cache
def load_wording() -> Wording:
    """Raises re.error for a broken pattern."""
    data = tomllib.loads(Path(__file__).with_name("wording.toml").read_text("utf-8"))
    families: dict[str, frozenset[str]] = {}
    for line in data["same"]:
        words = frozenset(line.split())
        for word in words:
            families[word] = families.get(word, frozenset()) | words
    labels = {name: re.compile(pattern) for name, pattern in data["labels"].items()}
    return Wording(frozenset(data["formal"].split()), families, labels)


def content_words(text: str, tokenizer: Tokenizer) -> tuple[str, ...]:
    """Each content word once, in order; figures are no words (see `facts`)."""
    formal = load_wording().formal
    return tuple(
        word
        for word in dict.fromkeys(tokenizer.tokenize(text))
        if word not in formal
        and not _FIGURE_WORD.fullmatch(word)
        and not _SHORT_KANA.fullmatch(word)
    )


def says(word: str, words: frozenset[str], text: str) -> bool:
    """Whether a text says the word, or one that means the same.

    Sudachi cuts compounds in one way here and in another there: the letters count, too.
    """
    return any(
        each in words or (len(each) > 1 and each in text) for each in load_wording().same(word)
    )


def is_noun(word: str) -> bool:
    """Verbs and adjectives (with kana in them) may be paraphrased, what they speak of may not."""
    return not re.search(r"[ぁ-ん]", word)


def nouns(words: Iterable[str]) -> list[str]:
    return [word for word in words if is_noun(word)]
