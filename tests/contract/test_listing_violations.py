"""The list of violations walked by keys: the same rows in the same order however it is walked, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import Session

from attendance.errors import Invalid
from attendance.store import registering
from attendance.store.database import Database
from attendance.store.evidence_tables import RulebookRow, RulingRow, ViolationRow
from attendance.store.listing_keys import read_cursor, write_cursor
from attendance.store.listing_violations import Wanted, every_violation, violations
from attendance.store.within import EVERYTHING, Within
from tests.builders import build_office

AT = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
FIRST, LAST = date(2026, 3, 2), date(2026, 3, 20)
TYPES = ("late", "early", "absent", "missing_in")


@pytest.fixture
def database(any_database: Database) -> Database:
    """Five people, in two units, with a violation or two on most days; a tenth of them revised since."""
    build_office(any_database)
    with any_database.writing() as session:
        registering.add_unit(session, "B", parent="A", at=AT)
        session.add(RulebookRow(fingerprint="r", content={}, recorded_at=AT))
        session.flush()
        for person in range(1, 4):
            for day in range((LAST - FIRST).days + 1):
                if (person + day) % 4:
                    add(session, person, FIRST + timedelta(days=day), person + day)
    return any_database


def add(session: Session, person: int, on: date, seed: int, *, superseded: bool = False) -> None:
    unit = 1 + seed % 2
    ruling = RulingRow(
        employee_id=person, work_date=on, revision=seed % 3 + 1, unit_id=unit, day_kind="workday", scheduled_min=480,
        worked_min=480, credited_min=480, leave_min=0, unverified_min=0, flags=[], symbols={}, citations=[],
        rulebook="r", digest="d", cause="first", recorded_at=AT, superseded_at=AT if superseded else None,
    )  # fmt: skip
    session.add(ruling)
    session.flush()
    for number in range(1 + seed % 2):
        session.add(
            ViolationRow(
                ruling_id=ruling.id, employee_id=person, unit_id=unit, work_date=on, session=("pm", "am")[number],
                type=TYPES[(seed + number) % 4], minutes=seed % 30 or None, status="counted",
                superseded_at=AT if superseded else None,
            )
        )  # fmt: skip
    session.flush()


FILTERS = [
    Wanted(EVERYTHING, FIRST, LAST),
    Wanted(Within(frozenset({1})), FIRST, LAST),
    Wanted(Within(frozenset({1}), employee=2), FIRST, LAST),
    Wanted(EVERYTHING.narrowed(frozenset({2})), FIRST, LAST),
    Wanted(EVERYTHING, FIRST + timedelta(days=3), FIRST + timedelta(days=9), type="late"),
    Wanted(EVERYTHING, FIRST, LAST, over=10, status="counted"),
    Wanted(EVERYTHING, FIRST, LAST, person="e2"),
    Wanted(EVERYTHING, FIRST, LAST, part=((FIRST, FIRST + timedelta(days=5), frozenset({2})),)),
    Wanted(EVERYTHING, FIRST, LAST, part=()),
    Wanted(EVERYTHING, FIRST, LAST, explained=False),
]


def test_every_way_through_the_list_meets_the_same_rows(database: Database) -> None:
    for wanted in FILTERS:
        for newest_first in (False, True):
            walk(database, wanted, newest_first)


def walk(database: Database, wanted: Wanted, newest_first: bool) -> None:
    def page(session: Session, **at: object) -> tuple[list[str], str | None, str | None]:
        found = violations(session, wanted, limit=4, newest_first=newest_first, **at)  # type: ignore[arg-type]
        return [row["id"] for row in found.rows], found.before, found.after

    with database.reading() as session:
        whole = violations(session, wanted, limit=500, newest_first=newest_first)
        ids = [row["id"] for row in whole.rows]
        assert whole.total == len(ids) == len(set(ids))
        assert [row["id"] for row in every_violation(session, wanted, newest_first=newest_first)] == ids
        if wanted.part != ():
            assert ids
        keys = [(row["date"], row["employee"], row["session"], row["type"]) for row in whole.rows]
        assert keys == sorted(keys, reverse=newest_first)
        for offset in (*range(0, len(ids), 4), 5, 2, 5):  # forwards by number, then from places that are known
            assert page(session, offset=offset)[0] == ids[offset : offset + 4]
        walked, before, after = page(session)
        assert before is None
        while after is not None:
            found, before, after = page(session, after=after)
            walked += found
        assert walked == ids
        back: list[str] = []
        while before is not None:
            found, before, _ = page(session, before=before)
            back = found + back
        assert back == ids[: len(back)]
        assert len(ids) - len(back) <= 4 or not ids


def test_a_verdict_that_changes_is_counted_and_listed_at_once(database: Database) -> None:
    wanted = Wanted(EVERYTHING, FIRST, LAST)
    with database.reading() as session:
        before = violations(session, wanted, limit=500).total
        violations(session, wanted, limit=4, offset=8)
    with database.writing() as session:
        add(session, 1, FIRST + timedelta(days=60), 1)
        add(session, 2, FIRST + timedelta(days=3), 30, superseded=True)
        session.flush()
        add(session, 3, FIRST - timedelta(days=1), 5)
    with database.reading() as session:
        wider = Wanted(EVERYTHING, FIRST - timedelta(days=1), LAST)
        assert violations(session, wanted, limit=500).total == before
        assert violations(session, wider, limit=500).total == before + 2
        ids = [row["id"] for row in violations(session, wider, limit=500).rows]
        assert [row["id"] for row in violations(session, wider, limit=4, offset=8).rows] == ids[8:12]


def test_a_cursor_of_another_list_is_refused_or_begins_anew(database: Database) -> None:
    wanted = Wanted(EVERYTHING, FIRST, LAST)
    with database.reading() as session:
        with pytest.raises(Invalid):
            violations(session, wanted, limit=4, after="eyJ9")
        late = Wanted(EVERYTHING, FIRST + timedelta(days=10), LAST)
        early = violations(session, wanted, limit=4).after
        found = violations(session, late, limit=4, after=early)
        assert [row["id"] for row in found.rows] == [row["id"] for row in violations(session, late, limit=4).rows]


def test_what_a_cursor_says_of_its_number_leads_nobody_else_astray(database: Database) -> None:
    """It may be made up, or older than a verdict before its row: pages by number are counted, not believed."""
    wanted = Wanted(EVERYTHING, FIRST, LAST)
    with database.reading() as session:
        whole = [row["id"] for row in violations(session, wanted, limit=100).rows]
        cursor = violations(session, wanted, limit=3).after
        assert cursor is not None
        *key, _ = read_cursor(cursor, date, int, str, str, int)
        for number in (0, 20, -7, 2**53):
            found = violations(session, wanted, limit=3, after=write_cursor(*key, number))
            assert [row["id"] for row in found.rows] == whole[3:6]
            assert 0 <= found.first <= found.total
        for offset in range(len(whole)):
            assert [row["id"] for row in violations(session, wanted, limit=1, offset=offset).rows] == [whole[offset]]
