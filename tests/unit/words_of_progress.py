"""Groups of words of the pages that say how commitments stand, whose keys are made from codes."""

from __future__ import annotations

from api.pages import commitment_progress
from attendance.services.commitments import clauses, judging
from attendance.store import review_tables

WORDS = {
    "progress_state": judging.STATES,
    "progress_over": judging.STATES,
    "progress_clause": clauses.KINDS,
    "progress_figure": clauses.MEASURED,
    "progress_none": ("missing_explained_within", "roster_kept"),
    "progress_short": clauses.MEASURED,
    "progress_counts": judging.COUNTING,
    "progress_why": judging.WHY,
    "review_outcome": review_tables.OUTCOMES,
    "review_problem": commitment_progress.PROBLEMS,
    "review_obstacle": ("not_signed", "replaced", "not_over", "not_yours"),
}
