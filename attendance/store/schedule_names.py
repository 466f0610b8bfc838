"""What rules are called: the names offices gave to their schedules."""

from __future__ import annotations

from sqlmodel import Session, select

from attendance.store.tables import ScheduleRow


def titles(session: Session) -> dict[str, str]:
    """Name by rule, as in `schedule.HC`."""
    return {f"schedule.{code}": name for code, name in session.exec(select(ScheduleRow.code, ScheduleRow.name))}
