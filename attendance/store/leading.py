"""Who leads which unit, and which unit is above it, as far as it decides who may sign for whom."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time

from sqlmodel import Session, col, or_, select

from attendance import clock
from attendance.store import heads
from attendance.store.access_tables import GrantRow
from attendance.store.tables import UserRow
from attendance.store.tree import StoredTree
from attendance.store.within import Within


def units_led_by(session: Session, employee_id: int, on: date) -> list[int]:
    """Numbers of the units of which a person is head or acting head on a date, or may act as head here."""
    begins = datetime.combine(on, time(), clock.UTC)
    query = (
        select(GrantRow.unit_id)
        .join(UserRow, col(UserRow.id) == col(GrantRow.user_id))
        .where(
            UserRow.employee_id == employee_id,
            GrantRow.role == "head",
            col(GrantRow.unit_id).is_not(None),
            col(GrantRow.revoked_at).is_(None),
            or_(col(GrantRow.ends_at).is_(None), col(GrantRow.ends_at) >= begins),
        )
    )
    granted = {unit for unit in session.exec(query) if unit is not None}
    return sorted(granted | heads.units_headed(session, employee_id, on))


def who_may_lead(session: Session, employee_ids: Iterable[int]) -> set[int]:
    """Those of these people of whom `units_led_by` may answer a unit on some date."""
    wanted = set(employee_ids)
    granted = select(UserRow.employee_id).join(GrantRow, col(UserRow.id) == col(GrantRow.user_id))
    granted = granted.where(
        col(UserRow.employee_id).in_(wanted), GrantRow.role == "head", col(GrantRow.revoked_at).is_(None)
    )
    return {person for person in session.exec(granted) if person is not None} | heads.who_headed(session, wanted)


def led_beside(session: Session, employee_id: int, on: date, within: Within) -> int | None:
    """A unit this person leads on a date above which nothing is `within`, so that others sign for them; None: none."""
    for led in units_led_by(session, employee_id, on):
        above = unit_above(session, led, on)
        if not (within.units is None or (above is not None and above in within.units)):
            return led
    return None


def unit_above(session: Session, unit_id: int, on: date) -> int | None:
    """The number of the unit above one on a date; None at the top."""
    return next((unit for unit in StoredTree(session).path(unit_id, on) if unit != unit_id), None)
