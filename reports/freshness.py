"""How far each terminal was read and how it is: what separates "absent" from "the terminal was not read"."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from attendance import clock
from attendance.services.terminal_health import TerminalHealth, terminals_health
from attendance.store.database import Session
from reports.view import TerminalFreshness


def freshness(
    session: Session, zone: str, now: datetime, terminal_ids: Iterable[int] | None = None, *, alarms: bool = True
) -> tuple[TerminalFreshness, ...]:
    """One row per terminal in the order they were registered; times are wall time. `now` is an instant.

    Without `alarms` none are told: they are for those who look after the terminal.
    """
    return tuple(_row(health, zone, alarms) for health in terminals_health(session, zone, now, terminal_ids))


def _row(health: TerminalHealth, zone: str, alarms: bool) -> TerminalFreshness:
    facts = health.facts
    newest = sorted(facts.alarms, key=lambda alarm: alarm.raised_at, reverse=True)
    return TerminalFreshness(
        code=facts.code,
        name=facts.name,
        data_until=facts.data_until,
        state=health.state,
        reason=health.reason,
        next_step=health.next_step,
        params=health.params,
        since=clock.to_wall(health.since, zone) if health.since else None,
        clock_offset_seconds=facts.clock_offset_seconds,
        alarms=tuple((alarm.kind, alarm.params) for alarm in newest) if alarms else (),
    )
