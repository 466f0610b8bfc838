"""A made-up office whose punches are known: so many people, a month of work, four punches a day and the usual slips."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import numpy.typing as npt

from attendance import clock
from attendance.engine.case import Case
from attendance.engine.columns import PunchColumns
from attendance.facts import Assignment, Coverage, Enrolment, TerminalSite, Unit
from attendance.rules.rulebook import Rulebook
from attendance.rules.schedule import Schedule, ScheduleVersion, session_hours

ZONE = "Asia/Ho_Chi_Minh"
FROM_ON, TO_ON = date(2026, 6, 1), date(2026, 6, 30)  # 22 working days
HOURS = {"am": ("07:30", "11:30"), "pm": ("13:00", "17:00")}
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
PEOPLE_PER_TERMINAL = 100
DOUBLES, ABSENT, GAPS = 0.04, 0.04, 0.03
LAST_READ = datetime(2026, 7, 2)
BEHIND = datetime(2026, 6, 24, 9, 0)  # the last terminal has not been read since: its people stay unverified


@dataclass(frozen=True, slots=True)
class Punches:
    """Raw punches in order of time: terminal, number on that terminal, wall seconds."""

    site: npt.NDArray[np.int32]
    pin: npt.NDArray[np.int32]
    wall: npt.NDArray[np.int64]


def workdays(from_on: date = FROM_ON, to_on: date = TO_ON) -> npt.NDArray[np.int64]:
    first, last = clock.day_number(from_on), clock.day_number(to_on)
    return np.array([day for day in range(first, last + 1) if clock.from_day_number(day).weekday() < 5], np.int64)


def invent_punches(people: int, seed: int = 7, from_on: date = FROM_ON, to_on: date = TO_ON) -> Punches:
    """Four punches a day near the hours; 4 % of the days missed whole, 3 % of the punches forgotten, 4 % made twice."""
    rng = np.random.default_rng(seed)
    days = workdays(from_on, to_on)
    edges = np.array([session_hours("", *times) for times in HOURS.values()], object)
    hours = np.array([[edge.starts, edge.ends] for edge in edges], np.int64).ravel() * 60
    usual = np.array([-300, 240, -300, 240], np.int64)
    shape = (people, days.size, 4)
    wall = days[None, :, None] * clock.DAY_SECONDS + (hours + usual) + rng.normal(0, 300, shape).astype(np.int64)
    there = (rng.random(shape[:2]) >= ABSENT)[:, :, None] & (rng.random(shape) >= GAPS)
    twice = there & (rng.random(shape) < DOUBLES)
    person = np.broadcast_to(np.arange(people)[:, None, None], shape)
    walls = np.concatenate([wall[there], wall[twice] + rng.integers(2, 59, int(twice.sum()))])
    people_of = np.concatenate([person[there], person[twice]])
    order = np.argsort(walls, kind="stable")
    who = people_of[order]
    site, pin = who // PEOPLE_PER_TERMINAL, who % PEOPLE_PER_TERMINAL
    return Punches(site.astype(np.int32), pin.astype(np.int32), walls[order])


def build_case(people: int, punches: Punches) -> Case:
    """Everything the engine is given, columns in memory."""
    sites = range(-(-people // PEOPLE_PER_TERMINAL))
    version = ScheduleVersion(
        regime="per_session",
        sessions=tuple(session_hours(name, *times) for name, times in HOURS.items()),
        weekdays=frozenset(range(5)),
    )
    return Case(
        zone=ZONE,
        rulebook=Rulebook(
            [Unit(f"U{n}", schedule="office") for n in sites], {"office": Schedule("office", (version,))}
        ),
        people=tuple(f"P{n}" for n in range(people)),
        sites=tuple(TerminalSite(f"T{n}", f"U{n}") for n in sites),
        assignments=tuple(Assignment(f"P{n}", f"U{n // PEOPLE_PER_TERMINAL}", date(2020, 1, 1)) for n in range(people)),
        enrolments=tuple(
            Enrolment(f"T{n // PEOPLE_PER_TERMINAL}", str(n % PEOPLE_PER_TERMINAL + 1), f"P{n}") for n in range(people)
        ),
        punches=PunchColumns(
            site=punches.site,
            pin=punches.pin,
            wall=punches.wall,
            sequence=np.arange(punches.wall.size),
            state=np.zeros(punches.wall.size, np.uint8),
            sane=np.ones(punches.wall.size, np.bool_),
            pins=tuple(str(n + 1) for n in range(PEOPLE_PER_TERMINAL)),
        ),
        coverage=tuple(Coverage(f"T{n}", None, BEHIND if n == len(sites) - 1 else LAST_READ) for n in sites),
    )
