"""Checkpoints as people and programs see them: figures and digests, nobody's records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from attendance import clock
from attendance.errors import NotFound
from attendance.services.evidence import checkpoints as making
from attendance.services.evidence.checkpoints import Checkpoint
from attendance.services.evidence.notes import code_of
from attendance.store import checkpoints, trail_reading
from attendance.store.checkpoint_tables import CheckpointRow, CheckpointSentRow
from attendance.store.database import Session


@dataclass(frozen=True, slots=True)
class SentLine:
    """The last attempt by one way: `at` wall time; `wrong` empty: it was taken."""

    way: str
    address: str
    at: datetime
    wrong: str


@dataclass(frozen=True, slots=True)
class CheckpointLine:
    """`at`: wall time of the office."""

    number: int
    at: datetime
    occasion: str
    size: int
    code: str
    sent: tuple[SentLine, ...]


@dataclass(frozen=True, slots=True)
class CheckpointsView:
    """The newest first. `before`: the number that the next page goes on below; None: there are no older ones.

    `checked_at` (wall time), `holds`: the last check of everything that is kept.
    """

    lines: tuple[CheckpointLine, ...]
    total: int
    before: int | None
    checked_at: datetime | None
    holds: bool | None
    trail: tuple[int, str]


def checkpoints_view(session: Session, zone: str, *, limit: int, before: int | None = None) -> CheckpointsView:
    rows = checkpoints.listed(session, limit=limit + 1, before=before)
    shown = rows[:limit]
    sent = checkpoints.sent(session, [row.number for row in shown])
    state = trail_reading.chain_state(session)
    return CheckpointsView(
        tuple(_line(row, sent[row.number], zone) for row in shown),
        checkpoints.count(session),
        shown[-1].number if len(rows) > limit else None,
        clock.to_wall(state.checked_at, zone) if state.checked_at is not None else None,
        state.holds,
        (state.entries, state.head),
    )


def one(session: Session, number: int | None) -> tuple[CheckpointRow, Checkpoint, list[CheckpointSentRow]]:
    """A checkpoint; None: the newest. Raises NotFound, EvidenceBroken."""
    row = checkpoints.newest(session) if number is None else checkpoints.get(session, number)
    if row is None:
        raise NotFound("checkpoint", str(number or "latest"), "The first is made by the timetable, or by a command.")
    return row, making.kept(row), checkpoints.sent(session, [row.number])[row.number]


def last_of_each(sent: Sequence[CheckpointSentRow], zone: str) -> tuple[SentLine, ...]:
    """The last attempt by each way and address."""
    found = {(row.way, row.address): row for row in sent}
    return tuple(
        SentLine(row.way, row.address, clock.to_wall(row.at, zone), row.wrong) for _, row in sorted(found.items())
    )


def _line(row: CheckpointRow, sent: Sequence[CheckpointSentRow], zone: str) -> CheckpointLine:
    at = clock.to_wall(row.at, zone)
    return CheckpointLine(row.number, at, row.occasion, row.size, code_of(row.digest), last_of_each(sent, zone))
