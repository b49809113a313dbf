"""Providers under their contracts, with the history of changes, and signals of risk."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.db import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    providers = _create_providers()
    # The built-in model is a provider by itself: it runs on this machine and learns nothing.
    op.bulk_insert(
        providers,
        [
            {
                "name": "local",
                "contract_type": "庁内",
                "training_use": "no",
                "region": "JP",
                "max_level": "L3",
                "evidence_reference": "内蔵のモデル（この機械の中だけで動きます）",
                "evidence_on": None,
                "evidence_expires_on": None,
                "base_url": "",
                "model": "",
                "is_enabled": True,
                "is_built_in": True,
                "approved_by": "",
                "approved_at": None,
            }
        ],
    )
    op.create_table(
        "provider_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(64), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.String(64), nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_changes")),
    )
    op.create_index(op.f("ix_provider_changes_provider"), "provider_changes", ["provider"])
    op.create_table(
        "risk_signals",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(64), nullable=False),
        sa.Column("conversation_id", sa.String(32), nullable=False),
        sa.Column("level", sa.String(4), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=True),
        sa.Column("changed_by", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_signals")),
    )
    op.create_index("ix_risk_signals_state_recorded_at", "risk_signals", ["state", "recorded_at"])


def _create_providers() -> sa.Table:
    return op.create_table(
        "providers",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("contract_type", sa.String(16), nullable=False),
        sa.Column("training_use", sa.String(16), nullable=False),
        sa.Column("region", sa.String(8), nullable=False),
        sa.Column("max_level", sa.String(4), nullable=False),
        sa.Column("evidence_reference", sa.String(500), nullable=False),
        sa.Column("evidence_on", sa.Date(), nullable=True),
        sa.Column("evidence_expires_on", sa.Date(), nullable=True),
        sa.Column("base_url", sa.String(300), nullable=False),
        sa.Column("model", sa.String(120), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("is_built_in", sa.Boolean(), nullable=False),
        sa.Column("approved_by", sa.String(64), nullable=False),
        sa.Column("approved_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_providers")),
    )


def downgrade() -> None:
    for table in ("risk_signals", "provider_changes", "providers"):
        op.drop_table(table)
