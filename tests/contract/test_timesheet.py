"""The sheet in the database: read as it was judged, kept at each lock, signed by three, and what hinders a lock."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from attendance.engine.timesheet import NOT_JUDGED, from_verdicts
from attendance.errors import Invalid, MayNotSign, MonthMovedOn, MonthNotLockable
from attendance.services import months
from attendance.services.evaluate import evaluate_dirty
from attendance.services.papers import handing_in
from attendance.services.papers.handing_in import Handed
from attendance.services.timesheet import kept, signing, signs
from attendance.services.timesheet.differing import concluded_now, differences, known_after_lock
from attendance.services.timesheet.forms import form_of
from attendance.services.timesheet.obstacles import obstacles, settled
from attendance.services.timesheet.signing import Signer
from attendance.services.timesheet.standing import standing_sheet
from attendance.services.transfers import transfer
from attendance.store import erasing, month_sheets, office, papers, registering
from attendance.store.database import Database, Session
from attendance.store.personal_tables import ErasureRow
from attendance.store.tables import EmployeeRow, ScheduleRow, UnitRow, UserRow
from attendance.store.trail import Actor
from attendance.store.within import EVERYTHING
from reports.official_sheet import official
from reports.timesheet import Head, lay_out
from tests.builders import ZONE
from tests.month_office import AT, FORGOTTEN_ON, MARCH, NAMES, SICK_ON, fill, settle

TODAY = date(2026, 4, 3)
HOUR = timedelta(hours=1)


@pytest.fixture
def database(any_database: Database) -> Database:
    fill(any_database)
    return any_database


def unit_of(session: Session) -> UnitRow:
    return office.get(session, UnitRow, "A")


def lock(database: Database, at: datetime = AT) -> None:
    with database.writing() as session:
        months.lock(session, ZONE, "A", MARCH, by="hoa", now=at)


def standing(database: Database, today: date = TODAY) -> Any:
    with database.reading() as session:
        return standing_sheet(session, unit_of(session), MARCH, today)


def version(database: Database, number: int = 1) -> kept.Kept:
    with database.reading() as session:
        row = month_sheets.get(session, office.key(unit_of(session)), MARCH, number)
        return kept.kept(session, row)


def kinds(database: Database, at: datetime = AT) -> dict[str, int]:
    with database.reading() as session:
        unit = unit_of(session)
        sheet = standing_sheet(session, unit, MARCH, TODAY)
        found = obstacles(session, ZONE, unit, sheet, at, reasons=EVERYTHING, explained=EVERYTHING)
    return {each.kind: each.total for each in found}


def test_the_sheet_of_stored_rulings_is_the_one_that_is_judged(database: Database) -> None:
    with database.reading() as session:
        judged = months.sheet(session, ZONE, "A", MARCH)
        made = from_verdicts("A", MARCH, judged.days, NAMES, judged.policy)
    found = standing(database)
    assert found.kinds == made.kinds
    for one, two in zip(found.lines, made.lines, strict=True):
        assert (one.employee, one.name, one.sums) == (two.employee, two.name, two.sums)
        assert [found.cells[place] for place in one.days] == [made.cells[place] for place in two.days]


def test_what_stands_in_the_way_and_what_only_comes_too_late(database: Database) -> None:
    assert kinds(database) == {"missing": 1}
    with pytest.raises(MonthNotLockable):
        lock(database)
    settle(database)
    assert kinds(database) == {}
    with database.writing() as session:
        handing_in.leave(session, Handed(Actor("lan"), AT), "E1", MARCH, MARCH)
    assert kinds(database) == {"papers": 1}
    with database.reading() as session:
        unit = unit_of(session)
        sheet = standing_sheet(session, unit, MARCH, TODAY)
        assert settled(obstacles(session, ZONE, unit, sheet, AT, reasons=EVERYTHING, explained=EVERYTHING))
    assert "not_over" in kinds(database, datetime(2026, 3, 31, 9, tzinfo=AT.tzinfo))
    with database.writing() as session:
        registering.add_terminal(session, "T-NEW", unit="A", host="127.0.0.1", at=AT)
    assert kinds(database) == {"papers": 1}  # everybody is assigned to another terminal
    with database.writing() as session:
        registering.add_employee(session, "E9", name="Mới", at=AT)
        registering.assign(session, "E9", "A", from_on=date(2026, 3, 30), at=AT)
    found = kinds(database)
    assert (found["not_judged"], found["terminals"]) == (2, 1)
    assert NOT_JUDGED in standing(database).lines[-1].days


def test_whether_a_day_has_hours_is_asked_of_the_stretch_it_is_in(sqlite_database: Database) -> None:
    fill(sqlite_database)
    with sqlite_database.writing() as session:
        session.add(ScheduleRow(code="KHONG-GIO", recorded_at=AT))
        registering.add_employee(session, "E9", name="Mới", at=AT)
        first = {"from_on": date(2026, 3, 26), "to_on": date(2026, 3, 27), "schedule": "KHONG-GIO"}
        registering.assign(session, "E9", "A", at=AT, **first)  # type: ignore[arg-type]
        registering.assign(session, "E9", "A", from_on=date(2026, 3, 30), at=AT)
    found = kinds(sqlite_database)
    assert (found["no_hours"], found["not_judged"]) == (2, 2)


def test_a_lock_keeps_what_was_locked_whatever_comes_later(database: Database) -> None:
    settle(database)
    lock(database)
    first = version(database)
    assert first.holds
    assert first.sheet.lines[1].name == NAMES["E2"]
    later = AT + HOUR
    with database.writing() as session:
        papers.add_leave(session, "E1", date(2026, 3, 18), code="P", approved_at=later, at=later)
    with database.writing() as session:
        registering.rename_employee(session, "E2", "Nguyễn Thị Ánh Hồng")
    evaluate_dirty(database, ZONE, later)
    assert version(database) == first
    with database.reading() as session:
        assert known_after_lock(session, unit_of(session), MARCH) == [("E1", NAMES["E1"], date(2026, 3, 18))]
        now = concluded_now(session, ZONE, unit_of(session), MARCH)
    [found] = differences(first.sheet, now)
    assert (found.employee, found.on) == ("E1", date(2026, 3, 18))
    assert dict(found.before.symbols) == {"am": "+", "pm": "+"}  # type: ignore[union-attr]
    assert dict(found.after.symbols) == {"am": "P", "pm": "P"}  # type: ignore[union-attr]
    with database.writing() as session:
        months.reopen(session, "A", MARCH, reason="Giấy nộp muộn", by="hoa", now=AT + 2 * HOUR)
    evaluate_dirty(database, ZONE, AT + 2 * HOUR)
    lock(database, AT + 3 * HOUR)
    second = version(database, 2)
    assert version(database).digest == first.digest != second.digest
    assert [found.on for found in differences(first.sheet, second.sheet)] == [date(2026, 3, 18)]


@pytest.mark.parametrize(
    "statement",
    ["UPDATE month_sheet SET digest = 'x'", "DELETE FROM month_sheet", "DELETE FROM month_sheet_name"],
)
def test_a_kept_sheet_is_never_written_anew(database: Database, statement: str) -> None:
    settle(database)
    lock(database)
    with pytest.raises(SQLAlchemyError, match="append-only"), database.writing() as session:
        session.execute(text(statement))
    assert version(database).holds


def signer(session: Session, name: str, role: str, *, employee: str | None = None) -> Signer:
    person = office.key(office.get(session, EmployeeRow, employee)) if employee else None
    found = session.exec(UserRow.__table__.select().where(UserRow.name == name)).first()  # type: ignore[attr-defined,call-overload]
    if found is None:
        session.add(UserRow(name=name, password_hash="x", employee_id=person, recorded_at=AT))
        session.flush()
    user = session.execute(text("SELECT id FROM app_user WHERE name = :name"), {"name": name}).scalar_one()
    return Signer(user, person, Actor(name, user, "page", "", role), role in ("head", "leader"))


def sign(database: Database, part: str, name: str, role: str, digest: str, **more: Any) -> None:
    with database.writing() as session:
        signing.sign(session, "A", MARCH, part, signer(session, name, role, **more), digest=digest, at=AT + HOUR)


def test_three_different_people_sign_in_their_order(database: Database) -> None:
    settle(database)
    with pytest.raises(MonthMovedOn, match="open"):
        sign(database, "keeper", "lan", "hr", "0" * 64)
    lock(database)
    digest = version(database).digest
    with pytest.raises(MonthMovedOn, match="not the one you saw"):
        sign(database, "keeper", "lan", "hr", "0" * 64)
    with pytest.raises(MonthMovedOn, match="First who kept"):
        sign(database, "section", "hoa", "head", digest)
    sign(database, "keeper", "lan", "hr", digest, employee="E1")
    with pytest.raises(MonthMovedOn, match="already"):
        sign(database, "keeper", "hoa", "head", digest)
    with pytest.raises(MayNotSign, match="may lock"):
        sign(database, "section", "mai", "hr", digest)
    with pytest.raises(MayNotSign, match="somebody else"):
        sign(database, "section", "lan.khac", "head", digest, employee="E1")  # another account, the same person
    sign(database, "section", "hoa", "head", digest)
    with pytest.raises(MayNotSign, match="somebody else"):
        sign(database, "approver", "hoa", "head", digest)
    sign(database, "approver", "vinh", "leader", digest)
    found = version(database)
    assert [(row.part, row.name) for row in found.signatures] == [
        ("keeper", NAMES["E1"]), ("section", "hoa"), ("approver", "vinh"),
    ]  # fmt: skip
    assert found.next_part is None
    assert found.holds


def test_nobody_signs_a_sheet_that_is_not_as_it_was_locked(database: Database) -> None:
    settle(database)
    lock(database)
    with database.writing() as session:
        session.execute(text("UPDATE month_sheet_name SET name = 'Ai đó' WHERE employee_id = 1"))
    found = version(database)
    assert not found.holds
    with pytest.raises(MonthMovedOn, match="not as it was locked"):
        sign(database, "keeper", "lan", "hr", found.digest)


def at_once(acts: list[Callable[[], None]]) -> list[BaseException | None]:
    """What each of these, begun together, ended with."""
    start, ended = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int) -> None:
        start.wait()
        try:
            acts[place]()
        except BaseException as error:
            ended[place] = error  # type: ignore[call-overload]

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return list(ended)


def test_of_two_who_lock_at_once_one_wins_and_the_other_is_told(database: Database) -> None:
    settle(database)
    ended = at_once([lambda: lock(database), lambda: lock(database, AT + HOUR)])
    assert sorted(type(each).__name__ for each in ended) == ["MonthMovedOn", "NoneType"]
    with database.reading() as session:
        assert len(month_sheets.of_month(session, office.key(unit_of(session)), MARCH)) == 1


def test_of_two_who_sign_at_once_one_wins_and_the_other_is_told(database: Database) -> None:
    settle(database)
    lock(database)
    digest = version(database).digest
    with database.writing() as session:
        signer(session, "lan", "hr")
        signer(session, "mai", "hr")
    ended = at_once([lambda name=name: sign(database, "keeper", name, "hr", digest) for name in ("lan", "mai")])  # type: ignore[misc]
    assert sorted(type(each).__name__ for each in ended) == ["MonthMovedOn", "NoneType"]
    assert len(version(database).signatures) == 1


@pytest.mark.parametrize("keeps", [True, False])
def test_an_erased_name_leaves_the_digest_as_it_was(database: Database, keeps: bool) -> None:
    settle(database)
    lock(database)
    with database.writing() as session:
        number = office.key(office.get(session, EmployeeRow, "E2"))
        name = NAMES["E2"] if keeps else ""
        row = ErasureRow(
            employee_id=number, pseudonym="P-1", archived_name=name, why="d", erased_by="lan", erased_at=AT
        )
        erasing.erase(session, row, at=AT)
    found = version(database)
    assert found.holds
    assert found.sheet.lines[1].name == (NAMES["E2"] if keeps else "P-1")


def test_a_forged_name_or_sheet_is_found_out(database: Database) -> None:
    settle(database)
    lock(database)
    with database.writing() as session:
        session.execute(text("UPDATE month_sheet_name SET name = 'Ai đó'"))
    assert not version(database).holds


def test_an_office_says_how_a_sign_is_printed(database: Database) -> None:
    with database.writing() as session:
        assert signs.printed(session) == {"KP": "No"}
        signs.print_as(session, "KP", "KP", document="QĐ 5", actor=Actor("lan"), at=AT)
        signs.print_as(session, "CT", "X", document="QĐ 5", actor=Actor("lan"), at=AT)
        assert signs.printed(session) == {"CT": "X"}
        with pytest.raises(Invalid, match="no sign"):
            signs.print_as(session, "ZZ", "X", document="", actor=Actor("lan"), at=AT)


def test_the_days_of_the_office_are_what_the_tests_say(database: Database) -> None:
    found = standing(database)
    cells = {
        (line.employee, on): found.cells[place]
        for line in found.lines
        for on, place in zip(found.dates, line.days, strict=True)
    }
    assert dict(cells["E2", SICK_ON].symbols) == {"am": "Ô", "pm": "Ô"}
    assert cells["E3", FORGOTTEN_ON].marks == ("missing",)
    assert cells["E1", date(2026, 3, 10)].marks == ("late",)


def test_a_person_has_a_line_in_the_sheet_of_each_unit_they_served_in(sqlite_database: Database) -> None:
    fill(sqlite_database)
    with sqlite_database.writing() as session:
        transfer(session, "E1", "B", on=date(2026, 3, 16), terminals=["T-A"], actor=Actor("lan"), at=AT)
    evaluate_dirty(sqlite_database, ZONE, AT)
    with sqlite_database.reading() as session:
        found = {}
        for code in ("A", "B"):
            unit = office.get(session, UnitRow, code)
            form = form_of(session, unit, MARCH)
            head = Head(code, code, MARCH, 1, None, "")
            found[code] = official(lay_out(standing_sheet(session, unit, MARCH, TODAY), str), head, form)
    mine = {code: next(row for row in sheet.rows if row.code == "E1") for code, sheet in found.items()}
    assert [at for at, text in enumerate(mine["A"].days, 1) if text == "+"][-1] == 13  # the Friday before
    assert next(at for at, text in enumerate(mine["B"].days, 1) if text == "+") == 16
    assert all(bool(here) + bool(there) <= 1 for here, there in zip(mine["A"].days, mine["B"].days, strict=True))
    assert mine["A"].credit[0] + mine["B"].credit[0] == 22  # the working days of the month
    assert [row.code for row in found["B"].rows] == ["E1"]
