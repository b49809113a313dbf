from datetime import datetime

from sqlalchemy import Double, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UtcDateTime


class Question(Base):
    """A question with its answer. Both speak of residents, so both are only in `ciphertext`."""

    __tablename__ = "questions"
    __table_args__ = (Index("ix_questions_user_id_created_at", "user_id", "created_at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    status: Mapped[str] = mapped_column(String(16))
    ms: Mapped[float] = mapped_column(Double)
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary)
