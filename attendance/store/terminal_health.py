"""What is stored about each terminal's health, in a handful of statements however many terminals there are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, func, select

from attendance.store import push_devices
from attendance.store.alarms import Alarm, open_alarms
from attendance.store.evidence_tables import ClockSpanRow, CoverageRow, LogPositionRow, PullRow
from attendance.store.log_fill import Fill, fills
from attendance.store.tables import TerminalRow


@dataclass(frozen=True, slots=True)
class LastAttempt:
    """The last attempt to read a terminal, or the last file brought for it, whatever became of it."""

    outcome: str
    params: dict[str, Any]
    message: str
    source: str
    finished_at: datetime


@dataclass(frozen=True, slots=True)
class TerminalFacts:
    """`data_until` is wall time, all other moments are instants; None where there is nothing to tell.

    `called_at` is when a terminal that is approved to push called last.
    """

    id: int
    code: str
    name: str
    unit_id: int
    in_use: bool
    is_asked: bool
    poll_seconds: int
    recorded_at: datetime
    serial: str | None
    data_until: datetime | None
    last: LastAttempt | None
    last_ok_at: datetime | None
    failing_since: datetime | None
    failures: int
    clock_offset_seconds: int | None
    fill: Fill | None
    alarms: tuple[Alarm, ...]
    called_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ClockSpan:
    """The clock was ahead by so much from `starts` (terminal time; None: from the beginning) to the next span."""

    starts: datetime | None
    offset_seconds: int
    recorded_at: datetime


def read_facts(session: Session, today: date, terminal_ids: Iterable[int] | None = None) -> list[TerminalFacts]:
    """Terminals in the order they were registered; only these, if given. `today` is the date of the office."""
    wanted = None if terminal_ids is None else set(terminal_ids)

    def chosen(query: Any, column: Any) -> Any:
        return query if wanted is None else query.where(col(column).in_(wanted))

    terminals = list(session.exec(chosen(select(TerminalRow), TerminalRow.id).order_by(col(TerminalRow.id))))
    marks = dict(
        session.exec(
            chosen(
                select(CoverageRow.terminal_id, func.max(CoverageRow.until)).group_by(col(CoverageRow.terminal_id)),
                CoverageRow.terminal_id,
            )
        ).all()
    )
    positions = {
        row.terminal_id: row for row in session.exec(chosen(select(LogPositionRow), LogPositionRow.terminal_id))
    }
    last = _last_attempts(session, [p.last_pull_id for p in positions.values() if p.last_pull_id is not None])
    newest_span = chosen(select(func.max(ClockSpanRow.id)), ClockSpanRow.terminal_id).group_by(
        col(ClockSpanRow.terminal_id)
    )
    offsets = {
        row.terminal_id: row.offset_seconds
        for row in session.exec(select(ClockSpanRow).where(col(ClockSpanRow.id).in_(newest_span)))
    }
    full, alarms = fills(session, today, wanted), open_alarms(session, wanted)
    called = {device.terminal_id: device.last_seen_at for device in push_devices.approved(session)}
    found = []
    for row in terminals:
        assert row.id is not None
        position = positions.get(row.id)
        found.append(
            TerminalFacts(
                id=row.id,
                code=row.code,
                name=row.name,
                unit_id=row.unit_id,
                in_use=row.in_use,
                is_asked=row.host is not None,
                poll_seconds=row.poll_seconds,
                recorded_at=row.recorded_at,
                serial=row.serial,
                data_until=marks.get(row.id),
                last=last.get(row.id),
                last_ok_at=position.last_ok_at if position else None,
                failing_since=position.failing_since if position else None,
                failures=position.failures if position else 0,
                clock_offset_seconds=offsets.get(row.id),
                fill=full.get(row.id),
                alarms=alarms.get(row.id, ()),
                called_at=called.get(row.id),
            )
        )
    return found


def clock_history(session: Session, terminal_id: int, limit: int) -> list[ClockSpan]:
    """The newest spans of one terminal's clock, newest first."""
    query = select(ClockSpanRow).where(ClockSpanRow.terminal_id == terminal_id)
    return [
        ClockSpan(row.starts, row.offset_seconds, row.recorded_at)
        for row in session.exec(query.order_by(col(ClockSpanRow.id).desc()).limit(limit))
    ]


def coverage_of(session: Session, terminal_id: int, limit: int) -> list[tuple[datetime, datetime]]:
    """The newest spans of terminal time without a gap in which one terminal was read, newest first."""
    query = select(CoverageRow.starts, CoverageRow.until).where(CoverageRow.terminal_id == terminal_id)
    return [
        (starts, until) for starts, until in session.exec(query.order_by(col(CoverageRow.until).desc()).limit(limit))
    ]


def _last_attempts(session: Session, pull_ids: list[int]) -> dict[int, LastAttempt]:
    query = select(
        PullRow.terminal_id, PullRow.outcome, PullRow.params, PullRow.message, PullRow.source, PullRow.finished_at
    )  # type: ignore[call-overload]
    rows = session.exec(query.where(col(PullRow.id).in_(pull_ids)))
    return {
        terminal: LastAttempt(outcome, params, message, source, finished)
        for terminal, outcome, params, message, source, finished in rows
    }
