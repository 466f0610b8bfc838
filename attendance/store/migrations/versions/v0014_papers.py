"""Papers have an author and an approver; desks that must be staffed; answers kept for idempotency keys.

Every paper there is gets its place in the register. Who handed it in was not recorded, so its author has no name.
"""

from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

from attendance.store.types import Instant

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

FACTS = ("absence", "calendar_entry", "duty", "exemption", "outage", "overtime", "protection", "site_fact")
ALWAYS_APPROVED = ("outage", "protection")  # they counted from when they were recorded
KINDS = {"site_fact": "site"}
STANDS_IN = "(SELECT t.unit_id FROM terminal t WHERE t.id = paper.terminal_id)"
INSTANT = timedelta(microseconds=1)


def upgrade() -> None:
    _register()
    _posts()
    op.create_table(
        "kept_answer",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("route", sa.String(length=160), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("request_digest", sa.String(length=64), nullable=False),
        sa.Column("grants_digest", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", Instant(), nullable=False),
        _points("kept_answer", "user_id", "app_user"),
        sa.PrimaryKeyConstraint("user_id", "route", "key", name=op.f("pk_kept_answer")),
    )
    op.create_index(op.f("ix_kept_answer_kept_at"), "kept_answer", ["kept_at"])
    for table in FACTS:
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("paper_id", sa.Integer(), nullable=True))
            batch.create_foreign_key(op.f(f"fk_{table}_paper_id_paper"), "paper", ["paper_id"], ["id"])
            batch.create_index(op.f(f"ix_{table}_paper_id"), ["paper_id"])
            if table in ALWAYS_APPROVED:
                batch.add_column(sa.Column("approved_at", Instant(), nullable=True))
            if table == "duty":
                batch.add_column(sa.Column("desk", sa.String(), nullable=False, server_default=""))
                batch.add_column(sa.Column("unit_id", sa.Integer(), nullable=True))
                batch.add_column(sa.Column("in_place_of_id", sa.Integer(), nullable=True))
                batch.create_foreign_key(op.f("fk_duty_unit_id_unit"), "unit", ["unit_id"], ["id"])
                batch.create_foreign_key(op.f("fk_duty_in_place_of_id_duty"), "duty", ["in_place_of_id"], ["id"])
                batch.create_index(op.f("ix_duty_unit_id"), ["unit_id"])
    for table in ALWAYS_APPROVED:
        op.execute(f"UPDATE {table} SET approved_at = recorded_at")  # noqa: S608 - names of ours
    for table in FACTS:
        if table != "calendar_entry":  # those came from rule files, which are documents of their own
            _enter(table)
    op.execute(f"UPDATE paper SET unit_id = {STANDS_IN} WHERE terminal_id IS NOT NULL")  # noqa: S608 - ours
    op.execute("UPDATE duty SET unit_id = (SELECT unit_id FROM paper WHERE paper.id = duty.paper_id)")


def _register() -> None:
    op.create_table(
        "paper",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("employee_id", sa.Integer(), nullable=True),
        sa.Column("terminal_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("decision", sa.String(length=16), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decision_note", sa.String(), nullable=False),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=False),
        sa.Column("withdrawal_note", sa.String(), nullable=False),
        _points("paper", "employee_id", "employee"),
        _points("paper", "terminal_id", "terminal"),
        _points("paper", "unit_id", "unit"),
        _points("paper", "author_id", "app_user"),
        _points("paper", "decided_by_id", "app_user"),
        _points("paper", "withdrawn_by_id", "app_user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper")),
    )
    for column in ("kind", "employee_id", "terminal_id", "unit_id", "author_id", "from_on"):
        op.create_index(op.f(f"ix_paper_{column}"), "paper", [column])


def _posts() -> None:
    op.create_table(
        "roster_post",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("desk", sa.String(), nullable=False),
        sa.Column("weekdays", sa.JSON(), nullable=False),
        sa.Column("dates", sa.JSON(), nullable=False),
        sa.Column("starts", sa.String(length=5), nullable=False),
        sa.Column("ends", sa.String(length=5), nullable=False),
        sa.Column("needed", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=False),
        _points("roster_post", "unit_id", "unit"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_post")),
    )
    op.create_index(op.f("ix_roster_post_unit_id"), "roster_post", ["unit_id"])


def _points(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"))


def _enter(table: str) -> None:
    """One entry in the register per paper of a table, and its number in the paper's row."""
    bind = op.get_bind()
    facts = sa.Table(table, sa.MetaData(), autoload_with=bind)
    papers = sa.Table("paper", sa.MetaData(), autoload_with=bind)
    served = _served(bind)
    for row in bind.execute(sa.select(facts).order_by(facts.c.id)).mappings().all():
        entry = _entry(table, dict(row))
        entry["unit_id"] = _unit_on(served.get(entry["employee_id"], []), entry["from_on"])
        (number,) = bind.execute(papers.insert().values(entry).returning(papers.c.id)).one()
        bind.execute(facts.update().where(facts.c.id == row["id"]).values(paper_id=number))


def _entry(table: str, row: dict[str, Any]) -> dict[str, Any]:
    starts, ends, on = row.get("starts"), row.get("ends"), row.get("on_date")
    dates = sorted(date.fromisoformat(text) for text in row.get("dates") or ())
    first = on or row.get("from_on") or (starts and starts.date()) or (dates and dates[0]) or None
    last = on or row.get("to_on") or (ends and (ends - INSTANT).date()) or (dates and dates[-1]) or None
    return {
        "kind": KINDS.get(table, row["kind"] if table == "absence" else table),
        "employee_id": row.get("employee_id"),
        "terminal_id": row.get("terminal_id"),
        "code": row.get("code") or row.get("mode") or "",
        "from_on": first,
        "to_on": last,
        "document": row["document"],
        "place": "",
        "note": "",
        "author": "",
        "recorded_at": row["recorded_at"],
        "decision": "approved" if row["approved_at"] is not None else None,
        "decided_at": row["approved_at"],
        "decided_by": "",
        "decision_note": "",
        "withdrawn_at": row["withdrawn_at"],
        "withdrawn_by": "",
        "withdrawal_note": "",
    }


def _served(bind: sa.Connection) -> dict[int, list[tuple[date, date | None, int]]]:
    """By person, from when to when they serve in which unit."""
    table = sa.Table("assignment", sa.MetaData(), autoload_with=bind)
    query = sa.select(table.c.employee_id, table.c.from_on, table.c.to_on, table.c.unit_id)
    query = query.where(table.c.withdrawn_at.is_(None)).order_by(table.c.from_on)
    found: dict[int, list[tuple[date, date | None, int]]] = {}
    for person, first, last, unit in bind.execute(
        query.where(table.c.withdrawn_at.is_(None)).order_by(table.c.from_on)
    ):
        found.setdefault(person, []).append((first, last, unit))
    return found


def _unit_on(served: list[tuple[date, date | None, int]], on: date | None) -> int | None:
    """Where a person serves on a date, else next, else last."""
    if not served:
        return None
    on = on or served[0][0]
    now = [unit for first, last, unit in served if first <= on and (last is None or on <= last)]
    later = [unit for first, _, unit in served if first > on]
    return [*now, *later, served[-1][2]][0]
