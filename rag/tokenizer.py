"""Words of Japanese text: SudachiPy normalised forms, content words only.

Identifiers (「R6-3」「第12号」「5G」「eL-QR」) stay whole, and are also found by their parts.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from rag.normalization import fold

if TYPE_CHECKING:
    from sudachipy import Morpheme
    from sudachipy import Tokenizer as SudachiTokenizer

VERSION = "2"
"""Part of what a stored token list is keyed by: change it when the tokens change."""

_MAX_PIECE_BYTES = 40_000  # Sudachi refuses more than 49,149 bytes
_IDENTIFIER = re.compile(
    r"第[0-9]+(?:条の[0-9]+|[条項号回次版期款編章])"
    r"|(?<![A-Za-z0-9])(?=[A-Za-z0-9.+&/-]*[A-Za-z])(?=[A-Za-z0-9.+&/-]*[0-9-])"
    r"[A-Za-z0-9]+(?:[.+&/-][A-Za-z0-9]+)*(?![A-Za-z0-9])"
)
_CONTENT = {"名詞", "動詞", "形容詞", "形状詞", "副詞", "接頭辞", "接尾辞", "代名詞"}
_STOP_SUBCLASS = {"非自立可能", "助動詞語幹", "数詞"}
_TOO_COMMON = (
    "為る 有る 居る 成る 出来る 言う 物 事 為 等 者 様 時 所 何 此れ 其れ どれ 下さる 呉れる 貰う "
    "教える 知る 分かる 御 達 的 ので どう 如何 幾つ 幾ら 何処 何時 誰 何れ 幾 つ なん くらい 程"
)
_STOP_WORDS = frozenset(_TOO_COMMON.split())
_LATIN = re.compile(r"[A-Za-z]{2,}")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(frozen=True)
class Word:
    """A word as it stands. `dictionary`: its plain form; `normalized`: in one spelling, too.

    `pos`: the six fields of Sudachi, of which the last two are the conjugation. `start` and `end`
    count code points of the text that was parsed.
    """

    surface: str
    dictionary: str
    normalized: str
    pos: tuple[str, ...]
    start: int
    end: int


class Tokenizer(Protocol):
    """Cuts text into the words that are searched."""

    def tokenize(self, text: str) -> list[str]:
        """Words in order, with repetitions."""

    def names(self, text: str) -> frozenset[str]:
        """Those of the words that are proper names or identifiers."""

    def parse(self, text: str) -> list[Word]:
        """All words of one sentence as it stands, function words and marks with them."""


class SudachiWords:
    """Content words of a text, in order. One dictionary per process; safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    @cached_property
    def _sudachi(self) -> SudachiTokenizer:
        from sudachipy import Dictionary  # noqa: PLC0415 - 0.3 s that sign-in need not wait for

        return Dictionary(dict="core").create()

    def tokenize(self, text: str) -> list[str]:
        """Normalised content words; figures stay as written (without commas)."""
        folded = fold(text)
        tokens: list[str] = []
        position = 0
        for match in _IDENTIFIER.finditer(folded):
            tokens += self._words(folded[position : match.start()])
            tokens += _identifier_tokens(match.group())
            position = match.end()
        return tokens + self._words(folded[position:])

    def names(self, text: str) -> frozenset[str]:
        """Proper names (SudachiDict 固有名詞) and words of Latin letters."""
        from sudachipy import SplitMode  # noqa: PLC0415 - see above

        folded = fold(text)
        found = {match.group().lower() for match in _IDENTIFIER.finditer(folded)}
        for piece in _pieces(_IDENTIFIER.sub(" ", folded)):
            with self._lock:
                for morpheme in self._sudachi.tokenize(piece, SplitMode.C):
                    pos = morpheme.part_of_speech()
                    is_latin = bool(_LATIN.fullmatch(morpheme.surface()))
                    if pos[1] == "固有名詞" or (is_latin and pos[0] == "名詞"):
                        found.add(morpheme.normalized_form().lower())
        return frozenset(found)

    def parse(self, text: str) -> list[Word]:
        """All words of one sentence as it stands, function words and marks with them.

        Raises what Sudachi raises for more than 49,149 bytes and for lone surrogates.
        """
        from sudachipy import SplitMode  # noqa: PLC0415 - see above

        with self._lock:
            return [
                Word(
                    morpheme.surface(),
                    morpheme.dictionary_form(),
                    morpheme.normalized_form(),
                    tuple(morpheme.part_of_speech()),
                    morpheme.begin(),
                    morpheme.end(),
                )
                for morpheme in self._sudachi.tokenize(text, SplitMode.C)
            ]

    def _words(self, text: str) -> list[str]:
        tokens: list[str] = []
        for piece in _pieces(text):
            tokens += self._piece_words(piece)
        return tokens

    def _piece_words(self, piece: str) -> list[str]:
        from sudachipy import SplitMode  # noqa: PLC0415 - see above

        tokens: list[str] = []
        with self._lock:
            for morpheme in self._sudachi.tokenize(piece, SplitMode.C):
                surface = morpheme.surface()
                if morpheme.part_of_speech()[0] not in _CONTENT and not surface.isascii():
                    continue
                tokens.append(_token(morpheme, surface))
                if len(surface) > 2:
                    shorter = morpheme.split(SplitMode.A)
                    if len(shorter) > 1:
                        tokens += [_token(part, part.surface()) for part in shorter]
        return [token for token in tokens if token]


def _token(morpheme: Morpheme, surface: str) -> str:
    """The word as it is searched, empty if it is none."""
    if surface[:1].isdecimal() and _NUMBER.fullmatch(surface):
        return surface.replace(",", "")
    if not surface.isalnum() and not any(char.isalnum() for char in surface):
        return ""
    word: str = morpheme.normalized_form().lower()
    if word in _STOP_WORDS:
        return ""
    if len(word) == 1:
        pos = morpheme.part_of_speech()
        if pos[0] == "接尾辞" and pos[1] != "名詞的":
            return ""
    return word


def _identifier_tokens(identifier: str) -> list[str]:
    """The identifier whole, and its parts: 「地域DX-2」 is found by 「DX」 too."""
    whole = identifier.lower()
    parts = [part for part in re.split(r"[.+&/-]", whole) if part]
    return [whole, *parts] if len(parts) > 1 else [whole]


def _pieces(text: str) -> Iterable[str]:
    """Lines, cut where the tokenizer's limit would be passed."""
    for line in text.splitlines():
        while len(line.encode()) > _MAX_PIECE_BYTES:
            yield line[: _MAX_PIECE_BYTES // 4]
            line = line[_MAX_PIECE_BYTES // 4 :]  # noqa: PLW2901
        if line.strip():
            yield line
