"""The sentences and rows that answer a question, chosen across passages, verbatim.

A unit (sentence, item, row) is as good as the chunk it stands in, plus the share of the question's
words it holds, plus a bonus for holding the kind of answer that was asked for. A short line above
it (a heading, a column's name) is taken along, because a bare figure says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.answering.question import Question
from app.answering.reading import units_of
from rag.passage import Passage
from rag.tokenizer import Tokenizer

_RULE_OF_TABLE = re.compile(r"[\s|:-]+")
_FIGURE = re.compile(r"\d\s?[%円年月日人件回割]|\d/\d")


@dataclass(frozen=True)
class EvidenceLimits:
    """Characters without white space. `floor`: units below this share of the best are left out.

    `words`, `neighbour`, `form`: weights of a unit's own words, of those of the line above it,
    and of the kind of answer; tuned on the golden questions (decision 0004).
    """

    max_chars: int = 360
    passages: int = 6
    floor: float = 0.7
    words: float = 0.5
    neighbour: float = 0.4
    form: float = 0.2
    heading_chars: int = 30
    label_chars: int = 5


@dataclass(frozen=True)
class UnitView:
    """A unit of a passage with what is known of it. `start`/`end` are raw, in the page's text."""

    passage: int
    position: int
    text: str
    start: int
    end: int
    words: frozenset[str]
    around: frozenset[str]
    above: frozenset[str]
    has_form: bool
    score: float


@dataclass(frozen=True)
class Quote:
    """Contiguous raw text of a passage, with its normalised reading and its units."""

    passage: Passage
    start: int
    end: int
    text: str
    reading: str
    score: float
    units: tuple[UnitView, ...] = ()


def view_units(
    question: Question,
    passages: Sequence[Passage],
    tokenizer: Tokenizer,
    limits: EvidenceLimits,
) -> list[UnitView]:
    """All units of the first passages, in reading order, scored against the question."""
    views: list[UnitView] = []
    for index, passage in enumerate(passages[: limits.passages]):
        units = units_of(passage.text)
        words = [frozenset(tokenizer.tokenize(unit.text)) for unit in units]
        titles = " ".join((passage.document.title, *passage.section))
        above = frozenset(tokenizer.tokenize(titles))
        for position, unit in enumerate(units):
            before = words[position - 1] if position else frozenset[str]()
            around = words[position] | before
            own = question.coverage(words[position])
            shared = question.coverage(around) - own
            has_form = question.expected.is_met_by(unit.text)
            score = _chunk_score(passage, passage.start + (unit.start + unit.end) // 2)
            score += limits.words * (own + limits.neighbour * shared)
            score += limits.form if has_form and question.expected.is_formal else 0.0
            start, end = passage.start + unit.start, passage.start + unit.end
            view = (unit.text, start, end, words[position], around, above, has_form, score)
            views.append(UnitView(index, position, *view))
    return views


def _chunk_score(passage: Passage, offset: int) -> float:
    return max((part.score for part in passage.parts if part.start <= offset < part.end), default=0)


def choose(
    passages: Sequence[Passage], views: Sequence[UnitView], limits: EvidenceLimits
) -> list[Quote]:
    """The best units within the budget, joined where they stand side by side; best quote first."""
    if not views:
        return []
    by_place = {(view.passage, view.position): view for view in views}
    chosen: dict[tuple[int, int], UnitView] = {}
    used = 0
    ranked = sorted(views, key=lambda view: -view.score)
    for view in ranked:
        if view.score < limits.floor * ranked[0].score:
            break
        if _says_nothing(view, limits):
            continue
        group = [each for each in _with_heading(view, by_place, limits) if each not in chosen]
        size = sum(len(by_place[place].text) for place in group)
        if not group or (chosen and used + size > limits.max_chars):
            continue
        chosen.update((place, by_place[place]) for place in group)
        used += size
    return _joined(passages, chosen)


def _says_nothing(view: UnitView, limits: EvidenceLimits) -> bool:
    """A heading, a mark, a bare label: it may come along, but is no evidence by itself."""
    if view.text.startswith("#") or _RULE_OF_TABLE.fullmatch(view.text):
        return True
    return len(view.text) < limits.label_chars and not _FIGURE.search(view.text)


def _with_heading(
    view: UnitView,
    by_place: dict[tuple[int, int], UnitView],
    limits: EvidenceLimits,
) -> list[tuple[int, int]]:
    place = (view.passage, view.position)
    above = by_place.get((view.passage, view.position - 1))
    if above is not None and len(above.text) <= limits.heading_chars:
        return [(view.passage, view.position - 1), place]
    return [place]


def _joined(passages: Sequence[Passage], chosen: dict[tuple[int, int], UnitView]) -> list[Quote]:
    quotes: list[Quote] = []
    run: list[UnitView] = []
    for place in sorted(chosen):
        view = chosen[place]
        if run and (run[-1].passage, run[-1].position + 1) != place:
            quotes.append(_quote(passages, run))
            run = []
        run.append(view)
    if run:
        quotes.append(_quote(passages, run))
    return sorted(quotes, key=lambda quote: -quote.score)


def _quote(passages: Sequence[Passage], run: list[UnitView]) -> Quote:
    passage = passages[run[0].passage]
    start, end = run[0].start, run[-1].end
    return Quote(
        passage=passage,
        start=start,
        end=end,
        text=passage.text[start - passage.start : end - passage.start],
        reading="\n".join(view.text for view in run),
        score=max(view.score for view in run),
        units=tuple(run),
    )
