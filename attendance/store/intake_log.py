"""What an intake writes, in the caller's one transaction: the pull, its bytes, quarantine, position and coverage."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import zstandard
from sqlalchemy import BindParameter, bindparam, delete, insert, update
from sqlalchemy import select as select_core
from sqlmodel import Session, col, func, select

from attendance.store import chain_writing
from attendance.store.bulk import insert_if_absent, insert_row
from attendance.store.evidence_tables import ClockSpanRow, CoverageRow, LogPositionRow, PullRow, QuarantineRow
from attendance.store.questions import answers, carry_out, core, plain, table_of

READINGS = ("pull", "agent")  # ways in that read a terminal's log as a whole: here, or at a site that forwards it
CLOCK_JITTER_SECONDS = 3  # a terminal answers in whole seconds, and the line has its own delay
_TERMINAL: BindParameter[int] = bindparam("terminal")
_POSITION = select(LogPositionRow).where(LogPositionRow.terminal_id == _TERMINAL).with_for_update()
_SPANS = plain(CoverageRow).where(core(CoverageRow.terminal_id) == _TERMINAL).order_by(core(CoverageRow.starts))
_NEW_SPAN = insert(table_of(CoverageRow))
_THAT_SPAN = core(CoverageRow.id) == bindparam("span")
_WIDEN_SPAN = update(table_of(CoverageRow)).where(_THAT_SPAN)
_DROP_SPAN = delete(table_of(CoverageRow)).where(_THAT_SPAN)
_LAST_OFFSET = (
    select_core(core(ClockSpanRow.offset_seconds))
    .where(core(ClockSpanRow.terminal_id) == _TERMINAL)
    .order_by(core(ClockSpanRow.id).desc())
    .limit(1)
)


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
    values = {"terminal": terminal_id}
    found = session.exec(_POSITION, params=values).one_or_none()
    if found is None:
        insert_if_absent(session, LogPositionRow, [LogPositionRow(terminal_id=terminal_id).model_dump()])
        found = session.exec(_POSITION, params=values).one()
    return found


def add_pull(session: Session, pull: PullRow) -> int:
    """File one attempt; answers its number."""
    number = insert_row(session, pull)
    chain_writing.note_pull(session, pull.terminal_id, number)
    return number


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
    stored = answers(session, _SPANS, {"terminal": terminal_id})
    touching = [span for span in stored if span.starts <= until and starts <= span.until]
    ends = max([until, *(span.until for span in touching)])
    joined = {"starts": min([starts, *(span.starts for span in touching)]), "until": ends}
    if not touching:
        carry_out(session, _NEW_SPAN, {"terminal_id": terminal_id, **joined})
    elif joined != {"starts": touching[0].starts, "until": touching[0].until}:
        carry_out(session, _WIDEN_SPAN, {"span": touching[0].id, **joined})
    for span in touching[1:]:
        carry_out(session, _DROP_SPAN, {"span": span.id})
    watermark: datetime = max([ends, *(span.until for span in stored)])
    return watermark


def spans(session: Session, terminal_id: int) -> list[tuple[datetime, datetime]]:
    """The spans (wall time) the terminal was read completely in, earliest first."""
    return [(span.starts, span.until) for span in answers(session, _SPANS, {"terminal": terminal_id})]


def pulls_from(session: Session, terminal_id: int, *sources: str) -> list[int]:
    """Numbers of what came of a terminal by these ways (pull, push, file)."""
    query = select(PullRow.id).where(PullRow.terminal_id == terminal_id, col(PullRow.source).in_(sources))
    return [number for number in session.exec(query) if number is not None]


def watermark(session: Session, terminal_id: int) -> datetime | None:
    """The moment (wall time) up to which the terminal has been read completely; None: never."""
    return max((until for _, until in spans(session, terminal_id)), default=None)


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
    found = answers(session, _LAST_OFFSET, {"terminal": terminal_id})
    last: int | None = found[0].offset_seconds if found else None
    if last is not None and abs(last - offset_seconds) <= CLOCK_JITTER_SECONDS:
        return None
    starts = since + timedelta(seconds=last) if since is not None and last is not None else None
    span = ClockSpanRow(terminal_id=terminal_id, starts=starts, offset_seconds=offset_seconds, recorded_at=at)
    session.add(span)
    return span
