"""What an intake writes, in the caller's one transaction: the pull, its bytes, quarantine, position and coverage."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import zstandard
from sqlalchemy import insert
from sqlmodel import Session, col, func, select

from attendance.store.bulk import insert_if_absent
from attendance.store.evidence_tables import ClockSpanRow, CoverageRow, LogPositionRow, PullRow, QuarantineRow

READINGS = ("pull", "agent")  # ways in that read a terminal's log as a whole: here, or at a site that forwards it
CLOCK_JITTER_SECONDS = 3  # a terminal answers in whole seconds, and the line has its own delay


def compress(payload: bytes | memoryview, width: int = 0) -> bytes:
    """The bytes, for `decompress`. Records of one `width` are turned first, so that like bytes lie together: a third of
    the size in half of the time. The first byte of what is stored is that width, 0 where nothing was turned.
    """
    if width and len(payload) % width == 0:
        payload = np.frombuffer(payload, np.uint8).reshape(-1, width).T.tobytes()
    else:
        width = 0
    return bytes([width]) + zstandard.ZstdCompressor(level=1).compress(payload)


def decompress(stored: bytes) -> bytes:
    """Exactly the bytes that were given to `compress`."""
    width, payload = stored[0], zstandard.ZstdDecompressor().decompress(stored[1:])
    return np.frombuffer(payload, np.uint8).reshape(width, -1).T.tobytes() if width else payload


def position_of(session: Session, terminal_id: int) -> LogPositionRow:
    """How much of the terminal's log is stored, locked until the transaction ends; made on first use."""
    query = select(LogPositionRow).where(LogPositionRow.terminal_id == terminal_id).with_for_update()
    found = session.exec(query).one_or_none()
    if found is None:
        insert_if_absent(session, LogPositionRow, [LogPositionRow(terminal_id=terminal_id).model_dump()])
        found = session.exec(query).one()
    return found


def add_pull(session: Session, pull: PullRow) -> int:
    """File one attempt; answers its number."""
    session.add(pull)
    session.flush()
    assert pull.id is not None
    return pull.id


def add_quarantine(
    session: Session, terminal_id: int, pull_id: int, rows: Iterable[tuple[int, bytes, str]], recorded_at: datetime
) -> None:
    """Keep records that cannot be believed: (position in the log, bytes as they came, reason)."""
    values: list[dict[str, Any]] = [
        {
            "terminal_id": terminal_id,
            "pull_id": pull_id,
            "position": position,
            "record": record,
            "reason": reason,
            "recorded_at": recorded_at,
        }
        for position, record, reason in rows
    ]
    if values:
        session.execute(insert(QuarantineRow), values)


def quarantined_records(session: Session, terminal_id: int) -> set[tuple[bytes, str]]:
    """Records of a terminal already in quarantine, so that reading them again files nothing."""
    query = select(QuarantineRow.record, QuarantineRow.reason).where(QuarantineRow.terminal_id == terminal_id)
    return {(bytes(record), reason) for record, reason in session.exec(query)}


def extend_coverage(session: Session, terminal_id: int, starts: datetime, until: datetime) -> datetime:
    """The terminal was read completely from `starts` to `until`: a span of its own, or one with those it touches.

    Answers the watermark: the latest end of all spans.
    """
    spans = list(session.exec(select(CoverageRow).where(CoverageRow.terminal_id == terminal_id)))
    spans.sort(key=lambda span: span.starts)
    overlapping = [span for span in spans if span.starts <= until and starts <= span.until]
    if not overlapping:
        session.add(CoverageRow(terminal_id=terminal_id, starts=starts, until=until))
        return max([until, *(span.until for span in spans)])
    kept = overlapping[0]
    for span in overlapping[1:]:
        session.delete(span)
    kept_starts = min(starts, *(span.starts for span in overlapping))
    kept_until = max(until, *(span.until for span in overlapping))
    kept.starts, kept.until = kept_starts, kept_until
    session.add(kept)
    return max(kept_until, *(span.until for span in spans))


def spans(session: Session, terminal_id: int) -> list[tuple[datetime, datetime]]:
    """The spans (wall time) the terminal was read completely in."""
    query = select(CoverageRow.starts, CoverageRow.until).where(CoverageRow.terminal_id == terminal_id)
    return list(session.exec(query))


def pulls_from(session: Session, terminal_id: int, *sources: str) -> list[int]:
    """Numbers of what came of a terminal by these ways (pull, push, file)."""
    query = select(PullRow.id).where(PullRow.terminal_id == terminal_id, col(PullRow.source).in_(sources))
    return [number for number in session.exec(query) if number is not None]


def watermark(session: Session, terminal_id: int) -> datetime | None:
    """The moment (wall time) up to which the terminal has been read completely; None: never."""
    query = select(CoverageRow.until).where(CoverageRow.terminal_id == terminal_id)
    return max(session.exec(query), default=None)


def watermarks(session: Session, terminal_ids: Iterable[int] | None = None) -> dict[int, datetime]:
    """The watermarks of all terminals, or of these; those never read are left out."""
    query = select(CoverageRow.terminal_id, func.max(CoverageRow.until)).group_by(col(CoverageRow.terminal_id))
    if terminal_ids is not None:
        query = query.where(col(CoverageRow.terminal_id).in_(set(terminal_ids)))
    return {number: until for number, until in session.exec(query) if until is not None}


def record_clock(
    session: Session, terminal_id: int, offset_seconds: int, *, since: datetime | None, at: datetime
) -> ClockSpanRow | None:
    """File a measured clock offset; `since` is the wall time of the last good pull, None at the first.

    A reading within `CLOCK_JITTER_SECONDS` of the last one is the same clock: it files nothing, and answers None.
    """
    query = select(ClockSpanRow).where(ClockSpanRow.terminal_id == terminal_id).order_by(col(ClockSpanRow.id).desc())
    last = session.exec(query.limit(1)).one_or_none()
    if last is not None and abs(last.offset_seconds - offset_seconds) <= CLOCK_JITTER_SECONDS:
        return None
    starts = since + timedelta(seconds=last.offset_seconds) if since is not None and last is not None else None
    span = ClockSpanRow(terminal_id=terminal_id, starts=starts, offset_seconds=offset_seconds, recorded_at=at)
    session.add(span)
    return span
