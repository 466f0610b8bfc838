"""Which months are locked at a moment, since when, and how often they were reopened: a pure function of events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from attendance.facts import MonthEvent


@dataclass(frozen=True, slots=True)
class MonthState:
    """`locked_at` None: open. `version` counts from 1; every reopening of a locked month adds one."""

    locked_at: datetime | None = None
    version: int = 1


def month_states(events: Iterable[MonthEvent], as_of: datetime | None) -> dict[tuple[str, date], MonthState]:
    """The state of each (unit, month) that has events known at `as_of` (None: all).

    A lock of a locked month, and a reopening of an open one, change nothing; at the same moment a lock comes first.
    """
    states: dict[tuple[str, date], MonthState] = {}
    for event in sorted(events, key=lambda event: (event.at, event.reopened)):
        if as_of is not None and event.at > as_of:
            break
        key = event.unit, event.month
        state = states.get(key, MonthState())
        if event.reopened and state.locked_at is not None:
            states[key] = MonthState(None, state.version + 1)
        elif not event.reopened and state.locked_at is None:
            states[key] = MonthState(event.at, state.version)
    return states
