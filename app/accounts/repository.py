from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, func, or_, select, update
from sqlalchemy.orm import Session

from app.accounts.models import SignInAttempt, SignInSession, User


class AccountRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def user(self, user_id: int) -> User | None:
        return self._session.get(User, user_id, populate_existing=True)

    def by_username(self, username: str) -> User | None:
        return self._session.scalars(select(User).where(User.username == username)).one_or_none()

    def users(self) -> Sequence[User]:
        return self._session.scalars(select(User).order_by(User.username)).all()

    def is_empty(self) -> bool:
        return self._session.scalar(select(User.id).limit(1)) is None

    def add_user(self, user: User) -> User:
        self._session.add(user)
        self._session.flush()
        return user

    def record_failure(self, user_id: int) -> int:
        """Count one failure and return the new count, also when several arrive at once."""
        statement = (
            update(User)
            .where(User.id == user_id)
            .values(failed_count=User.failed_count + 1)
            .returning(User.failed_count)
        )
        return self._session.execute(statement).scalar_one()

    def lock(self, user_id: int, until: datetime) -> None:
        self._session.execute(update(User).where(User.id == user_id).values(locked_until=until))

    def clear_failures(self, user_id: int, now: datetime) -> bool:
        """Forget failures on success; False when another attempt has locked it meanwhile."""
        statement = (
            update(User)
            .where(
                User.id == user_id,
                User.is_active.is_(True),
                or_(User.locked_until.is_(None), User.locked_until <= now),
            )
            .values(failed_count=0, locked_until=None)
        )
        return self._affected(statement) == 1

    def set_password(self, user_id: int, password_hash: str, *, must_change: bool) -> None:
        self._session.execute(
            update(User)
            .where(User.id == user_id)
            .values(
                password_hash=password_hash,
                must_change_password=must_change,
                failed_count=0,
                locked_until=None,
            )
        )

    def set_active(self, user_id: int, *, is_active: bool) -> None:
        self._session.execute(
            update(User)
            .where(User.id == user_id)
            .values(is_active=is_active, failed_count=0, locked_until=None)
        )

    def add_session(self, session: SignInSession) -> None:
        self._session.add(session)
        self._session.flush()

    def session_with_user(self, session_id: str) -> tuple[SignInSession, User] | None:
        row = self._session.execute(
            select(SignInSession, User)
            .join(User, User.id == SignInSession.user_id)
            .where(SignInSession.id == session_id)
        ).one_or_none()
        return (row[0], row[1]) if row else None

    def touch_session(self, session_id: str, now: datetime) -> None:
        self._session.execute(
            update(SignInSession).where(SignInSession.id == session_id).values(last_seen=now)
        )

    def end_session(self, session_id: str) -> None:
        self._session.execute(delete(SignInSession).where(SignInSession.id == session_id))

    def end_sessions_of(self, user_id: int) -> None:
        self._session.execute(delete(SignInSession).where(SignInSession.user_id == user_id))

    def end_expired_sessions(self, now: datetime) -> None:
        self._session.execute(delete(SignInSession).where(SignInSession.expires_at <= now))

    def add_attempt(self, source: str, now: datetime) -> int:
        attempt = SignInAttempt(source=source, at=now)
        self._session.add(attempt)
        self._session.flush()
        return attempt.id

    def count_attempts(self, source: str, after: datetime) -> int:
        counted = select(func.count()).where(
            SignInAttempt.source == source, SignInAttempt.at > after
        )
        return self._session.scalar(counted) or 0

    def forget_attempt(self, attempt_id: int) -> None:
        self._session.execute(delete(SignInAttempt).where(SignInAttempt.id == attempt_id))

    def forget_attempts(self, until: datetime) -> None:
        self._session.execute(delete(SignInAttempt).where(SignInAttempt.at <= until))

    def _affected(self, statement: Any) -> int:
        result = cast("CursorResult[Any]", self._session.execute(statement))
        return result.rowcount
