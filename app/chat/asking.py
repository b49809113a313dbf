"""Asks a question within a conversation, and keeps the answer as it comes into being.

No database connection is held while the answer is being looked for or written: each step that
stores something is a transaction of its own.
"""

import logging
import uuid
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Protocol

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

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
)
from app.answering.conversation import Said, Understood
from app.answering.writing import FAILED
from app.chat.records import AskedQuestion, AttachedDocument, Writing
from app.chat.service import ConversationService
from app.clock import Clock
from app.db import transaction, unavailable
from app.errors import QuestionRefusedError, YorisoiError
from app.fault import describe_fault
from app.language_model import LanguageModelProbe, LanguageModelState
from rag.passage import Audience

logger = logging.getLogger(__name__)

MAX_QUESTION_CHARS = 8_000
_AUDIENCE: Audience = "staff"
_FAILURE = "回答を作れませんでした。しばらく待ってから、もう一度お試しください"
_EARLIER_TURNS = 5
DEFAULT_LEVEL = "L2"
QUESTION_LEVELS = ("L1", "L2", "L3")


class AnsweringFailedError(YorisoiError):
    """The walk ended without an answer; the message says what to do."""

    status_code = HTTPStatus.SERVICE_UNAVAILABLE


class AnsweringService(Protocol):
    """The answering walk. To stop one, its iterator is closed between two events."""

    def ask(
        self,
        question: str,
        *,
        audience: Audience,
        writes: bool = True,
        level: str = "L1",
        conversation_id: str | None = None,
    ) -> Iterator[Event]:
        """Retrieved, Routed where a model would write, Evidence, then Sentence and Dropped in any
        number, Completed; or Failed.
        """


AnsweringBeside = Callable[[Sequence[AttachedDocument]], AnsweringService]
"""The same walk, searching these documents of the conversation too."""


class Understanding(Protocol):
    """Completes what leans on the turns before; `app.answering.conversation.Conversation`."""

    def understand(self, question: str, earlier: Sequence[Said]) -> Understood: ...

    def choices(self, question: str, found: Sequence[Citation]) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class Draft:
    """What was sent. `as_typed`: search just that, whatever was asked before.
    `programme`: what the person chose when asked back; `level`: how confidential it is to them.
    """

    user_id: int
    question: str
    conversation_id: str | None = None
    as_typed: bool = False
    programme: str = ""
    level: str = DEFAULT_LEVEL

    @property
    def may_be_asked_back(self) -> bool:
        """Once: who has chosen is answered."""
        return not self.as_typed and not self.programme


@dataclass(frozen=True)
class Started:
    question_id: str
    conversation_id: str
    question: str
    subject: str


@dataclass(frozen=True)
class Shown:
    """The evidence stands, and is kept. `may_grow`: sentences may come to stand above it."""

    asked: AskedQuestion
    may_grow: bool = False


@dataclass(frozen=True)
class Wrote:
    sentence: Sentence


@dataclass(frozen=True)
class Withheld:
    """So many sentences did not stand until now."""

    count: int


@dataclass(frozen=True)
class Finished:
    asked: AskedQuestion


@dataclass(frozen=True)
class GaveUp:
    message: str


Progress = Started | Shown | Wrote | Withheld | Finished | GaveUp


class _Made:
    """An answer as far as it has come."""

    def __init__(self, asked: AskedQuestion) -> None:
        self.asked = asked
        self.has_answer = False
        self.failure = _FAILURE
        self._sentences: list[str] = []
        self._dropped = 0
        self._has_failed = False

    @property
    def may_grow(self) -> bool:
        return self.asked.writing is Writing.STOPPED

    def begin(self, answer: Answer, writing: Writing) -> None:
        self.has_answer = True
        if not self._is_refused:
            self.asked = replace(self.asked, writing=writing)
        self.asked = replace(self.asked, answer=answer)

    def routed(self, route: Routed) -> None:
        self.asked = replace(self.asked, route=route.reason)
        if not route.is_open:
            self.asked = replace(self.asked, writing=Writing.REFUSED)

    @property
    def _is_refused(self) -> bool:
        return self.asked.writing is Writing.REFUSED

    def take(self, event: Event) -> Iterator[Progress]:
        match event:
            case Sentence(text=text):
                self._sentences.append(text)
                answer = replace(
                    self.asked.answer,
                    sentences=tuple(self._sentences),
                    generated=len(self._sentences),
                )
                self.asked = replace(self.asked, answer=answer)
                yield Wrote(event)
            case Dropped(reason=reason):
                self._dropped += 1
                self._has_failed |= reason == FAILED
                yield Withheld(self._dropped)
            case Completed(answer=answer):
                self.has_answer = True
                if answer.sentences or not self._sentences:
                    self.asked = replace(self.asked, answer=answer)
            case Failed(message=message):
                self._has_failed = True
                self.failure = message

    def end(self, *, is_failure: bool = False) -> None:
        """The walk is over; one that is only closed stays stopped."""
        if is_failure or self._has_failed:
            self.asked = replace(self.asked, writing=Writing.FAILED)
        elif self.asked.answer.sentences:
            self.asked = replace(self.asked, writing=Writing.WRITTEN)
        elif self.may_grow:
            self.asked = replace(self.asked, writing=Writing.NOTHING)


class AskingService:
    def __init__(  # noqa: PLR0913, PLR0917 - collaborators
        self,
        session_factory: sessionmaker[Session],
        conversations: Callable[[Session], ConversationService],
        answering: AnsweringService,
        understanding: Understanding,
        beside: AnsweringBeside,
        clock: Clock,
        language_model: LanguageModelProbe,
    ) -> None:
        self._session_factory = session_factory
        self._conversations = conversations
        self._answering = answering
        self._understanding = understanding
        self._beside = beside
        self._clock = clock
        self._language_model = language_model

    def ask(self, draft: Draft) -> AskedQuestion:
        """The whole walk at once. Raises what it fails with; nothing is kept then."""
        for progress in self.follow(draft):
            match progress:
                case Finished(asked=asked):
                    return asked
                case GaveUp(message=message):
                    raise AnsweringFailedError(message)
        raise AnsweringFailedError(_FAILURE)

    def follow(self, draft: Draft) -> Generator[Progress, None, None]:
        """The walk step by step. Closing it stops the walk; what stands by then is kept.

        Raises QuestionRefusedError or NotFoundError at its first step.
        """
        text = checked_question(draft.question)
        if draft.level not in QUESTION_LEVELS:
            raise QuestionRefusedError("質問の機密性（L1〜L3）を選んでください")
        understood, attachments = self._understand(draft, text)
        asked = AskedQuestion(
            id=uuid.uuid4().hex,
            conversation_id=draft.conversation_id or uuid.uuid4().hex,
            created_at=self._clock(),
            question=text,
            answer=_NOTHING,
            query=understood.query,
            subject=understood.subject,
            level=draft.level,
        )
        yield Started(asked.id, asked.conversation_id, text, understood.subject)
        answering = self._beside(attachments) if attachments else self._answering
        walk = answering.ask(
            asked.query,
            audience=_AUDIENCE,
            level=draft.level,
            conversation_id=asked.conversation_id,
        )
        yield from self._walk(draft, asked, walk)

    def _walk(
        self, draft: Draft, asked: AskedQuestion, walk: Iterator[Event]
    ) -> Generator[Progress, None, None]:
        made = _Made(asked)
        kept: AskedQuestion | None = None
        try:
            for event in walk:
                match event:
                    case Retrieved(passages=passages):
                        choices = self._choices(draft, asked, passages)
                        if choices:
                            yield from self._ask_back(draft, asked, choices)
                            return
                    case Routed():
                        made.routed(event)
                    case Evidence(answer=found):
                        made.begin(found, self._writing_of(found))
                        kept = self._keep(draft, made.asked)
                        yield Shown(kept, may_grow=made.may_grow)
                    case _:
                        yield from made.take(event)
            made.end()
        except Exception as error:
            if kept is None:
                raise
            logger.critical("sentences failed: %s", describe_fault(error))
            made.end(is_failure=True)
        finally:
            _close(walk)
            if made.has_answer and kept != made.asked:
                kept = self._keep(draft, made.asked)
        # Evidence that was found stands, whatever failed after it.
        yield GaveUp(made.failure) if kept is None else Finished(kept)

    def _ask_back(
        self, draft: Draft, asked: AskedQuestion, choices: tuple[str, ...]
    ) -> Iterator[Progress]:
        back = self._keep(draft, replace(asked, choices=choices, answer=_QUESTION_BACK))
        yield Shown(back)
        yield Finished(back)

    def _writing_of(self, answer: Answer) -> Writing:
        """What becomes of the sentences if nothing more is heard of them."""
        state = self._language_model.status()
        if state.state is LanguageModelState.OFF or answer.status != "answered":
            return Writing.NONE
        return Writing.STOPPED if state.is_on else Writing.UNAVAILABLE

    def _choices(
        self, draft: Draft, asked: AskedQuestion, found: Sequence[Citation]
    ) -> tuple[str, ...]:
        if not draft.may_be_asked_back or asked.subject:
            return ()
        return self._understanding.choices(asked.query, found)

    def _understand(self, draft: Draft, text: str) -> tuple[Understood, Sequence[AttachedDocument]]:
        if draft.conversation_id is None:
            return _of_programme(draft, text), ()
        with transaction(self._session_factory) as session:
            read = self._conversations(session).read(draft.conversation_id, draft.user_id)
        turns = [turn for turn in read.turns if isinstance(turn, AskedQuestion)]
        if not draft.may_be_asked_back:
            return _of_programme(draft, text), read.attachments
        earlier = _said(turns[-_EARLIER_TURNS:])
        return self._understanding.understand(text, earlier), read.attachments

    def _keep(self, draft: Draft, asked: AskedQuestion) -> AskedQuestion:
        is_new = draft.conversation_id is None
        with self._storing() as conversations:
            conversations.keep(draft.user_id, asked, is_new_conversation=is_new)
        return asked

    @contextmanager
    def _storing(self) -> Iterator[ConversationService]:
        """One transaction; what fails is told like any other failure: nothing typed is lost."""
        try:
            with transaction(self._session_factory) as session:
                yield self._conversations(session)
        except DBAPIError as error:
            raise unavailable(error) or error from error


_NOTHING = Answer(
    status="abstained",
    text="",
    premise="none",
    citations=(),
    nearest=(),
    notices=(),
    provider="",
    generated=0,
    ms=0.0,
)


_QUESTION_BACK = replace(
    _NOTHING, text="いくつかの制度が当てはまります。どれについて探すかを選んでください。"
)


def _of_programme(draft: Draft, text: str) -> Understood:
    if not draft.programme:
        return Understood(text)
    return Understood(f"{draft.programme}について、{text}", draft.programme)


def checked_question(text: str) -> str:
    question = text.strip()
    if not question:
        raise QuestionRefusedError("質問を入力してください")
    if len(question) > MAX_QUESTION_CHARS:
        raise QuestionRefusedError(
            f"質問は{MAX_QUESTION_CHARS:,}文字までです（いまは{len(question):,}文字）。"
            "短くするか、いくつかに分けてください"
        )
    return question


def _said(turns: Sequence[AskedQuestion]) -> list[Said]:
    return [
        Said(
            turn.question,
            turn.query or turn.question,
            tuple(dict.fromkeys(each.document_id for each in turn.answer.citations[:2])),
            turn.subject,
        )
        for turn in turns
        if not turn.choices
    ]


def _close(walk: Iterator[Event]) -> None:
    if isinstance(walk, Generator):
        walk.close()
