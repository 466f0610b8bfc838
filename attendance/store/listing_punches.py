"""The list of raw punches: as the terminal said them, whose they are today, and the pull that brought each."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime

import numpy as np
import numpy.typing as npt
from sqlalchemy import select
from sqlmodel import Session, col, or_

from attendance import clock
from attendance.store import office, punch_log
from attendance.store.evidence_tables import PullRow
from attendance.store.listing import AnySelect, Listed, Row, choose
from attendance.store.listing_keys import read_cursor, write_cursor
from attendance.store.tables import AssignmentRow, EmployeeRow, EnrolmentRow, TerminalRow, UnitRow
from attendance.store.tree import Spread
from attendance.store.within import Within

_DAY_BITS = 23  # days of the calendar, moved to be positive, need 22
_DAY_ORIGIN = 1 << 20
NOBODY = -1

Ints = npt.NDArray[np.int64]
Span = tuple[int, date | None, date | None, int]


def punches(
    session: Session,
    within: Within,
    from_on: date,
    to_on: date,
    zone: str,
    *,
    part: Spread | None = None,
    employee_id: int | None = None,
    terminal_id: int | None = None,
    limit: int,
    offset: int = 0,
    after: str | None = None,
) -> Listed:
    """Punches whose terminal time lies in the span, by that time, terminal and number.

    A punch belongs to the unit in which the person enrolled under its number served on that date, and to the
    terminal's unit where nobody is enrolled; `part`: only those whose unit belonged to it on that date. A row:
    terminal, sequence, pin, employee, unit, at (the terminal's time as it stood, in the office's zone), state, verify,
    received_at, log_position, quarantined, pull.
    """
    enrolled = _enrolments(session, employee_id, terminal_id)
    sites = {row.id: row for row in session.execute(_sites(terminal_id))}
    wanted = {row[0] for row in enrolled} if employee_id is not None else set(sites)
    stored = punch_log.read(
        session,
        sorted(wanted),
        from_wall=clock.day_number(from_on) * clock.DAY_SECONDS,
        to_wall=(clock.day_number(to_on) + 1) * clock.DAY_SECONDS - 1,
    )
    day = stored.wall // clock.DAY_SECONDS
    person = _people(stored, day, enrolled)
    unit = _units(session, stored, day, person, {number: row.unit_id for number, row in sites.items()})
    seen = np.ones(len(stored), np.bool_)
    if within.units is not None:
        seen &= np.isin(unit, np.array(sorted(within.units), np.int64))
        if within.employee is not None:
            seen |= person == within.employee
    if within.only is not None:
        seen &= np.isin(unit, np.array(sorted(within.only), np.int64))
    if part is not None:
        seen &= in_spread(unit, day, part)
    if employee_id is not None:
        seen &= person == employee_id
    rows = np.flatnonzero(seen)
    order = rows[np.lexsort((stored.sequence[rows], stored.terminal[rows], stored.wall[rows]))]
    begin = offset
    if after is not None:
        begin = _place(stored, order, *read_cursor(after, int, int, int))
    shown = order[begin : begin + limit]
    more = begin + limit < order.size
    cursor = None
    if more:
        last = shown[-1]
        cursor = write_cursor(int(stored.wall[last]), int(stored.terminal[last]), int(stored.sequence[last]))
    listed = _rows(session, stored, shown, person, unit, {number: row.code for number, row in sites.items()}, zone)
    return Listed(listed, int(order.size), cursor)


def owners(session: Session, stored: punch_log.StoredPunches, day: Ints, terminal_id: int) -> Ints:
    """The number of the person each punch of one terminal is of, by the enrolments known today; -1: nobody."""
    return _people(stored, day, _enrolments(session, None, terminal_id))


def in_spread(unit: Ints, day: Ints, part: Spread) -> npt.NDArray[np.bool_]:
    found = np.zeros(unit.size, np.bool_)
    for first, last, units in part:
        held = np.isin(unit, np.array(sorted(units), np.int64))
        found |= held & (day >= clock.day_number(first)) & (day <= clock.day_number(last))
    return found


def _sites(terminal_id: int | None) -> AnySelect:
    query = choose(col(TerminalRow.id), col(TerminalRow.code), col(TerminalRow.unit_id))
    return query if terminal_id is None else query.where(col(TerminalRow.id) == terminal_id)


def _enrolments(
    session: Session, employee_id: int | None, terminal_id: int | None
) -> list[tuple[int, str, int, date | None, date | None]]:
    table = EnrolmentRow
    query = select(
        col(table.terminal_id), col(table.pin), col(table.employee_id), col(table.from_on), col(table.to_on)
    ).where(col(table.withdrawn_at).is_(None))
    if employee_id is not None:
        query = query.where(col(table.employee_id) == employee_id)
    if terminal_id is not None:
        query = query.where(col(table.terminal_id) == terminal_id)
    return [(site, pin, who, first, last) for site, pin, who, first, last in session.execute(query)]


def _people(
    stored: punch_log.StoredPunches, day: Ints, enrolled: list[tuple[int, str, int, date | None, date | None]]
) -> Ints:
    """The person each punch is of, by the enrolments known today; -1: nobody."""
    code = {pin: number for number, pin in enumerate(stored.pins)}
    width = len(code) + 1
    spans = [(site * width + code[pin], first, last, who) for site, pin, who, first, last in enrolled if pin in code]
    return holding(stored.terminal * width + stored.pin, day, spans)


def _units(
    session: Session, stored: punch_log.StoredPunches, day: Ints, person: Ints, unit_of_site: dict[int | None, int]
) -> Ints:
    table = AssignmentRow
    spans: list[Span] = []
    if (person != NOBODY).any():
        query = select(col(table.employee_id), col(table.from_on), col(table.to_on), col(table.unit_id)).where(
            col(table.withdrawn_at).is_(None),
            col(table.from_on) <= clock.from_day_number(int(day.max())),
            or_(col(table.to_on).is_(None), col(table.to_on) >= clock.from_day_number(int(day.min()))),
        )
        spans = [(who, first, last, unit) for who, first, last, unit in session.execute(query)]
    found = holding(person, day, spans)
    site_units = np.zeros(max((number or 0 for number in unit_of_site), default=0) + 1, np.int64)
    for number, unit in unit_of_site.items():
        site_units[number or 0] = unit
    return np.where(person == NOBODY, site_units[stored.terminal], found)


def holding(key: Ints, day: Ints, spans: Iterable[Span]) -> Ints:
    """The value of the span (key, first day, last day, value) that holds each (key, day), or -1.

    Spans of one key never overlap, so the one that began last is the only one that can hold.
    """
    listed = sorted(
        (
            owner << _DAY_BITS | (clock.day_number(first or date.min) + _DAY_ORIGIN),
            clock.day_number(last or date.max),
            value,
        )
        for owner, first, last, value in spans
    )
    if not listed or not key.size:
        return np.full(key.size, NOBODY, np.int64)
    starts, ends, values = (np.array(column, np.int64) for column in zip(*listed, strict=True))
    place = np.searchsorted(starts, (key << _DAY_BITS) | (day + _DAY_ORIGIN), side="right") - 1
    holds = (place >= 0) & (starts[place] >> _DAY_BITS == key) & (ends[place] >= day)
    return np.where(holds, values[place], NOBODY)


def _place(stored: punch_log.StoredPunches, order: Ints, wall: int, terminal: int, sequence: int) -> int:
    """How many of the rows in order come up to and with the one a cursor names."""
    walls, sites, numbers = stored.wall[order], stored.terminal[order], stored.sequence[order]
    passed = (walls < wall) | ((walls == wall) & ((sites < terminal) | ((sites == terminal) & (numbers <= sequence))))
    return int(passed.sum())


def _rows(
    session: Session,
    stored: punch_log.StoredPunches,
    shown: Ints,
    person: Ints,
    unit: Ints,
    sites: dict[int | None, str],
    zone: str,
) -> list[Row]:
    people = office.codes(session, EmployeeRow, np.unique(person[shown]).tolist())
    units = office.codes(session, UnitRow, np.unique(unit[shown]).tolist())
    pulls = _pulls(session, np.unique(stored.pull[shown]).tolist())
    there = clock.zone(zone)
    return [
        {
            "terminal": sites[int(stored.terminal[row])],
            "sequence": int(stored.sequence[row]),
            "pin": stored.pins[stored.pin[row]],
            "employee": people.get(int(person[row])),
            "unit": units.get(int(unit[row])),
            "at": clock.from_wall_seconds(int(stored.wall[row])).replace(tzinfo=there),
            "state": int(stored.state[row]),
            "verify": int(stored.verify[row]),
            "received_at": datetime.fromtimestamp(int(stored.received[row]), UTC),
            "log_position": int(stored.index[row]),
            "quarantined": False,
            "pull_id": int(stored.pull[row]),
            "pull": pulls[int(stored.pull[row])],
        }
        for row in shown.tolist()
    ]


def _pulls(session: Session, ids: list[int]) -> dict[int, Row]:
    table = PullRow
    query = select(
        col(table.id), col(table.source), col(table.file_name), col(table.started_at), col(table.log_digest)
    ).where(col(table.id).in_(ids))
    return {
        int(number or 0): {
            "id": number,
            "source": source,
            "file_name": file_name,
            "started_at": started_at,
            "log_digest": digest,
        }
        for number, source, file_name, started_at, digest in session.execute(query)
    }
