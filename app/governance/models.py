from datetime import date, datetime

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UtcDateTime


class ProviderRow(Base):
    """A language model under a contract. No secret: keys stay in the settings."""

    __tablename__ = "providers"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    contract_type: Mapped[str] = mapped_column(String(16))
    training_use: Mapped[str] = mapped_column(String(16))
    region: Mapped[str] = mapped_column(String(8))
    max_level: Mapped[str] = mapped_column(String(4))
    evidence_reference: Mapped[str] = mapped_column(String(500))
    evidence_on: Mapped[date | None]
    evidence_expires_on: Mapped[date | None]
    base_url: Mapped[str] = mapped_column(String(300))
    model: Mapped[str] = mapped_column(String(120))
    is_enabled: Mapped[bool]
    is_built_in: Mapped[bool]
    approved_by: Mapped[str] = mapped_column(String(64))
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ProviderChange(Base):
    """Who changed what of a provider, and when. `fields` holds what was written then."""

    __tablename__ = "provider_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(String(64), index=True)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(16))
    fields: Mapped[dict[str, str]] = mapped_column(JSON)


class RiskSignal(Base):
    """A sign that something went wrong, and what people have done about it. Never any text.

    `conversation_id` outlives the conversation, so it is no foreign key.
    """

    __tablename__ = "risk_signals"
    __table_args__ = (Index("ix_risk_signals_state_recorded_at", "state", "recorded_at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[str] = mapped_column(String(64))
    conversation_id: Mapped[str] = mapped_column(String(32))
    level: Mapped[str] = mapped_column(String(4))
    state: Mapped[str] = mapped_column(String(16))
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changed_by: Mapped[str] = mapped_column(String(64))
