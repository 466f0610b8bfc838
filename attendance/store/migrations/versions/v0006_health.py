"""Operation log, alarms and recorded settings of a terminal's clock; how full its log is; since when it fails."""

import sqlalchemy as sa
from alembic import op

from attendance.store.types import Instant

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

APPEND_ONLY = ("terminal_operation", "clock_setting")
ALARM = "terminal_alarm"
FIXED = ("id", "terminal_id", "kind", "subject", "params", "raised_at", "pull_id")
ONCE = ("ended_at", "seen_at", "seen_by")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "terminal_operation",
        sa.Column("id", BIG, nullable=False),
        sa.Column("terminal_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.LargeBinary(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=True),
        sa.Column("objects", sa.JSON(), nullable=False),
        sa.Column("pull_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["pull_id"], ["pull.id"], name=op.f("fk_terminal_operation_pull_id_pull")),
        sa.ForeignKeyConstraint(
            ["terminal_id"], ["terminal.id"], name=op.f("fk_terminal_operation_terminal_id_terminal")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terminal_operation")),
        sa.UniqueConstraint(
            "terminal_id", "line", "ordinal", name=op.f("uq_terminal_operation_terminal_id_line_ordinal")
        ),
    )
    op.create_index("ix_terminal_operation_terminal_id_id", "terminal_operation", ["terminal_id", "id"])
    op.create_table(
        ALARM,
        sa.Column("id", BIG, nullable=False),
        sa.Column("terminal_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("raised_at", Instant(), nullable=False),
        sa.Column("pull_id", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("seen_by", sa.String(), nullable=True),
        sa.Column("seen_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["pull_id"], ["pull.id"], name=op.f("fk_terminal_alarm_pull_id_pull")),
        sa.ForeignKeyConstraint(["terminal_id"], ["terminal.id"], name=op.f("fk_terminal_alarm_terminal_id_terminal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terminal_alarm")),
    )
    op.create_index("ix_terminal_alarm_terminal_id_id", ALARM, ["terminal_id", "id"])
    op.create_index(
        "uq_terminal_alarm_open",
        ALARM,
        ["terminal_id", "kind", "subject"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "clock_setting",
        sa.Column("id", BIG, nullable=False),
        sa.Column("terminal_id", sa.Integer(), nullable=False),
        sa.Column("set_at", Instant(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("offset_before", sa.Integer(), nullable=True),
        sa.Column("offset_after", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["terminal_id"], ["terminal.id"], name=op.f("fk_clock_setting_terminal_id_terminal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_setting")),
    )
    op.create_index("ix_clock_setting_terminal_id_id", "clock_setting", ["terminal_id", "id"])
    op.create_table(
        "log_fill",
        sa.Column("terminal_id", sa.Integer(), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["terminal_id"], ["terminal.id"], name=op.f("fk_log_fill_terminal_id_terminal")),
        sa.PrimaryKeyConstraint("terminal_id", "counted_on", name=op.f("pk_log_fill")),
    )
    op.add_column("log_position", sa.Column("failing_since", Instant(), nullable=True))
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgresql()


def _guard_sqlite() -> None:
    def refuse(table: str, name: str, act: str, when: str = "") -> None:
        op.execute(
            f"CREATE TRIGGER {table}_{name} BEFORE {act} ON {table} {when} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: {act.split()[0]} is refused'); END"
        )

    for table in APPEND_ONLY:
        refuse(table, "no_update", "UPDATE")
        refuse(table, "no_delete", "DELETE")
    refuse(ALARM, "no_delete", "DELETE")
    refuse(ALARM, "fixed", f"UPDATE OF {', '.join(FIXED)}")
    refuse(
        ALARM, "once", "UPDATE", "WHEN " + " OR ".join(f"OLD.{n} IS NOT NULL AND NEW.{n} IS NOT OLD.{n}" for n in ONCE)
    )


def _guard_postgresql() -> None:
    for table in (*APPEND_ONLY, ALARM):
        acts = "UPDATE OR DELETE" if table in APPEND_ONLY else "DELETE"
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE {acts} ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION refuse_change()")
    op.execute(
        f"CREATE TRIGGER {ALARM}_fixed BEFORE UPDATE OF {', '.join(FIXED)} ON {ALARM} EXECUTE FUNCTION refuse_change()"
    )
    changed = " OR ".join(f"(OLD.{name} IS NOT NULL AND NEW.{name} IS DISTINCT FROM OLD.{name})" for name in ONCE)
    op.execute(
        f"CREATE TRIGGER {ALARM}_once BEFORE UPDATE ON {ALARM} FOR EACH ROW WHEN ({changed}) "
        "EXECUTE FUNCTION refuse_change()"
    )
