"""The operation log of a terminal, and the settings of its clock that this service made: kept, never changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert
from sqlmodel import Session, col, select

from attendance.store.evidence_tables import PullRow
from attendance.store.health_tables import ClockSettingRow, TerminalOperationRow
from attendance.store.intake_log import READINGS


@dataclass(frozen=True, slots=True)
class Operation:
    """One line of the log: its bytes, what was done (`code`), the terminal's own time or None, its four numbers."""

    line: bytes
    code: int
    at: datetime | None
    objects: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class KeptOperation:
    """A line as it is kept: what was done, the terminal's own time or None, and the pull that brought it first."""

    code: int
    at: datetime | None
    objects: tuple[int, ...]
    pull_id: int


@dataclass(frozen=True, slots=True)
class ClockSetting:
    """A recorded setting of a clock, or an attempt; see `ClockSettingRow`."""

    set_at: datetime
    set_by: str
    reason: str
    offset_before: int | None
    offset_after: int | None
    outcome: str
    message: str


def add_operations(
    session: Session, terminal_id: int, lines: Sequence[Operation], *, pull_id: int, at: datetime
) -> list[Operation]:
    """Keep the lines of a log that are not kept yet; answers those, in order.

    A log is read whole each time, so a line that stands there `n` times is kept `n` times, whenever it was read.
    """
    query = (
        select(TerminalOperationRow.line, func.count())
        .where(TerminalOperationRow.terminal_id == terminal_id)
        .group_by(col(TerminalOperationRow.line))
    )
    kept = {bytes(line): count for line, count in session.exec(query)}
    seen: Counter[bytes] = Counter()
    new: list[Operation] = []
    values: list[dict[str, Any]] = []
    for each in lines:
        seen[each.line] += 1
        if seen[each.line] > kept.get(each.line, 0):
            new.append(each)
            values.append(
                {
                    "terminal_id": terminal_id,
                    "line": each.line,
                    "ordinal": seen[each.line],
                    "code": each.code,
                    "at": each.at,
                    "objects": list(each.objects),
                    "pull_id": pull_id,
                    "recorded_at": at,
                }
            )
    if values:
        session.execute(insert(TerminalOperationRow), values)
    return new


def lines_up_to(session: Session, terminal_id: int, pull_id: int) -> bytes | None:
    """The log as it was known after a pull that brought some of it, 16 bytes a line; None where that brought none."""
    query = select(TerminalOperationRow.line).where(TerminalOperationRow.terminal_id == terminal_id)
    if session.exec(query.where(TerminalOperationRow.pull_id == pull_id).limit(1)).first() is None:
        return None
    known = query.where(TerminalOperationRow.pull_id <= pull_id).order_by(col(TerminalOperationRow.id))
    lines: list[bytes] = list(session.exec(known))
    return b"".join(lines)


def was_read(session: Session, terminal_id: int) -> bool:
    """Whether the operation log itself was ever read with something in it; lines that were pushed say nothing of it."""
    query = (
        select(TerminalOperationRow.id)
        .join(PullRow, col(PullRow.id) == col(TerminalOperationRow.pull_id))
        .where(TerminalOperationRow.terminal_id == terminal_id, col(PullRow.source).in_(READINGS))
    )
    return session.exec(query.limit(1)).one_or_none() is not None


def operations_of(session: Session, terminal_id: int, limit: int) -> list[KeptOperation]:
    """The newest operations of one terminal in the order of its log, newest first."""
    query = select(TerminalOperationRow).where(TerminalOperationRow.terminal_id == terminal_id)
    return [
        KeptOperation(row.code, row.at, tuple(row.objects), row.pull_id)
        for row in session.exec(query.order_by(col(TerminalOperationRow.id).desc()).limit(limit))
    ]


def add_clock_setting(session: Session, terminal_id: int, setting: ClockSetting) -> None:
    session.add(ClockSettingRow(terminal_id=terminal_id, **asdict(setting)))


def clock_settings_of(session: Session, terminal_id: int, since: datetime | None = None) -> list[ClockSetting]:
    """Settings of one terminal's clock in their order, also those that failed; from an instant on, if given."""
    query = select(ClockSettingRow).where(ClockSettingRow.terminal_id == terminal_id)
    if since is not None:
        query = query.where(col(ClockSettingRow.set_at) >= since)
    return [
        ClockSetting(row.set_at, row.set_by, row.reason, row.offset_before, row.offset_after, row.outcome, row.message)
        for row in session.exec(query.order_by(col(ClockSettingRow.id)))
    ]
