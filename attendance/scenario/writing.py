"""From a case to the file that says the same: one person's day with everything that decides it, for anybody to replay.

What `scenario.document` reads back is judged by the same engine to the same conclusion. Rules are written as they hold
on the date: hours of the schedule, thresholds of the person's unit, the terminals they depend on by name.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from attendance import clock
from attendance.engine.case import Case
from attendance.engine.plain import text_of
from attendance.errors import NoHours
from attendance.facts import Assignment, Exemption, Explanation
from attendance.rules.policy import Policy
from attendance.rules.schedule import WEEKDAYS, ScheduleVersion, times_of
from attendance.scenario.people_section import DIRECT

Row = dict[str, Any]
_UNWRITTEN = frozenset({"citation", "cited"})


def document_of(
    case: Case,
    employee: str,
    on: date,
    received: Sequence[datetime],
    expected: Row,
    *,
    id: str,
    hidden: Collection[date] = (),
) -> Row:
    """The case file of one person's date. Papers of others, and punches under other people's numbers, are left out.

    `received`: when each punch of the case arrived, wall time. `expected`: the row it must come to. `hidden`: dates
    whose punches are left out too.
    """
    served = [each for each in case.assignments if each.employee == employee]
    pins = [each for each in case.enrolments if each.employee == employee]
    depends = [_depends(case, each, _within(each, on)) for each in served]
    facts = _facts(case, employee)
    punches = _punches(case, {(each.terminal, each.pin) for each in pins}, received, hidden)
    wanted = {code for codes in depends for code in codes} | {punch["terminal"] for punch in punches}
    wanted |= {code for fact in facts for code in (fact.get("terminals") or ())}
    wanted |= {fact["terminal"] for fact in facts if fact["kind"] == "annulment"}
    sites = [site for site in case.sites if site.code in wanted]
    visited = [fact["unit"] for fact in facts if fact["kind"] == "inspection"]
    calendar = _calendar(case, served, on)
    named = [*visited, *(site.unit for site in sites), *(entry["unit"] for entry in calendar if "unit" in entry)]
    schedules = {code for each in served if (code := _schedule(case, each, _within(each, on))) is not None}
    return {
        "scenario": 1,
        "id": id,
        "title": f"{employee} {on.isoformat()}",
        "timezone": case.zone,
        "policy": _policy(case, served, employee, on),
        "schedules": {
            code: {"versions": [_version(v) for v in case.rulebook.schedules[code].versions]}
            for code in sorted(schedules)
        },
        "calendar": calendar,
        "units": _units(case, served, on, named),
        "terminals": [
            {
                "code": site.code, "unit": site.unit, "direction": site.direction,
                "first_sane_date": site.first_sane_on.isoformat(), "read": _read(case, site.code),
            }
            for site in sites
        ],
        "employees": [
            {
                "code": employee,
                "assignments": [
                    _assignment(case, each, _within(each, on), sites_of_it)
                    for each, sites_of_it in zip(served, depends, strict=True)
                ],
                "pins": [
                    _dated({"terminal": each.terminal, "pin": each.pin}, each.from_on, each.to_on)
                    for each in pins
                    if each.terminal in wanted and not each.pin.startswith(DIRECT)
                ],
            }
        ],
        "facts": [*facts, *_of_terminals(case, wanted)],
        "punches": punches,
        "expect": [{"employee": employee, "date": on.isoformat(), **expected}],
    }  # fmt: skip


def _within(served: Assignment, on: date) -> date:
    """The date on which an assignment is asked for its rules: the day's own, or its nearest one."""
    return min(max(on, served.from_on), served.to_on or date.max)


def _depends(case: Case, served: Assignment, on: date) -> list[str]:
    return [case.sites[index].code for index in case.terminals_of(served, on)]


def _schedule(case: Case, served: Assignment, on: date) -> str | None:
    try:
        return case.rulebook.schedule_of(served.unit, served.schedule, on).code
    except NoHours:
        return None


def _assignment(case: Case, served: Assignment, on: date, terminals: list[str]) -> Row:
    schedule = _schedule(case, served, on)
    written: Row = {"unit": served.unit, "terminals": terminals}
    if schedule is not None:
        written["schedule"] = schedule
    return _dated(written, served.from_on if served.from_on > date.min else None, served.to_on)


def _units(case: Case, served: Iterable[Assignment], on: date, named: Iterable[str]) -> list[Row]:
    """The units a person served in and those that are named, with those above them on the date; the highest first.

    One that merged stands under what it became.
    """
    found: dict[str, Row] = {}
    for unit, at in [*((each.unit, _within(each, on)) for each in served), *((code, on) for code in named)]:
        path = case.rulebook.path(unit, at)
        line = path if path[:1] == (unit,) else (unit, *path)
        for code, parent in reversed(list(zip(line, (*line[1:], None), strict=True))):
            found.setdefault(code, {"code": code} | ({"parent": parent} if parent is not None else {}))
    return list(found.values())


def _policy(case: Case, served: Iterable[Assignment], employee: str, on: date) -> Row:
    unit = next((each.unit for each in served if each.holds(on)), None)
    held = case.rulebook.policy_of(unit, employee, on) if unit is not None else case.rulebook.policy
    written = {each.name: getattr(held, each.name) for each in fields(Policy) if each.name not in _UNWRITTEN}
    written["grade_thresholds"] = {grade: [low, high] for grade, low, high in held.grade_thresholds}
    return written


def _version(version: ScheduleVersion) -> Row:
    written: Row = {
        "regime": version.regime,
        "sessions": {hours.name: times_of(hours) for hours in version.sessions},
        "weekdays": [WEEKDAYS[day] for day in sorted(version.weekdays)],
    }
    if version.by_weekday:
        written["by_weekday"] = {
            WEEKDAYS[day]: {hours.name: times_of(hours) for hours in listed} for day, listed in version.by_weekday
        }
    written |= {
        name: text
        for name, text in (("document", version.citation.document), ("article", version.citation.article))
        if text
    }
    return _dated(written, version.from_on, version.to_on)


def _calendar(case: Case, served: Sequence[Assignment], on: date) -> list[Row]:
    """The decisions about the dates around that reach the person's units, with both halves of each swap."""
    entries = [
        entry
        for entry in case.rulebook.calendar.entries()
        if entry.unit is None or any(entry.unit in case.rulebook.path(each.unit, entry.on) for each in served)
    ]
    dates = {entry.on for entry in entries if abs((entry.on - on).days) <= _AROUND}
    dates |= {entry.pair_on for entry in entries if entry.on in dates and entry.pair_on is not None}
    # deadlines count working days after the date
    dates |= {entry.on for entry in entries if 0 <= (entry.on - on).days <= _DEADLINES}
    dates |= {entry.pair_on for entry in entries if entry.on in dates and entry.pair_on is not None}
    found = []
    for entry in entries:
        if entry.on not in dates:
            continue
        row: Row = {"date": entry.on.isoformat(), "kind": entry.kind}
        for name, value in (
            ("for", entry.pair_on), ("unit", entry.unit), ("session", entry.session),
            ("recorded_at", entry.recorded_at), ("document", entry.citation.document),
        ):  # fmt: skip
            if value:
                row[name] = value if isinstance(value, str) else _said(value)
        found.append(row)
    return found


_AROUND, _DEADLINES = 8, 62


def _facts(case: Case, who: str) -> list[Row]:
    """The person's papers, without the words in which they give reasons."""
    kinds: tuple[tuple[str, Iterable[Any], Callable[[Any], Row]], ...] = (
        ("leave", case.leaves, lambda p: {"code": p.code, "date": p.on, "session": p.session}),
        ("mission", case.missions, lambda p: {"from": p.starts, "to": p.ends, "document": p.document or None}),
        ("exemption", case.exemptions, _exemption),
        ("explanation", case.explanations, _explanation),
        ("annulment", case.annulments, lambda p: {
            "terminal": p.terminal, "at": p.at, "decision": p.decision, "decided_at": p.decided_at,
        }),
        ("duty", case.duties, lambda p: {
            "code": p.code, "from": p.starts, "to": p.ends, "counts_as_schedule": p.counts_as_schedule,
        }),
        ("overtime", case.overtime_orders, lambda p: {"from": p.starts, "to": p.ends}),
        ("site", case.site_facts, lambda p: {"date": p.on, "session": p.session, "terminals": list(p.terminals)}),
        ("protection", case.protections, lambda p: {"code": p.code, "from": p.from_on, "to": p.to_on}),
    )  # fmt: skip
    found: list[Row] = []
    for kind, papers, write in kinds:
        for paper in papers:
            if paper.employee == who:
                row = {
                    "kind": kind,
                    "employee": who,
                    **write(paper),
                    "approved_at": getattr(paper, "approved_at", None),
                }
                found.append(_plain(row))
    found += [
        _plain({"kind": "inspection", "unit": visit.unit, "at": visit.at, "found_absent": [who]})
        for visit in case.inspections
        if who in visit.found_absent
    ]
    return found


def _exemption(paper: Exemption) -> Row:
    row: Row = {"code": paper.code}
    if paper.minutes_per_day is None:
        return row | {"from": paper.starts, "to": paper.ends}
    row |= {"minutes_per_day": paper.minutes_per_day, "placement": paper.placement}
    if paper.dates:
        return row | {"dates": [on.isoformat() for on in paper.dates]}
    return row | {"from": paper.from_on, "to": paper.to_on}


def _explanation(paper: Explanation) -> Row:
    decided = {"decision": paper.decision, "decided_at": paper.decided_at}
    row: Row = {"date": paper.on, "session": paper.session, "covers": paper.covers, "minutes": paper.minutes, **decided}
    if paper.by_head:
        return {**row, "kind": "decision"}
    return row | {
        "submitted_at": paper.submitted_at,
        "accepted_after_deadline": paper.accepted_after_deadline or None,
    }


def _of_terminals(case: Case, wanted: set[str]) -> list[Row]:
    """When terminals were dead or out of reach, and what their clocks were worth."""
    rows: list[Row] = [
        {"kind": "outage", "mode": o.mode, "terminal": o.terminal, "from": o.starts, "to": o.ends} for o in case.outages
    ]
    rows += [
        {
            "kind": "clock_offset",
            "terminal": c.terminal,
            "from": c.starts,
            "to": c.ends,
            "offset_seconds": c.offset_seconds,
        }
        for c in case.clock_offsets
    ]
    rows += [
        {"kind": "clock_invalid", "terminal": c.terminal, "from": c.starts, "to": c.ends} for c in case.clock_invalids
    ]
    return [_plain(row) for row in rows if row["terminal"] in wanted]


def _read(case: Case, terminal: str) -> list[Row]:
    spans = [each for each in case.coverage if each.terminal == terminal]
    return [_plain({"from": each.starts, "to": each.until}) for each in spans]


def _punches(
    case: Case, numbers: set[tuple[str, str]], received: Sequence[datetime], hidden: Collection[date]
) -> list[Row]:
    found = []
    punches = case.punches
    for row in range(len(punches)):
        terminal, pin = case.sites[int(punches.site[row])].code, punches.pins[int(punches.pin[row])]
        at = clock.from_wall_seconds(int(punches.wall[row]))
        if (terminal, pin) in numbers and at.date() not in hidden:
            found.append(
                {
                    "terminal": terminal, **_whose(pin), "at": _said(at),
                    "received_at": _said(received[row]), "state": int(punches.state[row]),
                }
            )  # fmt: skip
    return found


def _whose(pin: str) -> Row:
    return {"employee": pin.removeprefix(DIRECT)} if pin.startswith(DIRECT) else {"pin": pin}


def _dated(row: Row, from_on: date | None, to_on: date | None) -> Row:
    return row | _plain({"from": from_on, "to": to_on})


def _plain(row: Row) -> Row:
    """Without what is not said, dates and moments as text."""
    return {
        name: _said(value) if isinstance(value, date) else value for name, value in row.items() if value is not None
    }


def _said(value: date) -> str:
    return text_of(value) if isinstance(value, datetime) else value.isoformat()
