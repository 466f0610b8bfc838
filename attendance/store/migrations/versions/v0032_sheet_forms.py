"""By which form a unit prints its month's sheet."""

import sqlalchemy as sa
from alembic import op

from attendance.store.types import Instant

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sheet_form",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("form", sa.String(length=16), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("issued_under", sa.String(length=300), nullable=False),
        sa.Column("budget_code", sa.String(length=32), nullable=False),
        sa.Column("paper", sa.String(length=8), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_sheet_form_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheet_form")),
    )
    op.create_index(op.f("ix_sheet_form_unit_id"), "sheet_form", ["unit_id"])
