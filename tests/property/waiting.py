"""Where engine and rules.md differ today: what is not compared until the engine is mended, each with its sentence.

Every entry has its smallest case in `test_engine_waits.py`, which is expected to fail and says so when it no longer
does.
"""

from datetime import datetime, timedelta

from tests.oracle import Office
from tests.oracle.words import date_of

SPANS = ("mission", "exemption", "overtime", "duty", "inspection")


def waits(office: Office, employee: str, as_of: datetime | None) -> bool:
    """True when the verdict of the person turns on a sentence that the engine does not follow yet."""
    return (
        counted_duty_touches(office, employee, as_of)
        or reason_before_papers(office, employee)
        or late_fact_past_midnight(office, employee)
        or far_ahead_of_receipt(office)
    )


def counted_duty_touches(office: Office, employee: str, as_of: datetime | None) -> bool:
    """§3.4 "A duty that touches a session, before or after it, also across midnight, is one stretch with it"."""
    knowledge = office.knowledge(office.moment(as_of))
    for fact in office.document["facts"]:
        if fact["kind"] == "duty" and fact["employee"] == employee and fact.get("counts_as_schedule"):
            plans = knowledge.around(employee, fact["from"].date()).values()
            counted = [(p, s) for p in plans for s in p.sessions if s.counted]
            others = [(p, s) for p in plans for s in p.sessions]
            if any(p is not q and (s.end == t.start or t.end == s.start) for p, s in counted for q, t in others):
                return True
    return False


def reason_before_papers(office: Office, employee: str) -> bool:
    """§5 "Whether an absence had a reason is judged by what was approved **before** the visit"."""
    mine = [f for f in office.document["facts"] if f["employee"] == employee]
    visits = [f["at"] for f in office.document["facts"] if f["kind"] == "inspection" and employee in f["found_absent"]]
    daily = any(f["kind"] == "exemption" and f.get("minutes_per_day") for f in mine)
    approved = [
        f["approved_at"] for f in mine if f.get("approved_at") and f["kind"] in ("leave", "mission", "exemption")
    ]
    return daily and any(at >= visit for visit in visits for at in approved)


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
