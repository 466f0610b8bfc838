"""The chains that the evidence hangs on, and the triggers that note which papers and dated rules were written."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

NOTED = (
    "absence", "annulment", "assignment", "calendar_entry", "clock_invalid", "clock_offset", "duty", "enrolment",
    "exemption", "explanation", "inspection", "inspection_absence", "month_event", "outage", "overtime", "paper",
    "protection", "rule_version", "schedule_version", "site_fact", "unit_version",
)  # fmt: skip
KEYS = {"inspection_absence": "{row}.inspection_id || ':' || {row}.employee_id"}


def upgrade() -> None:
    op.create_table(
        "chain_entry",
        sa.Column("chain", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        *(sa.Column(name, sa.LargeBinary(), nullable=False) for name in ("content", "digest", "link")),
        sa.PrimaryKeyConstraint("chain", "number", name=op.f("pk_chain_entry")),
    )
    op.create_table(
        "chain_head",
        sa.Column("chain", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("link", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("chain", name=op.f("pk_chain_head")),
    )
    op.create_table(
        "chain_touched",
        sa.Column("table_name", sa.String(length=32), nullable=False),
        sa.Column("row_key", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("table_name", "row_key", name=op.f("pk_chain_touched")),
    )
    if op.get_bind().dialect.name == "sqlite":
        _on_sqlite()
    else:
        _on_postgresql()


def _key(table: str, row: str) -> str:
    return KEYS.get(table, "{row}.id").format(row=row)


NOTE = "INSERT {ignoring}INTO chain_touched (table_name, row_key) VALUES ('{table}', {key})"


def _on_sqlite() -> None:
    for act in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER chain_entry_no_{act.lower()} BEFORE {act} ON chain_entry "
            "BEGIN SELECT RAISE(ABORT, 'chain_entry is append-only'); END"
        )
    for table in NOTED:
        for act, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
            note = NOTE.format(ignoring="OR IGNORE ", table=table, key=_key(table, row))
            op.execute(f"CREATE TRIGGER {table}_touched_{act.lower()} AFTER {act} ON {table} BEGIN {note}; END")


def _on_postgresql() -> None:
    op.execute(
        "CREATE TRIGGER chain_entry_no_change BEFORE UPDATE OR DELETE ON chain_entry "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute("CREATE TRIGGER chain_entry_no_truncate BEFORE TRUNCATE ON chain_entry EXECUTE FUNCTION refuse_change()")
    for table in NOTED:
        for act, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
            note = NOTE.format(ignoring="", table=table, key=_key(table, row))
            name = f"{table}_touched_{act.lower()}"
            op.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {note} "
                "ON CONFLICT DO NOTHING; RETURN NULL; END $$"
            )
            op.execute(f"CREATE TRIGGER {name} AFTER {act} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
