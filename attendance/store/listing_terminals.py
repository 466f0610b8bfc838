"""Lists of terminals and of what was pulled from them. The bytes of a pull and keys are in none of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from attendance import clock
from attendance.store.evidence_tables import PullRow, QuarantineRow
from attendance.store.intake_log import watermarks
from attendance.store.listing import Listed, Row, choose, page, rows_of
from attendance.store.tables import TerminalRow, UnitRow
from attendance.store.within import Within

_PULL: tuple[Any, ...] = tuple(
    col(getattr(PullRow, name)).label(name)
    for name in (
        "id",
        "source",
        "format",
        "file_name",
        "started_at",
        "finished_at",
        "outcome",
        "message",
        "serial",
        "firmware",
        "clock_offset_seconds",
        "read",
        "new",
        "repeated",
        "quarantined",
        "log_bytes",
        "log_digest",
        "complete_from",
        "complete_until",
        "seconds",
    )
)


def terminals(session: Session, within: Within, zone: str, *, limit: int, offset: int) -> Listed:
    """Terminals by code: number, how each is reached, until when its log is complete, and its last pull.

    Terminal time is answered as it stood, in the office's zone.
    """
    table = TerminalRow
    query = (
        choose(
            col(table.id).label("id"),
            col(table.code).label("code"),
            col(table.name).label("name"),
            col(UnitRow.code).label("unit"),
            col(table.host).label("host"),
            col(table.port).label("port"),
            col(table.transport).label("transport"),
            col(table.has_comm_key).label("has_comm_key"),
            col(table.serial).label("serial"),
            col(table.layout).label("layout"),
            col(table.direction).label("direction"),
            col(table.first_sane_on).label("first_sane_on"),
            col(table.poll_seconds).label("poll_seconds"),
            col(table.live).label("live"),
            col(table.recorded_at).label("recorded_at"),
        )
        .join(UnitRow, col(UnitRow.id) == col(table.unit_id))
        .order_by(col(table.code))
    )
    query = query.where(*within.rows(col(table.unit_id)))
    rows, total = page(session, query, limit, offset)
    ids = [row["id"] for row in rows]
    until = watermarks(session, ids)
    last = _last_pulls(session, ids, zone)
    listed = []
    for row in rows:
        number = row["id"]
        listed.append(row | {"complete_until": _placed(until.get(number), zone), "last_pull": last.get(number)})
    return Listed(listed, total)


def _last_pulls(session: Session, terminal_ids: Iterable[int], zone: str) -> dict[int, Row]:
    newest = (
        select(func.max(col(PullRow.id)))
        .where(col(PullRow.terminal_id).in_(list(terminal_ids)))
        .group_by(col(PullRow.terminal_id))
    )
    query = choose(col(PullRow.terminal_id).label("terminal_id"), *_PULL).where(col(PullRow.id).in_(newest))
    return {row.pop("terminal_id"): _pull(row, zone) for row in rows_of(session, query)}


def _pull(row: Row, zone: str) -> Row:
    return row | {name: _placed(row[name], zone) for name in ("complete_from", "complete_until")}


def _placed(wall: datetime | None, zone: str) -> datetime | None:
    """Wall time with the offset of the office."""
    return None if wall is None else wall.replace(tzinfo=clock.zone(zone))


def params_of(session: Session, pull_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """What fills the sentences of these pulls, by their numbers."""
    query = select(col(PullRow.id), col(PullRow.params)).where(col(PullRow.id).in_(list(pull_ids)))
    return {row.id: row.params for row in session.execute(query)}


def set_aside(session: Session, terminal_id: int) -> list[tuple[str, int, datetime]]:
    """How many records of a terminal are in quarantine by reason, most first, and when the last of them came."""
    count = func.count(col(QuarantineRow.id))
    query = (
        select(col(QuarantineRow.reason), count, func.max(col(QuarantineRow.recorded_at)))
        .where(col(QuarantineRow.terminal_id) == terminal_id)
        .group_by(col(QuarantineRow.reason))
        .order_by(count.desc(), col(QuarantineRow.reason))
    )
    return [(reason, number, last) for reason, number, last in session.execute(query)]


def pulls(session: Session, terminal_id: int, code: str, zone: str, *, limit: int, offset: int) -> Listed:
    """What was pulled from a terminal or brought as its file, newest first."""
    query = choose(*_PULL).where(col(PullRow.terminal_id) == terminal_id).order_by(col(PullRow.id).desc())
    rows, total = page(session, query, limit, offset)
    return Listed([{"terminal": code, **_pull(row, zone)} for row in rows], total)
