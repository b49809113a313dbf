"""The evidence, read once for all clauses of a sentence."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from guardrails.output.grounding.clauses import Piece, pieces
from guardrails.output.grounding.facts import Fact, read_facts
from guardrails.output.grounding.wording import content_words, load_wording, nouns, says
from rag.normalization import normalise_line
from rag.tokenizer import Tokenizer

_CELLS = re.compile(r"\s*[|\t]\s*")
_HEADER_CHARS = 40
_ROW_WORDS = 2


@dataclass(frozen=True)
class EvidenceUnit:
    """A verbatim sentence or row, with the titles above it (document, headings, table header)."""

    text: str
    titles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """A unit as it is compared: cells carry their column's name, titles are apart."""

    number: int
    text: str
    above: str
    words: frozenset[str]
    facts: tuple[Fact, ...]
    title_facts: tuple[Fact, ...]
    pieces: tuple[Piece, ...]

    @property
    def whole(self) -> str:
        return f"{self.above} {self.text}"

    def says(self, word: str) -> bool:
        """In itself or in the titles above it."""
        return says(word, self.words, self.whole)

    def says_itself(self, word: str) -> bool:
        return says(word, frozenset(), self.text)


@dataclass(frozen=True)
class Sources:
    """All units, and how telling each word is among them."""

    units: tuple[Source, ...]
    question: frozenset[str]
    question_text: str

    def weight(self, word: str) -> float:
        """A word that every unit says tells none from another."""
        count = sum(unit.says(word) for unit in self.units)
        return math.log((len(self.units) + 1) / count) if count else 0.0

    def foreign(self, words: Sequence[str], unit: Source) -> list[str]:
        """Nouns that other units say and this one does not: signs of a swap."""
        return [
            word
            for word in nouns(words)
            if not unit.says(word)
            and any(other.says(word) for other in self.units if other is not unit)
        ]

    def unseen(self, words: Sequence[str]) -> list[str]:
        """Nouns that neither the evidence nor the question says."""
        return [
            word
            for word in nouns(words)
            if not any(unit.says(word) for unit in self.units)
            and not says(word, self.question, self.question_text)
        ]


def read_sources(evidence: Sequence[EvidenceUnit], question: str, tokenizer: Tokenizer) -> Sources:
    """Raises nothing: an empty unit is a unit that says nothing."""
    units: list[Source] = []
    header = ("", ("",))
    for number, unit in enumerate(evidence):
        text = normalise_line(unit.text)
        titles = tuple(normalise_line(title) for title in unit.titles)
        if _is_header(text):
            header = (text, titles)
        elif header[0] and header[1] == titles and not text.startswith(("※", "・")):
            titles = (*titles, header[0])
        units.append(_source(number, text, titles, tokenizer))
    folded = normalise_line(question)
    return Sources(tuple(units), frozenset(content_words(folded, tokenizer)), folded)


def _is_header(text: str) -> bool:
    """「区分 補助率 上限額」: names of columns and nothing else."""
    if re.search(r"[\d。]", text) or len(text) > _HEADER_CHARS:
        return False
    return len(re.split(r"[\s|]+", text.strip("| "))) > _ROW_WORDS


def _source(number: int, text: str, titles: tuple[str, ...], tokenizer: Tokenizer) -> Source:
    row = _with_columns(text, titles)
    above = " ".join(titles)
    words = frozenset(tokenizer.tokenize(f"{above}\n{row}"))
    facts = read_facts(row)
    return Source(number, row, above, words, facts, read_facts(above), tuple(pieces(row)))


def _with_columns(text: str, titles: tuple[str, ...]) -> str:
    """「| 3歳未満 | 15,000円 |」 under 「| 区分 | 第1子 |」: 「3歳未満、第1子 15,000円」."""
    cells = _cells(text)
    if len(cells) < 2:
        return text
    for title in reversed(titles):
        columns = _cells(title)
        if len(columns) == len(cells):
            named = (f"{a} {b}" for a, b in zip(columns[1:], cells[1:], strict=True))
            return "、".join((cells[0], *named))
    return "、".join(cells)


def _cells(text: str) -> list[str]:
    return (
        [cell for cell in _CELLS.split(text.strip("| \t")) if cell]
        if "|" in text or "\t" in text
        else []
    )


def labels(text: str) -> frozenset[str]:
    return load_wording().labels_of(text)
