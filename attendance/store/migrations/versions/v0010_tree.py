"""Units, their places in the tree and their heads are dated.

A unit keeps its number and its code. What it was called, under whom it stood and by which hours it worked becomes its
first version, open at both ends and known since the unit was.
"""

import sqlalchemy as sa
from alembic import op

from attendance.store.types import Instant

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unit_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("schedule_id", sa.Integer(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("into_id", sa.Integer(), nullable=True),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_version_unit_id_unit")),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name=op.f("fk_unit_version_parent_id_unit")),
        sa.ForeignKeyConstraint(["into_id"], ["unit.id"], name=op.f("fk_unit_version_into_id_unit")),
        sa.ForeignKeyConstraint(["schedule_id"], ["schedule.id"], name=op.f("fk_unit_version_schedule_id_schedule")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_version")),
    )
    op.create_index(op.f("ix_unit_version_unit_id"), "unit_version", ["unit_id"])
    op.create_table(
        "unit_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("employee_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_head_unit_id_unit")),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_unit_head_employee_id_employee")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_head")),
    )
    op.create_index(op.f("ix_unit_head_unit_id"), "unit_head", ["unit_id"])
    op.create_index(op.f("ix_unit_head_employee_id"), "unit_head", ["employee_id"])
    op.create_table(
        "place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_place_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
        sa.UniqueConstraint("unit_id", "name", name=op.f("uq_place_unit_id_name")),
    )
    op.execute(
        "INSERT INTO unit_version (unit_id, name, parent_id, schedule_id, document, recorded_at) "
        "SELECT id, name, parent_id, schedule_id, '', recorded_at FROM unit ORDER BY id"
    )
    if op.get_bind().dialect.name == "sqlite":
        _make_units_anew()
        op.execute(
            "ALTER TABLE terminal ADD COLUMN place_id INTEGER "
            "CONSTRAINT fk_terminal_place_id_place REFERENCES place (id)"
        )
        return
    op.drop_index(op.f("ix_unit_parent_id"), table_name="unit")
    for column in ("parent_id", "schedule_id", "name"):
        op.drop_column("unit", column)
    op.add_column("unit", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("terminal", sa.Column("place_id", sa.Integer(), nullable=True))
    op.create_foreign_key(op.f("fk_terminal_place_id_place"), "terminal", "place", ["place_id"], ["id"])


def _make_units_anew() -> None:
    """SQLite drops no column that a constraint names: the table is made anew.

    Rows all over point to it. With deferred checks those count as broken from the drop on, and as whole again as soon
    as a unit of their number is inserted; a table renamed into its place would leave them broken.
    """
    op.execute("PRAGMA defer_foreign_keys=ON")
    op.execute("CREATE TEMPORARY TABLE unit_kept AS SELECT id, code, recorded_at FROM unit")
    op.drop_table("unit")
    op.create_table(
        "unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("code", name=op.f("uq_unit_code")),
    )
    op.execute("INSERT INTO unit (id, code, recorded_at) SELECT id, code, recorded_at FROM unit_kept ORDER BY id")
    op.execute("DROP TABLE unit_kept")
