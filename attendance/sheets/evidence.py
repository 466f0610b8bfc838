"""What the cells of a column show about its dates: their order, an Excel that exchanged some, whether years stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from attendance.sheets import dates
from attendance.sheets.book import Cell
from attendance.sheets.problems import Problem

Place = tuple[int, str, str]


@dataclass(slots=True)
class Shown:
    """Counts over the cells of one or several columns. Examples are (row, column letter, text)."""

    dmy: int = 0
    mdy: int = 0
    open: list[Place] = field(default_factory=list)
    without_year: list[Place] = field(default_factory=list)
    text_over_12: int = 0
    text_up_to_12: int = 0
    stored_up_to_12: list[Place] = field(default_factory=list)
    stored_over_12: int = 0

    @property
    def order(self) -> str:
        """The order that is proved and never contradicted, `mixed` where both are, else nothing."""
        if self.dmy and self.mdy:
            return "mixed"
        return "dmy" if self.dmy else "mdy" if self.mdy else ""

    @property
    def exchanged(self) -> bool:
        """Texts that only exist as day/month beside real dates that all exist both ways: what an English Excel leaves
        of a column typed day first, where it made dates of all it could and exchanged day and month of those."""
        return bool(self.text_over_12 and not self.text_up_to_12 and self.stored_up_to_12 and not self.stored_over_12)


def shown(cells: Iterable[tuple[int, str, Cell]], year: int | None, month: int | None) -> Shown:
    """The evidence of the cells of date columns, with the year and month of the titles."""
    found = Shown()
    for row, column, value in cells:
        if isinstance(value, date):
            _stored(found, row, column, value)
        elif isinstance(value, str):
            try:
                written = dates.written(value)
            except Problem:
                continue
            _text(found, written, (row, column, value), year, month)
    return found


def together(columns: Iterable[Shown]) -> Shown:
    """What the columns of one sheet show about real dates: one person typed them, into one Excel."""
    found = Shown()
    for one in columns:
        found.text_over_12 += one.text_over_12
        found.text_up_to_12 += one.text_up_to_12
        found.stored_over_12 += one.stored_over_12
        found.stored_up_to_12 += one.stored_up_to_12
    return found


def _stored(found: Shown, row: int, column: str, value: date) -> None:
    if value.day > 12:
        found.stored_over_12 += 1
    elif value.day != value.month:
        found.stored_up_to_12.append((row, column, f"{value:%d/%m/%Y}"))


def _text(found: Shown, written: dates.Written, place: Place, year: int | None, month: int | None) -> None:
    if written.year is None:
        found.without_year.append(place)
    if written.certain:
        return
    if written.shows == "dmy":
        found.dmy += 1
        found.text_over_12 += 1
    elif written.shows == "mdy":
        found.mdy += 1
    elif written.open:
        by_weekday = _by_weekday(written, year)
        if by_weekday == "dmy":
            found.dmy += 1
        elif by_weekday == "mdy":
            found.mdy += 1
        else:
            found.open.append(place)
        found.text_up_to_12 += 1


def _by_weekday(written: dates.Written, year: int | None) -> str:
    try:
        on = dates.resolve(written, dates.Sense(year=year), "")
    except Problem:
        return ""
    return "dmy" if on.day == written.first else "mdy"
