"""The map from values to placeholders of each conversation, encrypted."""

import sqlalchemy as sa
from alembic import op

from app.db import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "placeholder_maps",
        sa.Column("conversation_id", sa.String(32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_placeholder_maps_conversation_id_conversations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_placeholder_maps")),
    )
    op.create_index(op.f("ix_placeholder_maps_created_at"), "placeholder_maps", ["created_at"])


def downgrade() -> None:
    op.drop_table("placeholder_maps")
