"""Looks that cannot be written wait, a bounded number of them, and what is lost beyond is counted and written down."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, text

from attendance.errors import StoreUnavailable
from attendance.services.verifying import verify_nightly
from attendance.store import registering, trail
from attendance.store.database import Database, Session
from attendance.store.looks import AGAIN_SECONDS, Looks
from attendance.store.trail import Actor
from attendance.store.trail_checking import check_trail
from attendance.store.trail_reading import chain_state
from tests.contract.test_trail import act, change_by_hand

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
HR = Actor("hr", 3, "api", "10.0.0.9", "hr")


class Store:
    """A database that can be made to refuse, and a clock for it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.refuses = False
        self.tried = 0
        self.moment = 100.0

    @contextmanager
    def write(self) -> Iterator[Session]:
        self.tried += 1
        if self.refuses:
            raise StoreUnavailable("The disk is full: nothing was stored.")
        with self.database.writing() as session:
            yield session

    def looks(self, **bounds: int) -> Looks:
        return Looks(self.write, tick=lambda: self.moment, **bounds)


@pytest.fixture
def store(sqlite_database: Database) -> Store:
    return Store(sqlite_database)


def look(looks: Looks, store: Store, *employees: int, minute: int = 0) -> None:
    """A look as a session that only reads hands it over."""
    with Session(store.database.engine) as session:
        trail.look(session, HR, "punches", employees, at=AT + timedelta(minutes=minute))
        looks.file(trail.noted(session))


def rows(store: Store, columns: str = "act") -> list[tuple[object, ...]]:
    with store.database.reading() as session:
        return [tuple(row) for row in session.execute(text(f"SELECT {columns} FROM trail ORDER BY seq"))]


def test_what_waits_is_written_at_the_next_chance_in_order(store: Store) -> None:
    looks = store.looks()
    store.refuses = True
    for minute in range(3):
        look(looks, store, 1, minute=minute)
    assert looks.waiting == 3
    assert store.tried == 1, "a store that refused a moment ago is left alone, or every reader would wait for it"
    store.refuses = False
    store.moment += AGAIN_SECONDS
    look(looks, store, 2, minute=3)
    assert looks.waiting == 0
    assert [at for (at,) in rows(store, "at")] == sorted(at for (at,) in rows(store, "at"))
    assert len(rows(store)) == 4


def test_what_is_lost_beyond_the_bound_is_counted_and_written_down_about_whom(store: Store) -> None:
    looks = store.looks(most=2)
    store.refuses = True
    for minute in range(5):
        look(looks, store, minute + 1, minute=minute)
    assert looks.waiting == 5
    store.moment += AGAIN_SECONDS
    look(looks, store, 9, minute=9)  # refused once more: nothing is counted twice
    store.refuses = False
    looks.retry(now=True)
    assert rows(store) == [("looked",), ("looked",), ("looks.lost",)]
    with store.database.reading() as session:
        detail = json.loads(session.execute(text("SELECT content FROM trail_detail")).scalar_one())
        about = session.execute(text("SELECT employee_id FROM trail_subject WHERE seq = 3 ORDER BY 1")).scalars().all()
        assert check_trail(session).holds
    assert detail["after"]["count"] == 4
    assert about == [3, 4, 5, 9]


def test_a_crowd_is_bounded_by_people_as_well(store: Store) -> None:
    looks = store.looks(most_people=1000)
    store.refuses = True
    look(looks, store, *range(1, 900))
    look(looks, store, *range(1, 900), minute=1)
    look(looks, store, 5, minute=2)
    store.refuses = False
    looks.retry(now=True)
    assert rows(store) == [("looked",), ("looked",), ("looks.lost",)]


def test_what_is_left_at_the_end_is_written_or_told(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    looks = store.looks()
    store.refuses = True
    look(looks, store, 1)
    store.refuses = False
    looks.close()
    assert rows(store) == [("looked",)]
    store.refuses = True
    look(looks, store, 1, minute=1)
    with caplog.at_level(logging.ERROR):
        looks.close()
    assert "1 looks" in caplog.text


def _add_until_full(database: Database) -> int:
    """How many people there was room for, each with the entry about it."""
    for done in range(2000):
        try:
            with database.writing() as session:
                registering.add_employee(session, f"E{done}", name="Nguyễn Thị Thu Hà", at=AT)
                act(session, done, (done + 1,))
        except StoreUnavailable as error:
            if "disk is full" not in str(error):
                raise
            return done
    raise AssertionError("the disk never became full")


def test_on_a_full_disk_reading_goes_on_and_acts_do_not(sqlite_database: Database) -> None:
    """SQLite's own full disk: no page more than there are."""
    with sqlite_database.reading() as session:
        most = int(session.execute(text("PRAGMA page_count")).scalar_one()) + 8
    sqlite_database.close()
    full = Database(sqlite_database.url)
    event.listen(full.engine, "connect", lambda connection, _: connection.execute(f"PRAGMA max_page_count={most}"))
    try:
        done = _add_until_full(full)
        with full.reading() as session:
            people = session.execute(text("SELECT count(*) FROM employee")).scalar_one()
            assert (people, session.execute(text("SELECT count(*) FROM trail")).scalar_one()) == (done, done)
            trail.look(session, HR, "punches", range(1, done + 1), at=AT)
        assert full.looks.waiting == 1
        most = 1_000_000
        full.engine.dispose()
        full.looks.retry(now=True)
        assert full.looks.waiting == 0
        with full.reading() as session:
            assert check_trail(session).entries == done + 1
    finally:
        full.close()


def test_a_writer_elsewhere_is_waited_for_briefly_and_reading_goes_on(sqlite_database: Database) -> None:
    other = Database(sqlite_database.url)
    try:
        with other.writing() as writer:
            writer.execute(text("SELECT 1"))  # the lock is taken with the first statement
            begun = datetime.now(UTC)
            with sqlite_database.reading() as session:
                trail.look(session, HR, "punches", [1], at=AT)
            assert datetime.now(UTC) - begun < timedelta(seconds=10)
            assert sqlite_database.looks.waiting == 1
        with sqlite_database.writing() as session:  # whatever is written next takes the look with it
            act(session, 1)
        sqlite_database.looks.retry(now=True)
        assert sqlite_database.looks.waiting == 0
    finally:
        other.close()


def test_the_nightly_check_is_written_down_and_alarms_the_log(
    sqlite_database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    sqlite_database.seal_with(b"a secret of the tests, long enough")
    with sqlite_database.writing() as session:
        act(session, 1)
    with sqlite_database.reading() as session:
        assert chain_state(session).holds is None
    assert verify_nightly(sqlite_database, AT)
    with sqlite_database.reading() as session:
        assert chain_state(session).holds is True
    change_by_hand(sqlite_database, "UPDATE trail SET actor = 'root' WHERE seq = 1")
    with caplog.at_level(logging.ERROR):
        assert not verify_nightly(sqlite_database, AT + timedelta(days=1))
    assert "ALARM the trail does not verify from entry 1 on" in caplog.text
    with sqlite_database.reading() as session:
        state = chain_state(session)
    assert (state.holds, state.entries) == (False, 3)
