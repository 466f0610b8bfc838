"""The evidence: pulls, punches, quarantine, coverage, rulings, and the triggers that keep them."""

import sqlalchemy as sa
from alembic import op

from attendance.store.types import Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Facts and rulings are claims that others rely on: the database itself refuses to change or lose them.
APPEND_ONLY = ("pull", "punch_block", "quarantine", "rulebook")
NEVER_DELETED = ("ruling", "violation")


def upgrade() -> None:
    op.create_table(
        "rulebook",
        sa.Column("fingerprint", sa.String(length=16), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_rulebook")),
    )
    op.create_table(
        "dirty_day",
        sa.Column("employee_id", sa.Integer(), nullable=False),
        sa.Column("work_date", sa.Date(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("marked_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_dirty_day_employee_id_employee")),
        sa.PrimaryKeyConstraint("employee_id", "work_date", name=op.f("pk_dirty_day")),
    )
    op.create_table(
        "ruling",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("employee_id", sa.Integer(), nullable=False),
        sa.Column("work_date", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("day_kind", sa.String(), nullable=False),
        sa.Column("scheduled_min", sa.Integer(), nullable=False),
        sa.Column("worked_min", sa.Integer(), nullable=False),
        sa.Column("credited_min", sa.Integer(), nullable=False),
        sa.Column("leave_min", sa.Integer(), nullable=False),
        sa.Column("unverified_min", sa.Integer(), nullable=False),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.Column("symbols", sa.JSON(), nullable=False),
        sa.Column("citations", sa.JSON(), nullable=False),
        sa.Column("rulebook", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("superseded_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_ruling_employee_id_employee")),
        sa.ForeignKeyConstraint(["rulebook"], ["rulebook.fingerprint"], name=op.f("fk_ruling_rulebook_rulebook")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_ruling_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ruling")),
        sa.UniqueConstraint(
            "employee_id", "work_date", "revision", name=op.f("uq_ruling_employee_id_work_date_revision")
        ),
    )
    with op.batch_alter_table("ruling", schema=None) as batch_op:
        batch_op.create_index("ix_ruling_work_date_unit_id", ["work_date", "unit_id"], unique=False)

    op.create_table(
        "clock_span",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("terminal_id", sa.Integer(), nullable=False),
        sa.Column("starts", sa.DateTime(), nullable=True),
        sa.Column("offset_seconds", sa.Integer(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["terminal_id"], ["terminal.id"], name=op.f("fk_clock_span_terminal_id_terminal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_span")),
    )
    with op.batch_alter_table("clock_span", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_clock_span_terminal_id"), ["terminal_id"], unique=False)
    op.create_table(
        "coverage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("terminal_id", sa.Integer(), nullable=False),
        sa.Column("starts", sa.DateTime(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["terminal_id"], ["terminal.id"], name=op.f("fk_coverage_terminal_id_terminal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coverage")),
    )
    with op.batch_alter_table("coverage", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_coverage_terminal_id"), ["terminal_id"], unique=False)

    op.create_table(
        "log_position",
        sa.Column("terminal_id", sa.Integer(), nullable=False),
        sa.Column("log_bytes", sa.Integer(), nullable=False),
        sa.Column("log_digest", sa.String(), nullable=False),
        sa.Column("next_sequence", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_pull_id", sa.BigInteger(), nullable=True),
        sa.Column("last_ok_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["terminal_id"], ["terminal.id"], name=op.f("fk_log_position_terminal_id_terminal")),
        sa.PrimaryKeyConstraint("terminal_id", name=op.f("pk_log_position")),
    )
    op.create_table(
        "pull",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("terminal_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("finished_at", Instant(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("serial", sa.String(), nullable=True),
        sa.Column("firmware", sa.String(), nullable=True),
        sa.Column("clock_offset_seconds", sa.Integer(), nullable=True),
        sa.Column("users", sa.Integer(), nullable=True),
        sa.Column("records_before", sa.Integer(), nullable=True),
        sa.Column("records_after", sa.Integer(), nullable=True),
        sa.Column("record_capacity", sa.Integer(), nullable=True),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("repeated", sa.Integer(), nullable=False),
        sa.Column("quarantined", sa.Integer(), nullable=False),
        sa.Column("log_bytes", sa.Integer(), nullable=True),
        sa.Column("log_digest", sa.String(), nullable=True),
        sa.Column("payload_from", sa.Integer(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.Column("complete_from", sa.DateTime(), nullable=True),
        sa.Column("complete_until", sa.DateTime(), nullable=True),
        sa.Column("seconds", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["terminal_id"], ["terminal.id"], name=op.f("fk_pull_terminal_id_terminal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pull")),
    )
    with op.batch_alter_table("pull", schema=None) as batch_op:
        batch_op.create_index("ix_pull_terminal_id_id", ["terminal_id", "id"], unique=False)

    op.create_table(
        "violation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ruling_id", sa.BigInteger(), nullable=False),
        sa.Column("employee_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("work_date", sa.Date(), nullable=False),
        sa.Column("session", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("excused_min", sa.Integer(), nullable=False),
        sa.Column("counted_min", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("superseded_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_violation_employee_id_employee")),
        sa.ForeignKeyConstraint(["ruling_id"], ["ruling.id"], name=op.f("fk_violation_ruling_id_ruling")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_violation_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_violation")),
    )
    with op.batch_alter_table("violation", schema=None) as batch_op:
        batch_op.create_index(
            "ix_violation_current",
            ["work_date", "id"],
            unique=False,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_violation_employee_id"), ["employee_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_violation_ruling_id"), ["ruling_id"], unique=False)

    op.create_table(
        "punch_block",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("terminal_id", sa.Integer(), nullable=False),
        sa.Column("first_sequence", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("pull_id", sa.BigInteger(), nullable=False),
        sa.Column("min_wall", sa.BigInteger(), nullable=False),
        sa.Column("max_wall", sa.BigInteger(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("pins", sa.JSON(), nullable=False),
        sa.Column("layout", sa.JSON(), nullable=False),
        sa.Column("columns", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["pull_id"], ["pull.id"], name=op.f("fk_punch_block_pull_id_pull")),
        sa.ForeignKeyConstraint(["terminal_id"], ["terminal.id"], name=op.f("fk_punch_block_terminal_id_terminal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_punch_block")),
        sa.UniqueConstraint("terminal_id", "first_sequence", name=op.f("uq_punch_block_terminal_id_first_sequence")),
    )
    with op.batch_alter_table("punch_block", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_punch_block_pull_id"), ["pull_id"], unique=False)
        batch_op.create_index("ix_punch_block_terminal_id_max_wall", ["terminal_id", "max_wall"], unique=False)

    op.create_table(
        "quarantine",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("terminal_id", sa.Integer(), nullable=False),
        sa.Column("pull_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["pull_id"], ["pull.id"], name=op.f("fk_quarantine_pull_id_pull")),
        sa.ForeignKeyConstraint(["terminal_id"], ["terminal.id"], name=op.f("fk_quarantine_terminal_id_terminal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine")),
    )
    with op.batch_alter_table("quarantine", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quarantine_pull_id"), ["pull_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_quarantine_terminal_id"), ["terminal_id"], unique=False)

    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgresql()


def _guard_sqlite() -> None:
    def refuse(table: str, act: str, when: str = "") -> None:
        op.execute(
            f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} {when} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: {act} is refused'); END"
        )

    for table in APPEND_ONLY:
        refuse(table, "UPDATE")
        refuse(table, "DELETE")
    for table in NEVER_DELETED:
        refuse(table, "DELETE")
        refuse(table, "UPDATE", "WHEN OLD.superseded_at IS NOT NULL OR NEW.superseded_at IS NULL")
        op.execute(
            f"CREATE TRIGGER {table}_fixed BEFORE UPDATE OF {_all_but_superseded(table)} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: UPDATE is refused'); END"
        )


def _guard_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP; END $$"
    )
    for table in (*APPEND_ONLY, *NEVER_DELETED):
        acts = "UPDATE OR DELETE" if table in APPEND_ONLY else "DELETE"
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE {acts} ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION refuse_change()")
    for table in NEVER_DELETED:
        op.execute(
            f"CREATE TRIGGER {table}_once BEFORE UPDATE ON {table} FOR EACH ROW "
            "WHEN (OLD.superseded_at IS NOT NULL OR NEW.superseded_at IS NULL) EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_fixed BEFORE UPDATE OF {_all_but_superseded(table)} ON {table} "
            "EXECUTE FUNCTION refuse_change()"
        )


def _all_but_superseded(table: str) -> str:
    columns = sa.inspect(op.get_bind()).get_columns(table)
    return ", ".join(column["name"] for column in columns if column["name"] != "superseded_at")
