"""Pulls as evidence: which reading brought a punch, and from which terminal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from attendance.store.evidence_tables import PullRow
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
