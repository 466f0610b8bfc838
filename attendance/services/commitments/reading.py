"""Which commitments somebody may see, and what of them they are told."""

from __future__ import annotations

from datetime import date

from attendance.errors import NotFound
from attendance.services.commitments.frozen import unit_of
from attendance.store import commitments
from attendance.store.commitment_tables import CommitmentRow
from attendance.store.database import Session
from attendance.store.within import Within


def seen(session: Session, within: Within, number: int, today: date) -> CommitmentRow:
    """A commitment a reader may see. Raises NotFound for any other, there or not."""
    row = commitments.seen(session, within, number, today)
    if row is None:
        raise NotFound("commitment", str(number))
    return row


def refusal_reason(session: Session, row: CommitmentRow, reasons: Within, today: date) -> str:
    """Why it was not signed, as far as a reader may know reasons; else empty."""
    if not row.refusal_reason or not reasons.sees(unit_of(session, row, today), row.employee_id):
        return ""
    return row.refusal_reason
