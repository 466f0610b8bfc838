"""Papers of a database from before there was a register get their place in it, and count as they did."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import select

from attendance.store import case_reading, schema
from attendance.store.database import Database, sqlite_url
from attendance.store.paper_tables import DutyRow
from attendance.store.register_tables import PaperRow
from attendance.store.tables import AbsenceRow

AT = datetime(2026, 3, 1, 1, tzinfo=UTC)


@pytest.fixture
def older(tmp_path: Any) -> Database:
    database = Database(sqlite_url(tmp_path / "older.db"))
    schema.upgrade(database, "0013")
    return database


def insert(database: Database, table: str, **values: Any) -> None:
    names = ", ".join(values)
    places = ", ".join(f":{name}" for name in values)
    with database.writing() as session:
        session.execute(text(f"INSERT INTO {table} ({names}) VALUES ({places})"), values)  # type: ignore[call-overload]


def test_old_papers_are_entered_with_what_was_recorded_of_them(older: Database) -> None:
    at, later = "2026-03-01 01:00:00.000000", "2026-03-09 01:00:00.000000"
    insert(older, "schedule", id=1, code="HC", name="HC", recorded_at=at)
    for number, code in ((1, "A"), (2, "B")):
        insert(older, "unit", id=number, code=code, recorded_at=at)
        insert(older, "unit_version", unit_id=number, name=code, schedule_id=1, document="", recorded_at=at)
    insert(older, "employee", id=1, code="E1", name="Nguyễn Văn An", recorded_at=at)
    serves = {"employee_id": 1, "terminals": "[]", "document": "", "recorded_at": at}
    insert(older, "assignment", unit_id=1, from_on="2020-01-01", to_on="2026-03-04", **serves)
    insert(older, "assignment", unit_id=2, from_on="2026-03-05", **serves)
    insert(
        older, "terminal", id=1, code="T", name="T", unit_id=2, port=4370, transport="tcp", has_comm_key=False,
        direction="none", first_sane_on="2010-01-01", in_use=True, poll_seconds=300, recorded_at=at,
    )  # fmt: skip
    paper = {"employee_id": 1, "document": "ĐP 1", "recorded_at": at}
    day = {"kind": "leave", "code": "P", "session": "am"}
    insert(older, "absence", id=1, on_date="2026-03-02", approved_at=at, **day, **paper)
    insert(older, "absence", id=2, on_date="2026-03-06", approved_at=None, **day, **paper)
    insert(older, "absence", id=3, on_date="2026-03-06", approved_at=at, withdrawn_at=later, **day, **paper)
    span = {"starts": "2026-03-07 20:00:00.000000", "ends": "2026-03-08 00:00:00.000000"}
    insert(older, "duty", id=1, code="duty", counts_as_schedule=False, approved_at=at, **span, **paper)
    insert(older, "protection", id=1, code="pregnancy_m7", from_on="2026-03-01", **paper)
    insert(
        older, "exemption", id=1, code="x", placement="day_end", minutes_per_day=60, approved_at=at,
        dates='["2026-03-03", "2026-03-05"]', **paper,
    )  # fmt: skip
    insert(older, "outage", id=1, terminal_id=1, mode="dead", document="BB 1", recorded_at=at, **span)

    schema.upgrade(older)
    schema.upgrade(older)

    with older.reading() as session:
        papers = list(session.exec(select(PaperRow).order_by(PaperRow.id)))  # type: ignore[arg-type]
        told = [(p.kind, p.status, p.from_on, p.to_on, p.unit_id, p.decided_at, p.author) for p in papers]
        assert [number for (number,) in session.execute(select(AbsenceRow.paper_id))] == [1, 2, 3]  # type: ignore[call-overload]
        assert session.get_one(DutyRow, 1).unit_id == 2
        now = case_reading.read_case(session, "Asia/Ho_Chi_Minh", date(2026, 3, 1), date(2026, 3, 10)).case
    second, sixth, seventh = date(2026, 3, 2), date(2026, 3, 6), date(2026, 3, 7)
    assert told == [
        ("leave", "approved", second, second, 1, AT, ""),
        ("leave", "proposed", sixth, sixth, 2, None, ""),
        ("leave", "withdrawn", sixth, sixth, 2, AT, ""),
        ("duty", "approved", seventh, seventh, 2, AT, ""),
        ("exemption", "approved", date(2026, 3, 3), date(2026, 3, 5), 1, AT, ""),
        ("outage", "approved", seventh, seventh, 2, AT, ""),
        ("protection", "approved", date(2026, 3, 1), None, 1, AT, ""),
    ]
    assert [leave.on for leave in now.leaves] == [second]
    assert (len(now.duties), len(now.protections), len(now.outages), len(now.exemptions)) == (1, 1, 1, 1)
    older.close()
