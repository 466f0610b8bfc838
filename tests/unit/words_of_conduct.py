"""Groups of words of the pages of conduct and of the index, whose keys are made from codes."""

from __future__ import annotations

from attendance.services.unit_index import standing
from reports import conduct, emulation, unit_index

WORDS = {
    "conduct_part": ("proposals", "good", "thresholds"),
    "conduct_state": (*conduct.STATES, "all"),
    "conduct_kind": conduct.PROPOSED,
    "conduct_decision": conduct.DECISIONS,
    "conduct_decide": conduct.DECISIONS,
    "conduct_why": tuple(why for why in conduct.WHY if why not in ("threshold", "unknown")),
    "conduct_because": conduct.WHY,
    "conduct_done": conduct.DONE,
    "conduct_problem": conduct.PROBLEMS,
    "conduct_measure": conduct.MEASURES,
    "threshold_period": conduct.PERIODS,
    "threshold_measure": conduct.MEASURES,
    "threshold_state": ("now", "past", "future"),
    "threshold_problem": ("form", "overlap", "legal_form", "end"),
    "index_by": ("month", "quarter"),
    "index_reason": standing.REASONS,
    "index_done": unit_index.DONE,
    "index_problem": unit_index.PROBLEMS,
    "emulation_units": emulation.UNITS,
    "emulation_persons": emulation.PERSONS,
}
