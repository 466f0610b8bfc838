"""The month's sheet as the office's form has it: what stands in each cell, before it becomes a workbook or a PDF."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from attendance.engine.timesheet import NO_DAY, NOT_JUDGED, Cell, Timesheet
from attendance.rules.calendar import WORKING_KINDS
from attendance.services.disclosure import LEAVE_SIGN
from attendance.services.timesheet.forms import Form
from reports.counted import JUDGE_AGAIN, SumsDiffer, check_sums
from reports.timesheet import NOTHING_YET, Head, Table, cell_text, hundredths, is_day_off, used_signs

OFF, MISSING, UNVERIFIED = "off", "missing", "unverified"
"""What a cell of a day is drawn as beside a plain one."""
_MARKED = {"missing": MISSING, "unverified": UNVERIFIED}

_FORM = "Two columns of its form have the same sign; say which form it is printed by (attendance months form)."


WORDS = (
    *("unit", "section", "budget", "number", "no", "row", "name", "days", "credit", "sum", "legend", "sign_here"),
    *("page", "draft", "draft_line", "heading", "month", "place", "masked", "counts"),
)
"""Keys of the words a form bears, of the group `form`."""


@dataclass(frozen=True, slots=True)
class OfficialRow:
    """A person: `days` as printed, `drawn` per day (empty: plain), `credit` per column of "quy ra công"."""

    code: str
    name: str
    days: tuple[str, ...]
    drawn: tuple[str, ...]
    credit: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class OfficialSheet:
    """`sums` are those of the columns of `rows`. `draft`: it is not locked, or a day of it is not known: no paper to
    file. `masked`: kinds of leave are not told to its reader, so no credit can be."""

    head: Head
    form: Form
    dates: tuple[date, ...]
    off: tuple[bool, ...]
    rows: tuple[OfficialRow, ...]
    sums: tuple[float, ...]
    legend: tuple[tuple[str, str], ...]
    draft: bool
    masked: bool

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(key for key, _ in self.form.columns)

    @property
    def signed(self) -> Mapping[str, tuple[str, datetime]]:
        return {part: (name, at) for part, name, at in self.head.signatures}


def official(table: Table, head: Head, form: Form) -> OfficialSheet:
    """The sheet by a form, people in the order of the table. Raises SumsDiffer where sums do not hold."""
    sheet = table.sheet
    used = {sign for cell in sheet.cells for _, sign in cell.symbols}
    masked = LEAVE_SIGN in used
    text = {place: cell_text(cell, form.printed) for place, cell in enumerate(sheet.cells)}
    text |= {NO_DAY: "", NOT_JUDGED: NOTHING_YET}
    drawn = {place: _drawn(cell) for place, cell in enumerate(sheet.cells)}
    by_cell = [form.credit(cell.shares()) for cell in sheet.cells]
    rows = tuple(
        OfficialRow(
            line.employee,
            line.name,
            tuple(text[place] for place in line.days),
            tuple(drawn.get(place, "") for place in line.days),
            _credit(by_cell, line.days, len(form.columns)),
        )
        for line in table.lines
    )
    sums = tuple(hundredths(sum(row.credit[at] for row in rows)) for at in range(len(form.columns)))
    _check(sheet, form, rows, sums)
    unknown = "?" in used or any(place == NOT_JUDGED for line in table.lines for place in line.days)
    return OfficialSheet(
        head=head,
        form=form,
        dates=sheet.dates,
        off=tuple(is_day_off(kind) for kind in sheet.kinds),
        rows=rows,
        sums=sums,
        legend=tuple((form.printed.get(sign, sign), sign) for sign in used_signs(sheet)),
        draft=head.locked_at is None or unknown,
        masked=masked,
    )


def _drawn(cell: Cell) -> str:
    marked = next((_MARKED[mark] for mark in cell.marks if mark in _MARKED), "")
    return marked or (OFF if is_day_off(cell.kind) else "")


def _credit(by_cell: Sequence[tuple[float, ...]], days: tuple[int, ...], columns: int) -> tuple[float, ...]:
    times = Counter(place for place in days if place >= 0)
    return tuple(hundredths(sum(by_cell[place][at] * many for place, many in times.items())) for at in range(columns))


def _check(sheet: Timesheet, form: Form, rows: Sequence[OfficialRow], sums: Sequence[float]) -> None:
    """Counted once by person and once by day, the columns must agree, no day may earn more than one, and everybody's
    working days are those of their line."""
    by_cell = [form.credit(cell.shares()) for cell in sheet.cells]
    by_day = [0.0] * len(sums)
    for column in zip(*(line.days for line in sheet.lines), strict=True):
        for place, many in Counter(column).items():
            if place >= 0:
                if sum(by_cell[place]) > 1.005:
                    raise SumsDiffer(f"This sheet is not made: a day of {sheet.unit} earns more than one day. {_FORM}")
                for at, each in enumerate(by_cell[place]):
                    by_day[at] += each * many
    # each person is rounded to hundredths once, and sessions of a day may be thirds
    if any(abs(one - other) > 0.01 * max(1, len(rows)) for one, other in zip(by_day, sums, strict=True)):
        raise SumsDiffer(
            f"This sheet is not made: that of {sheet.unit} sums to {sums} by person and to {by_day} by day. "
            f"{JUDGE_AGAIN}"
        )
    working = [cell.kind in WORKING_KINDS for cell in sheet.cells]
    for line in sheet.lines:
        days = sum(working[place] for place in line.days if place >= 0)
        check_sums(line.sums.workdays, days, f"working days of {line.employee} in {sheet.unit}")
