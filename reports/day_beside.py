"""What stands beside a person's day on its page: the days next to it, who looked at it, two conclusions compared."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from attendance.store import person_days, schedule_names
from attendance.store.database import Session
from attendance.store.tree import StoredTree
from attendance.store.within import Within
from reports.compared import compared
from reports.explained import Rights, explained
from reports.trail import looks_of_day
from reports.view import DayBeside
from reports.visit_findings import visit_findings

MOST_LOOKS = 20


def beside(
    session: Session,
    zone: str,
    employee_id: int,
    on: date,
    *,
    unit: str,
    within: Within,
    papers: Within,
    reasons: Within,
    disclosed: bool,
    revisions: tuple[int, int] | None,
    own_employee: int | None,
    own_user: int,
    rights: Rights,
    questions: Mapping[str, str],
    today: date,
    month_page: bool,
    may_file: bool,
    visits: Within,
) -> DayBeside:
    """What a reader who may see the day within `within` is shown beside it. `questions`: status of its violations by
    id. `visits`: units whose sealed minutes the reader may read. Without `disclosed`, no reasons and nobody
    who looked: that is for the person themselves and for those who answer for them."""
    before_on, after_on = person_days.next_to(session, within, employee_id, on)
    seen = looks_of_day(session, zone, employee_id, own_user, on, limit=MOST_LOOKS) if disclosed else None
    found = None
    if revisions is not None:
        found = compared(
            session,
            zone,
            employee_id,
            on,
            revisions,
            titles=schedule_names.titles(session),
            papers=papers,
            reasons=reasons,
            disclosed=disclosed,
        )
    return DayBeside(
        unit=unit,
        before_on=before_on,
        after_on=after_on,
        looks=seen.lines if seen is not None else None,
        looks_total=seen.total if seen is not None else 0,
        compared=found,
        is_own=employee_id == own_employee,
        explained=explained(session, rights, employee_id, StoredTree(session).numbers.get(unit), questions, today),
        month_page=month_page,
        may_file=may_file,
        visits=visit_findings(session, employee_id, on, on, visits),
    )
