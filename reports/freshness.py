"""How fresh each terminal's data are: what separates "absent" from "the terminal was not read"."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from attendance import clock
from attendance.store import terminal_state
from attendance.store.database import Session
from reports.view import TerminalFreshness

MISSED_INTERVALS = 2  # a terminal is late once two of its readings should have come and did not


def freshness(
    session: Session, zone: str, now: datetime, terminal_ids: Iterable[int] | None = None
) -> tuple[TerminalFreshness, ...]:
    """One row per terminal in the order they were registered; times are wall time. `now` is an instant."""
    rows = []
    for state in terminal_state.states(session, terminal_ids):
        interval = timedelta(seconds=state.poll_seconds)
        until = state.data_until
        stale = until is None or clock.to_wall(now, zone) - until > interval * (MISSED_INTERVALS + 1)
        if state.outcome is not None and state.outcome != "ok" and state.source == "pull":
            name = "failing"
        elif until is None:
            name = "never"
        else:
            name = "late" if stale else "fresh"
        rows.append(
            TerminalFreshness(
                code=state.code,
                name=state.name,
                data_until=until,
                state=name,  # type: ignore[arg-type]
                outcome=state.outcome,
                last_pull_at=clock.to_wall(state.last_pull_at, zone) if state.last_pull_at else None,
                clock_offset_seconds=state.clock_offset_seconds,
            )
        )
    return tuple(rows)
