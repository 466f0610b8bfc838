"""Signed months: the sheet as it was signed, and who signed it."""

import sqlalchemy as sa
from alembic import op

from attendance.store.types import Instant

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

FIXED = {
    "month_sheet": "id, unit_id, month, version, content, digest, locked_at, recorded_at",
    "month_sheet_name": "sheet_id, employee_id",
    "month_signature": "id, sheet_id, part, user_id, employee_id, role, digest, signed_at",
}
"""Columns that stay as they were written; a name may be erased."""


def upgrade() -> None:
    def number(name: str = "id", *, nullable: bool = False) -> "sa.Column[int]":
        return sa.Column(name, sa.Integer(), nullable=nullable)

    def text(name: str, length: int | None = None) -> "sa.Column[str]":
        return sa.Column(name, sa.String(length=length), nullable=False)

    def moment(name: str, *, nullable: bool = False) -> sa.Column:  # type: ignore[type-arg]
        return sa.Column(name, Instant(), nullable=nullable)

    def towards(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
        return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))

    op.create_table(
        "month_sheet",
        number(), number("unit_id"), sa.Column("month", sa.Date(), nullable=False), number("version"),
        sa.Column("content", sa.LargeBinary(), nullable=False), text("digest", 64), moment("locked_at"),
        moment("recorded_at"),
        towards("month_sheet", "unit_id", "unit"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_month_sheet")),
        sa.UniqueConstraint("unit_id", "month", "version", name=op.f("uq_month_sheet_unit_id_month_version")),
    )  # fmt: skip
    op.create_table(
        "month_sheet_name",
        number("sheet_id"), number("employee_id"), text("name"), text("salt", 32),
        towards("month_sheet_name", "sheet_id", "month_sheet"),
        towards("month_sheet_name", "employee_id", "employee"),
        sa.PrimaryKeyConstraint("sheet_id", "employee_id", name=op.f("pk_month_sheet_name")),
    )  # fmt: skip
    op.create_index(op.f("ix_month_sheet_name_employee_id"), "month_sheet_name", ["employee_id"])
    op.create_table(
        "month_signature",
        number(), number("sheet_id"), text("part", 16), number("user_id"), number("employee_id", nullable=True),
        text("name", 200), text("role", 16), text("digest", 64), moment("signed_at"),
        towards("month_signature", "sheet_id", "month_sheet"), towards("month_signature", "user_id", "app_user"),
        towards("month_signature", "employee_id", "employee"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_month_signature")),
        sa.UniqueConstraint("sheet_id", "part", name=op.f("uq_month_signature_sheet_id_part")),
        sa.UniqueConstraint("sheet_id", "user_id", name=op.f("uq_month_signature_sheet_id_user_id")),
    )  # fmt: skip
    for column in ("user_id", "employee_id"):
        op.create_index(op.f(f"ix_month_signature_{column}"), "month_signature", [column])
    op.create_table(
        "printed_sign",
        number(), text("sign", 8), text("printed", 8), text("document"), text("recorded_by"), moment("recorded_at"),
        moment("withdrawn_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_printed_sign")),
    )  # fmt: skip
    if op.get_bind().dialect.name == "sqlite":
        op.create_index(
            "ix_ruling_sheet",
            "ruling",
            ["unit_id", "work_date", "employee_id", "day_kind", "symbols", "leave_min", "overtime"],
            sqlite_where=sa.text("superseded_at IS NULL"),
        )
    for table, columns in FIXED.items():
        _guard(table, columns)


def _guard(table: str, columns: str) -> None:
    """What was signed is not deleted, and not written anew."""
    if op.get_bind().dialect.name == "sqlite":
        for name, act in (("delete", "DELETE"), ("fixed", f"UPDATE OF {columns}")):
            op.execute(
                f"CREATE TRIGGER {table}_{name} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: it is refused'); END"
            )
        return
    op.execute(f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION refuse_change()")
    for name, act in (("delete", "DELETE"), ("fixed", f"UPDATE OF {columns}")):
        op.execute(
            f"CREATE TRIGGER {table}_{name} BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
