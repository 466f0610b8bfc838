"""The month's sheet of overtime as a paper of the catalogue."""

from __future__ import annotations

from pathlib import Path

import orjson

from api.pages.i18n import Translator
from api.pages.month_rows import weekday
from api.reporting.entry import Asked, Entry, Format, Made
from attendance import clock
from attendance.errors import Invalid, NotFound
from attendance.services.timesheet import forms
from attendance.services.timesheet.overtime import OvertimeSheet, overtime_sheet
from attendance.store import office
from attendance.store.database import Session
from attendance.store.tables import UnitRow
from attendance.store.tree import StoredTree
from reports.overtime_files import as_pdf, write_csv, write_xlsx
from reports.overtime_sheet import OfficialOvertime, as_data, official_overtime
from reports.register_table import Register
from reports.registers.overtime import overtime


def write_overtime(session: Session, asked: Asked, format: Format, path: Path) -> Made:
    """The sheet of a unit and month in its form; CSV and JSON are for programs, with minutes. Raises Invalid, NotFound.

    Only units whose months the reader sees.
    """
    sheet, official = _sheet(session, asked)
    t = Translator(asked.lang)
    if format == "xlsx":
        write_xlsx(official, sheet, path, (t, lambda on: weekday(on, t), t.moment))
    elif format == "pdf":
        at = clock.to_instant(official.locked_at, asked.zone) if official.locked_at else asked.at
        path.write_bytes(as_pdf(official, t, lambda on: weekday(on, t), t.moment, lang=asked.lang, at=at))
    elif format == "csv":
        write_csv(sheet, path)
    elif format == "json":
        path.write_bytes(orjson.dumps(as_data(sheet, official)))
    else:
        raise Invalid(f"{format[:10]!r} is not a format of this sheet; write xlsx, pdf, csv or json.")
    return Made(len(sheet.people), frozenset(person.number for person in sheet.people), not official.draft)


def overtime_register(session: Session, asked: Asked) -> Register:
    """The stretches of the sheet, as its preview shows them."""
    return overtime(*_sheet(session, asked))


def _sheet(session: Session, asked: Asked) -> tuple[OvertimeSheet, OfficialOvertime]:
    if asked.unit is None or asked.from_on is None:
        raise Invalid("The sheet of overtime is of one unit and month; name both.")
    unit = office.get(session, UnitRow, asked.unit)
    if not asked.within.sees(office.key(unit)):
        raise NotFound("unit", asked.unit)
    month = asked.from_on.replace(day=1)
    last = clock.month_end(month)
    name = StoredTree(session).name(unit.code, last)
    sheet = overtime_sheet(session, asked.zone, unit, name, month, asked.at)
    locked = sheet.state.locked_at
    wall = clock.to_wall(locked, asked.zone) if locked is not None else None
    return sheet, official_overtime(sheet, forms.form_of(session, unit, last), wall)


OVERTIME = Entry(
    "overtime", "months.read", ("unit", "month"), ("xlsx", "pdf", "csv", "json"), write_overtime, overtime_register,
    must=frozenset({"unit", "month"}),
)  # fmt: skip
ENTRIES: tuple[Entry, ...] = (OVERTIME,)
