"""Who stands on a terminal and who should: the work list of one terminal, and enrolling from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from attendance.errors import Invalid
from attendance.services.matching import OnTerminal, Person, WorkList, compare
from attendance.store import office, people, registering, terminal_users
from attendance.store.database import Database, Session
from attendance.store.tables import TerminalRow, UnitRow
from attendance.store.trail import CONSOLE, Actor, record
from attendance.store.tree import StoredTree
from attendance.store.within import EVERYTHING, Within

Told = Callable[[Session, int, int], Sequence[OnTerminal]]
"""Whom a terminal told of by itself, behind a pull: (session, number of the terminal, number of the pull)."""


def nobody(session: Session, terminal_id: int, after_pull: int) -> Sequence[OnTerminal]:
    """It told of nobody by itself."""
    return ()


@dataclass(frozen=True, slots=True)
class TerminalPeople:
    """The work list of a terminal as its users were read or told last, `seen` in all; None: nothing is known."""

    terminal: str
    unit: str
    seen: int | None
    work: WorkList


def work_list(
    database: Database, code: str, *, on: date, within: Within = EVERYTHING, told: Told = nobody
) -> TerminalPeople:
    """Compare the users of a terminal with the people of a date. `within`: only people the reader may see are named.

    Users are those of its table as it was read last, and those `told` since it changed last. People are those who
    depend on the terminal, those of its unit and the units below, and whoever has a number on it. Raises NotFound.
    """
    with database.reading() as session:
        return _work_list(session, office.get(session, TerminalRow, code), on, within, told)


def _work_list(session: Session, terminal: TerminalRow, on: date, within: Within, told: Told) -> TerminalPeople:
    number = office.key(terminal)
    rows = terminal_users.rows_of(session, number)
    changed = max((row.ended_pull_id or row.pull_id for row in rows), default=0)
    users = [
        OnTerminal(row.pin, row.name_bytes, row.privilege, row.disabled, row.since) for row in rows if row.until is None
    ]
    standing = {user.pin for user in users}
    users += [user for user in told(session, number, changed) if user.pin not in standing]
    persons, hidden = _people(session, terminal, on, within)
    found = compare([user for user in users if user.pin not in hidden], persons)
    unit = office.code_of(session, UnitRow, terminal.unit_id)
    seen = len(users) if users or rows else None
    return TerminalPeople(terminal.code, unit, seen, found)


def _people(session: Session, terminal: TerminalRow, on: date, within: Within) -> tuple[list[Person], set[str]]:
    """Everybody it may be, once for each number they have on the terminal; and the numbers of people not to be seen."""
    stored = StoredTree(session)
    depending = stored.depending(terminal, office.terminals(session), on)
    below = stored.below([terminal.unit_id], on)
    wanted: dict[int, bool] = {}
    visible: set[int] = set()
    for row in office.assignments_between(session, on, on):
        depends = terminal.code in row.terminals or (not row.terminals and row.unit_id in depending)
        if within.sees(row.unit_id, row.employee_id):
            visible.add(row.employee_id)
        if depends or row.unit_id in below:
            wanted[row.employee_id] = wanted.get(row.employee_id, False) or depends
    numbers: dict[int, list[str]] = {}
    for enrolment in office.enrolments_of_terminal(session, office.key(terminal)):
        if (enrolment.from_on or on) <= on <= (enrolment.to_on or on):
            numbers.setdefault(enrolment.employee_id, []).append(enrolment.pin)
    known = people.names(session, {*wanted, *numbers})
    found: list[Person] = []
    hidden: set[str] = set()
    for employee in sorted({*wanted, *numbers}):
        mine: Sequence[str | None] = numbers.get(employee) or [None]
        if not within.is_all and employee not in visible:
            hidden |= {pin for pin in mine if pin is not None}
            continue
        name_code, name = known[employee]
        found += [Person(name_code, name, pin, wanted.get(employee, False)) for pin in mine]
    return found, hidden


@dataclass(frozen=True, slots=True)
class Enrolled:
    """One enrolment that was filed: this number is this person, from this date on (None: always)."""

    pin: str
    employee: str
    from_on: date | None


def enrol(
    database: Database,
    code: str,
    pin: str,
    employee: str,
    *,
    from_on: date | None = None,
    instead: bool = False,
    at: datetime,
    actor: Actor = CONSOLE,
) -> Enrolled:
    """Enrol a person under a number. Without a date: since the terminal shows that number, or its last holder left it.

    `instead` ends the enrolment of whoever has the number on the day before, for which the date is needed. Raises
    NotFound, Invalid, Overlap.
    """
    with database.writing() as session:
        [done] = enrol_pairs(session, code, [(pin, employee)], from_on=from_on, instead=instead, at=at, actor=actor)
    return done


def _end(
    session: Session, actor: Actor, code: str, pin: str, employee: str, from_on: date | None, at: datetime
) -> None:
    if from_on is None:
        raise Invalid(f"Say from which date number {pin} is {employee}'s: --from DATE.")
    ended = registering.end_enrolment(session, code, pin, from_on - timedelta(days=1), at=at)
    record(session, actor, "enrolment.ended", kind="terminal", key=code, employees=[ended.employee_id],
           after={"pin": pin, "to": ended.to_on}, at=at)  # fmt: skip


def _enrol(session: Session, actor: Actor, code: str, one: Enrolled, at: datetime) -> None:
    row = registering.enrol(session, code, one.pin, one.employee, from_on=one.from_on, at=at)
    after = {"pin": one.pin, "employee": one.employee, "from": one.from_on}
    record(
        session, actor, "enrolment.added", kind="terminal", key=code, employees=[row.employee_id], after=after, at=at
    )


def enrol_pairs(
    session: Session,
    code: str,
    pairs: Sequence[tuple[str, str]],
    *,
    from_on: date | None = None,
    instead: bool = False,
    at: datetime,
    actor: Actor = CONSOLE,
) -> tuple[Enrolled, ...]:
    """Enrol people (number, person) somebody chose, in the caller's transaction. Dates and `instead` as in `enrol`.

    Raises NotFound, Invalid, Overlap.
    """
    terminal = office.get(session, TerminalRow, code)
    for pin, employee in pairs if instead else ():
        _end(session, actor, code, pin, employee, from_on, at)
    done = [Enrolled(pin, employee, from_on or _begins(session, terminal, pin)) for pin, employee in pairs]
    for one in done:
        _enrol(session, actor, code, one, at)
    return tuple(done)


def proposals(
    session: Session, unit: str, users: Sequence[OnTerminal], *, on: date, within: Within = EVERYTHING
) -> WorkList:
    """The work list of a terminal that is not added yet: users it told of, beside the people of the unit it will stand
    in, the units below, and whoever will depend on it. Raises NotFound for an unknown unit.
    """
    site = TerminalRow(id=0, code="", unit_id=office.key(office.get(session, UnitRow, unit)))
    persons, _ = _people(session, site, on, within)
    return compare(users, persons)


def enrol_exact(
    database: Database,
    code: str,
    *,
    on: date,
    from_on: date | None = None,
    told: Told = nobody,
    at: datetime,
    actor: Actor = CONSOLE,
) -> tuple[Enrolled, ...]:
    """Enrol everybody whose code is an unmatched number and whose name is not against it: all of them, or nobody.

    Dates as in `enrol`, users as in `work_list`. Raises NotFound, Overlap; then nothing is filed.
    """
    with database.writing() as session:
        terminal = office.get(session, TerminalRow, code)
        found = _work_list(session, terminal, on, EVERYTHING, told)
        done = []
        for entry in found.work.exact:
            assert entry.proposal is not None
            pin, employee = entry.user.pin, entry.proposal.person.code
            begins = from_on or _begins(session, terminal, pin)
            done.append(Enrolled(pin, employee, begins))
            _enrol(session, actor, code, done[-1], at)
    return tuple(done)


def _begins(session: Session, terminal: TerminalRow, pin: str) -> date | None:
    """The first day on which a number can be somebody new's: since the terminal shows it so, after its last holder, and
    not before the terminal counts."""
    number = office.key(terminal)
    shown = [row.since for row in terminal_users.rows_of(session, number) if row.pin == pin and row.until is None]
    since = shown[0].date() if shown and shown[0] is not None else None
    ended = [row.to_on for row in office.enrolments_of_terminal(session, number) if row.pin == pin and row.to_on]
    after = max(ended) + timedelta(days=1) if ended else None
    return max((each for each in (since, after, terminal.counts_from) if each is not None), default=None)
