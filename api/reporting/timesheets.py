"""The month's sheet in the catalogue; a version that was kept is asked for at its own address."""

from __future__ import annotations

from pathlib import Path

from api.month_exports import file_of
from api.pages.names import name_key
from api.reporting.entry import Asked, Entry, Format, Made
from attendance.errors import Invalid, NotFound
from attendance.services.timesheet.showing import shown_month
from attendance.store import office, people
from attendance.store.database import Session
from attendance.store.tables import UnitRow
from reports.months import SheetPage, sheet_page
from reports.register_table import Column, Register, Value
from reports.timesheet import cell_text, figure


def sheet_of(session: Session, asked: Asked) -> SheetPage:
    """The month of a unit as its page shows it to the reader. Raises Invalid, NotFound."""
    if asked.unit is None or asked.from_on is None:
        raise Invalid("The month's sheet is that of a unit and a month; name both.")
    place = office.find(session, UnitRow, asked.unit)
    if place is None or not asked.within.sees(office.key(place)):
        raise NotFound("unit", asked.unit)
    reasons = asked.elsewhere("reasons.read").sees(office.key(place))
    shown = shown_month(session, place, asked.from_on.replace(day=1), asked.today, reasons=reasons)
    return sheet_page(session, asked.zone, shown, asked.today, live=True, masked=not reasons, key=name_key)


def _write(session: Session, asked: Asked, format: Format, path: Path) -> Made:
    page = sheet_of(session, asked)
    path.write_bytes(file_of(page, format, asked.lang))
    named = people.numbers(session, (line.employee for line in page.table.lines))
    return Made(len(page.table.lines), frozenset(named), page.head.locked_at is not None)


def _preview(session: Session, asked: Asked) -> Register:
    """The sheet as it is printed: a column for each day, signs in the cells, then the totals."""
    page = sheet_of(session, asked)
    table = page.table
    days = tuple(Column(str(on.day), width=4) for on in table.sheet.dates)
    totals = tuple(Column(name, width=8) for name in table.columns)
    rows: list[tuple[Value, ...]] = []
    for line, sums in zip(table.lines, table.totals, strict=True):
        told = [cell_text(table.sheet.cells[place], page.printed) if place >= 0 else "" for place in line.days]
        rows.append((line.employee, line.name, *told, *(figure(total) for total in sums)))
    named = people.numbers(session, (line.employee for line in table.lines))
    return Register("timesheet", (Column("employee"), Column("name", width=30), *days, *totals), rows, set(named))


ENTRIES = (
    Entry(
        key="timesheet",
        permission="months.read",
        needs=("unit", "month"),
        formats=("xlsx", "pdf", "csv", "json"),
        write=_write,
        preview=_preview,
        must=frozenset({"unit", "month"}),
    ),
)
