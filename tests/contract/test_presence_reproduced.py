"""The list of a past minute, asked again as it was known then, is the frozen one byte for byte, whatever came since."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from attendance.services import transfers, units
from attendance.services.visiting.presence import Presence, presence_at, thawed
from attendance.store import office, papers, papers_clocks, papers_decided, papers_roster, registering
from attendance.store.database import Database, Session, sqlite_url
from attendance.store.paper_tables import DutyRow
from attendance.store.tables import AbsenceRow, EmployeeRow
from attendance.store.trail import CONSOLE
from tests.builders import WEEK, ZONE, file_body, record
from tests.contract.presence_office import (
    LONG_AGO,
    arrive,
    give_leave,
    instant,
    open_seasons,
    send_away,
)

FRIDAY = date(2017, 4, 14)
ARRIVAL = datetime(2017, 4, 14, 8, 20)
KNOWN_AT = instant(ARRIVAL) + timedelta(seconds=30)
LATER = instant(datetime(2017, 4, 20, 9))
BEFORE = instant(datetime(2017, 4, 10, 9))
LOG = (
    record("1", datetime(2017, 4, 13, 7, 20), uid=1)
    + record("1", datetime(2017, 4, 14, 7, 20), uid=2)
    + record("2", datetime(2017, 4, 14, 7, 41), uid=3)
)
"""What the terminal had handed out by then: P01 in time, P02 eleven minutes late."""


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2017, 4, 14, hour, minute)


def office_of_the_day(database: Database) -> None:
    """P01 and P02 punched, P03 has leave, P04 a mission, P05 a duty at the desk; P06 no paper; the unit below P07."""
    open_seasons(database, people=6)
    give_leave(database, range(3, 4), FRIDAY, at=BEFORE)
    send_away(database, range(4, 5), at(8), at(10), at=BEFORE)
    with database.writing() as session:
        registering.add_unit(session, "XA-1", name="Tổ một cửa", parent="XA", at=LONG_AGO)
        registering.add_unit(session, "XB", schedule="NA", at=LONG_AGO)
        registering.add_employee(session, "P07", name="Vi Văn Bảy", at=LONG_AGO)
        registering.assign(session, "P07", "XA-1", from_on=date(2016, 1, 1), at=LONG_AGO)
        registering.enrol(session, "T1", "7", "P07", at=LONG_AGO)
        papers_roster.add_duty(session, "P05", at(7, 30), at(12), desk="Quầy 1", approved_at=BEFORE, at=BEFORE)
        papers.add_leave(session, "P06", FRIDAY, document="GP chờ duyệt", at=BEFORE)
    file_body(database, LOG, terminal="T1", read_at=ARRIVAL + timedelta(seconds=20), serial="SN-T1")


Deed = Callable[[Session], object]
DEEDS: dict[str, tuple[Deed, bool]] = {
    "a later paper": (
        lambda s: papers.add_leave(s, "P05", FRIDAY, document="GP muộn", approved_at=LATER, at=LATER), True
    ),
    "a mission approved later": (
        lambda s: papers.add_mission(s, "P06", at(7), at(17), document="QĐ muộn", approved_at=LATER, at=LATER), True
    ),
    "a mission signed before and recorded later": (
        lambda s: papers.add_mission(s, "P06", at(7), at(17), document="QĐ cũ", approved_at=BEFORE, at=LATER), True
    ),
    "a paper that waited is approved": (lambda s: _approve_waiting(s), True),
    "a paper is taken back": (lambda s: papers.withdraw(s, _leave_of(s, "P03"), LATER), True),
    "a duty is taken back": (lambda s: papers.withdraw(s, s.exec(select(DutyRow)).one(), LATER), True),
    "a punch is annulled": (
        lambda s: papers_decided.annul(
            s, "P02", "T1", at(7, 41), decision="approved", decided_by="A", decided_at=LATER, reason="chấm hộ", at=LATER
        ),
        True,
    ),
    "an absence is explained": (lambda s: _explain(s), True),
    "a person is renamed": (lambda s: registering.rename_employee(s, "P01", "Tên Mới"), False),
    "a unit is renamed, that day included": (
        lambda s: units.rename(s, "XA", "Phường Mới", on=None, document="NQ", actor=CONSOLE, at=LATER), True
    ),
    "a unit moves away, that day included": (
        lambda s: units.move(s, "XA-1", "XB", on=None, document="NQ", actor=CONSOLE, at=LATER), True
    ),
    "the unit ends": (
        lambda s: units.end(s, "XA-1", date(2017, 4, 1), document="NQ", actor=CONSOLE, at=LATER), False
    ),
    "other hours": (lambda s: _other_hours(s), True),
    "a holiday announced late": (
        lambda s: registering.add_calendar_entry(s, FRIDAY, "stoppage", document="CĐ bão", at=LATER), True
    ),
    "an enrolment ends": (lambda s: registering.end_enrolment(s, "T1", "1", date(2017, 4, 1), at=LATER), True),
    "a person is transferred, that day included": (
        lambda s: transfers.transfer(s, "P06", "XA-1", on=date(2017, 4, 3), actor=CONSOLE, at=LATER), True
    ),
    "an outage is written down": (lambda s: papers.add_outage(s, "T1", at(7), at(9), at=LATER), True),
    "a clock is corrected": (
        lambda s: papers_clocks.set_clock_offset(s, "T1", 600, starts=at(0), ends=at(12), at=LATER), True
    ),
    "a clock is distrusted": (
        lambda s: papers_clocks.distrust_clock(s, "T1", starts=at(0), ends=at(12), at=LATER), True
    ),
    "a terminal is added": (lambda s: registering.add_terminal(s, "T2", unit="XA", at=LATER), True),
    "the terminal is retired": (lambda s: registering.retire_terminal(s, "T1", at=LATER), True),
    "somebody new, from a day before": (lambda s: _somebody_new(s), True),
}  # fmt: skip


def _leave_of(session: Session, who: str) -> AbsenceRow:
    person = office.key(office.get(session, EmployeeRow, who))
    query = select(AbsenceRow).where(col(AbsenceRow.employee_id) == person, col(AbsenceRow.kind) == "leave")
    return session.exec(query).one()


def _approve_waiting(session: Session) -> None:
    row = _leave_of(session, "P06")
    row.approved_at = LATER
    session.add(row)


def _explain(session: Session) -> None:
    row = papers_decided.explain(session, "P06", FRIDAY, part="am", covers="absent", submitted_at=LATER, at=LATER)
    papers_decided.decide(session, row, "approved", decided_by="B", decided_at=LATER, at=LATER)


def _other_hours(session: Session) -> None:
    registering.add_schedule(session, "KHAC", at=LATER)
    hours = {"am": ["09:00", "12:00"], "pm": ["13:30", "17:00"]}
    registering.add_schedule_version(session, "KHAC", sessions=hours, weekdays=WEEK, document="TB sau", at=LATER)
    units.work_by(session, "XA", "KHAC", on=None, document="TB sau", actor=CONSOLE, at=LATER)


def _somebody_new(session: Session) -> None:
    registering.add_employee(session, "P08", at=LATER)
    registering.assign(session, "P08", "XA", from_on=date(2017, 4, 1), at=LATER)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Path:
    """The office of the day, closed, to be copied."""
    path = tmp_path_factory.mktemp("template") / "day.db"
    shutil.copyfile(migrated_sqlite, path)
    database = Database(sqlite_url(path))
    office_of_the_day(database)
    database.close()
    return path


@pytest.fixture
def day(tmp_path: Path, built: Path) -> Iterator[Database]:
    """That office, of this test alone."""
    path = tmp_path / "day.db"
    shutil.copyfile(built, path)
    database = Database(sqlite_url(path))
    yield database
    database.close()


def frozen(database: Database) -> bytes:
    return arrive(database, "XA", ARRIVAL, known_at=KNOWN_AT).canonical()


def now(database: Database) -> Presence:
    with database.reading() as session:
        return presence_at(session, ZONE, "XA", instant(ARRIVAL), known_at=None)


def essence(presence: Presence) -> tuple[object, ...]:
    """All but the moment it was asked for."""
    return presence.unit_name, presence.hours, presence.terminals, presence.people


def test_the_list_of_the_day(day: Database) -> None:
    found = arrive(day, "XA", ARRIVAL, known_at=KNOWN_AT)
    told = {each.code: (each.unit, each.state, each.late, len(each.posts)) for each in found.people}
    assert told == {
        "P01": ("XA", "seen", 0, 0),
        "P02": ("XA", "seen", 11, 0),
        "P03": ("XA", "excused", 0, 0),
        "P04": ("XA", "excused", 0, 0),
        "P05": ("XA", "not_seen", 0, 1),
        "P06": ("XA", "not_seen", 0, 0),
        "P07": ("XA-1", "not_seen", 0, 0),
    }
    assert found.people[4].posts[0].desk == "Quầy 1"
    assert [each.code for each in found.people] == sorted(told)


@pytest.mark.parametrize("deed", DEEDS)
def test_one_deed_later_changes_nothing_of_what_was_known(day: Database, deed: str) -> None:
    sealed, known_now = frozen(day), essence(now(day))
    act, tells = DEEDS[deed]
    with day.writing() as session:
        act(session)

    assert frozen(day) == sealed
    changed = essence(now(day)) != known_now
    names = [each.name for each in now(day).people]
    assert changed is tells or "Tên Mới" in names  # else the deed would prove nothing


def test_punches_that_arrive_late_change_nothing_of_what_was_known(day: Database) -> None:
    sealed = frozen(day)
    late = LOG + record("5", at(7, 25), uid=4) + record("6", at(8, 19), uid=5) + record("7", at(8, 25), uid=6)
    file_body(day, late, terminal="T1", read_at=datetime(2017, 4, 14, 17, 30), serial="SN-T1", offset=120)
    assert frozen(day) == sealed
    states = {each.code: each.state for each in now(day).people}
    assert states["P05"] == states["P06"] == "seen"
    assert states["P07"] == "not_seen"  # after the minute


def test_all_of_it_together_and_read_back(day: Database) -> None:
    sealed = frozen(day)
    for name, (act, _) in DEEDS.items():
        if name != "the unit ends":  # it may not, once somebody was transferred to it
            with day.writing() as session:
                act(session)
    assert frozen(day) == sealed
    with day.reading() as session:
        read = thawed(session, sealed)
    assert read.canonical() == sealed
    assert read.people[0].name == "Tên Mới"


def test_no_reason_and_no_name_stands_in_what_is_frozen(day: Database) -> None:
    sealed = frozen(day).decode()
    assert "Người Thứ" not in sealed
    assert "GP 3" not in sealed
    assert "QĐ 4" in sealed  # the document of a mission is what a visit checks
    excused = [each.excuse for each in arrive(day, "XA", ARRIVAL, known_at=KNOWN_AT).people if each.excuse]
    assert [(each.kind, each.document, each.code) for each in excused] == [
        ("leave", "GP 3", "P"),
        ("mission", "QĐ 4", ""),
    ]


def test_what_was_approved_after_the_minute_can_be_told_apart(day: Database) -> None:
    with day.writing() as session:
        DEEDS["a mission approved later"][0](session)
        papers.add_mission(session, "P05", at(7), at(17), document="QĐ cũ", approved_at=BEFORE, at=LATER)
    found = now(day)
    assert {each.code: found.approved_after(each) for each in found.people if each.excuse} == {
        "P03": False, "P04": False, "P05": False, "P06": True,
    }  # fmt: skip
