"""What a reader is told of an explanation: that there is one, and its reasons where they may know them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attendance.services import disclosure
from attendance.store.within import Within

_INSIDE = ("unit_id", "employee_id", "author_id")


def as_told(row: Mapping[str, Any], reasons: Within) -> dict[str, Any]:
    """A row of `listing_explanations` as its reader may know it; takes away the numbers that say whose it is."""
    told = {name: value for name, value in row.items() if name not in _INSIDE}
    if reasons.sees(row["unit_id"], row["employee_id"]):
        return told
    masked = disclosure.paper(told, "explanation", disclosed=False)
    return masked | {"attachments": []} if "attachments" in masked else masked
