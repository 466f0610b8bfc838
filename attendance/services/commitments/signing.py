"""Signing a commitment, confirming it, noting that it was not signed. Each once, by whom it falls to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from attendance import clock
from attendance.errors import Invalid, MayNotSign
from attendance.services import impartial
from attendance.services.commitments.frozen import drafted, freeze, shown, signer_of, unit_of, wrong
from attendance.services.commitments.standing import MovedOn
from attendance.services.impartial import Decider, Matter
from attendance.store import commitments, people
from attendance.store.commitment_tables import PERSON, CommitmentRow
from attendance.store.database import Session
from attendance.store.trail import Actor, record

LONGEST_REASON = 1000


@dataclass(frozen=True, slots=True)
class Signer:
    """Somebody who has just proved by their password who they are; `user_id` None: without an account."""

    user_id: int | None
    employee_id: int | None
    actor: Actor


def sign(session: Session, number: int, by: Signer, *, digest: str, zone: str, at: datetime) -> CommitmentRow:
    """Sign one's own commitment, or as the head in office that of a collective. `digest`: of the text that was seen.

    The text is frozen as it is then. Raises MovedOn where somebody was faster, or the text is another one by now;
    MayNotSign, NotFound.
    """
    row, today = commitments.get(session, number, lock=True), clock.today(at, zone)
    if row.withdrawn_at is not None:
        raise MovedOn(f"Commitment {number} was taken back; nothing is left to sign.")
    if row.signed_at is not None:
        on = clock.to_wall(row.signed_at, zone)
        raise MovedOn(f"Commitment {number} was signed on {on:%Y-%m-%d at %H:%M} already; it is not signed twice.")
    check_signer(session, row, by.employee_id, today)
    if today > row.to_on:
        raise MovedOn(f"Commitment {number} is for the time until {row.to_on}, which is over.")
    seen = shown(session, row, today)
    if digest != seen.digest:
        raise MovedOn(f"The text of commitment {number} is not the one you saw; look at it again before you sign.")
    row.unit_id = unit_of(session, row, today)
    if row.scope != PERSON:
        row.head_id = by.employee_id
    row.signed_by_id = by.user_id
    row.version += 1
    freeze(row, drafted(session, row, today), at=at)
    session.add(row)
    session.flush()
    after = {"digest": row.digest, "from": row.from_on, "to": row.to_on}
    _record(session, by.actor, "commitment.signed", row, after=after, at=at)
    return row


def check_signer(session: Session, row: CommitmentRow, employee_id: int | None, today: date) -> None:
    """Raises MayNotSign for anybody but the person themselves, or the head in office of the collective."""
    signer = signer_of(session, row, today)
    if row.scope == PERSON:
        if signer is None or signer != employee_id:
            raise MayNotSign("A commitment is signed by the person themselves and by nobody for them.")
        return
    if signer is None:
        raise MayNotSign(
            "Nobody leads this unit at present, so nobody signs for it; enter its head first (page of the unit)."
        )
    if signer != employee_id:
        raise MayNotSign("The commitment of a collective is signed by its head, or whoever acts as such, today.")


def confirm(
    session: Session, number: int, by: Decider, *, version: int | None = None, zone: str, at: datetime
) -> CommitmentRow:
    """The head confirms a signed commitment; a head's own, and a collective's, is confirmed one level up; once.

    Raises MovedOn, NotTheirs, NotFound.
    """
    row, today = commitments.get(session, number, lock=True), clock.today(at, zone)
    if row.signed_at is None or row.withdrawn_at is not None:
        raise MovedOn(f"Commitment {number} is not signed; it is confirmed once it is.")
    if row.confirmed_at is not None:
        raise MovedOn(f"{row.confirmed_by} has confirmed commitment {number} already.")
    _check_seen(row, version)
    check_decider(session, row, by, zone, today)
    if wrong(row):
        raise MovedOn(
            f"Commitment {number} is not as it was signed ({wrong(row)}); do not confirm it, have it looked at."
        )
    row.confirmed_at, row.confirmed_by_id = at, by.actor.user_id
    row.confirmed_by = name_of(session, by.actor)[:200]
    row.version += 1
    session.add(row)
    session.flush()
    _record(session, by.actor, "commitment.confirmed", row, after={"digest": row.digest}, at=at)
    return row


def note_refusal(
    session: Session, number: int, by: Decider, *, reason: str, version: int | None = None, zone: str, at: datetime
) -> CommitmentRow:
    """The head notes that it was not signed, and why, as the person says it. It may be signed later all the same.

    Raises MovedOn, NotTheirs, Invalid, NotFound.
    """
    row, today = commitments.get(session, number, lock=True), clock.today(at, zone)
    if row.signed_at is not None or row.withdrawn_at is not None:
        raise MovedOn(f"Commitment {number} is signed or taken back; there is nothing to note.")
    if row.refused_at is not None:
        raise MovedOn(f"It is noted already that commitment {number} was not signed.")
    _check_seen(row, version)
    check_decider(session, row, by, zone, today)
    if not reason.strip():
        raise Invalid("Write the reason as it was said; without one nothing is noted.")
    if len(reason) > LONGEST_REASON:
        raise Invalid(f"The reason has at most {LONGEST_REASON} letters; shorten it.")
    row.refused_at, row.refused_by, row.refused_by_id = at, by.actor.name[:64], by.actor.user_id
    row.refusal_reason = reason.strip()
    row.version += 1
    session.add(row)
    session.flush()
    _record(session, by.actor, "commitment.refused", row, why=row.refusal_reason, at=at)
    return row


def check_decider(session: Session, row: CommitmentRow, by: Decider, zone: str, today: date) -> None:
    """Raises NotTheirs for whom it binds and for who signed it. A collective's is decided on one level above the unit:
    neither by the head who signed, nor by whoever came after and answers for it now."""
    name, unit = f"Commitment {row.id}", unit_of(session, row, today)
    if row.scope == PERSON:
        impartial.check(session, Matter(name, unit, row.employee_id, row.signed_by_id, "", today), by)
        return
    impartial.check(session, Matter(name, unit, signer_of(session, row, today), row.signed_by_id, "", today), by)
    if row.signed_at is not None:
        then = clock.today(row.signed_at, zone)
        impartial.check(session, Matter(name, unit, row.head_id, row.signed_by_id, "", then), by)


def name_of(session: Session, actor: Actor) -> str:
    """The name of the person behind an account, else the account's."""
    person = people.person_behind(session, actor.user_id)
    return people.names(session, [person])[person][1] if person is not None else actor.name


def _check_seen(row: CommitmentRow, version: int | None) -> None:
    if version is not None and version != row.version:
        raise MovedOn(f"Commitment {row.id} was changed since you looked; look at it again.")


def _record(
    session: Session, actor: Actor, act: str, row: CommitmentRow, *, why: str = "",
    after: dict[str, object] | None = None, at: datetime,
) -> None:  # fmt: skip
    about = [number for number in (row.employee_id, row.head_id) if number is not None]
    record(session, actor, act, kind="commitment", key=str(row.id), employees=about, why=why, after=after, at=at)
