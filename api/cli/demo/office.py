"""The invented office as one value, built from a date, a moment and a seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from api.cli.demo.history import LivePunch, LoggedPunch, Told, outage_on, punches_of
from api.cli.demo.papers import plan
from api.cli.demo.setting import (
    LOGINS,
    TERMINALS,
    UNITS,
    ZONE,
    DemoTerminal,
    Login,
    calendar_between,
    schedules_between,
    working_days,
)
from api.cli.demo.staff import Post, hire
from attendance.facts import Assignment, ClockOffset, Employee, Enrolment, Leave, Mission, Outage, Unit

LEAST_DAYS, LEAST_PEOPLE = 40, 80


@dataclass(frozen=True)
class DemoOffice:
    """An office, its papers and what its terminals hold at `now` (naive local time of `zone`).

    `punches` is what each terminal's log holds at `now`, in order of arrival; those of the dead terminal are there,
    but nobody can read them. `upcoming` is the rest of today. `told` is the truth: situation → (person, date); for
    today it comes true once `upcoming` has been played. `clock_offsets` is true and not for the database: a pull
    must find it.
    """

    today: date
    now: datetime
    first_on: date
    zone: str
    units: tuple[Unit, ...]
    terminals: tuple[DemoTerminal, ...]
    employees: tuple[Employee, ...]
    assignments: tuple[Assignment, ...]
    enrolments: tuple[Enrolment, ...]
    schedules: dict[str, dict[str, list[dict[str, Any]]]]
    calendar: list[dict[str, Any]]
    working_days: tuple[date, ...]
    leaves: tuple[Leave, ...]
    missions: tuple[Mission, ...]
    outages: tuple[Outage, ...]
    clock_offsets: tuple[ClockOffset, ...]
    punches: dict[str, list[LoggedPunch]]
    upcoming: tuple[LivePunch, ...]
    logins: tuple[Login, ...]
    told: Told


def build_office(today: date, *, now: datetime, seed: int = 7, days: int = 45, people: int = 120) -> DemoOffice:
    """The office with `days` days of history before `today` and today up to `now`; the same for the same arguments."""
    if now.tzinfo is not None or now.date() != today:
        raise ValueError(f"now must be naive local time on {today}, not {now}")
    if days < LEAST_DAYS or people < LEAST_PEOPLE:
        raise ValueError(f"the situations need {LEAST_DAYS} days and {LEAST_PEOPLE} people, not {days} and {people}")
    rng = Random(seed)
    first_on = today - timedelta(days=days)
    calendar = calendar_between(first_on, today)
    workdays = working_days(calendar, first_on, today)
    past = [day for day in workdays if day < today]
    off_on, latest = past[-6], past[-1]
    staff = hire(rng, people, first_on, past)
    # Nothing can be judged behind the dead terminal, so a case there would be told and never found.
    judged = [post for post in staff.posts if post.terminal != "T-X2"]
    planned = plan(rng, judged, workdays, off_on, [latest, today] if today in workdays else [latest])
    everything, told = punches_of(rng, list(staff.posts), workdays, planned, off_on)
    for turn, whom in staff.events.items():
        told[turn] += whom

    logs: dict[str, list[LoggedPunch]] = {terminal.code: [] for terminal in TERMINALS}
    upcoming: list[LivePunch] = []
    for punch in everything:
        if punch.due > now:
            upcoming.append(punch)
        else:
            logs[punch.terminal].append(LoggedPunch(punch.pin, punch.wall_time, punch.state, punch.verify))
    return DemoOffice(
        today=today,
        now=now,
        first_on=first_on,
        zone=ZONE,
        units=UNITS,
        terminals=TERMINALS,
        employees=staff.employees,
        assignments=staff.assignments,
        enrolments=staff.enrolments,
        schedules=schedules_between(first_on, today),
        calendar=calendar,
        working_days=tuple(workdays),
        leaves=planned.leaves,
        missions=planned.missions,
        outages=(outage_on(off_on),),
        clock_offsets=tuple(
            ClockOffset(terminal.code, None, None, terminal.offset_seconds)
            for terminal in TERMINALS
            if terminal.offset_seconds
        ),
        punches=logs,
        upcoming=tuple(upcoming),
        logins=tuple(_whose(login, staff.posts, told, today) for login in LOGINS),
        told=told,
    )


def _whose(login: Login, posts: Sequence[Post], told: Mapping[str, Sequence[tuple[str, date]]], today: date) -> Login:
    """The official's login belongs to whom most has happened of those at the one-stop desk: their page has life."""
    if login.role != "official":
        return login
    here = [post.employee for post in posts if post.unit == "X1-MC" and post.serves(today)]
    lived = Counter(who for kind in _TELLING for who in {who for who, _ in told.get(kind, ())})
    return login._replace(employee=max(here, key=lambda who: lived[who]))


_TELLING = (
    "missing_out",
    "missing_in",
    "late",
    "early",
    "absent",
    "absent_half",
    "leave_day",
    "leave_half",
    "mission_day",
)
