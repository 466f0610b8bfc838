"""What happens to whom on which day, and the leave and mission papers of it.

A `Case` is the truth about one person-day; `history` turns it into punches.
"""

from __future__ import annotations

from bisect import bisect
from datetime import UTC, date, datetime, time, timedelta, timezone
from itertools import accumulate
from random import Random
from typing import NamedTuple

from api.cli.demo.setting import DAY, Hours, hours_on
from api.cli.demo.staff import Post
from attendance.facts import Leave, Mission

_LOCAL = timezone(timedelta(hours=7))
# Violations by chance; the weights make a few people late often and many never, as in real offices.
_CHANCES = (
    ("late", 0.011),
    ("early", 0.006),
    ("missing_in", 0.003),
    ("missing_out", 0.004),
    ("absent", 0.0015),
    ("absent_half", 0.0015),
)
_HARMLESS = (
    ("leave_half", 0.004),
    ("mission_day", 0.006),
    ("mission_window", 0.007),
    ("duplicate", 0.012),
    ("lunch_punch", 0.010),
    ("off_site", 0.020),
    ("incomplete_minute", 0.006),
)
_WEIGHTS = (6.0, *(0.0,) * 3, *(1.0,) * 6)
_FORCED = (
    *(("late", "am"),) * 3, ("late", "pm"), ("early", "am"), *(("early", "pm"),) * 2,
    ("missing_in", "am"), ("missing_out", "pm"), ("absent", ""), ("absent_half", "pm"),
    *(("leave_day", ""),) * 2, ("leave_half", "am"), ("leave_half", "pm"),
    ("mission_day", ""), ("mission_window", "start"), ("mission_window", "mid"), ("mission_window", "end"),
    *(("duplicate", ""),) * 2, ("lunch_punch", ""), ("off_site", ""), ("incomplete_minute", ""),
    *(("fast_clock", ""),) * 2, ("fast_clock_early", ""),
)  # fmt: skip
_LEAVE_CODES = ("P", "P", "P", "P", "Ô", "Ô", "Cô", "H", "No")
_RUNS = (1, 1, 1, 2, 2, 3, 5)


class Case(NamedTuple):
    """One person-day out of the ordinary; `part`: a session (am, pm) or the place of a window (start, mid, end)."""

    kind: str
    part: str = ""


class Plan(NamedTuple):
    """Cases by (person, date), a day not named being ordinary, and the papers that go with them."""

    cases: dict[tuple[str, date], Case]
    leaves: tuple[Leave, ...]
    missions: tuple[Mission, ...]


def plan(rng: Random, posts: list[Post], workdays: list[date], off_on: date, rich: list[date]) -> Plan:
    """Cases for these posts; on `off_on` the good terminal is off for its people; each day of `rich` has all kinds."""
    cases: dict[tuple[str, date], Case] = {}
    leaves = _Papers()
    on_maternity = next(post for post in posts if post.gender == "f" and post.terminal == "T-H" and not post.eventful)
    for day in workdays:
        cases[on_maternity.employee, day] = Case("leave_day")
        leaves.grant_leave(on_maternity.employee, "Ts", [day], "all", granted_on=workdays[0] - 20 * DAY)
    for day in rich:
        _force(rng, posts, day, cases, leaves)
    _long_leaves(rng, posts, workdays, cases, leaves)

    weights = {post.employee: rng.choice(_WEIGHTS) for post in posts}
    kinds = [kind for kind, _ in (*_HARMLESS, *_CHANCES)]
    limits = {
        weight: list(accumulate((*(chance for _, chance in _HARMLESS), *(chance * weight for _, chance in _CHANCES))))
        for weight in set(_WEIGHTS)
    }
    for day in workdays:
        for post in posts:
            drawn = bisect(limits[weights[post.employee]], rng.random())
            if drawn == len(kinds) or not post.serves(day) or (post.employee, day) in cases:
                continue
            if post.terminal == "T-H" and day == off_on:
                continue
            case = Case(kinds[drawn], _part(rng, kinds[drawn], post))
            if _possible(post, case):
                _settle(rng, post, day, case, cases, leaves)
    return Plan(cases, tuple(leaves.leaves), tuple(leaves.missions))


def _part(rng: Random, kind: str, post: Post) -> str:
    if kind == "mission_window":
        return rng.choice(("start", "mid", "end"))
    if kind in ("leave_half", "absent_half"):
        return rng.choice(("am", "pm"))
    if post.regime == "first_last":
        return {"late": "am", "early": "pm", "missing_in": "am", "missing_out": "pm"}.get(kind, "")
    if kind == "late":
        return "am" if rng.random() < 0.8 else "pm"
    if kind == "early":
        return "pm" if rng.random() < 0.8 else "am"
    return rng.choice(("am", "pm")) if kind in ("missing_in", "missing_out") else ""


def _possible(post: Post, case: Case) -> bool:
    if case.kind in ("fast_clock", "fast_clock_early"):
        return post.terminal == "T-X3"
    if case.kind == "off_site":
        return len(post.pins) > 1
    # Where two punches a day are asked for, noon is nobody's required time.
    return post.regime != "first_last" or (case.kind, case.part) not in (("late", "pm"), ("early", "am"))


def _force(rng: Random, posts: list[Post], day: date, cases: dict[tuple[str, date], Case], papers: _Papers) -> None:
    """Every kind of case on that day, each for another person.

    The narrow kinds choose first: few people can be off site or under the fast clock.
    """
    free = [post for post in posts if post.serves(day) and not post.eventful and (post.employee, day) not in cases]
    rng.shuffle(free)
    narrow = ("off_site", "fast_clock", "fast_clock_early")
    for kind, part in sorted(_FORCED, key=lambda forced: forced[0] not in narrow):
        case = Case(kind, part)
        post = next(post for post in free if _possible(post, case))
        free.remove(post)
        _settle(rng, post, day, case, cases, papers)


def _settle(
    rng: Random, post: Post, day: date, case: Case, cases: dict[tuple[str, date], Case], papers: _Papers
) -> None:
    cases[post.employee, day] = case
    if case.kind in ("leave_day", "leave_half"):
        papers.grant_leave(post.employee, rng.choice(_LEAVE_CODES), [day], case.part or "all")
    elif case.kind in ("mission_day", "mission_window"):
        papers.order_mission(post.employee, *mission_span(hours_on(day), case.part))


def _long_leaves(
    rng: Random, posts: list[Post], workdays: list[date], cases: dict[tuple[str, date], Case], papers: _Papers
) -> None:
    """Leave of one to five working days for every third person or so, under one paper each."""
    for post in rng.sample(posts, len(posts) * 3 // 10):
        first = rng.randrange(len(workdays))
        run = workdays[first : first + rng.choice(_RUNS)]
        if all(post.serves(day) and (post.employee, day) not in cases for day in run):
            cases.update(dict.fromkeys(((post.employee, day) for day in run), Case("leave_day")))
            papers.grant_leave(post.employee, rng.choice(_LEAVE_CODES), run, "all")


def mission_span(hours: Hours, part: str) -> tuple[datetime, datetime]:
    """The window of a mission: the whole day (part empty), or the start, the middle or the end of one."""
    half_hour = timedelta(minutes=30)
    if part == "start":
        return hours.am_start, hours.am_start + 5 * half_hour
    if part == "mid":
        return hours.am_start + 2 * half_hour, hours.am_start + 6 * half_hour
    if part == "end":
        return hours.pm_end - 4 * half_hour, hours.pm_end + half_hour
    return hours.am_start - half_hour, hours.pm_end + half_hour


class _Papers:
    """Numbered leave and mission papers, each approved before its first day, so that none comes from the future."""

    def __init__(self) -> None:
        self.leaves: list[Leave] = []
        self.missions: list[Mission] = []
        self._number = 0

    def grant_leave(
        self, employee: str, code: str, days: list[date], session: str, granted_on: date | None = None
    ) -> None:
        if granted_on is None:
            self._number += 1
        approved_at = _approved(granted_on or days[0] - DAY)
        document = f"Đơn nghỉ {self._number:03d}/ĐN-MAU" if granted_on is None else "Quyết định 07/QĐ-MAU"
        self.leaves += [Leave(employee, code, day, session, approved_at, document) for day in days]

    def order_mission(self, employee: str, starts: datetime, ends: datetime) -> None:
        self._number += 1
        document = f"Giấy đi đường {self._number:03d}/GĐĐ-MAU"
        self.missions.append(Mission(employee, starts, ends, _approved(starts.date() - DAY), document))


def _approved(on: date) -> datetime:
    return datetime.combine(on, time(15, 30), tzinfo=_LOCAL).astimezone(UTC)
