"""The moment an export is of, so that what is taken in pieces is of one moment however long it takes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session, func, select

from attendance.errors import Invalid
from attendance.store.database import Database
from attendance.store.evidence_tables import PunchBlockRow

WAIT_SECONDS = 10.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SHAPE = re.compile(r"([0-9]{1,17})-([0-9]{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`at`: as known at this instant. `block`: number of the last block of punches filed by then: numbers, unlike
    moments, tell what a writer that was under way had not filed yet."""

    at: datetime
    block: int

    def __str__(self) -> str:
        return f"{(self.at - _EPOCH) // timedelta(microseconds=1)}-{self.block}"


def take(database: Database, at: datetime) -> Snapshot:
    """The state of now. On PostgreSQL it waits until those who file punches at this moment have done so: their blocks
    have numbers already, and would appear below the last one later. Raises StoreUnavailable."""
    if database.is_sqlite:  # lets one writer in at a time: what has a lower number is filed
        with database.reading() as session:
            return Snapshot(at, _last_block(session))
    with database.writing(wait_seconds=WAIT_SECONDS) as session:
        session.execute(text("LOCK TABLE punch_block IN SHARE MODE"))
        return Snapshot(at, _last_block(session))


def read(given: str, now: datetime) -> Snapshot:
    """The snapshot behind its text. Raises Invalid for one that cannot have been given out."""
    found = _SHAPE.fullmatch(given)
    try:
        at = _EPOCH + timedelta(microseconds=int(found[1])) if found else None
    except OverflowError:
        at = None
    if found is None or at is None or at > now:
        raise Invalid("This snapshot was not given out; send `Export-As-Of` of the first answer, or leave it out.")
    return Snapshot(at, int(found[2]))


def _last_block(session: Session) -> int:
    return session.exec(select(func.max(PunchBlockRow.id))).one() or 0
