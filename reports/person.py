"""*Trang của tôi*: the days of whoever is signed in, what was recorded of them, and what they may do about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from attendance import clock
from attendance.store import people, person_days
from attendance.store.database import Session
from attendance.store.within import Within
from reports.explained import Explained
from reports.own_commitments import OwnCommitment
from reports.papers import PaperLine
from reports.trail import LookLine
from reports.view import TodayPerson
from reports.visit_findings import VisitFinding

MONTHS_BACK = 12
SHOWN_DAYS = 45
"""So long a violation stands on the page of whom it is about; the calendar leads to older ones."""
DAY_MARKS = (
    "present", "late", "early", "left_post", "absent", "missing", "unverified", "excused", "leave", "mission", "off",
    "holiday", "stoppage", "going_on", "none",
)  # fmt: skip
"""What a day is marked as, once each: of several things that are true of it, the one that asks most of the person."""
_BY_KIND = {
    "weekend": "off", "compensation": "off", "swapped_off": "off", "holiday": "holiday", "stoppage": "stoppage",
    "not_employed": "none", "no_hours": "none",
}  # fmt: skip
_LEVELS = (15, 60)
"""Minutes from which a mark is drawn stronger."""


@dataclass(frozen=True, slots=True)
class MarkedDay:
    """`minutes`: those that are missing, of a mark that has some. `sign`: the sign of a leave on the office's sheet.

    `level` 0-2: how strongly the mark is drawn. `is_concluded` False: nothing is known of the day yet.
    """

    on: date
    mark: str
    minutes: int = 0
    level: int = 0
    sign: str = ""
    is_concluded: bool = True


@dataclass(frozen=True, slots=True)
class MonthSums:
    """`days`: on which work was due. Times and minutes of what counts.

    `unverified_days`: of which nothing is known for want of data; one where a punch is missing is in `missing`."""

    month: date
    days: int = 0
    scheduled_min: int = 0
    credited_min: int = 0
    leave_min: int = 0
    unverified_days: int = 0
    late: int = 0
    late_min: int = 0
    early: int = 0
    early_min: int = 0
    left_post: int = 0
    left_post_min: int = 0
    absent: int = 0
    absent_min: int = 0
    missing: int = 0
    excused: int = 0

    @property
    def is_clear(self) -> bool:
        """Whether nothing is recorded that counts or waits."""
        return not (self.late or self.early or self.left_post or self.absent or self.missing)


@dataclass(frozen=True, slots=True)
class Month:
    """A month as weeks of seven days from Monday; None: a day of another month."""

    sums: MonthSums
    weeks: tuple[tuple[MarkedDay | None, ...], ...]

    @property
    def days(self) -> tuple[MarkedDay, ...]:
        return tuple(day for week in self.weeks for day in week if day is not None)


@dataclass(frozen=True, slots=True)
class OwnViolation:
    id: str
    day: date
    type: str
    session: str
    minutes: int | None
    counted_min: int
    status: str


@dataclass(frozen=True, slots=True)
class MyPage:
    """`months`: the last twelve of which something is known, the newest first; `shown` is the one drawn large.

    `now_standing`: how the person stands today, by terminals all of which were read until `read_until`. `is_person`
    False: nobody's record stands behind the account, or it may not be seen in it.
    """

    today: date
    employee: str = ""
    name: str = ""
    is_person: bool = False
    now_standing: TodayPerson | None = None
    read_until: datetime | None = None
    months: tuple[Month, ...] = ()
    shown: Month | None = None
    violations: tuple[OwnViolation, ...] = ()
    explained: Mapping[str, Explained] = field(default_factory=dict)
    papers: tuple[PaperLine, ...] = ()
    looks: tuple[LookLine, ...] = ()
    looks_total: int = 0
    visits: tuple[VisitFinding, ...] = ()
    notice_read: bool = True
    may_file: bool = False
    commitments: tuple[OwnCommitment, ...] = ()
    may_sign: bool = False

    @property
    def month_before(self) -> date | None:
        return self._beside(1)

    @property
    def month_after(self) -> date | None:
        return self._beside(-1)

    def _beside(self, step: int) -> date | None:
        if self.shown is None:
            return None
        at = [month.sums.month for month in self.months].index(self.shown.sums.month) + step
        return self.months[at].sums.month if 0 <= at < len(self.months) else None


def my_page(
    session: Session, zone: str, now: datetime, within: Within, employee_id: int, *, month: date | None
) -> MyPage:
    """The days of a person over a year, `month` (None, or none of the twelve: this one) drawn large.

    Only what is `within` stands on it.
    """
    today = clock.today(now, zone)
    firsts = _months(today)
    rows = person_days.days_of(session, within, employee_id, firsts[-1], today)
    marked = {row["date"]: marked_day(row) for row in rows}
    if today in marked and marked[today].mark == "unverified":
        marked[today] = MarkedDay(today, "going_on")
        rows = [row for row in rows if row["date"] != today]  # a day that is not over is in no sum
    begun = min(marked, default=today).replace(day=1)
    code, name = people.names(session, [employee_id])[employee_id]
    months = tuple(
        _month(first, [row for row in rows if row["date"].replace(day=1) == first], marked)
        for first in firsts
        if first >= begun
    )
    chosen = next((each for each in months if each.sums.month == month), months[0])
    recent = [row for row in rows if row["date"] > today - timedelta(days=SHOWN_DAYS)]
    return MyPage(
        today=today,
        employee=code,
        name=name,
        is_person=True,
        months=months,
        shown=chosen,
        violations=tuple(
            OwnViolation(day=row["date"], **{name: found[name] for name in _SHOWN})
            for row in reversed(recent)
            for found in row["violations"]
        ),
    )


_SHOWN = ("id", "type", "session", "minutes", "counted_min", "status")


def _months(today: date) -> list[date]:
    """First days of the last months, the newest first."""
    found = [today.replace(day=1)]
    while len(found) < MONTHS_BACK:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found


def _month(first: date, rows: list[dict[str, Any]], marked: Mapping[date, MarkedDay]) -> Month:
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    cells: list[MarkedDay | None] = [None] * first.weekday()
    for number in range(last.day):
        on = first + timedelta(days=number)
        cells.append(marked.get(on, MarkedDay(on, "none", is_concluded=False)))
    cells += [None] * (-len(cells) % 7)
    return Month(sums_of(first, rows), tuple(tuple(cells[at : at + 7]) for at in range(0, len(cells), 7)))


def sums_of(month: date, rows: Iterable[Mapping[str, Any]]) -> MonthSums:
    """The sums of a month's days; what was excused whole is counted apart and nowhere else."""
    found = dict.fromkeys(
        ("days", "scheduled_min", "credited_min", "leave_min", "unverified_days", "missing", "excused"), 0
    )
    counted = {name: 0 for kind in _COUNTED for name in (kind, f"{kind}_min")}
    for row in rows:
        found["days"] += bool(row["scheduled_min"])
        waits = {each["type"] for each in row["violations"] if each["status"] == "pending"}
        found["unverified_days"] += bool(row["unverified_min"] and not waits)
        for name in ("scheduled_min", "credited_min", "leave_min"):
            found[name] += row[name]
        for violation in row["violations"]:
            kind = violation["type"]
            if violation["status"] == "excused":
                found["excused"] += 1
            elif kind in ("missing_in", "missing_out"):
                found["missing"] += violation["status"] == "pending"
            elif kind in _COUNTED:
                counted[kind] += 1
                counted[f"{kind}_min"] += violation["counted_min"]
    return MonthSums(month, **found, **counted)


_COUNTED = ("late", "early", "left_post", "absent")


def marked_day(row: Mapping[str, Any]) -> MarkedDay:
    """What a concluded day is marked as."""
    on, found = row["date"], row["violations"]
    open_ = [each for each in found if each["status"] != "excused"]
    kinds = {each["type"] for each in open_}
    minutes = sum(each["counted_min"] for each in open_)
    if "absent" in kinds:
        return _marked(on, "absent", minutes)
    if kinds & {"missing_in", "missing_out"} and any(each["status"] == "pending" for each in open_):
        return MarkedDay(on, "missing")
    for kind in ("late", "early", "left_post"):
        if kind in kinds:
            return _marked(on, kind, minutes)
    if row["unverified_min"]:
        return MarkedDay(on, "unverified")
    if minutes:
        return _marked(on, "missing", minutes)
    if not row["scheduled_min"] or row["day_kind"] == "stoppage":
        return MarkedDay(on, _BY_KIND.get(row["day_kind"], "off"))
    if row["leave_min"]:
        signs = [sign for sign in row["symbols"].values() if sign not in ("", "+")]
        return MarkedDay(on, "leave", sign=signs[0] if signs else "")
    if found:
        return MarkedDay(on, "excused", minutes=sum(each["minutes"] or 0 for each in found))
    return MarkedDay(on, "mission" if "CT" in row["symbols"].values() else "present")


def _marked(on: date, mark: str, minutes: int) -> MarkedDay:
    return MarkedDay(on, mark, minutes, sum(minutes > least for least in _LEVELS))
