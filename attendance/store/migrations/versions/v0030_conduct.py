"""Thresholds, proposals and decisions of units; the index between units."""

import sqlalchemy as sa
from alembic import op

from attendance.store.types import Instant

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _thresholds()
    _proposals()
    _index()


def _thresholds() -> None:
    op.create_table(
        "conduct_threshold",
        _number(),
        _number("unit_id"),
        _text("code", 32),
        _text("label", 200),
        _text("proposes", 16),
        _text("measure", 16),
        _lines("types"),
        _text("period", 16),
        _number("at_least"),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        _text("document", 200),
        _text("article", 64),
        _text("filed_by", 64),
        _moment("recorded_at"),
        _moment("withdrawn_at", nullable=True),
        _of("conduct_threshold", "unit_id", "unit"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conduct_threshold")),
    )
    op.create_index(op.f("ix_conduct_threshold_unit_id"), "conduct_threshold", ["unit_id"])


def _proposals() -> None:
    op.create_table(
        "conduct_proposal",
        _number(),
        _text("about", 32),
        _number("threshold_id", nullable=True),
        _number("employee_id"),
        _number("unit_id"),
        _text("proposes", 16),
        _text("grade", 64),
        _text("label", 200),
        _text("document", 200),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        *(_number(name) for name in ("figure", "at_least", "known", "due")),
        _lines("facts"),
        _moment("recorded_at"),
        _moment("changed_at", nullable=True),
        _moment("withdrawn_at", nullable=True),
        _lines("withdrawn_why"),
        sa.Column("decision", sa.String(16), nullable=True),
        _text("decision_note"),
        _text("instead", 200),
        _moment("decided_at", nullable=True),
        _text("decided_by", 64),
        _number("decided_by_id", nullable=True),
        _moment("facts_changed_at", nullable=True),
        _lines("facts_now"),
        _number("version"),
        _of("conduct_proposal", "threshold_id", "conduct_threshold"),
        _of("conduct_proposal", "employee_id", "employee"),
        _of("conduct_proposal", "unit_id", "unit"),
        _of("conduct_proposal", "decided_by_id", "app_user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conduct_proposal")),
    )
    for column in ("employee_id", "unit_id"):
        op.create_index(op.f(f"ix_conduct_proposal_{column}"), "conduct_proposal", [column])
    op.create_index(
        "ix_conduct_proposal_standing",
        "conduct_proposal",
        ["about", "employee_id", "unit_id", "from_on"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )


def _index() -> None:
    op.create_table(
        "index_formula",
        _number(),
        _number("unit_id", nullable=True),
        sa.Column("weights", sa.JSON(), nullable=False),
        _number("coverage"),
        _number("fewest"),
        _lines("excluded"),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        _text("document", 200),
        _text("filed_by", 64),
        _moment("recorded_at"),
        _moment("withdrawn_at", nullable=True),
        _of("index_formula", "unit_id", "unit"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_index_formula")),
    )
    op.create_index(op.f("ix_index_formula_unit_id"), "index_formula", ["unit_id"])
    op.create_table(
        "index_publication",
        _number(),
        _number("unit_id"),
        _number("formula_id"),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        _text("content"),
        _text("digest", 64),
        _moment("known_at"),
        _text("published_by", 64),
        _of("index_publication", "unit_id", "unit"),
        _of("index_publication", "formula_id", "index_formula"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_index_publication")),
    )
    op.create_index(op.f("ix_index_publication_unit_id"), "index_publication", ["unit_id"])


def _number(name: str = "id", *, nullable: bool = False) -> "sa.Column[int]":
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _text(name: str, length: int | None = None) -> "sa.Column[str]":
    return sa.Column(name, sa.String(length=length), nullable=False)


def _moment(name: str, *, nullable: bool = False) -> sa.Column:  # type: ignore[type-arg]
    return sa.Column(name, Instant(), nullable=nullable)


def _lines(name: str) -> sa.Column:  # type: ignore[type-arg]
    return sa.Column(name, sa.JSON(), nullable=False, server_default="[]")


def _of(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))
