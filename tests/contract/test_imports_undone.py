"""What an import did is undone exactly: the facts and the verdicts are those from before, whatever the import was."""

from __future__ import annotations

import random
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest

from attendance.services.imports.filing import Result
from attendance.services.imports.undoing import StillNeeded, UndoneBefore, undo
from attendance.services.verdicts import judge_span
from attendance.store import people, registering
from attendance.store.case_reading import read_case
from attendance.store.database import Database, Session
from attendance.store.import_pen import TABLES
from attendance.store.import_reading import standing
from tests.builders import ZONE
from tests.contract.rule_office import FIRST, LAST, judge, marks
from tests.importing import HR, NOW, at, bring, on, wrong

LATER = NOW + timedelta(hours=1)


def timeless(value: Any) -> Any:
    """A fact without the moment at which it became known, in a form that can be put in order."""
    if is_dataclass(value) and not isinstance(value, type):
        known = {field.name for field in fields(value)} & {"recorded_at", "approved_at"}
        return repr(replace(value, **dict.fromkeys(known)))
    return repr(value)


def facts(database: Database) -> dict[str, Any]:
    """Everything the judgement is made of, what it is, and who and what is there to be chosen in the office."""
    with database.reading() as session:
        case = read_case(session, ZONE, FIRST, LAST).case
        book = case.rulebook
        named = people.everybody(session)
        held = judge_span(session, ZONE, FIRST, LAST)
    verdicts = sorted(repr(verdict) for each in held for _, verdict in each.verdicts)
    listed = ("assignments", "enrolments", "leaves", "missions", "exemptions", "duties", "protections", "sites")
    return {
        **{name: sorted(timeless(fact) for fact in getattr(case, name)) for name in listed},
        "units": sorted(map(repr, book.tree.units())),
        "schedules": {code: sorted(map(timeless, each.versions)) for code, each in sorted(book.schedules.items())},
        "days": [
            [repr(replace(e, recorded_at=None)) for e in [book.calendar.of(FIRST + timedelta(n), path).whole] if e]
            for n in range((LAST - FIRST).days + 1)
            for path in (("A", "P"), ("B", "P"))
        ],
        "people": named,
        "verdicts": verdicts,
    }


def random_sheet(dice: random.Random, number: int) -> tuple[str, list[dict[str, Any]]]:
    """Rows of some kind; some say something new, some contradict what is stored, some are wrong."""
    someone = lambda: dice.choice(["E1", "E2", "E3", "E4", "E5", "E6"])  # noqa: E731
    day = lambda: FIRST + timedelta(dice.randrange(12))  # noqa: E731
    unit = lambda: dice.choice(["A", "B", "P", "C", "D"])  # noqa: E731
    kind = dice.choice(
        ["employees", "employees", "units", "schedules", "calendar", "absences", "rosters", "enrolments"]
    )
    rows: list[dict[str, Any]] = []
    for _ in range(dice.randint(1, 4)):
        if kind == "employees":
            row: dict[str, Any] = {"code": someone(), "name": dice.choice(["An", "Bình", "Chi"]), "unit": unit()}
            row |= {"from_": day()} if dice.random() < 0.8 else {}
            row |= {"to": LAST + timedelta(dice.randrange(-3, 9))} if dice.random() < 0.3 else {}
            row |= {"terminal": "T-A", "pin": str(dice.randrange(1001, 1009))} if dice.random() < 0.4 else {}
            row |= {"schedule": dice.choice(["HC", "CA"])} if dice.random() < 0.3 else {}
        elif kind == "units":
            row = {"code": unit(), "name": dice.choice(["Phòng A", "Phòng B"]), "parent": dice.choice(["P", "A", None])}
            row |= {"from_": day()} if dice.random() < 0.6 else {}
            row |= {"schedule": "CA"} if dice.random() < 0.2 else {}
            row |= {"to": LAST + timedelta(dice.randrange(30))} if dice.random() < 0.2 else {}
        elif kind == "schedules":
            row = {"schedule": dice.choice(["HC", "CA"]), "session": dice.choice(["am", "pm"])}
            row |= {"start": dice.choice(["07:00", "07:30"]), "end": dice.choice(["11:00", "12:00"])}
            row |= {"from_": day()} if dice.random() < 0.7 else {}
        elif kind == "calendar":
            row = {"date": day(), "kind": dice.choice(["stoppage", "holiday", "workday", "swapped_off"])}
            row |= {"unit": unit()} if dice.random() < 0.5 else {}
        elif kind == "absences":
            row = {"employee": someone(), "kind": "leave", "code": dice.choice(["P", "Ô"]), "from_": day()}
            row |= {"approved_at": FIRST} if dice.random() < 0.7 else {}
            if dice.random() < 0.4:
                begins = at(f"{day():%d/%m/%Y} 08:00")
                row |= {"kind": "mission", "from_": begins, "to": begins + timedelta(hours=dice.randint(1, 9))}
        elif kind == "rosters":
            begins = at(f"{day():%d/%m/%Y} 17:30")
            row = {"employee": someone(), "from_": begins, "to": begins + timedelta(hours=dice.randint(1, 14))}
        else:
            row = {"employee": someone(), "terminal": "T-A", "pin": str(dice.randrange(1001, 1009))}
            row |= {"from_": day()} if dice.random() < 0.6 else {}
            row |= {"to": LAST} if dice.random() < 0.4 else {}
        rows.append(row)
    return kind, rows


@pytest.mark.parametrize("seed", [*range(4), *(pytest.param(n, marks=pytest.mark.long) for n in range(4, 200))])
def test_random_imports_and_undos_leave_the_facts_as_they_were(office: Database, seed: int) -> None:
    dice = random.Random(seed)
    before: list[tuple[int, dict[str, Any]]] = []
    moment, stored = NOW, 0
    for number in range(6):
        was = facts(office)
        kind, rows = random_sheet(dice, number)
        moment += timedelta(minutes=1)
        done = bring(office, kind, *rows, partial=True, now=moment)
        if done.batch is None:
            assert facts(office) == was
            continue
        stored += 1
        before.append((done.batch, was))
        if dice.random() < 0.3:
            moment += timedelta(minutes=1)
            _undo_any(office, dice, before, moment)
    while before:
        number, was = before.pop()
        moment += timedelta(minutes=1)
        undo(office, number, actor=HR, now=moment)
        if was is not None:
            assert facts(office) == was
        judge(office)
        assert marks(office) == {}


def _undo_any(office: Database, dice: random.Random, before: list[Any], moment: Any) -> None:
    """Undo one that is not the last: it is refused and nothing changes, or what it did alone is gone."""
    place = dice.randrange(len(before))
    was = facts(office)
    try:
        undo(office, before[place][0], actor=HR, now=moment)
    except StillNeeded:
        assert facts(office) == was
        return
    del before[place]
    # what stood before the others is no longer what stood before them
    before[place:] = [(number, None) for number, _ in before[place:]]


def test_undoing_withdraws_what_was_filed_and_restores_what_was_ended(office: Database) -> None:
    was = facts(office)
    done = bring(
        office,
        "employees",
        {"code": "E1", "name": "Nguyễn Thị Hà", "unit": "B", "from_": on("09/03/2026")},
        {"code": "E9", "name": "Lê Văn Tám", "unit": "A", "from_": on("02/03/2026"), "terminal": "T-A", "pin": "1009"},
    )
    assert (done.new, done.changed, done.batch) == (1, 1, 1)
    judge(office)
    assert facts(office) != was
    undone = undo(office, 1, actor=HR, now=LATER)
    assert undone.days_marked > 0
    assert facts(office) == was
    judge(office)
    assert facts(office) == was
    with pytest.raises(UndoneBefore):
        undo(office, 1, actor=HR, now=LATER)
    again = bring(office, "employees", {"code": "E9", "name": "Lê Văn Tám", "unit": "A"}, now=LATER)
    assert again.new == 1  # whoever was taken back can be brought again


def test_days_are_judged_anew_after_an_import_and_after_its_undoing(office: Database) -> None:
    with office.reading() as session:
        was = day_kinds(session)
    done = bring(office, "calendar", {"date": on("04/03/2026"), "kind": "stoppage", "document": "CV 3"})
    assert set(marks(office)) >= {(f"E{n}", date(2026, 3, 4)) for n in range(1, 5)}
    judge(office)
    assert done.batch is not None
    undo(office, done.batch, actor=HR, now=LATER)
    assert set(marks(office)) >= {(f"E{n}", date(2026, 3, 4)) for n in range(1, 5)}
    judge(office)
    with office.reading() as session:
        assert day_kinds(session) == was == {"workday"}


def day_kinds(session: Session) -> set[str]:
    held = judge_span(session, ZONE, date(2026, 3, 4), date(2026, 3, 4))
    return {verdict.day_kind for each in held for _, verdict in each.verdicts}


def refused(office: Database, done: Result) -> StillNeeded:
    was = facts(office)
    assert done.batch is not None
    with pytest.raises(StillNeeded) as caught:
        undo(office, done.batch, actor=HR, now=LATER)
    assert facts(office) == was
    return caught.value


def test_what_later_facts_rest_on_is_not_undone_and_they_are_named(office: Database) -> None:
    units = bring(office, "units", {"code": "C", "name": "Phòng Nội vụ", "parent": "P"})
    staff = bring(office, "employees", {"code": "E9", "name": "Lê Văn Tám", "unit": "C", "from_": on("02/03/2026")})
    assert "assignment of C" in str(refused(office, units))
    leave = bring(office, "absences", {"employee": "E9", "kind": "leave", "code": "P", "from_": on("03/03/2026")})
    assert not wrong(leave)
    assert "absence of E9" in str(refused(office, staff))
    for batch in (leave, staff, units):
        assert batch.batch is not None
        undo(office, batch.batch, actor=HR, now=LATER)


def test_what_was_changed_since_is_not_undone(office: Database) -> None:
    done = bring(office, "employees", {"code": "E1", "name": "Người E1", "unit": "B", "from_": on("09/03/2026")})
    moved = bring(office, "employees", {"code": "E1", "name": "Người E1", "unit": "A", "from_": on("11/03/2026")})
    assert "assignment of E1" in str(refused(office, done))
    assert moved.batch is not None
    undo(office, moved.batch, actor=HR, now=LATER)
    named = bring(office, "employees", {"code": "E1", "name": "Nguyễn Thị Hà"}, now=LATER)
    with office.writing() as session:
        registering.rename_employee(session, "E1", "Nguyễn Thị Hạ")
    assert "of E1" in str(refused(office, named))


def test_what_would_be_restored_beside_something_newer_is_not(office: Database) -> None:
    done = bring(office, "employees", {"code": "E1", "name": "Người E1", "to": on("06/03/2026")})
    with office.writing() as session:
        registering.assign(session, "E1", "B", from_on=on("09/03/2026"), at=LATER)
    assert "another assignment of E1" in str(refused(office, done))


def test_either_database_takes_imports_and_takes_them_back(any_database: Database) -> None:
    with any_database.writing() as session:
        registering.add_unit(session, "A", at=NOW - timedelta(days=1))
        registering.add_terminal(session, "T-A", unit="A", at=NOW - timedelta(days=1))
    was = any_amounts(any_database)
    batches = [
        bring(any_database, "schedules", {"schedule": "HC", "session": "am", "start": "07:30", "end": "11:30"}),
        bring(any_database, "units", {"code": "B", "name": "Phòng B", "parent": "A", "schedule": "HC"}),
        bring(
            any_database,
            "employees",
            {"code": "E1", "name": "Hà", "unit": "B", "from_": on("02/03/2026"), "terminal": "T-A", "pin": "1"},
            {"code": "E1", "name": "Hà", "unit": "A", "from_": on("09/03/2026")},
        ),
        bring(any_database, "calendar", {"date": on("04/03/2026"), "kind": "stoppage", "document": "CV 3"}),
        bring(any_database, "absences", {"employee": "E1", "kind": "leave", "code": "P", "from_": on("05/03/2026")}),
        bring(
            any_database, "rosters", {"employee": "E1", "from_": at("06/03/2026 18:00"), "to": at("06/03/2026 20:00")}
        ),
    ]
    assert [wrong(done) for done in batches] == [[]] * 6
    assert any_amounts(any_database) != was
    for number in range(6, 0, -1):
        undo(any_database, number, actor=HR, now=LATER)
    assert any_amounts(any_database) == was


def any_amounts(database: Database) -> dict[str, int]:
    """How many rows stand in each table that an import may write."""
    with database.reading() as session:
        return {name: len(standing(session, table)) for name, table in TABLES.items()}
