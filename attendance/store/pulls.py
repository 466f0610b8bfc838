"""Pulls as evidence: which reading brought a punch, and from which terminal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlmodel import Session, col

from attendance.store.evidence_tables import PullRow
from attendance.store.intake_log import READINGS
from attendance.store.tables import TerminalRow


@dataclass(frozen=True, slots=True)
class PullOrigin:
    """`started_at` an instant; `log_digest` SHA-256 of the whole log as it came."""

    id: int
    source: str
    started_at: datetime
    log_digest: str | None
    file_name: str


def of(session: Session, pull_ids: Iterable[int]) -> dict[int, PullOrigin]:
    query = select(
        col(PullRow.id), col(PullRow.source), col(PullRow.started_at), col(PullRow.log_digest), col(PullRow.file_name)
    )
    query = query.where(col(PullRow.id).in_(set(pull_ids)))
    return {
        number: PullOrigin(number, source, started, digest, name)
        for number, source, started, digest, name in session.execute(query)
        if number is not None
    }


def terminal_names(session: Session) -> dict[int, tuple[str, str]]:
    """Code and name of every terminal by number."""
    query = select(col(TerminalRow.id), col(TerminalRow.code), col(TerminalRow.name))
    return {number: (code, name) for number, code, name in session.execute(query) if number is not None}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a good pull counted and measured."""

    id: int
    read: int
    capacity: int | None
    clock_offset_seconds: int | None
    started_at: datetime


def reading_before(session: Session, terminal_id: int, pull_id: int) -> Reading | None:
    """The last good pull of a terminal before this one; None: there is none."""
    query = select(
        col(PullRow.id),
        col(PullRow.read),
        col(PullRow.record_capacity),
        col(PullRow.clock_offset_seconds),
        col(PullRow.started_at),
    ).where(*_good(terminal_id), col(PullRow.id) < pull_id)
    found = session.execute(query.order_by(col(PullRow.id).desc()).limit(1)).one_or_none()
    return None if found is None else Reading(*found)


def first_reading(session: Session, terminal_id: int) -> datetime | None:
    """When the first good pull of a terminal began."""
    query = select(col(PullRow.started_at)).where(*_good(terminal_id))
    return session.scalars(query.order_by(col(PullRow.id)).limit(1)).one_or_none()


def _good(terminal_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        col(PullRow.terminal_id) == terminal_id,
        col(PullRow.source).in_(READINGS),
        col(PullRow.complete_until).is_not(None),
    )


def outcome_before(session: Session, terminal_id: int, pull_id: int) -> tuple[str, dict[str, Any]] | None:
    """Outcome of the attempt before this one, and what its sentence is about; None: this was the first."""
    query = select(col(PullRow.outcome), col(PullRow.params)).where(
        col(PullRow.terminal_id) == terminal_id, col(PullRow.id) < pull_id, col(PullRow.source).in_(READINGS)
    )
    found = session.execute(query.order_by(col(PullRow.id).desc()).limit(1)).one_or_none()
    return None if found is None else (found[0], found[1])
