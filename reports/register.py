"""The register of violations as a frame, and as files in which no cell can become a formula."""

from __future__ import annotations

from datetime import date

import pandas as pd

from attendance.store import rulings, tree
from attendance.store.database import Session

COLUMNS = {
    "date": "work date (ISO)",
    "employee": "code of the person, text",
    "name": "name of the person",
    "unit": "code of the unit of the assignment valid that day",
    "session": "am, pm, or the schedule's own name",
    "type": "late, early, absent, missing_in, missing_out, left_post",
    "minutes": "whole minutes; empty for a missing punch",
    "excused_min": "whole minutes an approved explanation excuses",
    "counted_min": "whole minutes that count",
    "status": "counted, pending, excused, partly_excused",
    "document": "what the hours were issued under",
}
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def violations_register(session: Session, from_on: date, to_on: date, *, unit: str | None = None) -> pd.DataFrame:
    """Violations of the newest rulings, by date and person; columns as documented in COLUMNS.

    `unit`: those of it and of all below it on the date of each.
    """
    part = None if unit is None else tree.spread_of(session, unit, from_on, to_on)
    rows = rulings.register(session, from_on, to_on, part)
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    frame["minutes"] = frame["minutes"].astype("Int64")
    return frame


def write_csv(frame: pd.DataFrame) -> str:
    """CSV whose text cells begin with no sign that a spreadsheet would read as a formula."""
    safe = frame.copy()
    for name in ("employee", "name", "unit", "session", "document"):
        safe[name] = safe[name].map(inert)
    return safe.to_csv(index=False)


def write_json(frame: pd.DataFrame) -> str:
    return str(frame.to_json(orient="records", force_ascii=False, date_format="iso")) + "\n"


def inert(text: str) -> str:
    """The same text, with an apostrophe before it where a spreadsheet would calculate it."""
    return (
        f"'{text}" if text.lstrip(" \u00a0").startswith(_FORMULA_STARTS) or text.startswith(_FORMULA_STARTS) else text
    )
