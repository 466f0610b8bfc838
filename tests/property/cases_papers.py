"""Hypothesis strategies for papers about one person: leave, missions, exemptions, duties, orders, annulments."""

from datetime import date, datetime, time, timedelta

from hypothesis import strategies as st

from tests.property.cases_hours import Doc, Draw, chance, hours_on, stamp, windows_of_time


@st.composite
def papers(draw: Draw, features: frozenset[str], person: str, schedule: Doc, days: list[date]) -> list[Doc]:
    """Leave, missions, exemptions, duties and orders of one person."""
    found: list[Doc] = []

    def approved(on: date) -> Doc:
        return {"approved_at": f"{on + timedelta(days=draw(st.integers(-2, 2)))}T09:00"} if chance(draw) else {}

    if "leave" in features and chance(draw):
        on = draw(st.sampled_from(days))
        taken = draw(st.sampled_from(["all", *[name for name, _, _ in hours_on(schedule, on)]]))
        about = {"code": draw(st.sampled_from(["P", "Ô", "H"])), "date": str(on), "session": taken}
        found.append({"kind": "leave", "employee": person, **about, **approved(on)})
    if "mission" in features:
        for begins, ends in draw(st.lists(windows_of_time(schedule, days), max_size=2)):
            window = {"from": stamp(begins), "to": stamp(ends)}
            found.append({"kind": "mission", "employee": person, **window, **approved(begins.date())})
    if "exemption" in features:
        found += draw(exemptions(person, schedule, days))
    if "duty" in features and chance(draw):
        found += draw(duties(person, schedule, days))
    if "overtime" in features and chance(draw):
        begins, ends = draw(windows_of_time(schedule, days))
        window = {"from": stamp(begins), "to": stamp(min(ends, begins + timedelta(hours=16)))}
        found.append({"kind": "overtime", "employee": person, **window, **approved(begins.date())})
    return found


@st.composite
def exemptions(draw: Draw, person: str, schedule: Doc, days: list[date]) -> list[Doc]:
    """Minutes a day, on some dates or from a date on, and now and then a window."""
    found: list[Doc] = []
    if chance(draw):
        valid: Doc = {"from": str(days[0]), "to": str(draw(st.sampled_from(days)))}
        if chance(draw, 3):
            valid = {"dates": [str(draw(st.sampled_from(days)))]}
        minutes = {"minutes_per_day": draw(st.sampled_from([30, 60, 90, 300]))}
        place = {"placement": draw(st.sampled_from(["day_start", "day_end"]))}
        found.append({"kind": "exemption", "employee": person, "code": "nursing", **minutes, **place, **valid})
    if chance(draw, 4):
        begins, ends = draw(windows_of_time(schedule, days))
        window = {"from": stamp(begins), "to": stamp(ends)}
        found.append({"kind": "exemption", "employee": person, "code": "not_enrolled", **window})
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
            (last, after[0][1] + timedelta(minutes=30)),  # overlaps the next date
            (last + timedelta(minutes=45), last + timedelta(hours=3)),
            (hours[0][1] - timedelta(hours=2), hours[0][1]),
            (hours[0][1] + timedelta(hours=1), hours[0][2] + timedelta(minutes=30)),
            (hours[0][1], hours[-1][2]),
        ]
        begins, ends = draw(st.sampled_from(shapes))
        ends = max(ends, begins + timedelta(minutes=30))
        window = {"from": stamp(begins), "to": stamp(ends)}
        counts: Doc = {"counts_as_schedule": chance(draw)}
        if chance(draw, 6):
            counts["approved_at"] = f"{on}T09:00"
        found.append({"kind": "duty", "employee": person, "code": "duty", **window, **counts})
    if chance(draw, 5):
        about = {"employee": person, "code": "pregnancy_m7", "from": str(draw(st.sampled_from(days)))}
        found.append({"kind": "protection", **about})
    return found


@st.composite
def sites(draw: Draw, person: str, schedule: Doc, days: list[date], terminals: list[str]) -> list[Doc]:
    """Another terminal for one session, or for a whole date."""
    on = draw(st.sampled_from(days))
    about: Doc = {"terminals": [draw(st.sampled_from(terminals))], "date": str(on)}
    if not chance(draw, 3):
        about["session"] = draw(st.sampled_from([name for name, _, _ in hours_on(schedule, on)]))
    if chance(draw, 6):
        about["approved_at"] = f"{on}T09:00"
    return [{"kind": "site", "employee": person, **about}]


@st.composite
def annulments(draw: Draw, person: str, punches: list[Doc]) -> list[Doc]:
    """Up to two punches of a person that the head says do not count, or asks not to count."""
    found = []
    for punch in draw(st.lists(st.sampled_from(punches), max_size=2, unique_by=id)):
        if punch["at"].startswith("2026-02-30"):
            continue
        about = {key: punch[key] for key in ("terminal", "at")}
        decision = draw(st.sampled_from(["approved", "approved", "refused"]))
        when = {"decided_at": f"{punch['at'][:10]}T23:30"} if chance(draw) else {}
        reason = {"reason": "not mine", "decision": decision, **when}
        found.append({"kind": "annulment", "employee": person, **about, **reason})
    return found


@st.composite
def inspections(draw: Draw, units: list[str], people: list[str], schedule: Doc, days: list[date]) -> list[Doc]:
    """One or two visits, in sessions and at their ends, that miss somebody."""
    found = []
    for _ in range(draw(st.integers(1, 2))):
        _, begins, ends = draw(st.sampled_from(hours_on(schedule, draw(st.sampled_from(days)))))
        nine = datetime.combine(begins.date(), time(9))  # when papers are approved
        at = draw(st.sampled_from([begins, begins + (ends - begins) / 2, ends - timedelta(seconds=1), ends, nine]))
        missed = [who for who in people if not chance(draw, 3)]
        unit = draw(st.sampled_from(units))
        found.append({"kind": "inspection", "unit": unit, "at": stamp(at), "found_absent": missed})
    return found
