"""The punches of the invented office: from the truth about each day to what each terminal wrote down.

`told` keeps that truth beside the punches, for tests that ask whether the judgement finds it again.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random
from typing import NamedTuple

from api.cli.demo.papers import Case, Plan, mission_span
from api.cli.demo.setting import FAST_SECONDS, Hours, hours_on
from api.cli.demo.staff import Post
from attendance.facts import Outage

SITUATIONS = (
    "on_time", "late", "early", "missing_in", "missing_out", "absent", "absent_half",
    "leave_day", "leave_half", "mission_day", "mission_window",
    "duplicate", "lunch_punch", "off_site", "incomplete_minute",
    "terminal_off", "impossible_date", "fast_clock", "fast_clock_early", "dead_terminal",
    "transferred", "joined", "left", "pin_reused",
)  # fmt: skip
Told = dict[str, list[tuple[str, date]]]
# A day of these kinds is still one on which nothing is found against the person, who punched as asked.
_PUNCTUAL = frozenset(("on_time", "duplicate", "lunch_punch", "off_site", "incomplete_minute", "fast_clock"))
_IN, _OUT = 0, 1
_FAST = timedelta(seconds=FAST_SECONDS)
_YEAR_ZERO = datetime.combine(date(2000, 1, 1), time(0, 2, 17))


class LoggedPunch(NamedTuple):
    """A punch as a terminal keeps it: `wall_time` by the terminal's own clock."""

    pin: str
    wall_time: datetime
    state: int
    verify: int


class LivePunch(NamedTuple):
    """A punch still to come today: `due` is the true time, `wall_time` what the terminal will write down."""

    due: datetime
    terminal: str
    pin: str
    wall_time: datetime
    state: int
    verify: int


def outage_on(day: date) -> Outage:
    """The good terminal without power from before work until noon is over."""
    return Outage("T-H", "dead", datetime.combine(day, time(6, 0)), datetime.combine(day, time(12, 30)))


def punches_of(
    rng: Random, posts: list[Post], workdays: list[date], plan: Plan, off_on: date
) -> tuple[list[LivePunch], Told]:
    """All punches of these days by true time, and the truth about each person-day."""
    told: Told = {situation: [] for situation in SITUATIONS}
    punches: list[LivePunch] = []
    power_back = outage_on(off_on).ends
    for day in workdays:
        hours = hours_on(day)
        for post in posts:
            if not post.serves(day):
                continue
            case = plan.cases.get((post.employee, day), Case("on_time"))
            marks = _marks(rng, hours, post.regime, case)
            if day == off_on and post.terminal == "T-H" and case.kind not in ("leave_day", "mission_day"):
                marks = [mark for mark in marks if mark[0] >= power_back]
                case = Case("terminal_off")
            _tell(told, post, day, hours, case, marks)
            punches += _written(post, case, marks)
    punches += _after_power_cut(posts, plan, off_on, told)
    punches.sort()
    return punches, told


Mark = tuple[datetime, int, int]


def _between(rng: Random, low: int, high: int) -> timedelta:
    return timedelta(seconds=low + int(rng.random() * (high - low + 1)))


def _delay(rng: Random, at_most: int) -> timedelta:
    """Mostly a few minutes, seldom many, always at least one whole minute."""
    minutes = min(1 + int(rng.expovariate(1 / 9)), at_most)
    return timedelta(minutes=minutes, seconds=int(rng.random() * 60))


def _marks(rng: Random, hours: Hours, regime: str, case: Case) -> list[Mark]:
    """When the person really stood at a terminal, as (true time, state, verify mode), by time."""
    kind, part = case
    if kind in ("absent", "leave_day", "mission_day"):
        return []
    times: list[datetime | None] = [
        hours.am_start - _between(rng, 90, 1500),
        hours.am_end + _between(rng, 5, 480),
        hours.pm_start - _between(rng, 60, 1200),
        hours.pm_end + _between(rng, 5, 1500),
    ]
    if kind == "late":
        slot = 0 if part == "am" else 2
        times[slot] = hours[slot] + _delay(rng, 70)
    elif kind == "early":
        slot = 1 if part == "am" else 3
        times[slot] = hours[slot] - _delay(rng, 50)
    elif kind == "missing_in":
        times[0 if part == "am" else 2] = None
    elif kind == "missing_out":
        times[1 if part == "am" else 3] = None
    elif kind == "fast_clock":
        times[0] = hours.am_start - _between(rng, 60, 360)
    elif kind == "fast_clock_early":
        times[3] = hours.pm_end - _between(rng, 120, 360)
    elif kind == "incomplete_minute":
        times[0] = hours.am_start + _between(rng, 5, 55)
    elif kind == "mission_window":
        starts, ends = mission_span(hours, part)
        if part == "start":
            times[0] = ends - _between(rng, 60, 600)
        elif part == "end":
            times[3] = starts + _between(rng, 5, 300)
    half_off = part if kind in ("absent_half", "leave_half") else ""
    if half_off:
        first = 0 if half_off == "am" else 2
        times[first] = times[first + 1] = None
    elif regime == "first_last" and kind != "lunch_punch":
        times[1] = times[2] = None
    marks = [
        (at, _OUT if slot % 2 else _IN, 1 if rng.random() < 0.94 else 4)
        for slot, at in enumerate(times)
        if at is not None
    ]
    if kind == "duplicate":
        at, state, verify = marks[0]
        marks.insert(1, (at + _between(rng, 4, 50), state, verify))
    elif kind == "lunch_punch" and regime == "per_session":
        marks.insert(2, (hours.am_end + _between(rng, 1200, 3000), _OUT, 1))
    return marks


def _tell(told: Told, post: Post, day: date, hours: Hours, case: Case, marks: list[Mark]) -> None:
    whom = (post.employee, day)
    if post.terminal == "T-X2":
        told["dead_terminal"].append(whom)
        return
    # The fast clock is told from the punches: it makes punctual people look late on many days besides the forced ones.
    if case.kind not in ("on_time", "fast_clock", "fast_clock_early"):
        told[case.kind].append(whom)
    if case.kind in _PUNCTUAL:
        told["on_time"].append(whom)
        if post.terminal == "T-X3" and hours.am_start - _FAST + timedelta(seconds=60) <= marks[0][0] < hours.am_start:
            told["fast_clock"].append(whom)
    if case.kind == "fast_clock_early":
        told["fast_clock_early"].append(whom)
        told["early"].append(whom)


def _written(post: Post, case: Case, marks: list[Mark]) -> list[LivePunch]:
    """What the terminals made of it; a person off site spent the afternoon at the other terminal."""
    written: list[LivePunch] = []
    for n, (at, state, verify) in enumerate(marks):
        terminal = post.terminal
        if case.kind == "off_site" and n >= 2:
            terminal = next(other for other in post.pins if other != terminal)
        fast = terminal == "T-X3"
        # The keys for in and out work at the district only; the fast terminal reads faces and sends no state.
        state = state if terminal == "T-H" else 255 if fast else 0
        verify = 15 if fast else verify
        written.append(LivePunch(at, terminal, post.pins[terminal], at + _FAST if fast else at, state, verify))
    return written


def _after_power_cut(posts: list[Post], plan: Plan, off_on: date, told: Told) -> list[LivePunch]:
    """One punch after the power is back and before the clock is set: the terminal dates it in its own year 0."""
    post = next(
        post
        for post in posts
        if post.terminal == "T-H" and post.serves(off_on) and (post.employee, off_on) not in plan.cases
    )
    told["impossible_date"].append((post.employee, off_on))
    due = datetime.combine(off_on, time(12, 33, 41))
    return [LivePunch(due, "T-H", post.pins["T-H"], _YEAR_ZERO, _IN, 1)]
