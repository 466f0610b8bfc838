"""*Bảng chấm công làm thêm giờ* as columns and rows: every stretch with the order behind it, for its preview."""

from __future__ import annotations

from attendance import clock
from attendance.services.timesheet.overtime import OvertimeSheet
from reports.overtime_files import stretches
from reports.overtime_sheet import OfficialOvertime
from reports.register_table import Column, Figure, Register

COLUMNS = (
    Column("employee", "text", 11),
    Column("name", "text", 26),
    Column("date", "date", 12),
    Column("overtime_kind", "code", 10, "overtime_column"),
    Column("overtime_from", "text", 8),
    Column("overtime_to", "text", 8),
    Column("overtime_minutes", "integer", 9),
    Column("overtime_night", "integer", 9),
    Column("overtime_known", "yes", 9),
    Column("overtime_orders", "text", 36),
)


def overtime(sheet: OvertimeSheet, official: OfficialOvertime) -> Register:
    """The stretches of a sheet; a day that is not known yet has a row without minutes."""
    rows = [
        (who, name, on, kind, f"{starts:%H:%M}" if starts else "", f"{ends:%H:%M}" if ends else "", *rest)
        for who, name, on, kind, starts, ends, *rest in stretches(sheet)
    ]
    working, weekend, holiday, night = official.sums
    return Register(
        key="overtime",
        columns=COLUMNS,
        rows=rows,
        people={person.number for person in sheet.people},
        figures=(
            Figure("overtime_working", working),
            Figure("overtime_weekend", weekend),
            Figure("overtime_holiday", holiday),
            Figure("overtime_night", night),
            Figure("overtime_unknown", sheet.unknown),
        ),
        notes=("overtime_draft",) if official.draft else (),
        span=(sheet.month, clock.month_end(sheet.month)),
    )
