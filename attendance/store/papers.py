"""What papers say that excuse: leave, missions, exemptions; and outages. Each verb checks, files, marks the days it may
change; none is overwritten: what no longer holds is withdrawn.

`at` is the moment of recording. `paper` is the paper of the register that says it; without one the fact is a paper of
its own, handed in by `actor` and, with `approved_at`, signed then by `approved_by`. What is not approved yet excuses
nothing; it does from the moment at which its paper is approved (`paper_register.decide`), and was unknown before.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import Session, col, select

from attendance.errors import Invalid
from attendance.store import office, paper_register, touched
from attendance.store.paper_checks import check_dates, check_known_by, check_not_own, check_order, check_session
from attendance.store.paper_tables import ExemptionRow
from attendance.store.tables import AbsenceRow, EmployeeRow, OutageRow, TerminalRow
from attendance.store.trail import CONSOLE, Actor

PLACEMENTS = ("day_start", "day_end")


def add_leave(
    session: Session,
    employee: str,
    on: date,
    *,
    code: str = "P",
    part: str = "all",
    document: str = "",
    approved_at: datetime | None = None,
    paper: int | None = None,
    actor: Actor = CONSOLE,
    approved_by: str = "",
    at: datetime,
) -> AbsenceRow:
    """Leave of whole sessions of a date. It excuses only once it is approved. Raises Invalid for an unknown session."""
    person = office.get(session, EmployeeRow, employee)
    check_session(session, part)
    check_known_by(at, approved_at=approved_at)
    check_not_own(employee, approved_by)
    row = AbsenceRow(
        kind="leave",
        employee_id=office.key(person),
        code=code,
        on=on,
        session=part,
        document=document,
        approved_at=approved_at,
        recorded_at=at,
    )
    return paper_register.file_fact(session, row, paper, actor, approved_by, at)


def leave_on(session: Session, employee: str, on: date, part: str) -> int | None:
    """The number of a paper, proposed or approved, that gives a person leave of this session of a date already."""
    person = office.key(office.get(session, EmployeeRow, employee))
    query = select(AbsenceRow).where(
        AbsenceRow.employee_id == person, AbsenceRow.kind == "leave", AbsenceRow.on == on,
        col(AbsenceRow.withdrawn_at).is_(None),
    )  # fmt: skip
    found = next((row for row in session.exec(query) if "all" in (part, row.session) or part == row.session), None)
    return found.paper_id if found is not None else None


def add_mission(
    session: Session,
    employee: str,
    starts: datetime,
    ends: datetime,
    *,
    document: str = "",
    approved_at: datetime | None = None,
    paper: int | None = None,
    actor: Actor = CONSOLE,
    approved_by: str = "",
    at: datetime,
) -> AbsenceRow:
    """A window away on orders, in wall time. It excuses only once it is approved."""
    person = office.get(session, EmployeeRow, employee)
    check_order(f"The mission of {employee}", starts, ends)
    check_known_by(at, approved_at=approved_at)
    check_not_own(employee, approved_by)
    row = AbsenceRow(
        kind="mission",
        employee_id=office.key(person),
        starts=starts,
        ends=ends,
        document=document,
        approved_at=approved_at,
        recorded_at=at,
    )
    return paper_register.file_fact(session, row, paper, actor, approved_by, at)


def add_exemption(
    session: Session,
    employee: str,
    *,
    code: str = "exemption",
    minutes_per_day: int | None = None,
    placement: str = "day_end",
    from_on: date | None = None,
    to_on: date | None = None,
    dates: Sequence[date] = (),
    starts: datetime | None = None,
    ends: datetime | None = None,
    document: str = "",
    approved_at: datetime | None = None,
    paper: int | None = None,
    actor: Actor = CONSOLE,
    approved_by: str = "",
    at: datetime,
) -> ExemptionRow:
    """Minutes of each day (`minutes_per_day`, on `dates` or from `from_on` to `to_on`), or a window of wall time."""
    person = office.get(session, EmployeeRow, employee)
    if placement not in PLACEMENTS:
        raise Invalid(f"{placement!r} is not a placement; write {' or '.join(PLACEMENTS)}.")
    if minutes_per_day is not None and not 0 <= minutes_per_day <= 24 * 60:
        raise Invalid(f"{minutes_per_day} minutes of a day are not possible; write 0 to {24 * 60}.")
    if minutes_per_day is None and not (from_on or to_on or starts or ends):
        raise Invalid(f"The exemption of {employee} has neither minutes of a day nor a window; write one of them.")
    if minutes_per_day is not None and (starts or ends):
        raise Invalid(f"The exemption of {employee} has minutes of a day and a window; write one of them.")
    check_dates(f"The exemption of {employee}", from_on, to_on)
    check_order(f"The exemption of {employee}", starts, ends)
    check_known_by(at, approved_at=approved_at)
    check_not_own(employee, approved_by)
    row = ExemptionRow(
        employee_id=office.key(person),
        code=code,
        minutes_per_day=minutes_per_day,
        placement=placement,
        from_on=from_on,
        to_on=to_on,
        dates=[on.isoformat() for on in dates],
        starts=starts,
        ends=ends,
        document=document,
        approved_at=approved_at,
        recorded_at=at,
    )
    return paper_register.file_fact(session, row, paper, actor, approved_by, at)


def add_outage(
    session: Session,
    terminal: str,
    starts: datetime,
    ends: datetime,
    *,
    mode: str = "dead",
    document: str = "",
    approved: bool = True,
    paper: int | None = None,
    actor: Actor = CONSOLE,
    approved_by: str = "",
    at: datetime,
) -> OutageRow:
    """A terminal was out of order for a span of wall time. `approved`: somebody signed it, else it waits for that."""
    site = office.get(session, TerminalRow, terminal)
    check_order(f"The outage of {terminal}", starts, ends)
    if mode not in ("dead", "network"):
        raise Invalid(f"{mode!r} is not a mode of outage; write dead or network.")
    row = OutageRow(
        terminal_id=office.key(site),
        mode=mode,
        starts=starts,
        ends=ends,
        document=document,
        approved_at=at if approved else None,
        recorded_at=at,
    )
    return paper_register.file_fact(session, row, paper, actor, approved_by, at)


def withdraw(session: Session, row: touched.AnyPaper, at: datetime, *, actor: Actor = CONSOLE) -> None:
    """One fact no longer holds from `at` on, and its paper with the last of its facts; what was known before stays.

    Raises Invalid for one withdrawn already.
    """
    if row.withdrawn_at is not None:
        raise Invalid("This paper was withdrawn before; file another one to say otherwise.")
    row.withdrawn_at = at
    session.add(row)
    touched.mark_paper(session, row, at)
    number = getattr(row, "paper_id", None)
    if number is not None:
        paper = paper_register.get(session, number)
        if paper.status != "withdrawn" and all(fact.withdrawn_at for fact in paper_register.facts_of(session, paper)):
            paper_register.close(session, paper, actor, at=at)
