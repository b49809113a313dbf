"""What is kept of a conversation, and how it is sealed: rows hold ciphertext, services these."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from app.answering.answer import Answer
from app.chat.models import Attachment, Conversation, PlaceholderMap, Question
from app.security import Cipher, DecryptionError

_ANSWER: TypeAdapter[Answer] = TypeAdapter(Answer)
_CHANGED = "保存したデータが書き換えられています。管理者へ連絡してください"

Rating = Literal["up", "down"]


class Confirmation(StrEnum):
    """A person checks. Until then an answer is unconfirmed, wherever it is shown or copied."""

    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"
    CORRECTED = "corrected"
    REJECTED = "rejected"

    @property
    def label(self) -> str:
        return _CONFIRMATION_LABELS[self]


_CONFIRMATION_LABELS = {
    Confirmation.UNCONFIRMED: "未確認",
    Confirmation.CONFIRMED: "確認済み",
    Confirmation.CORRECTED: "修正済み",
    Confirmation.REJECTED: "不採用",
}


class Writing(StrEnum):
    """How it went with the sentences of a language model above the evidence."""

    NONE = "none"  # there was none to write: switched off, or nothing to write about
    WRITTEN = "written"
    NOTHING = "nothing"  # none that the evidence bears
    STOPPED = "stopped"
    FAILED = "failed"
    UNAVAILABLE = "unavailable"  # there is a model, but it could not write then
    REFUSED = "refused"  # no model may see this question; `route` says why


@dataclass(frozen=True)
class Remarks:
    """What the owner wrote about an answer."""

    correction: str = ""
    rating_reason: str = ""


@dataclass(frozen=True)
class AskedQuestion:
    """`query` is what was searched, `subject` what the conversation added to the question.

    `choices`: programmes to choose from, where the question fits several of them. `level`: as the
    person chose it. `route`: why a language model may or may not see it, in one sentence.
    """

    id: str
    conversation_id: str
    created_at: datetime
    question: str
    answer: Answer
    query: str = ""
    subject: str = ""
    choices: tuple[str, ...] = ()
    writing: Writing = Writing.NONE
    level: str = "L2"
    route: str = ""
    confirmation: Confirmation = Confirmation.UNCONFIRMED
    confirmed_at: datetime | None = None
    rating: Rating | None = None
    remarks: Remarks = field(default_factory=Remarks)


@dataclass(frozen=True)
class UnreadableQuestion:
    """A row whose key is gone: it can be listed and deleted, not read."""

    id: str
    conversation_id: str
    created_at: datetime


Turn = AskedQuestion | UnreadableQuestion


@dataclass(frozen=True)
class AttachedPage:
    number: int | None
    title: str
    text: str


@dataclass(frozen=True)
class AttachedDocument:
    """A document that a person gave to a conversation, as text."""

    id: str
    conversation_id: str
    name: str
    kind: str
    level: str
    pages: tuple[AttachedPage, ...]


class Vault:
    """Seals and opens rows. Its id and owner are sealed in: no row can stand in for another."""

    def __init__(self, cipher: Cipher) -> None:
        self._cipher = cipher

    def seal_question(self, row: Question, asked: AskedQuestion) -> bytes:
        return self._seal(
            row,
            question=asked.question,
            query=asked.query,
            subject=asked.subject,
            choices=asked.choices,
            writing=asked.writing.value,
            level=asked.level,
            route=asked.route,
            answer=_ANSWER.dump_python(asked.answer, mode="json"),
        )

    def seal_remarks(self, row: Question, remarks: Remarks) -> bytes:
        return self._seal(row, **vars(remarks))

    def seal_name(self, row: Conversation, name: str) -> bytes:
        return self._seal(row, name=name)

    def seal_attachment(self, row: Attachment, document: AttachedDocument) -> bytes:
        pages = [vars(page) for page in document.pages]
        return self._seal(row, name=document.name, kind=document.kind, pages=pages)

    def seal_placeholders(self, conversation_id: str, placeholders: str) -> bytes:
        sealed = {"conversation_id": conversation_id, "placeholders": placeholders}
        return self._cipher.encrypt(json.dumps(sealed))

    def open_placeholders(self, row: PlaceholderMap) -> str:
        """Raises DecryptionError, also for the map of another conversation."""
        content: dict[str, Any] = json.loads(self._cipher.decrypt(row.ciphertext))
        if content.get("conversation_id") != row.conversation_id:
            raise DecryptionError(_CHANGED)
        return str(content.get("placeholders"))

    def open_question(self, row: Question) -> AskedQuestion:
        """Raises DecryptionError, and for what this version cannot read ValidationError."""
        content = self._open(row, row.ciphertext)
        answer = _ANSWER.validate_python(content["answer"])
        before = Writing.WRITTEN if answer.sentences else Writing.NONE  # of older versions
        remarks = self._open(row, row.remarks) if row.remarks else {}
        return AskedQuestion(
            id=row.id,
            conversation_id=row.conversation_id,
            created_at=row.created_at,
            question=content["question"],
            answer=answer,
            query=content.get("query", ""),
            subject=content.get("subject", ""),
            choices=tuple(content.get("choices", ())),
            writing=Writing(content.get("writing", before)),
            level=content.get("level", "L2"),
            route=content.get("route", ""),
            confirmation=Confirmation(row.confirmation),
            confirmed_at=row.confirmed_at,
            rating=_rating(row.rating),
            remarks=Remarks(remarks.get("correction", ""), remarks.get("rating_reason", "")),
        )

    def open_turn(self, row: Question) -> Turn:
        try:
            return self.open_question(row)
        except (DecryptionError, ValidationError):
            return UnreadableQuestion(row.id, row.conversation_id, row.created_at)

    def open_name(self, row: Conversation) -> str:
        """The name it was given; empty if none, or one that can no longer be read."""
        if row.ciphertext is None:
            return ""
        try:
            return str(self._open(row, row.ciphertext)["name"])
        except DecryptionError:
            return ""

    def open_attachment(self, row: Attachment) -> AttachedDocument:
        content = self._open(row, row.ciphertext)
        return AttachedDocument(
            id=row.id,
            conversation_id=row.conversation_id,
            name=content["name"],
            kind=content["kind"],
            level=row.level,
            pages=tuple(AttachedPage(**page) for page in content["pages"]),
        )

    def _seal(self, row: Conversation | Question | Attachment, **content: Any) -> bytes:
        sealed = {"id": row.id, "user_id": row.user_id, **content}
        return self._cipher.encrypt(json.dumps(sealed, ensure_ascii=False))

    def _open(self, row: Conversation | Question | Attachment, ciphertext: bytes) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self._cipher.decrypt(ciphertext))
        if (content["id"], content["user_id"]) != (row.id, row.user_id):
            raise DecryptionError(_CHANGED)
        return content


def _rating(text: str | None) -> Rating | None:
    return "up" if text == "up" else "down" if text == "down" else None
