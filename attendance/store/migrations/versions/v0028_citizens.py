"""Observations of citizens: counters with a code, what is said, visits opened on it, scores of surveys."""

import sqlalchemy as sa
from alembic import op

from attendance.store.types import Instant

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feedback_point",
        _number(),
        _number("unit_id"),
        _text("name", 120),
        _text("desk", 120),
        _text("token", 64),
        _text("created_by", 64),
        _number("created_by_id", nullable=True),
        _moment("created_at"),
        _moment("renewed_at", nullable=True),
        _moment("revoked_at", nullable=True),
        _text("revoked_by", 64),
        _of("feedback_point", "unit_id", "unit"),
        _of("feedback_point", "created_by_id", "app_user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_point")),
        sa.UniqueConstraint("token", name=op.f("uq_feedback_point_token")),
    )
    op.create_index(op.f("ix_feedback_point_unit_id"), "feedback_point", ["unit_id"])
    op.create_table(
        "observation",
        _number(),
        _number("unit_id"),
        _number("point_id", nullable=True),
        _text("channel", 16),
        _text("kind", 16),
        _text("desk", 120),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("wall_time", sa.DateTime(), nullable=True),
        _text("text"),
        sa.Column("contact", sa.LargeBinary(), nullable=False),
        _text("document", 200),
        _text("code_digest", 64),
        _text("sender", 32),
        _text("state", 16),
        _moment("received_at"),
        _text("taken_by", 64),
        _number("taken_by_id", nullable=True),
        _moment("looked_at", nullable=True),
        _text("looked_by", 64),
        _number("looked_by_id", nullable=True),
        _text("outcome", 16),
        _text("reason"),
        _text("answer"),
        _moment("decided_at", nullable=True),
        _text("decided_by", 64),
        _number("decided_by_id", nullable=True),
        _moment("visit_asked_at", nullable=True),
        _text("visit_asked_by", 64),
        _number("visit_asked_by_id", nullable=True),
        _number("version"),
        _of("observation", "unit_id", "unit"),
        _of("observation", "point_id", "feedback_point"),
        *(
            _of("observation", column, "app_user")
            for column in ("taken_by_id", "looked_by_id", "decided_by_id", "visit_asked_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observation")),
        sa.UniqueConstraint("code_digest", name=op.f("uq_observation_code_digest")),
    )
    for column in ("unit_id", "point_id", "on_date", "state", "received_at"):
        op.create_index(op.f(f"ix_observation_{column}"), "observation", [column])
    op.create_table(
        "observation_visit",
        _number(),
        _number("observation_id"),
        _number("visit_id"),
        _moment("opened_at"),
        _of("observation_visit", "observation_id", "observation"),
        _of("observation_visit", "visit_id", "visit"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observation_visit")),
        sa.UniqueConstraint("observation_id", "visit_id", name=op.f("uq_observation_visit_observation_id_visit_id")),
    )
    for column in ("observation_id", "visit_id"):
        op.create_index(op.f(f"ix_observation_visit_{column}"), "observation_visit", [column])
    op.create_table(
        "survey_score",
        _number(),
        _number("unit_id"),
        _number("year"),
        _number("quarter"),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("scale", sa.Float(), nullable=False),
        _number("n"),
        _text("document", 200),
        _text("recorded_by", 64),
        _number("recorded_by_id", nullable=True),
        _moment("recorded_at"),
        _moment("replaced_at", nullable=True),
        _of("survey_score", "unit_id", "unit"),
        _of("survey_score", "recorded_by_id", "app_user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_score")),
    )
    op.create_index(op.f("ix_survey_score_unit_id"), "survey_score", ["unit_id"])


def _number(name: str = "id", *, nullable: bool = False) -> "sa.Column[int]":
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _text(name: str, length: int | None = None) -> "sa.Column[str]":
    return sa.Column(name, sa.String(length=length), nullable=False)


def _moment(name: str, *, nullable: bool = False) -> sa.Column:  # type: ignore[type-arg]
    return sa.Column(name, Instant(), nullable=nullable)


def _of(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))
