from datetime import datetime

from sqlalchemy import Double, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UtcDateTime


class Conversation(Base):
    """Questions that belong together. `ciphertext` holds the name that its owner gave it.

    None until it is renamed: then its first question is its name, which no key is needed to keep.
    """

    __tablename__ = "conversations"
    __table_args__ = (Index("ix_conversations_user_id_updated_at", "user_id", "updated_at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    is_bookmarked: Mapped[bool] = mapped_column(default=False)
    ciphertext: Mapped[bytes | None] = mapped_column(LargeBinary)


class Question(Base):
    """A question with its answer. Both speak of residents, so both are only in `ciphertext`.

    `remarks` holds what its owner wrote about the answer: the corrected text, and why it helped
    or did not. `confirmation` says whether a person has checked it, `rating` is a thumb.
    """

    __tablename__ = "questions"
    __table_args__ = (
        Index("ix_questions_user_id_created_at", "user_id", "created_at"),
        Index("ix_questions_conversation_id_position", "conversation_id", "position"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    position: Mapped[int]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    status: Mapped[str] = mapped_column(String(16))
    ms: Mapped[float] = mapped_column(Double)
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary)
    confirmation: Mapped[str] = mapped_column(String(16), default="unconfirmed")
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rating: Mapped[str | None] = mapped_column(String(8))
    remarks: Mapped[bytes | None] = mapped_column(LargeBinary)


class Attachment(Base):
    """A document given to one conversation, as pages of text; its name too is in `ciphertext`."""

    __tablename__ = "attachments"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), index=True
    )
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    level: Mapped[str] = mapped_column(String(4))
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary)


class PlaceholderMap(Base):
    """What stands for whom in one conversation's prompts; the values are only in `ciphertext`.

    `version` counts its changes: of two turns that are written at once the later one reads again.
    """

    __tablename__ = "placeholder_maps"

    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    version: Mapped[int]
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary)


class Share(Base):
    """A link to a conversation, to be read by others. `id` is in the link and cannot be guessed."""

    __tablename__ = "shares"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), unique=True
    )
    is_for_everyone: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ShareReader(Base):
    """Who may read a conversation that is not shared with everyone."""

    __tablename__ = "share_readers"

    share_id: Mapped[str] = mapped_column(
        ForeignKey("shares.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
