"""What the poller reads of the office and writes down of itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from attendance.store import office
from attendance.store.bulk import insert_if_absent
from attendance.store.evidence_tables import LogPositionRow
from attendance.store.polling_tables import PollStateRow
from attendance.store.tables import TerminalRow
from attendance.store.tree import StoredTree


@dataclass(frozen=True, slots=True)
class Remembered:
    """A breaker as it was written down. `next_at` and `changed_at` are instants."""

    state: str
    failures: int
    next_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class ToPoll:
    """A terminal in use that has an address. `reached_by` changes whenever how it is reached does."""

    id: int
    code: str
    poll_seconds: int
    live: bool
    reached_by: tuple[str | int | bool | None, ...]
    last_ok_at: datetime | None
    remembered: Remembered | None


def to_poll(session: Session) -> list[ToPoll]:
    """Every terminal that is pulled, in the order of registration, with what was written down of it."""
    query = (
        select(TerminalRow, LogPositionRow.last_ok_at, PollStateRow)
        .join(LogPositionRow, col(LogPositionRow.terminal_id) == TerminalRow.id, isouter=True)
        .join(PollStateRow, col(PollStateRow.terminal_id) == TerminalRow.id, isouter=True)
        .where(col(TerminalRow.host).is_not(None), col(TerminalRow.host) != "", col(TerminalRow.in_use))
        .order_by(col(TerminalRow.id))
    )
    return [
        ToPoll(
            id=office.key(row),
            code=row.code,
            poll_seconds=row.poll_seconds,
            live=row.live,
            reached_by=(row.host, row.port, row.transport, row.has_comm_key),
            last_ok_at=last_ok_at,
            remembered=None if kept is None else Remembered(kept.state, kept.failures, kept.next_at, kept.changed_at),
        )
        for row, last_ok_at, kept in session.exec(query)
    ]


def remember(session: Session, states: Sequence[tuple[int, Remembered]]) -> None:
    """Write breakers down, by the number of their terminal, in place of what stood there."""
    at_first = [{"terminal_id": number, **_columns(kept)} for number, kept in states]
    insert_if_absent(session, PollStateRow, at_first)
    rows = {
        row.terminal_id: row
        for row in session.exec(select(PollStateRow).where(col(PollStateRow.terminal_id).in_([n for n, _ in states])))
    }
    for number, kept in states:
        for name, value in _columns(kept).items():
            setattr(rows[number], name, value)
        session.add(rows[number])


def _columns(kept: Remembered) -> dict[str, str | int | datetime]:
    return {
        "state": kept.state, "failures": kept.failures, "next_at": kept.next_at, "changed_at": kept.changed_at,
    }  # fmt: skip


def pullable(session: Session, unit_ids: Iterable[int] | None = None) -> list[str]:
    """Codes of the terminals that can be pulled, by code; only of those that stand in these units, if given."""
    wanted = None if unit_ids is None else set(unit_ids)
    return sorted(
        row.code
        for row in office.terminals(session)
        if row.host and row.in_use and (wanted is None or row.unit_id in wanted)
    )


def pullable_below(
    session: Session, on: date, unit_ids: Iterable[int] | None = None
) -> tuple[frozenset[str], frozenset[str]]:
    """The terminals of `pullable`, and the units that on a date have one in them or below them, among these."""
    codes, stored = frozenset(pullable(session, unit_ids)), StoredTree(session)
    seen = set(stored.codes) if unit_ids is None else set(unit_ids)
    found: set[int] = set()
    for row in office.terminals(session):
        if row.code in codes:
            found.update(stored.path(row.unit_id, on))
    return codes, frozenset(stored.codes[number] for number in found & seen)
