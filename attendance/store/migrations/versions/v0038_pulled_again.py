"""What a restoration lacks and what was read again after it; drills of restoring; the form of overtime's number."""

import sqlalchemy as sa
from alembic import op

from attendance.store.types import Instant

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "restoration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("restored_at", Instant(), nullable=False),
        sa.Column("data_at", Instant(), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("restored_by", sa.String(length=255), nullable=False),
        sa.Column("lost_is_known", sa.Boolean(), nullable=False),
        sa.Column("lost_total", sa.Integer(), nullable=False),
        sa.Column("lost", sa.JSON(), nullable=False),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.Column("settled_by", sa.String(length=255), nullable=False),
        sa.Column("settled_note", sa.String(length=1000), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restoration")),
    )
    op.create_table(
        "read_again",
        sa.Column("restoration_id", sa.Integer(), nullable=False),
        sa.Column("terminal_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=True),
        sa.Column("read_at", Instant(), nullable=True),
        sa.Column("pull_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["restoration_id"], ["restoration.id"], name=op.f("fk_read_again_restoration_id_restoration")
        ),
        sa.ForeignKeyConstraint(["terminal_id"], ["terminal.id"], name=op.f("fk_read_again_terminal_id_terminal")),
        sa.PrimaryKeyConstraint("restoration_id", "terminal_id", name=op.f("pk_read_again")),
    )
    op.create_index(op.f("ix_read_again_terminal_id"), "read_again", ["terminal_id"])
    op.create_table(
        "restore_drill",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("drilled_at", Instant(), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("data_at", Instant(), nullable=True),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("row_count", sa.BigInteger(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("differing", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("made_by", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restore_drill")),
    )
    op.create_index(op.f("ix_restore_drill_drilled_at"), "restore_drill", ["drilled_at"])
    op.add_column("sheet_form", sa.Column("overtime_number", sa.String(length=64), server_default="", nullable=False))
