"""What terminals heard around a moment at which somebody was to punch: facts for whoever explains or decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, or_, select

from attendance import clock
from attendance.store import office, punch_log
from attendance.store.register_tables import PaperRow
from attendance.store.tables import EnrolmentRow, OutageRow, TerminalRow

Seen = tuple[str, datetime]
"""Code of a terminal and its own time."""


@dataclass(frozen=True, slots=True)
class Around:
    """Punches between two moments, on the terminals the person is enrolled on.

    `unknown`: under numbers that are nobody's then. `colleagues`: how many of the `unit_size` others who serve in the
    unit punched; `others`: how many punches there were at all.
    """

    terminals: tuple[str, ...]
    unknown: tuple[Seen, ...]
    colleagues: int
    unit_size: int
    others: int


def around(
    session: Session, employee_id: int, unit_id: int | None, on: date, starts: datetime, ends: datetime
) -> Around:
    """What these terminals heard from `starts` to `ends`, both wall time of the terminal."""
    enrolled = session.exec(select(EnrolmentRow).where(EnrolmentRow.employee_id == employee_id, *_holds(on))).all()
    places = sorted({row.terminal_id for row in enrolled})
    codes = office.codes(session, TerminalRow, places)
    stored = punch_log.read(session, places, from_wall=clock.wall_seconds(starts), to_wall=clock.wall_seconds(ends))
    whose = {
        (row.terminal_id, row.pin): row.employee_id
        for row in session.exec(select(EnrolmentRow).where(col(EnrolmentRow.terminal_id).in_(places), *_holds(on)))
    }
    mates = _mates(session, employee_id, unit_id, on)
    heard: set[int] = set()
    unknown: list[Seen] = []
    for terminal, pin, wall in zip(stored.terminal.tolist(), stored.pin.tolist(), stored.wall.tolist(), strict=True):
        who = whose.get((terminal, stored.pins[pin]))
        if who is None:
            unknown.append((codes[terminal], clock.from_wall_seconds(wall)))
        else:
            heard.add(who)
    found = tuple(sorted(unknown, key=lambda seen: seen[1]))
    return Around(tuple(sorted(codes.values())), found, len(heard & mates), len(mates), len(stored))


def outages(session: Session, terminals: Sequence[str], starts: datetime, ends: datetime) -> list[OutageRow]:
    """Outages of these terminals that share time with a span, also those nobody approved yet."""
    query = (
        select(OutageRow)
        .join(TerminalRow, col(TerminalRow.id) == col(OutageRow.terminal_id))
        .where(
            col(TerminalRow.code).in_(terminals),
            col(OutageRow.withdrawn_at).is_(None),
            OutageRow.starts < ends,
            OutageRow.ends > starts,
        )
    )
    return list(session.exec(query.order_by(col(OutageRow.starts))))


def papers(session: Session, employee_id: int, on: date) -> list[PaperRow]:
    """Papers of a person that speak of a date and were neither refused nor taken back, protections left out."""
    query = select(PaperRow).where(
        PaperRow.employee_id == employee_id,
        col(PaperRow.kind).in_(["leave", "mission", "meeting", "exemption", "site", "duty"]),
        col(PaperRow.withdrawn_at).is_(None),
        or_(col(PaperRow.decision).is_(None), PaperRow.decision == "approved"),
        or_(col(PaperRow.from_on).is_(None), col(PaperRow.from_on) <= on),
        or_(col(PaperRow.to_on).is_(None), col(PaperRow.to_on) >= on),
    )
    return list(session.exec(query.order_by(col(PaperRow.id))))


def _mates(session: Session, employee_id: int, unit_id: int | None, on: date) -> set[int]:
    if unit_id is None:
        return set()
    serving = office.assignments_between(session, on, on, office.ever_assigned(session, unit_id, on, on))
    return {row.employee_id for row in serving if row.unit_id == unit_id} - {employee_id}


def _holds(on: date) -> tuple[Any, ...]:
    table = EnrolmentRow
    return (
        col(table.withdrawn_at).is_(None),
        or_(col(table.from_on).is_(None), col(table.from_on) <= on),
        or_(col(table.to_on).is_(None), col(table.to_on) >= on),
    )
