import json
import unicodedata
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Protocol

from pydantic import TypeAdapter, ValidationError
from sqlalchemy.exc import DBAPIError

from app.answering.answer import Answer, Completed, Event, Evidence, Failed
from app.chat.models import Question
from app.chat.repository import QuestionRepository
from app.clock import Clock
from app.db import unavailable
from app.errors import NotFoundError, QuestionRefusedError, YorisoiError
from app.security import Cipher, DecryptionError
from rag.passage import Audience

MAX_QUESTION_CHARS = 8_000
HISTORY_LENGTH = 200
UNDO_TIME = timedelta(minutes=10)
_AUDIENCE: Audience = "staff"
_ANSWER: TypeAdapter[Answer] = TypeAdapter(Answer)


class AnsweringFailedError(YorisoiError):
    """The walk ended without an answer; the message says what to do."""

    status_code = HTTPStatus.SERVICE_UNAVAILABLE


class AnsweringService(Protocol):
    def ask(self, question: str, *, audience: Audience) -> Iterator[Event]: ...


@dataclass(frozen=True)
class AskedQuestion:
    id: str
    created_at: datetime
    question: str
    answer: Answer


@dataclass(frozen=True)
class UnreadableQuestion:
    """A row whose key is gone: it can be listed and deleted, not read."""

    id: str
    created_at: datetime


@dataclass(frozen=True)
class History:
    questions: tuple[AskedQuestion | UnreadableQuestion, ...]
    deleted: tuple[AskedQuestion | UnreadableQuestion, ...]


class QuestionService:
    def __init__(
        self,
        repository: QuestionRepository,
        cipher: Cipher,
        answering: AnsweringService,
        clock: Clock,
        question_days: int,
    ) -> None:
        self._repository = repository
        self._cipher = cipher
        self._answering = answering
        self._clock = clock
        self._kept_for = timedelta(days=question_days)

    def ask(self, user_id: int, question: str) -> str:
        """Answer and store; returns the id. No database connection is held while answering."""
        text = checked_question(question)
        answer = self._answer(text)
        stored = Question(
            id=uuid.uuid4().hex,
            user_id=user_id,
            created_at=self._clock(),
            status=answer.status,
            ms=answer.ms,
        )
        stored.ciphertext = self._seal(stored, text, answer)
        try:
            self.erase_old()
            self._repository.add(stored)
        except DBAPIError as error:  # told like any other failure: what was typed is not lost
            self._repository.give_up()
            raise unavailable(error) or error from error
        return stored.id

    def read(self, question_id: str, user_id: int) -> AskedQuestion:
        stored = self._repository.get(question_id, user_id)
        if stored is None:
            raise NotFoundError("この質問は見つかりません。削除されたか、アドレスが違います")
        return self._open(stored)

    def history(self, user_id: int, search: str = "") -> History:
        """The newest questions, filtered in memory: the database cannot read them."""
        stored = self._repository.newest(user_id, HISTORY_LENGTH)
        undoable = self._repository.deleted_since(user_id, self._clock() - UNDO_TIME)
        words = _folded(search).split()
        shown = (self._open_if_readable(row) for row in stored)
        return History(
            questions=tuple(row for row in shown if _matches(row, words)),
            deleted=tuple(self._open_if_readable(row) for row in undoable),
        )

    def delete(self, question_id: str, user_id: int) -> None:
        self.erase_old()
        if not self._repository.mark_deleted(question_id, user_id, self._clock()):
            raise NotFoundError("この質問は見つかりません。すでに削除されています")

    def restore(self, question_id: str, user_id: int) -> None:
        if not self._repository.restore(question_id, user_id, self._clock() - UNDO_TIME):
            raise NotFoundError("元に戻せる時間（10分）を過ぎたため、この質問はもうありません")

    def erase_old(self) -> None:
        """Remove for good what is past its undo time or its time of keeping."""
        now = self._clock()
        self._repository.erase(deleted_until=now - UNDO_TIME, created_until=now - self._kept_for)

    def _answer(self, question: str) -> Answer:
        answer: Answer | None = None
        failure = "回答を作れませんでした。しばらく待ってから、もう一度お試しください"
        for event in self._answering.ask(question, audience=_AUDIENCE):
            match event:
                case Evidence(answer=found) | Completed(answer=found):
                    answer = found
                case Failed(message=message):
                    failure = message
        if answer is None:  # evidence that was found stands, whatever failed after it
            raise AnsweringFailedError(failure)
        return answer

    def _seal(self, stored: Question, question: str, answer: Answer) -> bytes:
        # Its own id and owner are sealed in, so that a row cannot be swapped for another.
        content = {
            "id": stored.id,
            "user_id": stored.user_id,
            "question": question,
            "answer": _ANSWER.dump_python(answer, mode="json"),
        }
        return self._cipher.encrypt(json.dumps(content, ensure_ascii=False))

    def _open(self, stored: Question) -> AskedQuestion:
        content = json.loads(self._cipher.decrypt(stored.ciphertext))
        if (content["id"], content["user_id"]) != (stored.id, stored.user_id):
            raise DecryptionError("保存した質問が書き換えられています。管理者へ連絡してください")
        return AskedQuestion(
            id=stored.id,
            created_at=stored.created_at,
            question=content["question"],
            answer=_ANSWER.validate_python(content["answer"]),
        )

    def _open_if_readable(self, stored: Question) -> AskedQuestion | UnreadableQuestion:
        try:
            return self._open(stored)
        except (DecryptionError, ValidationError):
            return UnreadableQuestion(stored.id, stored.created_at)


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


def _matches(row: AskedQuestion | UnreadableQuestion, words: list[str]) -> bool:
    if not words:
        return True
    if isinstance(row, UnreadableQuestion):
        return False
    text = _folded(f"{row.question}\n{row.answer.text}")
    return all(word in text for word in words)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
