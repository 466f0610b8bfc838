"""Offices a team walks into: so many people on the list, so many punched, so many with a paper."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from attendance import clock
from attendance.services.visiting.presence import Presence, presence_at
from attendance.store import papers, registering
from attendance.store.database import Database
from tests.builders import WEEK, ZONE, file_body, record

# Nghệ An: winter until 15 April 2017, summer from 16 April (domain.md §2.2)
WINTER = {"am": ["07:30", "12:00"], "pm": ["13:30", "17:00"]}
SUMMER = {"am": ["07:00", "11:30"], "pm": ["13:30", "17:00"]}
LONG_AGO = datetime(2010, 1, 1, tzinfo=clock.UTC)


def instant(wall: datetime) -> datetime:
    return clock.to_instant(wall, ZONE)


def open_seasons(database: Database, *, unit: str = "XA", people: int, terminal: str = "T1", name: str = "") -> None:
    """A commune under Nghệ An hours of the spring of 2017, with people P01.. under the numbers 1.. on one terminal."""
    with database.writing() as session:
        registering.add_schedule(session, "NA", at=LONG_AGO)
        for sessions, first, last, document in (
            (WINTER, None, date(2017, 4, 15), "TB 10/TB-UBND (mùa đông)"),
            (SUMMER, date(2017, 4, 16), date(2017, 10, 15), "TB 11/TB-UBND (mùa hè)"),
        ):
            registering.add_schedule_version(
                session, "NA", sessions=sessions, weekdays=WEEK, from_on=first, to_on=last, document=document,
                at=LONG_AGO,
            )  # fmt: skip
        registering.add_unit(session, unit, name=name or unit, schedule="NA", at=LONG_AGO)
        registering.add_terminal(session, terminal, unit=unit, at=LONG_AGO)
        for number in range(1, people + 1):
            registering.add_employee(session, f"P{number:02}", name=f"Người Thứ {number}", at=LONG_AGO)
            registering.assign(session, f"P{number:02}", unit, from_on=date(2015, 1, 1), at=LONG_AGO)
            registering.enrol(session, terminal, str(number), f"P{number:02}", at=LONG_AGO)


def punch(database: Database, numbers: range, at: datetime, *, read_at: datetime, terminal: str = "T1") -> None:
    """These people punch, a second apart from a moment on, and the terminal is read at another."""
    body = b"".join(
        record(str(number), at + timedelta(seconds=2 * place), uid=number) for place, number in enumerate(numbers)
    )
    file_body(database, body, terminal=terminal, read_at=read_at, serial=f"SN-{terminal}")


def give_leave(database: Database, numbers: range, on: date, *, at: datetime) -> None:
    with database.writing() as session:
        for number in numbers:
            papers.add_leave(session, f"P{number:02}", on, document=f"GP {number}", approved_at=at, at=at)


def send_away(database: Database, numbers: range, starts: datetime, ends: datetime, *, at: datetime) -> None:
    with database.writing() as session:
        for number in numbers:
            papers.add_mission(session, f"P{number:02}", starts, ends, document=f"QĐ {number}", approved_at=at, at=at)


def arrive(database: Database, unit: str, wall: datetime, *, known_at: datetime | None = None) -> Presence:
    """The list at a minute, known as of an instant (default: the end of that minute)."""
    with database.reading() as session:
        known = known_at or instant(wall) + timedelta(seconds=59)
        return presence_at(session, ZONE, unit, instant(wall), known_at=known)
