"""The visits that newspapers told of (domain.md §3.5), as lists: total, present, absent with reason, without."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from attendance.store import papers, registering
from attendance.store.database import Database
from tests.builders import WEEK, file_body, record
from tests.contract.presence_office import (
    LONG_AGO,
    arrive,
    give_leave,
    instant,
    open_seasons,
    punch,
    send_away,
)

FRIDAY, MONDAY = date(2017, 4, 14), date(2017, 4, 17)
"""The last working day of the winter hours, and the first one of the summer hours."""
WEEK_BEFORE = instant(datetime(2017, 4, 7, 9))


def at(on: date, hour: int, minute: int) -> datetime:
    return datetime(on.year, on.month, on.day, hour, minute)


@pytest.mark.parametrize(
    ("place", "arrival", "total", "present", "with_reason", "without"),
    [
        ("thị trấn Tân Kỳ", at(FRIDAY, 11, 0), 21, 11, 5, 5),
        ("huyện Quỳnh Lưu", at(FRIDAY, 11, 25), 81, 24, 0, 57),
        ("xã Diễn An", at(FRIDAY, 8, 30), 19, 15, 4, 0),
        ("trung tâm hành chính công Uông Bí", at(FRIDAY, 7, 45), 42, 36, 6, 0),
    ],
)
def test_a_real_visit(
    sqlite_database: Database,
    place: str,
    arrival: datetime,
    total: int,
    present: int,
    with_reason: int,
    without: int,
) -> None:
    open_seasons(sqlite_database, people=total, name=place)
    on_leave = range(present + 1, present + 1 + with_reason // 2)
    away = range(on_leave.stop, present + 1 + with_reason)
    give_leave(sqlite_database, on_leave, arrival.date(), at=WEEK_BEFORE)
    send_away(sqlite_database, away, at(FRIDAY, 7, 0), at(FRIDAY, 17, 0), at=WEEK_BEFORE)
    punch(sqlite_database, range(1, present + 1), at(FRIDAY, 7, 20), read_at=arrival)

    found = arrive(sqlite_database, "XA", arrival)

    assert (found.unit_name, found.hours.working) == (place, True)
    assert found.counts() == {
        "total": total, "expected": total, "seen": present, "excused": with_reason, "not_seen": without, "unknown": 0,
        "not_scheduled": 0,
    }  # fmt: skip
    reasons = [person.excuse.kind for person in found.people if person.excuse]
    assert (reasons.count("leave"), reasons.count("mission")) == (len(on_leave), len(away))
    assert total == present + with_reason + without


def test_part_time_officials_are_not_due_in_the_other_half_of_the_day(sqlite_database: Database) -> None:
    """Phan Thiết: mostly part-time officials of communes were missing. At 15:00 they have no hours to miss."""
    open_seasons(sqlite_database, people=1)
    with sqlite_database.writing() as session:
        registering.add_schedule(session, "NUA", at=LONG_AGO)
        half = {"am": ["07:30", "11:30"]}
        registering.add_schedule_version(session, "NUA", sessions=half, weekdays=WEEK, document="QC", at=LONG_AGO)
        for number in (2, 3):
            registering.add_employee(session, f"P0{number}", at=LONG_AGO)
            registering.assign(
                session, f"P0{number}", "XA", from_on=date(2016, 1, 1), schedule="NUA", at=LONG_AGO
            )  # fmt: skip
    file_body(sqlite_database, record("1", at(FRIDAY, 7, 0)), terminal="T1", read_at=at(FRIDAY, 15, 1))

    morning, afternoon = (arrive(sqlite_database, "XA", at(FRIDAY, hour, 0), known_at=instant(at(FRIDAY, 16, 0)))
                          for hour in (10, 15))  # fmt: skip
    assert [person.state for person in morning.people] == ["seen", "not_seen", "not_seen"]
    assert [person.state for person in afternoon.people] == ["not_seen", "not_scheduled", "not_scheduled"]
    assert afternoon.hours.session == "pm"  # the office itself is open


@pytest.mark.parametrize(
    ("arrival", "working", "document"),
    [
        (at(FRIDAY, 11, 25), True, "TB 10/TB-UBND (mùa đông)"),
        (at(FRIDAY, 11, 40), True, "TB 10/TB-UBND (mùa đông)"),
        (at(MONDAY, 11, 25), True, "TB 11/TB-UBND (mùa hè)"),
        (at(MONDAY, 11, 40), False, "TB 11/TB-UBND (mùa hè)"),
    ],
)
def test_the_season_of_the_day_decides_what_is_working_time(
    sqlite_database: Database, arrival: datetime, working: bool, document: str
) -> None:
    open_seasons(sqlite_database, people=3)
    punch(sqlite_database, range(1, 2), at(arrival.date(), 6, 50), read_at=arrival)

    found = arrive(sqlite_database, "XA", arrival)

    assert (found.hours.working, found.hours.document) == (working, document)
    states = [person.state for person in found.people]
    assert states == (["seen", "not_seen", "not_seen"] if working else ["not_scheduled"] * 3)
    assert [person.since for person in found.people] == [at(arrival.date(), 6, 50), None, None]


def test_the_end_of_a_session_is_outside_and_its_start_inside(sqlite_database: Database) -> None:
    open_seasons(sqlite_database, people=1)
    punch(sqlite_database, range(1, 2), at(FRIDAY, 7, 0), read_at=at(FRIDAY, 12, 0))
    known = instant(at(FRIDAY, 12, 1))
    states = {
        (hour, minute): arrive(sqlite_database, "XA", at(FRIDAY, hour, minute), known_at=known).people[0].state
        for hour, minute in ((7, 29), (7, 30), (11, 59), (12, 0))
    }
    assert states == {(7, 29): "not_scheduled", (7, 30): "seen", (11, 59): "seen", (12, 0): "not_scheduled"}


def test_a_punch_of_one_minute_before_arrival_is_in_and_a_later_one_is_not(sqlite_database: Database) -> None:
    open_seasons(sqlite_database, people=3)
    arrival = at(FRIDAY, 7, 45)
    body = (
        record("1", arrival - timedelta(days=1), uid=4)  # what was read reaches back to before the session
        + record("1", arrival - timedelta(minutes=1), uid=1)
        + record("2", arrival + timedelta(seconds=59), uid=2)
        + record("3", arrival + timedelta(seconds=60), uid=3)
    )
    file_body(sqlite_database, body, terminal="T1", read_at=arrival + timedelta(minutes=2))
    found = arrive(sqlite_database, "XA", arrival, known_at=instant(arrival + timedelta(minutes=3)))
    first, second, third = found.people
    assert (first.state, first.since, first.since_at, first.late) == ("seen", at(FRIDAY, 7, 44), "T1", 14)
    assert (second.state, second.since) == ("seen", arrival + timedelta(seconds=59))
    assert (third.state, third.since) == ("not_seen", None)


def test_what_the_terminal_was_not_read_for_is_nobodys_absence(sqlite_database: Database) -> None:
    open_seasons(sqlite_database, people=2)
    punch(sqlite_database, range(1, 2), at(FRIDAY, 7, 20), read_at=at(FRIDAY, 7, 40))
    found = arrive(sqlite_database, "XA", at(FRIDAY, 7, 45))
    assert [(each.state, each.why) for each in found.people] == [("seen", ""), ("unknown", "not_read")]
    assert [(each.code, each.read_to) for each in found.terminals] == [("T1", at(FRIDAY, 7, 40))]
    assert found.people[1].read_to == at(FRIDAY, 7, 40)
    punch(sqlite_database, range(1, 2), at(FRIDAY, 7, 20), read_at=at(FRIDAY, 7, 45))
    then = arrive(sqlite_database, "XA", at(FRIDAY, 7, 45))
    assert [each.state for each in then.people] == ["seen", "not_seen"]


def test_a_mission_is_a_reason_inside_its_window_only(sqlite_database: Database) -> None:
    open_seasons(sqlite_database, people=2)
    send_away(sqlite_database, range(1, 3), at(FRIDAY, 9, 0), at(FRIDAY, 10, 0), at=WEEK_BEFORE)
    punch(sqlite_database, range(1, 2), at(FRIDAY, 7, 20), read_at=at(FRIDAY, 12, 0))
    known = instant(at(FRIDAY, 12, 5))
    told = {
        hour: [each.state for each in arrive(sqlite_database, "XA", at(FRIDAY, hour, 0), known_at=known).people]
        for hour in (8, 9, 10)
    }
    assert told == {8: ["seen", "not_seen"], 9: ["excused", "excused"], 10: ["seen", "not_seen"]}


def test_an_exempted_hour_excuses_who_has_not_come_and_hides_nobody_who_has(sqlite_database: Database) -> None:
    open_seasons(sqlite_database, people=2)
    with sqlite_database.writing() as session:
        for who in ("P01", "P02"):
            papers.add_exemption(
                session, who, code="nursing", minutes_per_day=60, placement="day_start", from_on=FRIDAY, to_on=FRIDAY,
                approved_at=WEEK_BEFORE, at=WEEK_BEFORE,
            )  # fmt: skip
    punch(sqlite_database, range(1, 2), at(FRIDAY, 7, 20), read_at=at(FRIDAY, 9, 0))
    known = instant(at(FRIDAY, 9, 5))
    early, later = (arrive(sqlite_database, "XA", at(FRIDAY, *when), known_at=known) for when in ((8, 0), (8, 30)))
    assert [each.state for each in early.people] == ["seen", "excused"]
    assert early.people[1].excuse is not None
    assert (early.people[1].excuse.kind, early.people[1].excuse.code) == ("exemption", "nursing")
    assert b"nursing" not in early.canonical()
    assert [each.state for each in later.people] == ["seen", "not_seen"]
