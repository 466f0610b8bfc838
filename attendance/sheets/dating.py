"""How the dates of each column of a sheet are read, and what has to be asked because the file does not show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from attendance.sheets import dates, evidence
from attendance.sheets.book import Sheet, letter
from attendance.sheets.dates import Sense
from attendance.sheets.evidence import Place, Shown
from attendance.sheets.problems import Problem
from attendance.sheets.recognised import Question
from attendance.sheets.rows import Dates
from attendance.sheets.saying import Sentence


@dataclass(slots=True)
class Dating:
    """The sense of each date column (0-based), the questions that stay open, and where a year was filled in."""

    senses: dict[int, Sense] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    year: int | None = None
    filled: tuple[int, ...] = ()


def dating(
    sheet: Sheet,
    columns: Mapping[int, str],
    first: int,
    period: tuple[int | None, int | None],
    epoch_1904: bool,
    answer: Dates,
) -> Dating:
    """`columns`: date columns with their headers; `first`: first row of data; `period`: year, month of the titles."""
    year, month = answer.year or period[0], period[1] if answer.year in (None, period[0]) else None
    found = Dating()
    by_column = {
        at: evidence.shown(
            (
                (row + 1, letter(at), cells[at])
                for row, cells in enumerate(sheet.grid[first:], first)
                if at < len(cells)
            ),
            year,
            month,
        )
        for at in columns
    }
    shown_orders = {shown.order for shown in by_column.values()} - {""}
    of_sheet = shown_orders.pop() if len(shown_orders) == 1 else ""
    together = evidence.together(by_column.values())
    open_places: list[Place] = []
    without_year: list[Place] = []
    for at, shown in by_column.items():
        order = shown.order or (of_sheet if of_sheet != "mixed" else "") or _by_month(shown, month)
        if order in ("", "mixed"):
            order = answer.order or ""
            if not order:
                open_places += shown.open
        stored = "as_stored"
        if shown.exchanged or (together.exchanged and shown.stored_up_to_12):
            stored = answer.stored or "ask"
            if stored == "ask":
                found.questions.append(_swapped(columns[at], shown))
        without_year += shown.without_year
        found.senses[at] = Sense(order, year, month, epoch_1904, stored)
    if open_places:
        row, column, text = open_places[0]
        found.questions.append(
            Question(
                "date_order",
                Sentence(
                    "sheets.question.date_order", {"value": text, "cell": f"{column}{row}", "count": len(open_places)}
                ),
                ("dmy", "mdy"),
                "dmy",
                tuple(open_places[:3]),
            )
        )
    if year is not None:
        found.year, found.filled = year, tuple(sorted({row for row, _, _ in without_year}))
    elif without_year:
        row, column, text = without_year[0]
        found.questions.append(
            Question(
                "year",
                Sentence("sheets.question.year", {"value": text, "cell": f"{column}{row}", "count": len(without_year)}),
                cells=tuple(without_year[:3]),
            )
        )
    return found


def _by_month(shown: Shown, month: int | None) -> str:
    """The order under which every open date lies in the month that the titles speak of, where one alone does so."""
    if month is None or not shown.open:
        return ""
    pairs = []
    for _, _, text in shown.open:
        try:
            written = dates.written(text)
        except Problem:
            return ""
        pairs.append((written.first, written.second))
    day_first = all(second == month for _, second in pairs)
    month_first = all(first == month for first, _ in pairs)
    return "dmy" if day_first and not month_first else "mdy" if month_first and not day_first else ""


def _swapped(header: str, shown: Shown) -> Question:
    row, column, text = shown.stored_up_to_12[0]
    return Question(
        "swapped_dates",
        Sentence(
            "sheets.question.swapped_dates",
            {"value": text, "cell": f"{column}{row}", "header": header, "count": len(shown.stored_up_to_12)},
        ),
        ("swapped", "as_stored"),
        "swapped",
        tuple(shown.stored_up_to_12[:3]),
    )
