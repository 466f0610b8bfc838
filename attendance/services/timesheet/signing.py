"""Three people sign a locked month, one after the other, each with the digest of exactly the sheet they saw."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from attendance.errors import Invalid, MayNotSign, MonthMovedOn
from attendance.services.timesheet.kept import PARTS, kept
from attendance.store import month_events, month_sheets, office, people
from attendance.store.database import Session
from attendance.store.month_sheets import Signed
from attendance.store.month_tables import MonthSignatureRow
from attendance.store.trail import Actor, record

LOCKING_PARTS = frozenset({"section", "approver"})
"""Parts that only somebody signs who may lock the month."""
_WORDS = {"keeper": "who kept the sheet", "section": "the head of the section", "approver": "the approver"}


@dataclass(frozen=True, slots=True)
class Signer:
    """Somebody who has just proved by their password who they are. `may_lock`: they may lock this month."""

    user_id: int
    employee_id: int | None
    actor: Actor
    may_lock: bool


def sign(
    session: Session, unit: str, month: date, part: str, by: Signer, *, digest: str, at: datetime
) -> MonthSignatureRow:
    """Sign the locked version of a month. The digest is recorded with the signature.

    Raises MonthMovedOn where it is open, was locked anew since, or somebody was faster; MayNotSign, Invalid, NotFound.
    """
    if part not in PARTS:
        raise Invalid(f"{part[:20]!r} is no part in signing; write one of {', '.join(PARTS)}.")
    place = month_events.hold(session, unit)
    state = month_events.states(session).get((unit, month))
    if state is None or state.locked_at is None:
        raise MonthMovedOn(f"{month:%Y-%m} of unit {unit} is open; it is signed once it is locked.")
    row = month_sheets.find(session, office.key(place), month, state.version)
    if row is None:
        raise MonthMovedOn(
            f"{month:%Y-%m} of unit {unit} was locked before sheets were kept; reopen and lock it again to sign it."
        )
    if digest != row.digest:
        raise MonthMovedOn(
            f"The sheet of {month:%Y-%m} of unit {unit} is not the one you saw; look at it again before you sign."
        )
    if not kept(session, row).holds:
        raise MonthMovedOn(
            f"The kept sheet of {month:%Y-%m} of unit {unit} is not as it was locked any more; do not sign it, reopen "
            "the month and lock it again."
        )
    given = month_sheets.signatures(session, [row.id]).get(row.id or 0, [])
    _check_turn(part, given)
    _check_person(part, by, given)
    named = people.names(session, [by.employee_id]) if by.employee_id is not None else {}
    name = next((name for _, name in named.values() if name), by.actor.name)
    signature = MonthSignatureRow(
        sheet_id=row.id or 0,
        part=part,
        user_id=by.user_id,
        employee_id=by.employee_id,
        name=name[:200],
        role=by.actor.role,
        digest=digest,
        signed_at=at,
    )
    session.add(signature)
    session.flush()
    after = {"as": part, "version": state.version, "digest": digest}
    record(session, by.actor, "month.signed", kind="month", key=f"{unit} {month:%Y-%m}", after=after, at=at)
    return signature


def _check_turn(part: str, given: list[Signed]) -> None:
    before = next((row for row in given if row.part == part), None)
    if before is not None:
        raise MonthMovedOn(f"{before.name} has signed as {_WORDS[part]} already.")
    waits = PARTS[len(given)]
    if waits != part:
        raise MonthMovedOn(f"First {_WORDS[waits]} signs, then {_WORDS[part]}.")


def _check_person(part: str, by: Signer, given: list[Signed]) -> None:
    if part in LOCKING_PARTS and not by.may_lock:
        raise MayNotSign(f"Only somebody who may lock this month signs as {_WORDS[part]}.")
    for row in given:
        alike = by.employee_id is not None and row.employee_id == by.employee_id
        if row.user_id == by.user_id or alike:
            raise MayNotSign(f"You have signed as {_WORDS[row.part]}; somebody else signs as {_WORDS[part]}.")
