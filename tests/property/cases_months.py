"""Hypothesis strategies for the end of a month: question marks are settled, the month is locked, then more comes in."""

from datetime import date, datetime, timedelta

from hypothesis import reject
from hypothesis import strategies as st

from tests.oracle import NoVersionError, Office, Undecided
from tests.property.cases_hours import Doc, Draw, chance, stamp


@st.composite
def locks(draw: Draw, document: Doc, days: list[date]) -> list[datetime]:
    """Locks one or two months of one unit, in the document; returns the moments worth asking at.

    Mostly the question marks of the unit are settled first, else the lock has to be refused.
    """
    units = draw(st.permutations([unit["code"] for unit in document["units"]]))[: draw(st.integers(1, 2))]
    month = days[0].strftime("%Y-%m")
    locked = datetime.combine(days[-1] + timedelta(days=draw(st.integers(2, 4))), datetime.min.time()) + timedelta(
        hours=9
    )
    asked = [locked - timedelta(days=1), locked]
    for unit in units:
        if not chance(draw, 5):
            settle(draw, document, unit, month, locked)
        document["facts"].append({"kind": "lock", "unit": unit, "month": month, "at": stamp(locked)})
    draw(afterwards(document, days, locked))
    if chance(draw):
        reopened = locked + timedelta(days=draw(st.integers(0, 2)), hours=1)
        about = {"unit": units[0], "month": month, "at": stamp(reopened), "reason": "a paper was found"}
        document["facts"].append({"kind": "reopen", **about})
        asked.append(reopened)
        if chance(draw):
            settle(draw, document, units[0], month, reopened + timedelta(days=1))
            again = {"unit": units[0], "month": month, "at": stamp(reopened + timedelta(days=1))}
            document["facts"].append({"kind": "lock", **again})
    return sorted({*asked, locked + timedelta(days=1)})


def settle(draw: Draw, document: Doc, unit: str, month: str, locked: datetime) -> None:
    """Papers that answer every question mark of the unit before the lock, where papers can."""
    try:
        office = Office(document)
        for person in document["employees"]:
            for on in month_days(month):
                row = office.day(person["code"], on, locked)
                if row["unit"] != unit or "?" not in row["symbols"].values():
                    continue
                questions = [(v["session"], v["type"]) for v in row["violations"] if v["minutes"] is None]
                questions += [(name, "unverified") for name, sign in row["symbols"].items() if sign == "?"]
                for session, covers in questions:
                    about = {"employee": person["code"], "date": str(on), "session": session, "covers": covers}
                    before = stamp(locked - timedelta(minutes=draw(st.sampled_from([0, 60]))))
                    decided = {"submitted_at": before, "decision": "approved", "decided_at": before}
                    late = {"accepted_after_deadline": True}
                    document["facts"].append({"kind": "explanation", **about, **decided, **late})
    except (Undecided, NoVersionError):
        reject()


def month_days(month: str) -> list[date]:
    first = date.fromisoformat(f"{month}-01")
    return [on for n in range(31) if (on := first + timedelta(days=n)).month == first.month]


@st.composite
def afterwards(draw: Draw, document: Doc, days: list[date], locked: datetime) -> None:
    """What becomes known at the lock, or an hour or a day after it: papers and punches."""
    person, on = draw(st.sampled_from([p["code"] for p in document["employees"]])), draw(st.sampled_from(days))
    then = stamp(locked + timedelta(hours=draw(st.sampled_from([0, 1, 24]))))
    shape = draw(st.sampled_from(["leave", "mission", "overtime", "explanation", "punch", "annulment", "none"]))
    window = {"from": f"{on}T08:00", "to": f"{on}T10:00"}
    if shape == "leave":
        about = {"code": "P", "date": str(on), "session": "all", "approved_at": then}
        document["facts"].append({"kind": "leave", "employee": person, **about})
    elif shape in ("mission", "overtime"):
        document["facts"].append({"kind": shape, "employee": person, **window, "approved_at": then})
    elif shape == "explanation":
        about = {"date": str(on), "session": "am", "covers": "late", "minutes": 5, "submitted_at": then}
        document["facts"].append({"kind": "explanation", "employee": person, **about})
    elif shape == "annulment" and document["punches"]:
        punch = draw(st.sampled_from(document["punches"]))
        if punch.get("employee") is not None and not punch["at"].startswith("2026-02-30"):
            about = {"employee": punch["employee"], "terminal": punch["terminal"], "at": punch["at"]}
            decided = {"reason": "not mine", "decision": "approved", "decided_at": then}
            document["facts"].append({"kind": "annulment", **about, **decided})
    elif shape == "punch":
        terminal = document["terminals"][0]["code"]
        about = {"terminal": terminal, "employee": person, "at": f"{on}T09:17:00", "received_at": then}
        document["punches"].append(about)
