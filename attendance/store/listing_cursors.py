"""Cursors: where a list goes on, whatever was added or revised meanwhile."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import date
from typing import Any

from attendance.errors import Invalid


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
