"""The month's sheet as a PDF: A3 or A4 lying, heads on every page, legend and three places to sign."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from attendance.services.timesheet.signs import SIGNS
from reports.official_sheet import MISSING, OFF, UNVERIFIED, WORDS, OfficialSheet
from reports.printing import as_text, own_template, pdf
from reports.timesheet import Say

_DRAWN = {"": " ", OFF: "o", MISSING: "m", UNVERIFIED: "q"}
_FILLED = ("month", "masked", "place", "counts")
SIGNERS = ("keeper", "section", "approver")
_TAGGED_PEOPLE = 100
"""With more, a PDF is not tagged for screen readers: its structure would be ten times what it shows."""


def as_pdf(
    sheet: OfficialSheet, say: Say, weekday: Callable[[date], str], moment: Callable[[datetime], str],
    number: Callable[[float], str], *, lang: str, at: datetime,
) -> bytes:  # fmt: skip
    """The file, as made at an instant: the same sheet and instant give the same bytes."""
    values = as_text(_values(sheet, say, weekday, moment, number, lang))
    tagged = len(sheet.rows) <= _TAGGED_PEOPLE
    return pdf(own_template("timesheet"), {"values": values}, at=at, tagged=tagged)


def _values(
    sheet: OfficialSheet, say: Say, weekday: Callable[[date], str], moment: Callable[[datetime], str],
    number: Callable[[float], str], lang: str,
) -> dict[str, Any]:  # fmt: skip
    head, form = sheet.head, sheet.form
    state = say("sheet.open_state")
    if head.locked_at is not None:
        state = say("sheet.locked_state", version=head.version, at=moment(head.locked_at))
    words = {name: say(f"form.{name}") for name in WORDS if name not in _FILLED}
    signed = sheet.signed
    return {
        "lang": lang,
        "paper": form.paper,
        "draft": sheet.draft,
        "title": f"{words['heading']} {head.month:%m/%Y} {head.unit_name}",
        "unit": head.unit_name,
        "section": "",
        "budget": form.budget_code,
        "number": form.number,
        "issued": form.issued_under,
        "month": say("form.month", month=f"{head.month.month}", year=f"{head.month.year}"),
        "no": str(head.version) if head.locked_at is not None else "……",
        "words": words,
        "days": [[str(on.day), weekday(on), off] for on, off in zip(sheet.dates, sheet.off, strict=True)],
        "columns": [say(f"form_column.{key}") for key in sheet.columns],
        "rows": [
            [row.name, list(row.days), "".join(_DRAWN[each] for each in row.drawn), _credits(sheet, row.credit, number)]
            for row in sheet.rows
        ],
        "sums": _credits(sheet, sheet.sums, number),
        "legend": [[shown, say(f"symbol.{sign}") if sign in SIGNS else sign] for shown, sign in sheet.legend],
        "note": say("form.masked") if sheet.masked else "",
        "place": say("form.place"),
        "signers": [
            [say(f"sign_part.{part}"), *((signed[part][0], moment(signed[part][1])) if part in signed else ("", ""))]
            for part in SIGNERS
        ],
        "foot": " · ".join(text for text in (head.unit, state, head.digest) if text),
    }


def _credits(sheet: OfficialSheet, values: tuple[float, ...], number: Callable[[float], str]) -> list[str]:
    return [""] * len(values) if sheet.masked else [number(value) for value in values]
