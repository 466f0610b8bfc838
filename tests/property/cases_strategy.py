"""Hypothesis strategies: valid scenario documents, crowded where rules.md draws a line.

`documents(features)` makes a document without `expect`; `cases(features)` adds a question: whose day, which date,
as of when.
Nothing that scenario.md refuses is made: sessions start from 06:00 and end by 30:00, so that no two dates can overlap,
swaps come in pairs, and no two papers speak of the same thing. Left out as well, because nobody could say what they
mean: the same punch written twice, punches on a terminal while it is dead, a clock offset on a terminal whose network
failed, and a whole-day calendar entry beside session entries of one date.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from hypothesis import reject
from hypothesis import strategies as st

from tests.oracle import Undecided, judge_day
from tests.property.cases_pieces import (
    Doc,
    Draw,
    calendars,
    chance,
    hours_on,
    near,
    papers,
    policies,
    punches,
    schedules,
    stays,
    troubles,
    version_on,
)

FEATURES = frozenset(
    {
        "basic",
        "first_last",
        "grace",
        "leave",
        "mission",
        "outage",
        "clock",
        "as_of",
        "calendar",
        "stretch",
        "night",
        "versions",
        "transfer",
        "home_only",
        "exemption",
        "explanation",
        "regimes",
        "track",
        "direction",
        "clock_invalid",
        "annulment",
        "duty",
        "overtime",
    }
)


@dataclass(frozen=True)
class Case:
    """A document and one question to it."""

    document: Doc
    employee: str
    work_date: date
    as_of: datetime | None


@st.composite
def employees(
    draw: Draw, features: frozenset[str], days: list[date], terminals: list[str], plans: list[str]
) -> list[Doc]:
    """One or two people: the first may be transferred or employed late, numbers may pass from one to the other."""
    home = {"terminals": [terminals[0]] if chance(draw) else terminals}
    first: Doc = {"unit": "A", "schedule": plans[0], **home, "from": "2026-01-01", "to": None}
    people: list[Doc] = [{"code": "E1", "assignments": [first]}]
    if "transfer" in features and chance(draw):
        last = draw(st.sampled_from(days))
        begins = last + timedelta(days=draw(st.integers(1, 2)))
        first["to"] = str(last)
        second = {"unit": "B", "schedule": plans[-1], "terminals": [terminals[-1]], "from": str(begins), "to": None}
        people[0]["assignments"].append(second)
    elif "as_of" in features and chance(draw, 6):
        first["recorded_at"] = f"{draw(st.sampled_from(days))}T08:00"
    if chance(draw, 3):
        other = {"schedule": plans[-1]} if chance(draw) else {}  # without one the unit's schedule holds
        people.append({"code": "E2", "assignments": [{"unit": "B", **other, **home, "from": str(days[0]), "to": None}]})
        if chance(draw):
            until = draw(st.sampled_from(days))
            after = str(until + timedelta(days=1))
            for terminal in terminals:
                old = {"terminal": terminal, "pin": "15", "from": "2000-01-01", "to": str(until)}
                new = {"terminal": terminal, "pin": "16", "from": after, "to": None}
                people[0].setdefault("pins", []).extend([old, new])
                spare = {"terminal": terminal, "pin": "16", "from": "2000-01-01", "to": str(until)}
                taken = {"terminal": terminal, "pin": "15", "from": after, "to": None}
                people[1].setdefault("pins", []).extend([spare, taken])
    return people


@st.composite
def explanations(draw: Draw, document: Doc, person: str, days: list[date]) -> list[Doc]:
    """Papers about what the oracle finds on one date, so that they meet something; one for each question."""
    on = draw(st.sampled_from(days))
    try:
        row = judge_day(document, person, on)
    except Undecided:  # duties that overlap sessions of the next date: nobody could say what they mean
        reject()
    questions = [(v["session"], v["type"]) for v in row["violations"]]
    questions += [(name, "unverified") for name, sign in row["symbols"].items() if sign == "?"]
    questions += [(name, "late") for name in row["symbols"] if (name, "late") not in questions and chance(draw, 4)]
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


@st.composite
def worlds(draw: Draw, features: frozenset[str]) -> tuple[Doc, list[date]]:
    """A document and the dates it is about."""
    first = date(2026, 3, 2) + timedelta(days=draw(st.integers(0, 6)))
    days = [first + timedelta(days=n) for n in range(draw(st.integers(1, 5)))]
    terminals = ["T-A", "T-B"][: draw(st.integers(1, 2))]
    plans = {"S1": draw(schedules(features, days))}
    if chance(draw, 3) or "transfer" in features:
        plans["S2"] = draw(schedules(features, days))
    people = draw(employees(features, days, terminals, list(plans)))
    document: Doc = {
        "scenario": 1,
        "id": "GENERATED",
        "policy": draw(policies(features)),
        "schedules": plans,
        "units": [{"code": "A", "schedule": "S1"}, {"code": "B", "parent": "A"}],
        "terminals": [{"code": t, "unit": "A", **draw(gates(features))} for t in terminals],
        "employees": people,
    }
    if "calendar" in features:
        names = list(version_on(plans["S1"], days[0])["sessions"])
        document["calendar"] = draw(calendars(days, ["A", "B"], names))
    document["facts"] = facts = draw(troubles(features, terminals, plans["S1"], days))
    document["punches"] = []
    for person in people:
        times = [t for on in days for t in draw(stays(plans[schedule_name(person, on)], on))]
        document["punches"] += draw(punches(features, person, terminals, times, facts))
        facts += draw(papers(features, person["code"], plans["S1"], days))
        if "home_only" in features and chance(draw):
            on = draw(st.sampled_from(days))
            about = {"date": str(on), "session": draw(st.sampled_from([n for n, _, _ in hours_on(plans["S1"], on)]))}
            facts.append({"kind": "site", "employee": person["code"], "terminals": [terminals[-1]], **about})
    if "annulment" in features and document["punches"] and chance(draw):
        facts += draw(annulments(document["punches"]))
    if "explanation" in features:
        facts += draw(explanations(document, people[0]["code"], days))
    return document, days


@st.composite
def gates(draw: Draw, features: frozenset[str]) -> Doc:
    """Now and then a terminal whose direction is declared."""
    if "direction" in features and chance(draw, 3):
        return {"direction": draw(st.sampled_from(["state", "state", "in", "out"]))}
    return {}


@st.composite
def annulments(draw: Draw, punches: list[Doc]) -> list[Doc]:
    """Up to two punches that the head says do not count, or asks not to count."""
    found = []
    for punch in draw(st.lists(st.sampled_from(punches), max_size=2, unique_by=id)):
        if "employee" not in punch or punch["at"].startswith("2026-02-30"):
            continue
        about = {key: punch[key] for key in ("employee", "terminal", "at")}
        decision = draw(st.sampled_from(["approved", "approved", "refused"]))
        when = {"decided_at": f"{punch['at'][:10]}T23:30"} if chance(draw) else {}
        found.append({"kind": "annulment", **about, "reason": "not mine", "decision": decision, **when})
    return found


def schedule_name(person: Doc, on: date) -> str:
    """The schedule of the assignment valid on the date, else of any."""
    fitting = [a for a in person["assignments"] if a["from"] <= str(on) <= (a["to"] or "9")]
    return str((fitting or person["assignments"])[0].get("schedule", "S1"))


def documents(features: frozenset[str] = FEATURES) -> st.SearchStrategy[Doc]:
    """Valid scenario documents without `expect` that use the feature groups named."""
    return worlds(checked(features)).map(lambda world: world[0])


@st.composite
def cases(draw: Draw, features: frozenset[str] = FEATURES) -> Case:
    """A document of these features and a question: whose day, which date (also just outside), as of when."""
    document, days = draw(worlds(checked(features)))
    person = draw(st.sampled_from([p["code"] for p in document["employees"]]))
    on = draw(st.sampled_from([*days * 4, days[0] - timedelta(days=1), days[-1] + timedelta(days=1)]))
    as_of = None
    if "as_of" in features and chance(draw):
        ends = [f["to"] for f in document["facts"] if f["kind"] == "outage"]
        if ends and chance(draw, 3):
            as_of = datetime.fromisoformat(draw(st.sampled_from(ends)))
        elif chance(draw, 3):
            as_of = datetime.combine(on, time(9)) + timedelta(days=draw(st.integers(0, 6)))
        else:
            as_of = draw(near(document["schedules"]["S1"], on))
    return Case(document, person, on, as_of)


def checked(features: frozenset[str]) -> frozenset[str]:
    """The features, when all of them are known."""
    if features - FEATURES:
        raise ValueError(f"unknown features: {sorted(features - FEATURES)}")
    return features
