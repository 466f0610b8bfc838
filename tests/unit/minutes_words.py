"""Words of minutes that are made from codes."""

from __future__ import annotations

from api.pages import verifying
from attendance.services.visiting import figures, followups, signatures
from attendance.store.minutes_tables import STEPS
from attendance.store.visit_tables import PARTS
from reports import minutes

MINUTES_WORDS = {
    "minutes_pdf": ("row", "name", "unit_code", "remark", "approved", "point", "answer", "request", "due"),
    "minutes_section": ("team", "unit", "figures", "desk", "papers", "other", "explanation", "conclusions"),
    "minutes_found": (*figures.FOUND, "late"),
    "minutes_list": ("with_reason", "without_reason", "unknown", "late", "remarked"),
    "minutes_remark": figures.REMARKS,
    "minutes_answer": ("yes", "no"),
    "minutes_side": signatures.SIDES,
    "minutes_part": PARTS,
    "minutes_done": minutes.DONE,
    "minutes_problem": minutes.PROBLEMS,
    "followup_state": (*followups.STATES, "overdue"),
    "followup_step": STEPS,
    "verify_result": verifying.RESULTS,
}
