"""Where engine and rules.md differ today: what is not compared until the engine is mended, each with its sentence.

Every entry has its smallest case in `test_engine_waits.py`, which is expected to fail and says so when it no longer
does.
"""

from datetime import datetime

from tests.oracle import Office


def waits(office: Office, employee: str, at: datetime | None) -> bool:
    """True when the verdict of the person turns on a sentence that the engine does not follow yet."""
    return counted_duty_touches(office, employee, at)


def counted_duty_touches(office: Office, employee: str, at: datetime | None) -> bool:
    """§3.4 "A duty that touches a session, before or after it, also across midnight, is one stretch with it"."""
    knowledge = office.knowledge(office.moment(at))
    for fact in office.document["facts"]:
        if fact["kind"] == "duty" and fact["employee"] == employee and fact.get("counts_as_schedule"):
            on = fact["from"].date()
            plans = knowledge.around(employee, on).values()
            for plan in plans:
                for session in plan.sessions:
                    near = [s for p in plans for s in p.sessions if p is not plan and session.counted]
                    if any(session.end == s.start or s.end == session.start for s in near):
                        return True
    return False
