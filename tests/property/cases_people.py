"""Hypothesis strategies for units, people and what terminals claim of them: assignments, numbers, punches."""

import zlib
from datetime import date, datetime, timedelta

from hypothesis import strategies as st

from tests.property.cases_hours import Doc, Draw, chance, stamp

TREES = [
    [{"code": "A", "schedule": "S1"}, {"code": "B", "parent": "A"}],
    [{"code": "A", "schedule": "S1"}, {"code": "B", "parent": "A", "schedule": "S2"}, {"code": "C", "parent": "B"}],
    [{"code": "A", "schedule": "S1"}, {"code": "B", "parent": "A"}, {"code": "C", "schedule": "S2"}],
]

HOWS = ["here"] * 12 + ["elsewhere"] * 4 + ["late"] * 2 + ["twice"]


@st.composite
def trees(draw: Draw, features: frozenset[str]) -> list[Doc]:
    """Units under units, with and without hours of their own."""
    return [dict(unit) for unit in draw(st.sampled_from(TREES if "units" in features else TREES[:1]))]


@st.composite
def employees(
    draw: Draw, features: frozenset[str], units: list[str], days: list[date], terminals: list[str], plans: list[str]
) -> list[Doc]:
    """One to three people: transferred, employed late or until a date, under numbers that pass from one to another."""
    people: list[Doc] = []
    for number in range(draw(st.sampled_from([1, 1, 2, 2, 3] if "units" in features else [1, 1, 2]))):
        home = {"terminals": [draw(st.sampled_from(terminals))] if chance(draw) else terminals}
        unit = units[0] if not number else draw(st.sampled_from(units))
        own = {"schedule": draw(st.sampled_from(plans))} if chance(draw) else {}  # else the unit's hours hold
        begins, ends = ("2026-01-01", None) if "months" not in features else (str(days[0]), str(days[-1]))
        first: Doc = {"unit": unit, **own, **home, "from": begins, "to": ends}
        person: Doc = {"code": f"E{number + 1}", "assignments": [first]}
        if "transfer" in features and chance(draw):
            last = draw(st.sampled_from(days))
            after = last + timedelta(days=draw(st.integers(1, 2)))
            if after <= days[-1] or ends is None:
                first["to"] = str(last)
                second = {"unit": draw(st.sampled_from(units)), "schedule": plans[-1], "terminals": [terminals[-1]]}
                person["assignments"].append({**second, "from": str(after), "to": ends})
        if "recorded" in features and chance(draw, 6):
            person["assignments"][-1]["recorded_at"] = f"{draw(st.sampled_from(days))}T08:00"
        people.append(person)
    if "pins" in features and chance(draw):
        draw(numbers(people, days, terminals))
    return people


@st.composite
def numbers(draw: Draw, people: list[Doc], days: list[date], terminals: list[str]) -> None:
    """Numbers with dates: from a day on those of the first two people are exchanged, or one is nobody's for a time."""
    until = draw(st.sampled_from(days))
    after = until + timedelta(days=1 if len(people) > 1 else 2)
    spans = [{"from": "2000-01-01", "to": str(until)}, {"from": str(after), "to": None}]
    for terminal in terminals:
        people[0].setdefault("pins", []).extend(
            {"terminal": terminal, "pin": p, **s} for p, s in zip(("15", "16"), spans, strict=True)
        )
        if len(people) > 1:
            people[1].setdefault("pins", []).extend(
                {"terminal": terminal, "pin": p, **s} for p, s in zip(("16", "15"), spans, strict=True)
            )


def holds(fact: Doc, kind: str, terminal: str, at: datetime) -> bool:
    """True when a trouble of this kind holds at a terminal."""
    if fact["kind"] != kind or fact["terminal"] != terminal:
        return False
    return datetime.fromisoformat(fact["from"]) <= at < datetime.fromisoformat(fact["to"])


def who_punched(person: Doc, terminal: str, on: date) -> Doc:
    """The number under which the person is known to the terminal; the person where none was given out."""
    mine = [pin for pin in person.get("pins", []) if pin["terminal"] == terminal]
    held = [pin for pin in mine if str(pin["from"]) <= str(on) <= (pin["to"] or "9")]
    return {"pin": (held or mine)[0]["pin"]} if mine else {"employee": person["code"]}


@st.composite
def punches(
    draw: Draw, features: frozenset[str], person: Doc, terminals: list[str], at: list[datetime], facts: list[Doc]
) -> list[Doc]:
    """The claims the terminals make of the times at which the person truly punched."""
    found: dict[tuple[str, str], Doc] = {}
    usual = person["assignments"][0]["terminals"][0]
    for true in at:
        how = draw(st.sampled_from(HOWS))
        terminal = usual if how != "elsewhere" else draw(st.sampled_from(terminals))
        sent = true
        for fact in facts:  # so that the corrected time lies near the line
            if holds(fact, "clock_offset", terminal, true) and chance(draw):
                sent = true + timedelta(seconds=fact["offset_seconds"])
        if any(holds(f, "outage", terminal, sent) and f["mode"] == "dead" for f in facts):
            continue  # punches are impossible
        punch: Doc = {"terminal": terminal, **who_punched(person, terminal, true.date()), "at": sent.isoformat()}
        if "direction" in features:
            punch["state"] = draw(st.sampled_from([0, 1, 2, 3, 4, 5, 255, 255]))
        if "late" in features and how == "late":  # later, or by the word of a clock that runs ahead earlier
            lag = draw(st.sampled_from([1, 600, 3000, 9000, -60, -1440, -1441]))
            punch["received_at"] = stamp(sent + timedelta(minutes=lag))
        found[terminal, punch["at"]] = punch
        other = next((t for t in terminals if t != terminal), terminal)
        dead = any(holds(f, "outage", other, sent) and f["mode"] == "dead" for f in facts)
        if how == "twice" and not dead:  # at two terminals in one second
            also = {"terminal": other, **who_punched(person, other, true.date()), "at": sent.isoformat()}
            found[other, also["at"]] = also
    if chance(draw, 6):  # implausible: quarantined
        bad = draw(st.sampled_from(["2009-12-31T23:59:59", "2000-01-01T07:30:00", "2026-02-30T07:30:00"]))
        found[usual, bad] = {
            "terminal": usual,
            **who_punched(person, usual, at[0].date() if at else date.min),
            "at": bad,
        }
    if "pins" in features and at and chance(draw, 6):  # nobody's number
        found[usual, "orphan"] = {"terminal": usual, "pin": "99", "at": at[0].isoformat()}
    return list(found.values())


@st.composite
def any_order(draw: Draw, punches: list[Doc]) -> list[Doc]:
    """The punches as they are, or in an order that has nothing to do with time."""
    salt = draw(st.integers(0, 20))
    if not salt:
        return punches
    return sorted(punches, key=lambda p: zlib.crc32(f"{salt} {p['at']} {p['terminal']}".encode()))
