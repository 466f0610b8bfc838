"""Giving and taking back what somebody may do. Every verb says who did it, and nobody gives anything to themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from attendance.errors import AttendanceError, Invalid, NotFound
from attendance.services.access import APART, ROLES
from attendance.store import accounts, grants, office
from attendance.store.access_tables import GrantRow
from attendance.store.accounts import StoredUser
from attendance.store.database import Session
from attendance.store.grants import Grant
from attendance.store.tables import EmployeeRow, UnitRow
from attendance.store.trail import Actor, record
from attendance.store.within import EVERYTHING, Within

LONGEST_VISIT = timedelta(days=366)
MAX_TEXT = 200


class GrantRefused(AttendanceError):
    """Somebody may not give or take this, whatever their role. `why` names the reason for programs and pages."""

    code = "grant_refused"

    def __init__(self, why: str, sentence: str) -> None:
        super().__init__(sentence)
        self.why = why


class GrantInvalid(Invalid):
    """A grant that cannot be as it is written. `why` names the reason for programs and pages."""

    def __init__(self, why: str, sentence: str) -> None:
        super().__init__(sentence)
        self.why = why


REASONS = (
    *("own", "mixture", "person_own", "person_other", "no_person", "role", "official_unit", "ends_early", "text"),
    *("visit", "visit_long", "over"),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A role to be granted for a unit and those below it (None: the whole tree) from a moment (None: now) to another
    (None: open; the end excluded), by a document. `visit`: the inspection or the decision on a team it is for."""

    role: str
    unit: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    document: str = ""
    visit: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """A grant and how it stands at a moment: holds, revoked, ended, later."""

    grant: Grant
    state: str

    def as_json(self) -> dict[str, Any]:
        shown = {name: getattr(self.grant, name) for name in _SHOWN}
        return {"id": self.grant.id, "user": self.grant.user, **shown, "state": self.state}


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in, unless `disabled`, with every grant they ever had, oldest first."""

    name: str
    employee: str | None
    disabled: bool
    grants: tuple[Standing, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "employee": self.employee,
            "disabled": self.disabled,
            "grants": [one.as_json() for one in self.grants],
        }


_SHOWN = (
    "role", "unit", "starts_at", "ends_at", "document", "visit",
    "granted_by", "recorded_at", "revoked_at", "revoked_by",
)  # fmt: skip


def listed(session: Session, at: datetime, within: Within = EVERYTHING) -> list[Account]:
    """The accounts an administrator looks after, by name: everything granted to them lies in their part of the tree."""
    users = accounts.users(session)
    given = grants.of_users(session, [user.id for user in users])
    numbers = [user.employee_id for user in users if user.employee_id is not None]
    people = office.codes(session, EmployeeRow, numbers)
    served = {} if within.is_all else office.units_served(session, numbers)
    return [
        Account(
            user.name,
            people.get(user.employee_id or 0),
            user.disabled,
            tuple(Standing(grant, grant.state(at)) for grant in given.get(user.id, ())),
        )
        for user in users
        if within.is_all
        or _looked_after(given.get(user.id, []), served.get(user.employee_id or 0, frozenset()), within)
    ]


def account(session: Session, name: str, at: datetime, within: Within = EVERYTHING) -> Account:
    """One of `listed`. Raises NotFound for any other, there or not."""
    found = next((one for one in listed(session, at, within) if one.name == name), None)
    if found is None:
        raise NotFound("user", name)
    return found


def looks_after(session: Session, name: str, at: datetime, within: Within) -> bool:
    """Whether an account is one of `listed`."""
    return any(one.name == name for one in listed(session, at, within))


def _looked_after(given: list[Grant], served: frozenset[int], within: Within) -> bool:
    """Whether everything ever granted to an account, and its person's service, lies where the reader looks after."""
    places = {grant.unit_id for grant in given if grant.role != "official"} | served
    return bool(places) and all(within.sees(place) for place in places)


def give(session: Session, name: str, wanted: Wanted, *, by: Actor, at: datetime) -> Grant:
    """Grant a role to an account. Raises Invalid, NotFound, GrantRefused.

    Refused: to oneself or to another account of the same person; an inspector's without an end and a visit or
    document; an official's where no person is named; `administrator` or `auditor` beside another role but `official`.
    """
    user = accounts.get_user(session, name)
    _refuse_own(session, user, by)
    starts_at = max(wanted.starts_at or at, at)  # nothing was allowed before it was granted
    _check(wanted, starts_at, at)
    if wanted.role == "official" and user.employee_id is None:
        raise GrantInvalid(
            "no_person", f"No person stands behind {name} whose days could be theirs; say who it is (`employee`) first."
        )
    _refuse_mixture(session, user, wanted, starts_at, at)
    unit_id = office.key(office.get(session, UnitRow, wanted.unit)) if wanted.unit is not None else None
    found = grants.add(
        session,
        GrantRow(
            user_id=user.id,
            role=wanted.role,
            unit_id=unit_id,
            starts_at=starts_at,
            ends_at=wanted.ends_at,
            document=wanted.document,
            visit=wanted.visit,
            granted_by=by.name,
            recorded_at=at,
        ),
    )
    record(session, by, "grant.given", kind="grant", key=str(found.id), employees=_of(user), after=told(found), at=at)
    return found


def take_back(session: Session, number: int, *, by: Actor, at: datetime) -> Grant:
    """Revoke a grant: it allows nothing from this moment on. Raises NotFound, Invalid."""
    found = grants.find(session, number)
    if found is None:
        raise NotFound("grant", str(number))
    if found.state(at) in ("revoked", "ended"):
        raise GrantInvalid("over", f"Grant {number} holds no more; there is nothing to revoke.")
    grants.revoke(session, number, at=at, by=by.name)
    user = accounts.get_user(session, found.user)
    record(session, by, "grant.revoked", kind="grant", key=str(number), employees=_of(user), before=told(found), at=at)
    revoked = grants.find(session, number)
    assert revoked is not None
    return revoked


def name_person(session: Session, name: str, employee: str, *, by: Actor, at: datetime) -> None:
    """Say which person stands behind an account that has none yet. Raises NotFound, Invalid, GrantRefused."""
    user = accounts.get_user(session, name)
    if by.user_id is not None and by.user_id == user.id:
        raise GrantRefused("person_own", "Nobody says themselves who they are; ask another administrator.")
    number = office.key(office.get(session, EmployeeRow, employee))
    if user.employee_id is not None and user.employee_id != number:
        raise GrantInvalid(
            "person_other", f"{name} stands for another person already; make a new account for {employee}."
        )
    accounts.set_employee(session, user.id, number)
    record(session, by, "user.person", kind="user", key=name, employees=[number], after={"employee": employee}, at=at)


def told(grant: Grant) -> dict[str, str | None]:
    """What a grant says, for the trail."""
    return {
        "user": grant.user,
        "role": grant.role,
        "unit": grant.unit,
        "starts_at": grant.starts_at.isoformat(),
        "ends_at": grant.ends_at.isoformat() if grant.ends_at is not None else None,
        "document": grant.document,
        "visit": grant.visit,
    }


def _check(wanted: Wanted, starts_at: datetime, at: datetime) -> None:
    if wanted.role not in ROLES:
        raise GrantInvalid("role", f"{wanted.role!r} is not a role; write one of {', '.join(ROLES)}.")
    if wanted.role == "official" and wanted.unit is not None:
        raise GrantInvalid("official_unit", "An official sees their own days, wherever they serve; leave the unit out.")
    if wanted.ends_at is not None and wanted.ends_at <= max(starts_at, at):
        raise GrantInvalid("ends_early", "The grant would end before it begins to hold; write a later end.")
    if any(len(text) > MAX_TEXT or not text.isprintable() for text in (wanted.document, wanted.visit)):
        raise GrantInvalid("text", f"Document and visit are one line of at most {MAX_TEXT} characters each.")
    if wanted.role == "inspector":
        if wanted.ends_at is None or not (wanted.visit.strip() or wanted.document.strip()):
            raise GrantInvalid(
                "visit", "An inspector's grant needs an end, and the visit or the decision on the team it is for."
            )
        if wanted.ends_at - starts_at > LONGEST_VISIT:
            raise GrantInvalid(
                "visit_long", f"An inspector's grant lasts {LONGEST_VISIT.days} days at most; write an earlier end."
            )


def _refuse_own(session: Session, user: StoredUser, by: Actor) -> None:
    if by.user_id is None:
        return
    giver = accounts.find_user(session, by.name)
    same = giver is not None and giver.employee_id is not None and giver.employee_id == user.employee_id
    if by.user_id == user.id or same:
        raise GrantRefused("own", "Nobody grants anything to themselves; ask another administrator.")


def _refuse_mixture(session: Session, user: StoredUser, wanted: Wanted, starts_at: datetime, at: datetime) -> None:
    """Who runs the system or reads its trail has no other role at the same time but their own days."""
    for grant in grants.of_users(session, [user.id]).get(user.id, ()):
        if grant.state(at) in ("revoked", "ended"):
            continue
        apart = {grant.role, wanted.role}
        if "official" in apart or len(apart) == 1 or not apart & APART:
            continue
        if (wanted.ends_at is None or grant.starts_at < wanted.ends_at) and (
            grant.ends_at is None or starts_at < grant.ends_at
        ):
            raise GrantRefused(
                "mixture",
                f"{user.name} is {grant.role} at that time, which nobody is together with {wanted.role}; make another "
                "account for it.",
            )


def _of(user: StoredUser) -> tuple[int, ...]:
    return (user.employee_id,) if user.employee_id is not None else ()
