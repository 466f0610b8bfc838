"""What is known of each terminal right now: its last pull, its watermark, its clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from attendance.store.evidence_tables import ClockSpanRow, CoverageRow, LogPositionRow, PullRow
from attendance.store.tables import TerminalRow


@dataclass(frozen=True, slots=True)
class TerminalState:
    """`data_until` wall time, `last_pull_at` an instant; None where the terminal was never read, or has no clock."""

    id: int
    code: str
    name: str
    unit_id: int
    poll_seconds: int
    data_until: datetime | None
    outcome: str | None
    source: str | None
    last_pull_at: datetime | None
    clock_offset_seconds: int | None
    failures: int


def states(session: Session, terminal_ids: Iterable[int] | None = None) -> list[TerminalState]:
    """Terminals in the order they were registered; only these, if given."""
    wanted = None if terminal_ids is None else set(terminal_ids)
    terminals = [
        row
        for row in session.exec(select(TerminalRow).order_by(col(TerminalRow.id)))
        if wanted is None or row.id in wanted
    ]
    newest = select(CoverageRow.terminal_id, func.max(CoverageRow.until)).group_by(col(CoverageRow.terminal_id))
    marks = dict(session.exec(newest).all())
    positions = {row.terminal_id: row for row in session.exec(select(LogPositionRow))}
    last = [row.last_pull_id for row in positions.values() if row.last_pull_id is not None]
    pulls = {
        terminal: (outcome, source, finished)
        for terminal, outcome, source, finished in session.exec(
            select(PullRow.terminal_id, PullRow.outcome, PullRow.source, PullRow.finished_at).where(
                col(PullRow.id).in_(last)
            )
        )
    }
    offsets = {
        row.terminal_id: row.offset_seconds for row in session.exec(select(ClockSpanRow).order_by(col(ClockSpanRow.id)))
    }
    found = []
    for row in terminals:
        assert row.id is not None
        outcome, source, finished = pulls.get(row.id, (None, None, None))
        position = positions.get(row.id)
        found.append(
            TerminalState(
                id=row.id,
                code=row.code,
                name=row.name,
                unit_id=row.unit_id,
                poll_seconds=row.poll_seconds,
                data_until=marks.get(row.id),
                outcome=outcome,
                source=source,
                last_pull_at=finished,
                clock_offset_seconds=offsets.get(row.id),
                failures=position.failures if position else 0,
            )
        )
    return found
