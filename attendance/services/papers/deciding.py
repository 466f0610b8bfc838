"""Who may approve a paper, refuse it, take it back: nobody their own, under whatever name (§6).

A paper's author and the person it is about are each shut out by account, by the person behind the account, and, where
an account stands for nobody or the console acts, by name. The paper of a head goes to somebody who sees further up.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial

from attendance.errors import AttendanceError
from attendance.services.roster import entering
from attendance.store import leading, office, paper_register, people
from attendance.store.database import Session
from attendance.store.people import alike
from attendance.store.register_tables import PaperRow
from attendance.store.tables import EmployeeRow, UnitRow
from attendance.store.trail import Actor
from attendance.store.within import EVERYTHING, Within

Behind = Callable[[int | None, str], set[int]]
"""The people an account, or else a name, may be of."""


class NotTheirs(AttendanceError):
    """Somebody who may decide on papers may not decide on this one."""

    code = "not_theirs_to_decide"


@dataclass(frozen=True, slots=True)
class Decider:
    """Who decides, and the rows they may decide on."""

    actor: Actor
    within: Within


def approve(session: Session, zone: str, paper: PaperRow, by: Decider, *, note: str = "", at: datetime) -> None:
    """The paper counts from now on, and did not before. Raises NotTheirs, NotAsItWas, DutyRefused."""
    check_may_decide(session, paper, by, at)
    if paper.status == "proposed":
        entering.check_before_approval(session, zone, paper)
    paper_register.decide(session, paper, "approved", by.actor, note=note, at=at)
    entering.take_over(session, paper, by.actor, at)


def was_signed(session: Session, zone: str, paper: PaperRow, signed_by: str, *, at: datetime) -> None:
    """A paper that was signed on paper counts from now on. `signed_by` may be left out; it is nobody's own name."""
    if signed_by:
        check_may_decide(session, paper, Decider(Actor(signed_by), EVERYTHING), at)
    entering.check_before_approval(session, zone, paper)
    signer = Actor(signed_by)
    paper_register.decide(session, paper, "approved", signer, at=at)
    entering.take_over(session, paper, signer, at)


def refuse(session: Session, paper: PaperRow, by: Decider, *, note: str = "", at: datetime) -> None:
    """The paper will never count; handed in anew it is another paper. Raises NotTheirs, NotAsItWas."""
    check_may_decide(session, paper, by, at)
    paper_register.decide(session, paper, "refused", by.actor, note=note, at=at)


def withdraw(session: Session, paper: PaperRow, by: Actor, *, note: str = "", at: datetime) -> None:
    """The paper counts no longer; that it did stays known. Raises NotAsItWas."""
    paper_register.withdraw(session, paper, by, note=note, at=at)


def decidable(session: Session, numbers: Sequence[int], by: Decider, at: datetime) -> frozenset[int]:
    """Which of these papers somebody may decide on. What is asked of the database does not grow with the papers."""
    papers = paper_register.find_all(session, numbers)
    persons = people.rows(session, {paper.employee_id for paper in papers if paper.employee_id is not None})
    ids = {by.actor.user_id, *(paper.author_id for paper in papers)}
    accounts = people.accounts(session, {user_id for user_id in ids if user_id is not None})
    leaders = leading.who_may_lead(session, persons)
    asked = cache(partial(people.behind, session))

    def behind(user_id: int | None, name: str) -> set[int]:
        if user_id not in accounts:
            return asked(user_id, name)
        person = accounts[user_id].employee_id
        return {person} if person is not None else set()

    found = set()
    for paper in papers:
        try:
            _check(session, paper, by, at, behind, leaders)
        except NotTheirs:
            continue
        found.add(paper.id or 0)
    return frozenset(found)


def check_may_decide(session: Session, paper: PaperRow, by: Decider, at: datetime) -> None:
    """Raises NotTheirs with the reason."""
    _check(session, paper, by, at, partial(people.behind, session), None)


def _check(
    session: Session, paper: PaperRow, by: Decider, at: datetime, behind: Behind, leaders: Container[int] | None
) -> None:
    """`leaders`: the people who may lead a unit; None: that is not known yet."""
    person = paper_register.person_of(session, paper)
    if _is_author(paper, by.actor, behind):
        raise NotTheirs(f"Paper {paper.id} was handed in by you; somebody else has to decide on it.")
    if person is not None and _is_person(session, by.actor, person, behind):
        raise NotTheirs(f"Paper {paper.id} is about you; somebody else has to decide on it.")
    if not by.within.sees(paper.unit_id, paper.employee_id):
        raise NotTheirs(
            f"Paper {paper.id} is about more than the units you decide for; somebody responsible for all of it has to."
        )
    if person is not None and (leaders is None or person.id in leaders):
        _check_one_level_up(session, paper, person, by.within, at)


def _is_author(paper: PaperRow, actor: Actor, behind: Behind) -> bool:
    if actor.user_id is not None and actor.user_id == paper.author_id:
        return True
    if paper.author and alike(paper.author) == alike(actor.name):
        return True
    return not behind(actor.user_id, actor.name).isdisjoint(behind(paper.author_id, paper.author))


def _is_person(session: Session, actor: Actor, person: EmployeeRow, behind: Behind) -> bool:
    known = people.person_behind(session, actor.user_id)
    if known is not None:
        return known == person.id
    if alike(actor.name) in (alike(person.code), alike(person.name)):
        return True
    return actor.user_id is None and person.id in behind(None, actor.name)


def _check_one_level_up(session: Session, paper: PaperRow, person: EmployeeRow, within: Within, at: datetime) -> None:
    """Who decides on a head's paper sees the unit above the one they lead; of the topmost unit, everything."""
    led = leading.led_beside(session, office.key(person), paper.from_on or at.date(), within)
    if led is not None:
        raise NotTheirs(
            f"{person.code} leads {session.get_one(UnitRow, led).code}: paper {paper.id} is decided one level up, by "
            "somebody responsible for the unit above it."
        )
