"""The public name of a violation: it survives revisions, because it says whose, when, where in the day and what.

`57-20261120-am-late`: the person's number in the database, the date, the session, the kind. A session name that holds
other signs than letters, digits and underscores is percent-encoded.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple
from urllib.parse import quote, unquote

MAX_LENGTH = 256


class ViolationName(NamedTuple):
    employee_id: int
    on: date
    session: str
    type: str


def violation_id(employee_id: int, on: date, session: str, kind: str) -> str:
    return f"{employee_id}-{on:%Y%m%d}-{quote(session, safe='').replace('-', '%2D')}-{kind}"


def parse_violation_id(text: str) -> ViolationName | None:
    """The parts of a name, None where it is none."""
    parts = text.split("-") if len(text) <= MAX_LENGTH else []
    if len(parts) != 4 or not (parts[0].isascii() and parts[0].isdigit() and len(parts[0]) <= 10):
        return None
    if not (parts[1].isascii() and parts[1].isdigit() and len(parts[1]) == 8) or int(parts[0]) >= 2**31:
        return None
    try:
        on = datetime.strptime(parts[1], "%Y%m%d").date()  # noqa: DTZ007 - a date has no zone
    except ValueError:
        return None
    return ViolationName(int(parts[0]), on, unquote(parts[2]), parts[3])
