"""Rules with a scope and dates, in place of one policy: nation, province, unit, person."""

import sqlalchemy as sa
from alembic import op

from attendance.store.types import AnyJson, Instant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

EVERYBODY = ["person", "province", "unit"]


def upgrade() -> None:
    rules = op.create_table(
        "rule_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("scope", sa.String(length=16), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("employee_id", sa.Integer(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("value", AnyJson(), nullable=False),
        sa.Column("allows", sa.JSON(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("article", sa.String(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_rule_version_employee_id_employee")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_rule_version_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_version")),
    )
    op.create_index(op.f("ix_rule_version_rule"), "rule_version", ["rule"], unique=False)
    _carry_over(rules)
    op.drop_table("policy")


def _carry_over(rules: sa.Table) -> None:
    """Each threshold of a policy becomes a rule of the nation; of several policies each held until the next came."""
    policy = sa.table(
        "policy",
        sa.column("id", sa.Integer),
        sa.column("values", sa.JSON),
        sa.column("document", sa.String),
        sa.column("recorded_at", Instant),
        sa.column("withdrawn_at", Instant),
    )
    connection = op.get_bind()
    rows = connection.execute(sa.select(policy).order_by(policy.c.recorded_at, policy.c.id)).mappings().all()
    carried = []
    for row, following in zip(rows, [*rows[1:], None], strict=False):
        ends = [moment for moment in (row["withdrawn_at"], following and following["recorded_at"]) if moment]
        carried += [
            {
                "rule": rule,
                "scope": "nation",
                "value": value,
                "allows": EVERYBODY,
                "document": row["document"],
                "article": "",
                "recorded_at": row["recorded_at"],
                "withdrawn_at": min(ends, default=None),
            }
            for rule, value in row["values"].items()
        ]
    if carried:
        connection.execute(sa.insert(rules), carried)
