"""A generated office of five weeks as a case file, and what the slow judge of `tests/oracle` says of its days.

Units stand in a tree, one is small, one has a terminal that was dead, hours change from winter to summer, somebody need
not punch, somebody moves. Whoever recounts asks the oracle, which shares no line with the engine or the store.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from tests.oracle import Office as Oracle

FIRST, CHANGE, LAST = date(2026, 3, 30), date(2026, 4, 16), date(2026, 5, 3)
TREE = {"A": None, "B": "A", "C": "A", "C1": "C", "D": "A"}
STAFF = {"A": 1, "B": 5, "C": 2, "C1": 2, "D": 1}
WINTER = {"am": ["07:30", "12:00"], "pm": ["13:30", "17:00"]}
SUMMER = {"am": ["07:00", "11:30"], "pm": ["13:30", "17:00"]}
MOVED_ON = date(2026, 4, 6)
COUNTED = ("counted", "partly_excused")
_DAY = timedelta(days=1)


def document(seed: int) -> dict[str, Any]:
    """The case: one and the same for a seed."""
    random = Random(seed)
    weekdays = ["mon", "tue", "wed", "thu", "fri"]
    seasons = [
        {"from": "2025-10-16", "to": "2026-04-15", "regime": "per_session", "sessions": WINTER, "weekdays": weekdays},
        {"from": "2026-04-16", "to": "2026-10-15", "regime": "per_session", "sessions": SUMMER, "weekdays": weekdays},
    ]
    free = {"regime": "exempt", "sessions": WINTER, "weekdays": weekdays}
    people: list[dict[str, Any]] = [
        {"code": f"{unit}-{number}", "assignments": _assignments(unit, number)}
        for unit, count in STAFF.items()
        for number in range(1, count + 1)
    ]
    facts: list[dict[str, Any]] = []
    punches: list[dict[str, Any]] = []
    for person in people:
        punches += _punches(random, person["code"])
    facts += [_explained(place, *told) for place, told in enumerate(_late_ones(random, punches))]
    facts.append({"kind": "leave", "employee": "B-1", "code": "P", "date": "2026-04-07", "session": "all"})
    facts.append({"kind": "mission", "employee": "C-1", "from": "2026-04-08T07:00", "to": "2026-04-08T17:30"})
    facts.append(
        {"kind": "outage", "mode": "dead", "terminal": "T-D", "from": "2026-04-20T00:00", "to": "2026-04-24T23:59"}
    )
    facts.append({"kind": "inspection", "unit": "A", "at": "2026-04-22T09:00", "found_absent": ["B-2", "C1-1"]})
    holiday = [{"date": on, "kind": "holiday"} for on in ("2026-04-30", "2026-05-01")]
    return {
        "scenario": 1, "id": f"counted-{seed}", "title": "Generated", "timezone": "Asia/Ho_Chi_Minh",
        "policy": {"missing_punch_refused": "none"},
        "schedules": {"HC": {"versions": seasons}, "MIEN": free},
        "calendar": holiday,
        "units": [{"code": code, "parent": parent, "schedule": "HC"} for code, parent in TREE.items()],
        "terminals": [{"code": "T-A", "unit": "A"}, {"code": "T-D", "unit": "D"}],
        "employees": people, "facts": facts, "punches": punches,
        "expect": [{"employee": "B-1", "date": FIRST.isoformat()}, {"employee": "B-1", "date": LAST.isoformat()}],
    }  # fmt: skip


def _assignments(unit: str, number: int) -> list[dict[str, Any]]:
    terminals = ["T-D"] if unit == "D" else ["T-A"]
    held = {"unit": unit, "schedule": "MIEN" if (unit, number) == ("B", 5) else "HC", "terminals": terminals}
    if (unit, number) != ("B", 4):
        return [held | {"from": "2025-01-01", "to": None}]
    eve = (MOVED_ON - _DAY).isoformat()
    moved = held | {"unit": "C1", "from": MOVED_ON.isoformat(), "to": None}
    return [held | {"from": "2025-01-01", "to": eve}, moved]


def _punches(random: Random, employee: str) -> list[dict[str, Any]]:
    """Most days whole; now and then late, gone early, a punch forgotten, a session missed."""
    found, terminal = [], "T-D" if employee.startswith("D") else "T-A"
    on = FIRST
    while on <= LAST:
        if on.weekday() < 5 and employee != "B-5" and not (terminal == "T-D" and _is_dead(on)):
            hours = WINTER if on < CHANGE else SUMMER
            for begins, ends in hours.values():
                chance = random.random()
                if chance < 0.02:
                    continue
                late = random.choice((3, 12, 40)) if 0.02 <= chance < 0.08 else -random.randint(1, 9)
                early = random.choice((5, 25)) if 0.08 <= chance < 0.12 else -random.randint(1, 9)
                both = 0.12 <= chance < 0.13
                came = _at(on, begins) + timedelta(minutes=15 if both else late)
                left = _at(on, ends) - timedelta(minutes=7 if both else early)
                forgotten = 0.13 <= chance < 0.16
                moments = [came] if forgotten else [came, left]
                known = {"terminal": terminal, "employee": employee, "received_at": f"{_sunday(on)}T20:00"}
                found += [known | {"at": f"{at:%Y-%m-%dT%H:%M:%S}"} for at in moments]
        on += _DAY
    return found


def _sunday(on: date) -> date:
    """When the week of a date is read: a pull for each punch would take minutes."""
    return on + (6 - on.weekday()) * _DAY


def _is_dead(on: date) -> bool:
    return date(2026, 4, 20) <= on <= date(2026, 4, 24)


def _at(on: date, text: str) -> datetime:
    return datetime.fromisoformat(f"{on}T{text}:00")


def _late_ones(random: Random, punches: list[dict[str, Any]]) -> Iterator[tuple[str, date, str]]:
    """Some that are late, to be explained, and some of whom a punch is missing."""
    late, seen = [], Counter[tuple[str, date, str]]()
    for punch in punches:
        at = datetime.fromisoformat(punch["at"])
        half = "am" if at.hour < 12 else "pm"
        begins = (WINTER if at.date() < CHANGE else SUMMER)[half][0]
        if timedelta() < at - _at(at.date(), begins) < timedelta(hours=1):
            late.append((punch["employee"], at.date(), half))
        seen[punch["employee"], at.date(), half] += 1
    yield from ((who, on, f"late {half}") for who, on, half in random.sample(late, min(6, len(late))))
    alone = [key for key, count in seen.items() if count == 1]
    yield from ((who, on, f"missing_out {half}") for who, on, half in random.sample(alone, min(5, len(alone))))


def _explained(place: int, employee: str, on: date, kind: str) -> dict[str, Any]:
    """Accepted whole, refused, accepted in part, in turn."""
    covers, half = kind.split()
    decision, accepted = (("approved", 60), ("refused", 60), ("approved", 2))[place % 3]
    minutes = {"minutes": accepted} if covers == "late" else {}
    return {
        "kind": "explanation", "employee": employee, "date": on.isoformat(), "session": half, "covers": covers,
        "decision": decision, **minutes,
    }  # fmt: skip


class Recount:
    """What the oracle says, counted one by one."""

    def __init__(self, written: dict[str, Any]) -> None:
        self._oracle = Oracle(written)
        self._people = {each["code"]: each["assignments"] for each in written["employees"]}

    def days(self, from_on: date, to_on: date) -> Iterator[tuple[str, str, date, dict[str, Any]]]:
        """Person, unit of the day, date, row of the oracle; of everybody who has to punch."""
        for person, held in self._people.items():
            on = from_on
            while on <= to_on:
                unit = next((each["unit"] for each in held if _holds(each, on)), None)
                if unit is not None and held[0]["schedule"] != "MIEN":
                    yield person, unit, on, self._oracle.day(person, on)
                on += _DAY

    def sums(self, top: str | None, from_on: date, to_on: date) -> Counter[str]:
        """due, known, counted, excused sessions and occurrences by `type status` of a unit and all below it."""
        found: Counter[str] = Counter()
        for _, unit, _, row in self.days(from_on, to_on):
            if top is None or top in path(unit):
                found += sums_of(row)
        return found

    def people(self, top: str, from_on: date, to_on: date) -> int:
        """The most people with a session due on one date."""
        at_once = Counter(
            on for _, unit, on, row in self.days(from_on, to_on) if top in path(unit) and sums_of(row)["due"]
        )
        return max(at_once.values(), default=0)


def sums_of(row: dict[str, Any]) -> Counter[str]:
    """Of one day of one person."""
    found: Counter[str] = Counter()
    for name, sign in row["symbols"].items():
        if sign not in ("+", "KP", "?"):
            continue
        found["due"] += 1
        here = [each["status"] for each in row["violations"] if each["session"] == name]
        if sign != "?":
            found["known"] += 1
            counts = any(status in COUNTED for status in here)
            found["counted"] += counts
            found["excused"] += bool(here) and not counts
    for each in row["violations"]:
        found[f"{each['type']} {each['status']}"] += 1
    found["unverified_days"] += row["unverified_min"] > 0
    found["due_days"] += row["scheduled_min"] > row["leave_min"]
    return found


def path(unit: str) -> list[str]:
    """The unit and those above it."""
    above = TREE[unit]
    return [unit, *(path(above) if above else [])]


def _holds(held: dict[str, Any], on: date) -> bool:
    return held["from"] <= on.isoformat() and (held["to"] is None or on.isoformat() <= held["to"])
