"""Duties of the roster. What the engine would not let stand is refused here, while there is somebody to mend it.

They hold at once where whoever brings them may also approve them; else they wait for somebody who may.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from attendance import clock
from attendance.engine.night import night_spans
from attendance.engine.roster import NO_NIGHTS
from attendance.services.imports.lookups import find_person, people_named
from attendance.services.imports.taking import Taking, Values, covers, day
from attendance.sheets import Row
from attendance.store import import_reading
from attendance.store.paper_tables import DutyRow, ProtectionRow

_LONGEST = timedelta(days=3)


def take(taking: Taking, rows: Sequence[Row]) -> None:
    people = people_named(taking, rows)
    held: dict[int, list[Values]] = {}
    for stored in import_reading.standing(taking.session, DutyRow, people):
        held.setdefault(stored["employee_id"], []).append(stored)
    sheltered: dict[int, list[Values]] = {}
    for stored in import_reading.standing(taking.session, ProtectionRow, people):
        if stored["code"] == NO_NIGHTS:
            sheltered.setdefault(stored["employee_id"], []).append(stored)
    seen: dict[tuple[object, ...], int] = {}
    for row in rows:
        person = find_person(taking, row, "employee")
        starts, ends = row.values["from"], row.values["to"]
        assert isinstance(starts, datetime)
        assert isinstance(ends, datetime)
        if ends <= starts:
            taking.refuse(row, "to", "duty_ends_before")
        elif ends - starts > _LONGEST:
            taking.refuse(row, "to", "duty_too_long", days=_LONGEST.days)
        if person is None or taking.is_wrong(row):
            continue
        number = person["id"]
        if (number, starts, ends) in seen:
            taking.refuse(row, "employee", "repeated", row=seen[number, starts, ends])
            continue
        seen[number, starts, ends] = row.number
        if not any(covers(each, starts.date()) for each in taking.known.serving.get(number, ())):
            taking.refuse(row, "employee", "not_serving", date=day(starts.date()))
        if _is_forbidden(taking, starts, ends, sheltered.get(number, ())):
            taking.refuse(row, "from", "night_forbidden")
        if not taking.is_wrong(row):
            _file(taking, row, number, starts, ends, held.setdefault(number, []))


def _file(taking: Taking, row: Row, number: int, starts: datetime, ends: datetime, held: list[Values]) -> None:
    code, counts = str(row.values["code"]), bool(row.values["counts_as_schedule"])
    said = {"code": code, "counts_as_schedule": counts, "desk": str(row.values["desk"] or "")}
    same = next((each for each in held if (each["starts"], each["ends"]) == (starts, ends)), None)
    if same is not None:
        if all(same[name] == value for name, value in said.items()):
            taking.settle(row, "unchanged")
            return
        if same["approved_at"] is not None and not taking.may_approve(number, starts.date()):
            taking.refuse(row, "from", "may_not_change")
            return
        held.remove(same)
        held.append(taking.replace(DutyRow, row, same, **said))
        taking.settle(row, "changed")
        return
    met = next((each for each in held if each["starts"] < ends and each["ends"] > starts), None)
    if met is not None:
        begins, until = f"{met['starts']:%d/%m/%Y %H:%M}", f"{met['ends']:%d/%m/%Y %H:%M}"
        taking.refuse(row, "from", "duty_overlaps", begins=begins, ends=until)
        return
    approved_at = taking.at if taking.may_approve(number, starts.date()) else None
    serving = taking.known.serving.get(number, ())
    values = {
        "employee_id": number,
        "starts": starts,
        "ends": ends,
        "document": "",
        "approved_at": approved_at,
        "unit_id": next((each["unit_id"] for each in serving if covers(each, starts.date())), None),
        "in_place_of_id": None,
        **said,
    }
    last = (ends - timedelta(microseconds=1)).date()
    paper = {"code": code, "from_on": starts.date(), "to_on": last, "document": ""}
    values["paper_id"] = taking.enter(row, "duty", number, approved_at, **paper)
    held.append(taking.add(DutyRow, row, **values))
    taking.settle(row, "new")


def _is_forbidden(taking: Taking, starts: datetime, ends: datetime, sheltered: Sequence[Values]) -> bool:
    """Night duty under the protection of a pregnant woman from the seventh month (§3.4)."""
    begin, end = (clock.instant_seconds(moment, taking.zone) for moment in (starts, ends))
    nights = [
        clock.to_wall(clock.from_wall_seconds(night).replace(tzinfo=clock.UTC), taking.zone).date()
        for night, _ in night_spans(begin, end, taking.zone)
    ]
    return any(covers(protection, on) for protection in sheltered for on in nights)
