"""What is noted during a visit: marks, answers to a checklist, photographs."""

import sqlalchemy as sa
from alembic import op

from attendance.store.types import Instant

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _noted("visit_mark", [_number("employee_id"), _text("mark", 16), _text("note")])
    _noted(
        "visit_check",
        [_text("item", 32), _number("employee_id", nullable=True), _text("answer", 16), _text("note")],
    )
    _noted(
        "visit_photo",
        [
            _number("employee_id", nullable=True),
            _text("media_type", 64),
            _text("digest", 64),
            _number("size"),
            sa.Column("content", sa.LargeBinary(), nullable=False),
            _text("note"),
        ],
    )
    op.create_table(
        "visit_check_item",
        _number(),
        _number("team_id"),
        _text("code", 32),
        _text("text", 200),
        _text("about", 16),
        _number("place"),
        _moment("added_at"),
        _text("added_by", 64),
        _moment("ended_at", nullable=True),
        _text("ended_by", 64),
        _of("visit_check_item", "team_id", "team"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_check_item")),
    )
    op.create_index(op.f("ix_visit_check_item_team_id"), "visit_check_item", ["team_id"])


def _noted(table: str, columns: "list[sa.Column]") -> None:  # type: ignore[type-arg]
    """A table of what a member noted during a visit, once per id that the phone made."""
    op.create_table(
        table,
        _number(),
        _number("visit_id"),
        _text("client_id", 64),
        *columns,
        _moment("noted_at"),
        _moment("received_at"),
        _number("noted_by_id", nullable=True),
        _text("noted_by", 64),
        _of(table, "visit_id", "visit"),
        _of(table, "employee_id", "employee"),
        _of(table, "noted_by_id", "app_user"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("visit_id", "client_id", name=op.f(f"uq_{table}_visit_id_client_id")),
    )
    for column in ("visit_id", "employee_id"):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def _number(name: str = "id", *, nullable: bool = False) -> "sa.Column[int]":
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _text(name: str, length: int | None = None) -> "sa.Column[str]":
    return sa.Column(name, sa.String(length=length), nullable=False)


def _moment(name: str, *, nullable: bool = False) -> sa.Column:  # type: ignore[type-arg]
    return sa.Column(name, Instant(), nullable=nullable)


def _of(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))
