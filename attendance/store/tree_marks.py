"""Which days a change of the tree touches: those it gives other rules, terminals or visits, and no others."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from attendance.rules.rulebook import Rulebook
from attendance.rules.tree import Tree
from attendance.store import dirty, office
from attendance.store.paper_tables import InspectionAbsenceRow, InspectionRow
from attendance.store.registering import known_span
from attendance.store.rule_marks import mark_touched
from attendance.store.tables import AssignmentRow, TerminalRow

_DAY = timedelta(days=1)
_TOLERANCE = "clock_tolerance_seconds"


def mark_moved(session: Session, unit: str, before: Rulebook, after: Rulebook, at: datetime) -> int:
    """Mark what differs between two trees because one unit changed; answers how many days are marked in all.

    Raises Invalid where people who could be judged on a date no longer have hours on it.
    """
    from_on = _first_change(unit, before.tree, after.tree)
    if from_on is None:
        return dirty.count(session)
    mark_touched(session, before, after, [(from_on, None)], at)
    first, last = known_span(session, from_on, None, at)
    if first > last:
        return dirty.count(session)
    units = {number: code for number, code in _codes(session).items() if number is not None}
    stretches = _stretches(before.tree, after.tree, first, last)
    rows = office.assignments_between(session, first, last)
    sites = [(row, units[row.unit_id]) for row in office.terminals(session)]
    days = [*_depending(before.tree, after.tree, rows, units, sites, stretches)]
    days += _visited(session, before.tree, after.tree, rows, units, first, last)
    dirty.mark(session, dirty.joined(session, days), "assignment", at)
    for site, unit in sites:
        for begin, end in stretches:
            tolerances = [getattr(book.policy_of(unit, None, begin), _TOLERANCE) for book in (before, after)]
            if tolerances[0] != tolerances[1]:
                dirty.mark_dependants(session, site, begin, end, "clock", at)
    return dirty.count(session)


def _codes(session: Session) -> dict[int | None, str]:
    return {unit.id: unit.code for unit in office.units(session)}


def _first_change(unit: str, before: Tree, after: Tree) -> date | None:
    """The first date on which a unit stands elsewhere, or works by other hours; what it is called decides nothing."""
    for on in [date.min, *sorted({*before.turns, *after.turns})]:
        steps = [[(step.code, step.schedule) for step in tree.steps(unit, on)] for tree in (before, after)]
        if steps[0] != steps[1]:
            return on
    return None


def _stretches(before: Tree, after: Tree, first: date, last: date) -> list[tuple[date, date]]:
    """The span cut where either tree changes."""
    return [part for begin, end in before.stretches(first, last) for part in after.stretches(begin, end)]


def _depending(
    before: Tree,
    after: Tree,
    rows: list[AssignmentRow],
    units: dict[int, str],
    sites: list[tuple[TerminalRow, str]],
    stretches: list[tuple[date, date]],
) -> Iterable[tuple[int, date]]:
    """The days on which people who name no terminals would depend on others than before."""
    used = [unit for site, unit in sites if site.in_use]
    for begin, end in stretches:
        gathered = [(tree, tree.gathered(used, begin)) for tree in (before, after)]
        changed: dict[int, bool] = {}
        for row in rows:
            if row.terminals or row.from_on > end or (row.to_on is not None and row.to_on < begin):
                continue
            if row.unit_id not in changed:
                unit = units[row.unit_id]
                found = [here.get(tree.nearest(unit, begin, here) or "", ()) for tree, here in gathered]
                changed[row.unit_id] = found[0] != found[1]
            if changed[row.unit_id]:
                low, high = max(row.from_on, begin), min(row.to_on or end, end)
                yield from ((row.employee_id, low + n * _DAY) for n in range((high - low).days + 1))


def _visited(
    session: Session,
    before: Tree,
    after: Tree,
    rows: list[AssignmentRow],
    units: dict[int, str],
    first: date,
    last: date,
) -> Iterable[tuple[int, date]]:
    """The days of people whom a visit found absent who would be, or would no longer be, people of the visited unit."""
    query = (
        select(InspectionAbsenceRow.employee_id, InspectionRow.unit_id, InspectionRow.wall_time)
        .join(InspectionRow, col(InspectionRow.id) == col(InspectionAbsenceRow.inspection_id))
        .where(col(InspectionRow.withdrawn_at).is_(None))
    )
    for employee, visited, wall in session.exec(query):
        for row in rows:
            if row.employee_id != employee:
                continue
            for on in (wall.date() - 2 * _DAY, wall.date() - _DAY, wall.date()):
                held = first <= on <= last and row.from_on <= on and (row.to_on is None or on <= row.to_on)
                below = [units[visited] in tree.path(units[row.unit_id], on) for tree in (before, after)]
                if held and below[0] != below[1]:
                    yield employee, on
