from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from app.chat.models import Question


class QuestionRepository:
    """Every read and write names the owner: there is no way to reach another's question."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, question: Question) -> None:
        self._session.add(question)
        self._session.flush()

    def give_up(self) -> None:
        """After a failed write, so that the request can end with an answer of ours."""
        self._session.rollback()

    def get(self, question_id: str, user_id: int) -> Question | None:
        return self._session.scalars(
            select(Question).where(
                Question.id == question_id,
                Question.user_id == user_id,
                Question.deleted_at.is_(None),
            )
        ).one_or_none()

    def newest(self, user_id: int, limit: int) -> Sequence[Question]:
        return self._session.scalars(
            select(Question)
            .where(Question.user_id == user_id, Question.deleted_at.is_(None))
            .order_by(Question.created_at.desc(), Question.id)
            .limit(limit)
        ).all()

    def deleted_since(self, user_id: int, since: datetime) -> Sequence[Question]:
        return self._session.scalars(
            select(Question)
            .where(Question.user_id == user_id, Question.deleted_at > since)
            .order_by(Question.deleted_at.desc())
        ).all()

    def mark_deleted(self, question_id: str, user_id: int, now: datetime) -> bool:
        changed = self._session.execute(
            update(Question)
            .where(
                Question.id == question_id,
                Question.user_id == user_id,
                Question.deleted_at.is_(None),
            )
            .values(deleted_at=now)
            .returning(Question.id)
        )
        return changed.one_or_none() is not None

    def restore(self, question_id: str, user_id: int, deleted_since: datetime) -> bool:
        changed = self._session.execute(
            update(Question)
            .where(
                Question.id == question_id,
                Question.user_id == user_id,
                Question.deleted_at > deleted_since,
            )
            .values(deleted_at=None)
            .returning(Question.id)
        )
        return changed.one_or_none() is not None

    def erase(self, *, deleted_until: datetime, created_until: datetime) -> None:
        """Remove for good what was deleted, or asked, up to these times."""
        self._session.execute(
            delete(Question).where(
                or_(Question.deleted_at <= deleted_until, Question.created_at <= created_until)
            )
        )
