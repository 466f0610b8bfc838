"""Saved views, what somebody last looked at, names to search without accents."""

import sqlalchemy as sa
from alembic import op

from attendance.letters import searched
from attendance.store.types import AnyJson, Instant

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

STANDS = sa.text("superseded_at IS NULL")
PIECE = 5_000


def upgrade() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("page", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("query", sa.String(length=2000), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_saved_view_user_id_app_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("user_id", "page", "name", name=op.f("uq_saved_view_user_id_page_name")),
    )
    op.create_table(
        "last_look",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("page", sa.String(length=16), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.Column("seen", AnyJson(), nullable=False),
        sa.Column("compared_at", Instant(), nullable=True),
        sa.Column("compared", AnyJson(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_last_look_user_id_app_user")),
        sa.PrimaryKeyConstraint("user_id", "page", name=op.f("pk_last_look")),
    )
    op.drop_index("ix_violation_current", "violation")
    place = ["work_date", "employee_id", "session", "type", "unit_id", "status", "minutes"]
    op.create_index("ix_violation_current", "violation", place, sqlite_where=STANDS, postgresql_where=STANDS)
    op.add_column("employee", sa.Column("searched", sa.String(), nullable=False, server_default=""))
    _fill()


def _fill() -> None:
    employee = sa.table("employee", sa.column("id"), sa.column("code"), sa.column("name"), sa.column("searched"))
    rows = op.get_bind().execute(sa.select(employee.c.id, employee.c.code, employee.c.name)).all()
    given = [{"number": number, "text": searched(code, name)} for number, code, name in rows]
    write = employee.update().where(employee.c.id == sa.bindparam("number")).values(searched=sa.bindparam("text"))
    for begin in range(0, len(given), PIECE):
        op.get_bind().execute(write, given[begin : begin + PIECE])
