"""The outbox on both databases: put once, taken by one, forgotten after 30 days; told to its person, erased with it."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
from sqlmodel import col, select

from attendance.services.notifications.delivering import HOLD
from attendance.services.personal import export
from attendance.store import erasing, notice_wishes, notices, office
from attendance.store.database import Database, Session
from attendance.store.notice_wishes import Wish
from attendance.store.notices import NewNotice
from attendance.store.notification_tables import NoticeAddressRow, NoticeRow
from attendance.store.personal_tables import ErasureRow
from attendance.store.tables import EmployeeRow, UserRow
from device_sync.poller import Poller
from device_sync.pulling import Puller
from device_sync.schedule import Timetable
from tests.builders import RECORDED_AT, ZONE, build_office
from tests.contract.test_schedule import Pulling

AT = datetime(2026, 11, 24, 2, tzinfo=UTC)
ADDRESS = "thu.ha@example.vn"


@pytest.fixture
def database(any_database: Database) -> Database:
    """E1 has an account 7, an address and a choice; account 8 is somebody else's."""
    build_office(any_database)
    with any_database.writing() as session:
        person = office.key(office.get(session, EmployeeRow, "E1"))
        session.add(UserRow(id=7, name="thuha", password_hash="x", employee_id=person, recorded_at=RECORDED_AT))
        session.add(UserRow(id=8, name="khac", password_hash="x", recorded_at=RECORDED_AT))
        session.flush()
        session.add(
            NoticeAddressRow(user_id=7, way="mail", address=ADDRESS, wanted="moi@example.vn", code_digest="ab" * 32)
        )
        notice_wishes.set_wish(session, Wish(7, "missing", ("mail",), 1140), AT)
        notice_wishes.set_language(session, 7, "vi", AT)
        params = {"items": ["others"]}
        notices.put(session, [NewNotice("missing:7:x", "missing", "mail", 7, params=params)], AT)
        notices.put(session, [NewNotice("morning:8:x", "morning", "inbox", 8)], AT)
    return any_database


def put(session: Session, *keys: str) -> None:
    notices.put(session, [NewNotice(key, "test", "inbox", 7) for key in keys], AT)


def states(database: Database) -> dict[str, str]:
    with database.reading() as session:
        return dict(session.exec(select(NoticeRow.key, NoticeRow.state)).all())


def test_a_key_is_put_in_once(database: Database) -> None:
    with database.writing() as session:
        put(session, "a", "b", "a")
    with database.writing() as session:
        put(session, "b", "c")
    assert set(states(database)) == {"a", "b", "c", "missing:7:x", "morning:8:x"}
    with database.reading() as session:
        assert notices.known(session, ["a", "z"]) == {"a"}
        row = session.exec(select(NoticeRow).where(col(NoticeRow.key) == "missing:7:x")).one()
        assert row.params == {"items": ["others"]}


def test_what_one_took_nobody_else_takes_until_the_hold_is_over(database: Database) -> None:
    with database.writing() as session:
        first = [row.key for row in notices.take(session, AT, most=1, hold=HOLD)]
    with database.writing() as session:
        second = [row.key for row in notices.take(session, AT, most=5, hold=HOLD)]
    assert (first, second) == (["missing:7:x"], ["morning:8:x"])
    with database.writing() as session:
        assert notices.take(session, AT + HOLD / 2, most=5, hold=HOLD) == []
        again = notices.take(session, AT + HOLD, most=5, hold=HOLD)
        assert [(row.key, row.attempts) for row in again] == [("missing:7:x", 2), ("morning:8:x", 2)]


def test_the_outbox_forgets_what_is_over_and_keeps_what_waits(database: Database) -> None:
    with database.writing() as session:
        row = session.exec(select(NoticeRow).where(col(NoticeRow.key) == "missing:7:x")).one()
        notices.sent(session, row.id or 0, title="Ngày 24/11", link="/days", at=AT)
    with database.writing() as session:
        assert notices.prune(session, AT) == 0
        assert notices.prune(session, AT + timedelta(seconds=1)) == 1
    assert states(database) == {"morning:8:x": "waiting"}


def test_whoever_has_it_tried_sooner_does_not_end_it_sooner(database: Database) -> None:
    with database.writing() as session:
        notices.put(session, [NewNotice("month.locked:1", "month.locked", "inbox", 7, hours=720)], AT)
        row = session.exec(select(NoticeRow).where(col(NoticeRow.key) == "month.locked:1")).one()
        number, until = row.id or 0, row.not_after
        notices.later(session, number, "", AT + timedelta(hours=10))
        assert notices.try_again(session, number, AT, 24.0)
    with database.writing() as session:
        found = notices.find(session, number)
        assert found is not None
        assert (found.next_at, found.not_after) == (AT, until)
        assert notices.try_again(session, number, until, 24.0)
    with database.reading() as session:
        found = notices.find(session, number)
        assert found is not None
        assert found.not_after == until + timedelta(hours=24)


def test_a_person_is_told_what_was_sent_to_them_and_no_secret(database: Database) -> None:
    with database.writing() as session:
        row = session.exec(select(NoticeRow).where(col(NoticeRow.key) == "missing:7:x")).one()
        notices.sent(session, row.id or 0, title="Ngày 24/11/2026: còn thiếu", link="/days", at=AT)
        person = office.key(office.get(session, EmployeeRow, "E1"))
    with database.reading() as session:
        found = {part.name: list(part.rows) for part in export.sections(session, person, ZONE, reasons=True)}
    assert [row["title"] for row in found["notice"]] == ["Ngày 24/11/2026: còn thiếu"]
    assert found["notice_address"][0]["address"] == ADDRESS
    assert found["notice_wish"][0]["kind"] == "missing"
    assert "others" not in str(found["notice"])
    assert "ab" * 32 not in str(found)


def test_addresses_and_choices_go_with_the_person(database: Database) -> None:
    with database.writing() as session:
        person = office.key(office.get(session, EmployeeRow, "E1"))
        row = ErasureRow(employee_id=person, pseudonym="NGUOI-1", erased_by="hr", why="QĐ 1", erased_at=AT)
        erasing.erase(session, row, at=AT)
    with database.reading() as session:
        assert notice_wishes.addresses(session, 7) == []
        assert notice_wishes.wishes(session, 7) == []
    assert set(states(database)) == {"morning:8:x"}


def test_one_leads_and_the_other_sends_nothing(sqlite_database: Database) -> None:
    """Two services on one database: only that which leads is asked to send, and when it ends the other goes on."""
    build_office(sqlite_database, terminals=())
    told: list[str] = []
    pullers = [cast(Puller, Pulling(sqlite_database)) for _ in range(2)]
    pollers = [Poller(puller) for puller in pullers]
    tables = [
        Timetable(
            sqlite_database, poller, ZONE, tick_seconds=0.1, judging=False, notify=lambda name=name: told.append(name),
            notify_seconds=0.1,
        )
        for name, poller in zip(("a", "b"), pollers, strict=True)
    ]  # fmt: skip
    try:
        tables[0].start()
        _wait(lambda: "a" in told)
        tables[1].start()
        time.sleep(0.6)
        assert set(told) == {"a"}
        tables[0].stop()
        _wait(lambda: "b" in told)
    finally:
        for table in tables:
            table.stop()
        for poller in pollers:
            poller.stop()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("APScheduler")]


def _wait(until: object) -> None:
    deadline = time.monotonic() + 20
    while not until():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.02)
