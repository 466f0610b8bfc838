"""How many days were due, known and late, by date and unit: what charts are made of. Counted by the database."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any, NamedTuple

import orjson
from sqlalchemy import ColumnElement, Text, and_, case, cast, func, select
from sqlmodel import Session, col

from attendance.store.evidence_tables import RulingRow, ViolationRow
from attendance.store.listing import in_spread
from attendance.store.tree import Spread
from attendance.store.within import Within


class Cell(NamedTuple):
    """Of one unit on one date: people of whom work was due, of these those of whom nothing is known; those late, and of
    these those all of whose lateness was excused."""

    on: date
    unit_id: int | None
    due: int
    unknown: int
    late: int
    excused: int


class LateMinutes(NamedTuple):
    minutes: int
    sessions: int
    excused: int


CAUSES = ("not_read", "outage", "clock", "missing")
"""Why minutes of a day are unverified: terminals not read, dead ones, clocks worth nothing; a missing punch."""
_CAUSE_OF = {"terminal_not_synced": "not_read", "terminal_outage": "outage", "terminal_clock_invalid": "clock"}


class Unverified(NamedTuple):
    """Of one unit on one date: `days` of people with unverified minutes, for one of CAUSES."""

    on: date
    unit_id: int | None
    cause: str
    days: int


def unverified(session: Session, within: Within, part: Spread | None, from_on: date, to_on: date) -> list[Unverified]:
    """Days with unverified minutes by date, unit and cause; of several causes the first of CAUSES is told."""
    flags = cast(col(RulingRow.flags), Text)
    keys = (col(RulingRow.work_date), col(RulingRow.unit_id), flags)
    query = (
        select(*keys, func.count())
        .where(col(RulingRow.unverified_min) > 0, *_rows(RulingRow, within, part, from_on, to_on))
        .group_by(*keys)
    )
    sums: Counter[tuple[date, int | None, str]] = Counter()
    for on, unit, text, count in session.execute(query):
        raised = {_CAUSE_OF.get(flag, "") for flag in orjson.loads(text)}
        sums[on, unit, next((cause for cause in CAUSES if cause in raised), "missing")] += count
    return [Unverified(*key, days) for key, days in sorted(sums.items(), key=lambda each: (each[0][0], each[0][2]))]


def cells(session: Session, within: Within, part: Spread | None, from_on: date, to_on: date) -> list[Cell]:
    """One cell for each date and unit with a conclusion that may be seen. `part`: only units that belonged to it on the
    date; None: all. A day off, or one wholly on leave, is not due."""
    due = col(RulingRow.scheduled_min) > col(RulingRow.leave_min)
    unknown = col(RulingRow.unverified_min) >= col(RulingRow.scheduled_min) - col(RulingRow.leave_min)
    query = select(
        col(RulingRow.work_date),
        col(RulingRow.unit_id),
        _count_of(due),
        _count_of(and_(due, unknown)),
    ).where(*_rows(RulingRow, within, part, from_on, to_on))
    late = _late_people(session, within, part, from_on, to_on)
    grouped = query.group_by(col(RulingRow.work_date), col(RulingRow.unit_id))
    return [
        Cell(on, unit, int(expected), int(dark), *late.get((on, unit), (0, 0)))
        for on, unit, expected, dark in session.execute(grouped.order_by(col(RulingRow.work_date)))
    ]


def late_minutes(
    session: Session, within: Within, part: Spread | None, from_on: date, to_on: date
) -> list[LateMinutes]:
    """How many sessions began so many minutes late, by minutes; and how many of these were excused whole."""
    query = (
        select(col(ViolationRow.minutes), func.count(), _count_of(col(ViolationRow.status) == "excused"))
        .where(col(ViolationRow.type) == "late", *_rows(ViolationRow, within, part, from_on, to_on))
        .group_by(col(ViolationRow.minutes))
        .order_by(col(ViolationRow.minutes))
    )
    return [LateMinutes(minutes, sessions, int(excused)) for minutes, sessions, excused in session.execute(query)]


def _late_people(
    session: Session, within: Within, part: Spread | None, from_on: date, to_on: date
) -> dict[tuple[date, int | None], tuple[int, int]]:
    """By date and unit: people late in some session, and those of them all of whose late sessions were excused."""
    person = col(ViolationRow.employee_id)
    counts = case((col(ViolationRow.status) != "excused", person), else_=None)
    query = (
        select(
            col(ViolationRow.work_date),
            col(ViolationRow.unit_id),
            func.count(person.distinct()),
            func.count(counts.distinct()),
        )
        .where(col(ViolationRow.type) == "late", *_rows(ViolationRow, within, part, from_on, to_on))
        .group_by(col(ViolationRow.work_date), col(ViolationRow.unit_id))
    )
    return {(on, unit): (late, late - held) for on, unit, late, held in session.execute(query)}


def _count_of(condition: ColumnElement[bool]) -> Any:
    return func.sum(case((condition, 1), else_=0))


def _rows(table: Any, within: Within, part: Spread | None, from_on: date, to_on: date) -> list[ColumnElement[bool]]:
    found = [
        col(table.superseded_at).is_(None),
        col(table.work_date).between(from_on, to_on),
        *within.rows(col(table.unit_id), col(table.employee_id)),
    ]
    return found if part is None else [*found, in_spread(col(table.unit_id), col(table.work_date), part)]
