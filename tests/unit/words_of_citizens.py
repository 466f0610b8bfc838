"""Groups of words about observations of citizens, whose keys are made from codes."""

from __future__ import annotations

from api import observations_export
from attendance.services.citizens import looking
from attendance.services.visiting.presence_record import STATES as STANDINGS
from attendance.store.citizen_tables import CHANNELS, KINDS, OUTCOMES, STATES
from reports import observations, public_feedback

PROBLEMS = (
    "unit", "channel", "kind", "when", "future", "old", "say_it", "long", "unreadable", "outcome", "reason", "answer",
    "name", "why", "score", "quarter", "people", "document", "part", "changed", "theirs", "plan_state", "plan_day",
    "plan_note", "plan_again", "plan_own_unit",
)  # fmt: skip
CITIZENS_WORDS: dict[str, tuple[str, ...]] = {
    "feedback_problem": tuple(code for code in public_feedback.PROBLEMS if code != "too_many"),
    "observation_kind": KINDS,
    "observation_channel": CHANNELS,
    "observation_state": STATES,
    "observation_outcome": OUTCOMES,
    "observation_standing": STANDINGS,
    "observation_count": ("not_seen", "excused", "unknown"),
    "observation_part": looking.PARTS,
    "observations_done": observations.DONE,
    "observations_problem": PROBLEMS,
    "observations_part": ("list", "points", "scores"),
    "observations_column": observations_export.COLUMNS,
    "feedback": ("received_at", "received_before"),
}
