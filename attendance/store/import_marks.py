"""Which days an import may change: marked once for all of its rows, in the transaction that files it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from attendance.store import dirty, office, touched
from attendance.store.import_pen import Effect, Pen, Table
from attendance.store.paper_tables import DutyRow, ExemptionRow, ExplanationRow
from attendance.store.registering import known_span, mark_everybody
from attendance.store.rule_marks import mark_touched
from attendance.store.rulebook_reading import read_rulebook
from attendance.store.tables import (
    AbsenceRow,
    AssignmentRow,
    CalendarEntryRow,
    EnrolmentRow,
    ScheduleVersionRow,
    UnitRow,
)
from attendance.store.tree_marks import mark_moved
from attendance.store.tree_tables import UnitVersionRow

DAY = timedelta(days=1)
Values = dict[str, Any]


def write(session: Session, pen: Pen, batch: int) -> int:
    """Write what a pen holds, and mark the days it may change; answers how many days are marked by it.

    Raises Invalid where people who could be judged on a date would no longer have hours on it.
    """
    units = [effect for effect in pen.effects.values() if effect.table is UnitVersionRow]
    hours = [_values(effect) for effect in pen.effects.values() if effect.table is ScheduleVersionRow]
    before, marked = (read_rulebook(session) if units or hours else None), dirty.count(session)
    pen.write(batch)
    _mark(session, pen.effects.values(), pen.at)
    if before is not None:
        after = read_rulebook(session)
        mark_touched(session, before, after, [(row["from_on"], row["to_on"]) for row in hours], pen.at)
        codes = office.codes(session, UnitRow, {_values(effect)["unit_id"] for effect in units})
        for code in codes.values():
            if code in before.tree.versions and code in after.tree.versions:
                mark_moved(session, code, before, after, pen.at)
    return dirty.count(session) - marked


def _values(effect: Effect) -> Values:
    found: Values = effect.after if effect.act == "added" else effect.before
    return found


def _mark(session: Session, effects: Iterable[Effect], at: datetime) -> None:
    """Mark the days that rows which came or went may change; they are written already."""
    said: dict[Table, list[Values]] = {}
    for effect in effects:
        if effect.act in ("added", "ended"):
            said.setdefault(effect.table, []).append(_values(effect))
    served = said.get(AssignmentRow, [])
    _mark_people(session, served + said.get(EnrolmentRow, []), at)
    _mark_explained(session, served, at)
    for first, last in _runs({values["on"] for values in said.get(CalendarEntryRow, [])}):
        mark_everybody(session, first - DAY, last + DAY, "calendar", at)
        dirty.mark_explained(session, first, last, "calendar", at)
    papers = [table(**values) for table in (AbsenceRow, ExemptionRow, DutyRow) for values in said.get(table, [])]
    if papers:
        touched.mark_papers(session, papers, at)


def _mark_people(session: Session, rows: list[Values], at: datetime) -> None:
    low, high = known_span(session, date.min, None, at)
    days = (
        (row["employee_id"], first + n * DAY)
        for row in rows
        for first, last in [(max(row["from_on"] or low, low), min(row["to_on"] or high, high))]
        for n in range((last - first).days + 1)
    )
    dirty.mark(session, days, "assignment", at)


def _mark_explained(session: Session, served: list[Values], at: datetime) -> None:
    """What was explained is in time or not by the working days of the person, which their service gives them."""
    people = {row["employee_id"] for row in served}
    first = min((row["from_on"] for row in served), default=date.max)
    if not people:
        return
    since = datetime.combine(max(first, date(1, 1, 2)) - DAY, datetime.min.time(), at.tzinfo)
    query = select(col(ExplanationRow.employee_id), col(ExplanationRow.on)).where(
        col(ExplanationRow.withdrawn_at).is_(None), col(ExplanationRow.submitted_at) >= since
    )
    dirty.mark(session, ((who, on) for who, on in session.exec(query) if who in people), "assignment", at)


def _runs(dates: set[date]) -> list[tuple[date, date]]:
    """Dates as the spans of those that follow each other."""
    found: list[tuple[date, date]] = []
    for on in sorted(dates):
        if found and on - found[-1][1] <= 3 * DAY:
            found[-1] = (found[-1][0], on)
        else:
            found.append((on, on))
    return found
