"""The views for analysts say on both kinds of database what the program itself says, and nothing that is nobody's."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from attendance import clock
from attendance.services import bulk_export
from attendance.services.evaluate import evaluate_span
from attendance.store import export_snapshot, listing_punches, listing_rulings, papers, punch_log, registering
from attendance.store.database import Database
from attendance.store.export_rows import Asked
from attendance.store.within import EVERYTHING
from bench.many_punches import AT, add_punches
from tests.e2e.conftest import FIRST, JUDGED_AT, LAST, ZONE, _build

SECRETS = ("password", "secret", "digest", "token", "photo", "jpeg", "template", "key", "reason", "citations", "flags")
SPAN = (FIRST, LAST)


@pytest.fixture
def built(any_database: Database) -> Database:
    _build(any_database)
    return any_database


def rows(database: Database, query: str) -> list[dict[str, Any]]:
    """What an analyst reads, over a connection of their own: with a program's they would not see views work that a
    hardened SQLite refuses."""
    if not database.is_sqlite:
        with database.reading() as session:
            return [dict(row._mapping) for row in session.connection().execute(text(query))]
    path = database.url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(query)]


def test_punches_come_out_of_their_blocks_as_they_went_in(built: Database) -> None:
    """Each column in each width: values of one, two, four and eight bytes, steps, and columns that stay the same."""
    rng = np.random.default_rng(3)
    with built.writing() as session:
        site = registering.add_terminal(session, "T-W", unit="A", at=AT)
        registering.enrol(session, "T-W", "7", "E2", from_on=date(2026, 1, 5), at=AT)
        number = site.id or 0
        add_punches(session, number, 1, 40, rng)
        for first, least, most in ((41, 0, 200), (61, 0, 60_000), (81, 5, 3 * 10**9), (101, 0, 2**40)):
            wall = np.sort(rng.integers(0, 3 * 10**9, 20))
            punch_log.append(
                session, terminal_id=number, pull_id=1, first_sequence=first, received_at=AT, wall=wall,
                pin=rng.integers(0, 3, 20).astype(np.int32), pins=["7", "8'x", 'Đ"9'],
                state=rng.integers(0, 255, 20).astype(np.uint8), verify=np.ones(20, np.uint8),
                index=rng.integers(least, most, 20),
            )  # fmt: skip
    with built.reading() as session:
        stored = punch_log.read(session, [number])
    seen = rows(built, "SELECT * FROM v_punch WHERE terminal = 'T-W' ORDER BY sequence")
    assert [row["sequence"] for row in seen] == stored.sequence.tolist()
    assert [row["at"] for row in seen] == [clock.from_wall_seconds(each).isoformat() for each in stored.wall.tolist()]
    assert [row["pin"] for row in seen] == [stored.pins[each] for each in stored.pin.tolist()]
    assert [row["state"] for row in seen] == stored.state.tolist()
    assert [row["log_position"] for row in seen] == stored.index.tolist()


def test_views_say_what_the_lists_say(built: Database) -> None:
    evaluate_span(built, ZONE, JUDGED_AT, *SPAN)
    with built.reading() as session:
        punches = listing_punches.punches(session, EVERYTHING, *SPAN, ZONE, limit=10_000).rows
        days = listing_rulings.verdicts(session, EVERYTHING, *SPAN, limit=10_000).rows
    seen = rows(built, "SELECT * FROM v_punch ORDER BY at, terminal, sequence")
    same = ("terminal", "sequence", "pin", "employee", "unit")
    assert [[row[name] for name in same] for row in seen] == [[row[name] for name in same] for row in punches]
    same = ("date", "employee", "name", "unit", "day_kind", "worked_min", "leave_min", "revision")
    told = rows(built, "SELECT * FROM v_day")
    for row in told:
        row["date"] = date.fromisoformat(str(row["date"]))
    key = lambda row: (row["date"], row["employee"])  # noqa: E731
    assert [[row[name] for name in same] for row in sorted(told, key=key)] == [
        [row[name] for name in same] for row in sorted(days, key=key)
    ]
    count = sum(len(row["violations"]) for row in days)
    assert count == len(rows(built, "SELECT * FROM v_violation")) > 0


def test_no_reason_and_no_secret_stands_in_a_view(built: Database) -> None:
    signs = rows(built, "SELECT * FROM v_session WHERE employee = 'E2' AND date = '2026-11-03' ORDER BY session")
    assert signs[0]["sign"] == "CP"  # a leave, whatever kind
    with built.writing() as session:
        papers.add_leave(session, "E3", date(2026, 11, 4), part="am", approved_at=AT, document="zREASONz", at=AT)
    evaluate_span(built, ZONE, JUDGED_AT, *SPAN)
    for view in ("v_punch", "v_day", "v_session", "v_violation", "v_person", "v_unit"):
        found = rows(built, f"SELECT * FROM {view}")
        assert found
        assert "zREASONz" not in str(found)
        assert not [name for name in found[0] if any(secret in name for secret in SECRETS)]


def test_exports_say_what_the_views_say(built: Database) -> None:
    """On both kinds of database: a walk in pieces, and from any row on."""
    snapshot = export_snapshot.take(built, JUDGED_AT.replace(month=12))
    asked = Asked(EVERYTHING, *SPAN, snapshot, ZONE)
    for kind, view, order in (
        ("punches", "v_punch", "terminal, sequence"),
        ("violations", "v_violation", "date, employee, session, type"),
        ("days", "v_day", "date, employee"),
    ):
        names = bulk_export.COLUMNS[kind]
        found = [row for piece in bulk_export.pieces(built, kind, asked, EVERYTHING) for row in piece.rows]
        same = [name for name in names if name in ("date", "employee", "unit", "session", "type", "pin", "revision")]
        seen = rows(built, f"SELECT * FROM {view} ORDER BY {order}")
        assert [[str(dict(zip(names, row, strict=True))[name]) for name in same] for row in found] == [
            [str(row[name]) for name in same] for row in seen
        ]
        with built.reading() as session:
            after = bulk_export.read_after(session, kind, bulk_export.key_of(kind, found[5]), EVERYTHING)
        rest = bulk_export.pieces(built, kind, replace(asked, after=after), EVERYTHING, limit=7)
        assert [row for piece in rest for row in piece.rows] == found[6:13]


@pytest.mark.postgres
def test_a_role_reads_the_views_and_no_table(postgres_database: Database) -> None:
    _build(postgres_database)
    with postgres_database.engine.connect() as connection, connection.begin() as whole:
        connection.execute(text("CREATE ROLE analyst_of_test"))
        connection.execute(text("GRANT USAGE ON SCHEMA public TO analyst_of_test"))
        connection.execute(text("GRANT SELECT ON v_punch, v_day, v_session, v_violation TO analyst_of_test"))
        connection.execute(text("SET ROLE analyst_of_test"))
        for view in ("v_punch", "v_day", "v_session", "v_violation"):
            assert connection.execute(text(f"SELECT count(*) FROM {view}")).scalar_one()
        with pytest.raises(ProgrammingError, match="permission denied"):
            connection.execute(text("SELECT * FROM app_user"))
        whole.rollback()


def test_a_snapshot_waits_for_who_files_punches(built: Database) -> None:
    """What has a number is filed when a snapshot is taken, or has a higher one."""
    before = export_snapshot.take(built, AT)
    with built.writing() as session:
        add_punches(session, 1, 10_000, 5, np.random.default_rng(1))
    after = export_snapshot.take(built, AT)
    assert after.block > before.block
    assert export_snapshot.read(str(after), AT) == after
    assert Asked(EVERYTHING, *SPAN, after, ZONE).after is None
