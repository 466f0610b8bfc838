"""Who stands above a person, by what is granted: the nearest of them confirms, somebody further up decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, or_, select

from attendance.store import leading
from attendance.store.access_tables import GrantRow
from attendance.store.tables import UserRow
from attendance.store.tree import StoredTree


@dataclass(frozen=True, slots=True)
class Superiors:
    """Accounts, none of them the person's own: the nearest above them in the tree, and all further up."""

    nearest: frozenset[int]
    further: frozenset[int]

    @property
    def are_two_steps(self) -> bool:
        """Whether one can confirm and another decide."""
        return bool(self.nearest and self.further)


def superiors(
    session: Session, employee_id: int, unit_id: int | None, on: date, at: datetime, roles: Sequence[str]
) -> Superiors:
    """Who may act for a unit in one of these roles at a moment, by the tree of a date.

    A unit the person leads themselves has nobody above them: its head's own goes one level up.
    """
    query = (
        select(GrantRow.unit_id, GrantRow.user_id)
        .join(UserRow, col(UserRow.id) == col(GrantRow.user_id))
        .where(
            col(GrantRow.role).in_(roles),
            col(GrantRow.starts_at) <= at,
            or_(col(GrantRow.ends_at).is_(None), col(GrantRow.ends_at) > at),
            or_(col(GrantRow.revoked_at).is_(None), col(GrantRow.revoked_at) > at),
            col(UserRow.disabled).is_(False),
            or_(col(UserRow.employee_id).is_(None), col(UserRow.employee_id) != employee_id),
        )
    )
    by_unit: dict[int | None, set[int]] = {}
    for unit, user in session.exec(query):
        by_unit.setdefault(unit, set()).add(user)
    path: list[int | None] = [*(StoredTree(session).path(unit_id, on) if unit_id is not None else ()), None]
    led = set(leading.units_led_by(session, employee_id, on))
    first = max((place + 1 for place, unit in enumerate(path) if unit in led), default=0)
    levels = [by_unit[unit] for unit in path[first:] if unit in by_unit]
    if not levels:
        return Superiors(frozenset(), frozenset())
    further = set().union(*levels[1:]) - levels[0]
    return Superiors(frozenset(levels[0]), frozenset(further))
