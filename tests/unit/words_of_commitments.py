"""Groups of words of the pages of commitments, whose keys are made from codes."""

from __future__ import annotations

from collections.abc import Sequence

from api.pages import commitment_templates, commitments
from attendance.services.commitments import standing
from attendance.services.commitments.clauses import MEASURED
from attendance.store.commitment_tables import SCOPES
from reports import who_signed
from tests.unit.words_of_progress import WORDS as PROGRESS_WORDS

COMMITMENT_WORDS: dict[str, Sequence[str]] = {
    **PROGRESS_WORDS,
    "commitment_scope": SCOPES,
    "commitment_state": standing.STATES,
    "commitment_filter": who_signed.SHOWN_STATES,
    "commitment_done": commitments.DONE,
    "commitment_problem": commitments.PROBLEMS,
    "commitment_clause": MEASURED,
    "commitment_value": tuple(commitment_templates.VALUES.values()),
    "commitment_template_done": commitment_templates.DONE,
    "commitment_template_problem": commitment_templates.PROBLEMS,
}
