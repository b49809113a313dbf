"""The evidence, read once for all clauses of a sentence."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from guardrails.output.grounding.clauses import Piece, pieces
from guardrails.output.grounding.facts import Fact, read_facts
from guardrails.output.grounding.passages import Passage, read_passages
from guardrails.output.grounding.spelling import spelled
from guardrails.output.grounding.wording import Lexicon, nouns
from rag.tokenizer import Tokenizer

_CELLS = re.compile(r"\s*[|\t]\s*")
_MARK = re.compile(r"^[\W\d]+")
_ABOVE = 0.3
_HEADER_CHARS = 40
_HEADER_CELLS = 3
_FIGURE_CELL = re.compile(r"[\d./,%]+\S{0,3}")
_COLUMN = re.compile(
    r"(?:率|額|区分|種類|内容|類型|対象|名称?|期間|上限|下限|実績|備考|とき|届出|もの|経費|主体|期限|料金|日時?|場所|電話|番号|回数|目安)$"
)


@dataclass(frozen=True)
class EvidenceUnit:
    """A verbatim sentence or row, with the titles above it (document, headings, table header)."""

    text: str
    titles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """A unit as it is compared. Titles are apart.

    `number`: its place in `Sources.units`; `unit`: of the evidence, of which a table in one text is
    several sources. `quoted` is its own text, compact; in `text` cells carry their column's name.
    """

    number: int
    unit: int
    quoted: str
    text: str
    above: str
    facts: tuple[Fact, ...]
    title_facts: tuple[Fact, ...]
    pieces: tuple[Piece, ...]
    passages: tuple[Passage, ...]
    lexicon: Lexicon

    @cached_property
    def whole(self) -> str:
        """With the titles."""
        return f"{self.above}\n{self.text}"

    @cached_property
    def compact(self) -> str:
        """Lower case, without white space and quotation marks: for names."""
        return compact(self.whole)

    @cached_property
    def is_heading(self) -> bool:
        """It only repeats a title above it."""
        return bool(bare := _MARK.sub("", self.text).rstrip("】 ")) and bare in self.above

    def says(self, word: str) -> bool:
        """In itself or in the titles above it."""
        return self.lexicon.says(word, self.whole)


@dataclass(frozen=True)
class Statement:
    """A clause of a generated sentence.

    `topic`: of the sentence, where the clause has none; `earlier`: the topics before it;
    `cited`: units that the model says it rests on, believed where others are as near.
    """

    text: str
    topic: str
    earlier: str
    sentence: str
    words: tuple[str, ...]
    facts: tuple[Fact, ...]
    cited: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Sources:
    """All units, and how telling each word is among them."""

    units: tuple[Source, ...]
    question: str
    question_words: frozenset[str]
    lexicon: Lexicon
    _contested: dict[tuple[str, str], bool] = field(default_factory=dict)
    _weights: dict[str, float] = field(default_factory=dict)

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """Those of all units but of headings, which stand in the titles of the others."""
        told = [unit for unit in self.units if not unit.is_heading] or self.units
        return tuple(passage for unit in told for passage in unit.passages)

    def weight(self, word: str) -> float:
        """A word that every passage says tells none from another; 0 for one that none says."""
        if word not in self._weights:
            says = self.lexicon.says
            near = sum(any(says(word, z.text) for z in each.zones[:2]) for each in self.passages)
            above = sum(
                not any(says(word, z.text) for z in each.zones[:2]) and says(word, each.above.text)
                for each in self.passages
            )
            count = near + above * (_ABOVE if near else 1.0)
            self._weights[word] = math.log((len(self.passages) + 1) / count) if count else 0.0
        return self._weights[word]

    def is_contested(self, token: str | Fact, titles: str) -> bool:
        """A word of the titles that a passage below says itself is not so much of the others."""
        if isinstance(token, Fact):
            return False
        key = (token, titles)
        if key not in self._contested:
            self._contested[key] = any(
                self.lexicon.says(token, zone.text)
                for each in self.passages
                if each.above.text == titles
                for zone in each.zones[:2]
            )
        return self._contested[key]

    def weight_of_fact(self, fact: Fact) -> float:
        """The same for a figure."""
        count = sum(
            any(fact.value.is_same(held.value) for zone in each.zones[:3] for held in zone.facts)
            for each in self.passages
        )
        return math.log((len(self.passages) + 1) / count) if count else 0.0

    def unseen(self, words: Sequence[str]) -> list[str]:
        """Nouns that neither the evidence nor the question says."""
        return [
            word
            for word in nouns(words)
            if not any(unit.says(word) for unit in self.units)
            and not self.lexicon.says(word, self.question)
        ]


def compact(text: str) -> str:
    """Two names that differ in their layout only are one name."""
    return re.sub(r"[\s“”\"'「」『』・]", "", text).lower()


def read_sources(evidence: Sequence[EvidenceUnit], question: str, tokenizer: Tokenizer) -> Sources:
    """Raises nothing: an empty unit is a unit that says nothing."""
    lexicon = Lexicon(tokenizer)
    units: list[Source] = []
    header: tuple[str, tuple[str, ...]] = ("", ())
    lines = [
        (number, line, titles)
        for number, unit in enumerate(evidence)
        for line, titles in _lines(unit)
    ]
    for number, line, above in lines:
        text = spelled(line)
        titles = tuple(spelled(title) for title in above)
        if _is_header(text):
            header = (text, titles)
        elif header[0] and header[1] == titles and not text.startswith(("※", "・")):
            titles = (*titles, header[0])
        units.append(_source((len(units), number), text, titles, lexicon))
    asked = spelled(question)
    return Sources(tuple(units), asked, frozenset(lexicon.content(asked)), lexicon)


def _is_header(text: str) -> bool:
    """「区分 補助率 上限額」: names of columns and nothing else."""
    cells = re.split(r"[\s|]+", text.strip("| "))
    if "。" in text or len(text) > _HEADER_CHARS or len(cells) < _HEADER_CELLS:
        return False
    if any(_FIGURE_CELL.fullmatch(cell) for cell in cells):
        return False
    return sum(bool(_COLUMN.search(cell)) for cell in cells) > 1


def _lines(unit: EvidenceUnit) -> list[tuple[str, tuple[str, ...]]]:
    """A table in one text, row by row, each below the names of the columns."""
    rows = [row for row in unit.text.split("\n") if row.strip()]
    if len(rows) > 1 and all("|" in row for row in rows):
        return [(row, (*unit.titles, rows[0])) for row in rows[1:]]
    return [(unit.text, unit.titles)]


def _source(place: tuple[int, int], text: str, titles: tuple[str, ...], lexicon: Lexicon) -> Source:
    row = _with_columns(text, titles)
    above = " ".join(titles)
    return Source(
        *place,
        compact(text),
        row,
        above,
        read_facts(row),
        read_facts(above),
        tuple(pieces(row)),
        read_passages(place[0], _with_columns(text, titles, "|"), titles),
        lexicon,
    )


def _with_columns(text: str, titles: tuple[str, ...], bar: str = "、") -> str:
    """「| 3歳未満 | 15,000円 |」 under 「| 区分 | 第1子 |」: 「3歳未満、第1子 15,000円」."""
    cells = _cells(text)
    if len(cells) < 2:
        return text
    for title in reversed(titles):
        columns = _cells(title)
        if len(columns) == len(cells):
            named = (f"{a}: {b}" for a, b in zip(columns[1:], cells[1:], strict=True))
            return bar.join((cells[0], *named))
    return bar.join(cells)


def _cells(text: str) -> list[str]:
    if "|" not in text and "\t" not in text:
        return []
    return [cell for cell in _CELLS.split(text.strip("| \t")) if cell]
