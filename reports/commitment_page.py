"""One commitment as a page: the paper as it will be printed, what happened to it, what its reader may do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from attendance import clock
from attendance.errors import MayNotSign
from attendance.services.commitments.frozen import Paper, shown, unit_of
from attendance.services.commitments.reading import refusal_reason
from attendance.services.commitments.signing import check_decider, check_signer
from attendance.services.commitments.standing import is_overdue, state_of
from attendance.services.impartial import Decider, NotTheirs
from attendance.store import commitments, office
from attendance.store.commitment_tables import CommitmentRow
from attendance.store.database import Session
from attendance.store.tables import UnitRow
from attendance.store.within import Within


@dataclass(frozen=True, slots=True)
class Beside:
    """Another commitment of the same person or collective: in whose place this one stands, or that stands in its;
    `from_on`: the day from which the later of the two holds."""

    number: int
    from_on: date
    is_signed: bool


@dataclass(frozen=True, slots=True)
class CommitmentReader:
    """Who looks. The scopes are None where they may never do it."""

    user_id: int
    employee_id: int | None
    reasons: Within
    signing: Within | None
    reviewing: Decider | None
    writing: Within | None


@dataclass(frozen=True, slots=True)
class CommitmentPage:
    """`holds` False: a signed text is not as it was signed. `holds_until`: the last day it holds. `unit_now`: where
    the person is now, if elsewhere. Times on the wall of the office; `refusal_reason` empty also where it is not told.
    """

    today: date
    number: int
    version: int
    paper: Paper
    digest: str
    is_frozen: bool
    holds: bool
    state: str
    holds_until: date
    asked_by: str
    asked_at: datetime
    due_on: date | None
    is_overdue: bool
    signed_at: datetime | None
    confirmed_by: str
    confirmed_at: datetime | None
    refused_by: str
    refused_at: datetime | None
    refusal_reason: str
    withdrawn_by: str
    withdrawn_at: datetime | None
    unit_now: str = ""
    replaces: Beside | None = None
    replaced_by: tuple[Beside, ...] = ()
    is_own: bool = False
    may_sign: bool = False
    may_confirm: bool = False
    may_note: bool = False
    may_withdraw: bool = False
    done: str = ""
    problem: str = ""
    given: Mapping[str, str] = field(default_factory=dict)


def commitment_page(
    session: Session, zone: str, now: datetime, row: CommitmentRow, reader: CommitmentReader
) -> CommitmentPage:
    """A commitment the reader may see."""
    today = clock.today(now, zone)
    text = shown(session, row, today)
    unit = unit_of(session, row, today)
    open_ = row.signed_at is None and row.withdrawn_at is None
    reviews = (
        reader.reviewing is not None and row.withdrawn_at is None and _may_review(session, row, reader, zone, today)
    )
    elsewhere = row.signed_at is not None and unit != row.unit_id
    before = commitments.find(session, row.replaces_id) if row.replaces_id is not None else None
    return CommitmentPage(
        today=today,
        number=row.id or 0,
        version=row.version,
        paper=text.paper,
        digest=text.digest,
        is_frozen=text.is_frozen,
        holds=text.holds,
        state=state_of(row),
        holds_until=commitments.held_until(session, [row], zone)[row.id or 0],
        asked_by=row.asked_by,
        asked_at=clock.to_wall(row.asked_at, zone),
        due_on=row.due_on,
        is_overdue=is_overdue(row, today),
        signed_at=_wall(row.signed_at, zone),
        confirmed_by=row.confirmed_by,
        confirmed_at=_wall(row.confirmed_at, zone),
        refused_by=row.refused_by,
        refused_at=_wall(row.refused_at, zone),
        refusal_reason=refusal_reason(row, unit, reader.reasons),
        withdrawn_by=row.withdrawn_by,
        withdrawn_at=_wall(row.withdrawn_at, zone),
        unit_now=office.code_of(session, UnitRow, unit) if elsewhere else "",
        replaces=_beside(before, row, zone) if before is not None else None,
        replaced_by=tuple(_beside(each, each, zone) for each in commitments.replacing(session, row.id or 0)),
        is_own=reader.employee_id is not None and reader.employee_id in (row.employee_id, row.head_id),
        may_sign=open_ and reader.signing is not None and today <= row.to_on and _signs(session, row, reader, today),
        may_confirm=reviews and row.signed_at is not None and row.confirmed_at is None and text.holds,
        may_note=reviews and open_ and row.refused_at is None,
        may_withdraw=open_ and reader.writing is not None and reader.writing.sees(unit),
    )


def _signs(session: Session, row: CommitmentRow, reader: CommitmentReader, today: date) -> bool:
    try:
        check_signer(session, row, reader.employee_id, today)
    except MayNotSign:
        return False
    return True


def _may_review(session: Session, row: CommitmentRow, reader: CommitmentReader, zone: str, today: date) -> bool:
    assert reader.reviewing is not None
    try:
        check_decider(session, row, reader.reviewing, zone, today)
    except NotTheirs:
        return False
    return True


def _beside(row: CommitmentRow, later: CommitmentRow, zone: str) -> Beside:
    return Beside(row.id or 0, commitments.begins_on(later, zone), row.signed_at is not None)


def _wall(at: datetime | None, zone: str) -> datetime | None:
    return clock.to_wall(at, zone) if at is not None else None
