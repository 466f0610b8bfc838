"""Leave, missions and exemptions. One that has no moment of approval is filed as asked for, and excuses nothing yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from attendance import clock
from attendance.services.imports.lookups import find_person, people_named
from attendance.services.imports.taking import Taking, Values, covers, day
from attendance.sheets import Row
from attendance.store import import_reading, office
from attendance.store.paper_checks import ADDED
from attendance.store.paper_tables import ExemptionRow
from attendance.store.register_tables import PaperRow
from attendance.store.tables import AbsenceRow, RuleVersionRow

_DAY = timedelta(days=1)
_LONGEST = 400
_PLACEMENTS = {"am": "day_start", "pm": "day_end"}


@dataclass(slots=True)
class _Filed:
    """What is filed of each person already, and what kinds of leave and exemption the rules of the office know."""

    sessions: set[str]
    leave: dict[str, Any]
    exemptions: dict[str, Any]
    leaves: dict[tuple[int, date], list[Values]] = field(default_factory=dict)
    missions: dict[int, list[Values]] = field(default_factory=dict)
    exempt: dict[int, list[Values]] = field(default_factory=dict)
    papers: dict[int, Values] = field(default_factory=dict)


def take(taking: Taking, rows: Sequence[Row]) -> None:
    filed = _read(taking, rows)
    seen: dict[tuple[Any, ...], int] = {}
    for row in rows:
        person = find_person(taking, row, "employee")
        who = person["id"] if person is not None else row.values["employee"] or row.number
        key = (who, *(row.values[name] for name in ("kind", "code", "from", "to", "session")))
        if key in seen:
            taking.refuse(row, "employee", "repeated", row=seen[key])
        seen.setdefault(key, row.number)
        approved_at = _approved_at(taking, row)
        if person is not None and approved_at is not None and not taking.may_approve(person["id"], _first_day(row)):
            taking.refuse(row, "approved_at", "may_not_approve")
        if person is None or taking.is_wrong(row):
            continue
        _TAKE[str(row.values["kind"])](taking, row, person["id"], approved_at, filed)


def _first_day(row: Row) -> date:
    begins = row.values["from"]
    assert isinstance(begins, date)
    return begins.date() if isinstance(begins, datetime) else begins


def _read(taking: Taking, rows: Sequence[Row]) -> _Filed:
    people = people_named(taking, rows)
    rules = {row["rule"]: row["value"] for row in import_reading.standing(taking.session, RuleVersionRow)}
    filed = _Filed(
        {"all", ADDED, *office.session_names(taking.session)},
        {rule.removeprefix("leave."): value for rule, value in rules.items() if rule.startswith("leave.")},
        {rule.removeprefix("exemption."): value for rule, value in rules.items() if rule.startswith("exemption.")},
    )
    for row in import_reading.standing(taking.session, AbsenceRow, people):
        if row["on"] is not None:
            filed.leaves.setdefault((row["employee_id"], row["on"]), []).append(row)
        else:
            filed.missions.setdefault(row["employee_id"], []).append(row)
    for row in import_reading.standing(taking.session, ExemptionRow, people):
        filed.exempt.setdefault(row["employee_id"], []).append(row)
    filed.papers = {row["id"]: row for row in import_reading.standing(taking.session, PaperRow, people)}
    return filed


def _leave(taking: Taking, row: Row, person: int, approved_at: datetime | None, filed: _Filed) -> None:
    code, session = str(row.values["code"] or "P"), str(row.values["session"])
    first, last = row.values["from"], row.values["to"] or row.values["from"]
    if isinstance(first, datetime) or isinstance(last, datetime):
        taking.refuse(row, "from" if isinstance(first, datetime) else "to", "leave_with_times")
        return
    assert isinstance(first, date)
    assert isinstance(last, date)
    if filed.leave and code not in filed.leave:
        taking.refuse(row, "code", "unknown_leave", codes=", ".join(filed.leave))
    if session not in filed.sessions:
        taking.refuse(row, "session", "unknown_session", sessions=", ".join(sorted(filed.sessions)))
    if not _in_order(taking, row, first, last) or not _serves(taking, row, person, first, last):
        return
    new: list[date] = []
    approve: list[Values] = []
    for on in (first + n * _DAY for n in range((last - first).days + 1)):
        there = filed.leaves.get((person, on), [])
        same = next((each for each in there if (each["code"], each["session"]) == (code, session)), None)
        other = next(
            (each for each in there if "all" in (session, each["session"]) or each["session"] == session), None
        )
        if same is not None and approved_at is not None and same["approved_at"] is None:
            approve.append(same)
        elif same is None and other is not None:
            taking.refuse(row, "from", "on_leave_already", date=day(on), code=other["code"], session=other["session"])
            return
        elif same is None:
            new.append(on)
    if taking.is_wrong(row):
        return
    taking.settle(row, "unchanged")
    again = _approved(taking, row, approve, approved_at, filed)
    for old in approve:
        filed.leaves[(person, old["on"])].remove(old)
        signed = {"approved_at": approved_at, "paper_id": again.get(old["paper_id"])}
        filed.leaves[(person, old["on"])].append(taking.replace(AbsenceRow, row, old, **signed))
        taking.settle(row, "changed")
    said = {"code": code, "from_on": first, "to_on": last, "document": str(row.values["document"] or "")}
    paper = taking.enter(row, "leave", person, approved_at, **said) if new else None
    for on in new:
        values = _absence(row, person, "leave", approved_at) | {"code": code, "on": on, "session": session}
        values["paper_id"] = paper
        filed.leaves.setdefault((person, on), []).append(taking.add(AbsenceRow, row, **values))
        taking.settle(row, "new")


def _mission(taking: Taking, row: Row, person: int, approved_at: datetime | None, filed: _Filed) -> None:
    window = _window(taking, row)
    if row.values["session"] not in (None, "all"):
        taking.refuse(row, "session", "mission_with_session")
    if window is None or not _in_order(taking, row, *window):
        return
    starts, ends = window
    if not _serves(taking, row, person, starts.date(), (ends - timedelta(microseconds=1)).date()):
        return
    if taking.is_wrong(row):
        return
    there = filed.missions.setdefault(person, [])
    same = next((each for each in there if (each["starts"], each["ends"]) == (starts, ends)), None)
    if same is not None and approved_at is not None and same["approved_at"] is None:
        there.remove(same)
        again = _approved(taking, row, [same], approved_at, filed)
        signed = {"approved_at": approved_at, "paper_id": again.get(same["paper_id"])}
        there.append(taking.replace(AbsenceRow, row, same, **signed))
        taking.settle(row, "changed")
    elif same is not None:
        taking.settle(row, "unchanged")
    else:
        values = _absence(row, person, "mission", approved_at) | {"starts": starts, "ends": ends}
        last = (ends - timedelta(microseconds=1)).date()
        said = {"code": "", "from_on": starts.date(), "to_on": last, "document": values["document"]}
        values["paper_id"] = taking.enter(row, "mission", person, approved_at, **said)
        there.append(taking.add(AbsenceRow, row, **values))
        taking.settle(row, "new")


def _exemption(taking: Taking, row: Row, person: int, approved_at: datetime | None, filed: _Filed) -> None:
    code = str(row.values["code"] or "")
    kind = filed.exemptions.get(code)
    if kind is None:
        taking.refuse(row, "code", "unknown_exemption", codes=", ".join(filed.exemptions))
        return
    values: Values = {"minutes_per_day": None, "from_on": None, "to_on": None, "starts": None, "ends": None}
    first, last = row.values["from"], row.values["to"]
    assert isinstance(first, date)
    assert last is None or isinstance(last, date)
    if kind["minutes_per_day"] is None or isinstance(first, datetime) or isinstance(last, datetime):
        window = _window(taking, row)
        if window is None or not _in_order(taking, row, *window):
            return
        values |= {"starts": window[0], "ends": window[1]}
        begins = window[0].date()
    else:
        if last is not None and not _in_order(taking, row, first, last, any_length=True):
            return
        values |= {"minutes_per_day": kind["minutes_per_day"], "from_on": first, "to_on": last}
        begins = first
    if not _serves(taking, row, person, begins, begins):
        return
    placements = kind["placements"]
    wished = _PLACEMENTS.get(str(row.values["session"]), "day_end")
    if values["minutes_per_day"] is not None and wished not in placements:
        taking.refuse(row, "session", "no_placement", placements=", ".join(placements))
        return
    there = filed.exempt.setdefault(person, [])
    span = {name: values[name] for name in ("from_on", "to_on", "starts", "ends")}
    alike = [each for each in there if each["code"] == code]
    same = next((each for each in alike if {name: each[name] for name in span} == span), None)
    if same is not None and approved_at is not None and same["approved_at"] is None:
        there.remove(same)
        again = _approved(taking, row, [same], approved_at, filed)
        signed = {"approved_at": approved_at, "paper_id": again.get(same["paper_id"])}
        there.append(taking.replace(ExemptionRow, row, same, **signed))
        taking.settle(row, "changed")
    elif same is not None:
        taking.settle(row, "unchanged")
    elif values["minutes_per_day"] is not None and any(
        each["minutes_per_day"] is not None and _share(each, first, last) for each in alike
    ):
        taking.refuse(row, "from", "exempt_already", code=code)
    else:
        document = str(row.values["document"] or "")
        to_on = values["to_on"] if values["ends"] is None else (values["ends"] - timedelta(microseconds=1)).date()
        said = {"code": code, "from_on": begins, "to_on": to_on, "document": document}
        values |= {"paper_id": taking.enter(row, "exemption", person, approved_at, **said)}
        filed_row = taking.add(
            ExemptionRow, row, employee_id=person, code=code, placement=wished, dates=[],
            document=str(row.values["document"] or ""), approved_at=approved_at, **values,
        )  # fmt: skip
        there.append(filed_row)
        taking.settle(row, "new")


def _share(stored: Values, first: date, last: Any) -> bool:
    return (stored["to_on"] or date.max) >= first and (stored["from_on"] or date.min) <= (last or date.max)


def _approved(
    taking: Taking, row: Row, facts: Sequence[Values], approved_at: datetime | None, filed: _Filed
) -> dict[int | None, int | None]:
    """The papers of these facts with their approval, by the number of the one that waited.

    What else such a paper says and the row does not is approved with it: a paper is approved whole.
    """
    again: dict[int | None, int | None] = {None: None}
    for fact in facts:
        number = fact["paper_id"]
        if number in filed.papers and number not in again and approved_at is not None:
            again[number] = taking.approve(row, number, filed.papers, approved_at)
    for there in [*filed.leaves.values(), *filed.missions.values(), *filed.exempt.values()]:
        for other in list(there):
            if other["paper_id"] in again and other["paper_id"] is not None and other not in facts:
                table = ExemptionRow if "minutes_per_day" in other else AbsenceRow
                there.remove(other)
                signed = {"approved_at": approved_at, "paper_id": again[other["paper_id"]]}
                there.append(taking.replace(table, row, other, **signed))
    return again


def _absence(row: Row, person: int, kind: str, approved_at: datetime | None) -> Values:
    return {
        "kind": kind,
        "employee_id": person,
        "code": "",
        "on": None,
        "session": "all",
        "starts": None,
        "ends": None,
        "document": str(row.values["document"] or ""),
        "approved_at": approved_at,
    }


def _window(taking: Taking, row: Row) -> tuple[datetime, datetime] | None:
    """From and to in wall time; dates are whole days, the last one included."""
    first, last = row.values["from"], row.values["to"]
    assert isinstance(first, date)
    if last is None and isinstance(first, datetime):
        taking.refuse(row, "to", "end_missing")
        return None
    last = first if last is None else last
    assert isinstance(last, date)
    starts = first if isinstance(first, datetime) else datetime.combine(first, time())
    ends = last if isinstance(last, datetime) else datetime.combine(last, time()) + _DAY
    return starts, ends


def _in_order(taking: Taking, row: Row, first: date, last: date, *, any_length: bool = False) -> bool:
    if last < first or (isinstance(first, datetime) and last == first):
        taking.refuse(row, "to", "ends_before", begins=day(first))
        return False
    if not any_length and (last - first).days > _LONGEST:
        taking.refuse(row, "to", "span_too_long", days=_LONGEST)
        return False
    return True


def _serves(taking: Taking, row: Row, person: int, first: date, last: date) -> bool:
    """Whether somebody serves on every date of a span; the first on which they do not is named."""
    serving = taking.known.serving.get(person, ())
    for on in (first + n * _DAY for n in range((last - first).days + 1)):
        if not any(covers(each, on) for each in serving):
            taking.refuse(row, "from" if on == first else "to", "not_serving", date=day(on))
            return False
    return True


def _approved_at(taking: Taking, row: Row) -> datetime | None:
    written = row.values["approved_at"]
    if written is None:
        return None
    assert isinstance(written, date)
    wall = written if isinstance(written, datetime) else datetime.combine(written, time())
    found = clock.to_instant(wall, taking.zone)
    if found > taking.at:
        taking.refuse(row, "approved_at", "approved_later")
    return found


_TAKE = {"leave": _leave, "mission": _mission, "exemption": _exemption}
