"""A generated month of a province as a case file, one and the same for a seed, and filed in a real database.

Units in a tree, hours by season, halls of one-stop service, guards by night, part-time people, those who need not
punch; a holiday, a swap, an afternoon of storm; terminals dead, offline and with a wrong clock; people who move between
units, papers of every kind, what is explained and what is not, duties, visits, overtime.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import groupby
from random import Random
from typing import Any

from attendance.facts import Duty, Paper
from attendance.scenario.people_section import DIRECT
from attendance.services.evaluate import evaluate_dirty
from attendance.store import office, papers_roster, registering
from attendance.store.database import Session
from attendance.store.tables import UnitRow
from tests.office_of_case import PULLS, UNDATED, OfficeOfCase

Doc = dict[str, Any]
FIRST, CHANGE, LAST = date(2026, 4, 1), date(2026, 4, 16), date(2026, 4, 30)
ROOT = "P"
TREE: dict[str, str | None] = {
    ROOT: None, "S1": ROOT, "S2": ROOT, "S1A": "S1", "S1B": "S1", "S2A": "S2", "S2B": "S2", "H1": ROOT, "H1X": "H1",
    "H1Y": "H1", "TT": ROOT, "TTK": "TT",
}  # fmt: skip
"""The province, two departments with divisions, a district with communes, a centre."""
HOURS = {ROOT: {"schedule": "HC"}, "H1": {"schedule": "MC"}}
"""Whose hours are said; every other unit has those of the nearest one above."""
_FIVE, _SIX, _ALL = (["mon", "tue", "wed", "thu", "fri", "sat", "sun"][:count] for count in (5, 6, 7))
_WINTER = {"am": ["07:30", "12:00"], "pm": ["13:30", "17:00"]}
_SUMMER = {"am": ["07:00", "11:30"], "pm": ["13:30", "17:00"]}
_HALL = {"am": ["07:30", "11:30"], "pm": ["13:00", "16:30"], "ev": ["17:00", "18:00"]}
_SATURDAY = {"sat": {"am": ["07:30", "11:30"]}}


def _seasons(regime: str, winter: Doc, summer: Doc, weekdays: list[str], **more: Any) -> Doc:
    shared = {"regime": regime, "weekdays": weekdays, **more}
    return {
        "versions": [
            {"from": "2025-10-16", "to": "2026-04-15", "sessions": winter, **shared},
            {"from": "2026-04-16", "to": "2026-10-15", "sessions": summer, **shared},
        ]
    }


SCHEDULES: dict[str, Doc] = {
    "HC": _seasons("per_session", _WINTER, _SUMMER, _FIVE),
    "MC": _seasons("first_last", _HALL, _HALL, _SIX, by_weekday=_SATURDAY),
    "VAO": _seasons("check_in_only", _WINTER, _SUMMER, _FIVE),
    "BTG": {"regime": "per_session", "sessions": {"am": ["08:00", "11:00"]}, "weekdays": _FIVE},
    "DEM": {"regime": "per_session", "sessions": {"night": ["22:00", "06:00"]}, "weekdays": _ALL},
    "MIEN": {"regime": "exempt", "sessions": _WINTER, "weekdays": _FIVE},
}
"""Office hours, one-stop service, who only checks in, part-time, guards by night, who need not punch."""
CALENDAR = [
    {"date": "2026-04-27", "kind": "holiday"},
    {"date": "2026-04-25", "kind": "swapped_work", "for": "2026-04-29", "unit": "S2"},
    {"date": "2026-04-29", "kind": "swapped_off", "for": "2026-04-25", "unit": "S2"},
    {"date": "2026-04-09", "kind": "stoppage", "unit": "H1", "session": "pm"},
    {"date": "2026-04-30", "kind": "holiday"},
]
TROUBLES = [
    {"kind": "outage", "mode": "dead", "terminal": "T-S1B", "from": "2026-04-20T00:00", "to": "2026-04-22T12:30"},
    {"kind": "outage", "mode": "dead", "terminal": "T-H1X", "from": "2026-04-14T16:00", "to": "2026-04-14T20:00"},
    {"kind": "outage", "mode": "network", "terminal": "T-TTK", "from": "2026-04-23T08:00", "to": "2026-04-28T09:00"},
    {"kind": "clock_offset", "terminal": "T-H1", "from": "2026-04-06T00:00", "to": "2026-04-08T23:00",
     "offset_seconds": 420},
    {"kind": "clock_invalid", "terminal": "T-S2A", "from": "2026-04-03T06:00", "to": "2026-04-03T13:00"},
]  # fmt: skip
POLICY = {"missing_punch_refused": "session", "late_grace_minutes": 5, "explanation_deadline_workdays": 3}
_SURNAMES = [
    "Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý",
    "Đinh",
]  # fmt: skip
_MIDDLES = [
    "Văn", "Thị", "Hữu", "Ngọc", "Minh", "Đức", "Thanh", "Quốc", "Mỹ",
]  # fmt: skip
_GIVEN = [
    "An", "Ánh", "Bình", "Cường", "Dũng", "Đạt", "Giang", "Hà", "Hải", "Hương", "Khoa", "Lan", "Linh", "Mai", "Nam",
    "Oanh", "Phúc", "Quỳnh", "Sơn", "Thảo", "Uyên", "Vinh",
]  # fmt: skip
_DAY = timedelta(days=1)


def document(seed: int, people: int) -> Doc:
    """The case of so many people in the units of TREE."""
    random = Random(seed)
    names = [f"{one} {two} {three}" for one in _SURNAMES for two in _MIDDLES for three in _GIVEN]
    chosen = random.sample(names, people)
    units = list(TREE)
    employees, facts, punches = [], list(TROUBLES), []
    for number, name in enumerate(chosen):
        person = _person(random, f"{number:05d}", name, units[number % len(units)])
        employees.append(person)
        life = _Life(random, person)
        life.live()
        facts += life.facts
        punches += life.punches
    facts += [
        {"kind": "inspection", "unit": unit, "at": at,
         "found_absent": sorted(random.sample([each["code"] for each in employees], max(4, people // 8)))}
        for unit, at in ((ROOT, "2026-04-07T09:00"), ("S1", "2026-04-21T15:00"))
    ]  # fmt: skip
    return {
        "scenario": 1, "id": f"province-{seed}-{people}", "title": "Generated", "timezone": "Asia/Ho_Chi_Minh",
        "policy": POLICY, "schedules": SCHEDULES, "calendar": CALENDAR,
        "units": [{"code": code, "parent": parent, **HOURS.get(code, {})} for code, parent in TREE.items()],
        "terminals": [{"code": f"T-{code}", "unit": code} for code in TREE],
        "employees": employees, "facts": facts, "punches": punches,
        "expect": [{"employee": "00000", "date": on.isoformat()} for on in (FIRST, LAST)],
    }  # fmt: skip


def without_names(written: Doc) -> Doc:
    """As the scenario file has it, which knows codes alone."""
    bare = [{key: value for key, value in each.items() if key != "name"} for each in written["employees"]]
    return written | {"employees": bare}


def _person(random: Random, code: str, name: str, unit: str) -> Doc:
    """Mostly all month under the unit's hours; some under their own, some move, come or go within the month."""
    draw = random.random()
    own = next((name for most, name in ((0.06, "VAO"), (0.14, "BTG"), (0.20, "DEM"), (0.24, "MIEN"), (0.30, "MC"))
                if draw < most), None)  # fmt: skip
    terminals = [f"T-{unit}"] if unit in ("S1B", "H1X", "TTK") or random.random() < 0.8 else [f"T-{unit}", f"T-{ROOT}"]
    held: Doc = {"unit": unit, "terminals": terminals, "from": FIRST.isoformat(), "to": LAST.isoformat()}
    if own is not None:
        held["schedule"] = own
    assignments = [held]
    fate = random.random()
    if fate < 0.08 and own != "DEM":
        on = FIRST + random.randint(3, 24) * _DAY
        other = random.choice([each for each in TREE if each != unit])
        assignments = [held | {"to": (on - _DAY).isoformat()},
                       held | {"from": on.isoformat(), "unit": other, "terminals": [f"T-{other}"]}]  # fmt: skip
    elif fate < 0.11:
        assignments = [held | {"from": (FIRST + random.randint(2, 15) * _DAY).isoformat()}]
    elif fate < 0.14:
        assignments = [held | {"to": (LAST - random.randint(2, 15) * _DAY).isoformat()}]
    known = dict.fromkeys(terminal for each in assignments for terminal in each["terminals"])
    return {"code": code, "name": name, "assignments": assignments,
            "pins": [{"terminal": terminal, "pin": code, "from": "2026-01-01"} for terminal in known]}  # fmt: skip


class _Life:
    """What one person did in the month, and the papers about it."""

    def __init__(self, random: Random, person: Doc) -> None:
        self._random, self._code, self._held = random, person["code"], person["assignments"]
        self.facts: list[Doc] = []
        self.punches: list[Doc] = []

    def live(self) -> None:
        self._exemption()
        on = FIRST
        while on <= LAST:
            held = next((each for each in self._held if each["from"] <= on.isoformat() <= each["to"]), None)
            if held is not None:
                self._date(on, held)
            on += _DAY

    def _date(self, on: date, held: Doc) -> None:
        random, name = self._random, _schedule_of(held)
        hours = _hours(name, on, held["unit"])
        if hours and random.random() < 0.03:
            self._leave(on, hours)
        elif hours and random.random() < 0.03:
            self._mission(on, hours)
        elif hours and name != "MIEN":
            self._work(on, held, hours, whole=name == "MC")
        free = random.random()
        if name == "DEM":
            return
        if not hours and free < 0.10:
            self._duty(on, held)
        elif hours and free < 0.02:
            self._evening_duty(on, held, hours)
        elif free < (0.05 if hours else 0.15):
            self._overtime(on, held, hours)

    # what was done --------------------------------------------------------------------------------------------------

    def _work(self, on: date, held: Doc, hours: list[tuple[str, datetime, datetime]], *, whole: bool) -> None:
        """Most days whole; now and then late, gone early, a punch forgotten, a session missed."""
        stretches = [(hours[0][0], hours[0][1], hours[-1][2], hours[-1][0])] if whole else [
            (name, starts, ends, name) for name, starts, ends in hours
        ]  # fmt: skip
        for first, starts, ends, last in stretches:
            chance, random = self._random.random(), self._random
            came = starts - timedelta(seconds=random.randint(0, 900))
            left = ends + timedelta(seconds=random.randint(0, 900))
            if chance < 0.025:
                self._explain(on, first, "absent", 240, 0.3)
                continue
            if chance < 0.09:
                came = starts + timedelta(seconds=random.choice((59, 60, 300, 359, 360, 725, 1500, 5400)))
                self._explain(on, first, "late", int((came - starts) / timedelta(minutes=1)), 0.5)
            if 0.08 < chance < 0.13:
                left = ends - timedelta(seconds=random.choice((1, 60, 61, 600, 3000)))
                self._explain(on, last, "early", int((ends - left) / timedelta(minutes=1)), 0.4)
            if 0.13 < chance < 0.15:
                self._punch(came, held)
                self._explain(on, last, "missing_out", None, 0.7)
            elif 0.15 < chance < 0.16:
                self._punch(left, held)
                self._explain(on, first, "missing_in", None, 0.7)
            else:
                self._punch(came, held)
                self._punch(left, held)
            if chance > 0.97:
                self._punch(came + timedelta(seconds=random.choice((20, 60, 61, 1800))), held)

    def _punch(self, true: datetime, held: Doc) -> None:
        """As the terminal has it: nothing while it is dead, in its own time where its clock is wrong."""
        terminal, sent = self._random.choice(held["terminals"]), true
        for trouble in TROUBLES:
            begins, ends = (datetime.fromisoformat(str(trouble[name])) for name in ("from", "to"))
            if trouble["terminal"] != terminal or not begins <= true < ends:
                continue
            if trouble.get("mode") == "dead":
                return
            sent += timedelta(seconds=int(str(trouble.get("offset_seconds", 0))))
        received = {} if terminal == "T-TTK" else {"received_at": f"{sent.date() + (6 - sent.weekday()) * _DAY}T23:30"}
        if terminal == "T-TTK" or received["received_at"] < sent.isoformat():
            received = {"received_at": f"{LAST + 3 * _DAY}T20:00"}
        about = {"terminal": terminal, "pin": self._code, "at": sent.isoformat(timespec="seconds")}
        self.punches.append(about | received)

    # papers ---------------------------------------------------------------------------------------------------------

    def _say(self, kind: str, **more: Any) -> None:
        self.facts.append({"kind": kind, "employee": self._code, **more})

    def _explain(self, on: date, part: str, covers: str, minutes: int | None, chance: float) -> None:
        """Accepted whole or in part, refused, late, or nobody has decided yet."""
        random = self._random
        if random.random() > chance:
            return
        about: Doc = {"date": on.isoformat(), "session": part, "covers": covers}
        if covers.startswith("missing") and random.random() < 0.2:
            self._say("decision", **about, decision="refused", decided_at=f"{on + 5 * _DAY}T16:00")
            return
        if minutes is not None:
            about["minutes"] = random.choice((minutes, 999, max(1, minutes // 2), 1))
        handed = on + random.choice((0, 1, 1, 2, 9)) * _DAY
        about["submitted_at"] = f"{handed}T18:30"
        if random.random() < 0.85:
            decision = random.choice(("approved", "approved", "refused"))
            about |= {"decision": decision, "decided_at": f"{handed + _DAY}T16:00"}
            if decision == "approved" and random.random() < 0.3:
                about["accepted_after_deadline"] = True
        self._say("explanation", **about)

    def _leave(self, on: date, hours: list[tuple[str, datetime, datetime]]) -> None:
        part = self._random.choice(["all", "all", hours[0][0]])
        self._say("leave", code=self._random.choice(["P", "P", "Ô", "Cô", "H", "No", "Nb"]), date=on.isoformat(),
                  session=part)  # fmt: skip
        if part != "all" and len(hours) > 1:
            held = next(each for each in self._held if each["from"] <= on.isoformat() <= each["to"])
            self._work(on, held, hours[1:], whole=False)

    def _mission(self, on: date, hours: list[tuple[str, datetime, datetime]]) -> None:
        ends = self._random.choice([hours[-1][2], hours[0][2], hours[0][1] + timedelta(minutes=90)])
        self._say("mission", **{"from": _text(hours[0][1] - timedelta(minutes=30)), "to": _text(ends)})

    def _exemption(self) -> None:
        if self._random.random() < 0.05:
            placed = self._random.choice(("day_start", "day_end"))
            self._say("exemption", code="nursing", minutes_per_day=60, placement=placed,
                      **{"from": FIRST.isoformat(), "to": (FIRST + 20 * _DAY).isoformat()})  # fmt: skip

    def _duty(self, on: date, held: Doc) -> None:
        """On a day off, sometimes in place of a session; now and then nobody came."""
        starts = datetime.combine(on, datetime.min.time()) + timedelta(hours=self._random.choice((7, 8, 18)))
        ends = starts + timedelta(hours=self._random.choice((4, 12)))
        counts = self._random.random() < 0.3
        self._say("duty", code="duty", counts_as_schedule=counts, **{"from": _text(starts), "to": _text(ends)})
        if self._random.random() < 0.8:
            self._punch(starts - timedelta(minutes=4), held)
            self._punch(ends + timedelta(minutes=4), held)

    def _evening_duty(self, on: date, held: Doc, hours: list[tuple[str, datetime, datetime]]) -> None:
        starts = hours[-1][2] + timedelta(hours=2)
        ends = starts + timedelta(hours=3)
        self._say("duty", code="duty", counts_as_schedule=False, **{"from": _text(starts), "to": _text(ends)})
        if self._random.random() < 0.7:
            self._punch(starts + timedelta(minutes=3), held)

    def _overtime(self, on: date, held: Doc, hours: list[tuple[str, datetime, datetime]]) -> None:
        """Ordered after hours, or on a day off, also past midnight; mostly worked."""
        random = self._random
        starts = hours[-1][2] + timedelta(minutes=random.choice((0, 60))) if hours else (
            datetime.combine(on, datetime.min.time()) + timedelta(hours=random.choice((8, 21)))
        )  # fmt: skip
        ends = starts + timedelta(minutes=random.choice((120, 200, 250)))
        self._say("overtime", **{"from": _text(starts), "to": _text(ends)})
        if random.random() < 0.85:
            self._punch(starts + timedelta(seconds=random.choice((-200, 40, 700))), held)
            self._punch(ends - timedelta(seconds=random.choice((-300, 30, 1500))), held)


def _schedule_of(held: Doc) -> str:
    own = held.get("schedule")
    return str(own) if own is not None else "MC" if "H1" in path(held["unit"]) else "HC"


def _hours(name: str, on: date, unit: str) -> list[tuple[str, datetime, datetime]]:
    """When somebody would come and go on a date, as they would know it; what is asked of them the judges say."""
    if on in (date(2026, 4, 27), date(2026, 4, 30)) or (on == date(2026, 4, 29) and "S2" in path(unit)):
        return []
    schedule = SCHEDULES[name]
    versions = schedule.get("versions") or [schedule]
    version = versions[-1 if on >= CHANGE else 0]
    weekday = _ALL[on.weekday()]
    if weekday not in version["weekdays"]:
        if not (on == date(2026, 4, 25) and "S2" in path(unit)):
            return []
        weekday = "wed"
    table = version.get("by_weekday", {}).get(weekday, version["sessions"])
    found = []
    for part, (begins, ends) in table.items():
        starts, stops = (datetime.fromisoformat(f"{on}T{text}:00") for text in (begins, ends))
        found.append((part, starts, stops if stops > starts else stops + _DAY))
    return found


def path(unit: str) -> list[str]:
    """The unit and those above it."""
    above = TREE[unit]
    return [unit, *(path(above) if above else [])]


def below(top: str) -> Iterator[str]:
    """The unit and those below it, in the order of the tree."""
    yield top
    for code in (code for code, above in TREE.items() if above == top):
        yield from below(code)


def _text(at: datetime) -> str:
    return at.isoformat(timespec="minutes")


class Province(OfficeOfCase):
    """The case in a database, with names, and duties on the roster of the unit in which their holder serves."""

    def __init__(self, database: Any, written: Doc) -> None:
        super().__init__(database, without_names(written))
        # people are enrolled where they serve, under their code; no punch names its person
        given = tuple(each for each in self.scenario.enrolments if not each.pin.startswith(DIRECT))
        self.scenario = replace(self.scenario, enrolments=given)
        self._written = written

    def file_all(self) -> None:
        """What comes between two readings in one transaction, and one judgement at the end."""
        steps = [*self._office(), *self._pulls(), *self._papers()]
        dated = [(self.end if rank == UNDATED else at, rank, act) for at, rank, act in steps]
        ordered = sorted(dated, key=lambda step: step[:2])
        for is_pull, some in groupby(ordered, key=lambda step: step[1] == PULLS):
            if is_pull:
                for _, _, pull in some:
                    pull()  # type: ignore[call-arg]
            else:
                with self.database.writing() as session:
                    for _, _, act in some:
                        act(session)
        evaluate_dirty(self.database, self.zone, self.end)

    def _frame(self, session: Session) -> None:
        super()._frame(session)
        for each in self._written["employees"]:
            registering.rename_employee(session, each["code"], each["name"])

    def _file_paper(self, session: Session, paper: Paper, at: datetime) -> None:
        if not isinstance(paper, Duty):
            super()._file_paper(session, paper, at)
            return
        on = paper.starts.date()
        unit = next(
            each.unit for each in self.scenario.assignments
            if each.employee == paper.employee and each.from_on <= on and (each.to_on is None or on <= each.to_on)
        )  # fmt: skip
        papers_roster.add_duty(
            session, paper.employee, paper.starts, paper.ends, code=paper.code,
            counts_as_schedule=paper.counts_as_schedule, unit_id=office.key(office.get(session, UnitRow, unit)),
            approved_at=at, at=at,
        )  # fmt: skip
