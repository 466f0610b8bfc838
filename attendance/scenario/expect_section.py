"""The rows a case expects, read strictly: a field nobody knows, or of the wrong type, would never be compared."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from attendance.scenario.moments import local, month_start
from attendance.scenario.reading import Node

ABOUT = {"employee", "date", "month", "as_of", "unit", "note", "id", "title", "source"}
DAY_MINUTES = {"scheduled_min", "worked_min", "credited_min", "leave_min", "unverified_min"}
DAY = DAY_MINUTES | {"day_kind", "violations", "flags", "symbols", "duty", "overtime", "findings", "roster_errors"}
MONTH_COUNTS = {
    "workdays", "late_count", "late_min", "occurrences", "counted_occurrences", "counted_min", "missing_count",
    "version",
}  # fmt: skip
MONTH = MONTH_COUNTS | {"proposed_grade", "overtime_min", "lockable", "blockers"}
LISTS: dict[str, set[str]] = {
    "violations": {"type", "session", "minutes", "excused_min", "counted_min", "status"},
    "duty": {"from", "to", "minutes", "night_min", "attributed_to"},
    "overtime": {"from", "to", "minutes", "night_min", "kind"},
    "findings": {"at", "result", "minutes"},
    "roster_errors": {"date", "code"},
    "blockers": {"employee", "date", "session"},
}
NUMBERS = {"minutes", "excused_min", "counted_min", "night_min"}
MOMENTS = {"from", "to", "at"}


def read_rows(node: Node, people: tuple[str, ...], units: tuple[str, ...], zone: str) -> tuple[dict[str, Any], ...]:
    """Rows to compare, with `date`, `month` (its first day) and `as_of` read; the rest stays as written."""
    rows = []
    for entry in node.each():
        if not entry.keys(ABOUT | DAY | MONTH):
            continue
        row = dict(entry.value)
        _read_subject(entry, row, people, units, zone)
        for name in DAY_MINUTES | MONTH_COUNTS:
            entry.child(name).integer(None)
        for name in ("day_kind", "proposed_grade"):
            entry.child(name).optional_text()
        entry.child("lockable").boolean(False)
        for flag in entry.child("flags").each():
            flag.text()
        for sign in dict(entry.child("symbols").items()).values():
            sign.text()
        for minutes in dict(entry.child("overtime_min").items()).values():
            minutes.integer(None)
        for name, keys in LISTS.items():
            for item in entry.child(name).each():
                _read_item(item, keys)
        rows.append(row)
    return tuple(rows)


def _read_subject(entry: Node, row: dict[str, Any], people: tuple[str, ...], units: tuple[str, ...], zone: str) -> None:
    """Whom and when a row is about."""
    for name, codes in (("employee", people), ("unit", units)):
        code = entry.child(name).optional_text()
        if code is not None and code not in codes:
            entry.child(name).refuse("unknown_reference", f"there is no {name} {code!r} in this case")
    if "date" in entry:
        row["date"] = entry.child("date").day()
    if "month" in entry:
        row["month"] = month_start(entry.child("month"))
    if "as_of" in entry:
        row["as_of"] = local(entry.child("as_of"), zone)
    about_a_day = isinstance(row.get("date") or row.get("month"), date)
    if not {"date", "month", "roster_errors"} & {name for name in row if name in entry}:
        entry.refuse("wrong_type", "a row needs a date or a month")
    if about_a_day and row.get("employee") is None and len(people) != 1:
        entry.child("employee").refuse("ambiguous_default", "several people are possible; name one")


def _read_item(item: Node, keys: set[str]) -> None:
    if not item.keys(keys):
        return
    for name in keys:
        value = item.child(name)
        if name in NUMBERS:
            value.integer(None)
        elif name in MOMENTS:
            value.moment()
        elif not isinstance(value.value, date | datetime):
            value.optional_text()
