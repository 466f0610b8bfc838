"""What papers of a generated province-month must print, counted one by one from raw punches by the slow judge.

Each person is judged from their own punches and papers alone; nothing here reads what the store or the engine made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from math import floor
from typing import Any

from tests.counted_office import COUNTED, sums_of
from tests.oracle import Office, month_row
from tests.oracle.expected import Session
from tests.oracle.seen import Window, dead_moments, order_windows, punches_of
from tests.oracle.verdict import Case
from tests.oracle.words import date_of, during, text_of
from tests.oracle.words import facts as facts_of
from tests.province import FIRST, LAST, SCHEDULES, Doc, path, without_names

Row = dict[str, Any]
MONTH = "2026-04"
CAUSES = {"terminal_not_synced": "not_read", "terminal_outage": "outage", "terminal_clock_invalid": "clock"}
_DAY = timedelta(days=1)


@dataclass
class Compared:
    """How many figures were held beside those of papers, and where they are not the same."""

    figures: int = 0
    differences: list[str] = field(default_factory=list)

    def same(self, told: Any, counted: Any, where: str) -> None:
        self.figures += 1
        if told != counted:
            self.differences.append(f"{where}: the paper has {told!r}, the recount {counted!r}")

    def each(self, told: dict[str, Any], counted: dict[str, Any], where: str) -> None:
        for name in {**told, **counted}:
            self.same(told.get(name), counted.get(name), f"{where} {name}")


@dataclass(frozen=True)
class Day:
    """A date of a person: the unit and schedule it belongs to, and what the oracle concludes."""

    employee: str
    unit: str
    schedule: str
    on: date
    row: Row

    @property
    def is_exempt(self) -> bool:
        return self.schedule == "MIEN"


class Recount:
    """The whole month of everybody."""

    def __init__(self, written: Doc) -> None:
        bare = without_names(written)
        own: dict[str, tuple[list[Doc], list[Doc]]] = {each["code"]: ([], []) for each in bare["employees"]}
        shared = [fact for fact in bare["facts"] if "employee" not in fact]
        for punch in bare["punches"]:
            own[punch["pin"]][0].append(punch)  # the number of each is their code, wherever they are enrolled
        for fact in bare["facts"]:
            if "employee" in fact:
                own[fact["employee"]][1].append(fact)
        self.names = {each["code"]: each["name"] for each in written["employees"]}
        self._people = {each["code"]: each for each in bare["employees"]}
        self._offices = {
            code: Office(bare | {"employees": [each], "punches": own[code][0], "facts": [*own[code][1], *shared]})
            for code, each in self._people.items()
        }

    @cached_property
    def days(self) -> list[Day]:
        """Every date on which somebody was employed."""
        found = []
        for code, person in self._people.items():
            on = FIRST
            while on <= LAST:
                held = next((a for a in person["assignments"] if a["from"] <= on.isoformat() <= a["to"]), None)
                if held is not None:
                    found.append(Day(code, held["unit"], _schedule(held), on, self._offices[code].day(code, on)))
                on += _DAY
        return found

    def of(self, top: str, from_on: date = FIRST, to_on: date = LAST) -> list[Day]:
        """Days of a unit and all below it."""
        return [day for day in self.days if top in path(day.unit) and from_on <= day.on <= to_on]

    def in_unit(self, unit: str) -> dict[str, dict[date, Day]]:
        """By person the days that belong to just this unit."""
        found: dict[str, dict[date, Day]] = {}
        for day in self.days:
            if day.unit == unit:
                found.setdefault(day.employee, {})[day.on] = day
        return found

    def line(self, employee: str, unit: str) -> Row:
        """Somebody's line in the sheet of a unit, as rules.md §8 counts it."""
        return month_row(self._offices[employee], employee, MONTH, unit)

    def handed_in(self) -> set[tuple[str, str, str, str]]:
        """Person, date, session and question of each explanation that was handed in."""
        return {
            (fact["employee"], str(fact["date"]), fact["session"], fact["covers"])
            for office in self._offices.values()
            for fact in facts_of(office.document, "explanation")
            if fact.get("submitted_at") is not None
        }

    # compliance -----------------------------------------------------------------------------------------------------

    @staticmethod
    def figures(days: list[Day]) -> Row:
        """As papers for programs name them."""
        sums: Counter[str] = Counter()
        at_once: Counter[date] = Counter()
        kinds = set()
        for day in days:
            if not day.is_exempt:
                mine = sums_of(day.row)
                sums += mine
                at_once[day.on] += mine["due"] > 0
                kinds |= {each["type"] for each in day.row["violations"]}
        clear = sums["known"] - sums["counted"]
        return {
            "people": max(at_once.values(), default=0),
            "due": sums["due"], "known": sums["known"], "unverified": sums["due"] - sums["known"],
            "clear": clear, "with_counted": sums["counted"], "with_excused": sums["excused"],
            "compliance_percent": float(tenths(clear, sums["known"])) if sums["known"] else None,
            "counted": {kind: sum(sums[f"{kind} {status}"] for status in COUNTED) for kind in sorted(kinds)},
            "excused": sum(count for name, count in sums.items() if name.endswith(" excused")),
            "pending": sum(count for name, count in sums.items() if name.endswith(" pending")),
        }  # fmt: skip

    # duties ---------------------------------------------------------------------------------------------------------

    def duties(self, top: str, from_on: date = FIRST, to_on: date = LAST) -> Iterator[Row]:
        """Every duty of the roster that starts on the dates, with what punches say of it."""
        for day in self.of(top, from_on, to_on):
            office = self._offices[day.employee]
            for duty in facts_of(office.document, "duty", day.employee):
                if date_of(office.document, duty["from"]) == day.on:
                    yield {
                        "employee": day.employee, "unit": day.unit, "on": day.on,
                        "starts": text_of(office.document, duty["from"]),
                        "ends": text_of(office.document, duty["to"]),
                        "minutes": int((duty["to"] - duty["from"]) / timedelta(minutes=1)),
                        "state": self._stood(office, day.employee, day.on, duty),
                    }  # fmt: skip

    def _stood(self, office: Office, employee: str, on: date, duty: Doc) -> str:
        """Kept where a punch or a session shows them there; else not verified, not there, or away on papers."""
        case = office.knowledge(None).case(employee, on)
        assert case is not None
        told = set()
        for window in case.all_windows:
            session = window.session
            if session.start < duty["to"] and session.end > duty["from"]:
                told.add(self._of_part(case, window) if session.duty else self._of_session(office, case, window, duty))
        taken = [s for p in case.plans.values() for s in p.sessions
                 if not s.required and s.start < duty["to"] and s.end > duty["from"]]  # fmt: skip
        told |= {"away"} if taken else set()
        return next((state for state in ("kept", "unverified", "no_show", "away") if state in told), "unverified")

    @staticmethod
    def _of_part(case: Case, window: Window) -> str:
        if case.evidence.of(window.session):
            return "kept"
        document, part = case.document, window.session
        dark = dead_moments(document, part.terminals, part.start, part.end, closed=True)
        invalid = any(
            fact["terminal"] in part.terminals and fact["from"] <= window.reach_to and fact["to"] > window.reach_from
            for fact in facts_of(document, "clock_invalid")
        )
        return "unverified" if dark or invalid else "no_show"

    @staticmethod
    def _of_session(office: Office, case: Case, window: Window, duty: Doc) -> str:
        session: Session = window.session
        if window.plan.regime == "exempt":
            return "kept"  # no punch is asked for, all is credited (rules.md §4)
        row = office.day(case.employee, session.date)
        if any(each["session"] == session.name and each["minutes"] is None for each in row["violations"]):
            return "kept"
        if row["symbols"][session.name] == "?":
            return "unverified"
        there = case.present_in(session)
        return "kept" if there is not None and there[0] < duty["to"] and there[1] > duty["from"] else "no_show"

    # overtime -------------------------------------------------------------------------------------------------------

    def ordered(self, day: Day) -> list[bool]:
        """Of each order that starts on the date, whether all that may be known of it is known."""
        office = self._offices[day.employee]
        orders = facts_of(office.document, "overtime", day.employee)
        if not any(date_of(office.document, order["from"]) == day.on for order in orders):
            return []
        case = office.knowledge(None).case(day.employee, day.on)
        assert case is not None
        found = []
        for window in order_windows(office.document, day.employee, None, case.plans, case.all_windows):
            if date_of(office.document, window.order["from"]) != day.on or not window.minutes:
                continue
            starts, ends = min(window.minutes), max(window.minutes) + timedelta(minutes=1)
            inside = [punch.true for punch in case.evidence.kept if window.holds(punch.true)]
            first, last = (inside[0], inside[-1]) if inside else (ends, starts)
            terminals = case.plan.terminals
            dark = (first > starts and dead_moments(office.document, terminals, starts, first, closed=False)) or (
                last < ends and dead_moments(office.document, terminals, last, ends, closed=False)
            )
            covered = any(
                fact["terminal"] in terminals
                and ((first > starts and during(fact, starts)) or (last < ends and during(fact, ends)))
                for fact in facts_of(office.document, "clock_invalid")
            )
            under = any(
                punch.timeless and not punch.annulled and window.holds(punch.true)
                for punch in punches_of(office.document, day.employee, None)
            )
            invalid = (covered or under) and not (first <= starts and last >= ends)
            found.append(not dark and not invalid)
        return found


def _schedule(held: Doc) -> str:
    own = held.get("schedule")
    return str(own) if own is not None else "MC" if "H1" in path(held["unit"]) else "HC"


def changes_with_seasons(schedule: str) -> bool:
    return "versions" in SCHEDULES[schedule]


def cell(row: Row, printed: dict[str, str] | None = None) -> str:
    """The signs of a day: one where its sessions are alike, else each with a slash between."""
    signs = [(printed or {}).get(sign, sign) for sign in row["symbols"].values()]
    return signs[0] if len(set(signs)) == 1 else "/".join(signs)


def shares(days: Iterator[Row] | list[Row]) -> dict[str, Fraction]:
    """The parts of days that each sign stands for, in whole fractions."""
    found: dict[str, Fraction] = {}
    for row in days:
        for sign in row["symbols"].values():
            if sign not in ("", "-"):
                found[sign] = found.get(sign, Fraction(0)) + Fraction(1, len(row["symbols"]))
    return found


def half_up(value: Fraction, places: int) -> Fraction:
    """To so many decimals, a half going up."""
    return Fraction(floor(value * 10**places + Fraction(1, 2)), 10**places)


def tenths(part: int, whole: int) -> Fraction:
    """A percentage to one decimal."""
    return half_up(Fraction(100 * part, whole), 1)


def block(violation: Row) -> str:
    """Where a statement of the month lists it."""
    if violation["status"] == "excused":
        return "excused"
    if violation["status"] == "pending":
        return "missing"
    return "refused" if violation["type"].startswith("missing") else str(violation["type"])


def cause(row: Row) -> str:
    """Why minutes of a day are unverified; the first of several."""
    return next((name for flag, name in CAUSES.items() if flag in row["flags"]), "missing")
