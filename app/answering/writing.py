"""Sentences of a language model above the evidence: written from it, kept where it bears them."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Protocol

from app.answering.answer import Answer, Citation, Dropped, Sentence
from app.answering.directness import indirection
from app.answering.evidence import Quote, UnitView
from app.governance.routing import Route
from guardrails.classification import classify, highest
from guardrails.output.form import is_well_formed
from guardrails.output.grounding import EvidenceUnit, Reason, Sources, Verifier
from rag.chat_model import ChatModel
from rag.errors import ChatModelError
from rag.figures import find_figures
from rag.generator import DraftSentence, generate_sentences
from rag.tokenizer import Tokenizer

FAILED = "model_failed"
# A small model mixes up what it is shown; what is best is known before it is asked.
SMALL_MODEL_UNITS = 2
LARGE_MODEL_UNITS = 6
_HEADING_CHARS = 30
_SHORTEST_UNIT = 6
_NO_HEADING = re.compile(r"。|\d(?!団体当たり|人当たり|件当たり)|^[・○●※|-]")
_RULE_OF_TABLE = re.compile(r"[\s|:-]+")

_Place = tuple[int, int]


@dataclass(frozen=True)
class WritingUnit:
    """A sentence or row of a quote to write from. `citation` indexes the answer's.

    `titles`: of the document, the section, and what stands above the unit in its passage (a
    heading, the header of its table), the nearest last. `score`: how well it answers.
    """

    citation: int
    text: str
    titles: tuple[str, ...]
    score: float

    @property
    def readable(self) -> str:
        """With the nearest heading and the names of columns: a row does not say what it is of."""
        *above, nearest = ("", *self.titles)
        cells, columns = _cells(self.text), _cells(nearest)
        if columns:
            nearest = above[-1]
        text = "、".join(map(_named, columns, cells)) if len(columns) == len(cells) else ""
        text = text or "、".join(cells) or self.text
        heading = nearest.split(" > ")[-1]
        return f"{heading}: {text}" if heading and heading not in text else text


def _cells(text: str) -> list[str]:
    """Of a row of a table; a sentence has none."""
    return [cell.strip() for cell in text.strip("| ").split("|")] if text.startswith("|") else []


def _named(column: str, cell: str) -> str:
    return f"{column} {cell}".strip()


def writing_units(
    quotes: Sequence[Quote], citations: Sequence[Citation], views: Sequence[UnitView]
) -> list[WritingUnit]:
    """The units of the quotes, the best first. `citations` are those of `quotes`, in order."""
    by_place = {(view.passage, view.position): view for view in views}
    units = [
        WritingUnit(
            number,
            view.text.strip(),
            tuple(filter(None, (citation.title, citation.section, *_above(view, by_place)))),
            view.score,
        )
        for number, (quote, citation) in enumerate(zip(quotes, citations, strict=True))
        for view in quote.units
        if _says_something(view.text)
    ]
    return sorted(units, key=lambda unit: -unit.score)


def _says_something(text: str) -> bool:
    is_title = text.startswith("#") or _RULE_OF_TABLE.fullmatch(text)
    return not is_title and len(text.strip()) >= _SHORTEST_UNIT


def _above(view: UnitView, by_place: Mapping[_Place, UnitView]) -> list[str]:
    """The heading right above a unit; above a row of a table, the table's header."""
    position = view.position - 1
    if view.text.startswith("|"):
        while (row := by_place.get((view.passage, position))) and row.text.startswith("|"):
            position -= 1
        header = by_place.get((view.passage, position + 1))
        return [header.text] if header and header.position < view.position else []
    above = by_place.get((view.passage, position))
    if above is None or len(above.text) > _HEADING_CHARS or _NO_HEADING.search(above.text):
        return []
    return [above.text.lstrip("# ").strip()]


class ChoosesRoute(Protocol):
    """`app.governance.routing.Router`."""

    def choose(self, level: str, has_personal_data: bool = False) -> Route: ...


class AnswerWriter:
    """`model` gives the language model there is now, or None while there is none.

    `units`: from how many sentences and rows it writes. `router` says whether it may.
    `has_personal_data`: of a question.
    """

    def __init__(  # noqa: PLR0913 - collaborators
        self,
        model: Callable[[], ChatModel | None],
        tokenizer: Tokenizer,
        seconds: float,
        units: int = SMALL_MODEL_UNITS,
        *,
        router: ChoosesRoute,
        has_personal_data: Callable[[str], bool] | None = None,
    ) -> None:
        self._model = model
        self._router = router
        self._has_personal_data = has_personal_data
        self._tokenizer = tokenizer
        self._verifier = Verifier(tokenizer)
        self._seconds = seconds
        self._units = units

    @property
    def provider(self) -> str | None:
        """Name of the model that would write now, None without one."""
        model = self._model()
        return model.name if model else None

    def route(self, question: str, levels: Iterable[str]) -> Route:
        """Whether a model may see the question, which weighs as much as the heaviest of `levels`
        (chosen, of the passages used) and its own marks.
        """
        is_personal = self._has_personal_data is not None and self._has_personal_data(question)
        level = highest(*levels, classify(question, "user").level)
        return self._router.choose(level, is_personal)

    def write(
        self, question: str, answer: Answer, units: Sequence[WritingUnit], route: Route
    ) -> Generator[Sentence | Dropped, None, None]:
        """What stands above the evidence, sentence by sentence; nothing for an abstention.

        `units`: what the answer's citations say, best first. `route`: of this question; a model
        that it does not lead to is not asked. A model that fails or is slow ends
        the sentences, never the answer. Closing the iterator stops the model.
        """
        model = self._model()
        if model is None or route.provider is None or route.provider.name != model.name:
            return
        if answer.status != "answered" or not units:
            return
        chosen = units[: self._units]
        drafts = generate_sentences(
            model,
            question,
            [unit.readable for unit in chosen],
            deadline=time.monotonic() + self._seconds,
        )
        evidence = [EvidenceUnit(unit.text, unit.titles) for unit in chosen]
        sources = self._verifier.read(evidence, question)
        is_contradicted = answer.premise == "contradicted"
        try:
            with closing(drafts):
                for draft in drafts:
                    yield self._judged(draft, question, chosen, sources, is_contradicted)
        except ChatModelError:
            yield Dropped(FAILED)

    def _judged(
        self,
        draft: DraftSentence,
        question: str,
        units: Sequence[WritingUnit],
        sources: Sources,
        is_contradicted: bool,
    ) -> Sentence | Dropped:
        text = draft.text
        if not is_well_formed(text):
            return Dropped(Reason.FORM)
        reason = indirection(text, question, self._tokenizer)
        if reason:
            return Dropped(reason)
        verdict = self._verifier.verify_against(
            text,
            sources,
            cited=tuple(number - 1 for number in draft.cited),
            premise_contradicted=is_contradicted,
        )
        if not verdict.is_kept:
            return Dropped(verdict.reason)
        bearing = [units[number] for number in verdict.supporting]
        if not _hold_figures(text, bearing):
            return Dropped(Reason.FIGURE)
        return Sentence(text, tuple(dict.fromkeys(unit.citation for unit in bearing)))


def _hold_figures(text: str, units: Sequence[WritingUnit]) -> bool:
    """Whether the units' own text holds all figures: a title is not what a reader is shown."""
    held = [figure for unit in units for figure in find_figures(unit.text)]
    return all(any(said.equals(each) for each in held) for said in find_figures(text))
