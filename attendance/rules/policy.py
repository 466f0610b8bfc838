"""The office's own thresholds: how a late minute becomes a counted one. Values are whole minutes unless named else."""

from __future__ import annotations

from dataclasses import dataclass, field

from attendance.rules.citation import Citation


@dataclass(frozen=True, slots=True)
class Policy:
    """Defaults are those of the contract: no grace, 60 s between repeats, nothing rounded."""

    late_grace_minutes: int = 0
    early_grace_minutes: int = 0
    duplicate_window_seconds: int = 60
    clock_tolerance_seconds: int = 60
    session_window_minutes: int = 360
    repeat_minutes: int = 15
    site_policy: str = "any"
    track_mid_session: bool = False
    explanation_deadline_workdays: int | None = None
    missing_punch_refused: str = "none"
    absent_over_minutes: int | None = None
    grade_thresholds: tuple[tuple[str, int, int | None], ...] = (
        ("A", 0, 2),
        ("B", 3, 4),
        ("C", 5, 6),
        ("D", 7, None),
    )
    citation: Citation = field(default=Citation("policy"))
