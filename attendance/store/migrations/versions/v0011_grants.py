"""What somebody may do and see is granted: with a scope in the tree, a start, an end, a document.

The role and unit of each account become a grant without an end; an inspector's gets one, because from now on every
inspector's has: they keep what they had until `INSPECTORS_END` after the upgrade.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

from attendance.store.types import Instant

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INSPECTORS_END = timedelta(days=30)


def upgrade() -> None:
    op.create_table(
        "access_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("starts_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=True),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("visit", sa.String(), nullable=False),
        sa.Column("granted_by", sa.String(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.Column("revoked_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_access_grant_user_id_app_user")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_access_grant_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_grant")),
    )
    op.create_index(op.f("ix_access_grant_user_id"), "access_grant", ["user_id"])
    had = list(op.get_bind().execute(sa.text("SELECT id, role, unit_id FROM app_user")))
    # SQLite makes a table anew to drop a column, which rows that point to it forbid: everybody signs in anew once.
    op.execute("DELETE FROM sign_in")
    with op.batch_alter_table("app_user") as batch:
        batch.add_column(sa.Column("employee_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_app_user_employee_id_employee"), "employee", ["employee_id"], ["id"])
        batch.drop_constraint(op.f("fk_app_user_unit_id_unit"), type_="foreignkey")
        batch.drop_column("unit_id")
        batch.drop_column("role")
    _grant(had)


def _grant(accounts: list[Any]) -> None:
    columns: dict[str, Any] = {
        "user_id": sa.Integer(),
        "role": sa.String(),
        "unit_id": sa.Integer(),
        "starts_at": Instant(),
        "ends_at": Instant(),
        "recorded_at": Instant(),
        "document": sa.String(),
        "visit": sa.String(),
        "granted_by": sa.String(),
        "revoked_by": sa.String(),
    }
    now = datetime.now(UTC)
    rows = [
        {
            "user_id": number,
            "role": role,
            "unit_id": unit_id,
            "starts_at": now,
            "ends_at": now + INSPECTORS_END if role == "inspector" else None,
            "recorded_at": now,
            "document": "",
            "visit": "upgrade" if role == "inspector" else "",
            "granted_by": "upgrade",
            "revoked_by": "",
        }
        for number, role, unit_id in accounts
    ]
    if rows:
        op.bulk_insert(sa.table("access_grant", *(sa.column(name, kind) for name, kind in columns.items())), rows)
