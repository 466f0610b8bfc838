"""What a case is told of terminals: how far they were read, when they were dead, what their clocks were worth."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select
from sqlmodel import col, select

from attendance import clock
from attendance.engine.spans import EARLIEST, LATEST, without
from attendance.facts import ClockInvalid, ClockOffset, Coverage, Outage
from attendance.store.evidence_tables import ClockSpanRow, CoverageRow, PullRow
from attendance.store.known_rows import known_rows
from attendance.store.paper_reading import Asked
from attendance.store.paper_tables import ClockInvalidRow, ClockOffsetRow
from attendance.store.tables import OutageRow


def read_terminals(asked: Asked) -> dict[str, Any]:
    """The parts of a case that terminals and papers about them bring, by the names `Case` has for them."""
    session, codes = asked.session, asked.terminals
    outages = known_rows(session, OutageRow, asked.as_of, asked.meets(OutageRow.starts, OutageRow.ends))
    invalid = known_rows(
        session, ClockInvalidRow, asked.as_of, asked.meets(ClockInvalidRow.starts, ClockInvalidRow.ends)
    )
    return {
        "coverage": _coverage(asked),
        "outages": tuple(Outage(codes[row.terminal_id], row.mode, row.starts, row.ends) for row in outages),
        "clock_offsets": _clock_offsets(asked),
        "clock_invalids": tuple(ClockInvalid(codes[row.terminal_id], row.starts, row.ends) for row in invalid),
    }


def _coverage(asked: Asked) -> tuple[Coverage, ...]:
    codes = asked.terminals
    if asked.as_of is None:
        rows = asked.session.exec(select(CoverageRow))
        return tuple(Coverage(codes[row.terminal_id], row.starts, row.until) for row in rows)
    query: Select[Any] = select(PullRow.terminal_id, PullRow.complete_from, PullRow.complete_until).where(  # type: ignore[assignment]
        col(PullRow.finished_at) <= asked.as_of, col(PullRow.complete_until).is_not(None)
    )
    return tuple(Coverage(codes[terminal], starts, until) for terminal, starts, until in asked.session.execute(query))


def _clock_offsets(asked: Asked) -> tuple[ClockOffset, ...]:
    """What somebody found, and outside of that what pulls measured."""
    rows = known_rows(
        asked.session, ClockOffsetRow, asked.as_of, asked.meets(ClockOffsetRow.starts, ClockOffsetRow.ends)
    )
    found = [ClockOffset(asked.terminals[row.terminal_id], row.starts, row.ends, row.offset_seconds) for row in rows]
    if not found:
        return _measured(asked)
    left = []
    for span in _measured(asked):
        taken = [_bounds(other) for other in found if other.terminal == span.terminal]
        left += [
            ClockOffset(span.terminal, _moment(begin), _moment(finish), span.offset_seconds)
            for begin, finish in without(*_bounds(span), taken)
        ]
    return (*left, *found)


def _measured(asked: Asked) -> tuple[ClockOffset, ...]:
    """Each span ends where the next one of its terminal begins; the last is open."""
    query = select(ClockSpanRow).order_by(col(ClockSpanRow.terminal_id), col(ClockSpanRow.id))
    if asked.as_of is not None:
        query = query.where(col(ClockSpanRow.recorded_at) <= asked.as_of)
    rows = list(asked.session.exec(query))
    following: list[ClockSpanRow | None] = [*rows[1:], None] if rows else []
    return tuple(
        ClockOffset(
            asked.terminals[row.terminal_id],
            row.starts,
            after.starts if after is not None and after.terminal_id == row.terminal_id else None,
            row.offset_seconds,
        )
        for row, after in zip(rows, following, strict=True)
    )


def _bounds(span: ClockOffset) -> tuple[int, int]:
    """From and to in wall seconds."""
    return (
        clock.wall_seconds(span.starts) if span.starts else EARLIEST,
        clock.wall_seconds(span.ends) if span.ends else LATEST,
    )


def _moment(wall: int) -> datetime | None:
    return clock.from_wall_seconds(wall) if EARLIEST < wall < LATEST else None
