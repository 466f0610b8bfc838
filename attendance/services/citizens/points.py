"""Counters with a printed code: made, renewed where a sheet went astray, revoked."""

from __future__ import annotations

import secrets
from datetime import datetime

from attendance.services.citizens.intake import MOST_LINE
from attendance.services.citizens.problems import NotSaid
from attendance.services.citizens.wording import clean
from attendance.store import office
from attendance.store.citizen_tables import FeedbackPointRow
from attendance.store.database import Session
from attendance.store.paper_register import NotAsItWas
from attendance.store.tables import UnitRow
from attendance.store.trail import Actor, record


def new_token() -> str:
    """128 bits by chance, as letters that stand in an address."""
    return secrets.token_urlsafe(16)


def add_point(
    session: Session, by: Actor, unit: UnitRow, name: str, desk: str = "", *, at: datetime
) -> FeedbackPointRow:
    """A counter whose sheet can be printed from now on. Raises NotSaid, Invalid."""
    called = clean(name, MOST_LINE, lines=False)
    if not called:
        raise NotSaid("name", "Write what citizens call the counter, for example: Quầy 3, hộ tịch.")
    row = FeedbackPointRow(
        unit_id=office.key(unit), name=called, desk=clean(desk, MOST_LINE, lines=False), token=new_token(),
        created_by=by.name, created_by_id=by.user_id, created_at=at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    after = {"unit": unit.code, "name": row.name, "desk": row.desk}
    record(session, by, "feedback_point.added", kind="feedback_point", key=str(row.id), after=after, at=at)
    return row


def renew(session: Session, by: Actor, row: FeedbackPointRow, *, at: datetime) -> None:
    """A new code: sheets printed before lead nowhere any more; a revoked counter takes forms again."""
    row.token, row.renewed_at, row.revoked_at, row.revoked_by = new_token(), at, None, ""
    session.add(row)
    session.flush()
    record(session, by, "feedback_point.renewed", kind="feedback_point", key=str(row.id), at=at)


def revoke(session: Session, by: Actor, row: FeedbackPointRow, *, at: datetime) -> None:
    """Its code leads nowhere any more; what came by it stays. Raises NotAsItWas."""
    if row.revoked_at is not None:
        raise NotAsItWas(f"{row.revoked_by or 'Somebody'} revoked this counter before. Nothing was changed.")
    row.revoked_at, row.revoked_by = at, by.name
    session.add(row)
    session.flush()
    record(session, by, "feedback_point.revoked", kind="feedback_point", key=str(row.id), at=at)
