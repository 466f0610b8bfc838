"""The month of a person in a unit's sheet (rules.md §8): counts by occurrence, overtime, grade, what blocks a lock."""

from datetime import date, datetime, timedelta
from typing import Any

from .locked import Office
from .words import policy

OCCURRENCES = ("late", "early", "absent", "left_post")
MISSING = ("missing_in", "missing_out")
GRADES: dict[str, list[int | None]] = {"A": [0, 2], "B": [3, 4], "C": [5, 6], "D": [7, None]}


def month_row(office: Office, employee: str, month: str, unit: str, as_of: datetime | None = None) -> dict[str, Any]:
    """The line of a person in the sheet of one unit: the days of the month that belong to that unit."""
    at = office.moment(as_of)
    days = [row for on in dates(month) if (row := office.judged(employee, on, at))["unit"] == unit]
    violations = [v for row in days for v in row["violations"]]
    missing = [v for v in violations if v["type"] in MISSING]
    occurrences = [v for v in violations if v["type"] in OCCURRENCES]
    occurrences += [v for v in missing if v["status"] == "counted"]  # once refused
    counted = [v for v in occurrences if v["status"] in ("counted", "partly_excused")]
    late = [v for v in violations if v["type"] == "late"]
    overtime = [line for row in days for line in row["overtime"]]
    marks = blockers(office, unit, month, at)
    return {
        "workdays": len([row for row in days if row["day_kind"] in ("workday", "swapped_work")]),
        "late_count": len(late),
        "late_min": sum(v["minutes"] for v in late),
        "occurrences": len(occurrences),
        "counted_occurrences": len(counted),
        "counted_min": sum(v["counted_min"] for v in violations),
        "missing_count": len(missing),
        "proposed_grade": grade(office, len(counted)),
        "overtime_min": {
            **{kind: sum(o["minutes"] for o in overtime if o["kind"] == kind) for kind in ("NT", "NN", "NL")},
            "night": sum(o["night_min"] for o in overtime),
        },
        "lockable": not marks,
        "blockers": marks,
        "version": office.state(unit, month, at)[1],
    }


def dates(month: str) -> list[date]:
    first = date.fromisoformat(f"{month}-01")
    return [first + timedelta(days=n) for n in range(31) if (first + timedelta(days=n)).month == first.month]


def grade(office: Office, counted: int) -> str | None:
    """The grade whose bounds hold the number of counted occurrences, both included."""
    for name, (low, high) in policy(office.document, "grade_thresholds", GRADES).items():
        if low <= counted and (high is None or counted <= high):
            return str(name)
    return None


def blockers(office: Office, unit: str, month: str, at: datetime | None) -> list[dict[str, str]]:
    """The question marks of the whole unit, as known at a moment."""
    found = []
    for person in office.document["employees"]:
        for on in dates(month):
            row = office.judged(person["code"], on, at)
            signs = row["symbols"].items() if row["unit"] == unit else []
            about = {"employee": person["code"], "date": str(on)}
            found += [{**about, "session": name} for name, sign in signs if sign == "?"]
    return found


def refused_locks(office: Office) -> list[dict[str, str]]:
    """scenario.md `lock_with_unverified`: the locks of months that have a question mark in them, as known then."""
    found = []
    for number, fact in enumerate(office.document["facts"]):
        if fact["kind"] == "lock" and blockers(office, fact["unit"], fact["month"], fact["at"]):
            found.append({"path": f"facts[{number}]", "code": "lock_with_unverified"})
    return found
