"""What was done at a terminal, as it pushed it: kept beside what pulls read of the same log, raised the same way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from attendance import clock
from attendance.store import office, operation_log
from attendance.store.alarms import TerminalAlarms
from attendance.store.database import Session
from attendance.store.tables import TerminalRow
from device_sync import wire
from device_sync.layouts import OPERATIONS
from device_sync.noticing import raise_operations
from device_sync.operations import read_operations
from device_sync.push.operlog import PushedOperation

MOST = 0xFFFF


def file_operations(
    session: Session,
    terminal: TerminalRow,
    told: Sequence[PushedOperation],
    *,
    since: datetime,
    pull_id: int,
    zone: str,
    at: datetime,
) -> None:
    """Keep operations that are not kept yet, and raise those after `since`, the moment the terminal was approved.

    A line is kept as the 16 bytes a pull would have brought, so that both ways bring it once. A line whose date or
    numbers do not fit those stays in the bytes of its body alone.
    """
    lines = b"".join(packed for each in told if (packed := pack(each)) is not None)
    new = operation_log.add_operations(session, office.key(terminal), read_operations(lines), pull_id=pull_id, at=at)
    begun = clock.to_wall(since, zone)
    later = [each for each in new if each.at is not None and each.at > begun]
    raise_operations(session, TerminalAlarms(session, office.key(terminal), pull_id, at), terminal, later, zone)


def pack(operation: PushedOperation) -> bytes | None:
    """The 16 bytes of an operation; None where they cannot hold it."""
    objects = (*operation.objects, 0, 0, 0, 0)[:4]
    by = int(operation.by)
    if operation.code > 0xFF or by > MOST or not all(0 <= number <= MOST for number in objects):
        return None
    try:
        time = wire.encode_time(datetime.fromisoformat(operation.at))
    except ValueError:
        return None
    row = np.zeros(1, OPERATIONS)
    row[0] = (0, operation.code, by & 0xFF, time, objects)
    return row.tobytes()
