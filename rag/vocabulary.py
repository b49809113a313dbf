"""Everyday words and the official ones they mean: 「ワンコ」 is 犬, 「生保もらえる」 生活保護."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rag.normalization import fold

_MEANINGS = 2  # more of them were measured to lead away from the question
_SHORTEST = 2


@dataclass(frozen=True)
class Vocabulary:
    """`meanings`: official words by everyday word; both folded, lower case, no white space."""

    meanings: Mapping[str, tuple[str, ...]]

    def official_words(self, question: str) -> tuple[str, ...]:
        """What the everyday words of a question mean, but for what it says itself.

        Where two everyday words overlap the longer one counts.
        """
        text = _plain(question)
        taken = [False] * len(text)
        found: dict[str, None] = {}
        for match in self._matches(text):
            if not any(taken[match.start() : match.end()]):
                taken[match.start() : match.end()] = [True] * len(match.group())
                meanings = self.meanings[match.group()][:_MEANINGS]
                found.update(dict.fromkeys(word for word in meanings if word not in text))
        return tuple(found)

    def _matches(self, text: str) -> Sequence[re.Match[str]]:
        said = (re.finditer(re.escape(word), text) for word in self.meanings if word in text)
        every = [match for matches in said for match in matches]
        return sorted(every, key=lambda match: (match.start() - match.end(), match.start()))


@cache
def load_vocabulary() -> Vocabulary:
    """The committed vocabulary. Raises ValueError where an entry is not what it should be."""
    text = Path(__file__).with_name("vocabulary.toml").read_text("utf-8")
    return read_vocabulary(text)


def read_vocabulary(text: str) -> Vocabulary:
    """A vocabulary from TOML: tables `entry` of `say` and `means`, lists of words.

    Raises ValueError for other keys, empty lists, and words that are said twice or too short.
    """
    meanings: dict[str, tuple[str, ...]] = {}
    for entry in tomllib.loads(text).get("entry", []):
        if set(entry) != {"say", "means"} or not entry["say"] or not entry["means"]:
            raise ValueError(f"vocabulary: say と means が要ります: {entry}")
        for said in map(_plain, entry["say"]):
            if len(said) < _SHORTEST or said in meanings:
                raise ValueError(f"vocabulary: 短すぎるか、二度出てくる言葉です: {said}")
            meanings[said] = tuple(map(_plain, entry["means"]))
    return Vocabulary(meanings)


def _plain(text: str) -> str:
    return re.sub(r"\s", "", fold(text)).lower()
