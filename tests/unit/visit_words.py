"""Groups of keys of the pages of a visit that are made from codes."""

from __future__ import annotations

from api.pages import visits
from attendance.services.visiting import checklist
from attendance.services.visiting.presence_record import EXCUSES, STATES, WHYS
from attendance.store.visit_mark_tables import ABOUT, ANSWERS, MARKS
from attendance.store.visit_tables import KINDS

VOCABULARIES = {
    "visit_said": visits.SAID,
    "visit_problem": visits.PROBLEMS,
    "visit_kind": KINDS,
    "visit_state": STATES,
    "visit_excuse": EXCUSES,
    "visit_why": WHYS,
    "visit_mark": MARKS[:3],
    "visit_about": ABOUT,
    "check": tuple(code for code, _ in checklist.SHIPPED),
    "check_answer": ANSWERS[:2],
}
