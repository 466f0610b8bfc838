"""The month's overtime as its form has it (01b-LĐTL, C01b-HD): what stands in each cell, before it becomes a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from attendance.services.timesheet.forms import Form
from attendance.services.timesheet.overtime import KINDS, NIGHT, OvertimeDay, OvertimeSheet
from reports.counted import JUDGE_AGAIN, SumsDiffer
from reports.official_sheet import OFF, UNVERIFIED
from reports.timesheet import is_day_off

SIGNERS = ("section", "keeper", "approver")
"""Whose section worked longer confirms it, then who kept the sheet, then who approves."""
COLUMNS = (*KINDS, NIGHT)
"""Columns 32 to 35: working days, Saturday and Sunday, holidays; of all of these, at night."""
WORDS = ("heading", "sums", "sum", "legend", "draft_line", "note")
"""Keys of the words this form bears, of the group `overtime`, beside those of `form`."""


@dataclass(frozen=True, slots=True)
class OvertimeRow:
    """A person: per date the short lines of its cell (empty: none), how each is drawn, whole minutes by COLUMNS."""

    code: str
    name: str
    days: tuple[tuple[str, ...], ...]
    drawn: tuple[str, ...]
    minutes: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class OfficialOvertime:
    """`sums` are those of `rows`. `unknown`: how many person-days are marked `?`; `locked_at` in wall time."""

    unit: str
    unit_name: str
    month: date
    form: Form
    dates: tuple[date, ...]
    off: tuple[bool, ...]
    rows: tuple[OvertimeRow, ...]
    sums: tuple[int, int, int, int]
    unknown: int
    version: int
    locked_at: datetime | None
    draft: bool


def official_overtime(sheet: OvertimeSheet, form: Form, locked_at: datetime | None) -> OfficialOvertime:
    """The sheet by a unit's form. Raises SumsDiffer where counting by person, by day and by kind is not the same."""
    dates = tuple(sheet.month.replace(day=at) for at in range(1, len(sheet.kinds) + 1))
    off = tuple(is_day_off(kind) for kind in sheet.kinds)
    rows = []
    for person in sheet.people:
        by_date = {day.on: day for day in person.days}
        rows.append(
            OvertimeRow(
                person.code, person.name,
                tuple(cell_lines(by_date[on]) if on in by_date else () for on in dates),
                tuple(_drawn(by_date.get(on), is_off) for on, is_off in zip(dates, off, strict=True)),
                person.sums,
            )
        )  # fmt: skip
    sums = tuple(sum(row.minutes[at] for row in rows) for at in range(len(COLUMNS)))
    _check(sheet, sums)
    return OfficialOvertime(
        sheet.unit, sheet.name, sheet.month, form, dates, off, tuple(rows), (sums[0], sums[1], sums[2], sums[3]),
        sheet.unknown, sheet.state.version, locked_at, sheet.is_draft,
    )  # fmt: skip


def cell_lines(day: OvertimeDay) -> tuple[str, ...]:
    """`NT 17:00-19:30`, then `Đ 1:30` where some of it is at night, then `?` where more may be known later."""
    found = []
    for line in day.lines:
        found += [f"{line.kind} {line.starts:%H:%M}-{line.ends:%H:%M}"]
        found += [f"{NIGHT} {hours(line.night_min)}"] if line.night_min else []
    return (*found, "?") if day.is_unknown else tuple(found)


def hours(minutes: int) -> str:
    """Whole minutes as hours and minutes, nothing rounded: 150 is `2:30`."""
    return f"{minutes // 60}:{minutes % 60:02}"


def _drawn(day: OvertimeDay | None, is_off: bool) -> str:
    if day is not None and day.is_unknown:
        return UNVERIFIED
    return OFF if is_off else ""


def _check(sheet: OvertimeSheet, sums: tuple[int, ...]) -> None:
    by_day: dict[date, int] = {}
    night = 0
    for person in sheet.people:
        for day in person.days:
            by_day[day.on] = by_day.get(day.on, 0) + sum(line.minutes for line in day.lines)
            night += sum(line.night_min for line in day.lines)
            if any(line.night_min > line.minutes or line.kind not in KINDS for line in day.lines):
                raise SumsDiffer(
                    f"This sheet is not made: a stretch of {person.code} on {day.on} has more night than minutes, or "
                    f"no kind. {JUDGE_AGAIN}"
                )
    if sum(by_day.values()) != sum(sums[:3]) or night != sums[3]:
        raise SumsDiffer(
            f"This sheet is not made: the overtime of {sheet.unit} sums to {sums} by person and to "
            f"{sum(by_day.values())} by day. {JUDGE_AGAIN}"
        )


def as_data(sheet: OvertimeSheet, official: OfficialOvertime) -> Mapping[str, object]:
    """The sheet for programs: every stretch with the orders it rests on, minutes whole."""
    return {
        "unit": sheet.unit,
        "name": sheet.name,
        "month": f"{sheet.month:%Y-%m}",
        "state": "locked" if official.locked_at else "open",
        "version": sheet.state.version,
        "draft": official.draft,
        "unknown": sheet.unknown,
        "columns": COLUMNS,
        "people": [
            {
                "employee": person.code,
                "name": person.name,
                "minutes": dict(zip(COLUMNS, person.sums, strict=True)),
                "days": [
                    {
                        "date": day.on,
                        "known": not day.is_unknown,
                        "overtime": [
                            {"kind": line.kind, "from": line.starts, "to": line.ends, "minutes": line.minutes,
                             "night_min": line.night_min} for line in day.lines
                        ],
                        "orders": [
                            {"from": order.starts, "to": order.ends, "document": order.document, "paper": order.paper,
                             "state": order.state} for order in day.orders
                        ],
                    }
                    for day in person.days
                ],
            }
            for person in sheet.people
        ],
        "sums": dict(zip(COLUMNS, official.sums, strict=True)),
    }  # fmt: skip
