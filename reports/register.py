"""What every register that leaves as a file keeps to: how long it may be, and cells that no spreadsheet calculates."""

from __future__ import annotations

from attendance.errors import Invalid

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


class TooManyRows(Invalid):
    """More rows than a workbook or a paper of ours holds."""

    code = "too_many_rows"


def inert(text: str | None) -> str:
    """The same text, with an apostrophe before it where a spreadsheet would calculate it."""
    text = text or ""
    return (
        f"'{text}" if text.lstrip(" \u00a0").startswith(_FORMULA_STARTS) or text.startswith(_FORMULA_STARTS) else text
    )
