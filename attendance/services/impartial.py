"""Nobody decides on their own (§6), under whatever name: asked the same way of papers and of explanations.

A matter's author and the person it is about are each shut out by account, by the person behind the account, and, where
an account stands for nobody or the console acts, by name. The matter of a head goes to somebody who sees further up.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, partial

from attendance.errors import AttendanceError
from attendance.store import leading, office, people
from attendance.store.database import Session
from attendance.store.people import alike
from attendance.store.tables import EmployeeRow, UnitRow
from attendance.store.trail import Actor
from attendance.store.within import Within

Behind = Callable[[int | None, str], set[int]]
"""The people an account, or else a name, may be of."""


class NotTheirs(AttendanceError):
    """Somebody who may decide on such matters may not decide on this one."""

    code = "not_theirs_to_decide"


@dataclass(frozen=True, slots=True)
class Decider:
    """Who decides, and the rows they may decide on."""

    actor: Actor
    within: Within


@dataclass(frozen=True, slots=True)
class Matter:
    """What is decided on: `name` as a sentence begins with it, whose it is, who handed it in, and of which date."""

    name: str
    unit_id: int | None
    employee_id: int | None
    author_id: int | None
    author: str
    on: date


@dataclass(frozen=True, slots=True)
class Known:
    """What was asked of the database once for many matters: accounts' people, and who may lead a unit (None: ask)."""

    behind: Behind
    leaders: Container[int] | None = None


def check(session: Session, matter: Matter, by: Decider, known: Known | None = None) -> None:
    """Raises NotTheirs with the reason."""
    known = known or Known(partial(people.behind, session))
    person = session.get(EmployeeRow, matter.employee_id) if matter.employee_id is not None else None
    if _is_author(matter, by.actor, known.behind):
        raise NotTheirs(f"{matter.name} was handed in by you; somebody else has to decide on it.")
    if person is not None and _is_person(session, by.actor, person, known.behind):
        raise NotTheirs(f"{matter.name} is about you; somebody else has to decide on it.")
    if not by.within.sees(matter.unit_id, matter.employee_id):
        raise NotTheirs(
            f"{matter.name} is about more than the units you decide for; somebody responsible for all of it has to."
        )
    if person is not None and (known.leaders is None or person.id in known.leaders):
        _check_one_level_up(session, matter, person, by.within)


def theirs(session: Session, matters: Sequence[Matter], by: Decider) -> list[bool]:
    """Which of these somebody may decide on. What is asked of the database does not grow with the matters."""
    persons = people.rows(session, {matter.employee_id for matter in matters if matter.employee_id is not None})
    known = known_of(session, matters, by.actor, persons)
    return [_passes(session, matter, by, known) for matter in matters]


def known_of(session: Session, matters: Sequence[Matter], actor: Actor, persons: Collection[int]) -> Known:
    """What `check` asks for, of many matters at once."""
    ids = {actor.user_id, *(matter.author_id for matter in matters)}
    accounts = people.accounts(session, {user_id for user_id in ids if user_id is not None})
    asked = cache(partial(people.behind, session))

    def behind(user_id: int | None, name: str) -> set[int]:
        if user_id not in accounts:
            return asked(user_id, name)
        person = accounts[user_id].employee_id
        return {person} if person is not None else set()

    return Known(behind, leading.who_may_lead(session, persons))


def is_person(session: Session, actor: Actor, person: EmployeeRow) -> bool:
    """Whether an actor is, by account or by name, this person."""
    return _is_person(session, actor, person, partial(people.behind, session))


def _passes(session: Session, matter: Matter, by: Decider, known: Known) -> bool:
    try:
        check(session, matter, by, known)
    except NotTheirs:
        return False
    return True


def _is_author(matter: Matter, actor: Actor, behind: Behind) -> bool:
    if actor.user_id is not None and actor.user_id == matter.author_id:
        return True
    if matter.author and alike(matter.author) == alike(actor.name):
        return True
    return not behind(actor.user_id, actor.name).isdisjoint(behind(matter.author_id, matter.author))


def _is_person(session: Session, actor: Actor, person: EmployeeRow, behind: Behind) -> bool:
    known = people.person_behind(session, actor.user_id)
    if known is not None:
        return known == person.id
    if alike(actor.name) in (alike(person.code), alike(person.name)):
        return True
    return actor.user_id is None and person.id in behind(None, actor.name)


def _check_one_level_up(session: Session, matter: Matter, person: EmployeeRow, within: Within) -> None:
    """Who decides on a head's matter sees the unit above the one they lead; of the topmost unit, everything."""
    led = leading.led_beside(session, office.key(person), matter.on, within)
    if led is not None:
        name = matter.name[:1].lower() + matter.name[1:]
        raise NotTheirs(
            f"{person.code} leads {session.get_one(UnitRow, led).code}: {name} is decided one level up, by "
            "somebody responsible for the unit above it."
        )
