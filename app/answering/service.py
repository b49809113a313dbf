"""The one answering walk: question -> passages -> evidence, or an honest "not in the documents".

Nothing leaves the building. What a language model writes stands above the quotes, each sentence
checked against them; without one, or where none stands, the answer is made of quotes.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date

from app.answering.alignment import Aligner
from app.answering.answer import (
    Answer,
    Citation,
    Completed,
    Dropped,
    Event,
    Evidence,
    Failed,
    Retrieved,
    Routed,
    Sentence,
    Status,
)
from app.answering.answerability import AnswerabilityModel, AnswerSignals, load_model, signals
from app.answering.evidence import EvidenceLimits, Quote, UnitView, choose, view_units
from app.answering.premise import (
    Correction,
    Finding,
    find_contradiction,
    findings,
    has_unconfirmed_figure,
)
from app.answering.question import Question, checked, read
from app.answering.reading import RememberingTokenizer
from app.answering.searching import Search
from app.answering.validity import ended_periods, expiry_notices
from app.answering.writing import AnswerWriter, Brief, writing_units
from app.clock import TOKYO, Clock
from app.errors import BadInputError, YorisoiError
from rag.errors import RagError
from rag.passage import Audience, Passage, SearchScope
from rag.tokenizer import Tokenizer
from rag.units import readable

EXTRACTIVE = "extractive"
_PASSAGES = 8
_NEAREST_SHOWN = 3
_ABSTAINED = "この質問の答えは、登録されている資料には見当たりませんでした。"
_UNCONFIRMED_NOTICE = "ご質問にある数字は、示した根拠では確かめられません。"
_DEMO_NOTICE = "架空のデモ資料（よりそい市）にもとづく内容です。実際の制度ではありません。"


@dataclass(frozen=True)
class _Found:
    """What was found for a question, before it is put into words."""

    question: Question
    passages: Sequence[Passage]
    views: Sequence[UnitView]
    correction: Correction | None
    is_answered: bool


class AnsweringService:
    """Answers from what a scope may see. `desk`: whom to ask when the documents are silent."""

    def __init__(  # noqa: PLR0913 - collaborators, the last ones with a default
        self,
        retriever: Search,
        tokenizer: Tokenizer,
        clock: Clock,
        *,
        desk: str = "",
        aligner: Aligner | None = None,
        writer: AnswerWriter | None = None,
        limits: EvidenceLimits | None = None,
        model: AnswerabilityModel | None = None,
    ) -> None:
        self._retriever = retriever
        self._tokenizer = tokenizer
        self._documents = RememberingTokenizer(tokenizer)
        self._clock = clock
        self._desk = desk
        self._aligner = aligner
        self._writer = writer
        self._limits = limits or EvidenceLimits()
        self._model = model or load_model()

    def ask(
        self,
        question: str,
        *,
        audience: Audience,
        writes: bool = True,
        level: str = "L1",
        conversation_id: str | None = None,
    ) -> Iterator[Event]:
        """Events in order: Retrieved, Routed, Evidence, Sentence and Dropped, Completed; or Failed.

        `writes`: whether a language model may write above the evidence, if there is one: Routed
        says whether that one may. `level`: of the question, as the person who asks sees it. The
        model is told of people by the placeholders of the conversation, which must be stored by
        the time that Evidence has been taken.
        Raises QuestionRefusedError for a question that cannot be one.
        """
        started = time.perf_counter()
        text = checked(question)
        try:
            passages = self._retriever.search(text, SearchScope(audience), _PASSAGES)
            yield Retrieved(
                tuple(self._citation(passage, passage.text) for passage in passages),
                _elapsed(started),
            )
            found = self._find(text, passages, audience)
        except BadInputError:
            raise
        except (RagError, YorisoiError) as error:
            yield Failed(str(error))
            return
        views = _with_correction(found)
        quotes = choose(found.passages, views, self._limits)
        answer = self._answer(found, quotes, started)
        writer = self._writer if writes else None
        if writer is None or writer.provider is None or answer.status != "answered":
            yield Evidence(answer)
            yield Completed(answer)
            return
        levels = (level, *(each.passage.document.level for each in quotes))
        admission = writer.admit(text, levels, conversation_id)
        route = admission.route
        yield Routed(route.is_open, route.reason, route.level)
        yield Evidence(answer)
        units = writing_units(quotes, answer.citations, views)
        brief = Brief(admission, answer, units, audience, conversation_id)
        yield from self._complete(answer, writer, writer.write(brief))

    def _complete(
        self,
        answer: Answer,
        writer: AnswerWriter,
        written: Generator[Sentence | Dropped, None, None],
    ) -> Iterator[Event]:
        """What a language model writes above the evidence."""
        kept: list[str] = []
        with closing(written):
            for event in written:
                if isinstance(event, Sentence):
                    kept.append(event.text)
                yield event
        if kept:
            provider = writer.provider or EXTRACTIVE
            answer = replace(answer, sentences=tuple(kept), generated=len(kept), provider=provider)
        yield Completed(answer)

    def measure(self, question: str, *, audience: Audience) -> AnswerSignals | None:
        """What is weighed to decide whether there is an answer; None where nothing is found."""
        text = checked(question)
        passages = self._retriever.search(text, SearchScope(audience), _PASSAGES)
        asked, views = self._view(text, passages, audience)
        if not views:
            return None
        return signals(asked, passages, views, self._documents, self._aligner)

    def measure_premises(self, question: str, *, audience: Audience) -> list[Finding]:
        """All that speaks against what the question takes for granted, however sure."""
        text = checked(question)
        passages = self._retriever.search(text, SearchScope(audience), _PASSAGES)
        asked, views = self._view(text, passages, audience)
        return list(findings(asked, views, self._tokenizer))

    def _view(
        self, text: str, passages: Sequence[Passage], audience: Audience
    ) -> tuple[Question, list[UnitView]]:
        question = read(text, self._tokenizer, lambda word: self._retriever.idf(word, audience))
        return question, view_units(question, passages, self._documents, self._limits)

    def _find(self, text: str, passages: Sequence[Passage], audience: Audience) -> _Found:
        question, views = self._view(text, passages, audience)
        if not views:
            return _Found(question, passages, (), None, is_answered=False)
        measured = signals(question, passages, views, self._documents, self._aligner)
        correction = find_contradiction(question, views, self._tokenizer)
        # What contradicts the question is an answer to it, however little else there is.
        is_answered = correction is not None or self._model.answers(measured)
        return _Found(question, passages, views, correction, is_answered)

    def _answer(self, found: _Found, quotes: Sequence[Quote], started: float) -> Answer:
        today = self._clock().astimezone(TOKYO).date()
        citations = tuple(self._citation(quote.passage, quote.text, quote) for quote in quotes)
        if not found.is_answered:
            text = "\n".join((_ABSTAINED, self._whom_to_ask(found.passages)))
            # What is near is not the answer: whether its period is over is beside the point.
            notices = _demo_notice(quote.passage for quote in quotes)
            return _make("abstained", text, (), citations, notices, started, None)
        nearest = tuple(
            self._citation(passage, passage.text) for passage in found.passages[:_NEAREST_SHOWN]
        )
        readings = [quote.reading for quote in quotes]
        notices = _notices([quote.passage for quote in quotes], readings, today)
        if found.correction is None and has_unconfirmed_figure(found.question.text, readings):
            notices = (_UNCONFIRMED_NOTICE, *notices)
        text = "\n\n".join((*_opening(found.correction), *(readable(q.text) for q in quotes)))
        return _make("answered", text, citations, nearest, notices, started, found.correction)

    def _whom_to_ask(self, passages: Sequence[Passage]) -> str:
        """The department of the nearest document, else the desk of the installation."""
        for passage in passages[:1]:
            document = passage.document
            if document.department:
                contact = f"（電話 {document.contact}）" if document.contact else ""
                return (
                    f"近い内容の担当は{document.department}{contact}です。窓口に確かめてください。"
                )
            if document.issuer:
                return (
                    f"近い内容の資料の発行元は{document.issuer}です。所管の部署に確かめてください。"
                )
        if self._desk:
            return f"{self._desk}にお尋ねください。"
        return "所管の部署に確かめてください。言葉を変えると見つかることもあります。"

    def _citation(self, passage: Passage, text: str, quote: Quote | None = None) -> Citation:
        document = passage.document
        today = self._clock().astimezone(TOKYO).date()
        return Citation(
            document_id=document.document_id,
            title=document.title,
            section=" > ".join(passage.section),
            page=passage.page,
            quote=text,
            passage=passage.text,
            issuer=document.issuer,
            source=document.source,
            published=document.published,
            valid_until=document.valid_until,
            is_demo=document.is_demo,
            is_expired=document.valid_until is not None and document.valid_until < today,
            score=round(quote.score if quote else passage.score, 4),
        )


def _with_correction(found: _Found) -> Sequence[UnitView]:
    """The unit that contradicts the question is the evidence: it leads."""
    if found.correction is None:
        return found.views
    best = max(view.score for view in found.views)
    return [
        replace(view, score=best + 0.01) if view is found.correction.unit else view
        for view in found.views
    ]


def _opening(correction: Correction | None) -> tuple[str, ...]:
    if correction is None:
        return ()
    if correction.actual:
        return (f"いいえ。資料では「{correction.actual}」です。",)
    return ("いいえ。資料には次のように書かれています。",)


def _notices(passages: Sequence[Passage], readings: Sequence[str], today: date) -> tuple[str, ...]:
    notices: dict[str, None] = {}
    for passage in passages:
        notices.update(dict.fromkeys(expiry_notices(passage.document, today)))
    if not notices:
        notices.update(dict.fromkeys(ended_periods(readings, today)))
    return (*notices, *_demo_notice(passages))


def _demo_notice(passages: Iterable[Passage]) -> tuple[str, ...]:
    return (_DEMO_NOTICE,) if any(passage.document.is_demo for passage in passages) else ()


def _make(  # noqa: PLR0913, PLR0917 - the parts of one answer
    status: Status,
    text: str,
    citations: tuple[Citation, ...],
    nearest: tuple[Citation, ...],
    notices: tuple[str, ...],
    started: float,
    correction: Correction | None,
) -> Answer:
    return Answer(
        status=status,
        text=text,
        premise="contradicted" if correction is not None else "none",
        citations=citations,
        nearest=nearest,
        notices=notices,
        provider=EXTRACTIVE,
        generated=0,
        ms=_elapsed(started),
    )


def _elapsed(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)
