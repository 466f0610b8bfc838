"""Run a case through the engine that serves the database, and compare row by row, field by field."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from attendance import clock
from attendance.engine.case import Case
from attendance.engine.columns import PunchColumns
from attendance.engine.period import MonthLine, sum_month
from attendance.engine.run import evaluate
from attendance.engine.verdict import DayVerdict, not_employed, verdicts
from attendance.errors import AttendanceError
from attendance.facts import Coverage
from attendance.plausible import implausible
from attendance.rules.calendar import Calendar
from attendance.rules.rulebook import Rulebook
from attendance.rules.schedule import Schedule
from attendance.scenario.document import Scenario, expected_refusals, load, month_end
from attendance.scenario.facts_section import arrival, watermark
from attendance.scenario.reading import Refused

KEYS_OF_ROW = frozenset({"employee", "date", "month", "as_of", "note"})


@dataclass(frozen=True, slots=True)
class Difference:
    """`path` names the field as `expect[2].worked_min`."""

    path: str
    expected: object
    actual: object


@dataclass(frozen=True, slots=True)
class Result:
    id: str
    differences: tuple[Difference, ...]
    actual: tuple[dict[str, Any], ...] = field(default=())

    @property
    def ok(self) -> bool:
        return not self.differences


def run_document(document: dict[str, Any]) -> Result:
    """Judge one document. Raises Refused where it is malformed and does not expect to be refused."""
    name = str(document.get("id", ""))
    wanted = expected_refusals(document)
    try:
        scenario, _ = load(document)
    except Refused as error:
        if wanted is None:
            raise
        found = {(refusal.path, refusal.code) for refusal in error.refusals}
        listed = tuple({"path": r.path, "code": r.code, "sentence": r.sentence} for r in error.refusals)
        return Result(name, () if found == wanted else (Difference("refuse", sorted(wanted), sorted(found)),), listed)
    if wanted is not None:
        return Result(name, (Difference("refuse", sorted(wanted), []),))
    if scenario.unsupported:
        return Result(
            name,
            tuple(Difference(path, what, "not supported by this version") for path, what in scenario.unsupported),
        )
    try:
        actual = tuple(_answer(scenario))
    except AttendanceError as error:
        return Result(name, (Difference("", "a verdict", str(error)),))
    return Result(name, tuple(_compare(scenario, actual)), actual)


def case_at(scenario: Scenario, as_of: datetime | None) -> Case:
    """What was known at a moment (None: everything), as the engine takes it."""

    def known(at: datetime | None) -> bool:
        return as_of is None or at is None or at <= as_of

    schedules = {
        code: Schedule(code, tuple(v for v in schedule.versions if known(v.recorded_at)))
        for code, schedule in scenario.schedules.items()
    }
    calendar = Calendar(entry for entry in scenario.calendar if known(entry.recorded_at))
    return Case(
        zone=scenario.zone,
        rulebook=Rulebook(scenario.units, schedules, calendar, scenario.policy),
        people=scenario.people,
        sites=scenario.terminals,
        assignments=tuple(a for a in scenario.assignments if known(a.recorded_at)),
        enrolments=scenario.enrolments,
        punches=_punch_columns(scenario, as_of),
        coverage=tuple(
            Coverage(t.code, None, watermark(t.code, as_of, scenario.outages) if as_of else None)
            for t in scenario.terminals
        ),
        leaves=tuple(leave for leave in scenario.leaves if known(leave.approved_at)),
        missions=tuple(mission for mission in scenario.missions if known(mission.approved_at)),
        outages=scenario.outages,
        clock_offsets=scenario.clock_offsets,
    )


def _punch_columns(scenario: Scenario, as_of: datetime | None) -> PunchColumns:
    sites = {site.code: index for index, site in enumerate(scenario.terminals)}
    pins: dict[str, int] = {}
    rows = []
    for sequence, punch in enumerate(scenario.punches):
        if punch.wall is None:
            continue  # no such date: quarantined, shown nowhere in a verdict
        received = punch.received or arrival(punch.terminal, punch.wall, scenario.outages)
        if as_of is None or received <= as_of:
            pin = pins.setdefault(punch.pin, len(pins))
            site = sites[punch.terminal]
            rows.append(
                (site, pin, clock.wall_seconds(punch.wall), sequence, punch.state, clock.wall_seconds(received))
            )
    table = np.array(rows, np.int64).reshape(-1, 6)
    first_sane = np.array([clock.day_number(s.first_sane_on) * clock.DAY_SECONDS for s in scenario.terminals], np.int64)
    early, ahead = implausible(table[:, 2], table[:, 5], first_sane[table[:, 0]])
    return PunchColumns(
        site=table[:, 0].astype(np.int32),
        pin=table[:, 1].astype(np.int32),
        wall=table[:, 2],
        sequence=table[:, 3],
        state=table[:, 4].astype(np.uint8),
        sane=~(early | ahead),
        pins=tuple(pins),
    )


def _answer(scenario: Scenario) -> Iterable[dict[str, Any]]:
    """One actual row per expected row, in their order."""
    by_moment: dict[datetime | None, dict[tuple[str, date], DayVerdict]] = {}
    for as_of in {row.get("as_of") for row in scenario.expect}:
        case = case_at(scenario, as_of)
        asked = _dates(row for row in scenario.expect if row.get("as_of") == as_of)
        found: dict[tuple[str, date], DayVerdict] = {}
        for first, last in _runs(asked):
            found |= {(verdict.employee, verdict.on): verdict for verdict in verdicts(evaluate(case, first, last))}
        by_moment[as_of] = found
    for row in scenario.expect:
        employee = row.get("employee") or (scenario.people[0] if len(scenario.people) == 1 else "")
        known = by_moment[row.get("as_of")]
        if "month" in row:
            yield _month_row(scenario, row, employee, known)
        elif "date" in row:
            verdict = known.get((employee, row["date"])) or not_employed(employee, row["date"])
            yield _day_row(verdict, row)
        else:
            yield {}


def _dates(rows: Iterable[dict[str, Any]]) -> list[date]:
    asked: set[date] = set()
    for row in rows:
        if "month" in row:
            first = row["month"]
            asked |= {first + timedelta(days=n) for n in range((month_end(first) - first).days + 1)}
        elif "date" in row:
            asked.add(row["date"])
    return sorted(asked)


def _runs(dates: list[date]) -> Iterable[tuple[date, date]]:
    """Consecutive dates as (first, last)."""
    start = 0
    for index in range(len(dates)):
        if index + 1 == len(dates) or dates[index + 1] - dates[index] > timedelta(days=1):
            yield dates[start], dates[index]
            start = index + 1


def _day_row(verdict: DayVerdict, row: dict[str, Any]) -> dict[str, Any]:
    actual: dict[str, Any] = {
        "employee": verdict.employee,
        "date": verdict.on.isoformat(),
        "unit": verdict.unit,
        "day_kind": verdict.day_kind,
        "scheduled_min": verdict.scheduled_min,
        "worked_min": verdict.worked_min,
        "credited_min": verdict.credited_min,
        "leave_min": verdict.leave_min,
        "unverified_min": verdict.unverified_min,
        "violations": [
            {
                "type": v.type,
                "session": v.session,
                "minutes": v.minutes,
                "excused_min": v.excused_min,
                "counted_min": v.counted_min,
                "status": v.status,
            }
            for v in verdict.violations
        ],
        "flags": list(verdict.flags),
        "symbols": dict(verdict.symbols),
        # Papers that would fill these make a case unsupported, so that here they are truly empty.
        "duty": [],
        "overtime": [],
        "findings": [],
    }
    if row.get("as_of"):
        actual["as_of"] = row["as_of"].isoformat()
    return actual


def _month_row(
    scenario: Scenario, row: dict[str, Any], employee: str, known: dict[tuple[str, date], DayVerdict]
) -> dict[str, Any]:
    unit = row.get("unit")
    days = [
        verdict
        for (who, on), verdict in sorted(known.items(), key=lambda item: item[0][1])
        if who == employee and on.replace(day=1) == row["month"] and unit in (None, verdict.unit)
    ]
    line: MonthLine = sum_month(days, scenario.policy)
    actual = {name: getattr(line, name) for name in line.__slots__ if name != "lockable"}
    return {"employee": employee, "month": row["month"].strftime("%Y-%m"), "unit": unit, **actual}


def _compare(scenario: Scenario, actual: tuple[dict[str, Any], ...]) -> Iterable[Difference]:
    for index, (row, found) in enumerate(zip(scenario.expect, actual, strict=True)):
        for name, expected in row.items():
            if name in KEYS_OF_ROW:
                continue
            if name not in found:
                yield Difference(f"expect[{index}].{name}", expected, "not supported by this version")
            elif not _equal(name, expected, found[name]):
                yield Difference(f"expect[{index}].{name}", expected, found[name])


def _equal(name: str, expected: Any, actual: Any) -> bool:
    if name == "flags":
        return sorted(expected or []) == sorted(actual)
    if name == "violations":
        return _same_set(expected or [], actual)
    return bool(expected == actual)


def _same_set(expected: list[dict[str, Any]], actual: list[dict[str, Any]]) -> bool:
    """Each expected entry matches one actual entry on the fields it gives, and none is left over."""
    left = list(actual)
    for entry in expected:
        match = next((a for a in left if all(a.get(key) == value for key, value in entry.items())), None)
        if match is None:
            return False
        left.remove(match)
    return not left
