"""Sentences of a language model above the evidence: written from it, kept where it bears them."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Protocol

from app.answering.answer import Answer, Citation, Dropped, Sentence
from app.answering.directness import indirection
from app.answering.evidence import Quote, UnitView
from app.answering.masking import Masked, Masking, ReadText, Source
from app.fault import describe_fault
from app.governance.routing import Route
from guardrails.classification import Level, classify, highest
from guardrails.output.form import is_well_formed
from guardrails.output.grounding import EvidenceUnit, Reason, Sources, Verifier
from guardrails.output.guards import OutputGuard, make_output_guard
from guardrails.output.outcome import Mended, OutputContext, Removed
from rag.chat_model import ChatModel
from rag.errors import ChatModelError, OutboundRefusedError
from rag.generator import DraftSentence, generate_sentences
from rag.passage import Audience, DocumentInfo
from rag.tokenizer import Tokenizer

logger = logging.getLogger(__name__)

FAILED = "model_failed"
_UNREAD = "個人情報があるかを確かめられなかったため、資料の抜粋で答えます。"
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
    `is_public`: from a document of L1 for everyone, whose names are public.
    """

    citation: int
    text: str
    titles: tuple[str, ...]
    score: float
    is_public: bool = False

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
            is_public=_is_public(quote.passage.document),
        )
        for number, (quote, citation) in enumerate(zip(quotes, citations, strict=True))
        for view in quote.units
        if _says_something(view.text)
    ]
    return sorted(units, key=lambda unit: -unit.score)


def _is_public(document: DocumentInfo) -> bool:
    return document.audience == "public" and document.level == "L1"


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


@dataclass(frozen=True)
class Admission:
    """A question and the way that it may take."""

    question: ReadText
    route: Route


@dataclass(frozen=True)
class Brief:
    """What to write about. `units`: what the answer's citations say, the best first.

    `audience`: for "public" the guards are stricter.
    """

    admission: Admission
    answer: Answer
    units: Sequence[WritingUnit]
    audience: Audience = "public"
    conversation_id: str | None = None


class AnswerWriter:
    """`model` gives the language model there is now, or None while there is none.

    `router` says whether it may write, `masking` decides what it sees of people; `units`: from how
    many sentences and rows it writes. `guard`: what looks at the sentences that the evidence bears;
    without one, no contact may be told but those of the evidence.
    """

    def __init__(  # noqa: PLR0913 - collaborators
        self,
        model: Callable[[], ChatModel | None],
        tokenizer: Tokenizer,
        seconds: float,
        units: int = SMALL_MODEL_UNITS,
        *,
        router: ChoosesRoute,
        masking: Masking,
        guard: OutputGuard | None = None,
    ) -> None:
        self._model = model
        self._router = router
        self._tokenizer = tokenizer
        self._verifier = Verifier(tokenizer)
        self._guard = guard or make_output_guard(tokenizer.parse)
        self._seconds = seconds
        self._units = units
        self._masking = masking

    @property
    def provider(self) -> str | None:
        """Name of the model that would write now, None without one."""
        model = self._model()
        return model.name if model else None

    def admit(
        self, question: str, levels: Iterable[str], conversation_id: str | None = None
    ) -> Admission:
        """Whether a model may see the question, which weighs as much as the heaviest of `levels`
        (chosen, of the passages used), its own marks and what it says of people. Never raises.
        """
        try:
            read = self._masking.read(question)
        except Exception as error:  # noqa: BLE001 - what cannot be read is not shown to a model
            logger.critical("question not read: %s", describe_fault(error))
            self._masking.stopped(conversation_id)
            return Admission(ReadText(question, ()), Route(None, _UNREAD, Level.L4))
        level = highest(*levels, classify(question, "user").level)
        return Admission(read, self._router.choose(level, read.is_personal))

    def write(self, brief: Brief) -> Generator[Sentence | Dropped, None, None]:
        """What stands above the evidence, sentence by sentence; nothing for an abstention.

        The model is shown question and units masked, by the map of the conversation; each sentence
        gets its names back before it is held against the evidence. A model that the route does not
        lead to is not asked. One that fails, is slow or may not be asked ends the sentences, never
        the answer. Closing the iterator stops the model.
        """
        model = self._model()
        provider = brief.admission.route.provider
        if model is None or provider is None or provider.name != model.name:
            return
        read, answer, conversation_id = (
            brief.admission.question,
            brief.answer,
            brief.conversation_id,
        )
        if answer.status != "answered" or not brief.units:
            return
        chosen = brief.units[: self._units]
        masked = self._masked(read, chosen, conversation_id)
        if masked is None:
            yield Dropped(FAILED)
            return
        drafts = generate_sentences(
            model,
            masked.question,
            masked.evidence,
            deadline=time.monotonic() + self._seconds,
            check=masked.guard,
            literals=masked.placeholders,
        )
        evidence = [EvidenceUnit(unit.text, unit.titles) for unit in chosen]
        sources = self._verifier.read(evidence, read.text)
        is_contradicted = answer.premise == "contradicted"
        context = OutputContext((read.text,), audience=brief.audience)
        try:
            with closing(drafts):
                for draft in drafts:
                    restored = masked.restore(draft.text)
                    if not restored.is_whole:
                        yield Dropped(Reason.FORM)
                        continue
                    said = replace(draft, text=restored.text)
                    yield self._judged(said, context, chosen, sources, is_contradicted)
        except OutboundRefusedError:
            self._masking.stopped(conversation_id, masked.guard.found)
            yield Dropped(FAILED)
        except ChatModelError:
            yield Dropped(FAILED)

    def _masked(
        self, question: ReadText, units: Sequence[WritingUnit], conversation_id: str | None
    ) -> Masked | None:
        """None where it fails: then nothing is sent."""
        sources = [Source(unit.readable, unit.is_public) for unit in units]
        try:
            return self._masking.mask(conversation_id, question, sources)
        except Exception as error:  # noqa: BLE001 - the evidence stands, whatever it is
            logger.critical("masking failed: %s", describe_fault(error))
            self._masking.stopped(conversation_id)
            return None

    def _judged(
        self,
        draft: DraftSentence,
        context: OutputContext,
        units: Sequence[WritingUnit],
        sources: Sources,
        is_contradicted: bool,
    ) -> Sentence | Dropped:
        text = draft.text
        if not is_well_formed(text):
            return Dropped(Reason.FORM)
        reason = indirection(text, context.conversation[-1], self._tokenizer)
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
        # The units' own text: a title is not what a reader is shown.
        cited = replace(context, cited=tuple(unit.text for unit in bearing))
        outcome = self._guard.check(text, cited)
        if isinstance(outcome, Removed):
            return Dropped(outcome.reason)
        citations = tuple(dict.fromkeys(unit.citation for unit in bearing))
        mended = outcome.reasons if isinstance(outcome, Mended) else ()
        return Sentence(outcome.text, citations, mended)
