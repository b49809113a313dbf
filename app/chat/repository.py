from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.orm import Session

from app.chat.models import (
    Attachment,
    Conversation,
    PlaceholderMap,
    Question,
    Share,
    ShareReader,
)


class ConversationRepository:
    """Every read and write of an owner's names the owner; readers come by a share alone."""

    def __init__(self, session: Session) -> None:
        self._session = session

    # Conversations

    def add(
        self, row: Conversation | Question | Attachment | PlaceholderMap | Share | ShareReader
    ) -> None:
        self._session.add(row)
        self._session.flush()

    def conversation(self, conversation_id: str, user_id: int) -> Conversation | None:
        return self._session.scalars(
            select(Conversation).where(*_own(conversation_id, user_id))
        ).one_or_none()

    def newest(
        self, user_id: int, limit: int, *, bookmarked: bool = False
    ) -> Sequence[Conversation]:
        wanted = [Conversation.user_id == user_id, Conversation.deleted_at.is_(None)]
        if bookmarked:
            wanted.append(Conversation.is_bookmarked.is_(True))
        return self._session.scalars(
            select(Conversation)
            .where(*wanted)
            .order_by(Conversation.updated_at.desc(), Conversation.id)
            .limit(limit)
        ).all()

    def deleted_since(self, user_id: int, since: datetime) -> Sequence[Conversation]:
        return self._session.scalars(
            select(Conversation)
            .where(Conversation.user_id == user_id, Conversation.deleted_at > since)
            .order_by(Conversation.deleted_at.desc(), Conversation.id)
        ).all()

    def change(self, conversation_id: str, user_id: int, **values: Any) -> bool:
        changed = self._session.execute(
            update(Conversation)
            .where(*_own(conversation_id, user_id))
            .values(**values)
            .returning(Conversation.id)
        )
        return changed.one_or_none() is not None

    def restore(self, conversation_id: str, user_id: int, deleted_since: datetime) -> bool:
        changed = self._session.execute(
            update(Conversation)
            .where(
                Conversation.id == conversation_id,
                Conversation.user_id == user_id,
                Conversation.deleted_at > deleted_since,
            )
            .values(deleted_at=None)
            .returning(Conversation.id)
        )
        return changed.one_or_none() is not None

    # Questions

    def next_position(self, conversation_id: str) -> int:
        last = self._session.scalar(
            select(func.max(Question.position)).where(Question.conversation_id == conversation_id)
        )
        return 0 if last is None else last + 1

    def question(self, question_id: str, user_id: int) -> Question | None:
        return self._session.scalars(
            select(Question)
            .join(Conversation, Conversation.id == Question.conversation_id)
            .where(
                Question.id == question_id,
                Question.user_id == user_id,
                Conversation.deleted_at.is_(None),
            )
        ).one_or_none()

    def questions(self, conversation_ids: Sequence[str]) -> Sequence[Question]:
        """Of all these conversations, in the order in which they were asked."""
        return self._session.scalars(
            select(Question)
            .where(Question.conversation_id.in_(conversation_ids))
            .order_by(Question.position, Question.created_at, Question.id)
        ).all()

    def first_questions(self, conversation_ids: Sequence[str]) -> Sequence[Question]:
        first = (
            select(Question.conversation_id, func.min(Question.position).label("position"))
            .where(Question.conversation_id.in_(conversation_ids))
            .group_by(Question.conversation_id)
            .subquery()
        )
        return self._session.scalars(
            select(Question).join(
                first,
                (Question.conversation_id == first.c.conversation_id)
                & (Question.position == first.c.position),
            )
        ).all()

    # Attachments

    def attachments(self, conversation_id: str) -> Sequence[Attachment]:
        return self._session.scalars(
            select(Attachment)
            .where(Attachment.conversation_id == conversation_id)
            .order_by(Attachment.created_at, Attachment.id)
        ).all()

    def remove_attachment(self, attachment_id: str, user_id: int) -> str | None:
        """The conversation that it was in; None if there was no such thing."""
        return self._session.execute(
            delete(Attachment)
            .where(Attachment.id == attachment_id, Attachment.user_id == user_id)
            .returning(Attachment.conversation_id)
        ).scalar_one_or_none()

    # Placeholders

    def placeholder_map(self, conversation_id: str) -> PlaceholderMap | None:
        return self._session.get(PlaceholderMap, conversation_id)

    def replace_placeholder_map(
        self, conversation_id: str, ciphertext: bytes, *, version: int
    ) -> bool:
        """Whether it still was that version; if not, nothing has changed."""
        changed = self._session.execute(
            update(PlaceholderMap)
            .where(
                PlaceholderMap.conversation_id == conversation_id,
                PlaceholderMap.version == version,
            )
            .values(ciphertext=ciphertext, version=version + 1)
            .returning(PlaceholderMap.version)
        )
        return changed.one_or_none() is not None

    # Shares

    def share_of(self, conversation_id: str) -> Share | None:
        return self._session.scalars(
            select(Share).where(Share.conversation_id == conversation_id)
        ).one_or_none()

    def readers(self, share_id: str) -> set[int]:
        statement = select(ShareReader.user_id).where(ShareReader.share_id == share_id)
        return set(self._session.scalars(statement))

    def end_share(self, conversation_id: str) -> None:
        self._session.execute(delete(Share).where(Share.conversation_id == conversation_id))

    def shared(self, share_id: str, user_id: int) -> Conversation | None:
        """What a link leads to, for one whom it is meant for."""
        is_reader = (
            select(ShareReader.user_id)
            .where(ShareReader.share_id == Share.id, ShareReader.user_id == user_id)
            .exists()
        )
        return self._session.scalars(
            select(Conversation)
            .join(Share, Share.conversation_id == Conversation.id)
            .where(
                Share.id == share_id,
                Conversation.deleted_at.is_(None),
                or_(Share.is_for_everyone.is_(True), is_reader, Conversation.user_id == user_id),
            )
        ).one_or_none()

    # What is past its time

    def erase(self, *, deleted_until: datetime, created_until: datetime) -> None:
        """Remove for good what was deleted, or asked, up to these times, and what is left empty."""
        self._session.execute(delete(Conversation).where(Conversation.deleted_at <= deleted_until))
        self._session.execute(delete(Question).where(Question.created_at <= created_until))
        self._session.execute(delete(Attachment).where(Attachment.created_at <= created_until))
        # It is as old as the oldest value in it; the next turn begins another.
        self._session.execute(
            delete(PlaceholderMap).where(PlaceholderMap.created_at <= created_until)
        )
        has_questions = (
            select(Question.id).where(Question.conversation_id == Conversation.id).exists()
        )
        self._session.execute(
            delete(Conversation).where(Conversation.created_at <= created_until, ~has_questions)
        )


def _own(conversation_id: str, user_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        Conversation.id == conversation_id,
        Conversation.user_id == user_id,
        Conversation.deleted_at.is_(None),
    )
