"""What hinders an observation, with a name that pages translate."""

from __future__ import annotations

from attendance.errors import AttendanceError, Invalid

PROBLEMS = (
    "unit", "channel", "kind", "when", "future", "old", "say_it", "long", "unreadable", "line", "outcome", "reason",
    "answer", "name", "why", "score", "quarter", "people", "document", "part", "team", "reach",
)  # fmt: skip


class NotSaid(Invalid):
    """Something is missing in what is filed, or cannot be. `reason`: one of PROBLEMS."""

    code = "not_said"

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


class TooManyForms(AttendanceError):
    """More forms than a counter or a sender may send; `retry_after` seconds."""

    code = "too_many_forms"

    def __init__(self, retry_after: int) -> None:
        minutes = -(-retry_after // 60)
        super().__init__(f"Too many forms were sent; nothing was stored. Try again in {minutes} min.")
        self.retry_after = retry_after
