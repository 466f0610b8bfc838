"""Which commitments somebody may see, and what of them they are told."""

from __future__ import annotations

from datetime import date

from attendance.errors import NotFound
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


def refusal_reason(row: CommitmentRow, unit_id: int, reasons: Within) -> str:
    """Why it was not signed, as far as a reader may know reasons; else empty. `unit_id`: whose list it stands on."""
    return row.refusal_reason if reasons.sees(unit_id, row.employee_id) else ""
