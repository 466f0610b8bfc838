"""Backups that were made or tried: every query. The files themselves are no matter of the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from attendance.errors import AttendanceError
from attendance.store.accounts import end_every_sign_in
from attendance.store.sign_in_tables import SetupCodeRow
from attendance.store.system_tables import BackupRow
from attendance.store.tables import LeaseRow

TIMETABLE = "timetable"


def add(session: Session, row: BackupRow) -> None:
    session.add(row)
    session.flush()


def newest(session: Session, limit: int) -> list[BackupRow]:
    """Newest first."""
    query = select(BackupRow).order_by(col(BackupRow.made_at).desc(), col(BackupRow.id).desc()).limit(limit)
    return list(session.exec(query))


def last_good(session: Session) -> BackupRow | None:
    query = select(BackupRow).where(BackupRow.outcome == "ok").order_by(col(BackupRow.made_at).desc()).limit(1)
    return session.exec(query).first()


def last_of(session: Session, source: str) -> BackupRow | None:
    """The last that was made or tried in this way."""
    query = select(BackupRow).where(BackupRow.source == source).order_by(col(BackupRow.made_at).desc()).limit(1)
    return session.exec(query).first()


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
