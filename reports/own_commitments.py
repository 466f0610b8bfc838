"""What somebody has promised, or is asked to, on the page of their own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from attendance import clock
from attendance.services.commitments.frozen import Paper, shown, signer_of
from attendance.services.commitments.progress import Progress, progress_of
from attendance.services.commitments.standing import holding, is_overdue, state_of
from attendance.store import commitments, heads
from attendance.store.commitment_tables import CommitmentRow
from attendance.store.database import Session


@dataclass(frozen=True, slots=True)
class OwnCommitment:
    """`waits`: it is theirs to sign now, and the text stands with it. `signed_at` on the wall of the office. `stands`:
    how a signed one stands by the facts."""

    number: int
    paper: Paper
    digest: str
    state: str
    due_on: date | None
    is_overdue: bool
    signed_at: datetime | None
    waits: bool
    stands: Progress | None = None


def own_commitments(session: Session, zone: str, now: datetime, employee_id: int) -> tuple[OwnCommitment, ...]:
    """Of this year, and what else waits: first what somebody is asked to sign, for themselves or for the units they
    lead; then what holds today."""
    today = clock.today(now, zone)
    led = heads.units_headed(session, employee_id, today)
    rows = [*commitments.of_person(session, employee_id), *commitments.of_units(session, led)]
    until = commitments.held_until(session, rows, zone)
    waiting = [row for row in rows if row.signed_at is None and today <= row.to_on]
    held = []
    for unit in [None, *sorted(led)]:
        mine = [row for row in rows if (row.unit_id if row.employee_id is None else None) == unit]
        one = holding([row for row in mine if row.year == today.year], until, today)
        held += [one] if one is not None and one.signed_at is not None else []
    found = [_own(session, zone, row, today, signer_of(session, row, today) == employee_id) for row in waiting]
    stands = progress_of(session, zone, held, now)
    told = (replace(_own(session, zone, row, today, False), stands=stands[row.id or 0]) for row in held)
    return (*(one for one in found if one.waits), *told)


def _own(session: Session, zone: str, row: CommitmentRow, today: date, waits: bool) -> OwnCommitment:
    text = shown(session, row, today)
    return OwnCommitment(
        number=row.id or 0,
        paper=text.paper,
        digest=text.digest,
        state=state_of(row),
        due_on=row.due_on,
        is_overdue=is_overdue(row, today),
        signed_at=clock.to_wall(row.signed_at, zone) if row.signed_at is not None else None,
        waits=waits,
    )
