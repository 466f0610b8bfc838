"""A person decides on what was proposed, and writes why. Nobody on themselves, nobody above their place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from attendance.errors import AttendanceError, ChangedMeanwhile, Invalid
from attendance.rules.legal_forms import refuse_legal_form
from attendance.services import impartial
from attendance.services.impartial import Decider, Matter
from attendance.store import conduct, office
from attendance.store.conduct_tables import DECISIONS, ProposalRow
from attendance.store.database import Session
from attendance.store.tables import UnitRow
from attendance.store.trail import record
from attendance.store.within import Within


class AlreadyDecided(AttendanceError):
    """Somebody decided on this proposal, or its facts are none any more."""

    code = "already_decided"


def decide(
    session: Session,
    reading: Within,
    number: int,
    by: Decider,
    decision: str,
    *,
    note: str,
    instead: str = "",
    version: int | None,
    today: date,
    at: datetime,
) -> ProposalRow:
    """`accept` what is proposed, do `not`, or do something `other` and say what. Whoever calls this brings the proposal
    in line with the facts first (`proposing.refresh`).

    Raises NotFound, NotTheirs, AlreadyDecided, ChangedMeanwhile, Invalid.
    """
    row = conduct.proposal(session, reading, number, locked=True)
    impartial.check(session, matter(row, today), by)
    if row.withdrawn_at is not None:
        raise AlreadyDecided("The facts of this proposal count no more: it was taken back, see why on its page.")
    if row.decision is not None:
        raise AlreadyDecided(f"{row.decided_by} decided on this proposal already; a decision is made once.")
    if version is not None and version != row.version:
        raise ChangedMeanwhile(f"Proposal {number}", version, row.version)
    if decision not in DECISIONS:
        raise Invalid(f"{decision[:20]!r} is no decision; write {', '.join(DECISIONS)}.")
    if not note.strip():
        raise Invalid("A decision has a reason: write why.")
    if decision == "other" and not instead.strip():
        raise Invalid("Write what is done instead.")
    refuse_legal_form("What is done instead", instead)
    row.decision, row.decision_note, row.decided_at = decision, note.strip(), at
    row.instead = instead.strip() if decision == "other" else ""
    row.decided_by, row.decided_by_id = by.actor.name, by.actor.user_id
    row.version += 1
    session.add(row)
    told = {"decision": decision, "name": row.label or row.grade, "unit": office.code_of(session, UnitRow, row.unit_id)}
    record(
        session, by.actor, "conduct.decided", kind="proposal", key=str(row.id), employees=[row.employee_id], after=told,
        at=at,
    )  # fmt: skip
    return row


def matter(row: ProposalRow, today: date) -> Matter:
    return Matter(f"Proposal {row.id}", row.unit_id, row.employee_id, None, "", min(row.to_on, today))


def theirs(session: Session, rows: Sequence[ProposalRow], by: Decider, today: date) -> list[bool]:
    """Which of these somebody may decide on now, for being open and none of their own."""
    may = impartial.theirs(session, [matter(row, today) for row in rows], by)
    return [row.state == "open" and allowed for row, allowed in zip(rows, may, strict=True)]
