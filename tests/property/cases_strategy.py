"""Hypothesis strategies: valid scenario documents, crowded where rules.md draws a line.

`documents(features)` makes a document without `expect`; `cases(features)` adds a question: whose day, which date,
as of when; `offices(features)` adds every person, every date and several moments.
Nothing that scenario.md refuses is made: sessions start from 06:00 and end by 30:00, so that no two dates can overlap,
and swaps come in pairs. Left out as well, because nobody could say what they mean: the same punch written twice,
punches on a terminal while it is dead, and a clock offset on a terminal whose network failed.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from hypothesis import reject
from hypothesis import strategies as st

from tests.oracle import Undecided, judge_day
from tests.property.cases_hours import Doc, Draw, chance, near, schedules, stays, version_on
from tests.property.cases_months import locks
from tests.property.cases_papers import annulments, inspections, papers, sites
from tests.property.cases_people import any_order, employees, punches, trees
from tests.property.cases_rules import calendars, policies, troubles

FEATURES = frozenset(
    {
        "basic", "first_last", "grace", "leave", "mission", "outage", "clock", "as_of", "calendar", "stretch", "night",
        "versions", "transfer", "home_only", "exemption", "explanation", "regimes", "track", "direction",
        "clock_invalid", "annulment", "duty", "overtime", "units", "pins", "late", "recorded", "inspection", "zone",
    }
)  # fmt: skip
ANNOUNCED = FEATURES | {"announced"}  # hours that were not known yet at some moments: their dates are refused then
MONTHS = FEATURES | {"months"}  # people employed for a few days only, so that a month can be locked and summed up


@dataclass(frozen=True)
class Case:
    """A document and one question to it."""

    document: Doc
    employee: str
    work_date: date
    as_of: datetime | None


@dataclass(frozen=True)
class Questions:
    """A document, the dates it is about and some of the moments at which it can be asked; None: everything."""

    document: Doc
    days: list[date]
    moments: list[datetime | None]

    @property
    def people(self) -> list[str]:
        return [person["code"] for person in self.document["employees"]]


@st.composite
def worlds(draw: Draw, features: frozenset[str]) -> tuple[Doc, list[date]]:
    """A document and the dates it is about."""
    # a month that ends, and the weeks in which the clocks of New York and Berlin change
    first = date(2026, 3, draw(st.sampled_from([2, 3, 4, 5, 6, 7, 8, 27, 28, 30])))
    days = [first + timedelta(days=n) for n in range(draw(st.integers(1, 5)))]
    terminals = ["T-A", "T-B"][: draw(st.integers(1, 2))]
    units = draw(trees(features))
    codes = [unit["code"] for unit in units]
    plans = {"S1": draw(schedules(features, days))}
    if any(unit.get("schedule") == "S2" for unit in units) or chance(draw, 3) or "transfer" in features:
        plans["S2"] = draw(schedules(features, days))
    people = draw(employees(features, codes, days, terminals, list(plans)))
    document: Doc = {
        "scenario": 1,
        "id": "GENERATED",
        "policy": draw(policies(features)),
        "schedules": plans,
        "units": units,
        "terminals": [{"code": t, "unit": draw(st.sampled_from(codes)), **draw(gates(features))} for t in terminals],
        "employees": people,
    }
    if "zone" in features and chance(draw, 8):
        document["timezone"] = draw(st.sampled_from(["Asia/Tokyo", "America/New_York", "Europe/Berlin"]))
    if "calendar" in features:
        names = list(version_on(plans["S1"], days[0])["sessions"])
        document["calendar"] = draw(calendars(days, codes, names))
    document["facts"] = facts = draw(troubles(features, terminals, plans["S1"], days))
    document["punches"] = []
    for person in people:
        hours = plans[schedule_name(document, person, days[0])]
        times = [t for on in days for t in draw(stays(plans[schedule_name(document, person, on)], on))]
        claims = draw(punches(features, person, terminals, times, facts))
        document["punches"] += claims
        facts += draw(papers(features, person["code"], hours, days))
        if "home_only" in features and chance(draw):
            facts += draw(sites(person["code"], hours, days, terminals))
        if "annulment" in features and claims and chance(draw):
            facts += draw(annulments(person["code"], claims))
    if "inspection" in features and chance(draw):
        facts += draw(inspections(codes, [p["code"] for p in people], plans["S1"], days))
    document["punches"] = draw(any_order(document["punches"]))
    if "explanation" in features:
        facts += draw(explanations(document, draw(st.sampled_from([p["code"] for p in people])), days))
    return document, days


@st.composite
def gates(draw: Draw, features: frozenset[str]) -> Doc:
    """Now and then a terminal whose direction is declared."""
    if "direction" in features and chance(draw, 3):
        return {"direction": draw(st.sampled_from(["state", "state", "in", "out"]))}
    return {}


def schedule_name(document: Doc, person: Doc, on: date) -> str:
    """The schedule of the assignment valid on the date, else of any: the person's own or that of the nearest unit."""
    fitting = [a for a in person["assignments"] if a["from"] <= str(on) <= (a["to"] or "9")]
    assignment = (fitting or person["assignments"])[0]
    units = {unit["code"]: unit for unit in document["units"]}
    name, unit = assignment.get("schedule"), units[assignment["unit"]]
    while name is None:
        name = unit.get("schedule")
        unit = units.get(unit.get("parent"), unit)
    return str(name)


@st.composite
def explanations(draw: Draw, document: Doc, person: str, days: list[date]) -> list[Doc]:
    """Papers about what the oracle finds on one date, so that they meet something; now and then two for a question."""
    on = draw(st.sampled_from(days))
    try:
        row = judge_day(document, person, on)
    except Undecided:  # sessions that overlap: nobody could say what they mean
        reject()
    questions = [(v["session"], v["type"]) for v in row["violations"]]
    questions += [(name, "unverified") for name, sign in row["symbols"].items() if sign == "?"]
    questions += [(name, "late") for name in row["symbols"] if (name, "late") not in questions and chance(draw, 4)]
    questions += questions[:1] if chance(draw, 4) else []
    found = []
    for session, covers in questions:
        about = {"employee": person, "date": str(on), "session": session, "covers": covers}
        decision = draw(st.sampled_from(["approved", "approved", "refused", None]))
        if decision == "refused" and covers.startswith("missing") and chance(draw):
            decided = {"decided_at": f"{on + timedelta(days=draw(st.integers(0, 3)))}T16:00"}
            found.append({"kind": "decision", **about, "decision": "refused", **decided})
            continue
        submitted = on + timedelta(days=0 if decision == "refused" else draw(st.integers(0, 5)))
        paper: Doc = {"kind": "explanation", **about, "minutes": draw(st.sampled_from([1, 5, 30, 240, 600]))}
        paper["submitted_at"] = f"{submitted}T09:00"
        if decision is not None:
            paper |= {"decision": decision, "decided_at": f"{submitted}T16:00"}
        if decision == "approved" and chance(draw, 3):
            paper["accepted_after_deadline"] = True
        found.append(paper)
    return found


def documents(features: frozenset[str] = FEATURES) -> st.SearchStrategy[Doc]:
    """Valid scenario documents without `expect` that use the feature groups named."""
    return worlds(checked(features)).map(lambda world: world[0])


@st.composite
def moments(draw: Draw, document: Doc, days: list[date]) -> datetime | None:
    """When to ask: a time at which something becomes known, or close to a line, or when all is known."""
    on = draw(st.sampled_from(days))
    shape = draw(st.sampled_from(["all", "all", "known", "nine", "line"]))
    if shape == "known":
        papers = [*document["facts"], *document["punches"], *document.get("calendar", [])]
        keys = ("approved_at", "decided_at", "submitted_at", "recorded_at", "received_at")
        times = sorted({p[key] for p in papers for key in keys if key in p})
        times += sorted(f["to"] for f in document["facts"] if f["kind"] == "outage")
        if times:
            return datetime.fromisoformat(draw(st.sampled_from(times)))
    if shape == "nine":
        return datetime.combine(on, time(9)) + timedelta(days=draw(st.integers(0, 6)))
    return None if shape == "all" else draw(near(document["schedules"]["S1"], on))


@st.composite
def cases(draw: Draw, features: frozenset[str] = FEATURES) -> Case:
    """A document of these features and a question: whose day, which date (also just outside), as of when."""
    document, days = draw(worlds(checked(features)))
    person = draw(st.sampled_from([p["code"] for p in document["employees"]]))
    on = draw(st.sampled_from([*days * 4, days[0] - timedelta(days=1), days[-1] + timedelta(days=1)]))
    return Case(document, person, on, draw(moments(document, days)) if "as_of" in features else None)


@st.composite
def offices(draw: Draw, features: frozenset[str] = FEATURES) -> Questions:
    """A document of these features with its dates and the day on each side, and several moments to ask at."""
    document, days = draw(worlds(checked(features)))
    asked: list[datetime | None] = [None]
    if "months" in features:
        asked += draw(locks(document, days))
    if "as_of" in features:
        asked.append(draw(moments(document, days)))
    around = [days[0] - timedelta(days=1), *days, days[-1] + timedelta(days=1)]
    return Questions(document, around, list(dict.fromkeys(asked)))


def checked(features: frozenset[str]) -> frozenset[str]:
    """The features, when all of them are known."""
    if features - MONTHS - ANNOUNCED:
        raise ValueError(f"unknown features: {sorted(features - MONTHS - ANNOUNCED)}")
    return features
