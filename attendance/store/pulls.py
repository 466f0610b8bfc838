"""Pulls as evidence: which reading brought a punch, and from which terminal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import Session, col

from attendance.store.evidence_tables import PullRow
from attendance.store.intake_log import READINGS
from attendance.store.questions import answers, core
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


def rows(session: Session, pull_ids: Iterable[int]) -> dict[int, PullRow]:
    """Pulls whole, with the bytes that are kept of each, by number."""
    query = select(PullRow).where(col(PullRow.id).in_(sorted(set(pull_ids))))
    return {row.id or 0: row for row in session.scalars(query)}


def terminal_names(session: Session) -> dict[int, tuple[str, str]]:
    """Code and name of every terminal by number."""
    query = select(col(TerminalRow.id), col(TerminalRow.code), col(TerminalRow.name))
    return {number: (code, name) for number, code, name in session.execute(query) if number is not None}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a good pull, here or at a site, counted and measured. Files say nothing of it.

    `complete_until` is the wall time up to which it read the log, `started_at` an instant.
    """

    read: int
    capacity: int | None
    clock_offset_seconds: int | None
    started_at: datetime
    complete_until: datetime


_GOOD = (
    select(
        core(PullRow.read),
        core(PullRow.record_capacity),
        core(PullRow.clock_offset_seconds),
        core(PullRow.started_at),
        core(PullRow.complete_until),
    )
    .where(
        core(PullRow.terminal_id) == bindparam("terminal"),
        core(PullRow.source).in_(READINGS),
        core(PullRow.complete_until).is_not(None),
    )
    .limit(1)
)
_LAST = _GOOD.order_by(core(PullRow.id).desc())
_FIRST = _GOOD.order_by(core(PullRow.id))


def last_reading(session: Session, terminal_id: int) -> Reading | None:
    """The last good pull of a terminal that is filed; None: there is none."""
    return next((Reading(*row) for row in answers(session, _LAST, {"terminal": terminal_id})), None)


def first_reading(session: Session, terminal_id: int) -> Reading | None:
    """The first good pull of a terminal; None: there is none."""
    return next((Reading(*row) for row in answers(session, _FIRST, {"terminal": terminal_id})), None)


def outcome_before(session: Session, terminal_id: int, pull_id: int) -> tuple[str, dict[str, Any]] | None:
    """Outcome of the attempt before this one, and what its sentence is about; None: this was the first."""
    query = select(col(PullRow.outcome), col(PullRow.params)).where(
        col(PullRow.terminal_id) == terminal_id, col(PullRow.id) < pull_id, col(PullRow.source).in_(READINGS)
    )
    found = session.execute(query.order_by(col(PullRow.id).desc()).limit(1)).one_or_none()
    return None if found is None else (found[0], found[1])
