"""Commitments: templates, frozen texts, signatures, reviews."""

import sqlalchemy as sa
from alembic import op

from attendance.store.migrations.commitment_reviews import create_review
from attendance.store.types import Instant

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "commitment_template",
        _number(),
        _text("code", 32),
        _number("version"),
        _text("scope", 16),
        _number("unit_id", nullable=True),
        _text("heading", 300),
        *map(_text, ("addressee", "basis", "opening", "responsibility")),
        sa.Column("clauses", sa.JSON(), nullable=False),
        _text("created_by", 64),
        _number("created_by_id", nullable=True),
        _moment("created_at"),
        _moment("withdrawn_at", nullable=True),
        _of("commitment_template", "unit_id", "unit"),
        _of("commitment_template", "created_by_id", "app_user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment_template")),
        sa.UniqueConstraint("code", "version", name=op.f("uq_commitment_template_code_version")),
    )
    op.create_index(op.f("ix_commitment_template_unit_id"), "commitment_template", ["unit_id"])
    op.create_table(
        "commitment",
        _number(),
        _number("template_id"),
        _text("scope", 16),
        _number("employee_id", nullable=True),
        _number("unit_id"),
        _number("head_id", nullable=True),
        _number("year"),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("clauses", sa.JSON(), nullable=False),
        *_act("asked"),
        _text("content"),
        _text("digest", 64),
        _text("name", 200),
        _text("salt", 32),
        _moment("signed_at", nullable=True),
        _number("signed_by_id", nullable=True),
        *_act("confirmed", 200, nullable=True),
        *_act("refused", nullable=True),
        _text("refusal_reason"),
        *_act("withdrawn", nullable=True),
        _number("replaces_id", nullable=True),
        _number("version"),
        _of("commitment", "template_id", "commitment_template"),
        _of("commitment", "employee_id", "employee"),
        _of("commitment", "unit_id", "unit"),
        _of("commitment", "head_id", "employee"),
        *(_of("commitment", f"{act}_by_id", "app_user") for act in _ACTS),
        _of("commitment", "replaces_id", "commitment"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment")),
    )
    for column in ("template_id", "employee_id", "unit_id", "head_id", "year", "replaces_id"):
        op.create_index(op.f(f"ix_commitment_{column}"), "commitment", [column])
    create_review()


_ACTS = ("asked", "signed", "confirmed", "refused", "withdrawn")


def _act(name: str, length: int = 64, *, nullable: bool = False) -> "list[sa.Column]":  # type: ignore[type-arg]
    return [
        _text(f"{name}_by", length),
        _number(f"{name}_by_id", nullable=True),
        _moment(f"{name}_at", nullable=nullable),
    ]


def _number(name: str = "id", *, nullable: bool = False) -> "sa.Column[int]":
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _text(name: str, length: int | None = None) -> "sa.Column[str]":
    return sa.Column(name, sa.String(length=length), nullable=False)


def _moment(name: str, *, nullable: bool = False) -> sa.Column:  # type: ignore[type-arg]
    return sa.Column(name, Instant(), nullable=nullable)


def _of(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))
