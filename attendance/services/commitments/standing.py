"""How a commitment stands: asked for, refused, signed, confirmed, and which one of a person holds on a date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from attendance.errors import Invalid
from attendance.store.commitment_tables import CommitmentRow

STATES = ("none", "asked", "refused", "signed", "confirmed", "withdrawn")
"""`none`: somebody was not asked at all. `refused`: the head noted that it was not signed."""
SIGNED = frozenset({"signed", "confirmed"})
SOON_DAYS = 3
"""So many days before the last one for signing somebody is reminded once more."""


class MovedOn(Invalid):
    """Something was asked of a commitment that is not, or no longer, as whoever asks took it to be."""

    code = "commitment_moved_on"


def state_of(row: CommitmentRow | None) -> str:
    """One of STATES."""
    if row is None:
        return "none"
    if row.withdrawn_at is not None:
        return "withdrawn"
    if row.confirmed_at is not None:
        return "confirmed"
    if row.signed_at is not None:
        return "signed"
    return "refused" if row.refused_at is not None else "asked"


def holding(rows: Sequence[CommitmentRow], until: Mapping[int, date], on: date) -> CommitmentRow | None:
    """The signed one of somebody's commitments that holds on a date, else the signed one nearest to it, else the one
    they are asked to sign; `until` as `store.commitments.held_until` answers."""
    signed = [row for row in rows if row.signed_at is not None]
    now = [row for row in signed if row.from_on <= on <= until[row.id or 0]]
    if now:
        return now[-1]
    past = [row for row in signed if row.from_on <= on]
    return (past or signed[:1] or list(rows) or [None])[-1]  # type: ignore[list-item]


def waiting(rows: Sequence[CommitmentRow]) -> CommitmentRow | None:
    """What somebody is asked to sign and has not."""
    return next((row for row in rows if row.signed_at is None and row.withdrawn_at is None), None)


def is_overdue(row: CommitmentRow | None, today: date) -> bool:
    """Whether the last day for signing has passed without a signature."""
    return row is not None and row.signed_at is None and row.due_on is not None and row.due_on < today
