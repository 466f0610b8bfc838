"""What rules.md §5 makes of the visits of an inspection: findings of one person's day, and the flag of later papers."""

from datetime import datetime, timedelta
from typing import Any

from .expected import Plan, Session, plan_before_papers, take_papers
from .words import Doc, day, during, facts, known, text_of, unit_chain

LATER = "mission_approved_after_inspection"


def findings(document: Doc, employee: str, plan: Plan, as_of: datetime | None) -> tuple[list[dict[str, Any]], set[str]]:
    """The findings of the day, and its flags about papers that came after a visit."""
    found: list[dict[str, Any]] = []
    flags: set[str] = set()
    above = [unit["code"] for unit in unit_chain(document, plan.unit, plan.date)]
    for visit in facts(document, "inspection"):
        if not known(visit, "at", as_of) or visit["unit"] not in above:
            continue  # only people of that unit or one below
        session = next((s for s in plan.sessions if s.start <= visit["at"] < s.end), None)
        for _ in [who for who in visit["found_absent"] if who == employee and session is not None]:
            assert session is not None
            reason = had_reason(document, employee, plan, session, as_of, visit["at"])
            result = "absent_with_reason" if reason else "absent_no_reason"
            found.append({"at": text_of(document, visit["at"]), "result": result, "minutes": None})
            missions = [m for m in facts(document, "mission", employee) if known(m, "approved_at", as_of)]
            if not reason and any(during(m, visit["at"]) and came_after(m, visit["at"]) for m in missions):
                flags.add(LATER)
    return found, flags


def came_after(mission: Doc, visit: datetime) -> bool:
    """True when it was not approved before the visit."""
    return mission.get("approved_at") is not None and mission["approved_at"] >= visit


def had_reason(
    document: Doc, employee: str, plan: Plan, session: Session, as_of: datetime | None, visit: datetime
) -> bool:
    """True when papers approved before the visit took that minute away from what is required of the person."""
    before = visit - timedelta(microseconds=1)
    for paper in facts(document, "explanation", employee):  # of the absence itself, given beforehand
        about = day(paper["date"]) == plan.date and (paper["session"], paper["covers"]) == (session.name, "absent")
        if about and paper.get("decision") == "approved" and known(paper, "decided_at", before):
            return True
    then = plan_before_papers(document, employee, plan.date, as_of)
    assert then is not None
    take_papers(document, employee, then, before)
    same = next(s for s in then.sessions if s.start == session.start)
    return visit.replace(second=0, microsecond=0) not in same.required
