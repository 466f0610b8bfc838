"""Days to be judged again: marked in the transaction that changes a fact, taken in the one that stores the ruling."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Integer, bindparam, delete, tuple_
from sqlalchemy import select as select_core
from sqlmodel import Session, col, func, select

from attendance import clock
from attendance.engine.reach import touching
from attendance.store import office, tree
from attendance.store.bulk import insert_if_absent
from attendance.store.evidence_tables import CoverageRow, DirtyDayRow, RulingRow
from attendance.store.paper_tables import DutyRow, ExplanationRow, SiteFactRow
from attendance.store.questions import FIRST, LAST, answers, core, plain, table_of
from attendance.store.tables import EnrolmentRow, TerminalRow

_BATCH = 5_000
ROSTER_DAYS = 14  # duties that touch each other, one after the other, are looked for so far around the dates
_LONG_AGO, _FAR = date(1900, 1, 1), date(9000, 1, 1)
_marked = table_of(DirtyDayRow).c
_OLDEST = (
    select_core(_marked.employee_id, _marked.work_date)
    .where(_marked.work_date <= bindparam("until"))
    .order_by(_marked.work_date, _marked.employee_id)
    .limit(bindparam("limit", type_=Integer()))
)
_TAKE = (
    delete(table_of(DirtyDayRow))
    .where(tuple_(_marked.employee_id, _marked.work_date).in_(_OLDEST))
    .returning(_marked.employee_id, _marked.work_date, _marked.cause)
)
_SENT = plain(SiteFactRow).where(core(SiteFactRow.on).between(FIRST, LAST))
_HOLDERS = select_core(core(EnrolmentRow.employee_id), core(EnrolmentRow.pin)).where(
    core(EnrolmentRow.terminal_id) == bindparam("terminal"), core(EnrolmentRow.withdrawn_at).is_(None)
)
_READ_AND_JUDGED = select_core(  # each by itself, because SQLite answers two of one table only by looking at every row
    *(
        select_core(found).scalar_subquery()
        for found in (
            func.min(core(CoverageRow.starts)),
            func.max(core(CoverageRow.until)),
            func.min(core(RulingRow.work_date)),
            func.max(core(RulingRow.work_date)),
        )
    )
)


def mark(session: Session, days: Iterable[tuple[int, date]], cause: str, marked_at: datetime) -> None:
    """Mark (employee id, date) pairs; a day marked already keeps its first cause."""
    session.flush()
    rows: list[dict[str, Any]] = [
        {"employee_id": employee, "work_date": on, "cause": cause, "marked_at": marked_at} for employee, on in set(days)
    ]
    for begin in range(0, len(rows), _BATCH):
        insert_if_absent(session, DirtyDayRow, rows[begin : begin + _BATCH])


def mark_dependants(
    session: Session,
    terminal: TerminalRow,
    from_on: date,
    to_on: date,
    cause: str,
    at: datetime,
    *,
    enrolled: bool = True,
) -> None:
    """Mark everybody who depends on a terminal (with `enrolled`: or has a number on it) on every date of a span they
    are employed on.
    """
    employed = office.assignments_between(session, from_on, to_on)
    numbers: set[int] = set()
    if enrolled and employed:
        numbers = set(session.exec(select(EnrolmentRow.employee_id).where(EnrolmentRow.terminal_id == terminal.id)))
    days = []
    for begin, end, by_default in tree.depending(session, terminal, from_on, to_on) if employed else ():
        for row in employed:
            depends = terminal.code in row.terminals if row.terminals else row.unit_id in by_default
            if depends or row.employee_id in numbers:
                first, last = max(row.from_on, begin), min(row.to_on or end, end)
                days += [(row.employee_id, first + timedelta(days=n)) for n in range((last - first).days + 1)]
    sent = answers(session, _SENT, {"first": from_on, "last": to_on})
    days += [(row.employee_id, row.on) for row in sent if terminal.code in row.terminals]
    mark(session, joined(session, days), cause, at)


def joined(session: Session, days: Iterable[tuple[int, date]]) -> set[tuple[int, date]]:
    """These (employee id, date) pairs, and the dates a duty makes one stretch with some of them.

    What a duty touches at either end is settled with it, so a stretch reaches from the day before it to the day after.
    """
    found = set(days)
    if not found:
        return found
    day = timedelta(days=1)
    first, last = min(on for _, on in found), max(on for _, on in found)
    near = select(col(DutyRow.employee_id), col(DutyRow.starts), col(DutyRow.ends)).where(
        DutyRow.starts < datetime.combine(min(last, _FAR) + ROSTER_DAYS * day, time()),
        DutyRow.ends > datetime.combine(max(first, _LONG_AGO) - ROSTER_DAYS * day, time()),
    )
    people = {employee for employee, _ in found}
    by_person: dict[int, list[tuple[datetime, datetime]]] = {}
    for employee, starts, ends in session.exec(near.order_by(col(DutyRow.starts), col(DutyRow.ends))):
        if employee in people:
            by_person.setdefault(employee, []).append((starts, ends))
    for employee, duties in by_person.items():
        for starts, ends in touching(duties):
            begin = starts.date() - day
            stretch = [(employee, begin + n * day) for n in range((ends.date() - begin).days + 2)]
            if not found.isdisjoint(stretch):
                found.update(stretch)
    return found


def mark_punchers(
    session: Session, terminal: TerminalRow, days_of: Callable[[str], set[int]], cause: str, at: datetime
) -> None:
    """Mark the people enrolled on a terminal around the days (since 1970-01-01) their number has new punches on."""
    days = (
        (enrolment.employee_id, clock.from_day_number(day + around))
        for enrolment in answers(session, _HOLDERS, {"terminal": terminal.id})
        for day in days_of(enrolment.pin)
        for around in (-1, 0, 1)
    )
    mark(session, joined(session, days), cause, at)


def mark_explained(
    session: Session, from_on: date, to_on: date | None, cause: str, at: datetime, *, employee_id: int | None = None
) -> None:
    """Mark earlier dates somebody explained in this span of dates or after it: which of its dates are working days says
    whether the explanation was in time.
    """
    since = datetime.combine(max(from_on, date(1, 1, 2)) - timedelta(days=1), time(), UTC)
    query = select(col(ExplanationRow.employee_id), col(ExplanationRow.on)).where(
        col(ExplanationRow.withdrawn_at).is_(None),
        col(ExplanationRow.submitted_at) >= since,
        ExplanationRow.on < (to_on or date.max),
    )
    if employee_id is not None:
        query = query.where(ExplanationRow.employee_id == employee_id)
    mark(session, session.exec(query), cause, at)


def mark_unjudged(session: Session, today: date, at: datetime) -> None:
    """Mark the days nobody has been judged on yet, between the first and the last reading of any terminal.

    So a new day is judged for everybody, also for those whose own terminal answers nothing: their day is unverified.
    Where no terminal at all was read, there is nothing to say of anybody, and nothing is written.
    """
    [(earliest, latest, first, last)] = answers(session, _READ_AND_JUDGED)
    if earliest is None or latest is None:
        return
    today = min(today, latest.date())
    day = timedelta(days=1)
    if first is None or last is None:
        mark_everybody(session, earliest.date(), today, "first", at)
        return
    if earliest.date() < first:
        mark_everybody(session, earliest.date(), first - day, "first", at)
    if last < today:
        mark_everybody(session, last + day, today, "first", at)


def mark_everybody(session: Session, from_on: date, to_on: date, cause: str, at: datetime) -> None:
    """Mark everybody on every date of a span they are employed on."""
    days = []
    for row in office.assignments_between(session, from_on, to_on):
        first, last = max(row.from_on, from_on), min(row.to_on or to_on, to_on)
        days += [(row.employee_id, first + timedelta(days=n)) for n in range((last - first).days + 1)]
    mark(session, days, cause, at)


def count(session: Session) -> int:
    """How many days are marked."""
    session.flush()
    return session.exec(select(func.count()).select_from(DirtyDayRow)).one()


def take(session: Session, until: date, limit: int) -> dict[tuple[int, date], str]:
    """Take up to `limit` marked days up to a date, oldest first, with their causes, in the caller's transaction."""
    taken = answers(session, _TAKE, {"until": until, "limit": limit})
    return {(employee, on): cause for employee, on, cause in taken}
