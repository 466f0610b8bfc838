"""Notifications: to whom, by which way, and what was sent."""

import sqlalchemy as sa
from alembic import op

from attendance.store.tables import BigKey
from attendance.store.types import Instant

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notice_account",
        _user(primary=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        _of("notice_account", "user_id", "app_user"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_notice_account")),
    )
    op.create_table(
        "notice_address",
        sa.Column("id", sa.Integer(), nullable=False),
        _user(),
        sa.Column("way", sa.String(length=32), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("confirmed_at", Instant(), nullable=True),
        sa.Column("wanted", sa.String(length=254), nullable=False),
        sa.Column("code_digest", sa.String(length=64), nullable=False),
        sa.Column("code_expires_at", Instant(), nullable=True),
        sa.Column("guesses", sa.Integer(), nullable=False),
        _of("notice_address", "user_id", "app_user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_address")),
        sa.UniqueConstraint("user_id", "way", name=op.f("uq_notice_address_user_id_way")),
    )
    op.create_table(
        "notice_wish",
        _user(primary=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("ways", sa.JSON(), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        _of("notice_wish", "user_id", "app_user"),
        sa.PrimaryKeyConstraint("user_id", "kind", name=op.f("pk_notice_wish")),
    )
    op.create_table(
        "webhook",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("names", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_before", sa.LargeBinary(), nullable=True),
        sa.Column("before_until", Instant(), nullable=True),
        sa.Column("after_violation", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("disabled_at", Instant(), nullable=True),
        sa.Column("disabled_why", sa.String(length=16), nullable=False),
        sa.Column("failing_since", Instant(), nullable=True),
        sa.Column("last_ok_at", Instant(), nullable=True),
        sa.Column("last_error", sa.String(length=300), nullable=False),
        _of("webhook", "unit_id", "unit"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
    )
    op.create_table(
        "notice",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("way", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("webhook_id", sa.Integer(), nullable=True),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("link", sa.String(length=200), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("not_after", Instant(), nullable=False),
        sa.Column("next_at", Instant(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("held_until", Instant(), nullable=True),
        sa.Column("error", sa.String(length=300), nullable=False),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.Column("seen_at", Instant(), nullable=True),
        _of("notice", "user_id", "app_user"),
        _of("notice", "webhook_id", "webhook"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("key", name=op.f("uq_notice_key")),
    )
    op.create_index("ix_notice_state_next_at", "notice", ["state", "next_at"])
    op.create_index("ix_notice_user_id_way", "notice", ["user_id", "way"])
    op.create_index(op.f("ix_notice_webhook_id"), "notice", ["webhook_id"])
    op.create_index(op.f("ix_notice_created_at"), "notice", ["created_at"])
    op.create_table(
        "terminal_watch",
        sa.Column("terminal_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("told_at", Instant(), nullable=True),
        sa.Column("incident", sa.Integer(), nullable=False),
        sa.Column("flaps", sa.Integer(), nullable=False),
        _of("terminal_watch", "terminal_id", "terminal"),
        sa.PrimaryKeyConstraint("terminal_id", name=op.f("pk_terminal_watch")),
    )


def _user(*, primary: bool = False) -> sa.Column[int]:
    return sa.Column("user_id", sa.Integer(), nullable=False, autoincrement=False if primary else "auto")


def _of(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))
