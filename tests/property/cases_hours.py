"""Hypothesis strategies for hours: schedules, the lines at which verdicts turn, and times close to them."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

Doc = dict[str, Any]
Draw = Callable[[st.SearchStrategy[Any]], Any]

WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
NEAR_SECONDS = [
    0, 0, 1, -1, 59, -59, 60, -60, 61, -61, 300, -300, 301, 360, -360, 600, -600, 900, -900, 901, 2700, -2700,
]  # fmt: skip
PLAIN = [
    {"am": ["07:30", "12:00"], "pm": ["13:30", "17:00"]},
    {"am": ["07:00", "11:30"], "pm": ["13:30", "17:00"], "ev": ["18:00", "20:30"]},
    {"day": ["08:00", "16:00"]},
    {"ca 1": ["06:30", "11:00"], "ca 2": ["12:30", "16:30"]},
    {"am": ["07:30", "11:30"], "chiều": ["13:00", "17:00"]},
    {"am": ["06:00", "07:00"], "ev": ["21:30", "22:00"]},  # farther apart than two reaches
]
STRETCHES = [
    {"am": ["07:30", "12:00"], "pm": ["12:00", "16:30"]},
    {"am": ["06:00", "10:00"], "mid": ["10:00", "14:00"], "pm": ["14:00", "18:00"]},
    {"am": ["07:30", "11:30"], "pm": ["11:30", "15:00"], "ev": ["17:00", "19:00"]},
]
NIGHTS = [
    {"night": ["22:00", "06:00"]},
    {"day": ["06:00", "14:00"], "night": ["22:00", "30:00"]},  # touch across dates
    {"pm": ["14:00", "18:00"], "ev": ["19:00", "25:30"]},
    {"am": ["08:00", "12:00"], "late": ["24:30", "29:00"]},
]


def stamp(at: datetime) -> str:
    """The time as a scenario writes it, seconds only where there are any."""
    return at.isoformat(timespec="seconds" if at.second else "minutes")


def chance(draw: Draw, one_in: int = 2) -> bool:
    return bool(draw(st.integers(1, one_in)) == one_in)


def clock_of(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


@st.composite
def session_tables(draw: Draw, features: frozenset[str]) -> dict[str, list[str]]:
    """One to three sessions of a date, from 06:00 to 30:00 at most."""
    known = PLAIN + (STRETCHES if "stretch" in features else []) + (NIGHTS if "night" in features else [])
    if not chance(draw, 4):
        return dict(draw(st.sampled_from(known)))
    at, table = draw(st.integers(6 * 4, 9 * 4)) * 15, {}
    for name in draw(st.sampled_from([["am"], ["am", "pm"], ["am", "pm", "ev"]])):
        length = draw(st.integers(2, 18)) * 15
        table[name] = [clock_of(at), clock_of(at + length)]
        at += length + draw(st.integers(0 if "stretch" in features else 1, 8)) * 15
    return table


@st.composite
def schedule_versions(draw: Draw, features: frozenset[str]) -> Doc:
    """What one schedule says: regime, sessions, weekdays, and other hours on one of these."""
    table = draw(session_tables(features))
    regimes = ["per_session", "first_last"] if "first_last" in features else ["per_session"]
    if "regimes" in features:
        regimes += ["check_in_only", "exempt", "check_in_only"]
    weekdays = WEEKDAYS[: draw(st.sampled_from([5, 6, 7]))]
    version: Doc = {"regime": draw(st.sampled_from(regimes)), "sessions": table, "weekdays": weekdays}
    version["document"] = f"QĐ {draw(st.integers(1, 9))}/UBND"
    if chance(draw, 4):
        names = list(table)[: draw(st.integers(1, len(table)))]
        version["by_weekday"] = {draw(st.sampled_from(weekdays)): {n: table[n] for n in names}}
    return version


@st.composite
def schedules(draw: Draw, features: frozenset[str], days: list[date]) -> Doc:
    """A schedule: flat, or of two versions that follow each other within the days."""
    if "versions" not in features or chance(draw):
        return dict(draw(schedule_versions(features)))
    switch = draw(st.sampled_from(days))
    first = {"from": "2025-01-01", "to": str(switch - timedelta(days=1)), **draw(schedule_versions(features))}
    second = {"from": str(switch), "to": None, **draw(schedule_versions(features))}
    if "announced" in features and chance(draw, 4):  # announced late: until then its dates are in no version
        second["recorded_at"] = f"{draw(st.sampled_from(days))}T09:00"
    return {"versions": [first, second]}


def version_on(schedule: Doc, on: date) -> Doc:
    versions = schedule.get("versions") or [schedule]
    return next((v for v in reversed(versions) if str(v.get("from") or "") <= str(on)), versions[0])


def hours_on(schedule: Doc, on: date) -> list[tuple[str, datetime, datetime]]:
    """The sessions a schedule would have on a date, working day or not: where lines are drawn."""
    version, midnight = version_on(schedule, on), datetime.combine(on, time.min)
    table = (version.get("by_weekday") or {}).get(WEEKDAYS[on.weekday()], version["sessions"])
    found = []
    for name, pair in table.items():
        begins, ends = (midnight + timedelta(hours=int(t[:2]), minutes=int(t[3:])) for t in pair)
        found.append((name, begins, ends if ends > begins else ends + timedelta(days=1)))
    return found


def lines_on(schedule: Doc, on: date) -> list[datetime]:
    """The times at which verdicts turn: starts, ends, middles of breaks, reaches of windows."""
    hours = hours_on(schedule, on)
    lines = [t for _, begins, ends in hours for t in (begins, ends)]
    lines += [one[2] + (two[1] - one[2]) / 2 for one, two in pairwise(hours)]
    return [*lines, hours[0][1] - timedelta(minutes=360), hours[-1][2] + timedelta(minutes=360)]


@st.composite
def near(draw: Draw, schedule: Doc, on: date) -> datetime:
    """A moment on a line or close to it."""
    return draw(st.sampled_from(lines_on(schedule, on))) + timedelta(seconds=draw(st.sampled_from(NEAR_SECONDS)))


@st.composite
def stays(draw: Draw, schedule: Doc, on: date) -> list[datetime]:
    """The true times at which a person punched on a date: sessions attended well, badly or half, and strays."""
    times = []
    shift = st.sampled_from(NEAR_SECONDS)
    for _, begins, ends in hours_on(schedule, on):
        habit = draw(st.sampled_from(["pair"] * 7 + ["in", "out", "none"]))
        if habit in ("pair", "in"):
            times.append(begins + timedelta(seconds=draw(shift)))
        if habit in ("pair", "out"):
            times.append(ends + timedelta(seconds=draw(shift)))
    times += draw(st.lists(near(schedule, on), max_size=2))
    if times and chance(draw, 3):  # a chain of repeats
        first = draw(st.sampled_from(times))
        times += [
            first + timedelta(seconds=s) for s in draw(st.sampled_from([[30], [60], [61], [50, 60, 61], [60, 120]]))
        ]
    return times


@st.composite
def windows_of_time(draw: Draw, schedule: Doc, days: list[date]) -> tuple[datetime, datetime]:
    """A stretch of whole minutes that begins near a line and is not empty."""
    begins = draw(near(schedule, draw(st.sampled_from(days)))).replace(second=0)
    if chance(draw, 3):
        ends = begins + timedelta(minutes=draw(st.sampled_from([1, 15, 60, 240, 480, 1440])))
    else:
        ends = draw(near(schedule, begins.date())).replace(second=0)
    return begins, ends if ends > begins else begins + timedelta(minutes=90)
