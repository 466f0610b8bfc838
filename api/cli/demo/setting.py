"""The frame of the invented office: units, terminals, seasons and calendar, all with invented documents.

Dates in `schedules` and `calendar` are ISO strings in the shape of `contracts/scenario.md`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from attendance.facts import Unit

ZONE = "Asia/Ho_Chi_Minh"
FAST_SECONDS = 420
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DemoTerminal:
    """A simulated terminal and its manners: `good`, `flaky` (and nearly full), `dead` (never answers), `fast_clock`."""

    code: str
    name: str
    unit: str
    serial: str
    comm_key: int
    behaviour: str

    @property
    def offset_seconds(self) -> int:
        """Terminal time minus true time (> 0: fast)."""
        return FAST_SECONDS if self.behaviour == "fast_clock" else 0


class Login(NamedTuple):
    """Somebody who may sign in; `unit` None: everywhere, but for an official, who sees the days of `employee` alone."""

    name: str
    role: str
    unit: str | None
    employee: str | None = None


class Hours(NamedTuple):
    """The two sessions of one date."""

    am_start: datetime
    am_end: datetime
    pm_start: datetime
    pm_end: datetime


UNITS = (
    Unit("H", "Tỉnh Sông Mây (dữ liệu mẫu)", None, "HC"),
    Unit("X1", "Xã Tân Hòa", "H", "HAI"),
    Unit("X1-MC", "Bộ phận Một cửa xã Tân Hòa", "X1"),
    Unit("X2", "Xã Suối Nhạn", "H"),
    Unit("X2-MC", "Bộ phận Một cửa xã Suối Nhạn", "X2"),
    Unit("X3", "Xã Đồng Mận", "H"),
    Unit("X3-MC", "Bộ phận Một cửa xã Đồng Mận", "X3"),
)
TERMINALS = (
    DemoTerminal("T-H", "Cổng trụ sở tỉnh", "H", "MAU2600000011", 0, "good"),
    DemoTerminal("T-X1", "Sảnh xã Tân Hòa", "X1", "MAU2600000022", 2211, "flaky"),
    DemoTerminal("T-X2", "Sảnh xã Suối Nhạn", "X2", "MAU2600000033", 0, "dead"),
    DemoTerminal("T-X3", "Sảnh xã Đồng Mận", "X3", "MAU2600000044", 4433, "fast_clock"),
)
LOGINS = (
    Login("canbo", "official", None),
    Login("truongphong", "head", "X1-MC"),
    Login("nhansu", "hr", "H"),
    Login("thanhtra", "inspector", "H"),
    Login("lanhdao", "leader", "X1"),
    Login("kiemtoan", "auditor", None),
    Login("quantri", "administrator", None),
)

_WEEKDAYS = ["mon", "tue", "wed", "thu", "fri"]
_SUMMER = {"am": ["07:00", "11:30"], "pm": ["13:30", "17:00"]}
_WINTER = {"am": ["07:30", "12:00"], "pm": ["13:30", "17:00"]}
_SUMMER_FROM, _WINTER_FROM = (4, 16), (10, 16)

# First day of the lunar year and 10/3 of the lunar calendar; where the table ends, the office simply works on.
_LUNAR = {
    2025: ((1, 29), (4, 7)),
    2026: ((2, 17), (4, 26)),
    2027: ((2, 6), (4, 16)),
    2028: ((1, 26), (4, 4)),
    2029: ((2, 13), (4, 23)),
    2030: ((2, 2), (4, 12)),
}


def schedules_between(first_on: date, last_on: date) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """`HC` (4 punches) and `HAI` (2 punches) with summer and winter versions from a year before to a year after."""
    return {
        code: {"versions": list(_versions(regime, first_on.year - 1, last_on.year + 1))}
        for code, regime in (("HC", "per_session"), ("HAI", "first_last"))
    }


def _versions(regime: str, first_year: int, last_year: int) -> Iterator[dict[str, Any]]:
    for year in range(first_year, last_year + 1):
        summer, winter, next_summer = (
            date(year, *_SUMMER_FROM),
            date(year, *_WINTER_FROM),
            date(year + 1, *_SUMMER_FROM),
        )
        seasons = ((summer, winter, _SUMMER, "01"), (winter, next_summer, _WINTER, "02"))
        for from_on, until, sessions, number in seasons:
            yield {
                "from": from_on.isoformat(),
                "to": (until - DAY).isoformat(),
                "regime": regime,
                "sessions": {name: list(span) for name, span in sessions.items()},
                "weekdays": list(_WEEKDAYS),
                "document": f"Thông báo {number}/TB-MAU ({year})",
            }


def hours_on(on: date) -> Hours:
    """The hours of that date's season, whether or not the office works then."""
    sessions = _SUMMER if _SUMMER_FROM <= (on.month, on.day) < _WINTER_FROM else _WINTER
    edges = (*sessions["am"], *sessions["pm"])
    return Hours(*(datetime.combine(on, time.fromisoformat(edge)) for edge in edges))


def calendar_between(first_on: date, today: date) -> list[dict[str, Any]]:
    """Holidays of these years and of three months after `today`, one storm day and, where it fits, one swap pair."""
    entries = {entry["date"]: entry for entry in _holidays(first_on.year - 1, today.year + 1)}
    plain = [
        day
        for day in days_between(first_on + 3 * DAY, today - DAY)
        if day.weekday() < 5 and day.isoformat() not in entries
    ]
    storm = plain[len(plain) * 3 // 5]
    for day in plain:
        worked = day + 8 * DAY
        if day.weekday() == 4 and day != storm and worked < today - DAY and worked.isoformat() not in entries:
            document = "Thông báo 05/TB-MAU (hoán đổi ngày làm việc)"
            _enter(entries, day, "swapped_off", document, worked)
            _enter(entries, worked, "swapped_work", document, day)
            break
    _enter(entries, storm, "stoppage", "Quyết định 09/QĐ-MAU (đóng cửa trụ sở do bão)")
    begin, end = date(first_on.year, 1, 1), max(today + 90 * DAY, date(today.year, 12, 31))
    return [entries[on] for on in sorted(entries) if begin.isoformat() <= on <= end.isoformat()]


def _enter(entries: dict[str, dict[str, Any]], on: date, kind: str, document: str, other: date | None = None) -> None:
    entry = {"date": on.isoformat(), "kind": kind, "unit": "H", "document": document}
    if other is not None:
        entry["for"] = other.isoformat()
    entries[on.isoformat()] = entry


def _holidays(first_year: int, last_year: int) -> list[dict[str, Any]]:
    """Public holidays as this office announced them to itself, and a day in lieu for each that fell on a weekend."""
    entries: dict[str, dict[str, Any]] = {}
    for year in range(first_year, last_year + 1):
        days = [date(year, 1, 1), date(year, 4, 30), date(year, 5, 1), date(year, 9, 2), date(year, 9, 3)]
        if year in _LUNAR:
            new_year, kings = (date(year, *month_day) for month_day in _LUNAR[year])
            days += [new_year + shift * DAY for shift in range(-1, 4)] + [kings]
        document = f"Thông báo 03/TB-MAU (lịch nghỉ năm {year})"
        for day in days:
            _enter(entries, day, "holiday", document)
        for day in sorted(days):
            if day.weekday() >= 5:
                lieu = day
                while lieu.weekday() >= 5 or lieu.isoformat() in entries:
                    lieu += DAY
                _enter(entries, lieu, "compensation", document)
    return list(entries.values())


def working_days(calendar: list[dict[str, Any]], first_on: date, last_on: date) -> list[date]:
    """The dates on which the office works, both ends included."""
    kinds = {entry["date"]: entry["kind"] for entry in calendar}
    return [
        day
        for day in days_between(first_on, last_on)
        if kinds.get(day.isoformat(), "workday" if day.weekday() < 5 else "weekend") in ("workday", "swapped_work")
    ]


def days_between(first_on: date, last_on: date) -> Iterator[date]:
    """Every date, both ends included."""
    return (first_on + n * DAY for n in range((last_on - first_on).days + 1))
