"""The roster of a week as it is posted at the door: who is where when, and nothing about why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from attendance.store import duties, office
from attendance.store.database import Session
from attendance.store.duties import RosterLine
from attendance.store.tables import UnitRow
from attendance.store.tree import StoredTree
from attendance.store.within import Within


@dataclass(frozen=True, slots=True)
class WeekSheet:
    """Seven days from Monday, each with the approved duties that start on it, by time and desk."""

    code: str
    name: str
    monday: date
    sunday: date
    days: tuple[tuple[date, tuple[RosterLine, ...]], ...]


def week(session: Session, unit: UnitRow, on: date) -> WeekSheet:
    """The sheet of a unit and those below it, of the week of a date."""
    monday = on - timedelta(days=on.weekday())
    sunday = monday + timedelta(days=6)
    tree = StoredTree(session)
    below = Within(tree.below([office.key(unit)], monday))
    approved = [line for line in duties.lines(session, below, monday, sunday) if line.status == "approved"]
    approved.sort(key=lambda line: (line.starts, line.kind, line.desk, line.name))
    dates = [monday + timedelta(days=number) for number in range(7)]
    return WeekSheet(
        unit.code,
        tree.name(unit.code, monday),
        monday,
        sunday,
        tuple((day, tuple(line for line in approved if line.starts.date() == day)) for day in dates),
    )
