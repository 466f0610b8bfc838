"""Hours as people file them one version at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from attendance.store import office, registering, trail
from attendance.store.database import Session
from attendance.store.tables import ScheduleRow, ScheduleVersionRow
from attendance.store.trail import Actor


def add_version(
    session: Session,
    by: Actor,
    code: str,
    *,
    name: str = "",
    sessions: Mapping[str, Sequence[str]],
    weekdays: Sequence[str],
    by_weekday: Mapping[str, Mapping[str, Sequence[str]]] | None = None,
    regime: str = "per_session",
    from_on: date | None = None,
    to_on: date | None = None,
    document: str,
    article: str = "",
    at: datetime,
) -> ScheduleVersionRow:
    """A version of a schedule, which is made where it is new. Raises Overlap where another version holds, Invalid."""
    if office.find(session, ScheduleRow, code) is None:
        registering.add_schedule(session, code, name=name, at=at)
    row = registering.add_schedule_version(
        session, code, sessions=sessions, weekdays=weekdays, by_weekday=by_weekday, regime=regime, from_on=from_on,
        to_on=to_on, document=document, article=article, at=at,
    )  # fmt: skip
    after = {
        "schedule": code,
        "from": from_on and from_on.isoformat(),
        "to": to_on and to_on.isoformat(),
        "regime": regime,
        "sessions": {label: list(times) for label, times in sessions.items()},
        "document": document,
    }
    trail.record(session, by, "schedule.added", kind="schedule", key=code, after=after, at=at)
    return row
