"""Asks a question within a conversation, and keeps the answer as it comes into being.

No database connection is held while the answer is being looked for or written: each step that
stores something is a transaction of its own.
"""

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
    Sentence,
)
from app.answering.conversation import Said, Understood
from app.chat.records import AskedQuestion, AttachedDocument
from app.chat.service import ConversationService
from app.clock import Clock
from app.db import transaction, unavailable
from app.errors import QuestionRefusedError, YorisoiError
from rag.passage import Audience

MAX_QUESTION_CHARS = 8_000
STOPPED_NOTICE = "途中で止めたため、AIの文は途中までです。"
_AUDIENCE: Audience = "staff"
_FAILURE = "回答を作れませんでした。しばらく待ってから、もう一度お試しください"
_EARLIER_TURNS = 5


class AnsweringFailedError(YorisoiError):
    """The walk ended without an answer; the message says what to do."""

    status_code = HTTPStatus.SERVICE_UNAVAILABLE


class AnsweringService(Protocol):
    """The answering walk. To stop one, its iterator is closed between two events."""

    def ask(self, question: str, *, audience: Audience, writes: bool = True) -> Iterator[Event]:
        """Retrieved, Evidence, then Sentence and Dropped in any number, Completed; or Failed."""


AnsweringBeside = Callable[[Sequence[AttachedDocument]], AnsweringService]
"""The same walk, searching these documents of the conversation too."""


class Understanding(Protocol):
    """Completes what leans on the turns before; `app.answering.conversation.Conversation`."""

    def understand(self, question: str, earlier: Sequence[Said]) -> Understood: ...

    def choices(self, question: str, found: Sequence[Citation]) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class Draft:
    """What was sent. `as_typed`: search just that, whatever was asked before.
    `programme`: what the person chose when asked back.
    """

    user_id: int
    question: str
    conversation_id: str | None = None
    as_typed: bool = False
    programme: str = ""

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
    """The evidence stands, and is kept."""

    asked: AskedQuestion


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


class AskingService:
    def __init__(  # noqa: PLR0913, PLR0917 - collaborators
        self,
        session_factory: sessionmaker[Session],
        conversations: Callable[[Session], ConversationService],
        answering: AnsweringService,
        understanding: Understanding,
        beside: AnsweringBeside,
        clock: Clock,
    ) -> None:
        self._session_factory = session_factory
        self._conversations = conversations
        self._answering = answering
        self._understanding = understanding
        self._beside = beside
        self._clock = clock

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
        understood, attachments = self._understand(draft, text)
        asked = AskedQuestion(
            id=uuid.uuid4().hex,
            conversation_id=draft.conversation_id or uuid.uuid4().hex,
            created_at=self._clock(),
            question=text,
            answer=_NOTHING,
            query=understood.query,
            subject=understood.subject,
        )
        yield Started(asked.id, asked.conversation_id, text, understood.subject)
        answering = self._beside(attachments) if attachments else self._answering
        yield from self._walk(draft, asked, answering.ask(asked.query, audience=_AUDIENCE))

    def _walk(  # noqa: C901 - one arm an event
        self, draft: Draft, asked: AskedQuestion, walk: Iterator[Event]
    ) -> Generator[Progress, None, None]:
        answer: Answer | None = None
        kept: AskedQuestion | None = None
        sentences: list[str] = []
        dropped = 0
        failure = _FAILURE
        is_over = False
        try:
            for event in walk:
                match event:
                    case Evidence(answer=found):
                        answer = found
                        kept = self._keep(draft, asked, found)
                        yield Shown(kept)
                    case Sentence(text=text):
                        sentences.append(text)
                        yield Wrote(event)
                    case Dropped():
                        dropped += 1
                        yield Withheld(dropped)
                    case Completed(answer=found):
                        answer = found
                    case Failed(message=message):
                        failure = message
                    case Retrieved(passages=passages):
                        choices = self._choices(draft, asked, passages)
                        if choices:
                            back = replace(asked, choices=choices)
                            back = self._keep(draft, back, _QUESTION_BACK)
                            yield Shown(back)
                            yield Finished(back)
                            return
            is_over = True
        finally:
            _close(walk)
            if answer is not None:
                answer = _with_sentences(answer, sentences, was_stopped=not is_over)
                if kept is None or kept.answer != answer:
                    kept = self._keep(draft, asked, answer)
        # Evidence that was found stands, whatever failed after it.
        yield GaveUp(failure) if kept is None else Finished(kept)

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

    def _keep(self, draft: Draft, asked: AskedQuestion, answer: Answer) -> AskedQuestion:
        complete = replace(asked, answer=answer)
        is_new = draft.conversation_id is None
        with self._storing() as conversations:
            conversations.keep(draft.user_id, complete, is_new_conversation=is_new)
        return complete

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


def _with_sentences(answer: Answer, sentences: Sequence[str], *, was_stopped: bool) -> Answer:
    notices = (*answer.notices, STOPPED_NOTICE) if was_stopped and sentences else answer.notices
    kept = answer.sentences or tuple(sentences)
    return replace(answer, sentences=kept, generated=len(kept) or answer.generated, notices=notices)


def _close(walk: Iterator[Event]) -> None:
    if isinstance(walk, Generator):
        walk.close()
