"""Where engine and rules.md differ today: what is not compared until the engine is mended, each with its sentence.

Every entry has its smallest case in `waiting.yaml`; `test_engine_waits.py` expects it to fail, and says so when it no
longer does.
"""

from datetime import datetime, timedelta

from tests.oracle import Office
from tests.oracle.seen import punches_of
from tests.oracle.words import Doc, date_of

CRASHES = IndexError
"""An invalid clock where nothing is asked of anybody in the days judged (all on leave, say) stops the engine."""

SPANS = ("mission", "exemption", "overtime", "duty", "inspection")


def waits(office: Office, employee: str) -> bool:
    """True when the verdict of the person turns on a sentence that the engine does not follow yet."""
    return (
        late_fact_past_midnight(office, employee)
        or two_ways_in_one_second(office, employee)
        or far_ahead_of_receipt(office)
        or session_swapped_in(office)
    )


def two_ways_in_one_second(office: Office, employee: str) -> bool:
    """The issue: "order of arrival does not matter". Of an in and an out in one second the one listed first is kept."""
    ways: dict[datetime, set[str]] = {}
    for punch in punches_of(office.document, employee, None):
        ways.setdefault(punch.true, set()).add(punch.way)
    return any(len(found) > 1 for found in ways.values())


def session_swapped_in(office: Office) -> bool:
    """§3.2 "`swapped_work` follows the hours of the weekday of its `for` date", also one session on a working day."""
    return any(
        entry["kind"] == "swapped_work" and entry.get("session") not in (None, "all")
        for entry in office.document.get("calendar") or []
    ) and any(version.get("by_weekday") for version in versions(office))


def versions(office: Office) -> list[Doc]:
    """Every version of every schedule."""
    return [v for schedule in office.document["schedules"].values() for v in schedule.get("versions") or [schedule]]


def late_fact_past_midnight(office: Office, employee: str) -> bool:
    """§8 "when a fact of that person and date became known later, even if it would change nothing".

    A session of a date may run past midnight: a paper about its last hours is a fact of that date.
    """
    document = office.document
    if not any(f["kind"] == "lock" for f in document["facts"]):
        return False
    knowledge = office.knowledge(None)
    for fact in document["facts"]:
        mine = employee in fact["found_absent"] if fact["kind"] == "inspection" else fact["employee"] == employee
        if mine and fact["kind"] == "annulment" and fact.get("decided_at"):
            stands = office.stands_on(employee, fact["at"], None)
            if fact["decision"] == "refused" or stands != date_of(document, fact["at"]):
                return True
        begins = fact.get("at" if fact["kind"] == "inspection" else "from")
        if mine and fact["kind"] in SPANS and isinstance(begins, datetime):
            before = date_of(document, begins) - timedelta(days=1)
            plans = [p for on, p in knowledge.around(employee, before).items() if on == before]
            if any(begins < s.end for p in plans for s in p.sessions):
                return True
    return False


def far_ahead_of_receipt(office: Office) -> bool:
    """§2 "Differences are taken in UTC": also the 24 hours between a punch and its receipt, when the clocks change."""
    return any(
        punch.get("received_at") and punch["at"] and punch["at"] - punch["received_at"] > timedelta(hours=22)
        for punch in office.document["punches"]
        if office.document["timezone"] in ("America/New_York", "Europe/Berlin")
    )
