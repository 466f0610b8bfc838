"""Backups that were made or tried: every query. The files themselves are no matter of the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import ColumnElement, delete
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from attendance.errors import AttendanceError
from attendance.store.accounts import end_every_sign_in
from attendance.store.sign_in_tables import SetupCodeRow
from attendance.store.system_tables import BackupRow
from attendance.store.tables import LeaseRow

TIMETABLE = "timetable"


@dataclass(frozen=True, slots=True)
class Tried:
    """A row of the book of backups, as `BackupRow` describes it; `made_at` is an instant."""

    made_at: datetime
    file_name: str
    size: int
    digest: str
    source: str
    made_by: str
    outcome: str
    said: str


def add(session: Session, row: BackupRow) -> None:
    session.add(row)
    session.flush()


def newest(session: Session, limit: int, *conditions: ColumnElement[bool]) -> list[Tried]:
    """The last that was made or tried first, whatever the clock said then."""
    query = select(BackupRow).where(*conditions).limit(limit)
    query = query.order_by(col(BackupRow.id).desc())
    names = [each.name for each in fields(Tried)]
    return [Tried(*(getattr(row, name) for name in names)) for row in session.exec(query)]


def last_good(session: Session) -> Tried | None:
    return next(iter(newest(session, 1, col(BackupRow.outcome) == "ok")), None)


def last_of(session: Session, source: str) -> Tried | None:
    """The last that was made or tried in this way."""
    return next(iter(newest(session, 1, col(BackupRow.source) == source)), None)


def leader_until(session: Session, at: datetime) -> datetime | None:
    """Until when a timetable holds its lease; None: none leads at this moment, or the database cannot say it."""
    try:
        lease = session.get(LeaseRow, TIMETABLE)
    except DBAPIError:
        return None
    return lease.expires_at if lease is not None and lease.expires_at > at else None


@contextmanager
def where_it_can_be() -> Iterator[None]:
    """For what is written down of something done already: a database that takes nothing is no reason to fail."""
    with suppress(AttendanceError, DBAPIError):
        yield


def let_nobody_in(session: Session) -> None:
    """After a restoration: whoever was signed in then, or held the code of the first administrator, is not now."""
    end_every_sign_in(session)
    session.execute(delete(SetupCodeRow))
    session.execute(delete(LeaseRow))
