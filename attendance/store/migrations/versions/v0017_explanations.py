"""Explanations in steps: who asked, who confirmed, who decided, with what attached.

What was recorded before names no author and no unit: the unit is where the person served on its date.
"""

import sqlalchemy as sa
from alembic import op

from attendance.store.types import Instant

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_ACCOUNTS = ("author_id", "confirmed_by_id", "decided_by_id", "withdrawn_by_id")
_TEXTS = (
    "ground", "author", "confirmed_by", "confirmation_note", "decision_note", "withdrawn_by", "withdrawal_note",
)  # fmt: skip


def upgrade() -> None:
    with op.batch_alter_table("explanation") as batch:
        batch.add_column(sa.Column("unit_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_explanation_unit_id_unit"), "unit", ["unit_id"], ["id"])
        for name in _ACCOUNTS:
            batch.add_column(sa.Column(name, sa.Integer(), nullable=True))
            batch.create_foreign_key(op.f(f"fk_explanation_{name}_app_user"), "app_user", [name], ["id"])
        for name in _TEXTS:
            kind = sa.String(length=32) if name == "ground" else sa.String()
            batch.add_column(sa.Column(name, kind, nullable=False, server_default=""))
        batch.add_column(sa.Column("confirm_first", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("confirmation", sa.String(length=16), nullable=True))
        batch.add_column(sa.Column("confirmed_at", Instant(), nullable=True))
        batch.add_column(sa.Column("decided_minutes", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        for name in ("unit_id", "author_id"):
            batch.create_index(op.f(f"ix_explanation_{name}"), [name])
    op.execute(
        "UPDATE explanation SET unit_id = (SELECT a.unit_id FROM assignment a "
        "WHERE a.employee_id = explanation.employee_id AND a.withdrawn_at IS NULL "
        "AND a.from_on <= explanation.on_date AND (a.to_on IS NULL OR a.to_on >= explanation.on_date) "
        "ORDER BY a.id DESC LIMIT 1)"
    )
    _requests()
    _attachments()


def _requests() -> None:
    op.create_table(
        "explanation_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("employee_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("session", sa.String(), nullable=False),
        sa.Column("covers", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("answered_id", sa.Integer(), nullable=True),
        sa.Column("closed_at", Instant(), nullable=True),
        _points("explanation_request", "employee_id", "employee"),
        _points("explanation_request", "unit_id", "unit"),
        _points("explanation_request", "asked_by_id", "app_user"),
        _points("explanation_request", "answered_id", "explanation"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_explanation_request")),
    )
    for name in ("employee_id", "unit_id", "on_date", "asked_by_id", "answered_id"):
        op.create_index(op.f(f"ix_explanation_request_{name}"), "explanation_request", [name])


def _attachments() -> None:
    op.create_table(
        "explanation_attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("explanation_id", sa.Integer(), nullable=False),
        sa.Column("employee_id", sa.Integer(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        _points("explanation_attachment", "explanation_id", "explanation"),
        _points("explanation_attachment", "employee_id", "employee"),
        _points("explanation_attachment", "added_by_id", "app_user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_explanation_attachment")),
        sa.UniqueConstraint("explanation_id", "digest", name=op.f("uq_explanation_attachment_explanation_id_digest")),
    )
    op.create_index(op.f("ix_explanation_attachment_employee_id"), "explanation_attachment", ["employee_id"])


def _points(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"))
