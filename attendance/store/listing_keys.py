"""Names of listed rows that last: the id of a violation, and cursors that say where a list goes on."""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from urllib.parse import quote, unquote

from attendance.engine.columns import TYPES
from attendance.errors import Invalid

MAX_ID = 2**31 - 1
UNVERIFIED = "unverified"
"""In place of a type of violation: minutes of a session that nothing was concluded of."""
_LONGEST = 600
_SHAPE = re.compile(r"([1-9][0-9]{0,9})-([0-9]{8})-([A-Za-z0-9._~-]+)-([a-z_]+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class ViolationKey:
    """What a violation is of. It survives revisions, which its row number does not."""

    employee_id: int
    on: date
    session: str
    type: str

    def __str__(self) -> str:
        return violation_id(self.employee_id, self.on, self.session, self.type)


def violation_id(employee_id: int, on: date, session: str, type: str) -> str:
    """`57-20261120-am-late`: only letters, digits and `-._~`, so that it needs no quoting in an address.

    Other signs of a session's name are written as `~` and two hexadecimal digits per UTF-8 byte.
    """
    return f"{employee_id}-{on:%Y%m%d}-{_quoted(session)}-{type}"


@lru_cache(maxsize=1024)
def _quoted(session: str) -> str:
    return quote(session, safe="").replace("~", "%7E").replace("%", "~")


def read_violation_id(text: str) -> ViolationKey | None:
    """The key behind an id; None: no violation can have this id."""
    key = read_question_id(text)
    return key if key is not None and key.type in TYPES else None


def read_question_id(text: str) -> ViolationKey | None:
    """The key behind the id of a violation, or of the unverified minutes of a session; None: nothing has this id."""
    found = _SHAPE.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None or found[4] not in (*TYPES, UNVERIFIED) or int(found[1]) > MAX_ID:
        return None
    try:
        key = ViolationKey(
            int(found[1]),
            date(int(found[2][:4]), int(found[2][4:6]), int(found[2][6:])),
            unquote(found[3].replace("~", "%"), errors="strict"),
            found[4],
        )
    except ValueError:
        return None
    return key if str(key) == text and key.session.isprintable() else None


def write_cursor(*values: str | int | date) -> str:
    """The place of a row in a list, opaque to whom it is given."""
    plain = [value.isoformat() if isinstance(value, date) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain, ensure_ascii=False).encode()).decode().rstrip("=")


def read_cursor(text: str, *kinds: type) -> tuple[Any, ...]:
    """The values of a cursor, each of its kind (str, int, date). Raises Invalid for one that was not given out."""
    try:
        padded = text + "=" * (-len(text) % 4)
        values = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if not isinstance(values, list) or len(values) != len(kinds):
            raise ValueError
        return tuple(_of_kind(value, kind) for value, kind in zip(values, kinds, strict=True))
    except (ValueError, TypeError, RecursionError, binascii.Error):
        raise Invalid("The cursor is not one this list has given; begin again without a cursor.") from None


def _of_kind(value: Any, kind: type) -> Any:
    if kind is date:
        return date.fromisoformat(value)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise TypeError
    if isinstance(value, int) and not -(2**53) <= value <= 2**53:
        raise ValueError
    if isinstance(value, str) and (len(value) > 256 or "\0" in value or not value.isprintable()):
        raise ValueError
    return value
