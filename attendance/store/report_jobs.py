"""Papers that are made in the background: every query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, update
from sqlmodel import Session, col, select

from attendance.store.report_job_tables import DONE, GONE, RUNNING, WAITING, ReportJobRow


def add(session: Session, row: ReportJobRow) -> ReportJobRow:
    session.add(row)
    session.flush()
    return row


def of_account(session: Session, user_id: int) -> list[ReportJobRow]:
    """The newest first; rows that can be read after the session."""
    mine = select(ReportJobRow).where(ReportJobRow.user_id == user_id)
    return [_apart(session, row) for row in session.exec(mine.order_by(col(ReportJobRow.id).desc()))]


def find(session: Session, name: str) -> ReportJobRow | None:
    """A row that can be read after the session."""
    row = session.exec(select(ReportJobRow).where(ReportJobRow.name == name)).one_or_none()
    return _apart(session, row) if row is not None else None


def _apart(session: Session, row: ReportJobRow) -> ReportJobRow:
    session.expunge(row)
    return row


def drop(session: Session, ids: Iterable[int | None]) -> None:
    session.execute(delete(ReportJobRow).where(col(ReportJobRow.id).in_(list(ids))))


def running(session: Session) -> list[ReportJobRow]:
    return list(session.exec(select(ReportJobRow).where(ReportJobRow.state == RUNNING)))


def waiting(session: Session) -> list[ReportJobRow]:
    """The oldest first."""
    return list(session.exec(select(ReportJobRow).where(ReportJobRow.state == WAITING).order_by(col(ReportJobRow.id))))


def are_due(session: Session) -> bool:
    """Whether anything waits, or is said to be made: that is looked at before anybody writes."""
    query = select(func.count()).select_from(ReportJobRow).where(col(ReportJobRow.state).in_((WAITING, RUNNING)))
    return bool(session.exec(query).one())


def move(session: Session, number: int | None, before: str, runner: str, values: Mapping[str, Any]) -> bool:
    """Change a job if it still is in a state and in the hands of a runner; whether it was."""
    known = update(ReportJobRow).where(
        col(ReportJobRow.id) == number, col(ReportJobRow.state) == before, col(ReportJobRow.runner) == runner
    )
    return bool(session.execute(known.values(values)).rowcount)  # type: ignore[attr-defined]


def over(session: Session, before: datetime) -> list[ReportJobRow]:
    """Those that ended before an instant."""
    return list(session.exec(select(ReportJobRow).where(col(ReportJobRow.ended_at) < before)))


def files(session: Session) -> frozenset[str]:
    """Names of the files that belong to a job: one that is made, and one that can be fetched."""
    query = select(ReportJobRow.file).where(col(ReportJobRow.state).in_((RUNNING, DONE)), ReportJobRow.file != "")
    return frozenset(session.exec(query))


def let_go(session: Session, employee_id: int | None = None) -> int:
    """Take away the files that name a person (None: all of them); answers how many. Whoever makes files deletes them
    within a minute, as they belong to no job any more."""
    made = select(ReportJobRow).where(ReportJobRow.state == DONE)
    found = [row for row in session.exec(made) if employee_id is None or employee_id in row.people]
    for row in found:
        row.state, row.file, row.people, row.digest, row.size = GONE, "", [], "", 0
        session.add(row)
    for row in running(session):  # it may have read of them already: it is made anew
        row.state, row.runner, row.file = WAITING, "", ""
        session.add(row)
    session.flush()
    return len(found)
