"""Conversations: each question asked so far becomes one, and nothing of it is decrypted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.db import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_conversations()
    # A question's own id names its conversation: addresses that people have kept lead there.
    op.execute(
        "INSERT INTO conversations "
        "(id, user_id, created_at, updated_at, deleted_at, is_bookmarked, ciphertext) "
        "SELECT id, user_id, created_at, created_at, deleted_at, false, NULL FROM questions"
    )
    op.drop_index("ix_questions_deleted_at", "questions")
    with op.batch_alter_table("questions") as questions:
        questions.add_column(sa.Column("conversation_id", sa.String(32), nullable=True))
        questions.add_column(
            sa.Column("position", sa.Integer(), nullable=False, server_default="0")
        )
        questions.add_column(
            sa.Column("confirmation", sa.String(16), nullable=False, server_default="unconfirmed")
        )
        questions.add_column(sa.Column("confirmed_at", UtcDateTime(), nullable=True))
        questions.add_column(sa.Column("rating", sa.String(8), nullable=True))
        questions.add_column(sa.Column("remarks", sa.LargeBinary(), nullable=True))
        questions.drop_column("deleted_at")
    op.execute("UPDATE questions SET conversation_id = id")
    with op.batch_alter_table("questions") as questions:
        questions.alter_column("conversation_id", existing_type=sa.String(32), nullable=False)
        questions.alter_column("position", existing_type=sa.Integer(), server_default=None)
        questions.alter_column("confirmation", existing_type=sa.String(16), server_default=None)
        questions.create_foreign_key(
            "fk_questions_conversation_id_conversations",
            "conversations",
            ["conversation_id"],
            ["id"],
            ondelete="CASCADE",
        )
    op.create_index(
        "ix_questions_conversation_id_position", "questions", ["conversation_id", "position"]
    )
    _create_attachments()
    _create_shares()


def _create_conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.Column("is_bookmarked", sa.Boolean(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_conversations_user_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
    )
    op.create_index(
        "ix_conversations_user_id_updated_at", "conversations", ["user_id", "updated_at"]
    )
    op.create_index(op.f("ix_conversations_deleted_at"), "conversations", ["deleted_at"])


def _create_attachments() -> None:
    op.create_table(
        "attachments",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("conversation_id", sa.String(32), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("level", sa.String(4), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_attachments_conversation_id_conversations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_attachments_user_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
    )
    for column in ("conversation_id", "user_id", "created_at"):
        op.create_index(op.f(f"ix_attachments_{column}"), "attachments", [column])


def _create_shares() -> None:
    op.create_table(
        "shares",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("conversation_id", sa.String(32), nullable=False),
        sa.Column("is_for_everyone", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_shares_conversation_id_conversations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shares")),
        sa.UniqueConstraint("conversation_id", name=op.f("uq_shares_conversation_id")),
    )
    op.create_table(
        "share_readers",
        sa.Column("share_id", sa.String(64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["share_id"],
            ["shares.id"],
            name=op.f("fk_share_readers_share_id_shares"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_share_readers_user_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("share_id", "user_id", name=op.f("pk_share_readers")),
    )
    op.create_index(op.f("ix_share_readers_user_id"), "share_readers", ["user_id"])


def downgrade() -> None:
    for table in ("share_readers", "shares", "attachments"):
        op.drop_table(table)
    op.drop_index("ix_questions_conversation_id_position", "questions")
    with op.batch_alter_table("questions") as questions:
        questions.add_column(sa.Column("deleted_at", UtcDateTime(), nullable=True))
    op.execute(
        "UPDATE questions SET deleted_at = (SELECT conversations.deleted_at FROM conversations "
        "WHERE conversations.id = questions.conversation_id)"
    )
    with op.batch_alter_table("questions") as questions:
        questions.drop_constraint("fk_questions_conversation_id_conversations", type_="foreignkey")
        for column in (
            "conversation_id",
            "position",
            "confirmation",
            "confirmed_at",
            "rating",
            "remarks",
        ):
            questions.drop_column(column)
    op.create_index(op.f("ix_questions_deleted_at"), "questions", ["deleted_at"])
    op.drop_table("conversations")
