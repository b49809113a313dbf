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
_KANJI = re.compile(r"[一-龥]")
_COMPOUND = re.compile(r"[一-龥ァ-ヶー々]{3,}")
_SHORT_KANA = re.compile(r"[ぁ-んー]{1,2}")


@dataclass(frozen=True)
class Wording:
    """The committed table. `families` gives for a word those that say the same.

    `procedural` words name no subject: where one unit has them and another has not, nothing is
    swapped.
    """

    formal: frozenset[str]
    procedural: frozenset[str]
    families: Mapping[str, frozenset[str]]

    def is_procedural(self, word: str) -> bool:
        """「申請」, and what is made of it: 「申請書」."""
        return word in self.procedural or word.rstrip("書者先日額用") in self.procedural

    def same(self, word: str) -> frozenset[str]:
        """The word and those that say the same."""
        return self.families.get(word, frozenset()) | {word}


@cache
def load_wording() -> Wording:
    data = tomllib.loads(Path(__file__).with_name("wording.toml").read_text("utf-8"))
    families: dict[str, frozenset[str]] = {}
    for line in data["same"]:
        words = frozenset(line.split())
        for word in words:
            families[word] = families.get(word, frozenset()) | words
    return Wording(
        frozenset(data["formal"].split()),
        frozenset(data["procedural"].split()),
        families,
    )


class Lexicon:
    """Words of the texts of one call, each text tokenised once."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        self._words: dict[str, frozenset[str]] = {}
        self._content: dict[str, tuple[str, ...]] = {}
        self._said: dict[tuple[str, str], bool] = {}

    def content(self, text: str) -> tuple[str, ...]:
        """Each content word once, in order; figures are no words (see `facts`)."""
        if text not in self._content:
            formal = load_wording().formal
            self._content[text] = tuple(
                word
                for word in dict.fromkeys(self.tokenizer.tokenize(text))
                if word not in formal
                and not _FIGURE_WORD.fullmatch(word)
                and not _SHORT_KANA.fullmatch(word)
            )
        return self._content[text]

    def telling(self, text: str) -> tuple[str, ...]:
        """Content words with the formal ones, which tell little but something."""
        return tuple(
            word
            for word in dict.fromkeys(self.tokenizer.tokenize(text))
            if not _FIGURE_WORD.fullmatch(word) and not _SHORT_KANA.fullmatch(word)
        )

    def compounds(self, text: str) -> list[str]:
        """Unbroken runs of kanji and katakana: 「保護費」 is more than 保護."""
        return [match.group() for match in _COMPOUND.finditer(text)]

    def telling_compounds(self, text: str) -> list[str]:
        """Those that name more than a procedure."""
        procedural = load_wording().procedural
        return [each for each in self.compounds(text) if set(self.content(each)) - procedural]

    def words(self, text: str) -> frozenset[str]:
        """All words of a text, as a set."""
        if text not in self._words:
            self._words[text] = frozenset(self.tokenizer.tokenize(text))
        return self._words[text]

    def says(self, word: str, text: str) -> bool:
        """Whether a text says the word, or one that means the same.

        Sudachi cuts compounds in one way here and in another there: the letters count, too.
        """
        key = (word, text)
        if key not in self._said:
            words = self.words(text)
            self._said[key] = any(
                each in words or (len(each) > 1 and each in text)
                for each in load_wording().same(word)
            )
        return self._said[key]


def is_noun(word: str) -> bool:
    """Verbs and adjectives may be paraphrased, what they speak of may not."""
    if word[-1] in "うくすつぬふむゆるぐぶ":
        return False
    return word[-1] != "い" or len(_KANJI.findall(word)) > 1


def nouns(words: Iterable[str]) -> list[str]:
    return [word for word in words if is_noun(word)]
