"""Personal data: settings, notices, requests, destruction, and the one narrow way in which names leave the evidence."""

import sqlalchemy as sa
from alembic import op

from attendance.store.types import AnyJson, Instant

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

WRITTEN_ONCE = ("erasure", "evidence_erasure", "destruction_approval")
NEVER_DELETED = ("destruction", "subject_request", "personal_setting", "notice_reading")
USER_FIXED = "id, terminal_id, uid, pin, privilege, disabled, since, pull_id"
USER_NAMES = "name, name_bytes"
NO_BYTES = {"sqlite": "x''", "postgresql": "''::bytea"}


def upgrade() -> None:
    def number(name: str = "id", *, nullable: bool = False) -> "sa.Column[int]":
        return sa.Column(name, sa.Integer(), nullable=nullable)

    def text(name: str, length: int | None = None, *, nullable: bool = False) -> "sa.Column[str]":
        return sa.Column(name, sa.String(length=length), nullable=nullable)

    def moment(name: str, *, nullable: bool = False) -> sa.Column:  # type: ignore[type-arg]
        return sa.Column(name, Instant(), nullable=nullable)

    def towards(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
        return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))

    op.create_table(
        "personal_setting",
        number(), text("subject", 64), text("field", 32), sa.Column("value", AnyJson(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False), text("document"), text("recorded_by"), moment("recorded_at"),
        moment("withdrawn_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_setting")),
    )  # fmt: skip
    op.create_index(op.f("ix_personal_setting_subject"), "personal_setting", ["subject"])
    op.create_table(
        "notice_reading",
        number(), number("employee_id"), text("digest", 64), text("language", 8), moment("read_at"),
        towards("notice_reading", "employee_id", "employee"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_reading")),
        sa.UniqueConstraint("employee_id", "digest", name=op.f("uq_notice_reading_employee_id_digest")),
    )  # fmt: skip
    op.create_table(
        "subject_request",
        number(), number("employee_id"), number("unit_id", nullable=True), text("kind", 32), text("way", 16),
        text("text"), moment("received_at"), text("entered_by"), number("entered_by_id", nullable=True),
        moment("recorded_at"), text("state", 16), text("answer"), moment("answered_at", nullable=True),
        text("answered_by"), moment("completed_at", nullable=True), text("completed_by"), number("extended_days"),
        text("extension_reason"),
        towards("subject_request", "employee_id", "employee"), towards("subject_request", "unit_id", "unit"),
        towards("subject_request", "entered_by_id", "app_user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject_request")),
    )  # fmt: skip
    for column in ("employee_id", "unit_id", "state"):
        op.create_index(op.f(f"ix_subject_request_{column}"), "subject_request", [column])
    op.create_table(
        "destruction",
        number(), text("kind", 32), sa.Column("before_on", sa.Date(), nullable=False), number("term_months"),
        text("issued_under"), sa.Column("due", sa.JSON(), nullable=False), moment("proposed_at"), text("proposed_by"),
        number("proposed_by_id", nullable=True), text("state", 16), number("needed"), text("document"),
        sa.Column("destroyed", sa.JSON(), nullable=False), moment("decided_at", nullable=True), text("refused_why"),
        moment("done_at", nullable=True),
        towards("destruction", "proposed_by_id", "app_user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_destruction")),
    )  # fmt: skip
    for column in ("kind", "state"):
        op.create_index(op.f(f"ix_destruction_{column}"), "destruction", [column])
    op.create_table(
        "destruction_approval",
        number("destruction_id"), text("name", 64), number("user_id", nullable=True), text("document"), moment("at"),
        towards("destruction_approval", "destruction_id", "destruction"),
        towards("destruction_approval", "user_id", "app_user"),
        sa.PrimaryKeyConstraint("destruction_id", "name", name=op.f("pk_destruction_approval")),
    )  # fmt: skip
    op.create_table(
        "erasure",
        number(), number("employee_id"), text("pseudonym", 32), text("archived_name"),
        number("destruction_id", nullable=True), text("why"), text("erased_by"), moment("erased_at"),
        towards("erasure", "employee_id", "employee"), towards("erasure", "destruction_id", "destruction"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
        sa.UniqueConstraint("employee_id", name=op.f("uq_erasure_employee_id")),
        sa.UniqueConstraint("pseudonym", name=op.f("uq_erasure_pseudonym")),
    )  # fmt: skip
    op.create_table(
        "evidence_erasure",
        text("table_name", 32), sa.Column("row_id", sa.BigInteger(), autoincrement=False, nullable=False),
        number("erasure_id"),
        towards("evidence_erasure", "erasure_id", "erasure"),
        sa.PrimaryKeyConstraint("table_name", "row_id", name=op.f("pk_evidence_erasure")),
    )  # fmt: skip
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgresql()


def _all_but_payload() -> str:
    columns = sa.inspect(op.get_bind()).get_columns("pull")
    return ", ".join(f'"{column["name"]}"' for column in columns if column["name"] != "payload")


def _is_named(table: str) -> str:
    return f"EXISTS (SELECT 1 FROM evidence_erasure WHERE table_name = '{table}' AND row_id = OLD.id)"  # noqa: S608 - names of our own


def _guard_sqlite() -> None:
    def refuse(name: str, act: str, table: str, when: str = "") -> None:
        op.execute(
            f"CREATE TRIGGER {table}_{name} BEFORE {act} ON {table} {when} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: {act.split(' ')[0]} is refused'); END"
        )

    for table in WRITTEN_ONCE:
        refuse("no_update", "UPDATE", table)
        refuse("no_delete", "DELETE", table)
    for table in NEVER_DELETED:
        refuse("no_delete", "DELETE", table)
    refuse("ended", "UPDATE", "destruction", "WHEN OLD.state IN ('done', 'refused')")
    op.execute("DROP TRIGGER pull_no_update")
    refuse("fixed", f"UPDATE OF {_all_but_payload()}", "pull")
    refuse("bytes", "UPDATE OF payload", "pull", f"WHEN NEW.payload IS NOT NULL OR NOT {_is_named('pull')}")
    op.execute("DROP TRIGGER terminal_user_fixed")
    op.execute("DROP TRIGGER terminal_user_once")
    refuse("fixed", f"UPDATE OF {USER_FIXED}", "terminal_user")
    refuse("once", "UPDATE OF until, ended_pull_id", "terminal_user", "WHEN OLD.ended_pull_id IS NOT NULL")
    named = _is_named("terminal_user")
    emptied = f"NEW.name = '' AND NEW.name_bytes = {NO_BYTES['sqlite']}"
    refuse("names", f"UPDATE OF {USER_NAMES}", "terminal_user", f"WHEN NOT ({emptied} AND {named})")


def _guard_postgresql() -> None:
    def refuse(name: str, act: str, table: str, when: str = "", function: str = "refuse_change") -> None:
        op.execute(
            f"CREATE TRIGGER {table}_{name} BEFORE {act} ON {table} FOR EACH ROW {when} EXECUTE FUNCTION {function}()"
        )

    for table in (*WRITTEN_ONCE, *NEVER_DELETED):
        op.execute(f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION refuse_change()")
        refuse("no_change", "UPDATE OR DELETE" if table in WRITTEN_ONCE else "DELETE", table)
    refuse("ended", "UPDATE", "destruction", "WHEN (OLD.state IN ('done', 'refused'))")
    op.execute(
        "CREATE FUNCTION refuse_unnamed_erasure() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF NOT EXISTS (SELECT 1 FROM evidence_erasure WHERE table_name = TG_TABLE_NAME AND row_id = OLD.id) THEN "
        "RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP; END IF; RETURN NEW; END $$"
    )
    op.execute("DROP TRIGGER pull_no_change ON pull")
    refuse("no_delete", "DELETE", "pull")
    refuse("fixed", f"UPDATE OF {_all_but_payload()}", "pull")
    refuse("kept", "UPDATE OF payload", "pull", "WHEN (NEW.payload IS NOT NULL)")
    refuse("bytes", "UPDATE OF payload", "pull", "", "refuse_unnamed_erasure")
    op.execute("DROP TRIGGER terminal_user_fixed ON terminal_user")
    op.execute("DROP TRIGGER terminal_user_once ON terminal_user")
    refuse("fixed", f"UPDATE OF {USER_FIXED}", "terminal_user")
    refuse("once", "UPDATE OF until, ended_pull_id", "terminal_user", "WHEN (OLD.ended_pull_id IS NOT NULL)")
    emptied = f"NEW.name = '' AND NEW.name_bytes = {NO_BYTES['postgresql']}"
    refuse("kept", f"UPDATE OF {USER_NAMES}", "terminal_user", f"WHEN (NOT ({emptied}))")
    refuse("names", f"UPDATE OF {USER_NAMES}", "terminal_user", "", "refuse_unnamed_erasure")
