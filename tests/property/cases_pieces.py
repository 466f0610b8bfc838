"""Hypothesis strategies for the parts of a scenario document: schedules, lines, punches, calendar, papers, troubles."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

Doc = dict[str, Any]
Draw = Callable[[st.SearchStrategy[Any]], Any]

WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
NEAR_SECONDS = [
    0,
    0,
    1,
    -1,
    59,
    -59,
    60,
    -60,
    61,
    -61,
    300,
    -300,
    301,
    360,
    -360,
    600,
    -600,
    900,
    -900,
    901,
    2700,
    -2700,
]
PLAIN = [
    {"am": ["07:30", "12:00"], "pm": ["13:30", "17:00"]},
    {"am": ["07:00", "11:30"], "pm": ["13:30", "17:00"], "ev": ["18:00", "20:30"]},
    {"day": ["08:00", "16:00"]},
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
    return {
        "versions": [
            {"from": "2025-01-01", "to": str(switch - timedelta(days=1)), **draw(schedule_versions(features))},
            {"from": str(switch), "to": None, **draw(schedule_versions(features))},
        ]
    }


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


@st.composite
def policies(draw: Draw, features: frozenset[str]) -> Doc:
    """A policy: mostly the defaults, each key now and then another."""
    policy: Doc = {}
    variants: list[tuple[str, str, list[Any]]] = [
        ("basic", "duplicate_window_seconds", [0, 60, 120]),
        ("basic", "repeat_minutes", [0, 1, 15, 30]),
        ("basic", "session_window_minutes", [30, 120, 360]),
        ("basic", "absent_over_minutes", [0, 5, 60, 120]),
        ("grace", "late_grace_minutes", [1, 5, 10]),
        ("grace", "early_grace_minutes", [1, 5, 10]),
        ("clock", "clock_tolerance_seconds", [0, 60, 300]),
        ("home_only", "site_policy", ["home_only"]),
        ("track", "track_mid_session", [True]),
        ("explanation", "missing_punch_refused", ["none", "session"]),
        ("explanation", "explanation_deadline_workdays", [1, 2]),
    ]
    for feature, key, values in variants:
        if feature in features and chance(draw, 2 if feature != "basic" else 5):
            policy[key] = draw(st.sampled_from(values))
    return policy


@st.composite
def calendars(draw: Draw, days: list[date], units: list[str], names: list[str]) -> list[Doc]:
    """Entries for at most three of the days; no date has both whole-day and session entries."""
    free = draw(st.permutations(days))[:3]
    entries: list[Doc] = []
    while free:
        on = free.pop()
        shape = draw(st.sampled_from(["whole", "session", "swap", "tree", "back", "none"]))
        unit = draw(st.sampled_from([None, *units]))
        place = {} if unit is None else {"unit": unit}
        off = draw(st.sampled_from(["holiday", "compensation", "stoppage"]))
        if shape == "whole":
            entries.append({"date": str(on), "kind": draw(st.sampled_from([off, "workday"])), **place})
        elif shape == "session":
            entries.append({"date": str(on), "kind": off, "session": draw(st.sampled_from(names)), **place})
        elif shape == "tree":  # the nearest wins
            entries.append({"date": str(on), "kind": off, "unit": units[0]})
            entries.append({"date": str(on), "kind": "workday", "unit": units[-1], "recorded_at": f"{on}T09:00"})
        elif shape == "back":  # of two the one recorded last holds, however they are written
            pair = [
                {"date": str(on), "kind": off, "recorded_at": f"{on - timedelta(days=9)}T09:00", **place},
                {"date": str(on), "kind": "workday", "recorded_at": f"{on}T10:00", **place},
            ]
            entries += draw(st.permutations(pair))
        elif shape == "swap" and free:
            other = free.pop()
            entries.append({"date": str(on), "kind": "swapped_work", "for": str(other), **place})
            entries.append({"date": str(other), "kind": "swapped_off", "for": str(on), **place})
    return entries


@st.composite
def papers(draw: Draw, features: frozenset[str], person: str, schedule: Doc, days: list[date]) -> list[Doc]:
    """Leave, missions and exemptions of one person."""
    found: list[Doc] = []

    def approved(on: date) -> Doc:
        return {"approved_at": f"{on + timedelta(days=draw(st.integers(-2, 2)))}T09:00"} if chance(draw) else {}

    if "leave" in features and chance(draw):
        on = draw(st.sampled_from(days))
        taken = draw(st.sampled_from(["all", *[name for name, _, _ in hours_on(schedule, on)]]))
        code = draw(st.sampled_from(["P", "Ô", "H"]))
        found.append(
            {"kind": "leave", "employee": person, "code": code, "date": str(on), "session": taken, **approved(on)}
        )
    if "mission" in features:
        for begins, ends in draw(st.lists(windows_of_time(schedule, days), max_size=2)):
            window = {"from": stamp(begins), "to": stamp(ends)}
            found.append({"kind": "mission", "employee": person, **window, **approved(begins.date())})
    if "exemption" in features and chance(draw):
        valid: Doc = {"from": str(days[0]), "to": str(draw(st.sampled_from(days)))}
        if chance(draw, 3):
            valid = {"dates": [str(draw(st.sampled_from(days)))]}
        minutes = {"minutes_per_day": draw(st.sampled_from([30, 60, 90, 300]))}
        place = {"placement": draw(st.sampled_from(["day_start", "day_end"]))}
        found.append({"kind": "exemption", "employee": person, "code": "nursing", **minutes, **place, **valid})
    if "exemption" in features and chance(draw, 4):
        begins, ends = draw(windows_of_time(schedule, days))
        window = {"from": stamp(begins), "to": stamp(ends)}
        found.append({"kind": "exemption", "employee": person, "code": "not_enrolled", **window})
    if "duty" in features and chance(draw):
        found += draw(duties(person, schedule, days))
    if "overtime" in features and chance(draw):
        begins, ends = draw(windows_of_time(schedule, days))
        window = {"from": stamp(begins), "to": stamp(min(ends, begins + timedelta(hours=16)))}
        found.append({"kind": "overtime", "employee": person, **window, **approved(begins.date())})
    return found


@st.composite
def duties(draw: Draw, person: str, schedule: Doc, days: list[date]) -> list[Doc]:
    """One or two entries of the roster: by night, beside sessions, over them, some under a protection."""
    found: list[Doc] = []
    for on in draw(st.lists(st.sampled_from(days), min_size=1, max_size=2, unique=True)):
        hours = hours_on(schedule, on)
        after = hours_on(schedule, on + timedelta(days=1))
        last = hours[-1][2]
        shapes = [
            (last, max(after[0][1], last + timedelta(hours=1))),  # touches both sides across midnight
            (last, last + timedelta(hours=draw(st.integers(1, 5)))),
            (last + timedelta(minutes=45), last + timedelta(hours=3)),
            (hours[0][1] - timedelta(hours=2), hours[0][1]),
            (hours[0][1] + timedelta(hours=1), hours[0][2] + timedelta(minutes=30)),
            (hours[0][1], hours[-1][2]),
        ]
        begins, ends = draw(st.sampled_from(shapes))
        ends = max(ends, begins + timedelta(minutes=30))
        window = {"from": stamp(begins), "to": stamp(ends)}
        counts = {"counts_as_schedule": chance(draw)}
        found.append({"kind": "duty", "employee": person, "code": "duty", **window, **counts})
    if chance(draw, 5):
        about = {"employee": person, "code": "pregnancy_m7", "from": str(draw(st.sampled_from(days)))}
        found.append({"kind": "protection", **about})
    return found


@st.composite
def troubles(draw: Draw, features: frozenset[str], terminals: list[str], schedule: Doc, days: list[date]) -> list[Doc]:
    """Outages and clock offsets of the terminals; at most one network outage or offset for each."""
    found: list[Doc] = []
    for terminal in terminals:
        network = False
        if "outage" in features:
            for begins, ends in draw(st.lists(windows_of_time(schedule, days), max_size=2)):
                mode = "network" if not network and chance(draw, 3) else "dead"
                network = network or mode == "network"
                window = {"from": stamp(begins), "to": stamp(ends)}
                found.append({"kind": "outage", "mode": mode, "terminal": terminal, **window})
        if "clock" in features and not network and chance(draw):
            begins, ends = draw(windows_of_time(schedule, days))
            offset = draw(st.sampled_from([30, 60, 61, -61, 420, -420, 3600]))
            window = {"from": stamp(begins), "to": stamp(ends)}
            found.append({"kind": "clock_offset", "terminal": terminal, **window, "offset_seconds": offset})
        if "clock_invalid" in features and chance(draw, 3):
            begins, ends = draw(windows_of_time(schedule, days))
            window = {"from": stamp(begins), "to": stamp(min(ends, begins + timedelta(hours=6)))}
            found.append({"kind": "clock_invalid", "terminal": terminal, **window})
    return found


def holds(fact: Doc, kind: str, terminal: str, at: datetime) -> bool:
    if fact["kind"] != kind or fact["terminal"] != terminal:
        return False
    return datetime.fromisoformat(fact["from"]) <= at < datetime.fromisoformat(fact["to"])


def pin_on(person: Doc, terminal: str, on: date) -> str | None:
    """The number under which the person is enrolled; None when punches name the person instead."""
    for pin in person.get("pins", []):
        if pin["terminal"] == terminal and str(pin["from"]) <= str(on) <= (pin["to"] or "9"):
            return str(pin["pin"])
    return None


@st.composite
def punches(
    draw: Draw, features: frozenset[str], person: Doc, terminals: list[str], at: list[datetime], facts: list[Doc]
) -> list[Doc]:
    """The claims the terminals make of the times at which the person truly punched."""
    found: dict[tuple[str, str], Doc] = {}
    usual = person["assignments"][0]["terminals"][0]
    delayed = not any(f["kind"] == "outage" for f in facts) and "as_of" in features
    for true in at:
        terminal = usual if not chance(draw, 4) else draw(st.sampled_from(terminals))
        sent = true
        for fact in facts:  # so that the corrected time lies near the line
            if holds(fact, "clock_offset", terminal, true) and chance(draw):
                sent = true + timedelta(seconds=fact["offset_seconds"])
        if any(holds(f, "outage", terminal, sent) and f["mode"] == "dead" for f in facts):
            continue  # punches are impossible
        number = pin_on(person, terminal, true.date())
        who = {"employee": person["code"]} if number is None else {"pin": number}
        punch: Doc = {"terminal": terminal, **who, "at": sent.isoformat()}
        if "direction" in features:
            punch["state"] = draw(st.sampled_from([0, 1, 2, 3, 4, 5, 255, 255]))
        if delayed and chance(draw, 6):
            punch["received_at"] = stamp(sent + timedelta(minutes=draw(st.sampled_from([1, 600, 3000]))))
        found[terminal, punch["at"]] = punch
    if chance(draw, 6):  # implausible: quarantined
        who = {"employee": person["code"]} if "pins" not in person else {"pin": person["pins"][0]["pin"]}
        bad = draw(st.sampled_from(["2009-12-31T23:59:59", "2000-01-01T07:30:00", "2026-02-30T07:30:00"]))
        found[usual, bad] = {"terminal": usual, **who, "at": bad}
    return list(found.values())
