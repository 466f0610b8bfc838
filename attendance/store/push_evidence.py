"""What was pushed, found again: bodies that came while a window was asked for, claims of either side, photographs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from sqlalchemy import delete, update
from sqlmodel import Session, col, func, select

from attendance.store import intake_log
from attendance.store.bulk import insert_if_absent
from attendance.store.evidence_tables import PullRow
from attendance.store.push_tables import PunchPhotoRow, PushDifferenceRow

PUSH, PULL, FILE = "push", "pull", "file"
PUSHED_ONLY, PULLED_ONLY = "pushed_only", "pulled_only"
REMEMBERED_BODIES = 50

Punch = tuple[int, str, int, int]
"""Wall seconds, number, state, verify mode."""


def is_kept(session: Session, terminal_id: int, digest: str) -> bool:
    """Whether one of the last bodies of a terminal was this very one, with its bytes: it is sent again until OK."""
    last = select(PullRow.log_digest, col(PullRow.payload).is_not(None)).where(
        PullRow.terminal_id == terminal_id, PullRow.source == PUSH
    )
    rows = session.exec(last.order_by(col(PullRow.id).desc()).limit(REMEMBERED_BODIES))
    return any(kept and digest == other for other, kept in rows)


def last_body_at(session: Session, terminal_id: int, after_pull: int) -> datetime | None:
    """When a body of punches came last, of those behind a pull."""
    query = select(PullRow.finished_at).where(
        PullRow.terminal_id == terminal_id, PullRow.source == PUSH, col(PullRow.id) > after_pull
    )
    return session.exec(query.order_by(col(PullRow.id).desc()).limit(1)).one_or_none()


def bodies(
    session: Session,
    terminal_id: int,
    source: str,
    *,
    formats: Iterable[str] | None = None,
    after_pull: int = 0,
    since: datetime | None = None,
) -> Iterator[tuple[PullRow, bytes]]:
    """What came of a terminal by one way and was kept, in order, with its bytes; only of these formats, if given."""
    query = select(PullRow).where(
        PullRow.terminal_id == terminal_id, PullRow.source == source, col(PullRow.payload).is_not(None)
    )
    if formats is not None:
        query = query.where(col(PullRow.format).in_(set(formats)))
    if after_pull:
        query = query.where(col(PullRow.id) > after_pull)
    if since is not None:
        query = query.where(col(PullRow.finished_at) >= since)
    for row in session.exec(query.order_by(col(PullRow.id)).execution_options(yield_per=50)):
        assert row.payload is not None
        yield row, intake_log.decompress(row.payload)


def readings(session: Session, terminal_id: int, since: datetime) -> list[tuple[datetime, datetime]]:
    """The spans (wall time) which pulls finished since a moment read completely."""
    query = select(PullRow.complete_from, PullRow.complete_until).where(
        PullRow.terminal_id == terminal_id,
        PullRow.source == PULL,
        col(PullRow.finished_at) >= since,
        col(PullRow.complete_from).is_not(None),
    )
    return [(starts, until) for starts, until in session.exec(query) if starts is not None and until is not None]


def note_differences(session: Session, terminal_id: int, side: str, punches: Iterable[Punch], at: datetime) -> None:
    """File punches that only one side says; those filed before stay as they are."""
    insert_if_absent(
        session,
        PushDifferenceRow,
        [
            {
                "terminal_id": terminal_id, "side": side, "wall": wall, "pin": pin, "state": state, "verify": verify,
                "found_at": at,
            }
            for wall, pin, state, verify in punches
        ],
    )  # fmt: skip


def settle_differences(session: Session, terminal_id: int, low: int, high: int, still: set[Punch], at: datetime) -> int:
    """Differences of a window (wall seconds, both included) that are none any more; answers how many."""
    found = [
        row.id
        for row in differences(session, terminal_id)
        if low <= row.wall <= high and (row.wall, row.pin, row.state, row.verify) not in still
    ]
    if found:
        session.execute(update(PushDifferenceRow).where(col(PushDifferenceRow.id).in_(found)).values(settled_at=at))
    return len(found)


def differences(session: Session, terminal_id: int) -> list[PushDifferenceRow]:
    """Punches that only one side says, in order of time."""
    query = select(PushDifferenceRow).where(
        PushDifferenceRow.terminal_id == terminal_id, col(PushDifferenceRow.settled_at).is_(None)
    )
    return list(session.exec(query.order_by(col(PushDifferenceRow.wall), col(PushDifferenceRow.pin))))


def difference_counts(session: Session) -> dict[int, int]:
    """How many punches only one side says, by terminal; those without any are left out."""
    query = select(PushDifferenceRow.terminal_id, func.count()).where(col(PushDifferenceRow.settled_at).is_(None))
    return dict(session.exec(query.group_by(col(PushDifferenceRow.terminal_id))).all())


def keep_photo(
    session: Session,
    terminal_id: int,
    *,
    taken: datetime,
    pin: str,
    digest: str,
    jpeg: bytes,
    delete_on: date,
    at: datetime,
) -> bool:
    """File a photograph; False where this terminal brought one of this number and second before."""
    query = select(PunchPhotoRow.id).where(
        PunchPhotoRow.terminal_id == terminal_id, PunchPhotoRow.taken == taken, PunchPhotoRow.pin == pin
    )
    if session.exec(query).first() is not None:
        return False
    session.add(
        PunchPhotoRow(
            terminal_id=terminal_id, taken=taken, pin=pin, digest=digest, jpeg=jpeg, delete_on=delete_on, received_at=at
        )
    )
    return True


def delete_photos(session: Session, today: date) -> int:
    """Delete photographs whose day has come; answers how many."""
    done = session.execute(delete(PunchPhotoRow).where(col(PunchPhotoRow.delete_on) <= today))
    return int(done.rowcount)  # type: ignore[attr-defined]
