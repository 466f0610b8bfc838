"""Teams by decision, and their visits."""

import sqlalchemy as sa
from alembic import op

from attendance.store.types import Instant

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "team",
        _number(),
        _text("name", 200),
        sa.Column("standing", sa.Boolean(), nullable=False),
        _text("authority", 16),
        _text("document", 200),
        _number("unit_id", nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        _text("created_by", 64),
        _moment("created_at"),
        _moment("ended_at", nullable=True),
        _text("ended_by", 64),
        _number("version"),
        _of("team", "unit_id", "unit"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
    )
    op.create_table(
        "team_member",
        _number(),
        _number("team_id"),
        _number("user_id"),
        _text("part", 16),
        _text("name", 200),
        _text("post", 200),
        _number("grant_id", nullable=True),
        _moment("joined_at"),
        _moment("left_at", nullable=True),
        _of("team_member", "team_id", "team"),
        _of("team_member", "user_id", "app_user"),
        _of("team_member", "grant_id", "access_grant"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_member")),
    )
    op.create_index(op.f("ix_team_member_team_id"), "team_member", ["team_id"])
    op.create_index(op.f("ix_team_member_user_id"), "team_member", ["user_id"])
    op.create_table(
        "visit",
        _number(),
        _text("key", 32),
        _number("team_id"),
        _number("unit_id"),
        _text("kind", 16),
        _text("source", 16),
        _text("state", 16),
        sa.Column("planned_for", sa.Date(), nullable=True),
        _text("note"),
        _text("created_by", 64),
        _number("created_by_id", nullable=True),
        _moment("created_at"),
        _moment("begun_at", nullable=True),
        _text("begun_by", 64),
        _number("begun_by_id", nullable=True),
        sa.Column("wall_time", sa.DateTime(), nullable=True),
        _moment("known_at", nullable=True),
        sa.Column("frozen", sa.LargeBinary(), nullable=True),
        _text("frozen_digest", 64),
        _moment("ended_at", nullable=True),
        _moment("sealed_at", nullable=True),
        _number("version"),
        _of("visit", "team_id", "team"),
        _of("visit", "unit_id", "unit"),
        _of("visit", "created_by_id", "app_user"),
        _of("visit", "begun_by_id", "app_user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
        sa.UniqueConstraint("key", name=op.f("uq_visit_key")),
    )
    for column in ("team_id", "unit_id", "state"):
        op.create_index(op.f(f"ix_visit_{column}"), "visit", [column])


def _number(name: str = "id", *, nullable: bool = False) -> "sa.Column[int]":
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _text(name: str, length: int | None = None) -> "sa.Column[str]":
    return sa.Column(name, sa.String(length=length), nullable=False)


def _moment(name: str, *, nullable: bool = False) -> sa.Column:  # type: ignore[type-arg]
    return sa.Column(name, Instant(), nullable=nullable)


def _of(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))
