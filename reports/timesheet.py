"""*Bảng chấm công tháng*: what its page, its print and its exports show alike, and the exports themselves."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import floor
from typing import Any

import orjson

from attendance.engine.timesheet import NO_DAY, NOT_JUDGED, Cell, Line, Timesheet
from attendance.rules.calendar import WORKING_KINDS
from attendance.services.timesheet.signs import DAYS_OFF, LEAVE, SIGNS, WORK
from reports.safe_cells import inert

FORMATS = ("xlsx", "pdf", "csv", "json")
NOTHING_YET = "…"
"""In a date of which nothing is concluded yet."""
COUNTS = ("workdays", "late_count", "late_min", "occurrences", "counted_occurrences", "missing_count")
"""Totals beside those by sign, in their order; the first stands before them."""
Say = Callable[..., str]
Sort = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet laid out: `lines` in the order they are shown, `signs` with a column each, `totals` of each line by
    column, `bottom` the sums of the columns, `present` how many people worked on each date."""

    sheet: Timesheet
    lines: tuple[Line, ...]
    signs: tuple[str, ...]
    totals: tuple[tuple[float, ...], ...]
    bottom: tuple[float, ...]
    present: tuple[int, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns of totals: `workdays`, the signs, the other counts."""
        return (COUNTS[0], *self.signs, *COUNTS[1:])


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above an exported sheet. `digest`: of the locked version it is of; empty: it is not locked."""

    unit: str
    unit_name: str
    month: date
    version: int
    locked_at: datetime | None
    digest: str
    signatures: tuple[tuple[str, str, datetime], ...] = ()


def lay_out(sheet: Timesheet, key: Sort) -> Table:
    """The sheet with lines in the order of `key` (of the name) and its totals."""
    lines = tuple(sorted(sheet.lines, key=lambda line: (key(line.name), line.employee)))
    by_cell = [cell.shares() for cell in sheet.cells]
    shares = [_shares(by_cell, line) for line in lines]
    used = {sign for each in by_cell for sign in each}
    own = tuple(sorted(used - set(SIGNS)))
    kept = [sign for sign in (*WORK, *LEAVE, *own, "KP", "?") if sign in used or sign in ("+", "?")]
    signs = tuple(sign for sign in kept if sign not in DAYS_OFF)
    totals = tuple(_totals(line, found, signs) for line, found in zip(lines, shares, strict=True))
    bottom = tuple(hundredths(sum(column)) for column in zip(*totals, strict=True)) if totals else ()
    return Table(sheet, lines, signs, totals, bottom, _present(sheet, by_cell, lines))


def _shares(by_cell: Sequence[Mapping[str, float]], line: Line) -> dict[str, float]:
    found: dict[str, float] = {}
    for place, times in Counter(line.days).items():
        if place >= 0:
            for sign, share in by_cell[place].items():
                found[sign] = found.get(sign, 0) + share * times
    return found


def _totals(line: Line, shares: Mapping[str, float], signs: Sequence[str]) -> tuple[float, ...]:
    sums = line.sums
    counts = (sums.late_count, sums.late_min, sums.occurrences, sums.counted_occurrences, sums.missing_count)
    return (sums.workdays, *(hundredths(shares.get(sign, 0)) for sign in signs), *counts)


def _present(sheet: Timesheet, by_cell: Sequence[Mapping[str, float]], lines: Sequence[Line]) -> tuple[int, ...]:
    at_work = [any(sign in each for sign in WORK) for each in by_cell]
    columns = zip(*(line.days for line in lines), strict=True) if lines else [()] * len(sheet.dates)
    return tuple(
        sum(times for place, times in Counter(column).items() if place >= 0 and at_work[place]) for column in columns
    )


def cell_text(cell: Cell, printed: Mapping[str, str] | None = None) -> str:
    """The signs of a day: one where its sessions are alike, else each with a slash between."""
    signs = [(printed or {}).get(sign, sign) for _, sign in cell.symbols]
    return signs[0] if signs and len(set(signs)) == 1 else "/".join(signs)


def texts(sheet: Timesheet, printed: Mapping[str, str] | None = None) -> dict[int, str]:
    """The text of every place a line may hold."""
    found = {place: cell_text(cell, printed) for place, cell in enumerate(sheet.cells)}
    return found | {NO_DAY: "", NOT_JUDGED: NOTHING_YET}


def used_signs(sheet: Timesheet) -> list[str]:
    """The signs that stand in a sheet, in the order of the legend."""
    found = {sign for cell in sheet.cells for _, sign in cell.symbols if sign}
    return [*(sign for sign in SIGNS if sign in found), *sorted(found - set(SIGNS))]


def is_day_off(kind: str) -> bool:
    return kind not in WORKING_KINDS


def hundredths(value: float) -> float:
    """A sum of parts of days to hundredths, half-up: an eighth is 0.13; what binary fractions leave over counts not."""
    return floor(value * 100 + 0.5 + 1e-6) / 100


def figure(value: float) -> str:
    """A total as a sheet bears it in any language's digits: whole, or with its halves."""
    return str(int(value)) if value == int(value) else f"{value:.2f}".rstrip("0")


# exports -------------------------------------------------------------------------------------------------------------


def as_json(table: Table, head: Head) -> bytes:
    """The sheet as data, signs as on the screen."""
    text = texts(table.sheet)
    content = {
        "unit": head.unit,
        "name": head.unit_name,
        "month": f"{head.month:%Y-%m}",
        "version": head.version,
        "state": "locked" if head.locked_at else "open",
        "digest": head.digest or None,
        "signatures": [{"as": part, "name": name, "at": at.isoformat()} for part, name, at in head.signatures],
        "days": [{"date": on, "kind": kind} for on, kind in zip(table.sheet.dates, table.sheet.kinds, strict=True)],
        "totals": table.columns,
        "people": [
            {
                "employee": line.employee,
                "name": line.name,
                "days": [text[place] for place in line.days],
                "totals": dict(zip(table.columns, totals, strict=True)),
            }
            for line, totals in zip(table.lines, table.totals, strict=True)
        ],
        "bottom": dict(zip(table.columns, table.bottom, strict=True)) if table.bottom else {},
    }
    return orjson.dumps(content)


def as_csv(table: Table, say: Say) -> str:
    """The sheet as CSV in which no cell can become a formula, signs as on the screen."""
    file, text = io.StringIO(), texts(table.sheet)
    writer = csv.writer(file, lineterminator="\r\n")
    titles = map(inert, _titles(table, say, {}))  # an office names signs of its own
    writer.writerow([say("sheet.code"), say("sheet.name"), *_days(table), *titles])
    for line, totals in zip(table.lines, table.totals, strict=True):
        days = [inert(text[place]) for place in line.days]
        writer.writerow([inert(line.employee), inert(line.name), *days, *map(figure, totals)])
    if table.bottom:
        writer.writerow(["", say("sheet.bottom"), *map(str, table.present), *map(figure, table.bottom)])
    return file.getvalue()


def _days(table: Table) -> Iterable[str]:
    return (on.isoformat() for on in table.sheet.dates)


def _titles(table: Table, say: Say, printed: Mapping[str, str]) -> list[str]:
    return [printed.get(name, name) if name in table.signs else say(f"sheet_total.{name}") for name in table.columns]
