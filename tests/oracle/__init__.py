"""A slow and obviously right judge, for property tests: a scenario document in, rows of days and months out.

It reads `rules.md` and `scenario.md` only and shares no line with the engine. Whole minutes are kept in sets, so what
is counted can be listed; nothing here is fast or clever. What rules.md does not decide raises Undecided.
"""

from datetime import date, datetime
from typing import Any

from .expected import NoVersionError
from .locked import Office
from .months import month_row, refused_locks
from .readings import READINGS
from .words import Doc, Undecided

__all__ = ["READINGS", "NoVersionError", "Office", "Undecided", "judge_day", "month_row", "refused_locks"]


def judge_day(document: Doc, employee: str, work_date: date, as_of: datetime | None = None) -> dict[str, Any]:
    """The day row that rules.md demands for the person and date, with what was known at as_of (None: everything)."""
    return Office(document).day(employee, work_date, as_of)
