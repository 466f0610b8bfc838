"""What terminals sent in a span, for their registers: attempts to read them, records set aside, numbers of nobody."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime
from typing import NamedTuple

import numpy as np
from sqlalchemy import ColumnElement, case, func, select
from sqlmodel import Session, col

from attendance import clock
from attendance.store import punch_log
from attendance.store.evidence_tables import PullRow, QuarantineRow
from attendance.store.listing_punches import owners

_RECORD = QuarantineRow
_OF_RECORD = (
    _RECORD.terminal_id,
    _RECORD.pull_id,
    _RECORD.position,
    _RECORD.record,
    _RECORD.reason,
    _RECORD.recorded_at,
)


class Attempts(NamedTuple):
    """Of one terminal in a span: attempts to read it and files brought, those that brought a whole log, records read,
    those of them that were new, those set aside."""

    tried: int = 0
    whole: int = 0
    read: int = 0
    new: int = 0
    set_aside: int = 0


class SetAside(NamedTuple):
    """A record that could not be taken. `position`: in the log or file it came in, from 0; `file`: its name."""

    terminal_id: int
    pull_id: int
    position: int
    record: bytes
    reason: str
    recorded_at: datetime
    file: str


class Unowned(NamedTuple):
    """A number under which somebody punched on dates on which it was nobody's. `first`, `last`: on the wall. `other`:
    on other dates it is somebody's."""

    pin: str
    punches: int
    days: int
    first: datetime
    last: datetime
    other: bool


def attempts(session: Session, begins: datetime, ends: datetime) -> dict[int, Attempts]:
    """By number of the terminal; attempts that began in the span, `ends` excluded."""
    table = PullRow
    query = (
        select(
            col(table.terminal_id),
            func.count(),
            func.sum(case((col(table.outcome) == "ok", 1), else_=0)),
            func.sum(col(table.read)),
            func.sum(col(table.new)),
            func.sum(col(table.quarantined)),
        )
        .where(col(table.started_at) >= begins, col(table.started_at) < ends)
        .group_by(col(table.terminal_id))
    )
    return {number: Attempts(*(int(each or 0) for each in sums)) for number, *sums in session.execute(query)}


def set_aside_by_reason(
    session: Session, terminal_ids: Collection[int], begins: datetime, ends: datetime
) -> dict[str, int]:
    """How many records of these terminals were set aside, most first."""
    table = QuarantineRow
    query = (
        select(col(table.reason), func.count()).where(*_aside(terminal_ids, begins, ends)).group_by(col(table.reason))
    )
    found = sorted(session.execute(query), key=lambda each: (-each[1], each[0]))
    return {reason: count for reason, count in found}  # noqa: C416 - rows are no pairs to a type checker


def set_aside(session: Session, terminal_ids: Collection[int], begins: datetime, ends: datetime) -> Iterator[SetAside]:
    """Records of these terminals that came in the span, in the order of arrival, some hundred at a time."""
    query = (
        select(*(col(each) for each in _OF_RECORD), col(PullRow.file_name))
        .join(PullRow, col(PullRow.id) == col(_RECORD.pull_id))
        .where(*_aside(terminal_ids, begins, ends))
        .order_by(col(_RECORD.id))
    )
    for row in session.execute(query.execution_options(yield_per=500)):
        yield SetAside(*row)


def unowned(session: Session, terminal_id: int, from_on: date, to_on: date) -> tuple[list[Unowned], int]:
    """Numbers of one terminal that were nobody's when somebody punched, by number, short ones first; and how many
    punches there are in all. The dates are those the terminal told."""
    stored = punch_log.read(
        session,
        [terminal_id],
        from_wall=clock.day_number(from_on) * clock.DAY_SECONDS,
        to_wall=(clock.day_number(to_on) + 1) * clock.DAY_SECONDS - 1,
    )
    day = stored.wall // clock.DAY_SECONDS
    person = owners(session, stored, day, terminal_id)
    nobody = person < 0
    owned = set(np.unique(stored.pin[~nobody]).tolist())
    found = []
    for pin in np.unique(stored.pin[nobody]).tolist():
        rows = nobody & (stored.pin == pin)
        walls = stored.wall[rows]
        found.append(
            Unowned(
                stored.pins[pin],
                int(rows.sum()),
                int(np.unique(day[rows]).size),
                clock.from_wall_seconds(int(walls.min())),
                clock.from_wall_seconds(int(walls.max())),
                pin in owned,
            )
        )
    return sorted(found, key=lambda each: (len(each.pin), each.pin)), len(stored)


def _aside(terminal_ids: Collection[int], begins: datetime, ends: datetime) -> list[ColumnElement[bool]]:
    table = QuarantineRow
    return [
        col(table.terminal_id).in_(terminal_ids), col(table.recorded_at) >= begins, col(table.recorded_at) < ends
    ]  # fmt: skip
