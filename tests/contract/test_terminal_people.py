"""The work list of a terminal that was really read, and enrolling from it: dated, all of it or nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from api.work_lists import work_list_json
from attendance.errors import Invalid, NotFound, Overlap
from attendance.services.terminal_people import TerminalPeople, enrol, enrol_exact, work_list
from attendance.store import office, registering
from attendance.store.database import Database
from attendance.store.tables import TerminalRow
from device_sync.simulator import SimulatedTerminal, load_records
from device_sync.simulator.users import SUPER_ADMINISTRATOR
from tests import builders
from tests.builders import build_office, puller_for

TODAY = date(2026, 8, 3)  # the simulated log ends on 2026-06-30
AT = datetime(2026, 8, 3, 2, tzinfo=UTC)
ROWS = [
    (1, "1001", "Nguyen Van An", SUPER_ADMINISTRATOR),
    (2, "E4", "Lê Thị Hoa"),
    (3, "77", "Tran Van Nam"),
    (4, "88", "Somebody"),
    (5, "1003", "Do Binh"),
]


def build_and_read(database: Database) -> Database:
    """E1 to E3 with numbers 1001 to 1003; E4 to E6 without. The terminal's own table is ROWS, read whole."""
    with SimulatedTerminal(users=ROWS, records=load_records(30), now=lambda: AT).running() as simulated:
        build_office(database, people=3, addresses={"T-A": simulated.port})
        with database.writing() as session:
            names = {"E4": "Lê Thị Hoa", "E5": "Trần Văn Nam", "E6": "Mai Lan"}
            for code, name in names.items():
                registering.add_employee(session, code, name=name, at=builders.RECORDED_AT)
                registering.assign(session, code, "A", from_on=date(2020, 1, 1), at=builders.RECORDED_AT)
            for code, name in {"E1": "Nguyễn Văn An", "E2": "Vũ Tú", "E3": "Hồ Thu"}.items():
                registering.rename_employee(session, code, name)
        filed = puller_for(database, now=lambda: AT).pull("T-A", full=True)
        assert filed.outcome == "ok"
    return database


@pytest.fixture
def read(sqlite_database: Database) -> Database:
    return build_and_read(sqlite_database)


def look(database: Database, **more: Any) -> TerminalPeople:
    return work_list(database, "T-A", on=TODAY, **more)


def enrolments(database: Database) -> set[tuple[str, str, date | None, date | None]]:
    with database.reading() as session:
        rows = office.enrolments_of_terminal(session, office.key(office.get(session, TerminalRow, "T-A")))
        codes = office.codes(session, builders.EmployeeRow, {row.employee_id for row in rows})
        return {(row.pin, codes[row.employee_id], row.from_on, row.to_on) for row in rows}


def test_what_is_open_on_a_terminal_that_was_read(any_database: Database) -> None:
    found = look(build_and_read(any_database))
    work = found.work
    assert (found.terminal, found.unit, found.seen) == ("T-A", "A", 5)
    told = {
        entry.user.pin: entry.proposal and (entry.proposal.person.code, entry.proposal.ground)
        for entry in work.unmatched
    }
    assert told == {"E4": ("E4", "number"), "77": ("E5", "name"), "88": None}
    assert [(entry.user.pin, entry.holder and entry.holder.code) for entry in work.renamed] == [("1003", "E3")]
    assert [person.code for person in work.without_number] == ["E4", "E5", "E6"]
    assert [(person.code, person.number) for person in work.not_on_terminal] == [("E2", "1002")]
    assert [entry.user.pin for entry in work.administrators] == ["1001"]
    shown = str(work_list_json(found)).lower()
    assert "password" not in shown
    assert "card" not in shown


def test_a_terminal_never_read_says_so(sqlite_database: Database) -> None:
    build_office(sqlite_database)
    assert look(sqlite_database).seen is None
    with pytest.raises(NotFound):
        work_list(sqlite_database, "NONE", on=TODAY)


def test_names_on_a_terminal_never_become_names_of_people(read: Database) -> None:
    before = builders.rows(read, "SELECT code, name FROM employee ORDER BY code")
    enrol(read, "T-A", "77", "E5", at=AT)
    enrol_exact(read, "T-A", on=TODAY, at=AT)
    assert builders.rows(read, "SELECT code, name FROM employee ORDER BY code") == before


def test_a_number_is_enrolled_from_the_beginning_unless_told_otherwise(read: Database) -> None:
    assert enrol(read, "T-A", "77", "E5", at=AT).from_on is None
    assert enrol(read, "T-A", "88", "E6", from_on=date(2026, 3, 2), at=AT).from_on == date(2026, 3, 2)
    assert {("77", "E5", None, None), ("88", "E6", date(2026, 3, 2), None)} <= enrolments(read)
    assert [entry.user.pin for entry in look(read).work.unmatched] == ["E4"]
    with pytest.raises(Overlap):
        enrol(read, "T-A", "77", "E6", at=AT)


def test_exact_numbers_are_accepted_together(read: Database) -> None:
    with read.writing() as session:
        registering.add_employee(session, "88", name="Somebody", at=builders.RECORDED_AT)
        registering.assign(session, "88", "A", from_on=date(2020, 1, 1), at=builders.RECORDED_AT)
    done = enrol_exact(read, "T-A", on=TODAY, from_on=date(2026, 3, 1), at=AT)
    assert {(each.pin, each.employee, each.from_on) for each in done} == {
        ("88", "88", date(2026, 3, 1)),
        ("E4", "E4", date(2026, 3, 1)),
    }
    assert enrol_exact(read, "T-A", on=TODAY, at=AT) == ()


def test_all_exact_numbers_or_none(read: Database) -> None:
    with read.writing() as session:
        registering.add_employee(session, "88", name="Somebody", at=builders.RECORDED_AT)
        registering.assign(session, "88", "A", from_on=date(2020, 1, 1), at=builders.RECORDED_AT)
        # held by somebody again from tomorrow on: open-ended it cannot be given away today
        registering.enrol(session, "T-A", "E4", "E2", from_on=TODAY + timedelta(days=1), at=builders.RECORDED_AT)
    before = enrolments(read)
    with pytest.raises(Overlap):
        enrol_exact(read, "T-A", on=TODAY, at=AT)
    assert enrolments(read) == before


def test_a_number_passes_from_one_person_to_the_next_on_a_date(read: Database) -> None:
    builders.clear_marks(read)
    enrol(read, "T-A", "1003", "E6", from_on=date(2026, 7, 6), instead=True, at=AT)
    assert {("1003", "E3", None, date(2026, 7, 5)), ("1003", "E6", date(2026, 7, 6), None)} <= enrolments(read)
    marked = builders.marked(read)
    assert {("E3", date(2026, 7, 6)), ("E6", date(2026, 7, 6)), ("E3", date(2026, 8, 3))} <= marked
    assert ("E3", date(2026, 7, 5)) not in marked
    for wrong in ({"from_on": None}, {"from_on": date(2026, 7, 6)}):
        pin = "1003" if wrong["from_on"] is None else "77"
        with pytest.raises(Invalid):
            enrol(read, "T-A", pin, "E6", instead=True, at=AT, **wrong)  # type: ignore[arg-type]
    later = enrol(read, "T-A", "1002", "E6", from_on=date(2026, 7, 7), instead=True, at=AT)
    assert later.from_on == date(2026, 7, 7)


def test_after_its_last_holder_left_a_number_is_free_from_the_next_day(read: Database) -> None:
    with read.writing() as session:
        registering.enrol(session, "T-A", "88", "E2", to_on=date(2026, 2, 28), at=builders.RECORDED_AT)
    assert enrol(read, "T-A", "88", "E6", at=AT).from_on == date(2026, 3, 1)
