"""Papers as they may be told to a reader: reasons only to those who may know them."""

from __future__ import annotations

from typing import Any

from attendance.services import disclosure
from attendance.store.register_tables import PRIVATE
from attendance.store.within import Within

_NUMBERS = ("unit_id", "employee_id", "author_id")


def as_told(row: dict[str, Any], reasons: Within) -> dict[str, Any]:
    """A row of the register as it may be shown, without the numbers that say whose it is."""
    disclosed = row["kind"] not in PRIVATE or reasons.sees(row["unit_id"], row["employee_id"])
    shown = {name: value for name, value in row.items() if name not in _NUMBERS}
    return disclosure.paper(shown, row["kind"], disclosed=disclosed)
