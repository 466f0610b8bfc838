"""What a case is told of terminals: how far they were read, when they were dead, what their clocks were worth."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from attendance import clock
from attendance.engine.spans import EARLIEST, LATEST, without
from attendance.facts import ClockInvalid, ClockOffset, Coverage, Outage
from attendance.store.evidence_tables import ClockSpanRow, CoverageRow, PullRow
from attendance.store.paper_reading import Asked
from attendance.store.paper_tables import ClockInvalidRow, ClockOffsetRow
from attendance.store.questions import AS_OF, Question, answers, core, overlapping, plain
from attendance.store.tables import OutageRow

_OUTAGES = Question(OutageRow, overlapping(OutageRow.starts, OutageRow.ends), granted=True)
_INVALID = Question(ClockInvalidRow, overlapping(ClockInvalidRow.starts, ClockInvalidRow.ends))
_OFFSETS = Question(ClockOffsetRow, overlapping(ClockOffsetRow.starts, ClockOffsetRow.ends))
_COVERAGE = select(core(CoverageRow.terminal_id), core(CoverageRow.starts), core(CoverageRow.until))
_COVERAGE_THEN = select(core(PullRow.terminal_id), core(PullRow.complete_from), core(PullRow.complete_until)).where(
    core(PullRow.finished_at) <= AS_OF, core(PullRow.complete_until).is_not(None)
)
_SPANS = plain(ClockSpanRow).order_by(core(ClockSpanRow.terminal_id), core(ClockSpanRow.id))
_SPANS_THEN = _SPANS.where(core(ClockSpanRow.recorded_at) <= AS_OF)


def read_terminals(asked: Asked) -> dict[str, Any]:
    """The parts of a case that terminals and papers about them bring, by the names `Case` has for them."""
    codes = asked.terminals
    return {
        "coverage": _coverage(asked),
        "outages": tuple(
            Outage(codes[row.terminal_id], row.mode, row.starts, row.ends) for row in asked.rows(_OUTAGES)
        ),
        "clock_offsets": _clock_offsets(asked),
        "clock_invalids": tuple(
            ClockInvalid(codes[row.terminal_id], row.starts, row.ends) for row in asked.rows(_INVALID)
        ),
    }


def read_until(session: Session) -> dict[int, datetime]:
    """Until when each terminal was read completely, in wall time, by its number."""
    found: dict[int, datetime] = {}
    for terminal, _, until in answers(session, _COVERAGE):
        found[terminal] = max(until, found.get(terminal, until))
    return found


def _coverage(asked: Asked) -> tuple[Coverage, ...]:
    known = _COVERAGE if asked.as_of is None else _COVERAGE_THEN
    rows = answers(asked.session, known, {"as_of": asked.as_of} if asked.as_of is not None else {})
    return tuple(Coverage(asked.terminals[terminal], starts, until) for terminal, starts, until in rows)


def _clock_offsets(asked: Asked) -> tuple[ClockOffset, ...]:
    """What somebody found, and outside of that what pulls measured."""
    found = [
        ClockOffset(asked.terminals[row.terminal_id], row.starts, row.ends, row.offset_seconds)
        for row in asked.rows(_OFFSETS)
    ]
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
    known = _SPANS if asked.as_of is None else _SPANS_THEN
    rows: Sequence[ClockSpanRow] = answers(
        asked.session, known, {"as_of": asked.as_of} if asked.as_of is not None else {}
    )
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
