"""Imports from spreadsheets: batches that can be undone, mappings that are remembered.

A unit, person or schedule that only an undone import brought is withdrawn: its row stays, nobody meets it any more.
"""

import sqlalchemy as sa
from alembic import op

from attendance.store.tables import BigKey
from attendance.store.types import AnyJson, Instant

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "import_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("reverses_id", sa.Integer(), nullable=True),
        sa.Column("undone_at", Instant(), nullable=True),
        sa.Column("undone_by", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["import_batch.id"], name=op.f("fk_import_batch_reverses_id_import_batch")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_import_batch_reverses_id")),
    )
    op.create_index(op.f("ix_import_batch_author_id"), "import_batch", ["author_id"])
    op.create_table(
        "import_effect",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=8), nullable=False),
        sa.Column("table_name", sa.String(length=32), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=32), nullable=False),
        sa.Column("before", AnyJson(), nullable=False),
        sa.Column("after", AnyJson(), nullable=False),
        sa.Column("sheet_row", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], name=op.f("fk_import_effect_batch_id_import_batch")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_effect")),
    )
    op.create_index(op.f("ix_import_effect_batch_id"), "import_effect", ["batch_id"])
    op.create_table(
        "import_mapping",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("headers", sa.String(length=64), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "headers", name=op.f("pk_import_mapping")),
    )
    for table in ("unit", "employee", "schedule"):
        op.add_column(table, sa.Column("withdrawn_at", Instant(), nullable=True))
