"""Asking people and collectives to sign: the first time, by a newer template, or anew from a date in mid-year."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from attendance import clock
from attendance.errors import Invalid
from attendance.services.commitments.standing import MovedOn
from attendance.store import commitments, office
from attendance.store.commitment_tables import PERSON, CommitmentRow, CommitmentTemplateRow
from attendance.store.database import Session
from attendance.store.tables import EmployeeRow, UnitRow
from attendance.store.trail import Actor, record
from attendance.store.tree import StoredTree

MOST = 2000


@dataclass(frozen=True, slots=True)
class Term:
    """From when to when something is promised, both included, in one year; `due_on`: last day for signing."""

    from_on: date
    to_on: date
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class AskedFor:
    """What came of asking. `counts`: new, renewed (not signed yet, asked by the newer text), amended (signed, asked
    anew from a date), already (nothing to do)."""

    rows: tuple[CommitmentRow, ...]
    counts: dict[str, int]


def year_of(year: int, today: date, due_on: date | None = None) -> Term:
    """A whole year, of the one that runs what is left of it."""
    if not 2000 <= year <= 2999:
        raise Invalid(f"{year} is no year that can be meant; write one such as {today.year}.")
    first = date(year, 1, 1)
    return Term(max(first, today) if year == today.year else first, date(year, 12, 31), due_on)


def ask(
    session: Session,
    actor: Actor,
    template: CommitmentTemplateRow,
    term: Term,
    *,
    people: Sequence[EmployeeRow] = (),
    units: Sequence[UnitRow] = (),
    zone: str,
    at: datetime,
) -> AskedFor:
    """Ask people, or collectives, to sign a template for a term; each of them once.

    Who has not signed yet what was asked before is asked by this text in its place. Who has signed is asked anew from
    the term's first day; until they sign, the old one holds. Raises Invalid, naming the first whom it cannot be asked.
    """
    today = clock.today(at, zone)
    _check(template, term, today)
    asked: Sequence[EmployeeRow | UnitRow] = people if template.scope == PERSON else units
    if not asked or len(people) + len(units) != len(asked):
        raise Invalid(
            f"Template {template.code} is signed by {'people' if template.scope == PERSON else 'units'}; name "
            "at least one, and nobody else."
        )
    if len(asked) > MOST:
        raise Invalid(f"At most {MOST} are asked at once; ask unit by unit.")
    commitments.hold(session, people, units)
    tree = StoredTree(session)
    each_once = dict(sorted({office.key(each): each for each in asked}.items()))
    known = _known(session, template, term, each_once)
    places = _places(session, term, each_once, today)
    counts: Counter[str] = Counter(new=0, renewed=0, amended=0, already=0)
    rows = []
    for number, one in each_once.items():
        row, what = _ask_one(session, actor, template, term, one, known[number], places.get(number), tree, today, at)
        counts[what] += 1
        rows.append(row)
    session.flush()
    told = [row for row in rows if row.asked_at == at]
    if told:
        after = {
            "from": term.from_on, "to": term.to_on, "due": term.due_on, "version": template.version,
            "units": sorted({tree.codes[row.unit_id] for row in told}), **counts,
        }  # fmt: skip
        named = [row.employee_id for row in told if row.employee_id is not None]
        record(
            session, actor, "commitment.asked", kind="commitment template", key=template.code, employees=named,
            after=after, at=at,
        )  # fmt: skip
    return AskedFor(tuple(rows), dict(counts))


def withdraw(
    session: Session, actor: Actor, number: int, *, why: str, version: int | None = None, at: datetime
) -> CommitmentRow:
    """Take back what somebody was asked to sign by mistake and has not signed. Raises MovedOn, Invalid."""
    row = commitments.get(session, number, lock=True)
    if row.withdrawn_at is not None:
        raise MovedOn(f"Commitment {number} was taken back already.")
    if row.signed_at is not None:
        raise MovedOn(
            f"Commitment {number} was signed and stays; where something else shall hold, ask for it from a later date."
        )
    if version is not None and version != row.version:
        raise MovedOn(f"Commitment {number} was changed since you looked; look at it again.")
    if not why.strip():
        raise Invalid("Say why nobody has to sign it; whoever was asked will want to know.")
    row.withdrawn_at, row.withdrawn_by, row.withdrawn_by_id = at, actor.name[:64], actor.user_id
    row.version += 1
    session.add(row)
    session.flush()
    record(
        session, actor, "commitment.withdrawn", kind="commitment", key=str(number), employees=_about(row),
        why=why.strip()[:1000], at=at,
    )  # fmt: skip
    return row


def _check(template: CommitmentTemplateRow, term: Term, today: date) -> None:
    if template.withdrawn_at is not None:
        raise Invalid(f"Template {template.code} is not used any more; choose another one.")
    if term.from_on.year != term.to_on.year or term.to_on < term.from_on:
        raise Invalid(f"A commitment lies in one year; {term.from_on} to {term.to_on} does not.")
    if term.to_on < today:
        raise Invalid(f"{term.to_on} is over; nobody can promise anything for days that have passed.")
    if term.due_on is not None and not today <= term.due_on <= term.to_on:
        raise Invalid(f"The last day for signing, {term.due_on}, lies from today to {term.to_on}; correct it.")


def _ask_one(
    session: Session,
    actor: Actor,
    template: CommitmentTemplateRow,
    term: Term,
    one: EmployeeRow | UnitRow,
    known: Sequence[CommitmentRow],
    unit_id: int | None,
    tree: StoredTree,
    today: date,
    at: datetime,
) -> tuple[CommitmentRow, str]:
    """The commitment that is asked of one of them, and what was done about it. `known`: those of the year."""
    if unit_id is None:
        raise Invalid(f"{one.code} serves nowhere from {max(today, term.from_on)} on; there is nothing to promise.")
    if template.unit_id is not None and template.unit_id not in tree.path(unit_id, today):
        raise Invalid(f"Template {template.code} is not for unit {tree.codes[unit_id]}; choose one that is.")
    open_ = next((row for row in known if row.signed_at is None), None)
    signed = [row for row in known if row.signed_at is not None]
    if open_ is not None:
        if _is_asked(open_, template, term):
            return open_, "already"
        _check_follows(signed, term, one, today)
        _fill(open_, actor, template, term, at)
        open_.version += 1
        session.add(open_)
        return open_, "renewed"
    last = max(signed, key=lambda row: (row.from_on, row.id or 0), default=None)
    if last is not None and last.template_id == template.id and term.to_on <= last.to_on:
        return last, "already"
    _check_follows(signed, term, one, today)
    row = CommitmentRow(
        template_id=template.id or 0,
        scope=template.scope,
        employee_id=office.key(one) if isinstance(one, EmployeeRow) else None,
        unit_id=unit_id,
        year=term.from_on.year,
        from_on=term.from_on,
        to_on=term.to_on,
        salt=secrets.token_hex(16),
        asked_at=at,
        replaces_id=last.id if last is not None else None,
    )
    _fill(row, actor, template, term, at)
    session.add(row)
    return row, "amended" if last is not None else "new"


def _known(
    session: Session, template: CommitmentTemplateRow, term: Term, asked: Collection[int]
) -> dict[int, list[CommitmentRow]]:
    """What each of them was asked before in the year, in the order it begins."""
    of = commitments.of_people if template.scope == PERSON else commitments.of_units
    found: dict[int, list[CommitmentRow]] = {number: [] for number in asked}
    for row in of(session, asked, term.from_on.year):
        found[row.employee_id or row.unit_id].append(row)
    return found


def _places(session: Session, term: Term, asked: Mapping[int, EmployeeRow | UnitRow], today: date) -> dict[int, int]:
    """The unit of each: of a person the first in which they serve in what is left of the term."""
    found = {number: number for number, one in asked.items() if isinstance(one, UnitRow)}
    people = [number for number in asked if number not in found]
    for row in office.assignments_between(session, max(today, term.from_on), term.to_on, people) if people else ():
        found.setdefault(row.employee_id, row.unit_id)
    return found


def _is_asked(row: CommitmentRow, template: CommitmentTemplateRow, term: Term) -> bool:
    return (row.template_id, row.from_on, row.to_on, row.due_on) == (
        template.id, term.from_on, term.to_on, term.due_on
    )  # fmt: skip


def _check_follows(signed: Iterable[CommitmentRow], term: Term, one: EmployeeRow | UnitRow, today: date) -> None:
    """A new one begins after the one in whose place it will stand, which keeps at least a day, and holds for no day
    that has passed."""
    last = max((row.from_on for row in signed), default=None)
    if last is not None and term.from_on <= last:
        raise Invalid(
            f"{one.code} has signed a commitment from {last} on; another one begins later than that. Give the first "
            "date from which the new one shall hold."
        )
    if last is not None and term.from_on < today:
        raise Invalid(
            f"{one.code} has signed; what takes its place holds from today or later, not from {term.from_on}: nobody "
            "is bound by other words for days that have passed."
        )


def _fill(row: CommitmentRow, actor: Actor, template: CommitmentTemplateRow, term: Term, at: datetime) -> None:
    row.template_id, row.clauses = template.id or 0, template.clauses
    row.from_on, row.to_on, row.due_on = term.from_on, term.to_on, term.due_on
    row.asked_by, row.asked_by_id, row.asked_at = actor.name[:64], actor.user_id, at
    row.refused_at, row.refused_by, row.refused_by_id, row.refusal_reason = None, "", None, ""


def _about(row: CommitmentRow) -> list[int]:
    return [number for number in (row.employee_id, row.head_id) if number is not None]
