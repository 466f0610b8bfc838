"""Verdicts and months as the rows a scenario expects: plain values, dates and moments as text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Protocol

from attendance.engine.after_lock import PersonDay
from attendance.engine.period import Blocker, MonthLine, sum_month
from attendance.engine.plain import duty_row, finding_row, overtime_row, text_of
from attendance.engine.roster import RosterError
from attendance.engine.verdict import DayVerdict, not_employed
from attendance.scenario.document import Scenario
from attendance.scenario.moments import month_dates

Row = dict[str, Any]


class Source(Protocol):
    """Whoever answers what is concluded, as known at a moment (None: everything): a case file, or a database."""

    def on(self, dates: Iterable[date], as_of: datetime | None) -> dict[PersonDay, DayVerdict]: ...

    def blockers(self, unit: str, month: date, as_of: datetime | None) -> list[Blocker]: ...

    def version(self, unit: str, month: date, as_of: datetime | None) -> int: ...

    def roster_errors(self, as_of: datetime | None) -> tuple[RosterError, ...]: ...


def actual_rows(scenario: Scenario, answers: Source) -> Iterable[Row]:
    """One actual row per expected row, in their order."""
    for as_of in {row.get("as_of") for row in scenario.expect}:
        # all dates of a moment are judged together
        answers.on(_dates(row for row in scenario.expect if row.get("as_of") == as_of), as_of)
    for row in scenario.expect:
        as_of = row.get("as_of")
        employee = row.get("employee") or (scenario.people[0] if len(scenario.people) == 1 else "")
        actual: Row = {"employee": employee} if employee else {}
        if "month" in row:
            actual = _month_row(scenario, answers, row, employee)
        elif "date" in row:
            found = answers.on([row["date"]], as_of)
            actual = day_row(found.get((employee, row["date"])) or not_employed(employee, row["date"]))
        if as_of:
            actual["as_of"] = text_of(as_of)
        if "roster_errors" in row:
            actual["roster_errors"] = [
                {"date": error.on.isoformat(), "code": error.code}
                for error in answers.roster_errors(as_of)
                if row.get("employee") in (None, error.employee)
            ]
        yield actual


def _dates(rows: Iterable[Row]) -> list[date]:
    asked: list[date] = []
    for row in rows:
        if "month" in row:
            asked += month_dates(row["month"])
        elif "date" in row:
            asked.append(row["date"])
    return asked


def day_row(verdict: DayVerdict) -> Row:
    """A verdict as the row of a day that expects it."""
    return {
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
        "duty": [duty_row(line) for line in verdict.duties],
        "overtime": [overtime_row(line) for line in verdict.overtime],
        "findings": [finding_row(line) for line in verdict.findings],
    }


def _month_row(scenario: Scenario, answers: Source, row: Row, employee: str) -> Row:
    month, as_of = row["month"], row.get("as_of")
    known = answers.on(month_dates(month), as_of)
    unit = row.get("unit") or _only_unit(scenario, known, employee)
    days = [known[key] for key in sorted(known) if key[0] == employee and unit in (None, known[key].unit)]
    line: MonthLine = sum_month(days, scenario.policy)
    marks = answers.blockers(unit, month, as_of) if unit else []
    fields: Row = {name: getattr(line, name) for name in line.__slots__}
    return fields | {
        "employee": employee,
        "month": month.strftime("%Y-%m"),
        "unit": unit,
        "overtime_min": asdict(line.overtime_min),
        "lockable": not marks,
        "blockers": [{"employee": m.employee, "date": m.on.isoformat(), "session": m.session} for m in marks],
        "version": answers.version(unit or "", month, as_of),
    }


def _only_unit(scenario: Scenario, known: dict[PersonDay, DayVerdict], employee: str) -> str | None:
    """The unit a person's month belongs to where none is named and there is only one."""
    units = {verdict.unit for (who, _), verdict in known.items() if who == employee and verdict.unit}
    if len(units) == 1:
        return units.pop()
    codes = {unit.code for unit in scenario.units}
    return scenario.units[0].code if len(codes) == 1 else None
