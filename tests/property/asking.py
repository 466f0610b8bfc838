"""Puts the same questions to the engine, through the scenario file alone, and to the oracle."""

from datetime import date, datetime

from hypothesis import reject

from attendance.scenario.running import run_document
from tests.oracle import NoVersionError, Office, Undecided, month_row, refused_locks
from tests.property.cases_hours import Doc
from tests.property.cases_strategy import Case, Questions

DAY_FIELDS = (
    "unit", "day_kind", "scheduled_min", "worked_min", "credited_min", "leave_min", "unverified_min", "violations",
    "flags", "symbols", "duty", "overtime", "findings",
)  # fmt: skip
MONTH_FIELDS = (
    "workdays", "late_count", "late_min", "occurrences", "counted_occurrences", "counted_min", "missing_count",
    "proposed_grade", "overtime_min", "lockable", "blockers", "version",
)  # fmt: skip


def asked(row: Doc, as_of: datetime | None) -> Doc:
    """The row as asked at a moment."""
    return row if as_of is None else row | {"as_of": as_of.isoformat()}


def day_rows(office: Office, people: list[str], days: list[date], moments: list[datetime | None]) -> list[Doc]:
    """What the oracle expects of every person on every date at every moment; dates in no version are left out."""
    rows: list[Doc] = []
    for as_of in moments:
        for on in days:
            try:
                found = [office.day(person, on, as_of) for person in people]
            except NoVersionError:  # the engine refuses the date for everybody
                continue
            for person, row in zip(people, found, strict=True):
                about = {"employee": person, "date": on.isoformat()}
                rows.append(asked(about | {name: row[name] for name in DAY_FIELDS}, as_of))
    return rows


def month_rows(office: Office, people: list[str], month: str, moments: list[datetime | None]) -> list[Doc]:
    """What the oracle expects of every person's line in every unit's sheet at every moment."""
    units = [unit["code"] for unit in office.document["units"]]
    rows: list[Doc] = []
    for as_of in moments:
        lines = [(person, unit) for person in people for unit in units]
        try:
            found = [month_row(office, person, month, unit, as_of) for person, unit in lines]
        except NoVersionError:
            continue
        for (person, unit), row in zip(lines, found, strict=True):
            about = {"employee": person, "month": month, "unit": unit}
            rows.append(asked(about | {name: row[name] for name in MONTH_FIELDS}, as_of))
    return rows


def roster_rows(office: Office, people: list[str], moments: list[datetime | None]) -> list[Doc]:
    """The refused roster entries of all, and of each."""
    rows: list[Doc] = [asked({"roster_errors": office.roster_errors(None, at)}, at) for at in moments]
    return rows + [{"employee": who, "roster_errors": office.roster_errors(who)} for who in people]


def assert_agree(questions: Questions, *, months: bool = False) -> int:
    """Asserts that the engine says of everything what the oracle expects; returns how many rows were compared."""
    document, people = questions.document, questions.people
    office = Office(document)
    try:
        refused = refused_locks(office)
        if refused:
            result = run_document({**document, "refuse": refused})
            assert result.ok, result.differences
            return len(refused)
        rows = day_rows(office, people, questions.days, questions.moments)
        rows += roster_rows(office, people, questions.moments)
        if months:
            rows += month_rows(office, people, questions.days[1].strftime("%Y-%m"), questions.moments)
    except (Undecided, NoVersionError):
        reject()
    result = run_document({**document, "expect": rows})
    assert result.ok, [(rows[number(d.path)], d) for d in result.differences[:3]]
    return len(rows)


def number(path: str) -> int:
    """The row a difference is about; the first where it is about none."""
    return int(path[path.index("[") + 1 : path.index("]")]) if "[" in path else 0


def assert_agree_on(case: Case) -> None:
    """Asserts that the engine says of one day what the oracle expects; where no version holds, both refuse it."""
    document, on = case.document, case.work_date
    office = Office(document)
    row = asked({"employee": case.employee, "date": on.isoformat()}, case.as_of)
    try:
        expected = office.day(case.employee, on, case.as_of)
    except Undecided:
        reject()
    except NoVersionError:
        result = run_document({**document, "expect": [row]})
        assert "" in {d.path for d in result.differences}, "a date in no version is an error"
        assert all(str(on) in str(d.actual) for d in result.differences), result.differences
        return
    result = run_document({**document, "expect": [row | {name: expected[name] for name in DAY_FIELDS}]})
    if any(d.path == "" for d in result.differences):  # the date is in no version for somebody else
        assert others_in_no_version(office, case), result.differences
        return
    assert result.ok, result.differences


def others_in_no_version(office: Office, case: Case) -> bool:
    """True when somebody else of the document is employed on the date under hours that are not known yet."""
    for person in office.document["employees"]:
        try:
            office.day(person["code"], case.work_date, case.as_of)
        except NoVersionError:
            return True
        except Undecided:
            continue
    return False
