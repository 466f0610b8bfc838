"""Who sees what a citizen said: whoever may in their part of the tree, but of no unit that they head themselves."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from attendance.store import leading
from attendance.store.database import Session
from attendance.store.grants import Grant
from attendance.store.tree import StoredTree
from attendance.store.within import Within


def seen_by(session: Session, within: Within, employee_id: int | None, grants: Iterable[Grant], on: date) -> Within:
    """`within` without the units of which the person behind the account is head on a date, or the account acts as head.

    A unit below such a one stays: what is said of it goes past its own head to whoever stands above.
    """
    led = {grant.unit_id for grant in grants if grant.role == "head" and grant.unit_id is not None}
    if employee_id is not None:
        led |= set(leading.units_led_by(session, employee_id, on))
    if not led:
        return within
    return within.narrowed(frozenset(StoredTree(session).codes) - led)
