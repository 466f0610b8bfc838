"""Asking a pushing terminal for a window of its log, and when that window counts as read completely.

Pushed punches and heartbeats never prove that nothing is missing: the terminal may keep what it could not send, or have
lost its place. Only its answer to a query does, under the conditions of `settle`
(docs/decisions/0018-push-proves-nothing-alone.md).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, time, timedelta

import numpy as np

from attendance import clock
from attendance.errors import Invalid
from attendance.services.pushing import ASKED_EVERY_SECONDS
from attendance.store import (
    dirty,
    intake_log,
    office,
    punch_log,
    push_commands,
    push_devices,
    push_evidence,
    restorations,
)
from attendance.store.database import Database, Session
from attendance.store.evidence_tables import PullRow
from attendance.store.push_tables import PushCommandRow, PushDeviceRow
from attendance.store.tables import TerminalRow
from device_sync.push.asking import MOST_LINES, QUERY, Asked
from device_sync.push.attlog import ATTLOG, read_attlog
from device_sync.sorting import SAME_VERIFY
from device_sync.terminal import Records

log = logging.getLogger(__name__)

QUERY_EVERY = timedelta(seconds=ASKED_EVERY_SECONDS)
"""How often a terminal that is only pushed is asked for its last days, so that its watermark moves on."""
ASK_AGAIN_AFTER_REFUSAL = timedelta(days=1)
SILENT_FOR = timedelta(minutes=30)
"""A terminal that was silent this long is asked for the gap as soon as it calls again."""
LOOK_BACK = timedelta(days=3)
FIRST_LOOK_BACK = timedelta(days=45)
SETTLE = timedelta(seconds=30)
MARGIN = timedelta(minutes=2)
"""Its last minutes are left to the next window: a terminal in the middle of writing a punch has not answered it."""
MAX_WINDOW = timedelta(days=400)
NOTHING_FOUND = -1
"""Or a wrong parameter: the code stands for both, so it proves nothing, and is no reason not to ask again."""


def ask(
    database: Database, terminal_code: str, starts: datetime, ends: datetime, *, by: str, at: datetime
) -> PushCommandRow:
    """Ask a terminal for its punches from a wall time to another. Raises NotFound, Invalid."""
    with database.writing() as session:
        terminal = office.get(session, TerminalRow, terminal_code)
        device = push_devices.of_terminal(session, office.key(terminal))
        if device is None:
            raise Invalid(f"Terminal {terminal_code} does not push; approve its serial first, or pull it.")
        if device.shape != "att":
            raise Invalid(
                f"Terminal {terminal_code} speaks the access-control protocol, which has no such question; pull it, or "
                "bring its export by USB stick."
            )
        if ends - starts > MAX_WINDOW:
            raise Invalid(f"Ask for at most {MAX_WINDOW.days} days at a time.")
        row = _enqueue(session, device, starts, ends, by, at)
    if row is None:
        raise Invalid(f"Terminal {terminal_code} has too many open questions; wait until it has answered some.")
    return row


def _enqueue(
    session: Session, device: PushDeviceRow, starts: datetime, ends: datetime, by: str, at: datetime
) -> PushCommandRow | None:
    asked = Asked(QUERY, starts.replace(microsecond=0), ends.replace(microsecond=0))
    return push_commands.enqueue(
        session, push_devices.numbers(device)[0], asked.kind, asked_by=by, at=at, starts=asked.starts, ends=asked.ends
    )


def next_lines(session: Session, device: PushDeviceRow, *, zone: str, at: datetime) -> list[str]:
    """What to answer a terminal that asks for commands; a window at a time, so that answers do not mix."""
    number, _ = push_devices.numbers(device)
    settle(session, device, zone=zone, at=at)
    push_commands.give_up_silent(session, number, at)
    _ask_if_due(session, device, zone, at)
    rows = push_commands.opened(session, number)
    busy = any(row.kind == QUERY and row.state != push_commands.WAITING for row in rows)
    lines: list[str] = []
    for row in rows:
        is_query = row.kind == QUERY
        again = row.state == push_commands.SENT and push_commands.is_silent(row, at)
        if len(lines) < MOST_LINES and (again or (row.state == push_commands.WAITING and not (is_query and busy))):
            assert row.id is not None
            lines.append(Asked(row.kind, row.starts, row.ends).line(row.id))
            push_commands.mark_sent(session, row, at)
            busy = busy or is_query
    return lines


def _ask_if_due(session: Session, device: PushDeviceRow, zone: str, at: datetime) -> None:
    """Ask for what came since the terminal was read completely, and for its last days again."""
    if not _is_due(session, device, at):
        return
    now = clock.to_wall(at, zone)
    read_until = intake_log.watermark(session, push_devices.numbers(device)[1])
    starts = now - FIRST_LOOK_BACK if read_until is None else min(read_until, now - LOOK_BACK)
    _enqueue(session, device, max(starts, now - MAX_WINDOW), now, "timetable", at)


def _is_due(session: Session, device: PushDeviceRow, at: datetime) -> bool:
    """Whether it is time to ask: of a terminal that is pulled as well, which proves more, once and then on demand.

    After a restoration at once: what the terminal sent since was acknowledged, and it sends that no more by itself.
    """
    if device.shape != "att":
        return False
    number, terminal_id = push_devices.numbers(device)
    last = push_commands.last_query(session, number)
    if last is None:
        return True
    owed_since = restorations.owed_since(session, terminal_id)
    if owed_since is not None and last.created_at <= owed_since:
        return True
    if last.state in push_commands.OPEN or session.get_one(TerminalRow, terminal_id).host:
        return False
    failed = last.state == push_commands.FAILED and last.returned != NOTHING_FOUND
    refused = failed or last.state == push_commands.GIVEN_UP
    silent = at - device.last_seen_at >= SILENT_FOR and not refused
    return silent or at - last.created_at >= (ASK_AGAIN_AFTER_REFUSAL if refused else QUERY_EVERY)


def has_work(session: Session, device: PushDeviceRow, at: datetime) -> bool:
    """Whether `next_lines` would do anything: terminals ask every few seconds, and mostly for nothing."""
    return bool(push_commands.opened(session, push_devices.numbers(device)[0])) or _is_due(session, device, at)


def note_result(session: Session, device_id: int, number: int, returned: int, at: datetime) -> None:
    """What a terminal says became of a question. A number it was never given changes nothing."""
    row = push_commands.find(session, device_id, number)
    if row is None or row.state != push_commands.SENT:
        return
    row.returned, row.returned_at = returned, at
    if returned != 0:
        row.state = push_commands.FAILED
    else:
        row.state = push_commands.RETURNED if row.kind == QUERY else push_commands.DONE
    session.add(row)


def is_answering(opened: Iterable[PushCommandRow]) -> bool:
    """Whether what comes now may be the answer to a window, so that its bytes are kept whatever is in them."""
    return any(row.kind == QUERY and row.state != push_commands.WAITING for row in opened)


def settle(session: Session, device: PushDeviceRow, *, zone: str, at: datetime) -> None:
    """End the windows whose answers are whole. Called when the terminal asks for commands.

    A window is read completely when all of this holds: the terminal said that it carried out the query; every body it
    sent was acknowledged after it was filed, for it asks for commands again, which it does not while it has something
    to send; and nothing came for `SETTLE` since. Punches stored before that the answer lacks say that the log lost
    something: completeness then begins behind the last of them. Where nothing was known before the window, it begins
    with the first punch of the answer, for the terminal may have been switched on only then.
    """
    number, terminal_id = push_devices.numbers(device)
    for row in push_commands.opened(session, number):
        if row.kind != QUERY or row.state != push_commands.RETURNED or row.returned_at is None:
            continue
        last = push_evidence.last_body_at(session, terminal_id, row.after_pull or 0)
        if max(row.returned_at, last or row.returned_at) > at - SETTLE:
            continue
        _conclude(session, device, row, zone, at)


def _conclude(session: Session, device: PushDeviceRow, row: PushCommandRow, zone: str, at: datetime) -> None:
    assert row.starts is not None
    assert row.ends is not None
    assert row.first_sent_at is not None
    _, number = push_devices.numbers(device)
    low, high = clock.wall_seconds(row.starts), clock.wall_seconds(row.ends)
    parts = []
    after = row.after_pull or 0
    for _, body in push_evidence.bodies(session, number, push_evidence.PUSH, formats=(ATTLOG,), after_pull=after):
        parts.append(read_attlog(body).records)
    walls = np.concatenate([part.wall for part in parts]) if parts else np.zeros(0, np.int64)
    walls = walls[(walls >= low) & (walls <= high)]
    lacking = _lacking(session, number, low, high, after, parts)
    until = min(row.ends, clock.to_wall(row.first_sent_at, zone) - MARGIN)
    starts = row.starts
    if lacking.size:
        walls = walls[walls > int(lacking.max())]
    continues = not lacking.size and _is_read(session, number, row.starts)
    if not continues:
        starts = clock.from_wall_seconds(int(walls.min())) if walls.size else until
    row.state = push_commands.SHORT if lacking.size else push_commands.COVERED
    terminal = session.get_one(TerminalRow, number)
    if terminal.counts_from is not None:
        starts = max(starts, datetime.combine(terminal.counts_from, time.min))
    if starts < until:
        row.pull_id = _file_window(session, device, row, starts, until, at)
        if not terminal.host:  # what is pulled as well is read whole
            restorations.note_read(session, number, row.pull_id, at)
        intake_log.extend_coverage(session, number, starts, until)
        dirty.mark_dependants(session, terminal, starts.date() - timedelta(days=1), until.date(), "coverage", at)
    if lacking.size:
        log.warning(
            "terminal %s: its answer for %s to %s lacks %d punches that were stored before",
            device.serial, row.starts, row.ends, lacking.size,
        )  # fmt: skip
    session.add(row)


def _lacking(
    session: Session, terminal_id: int, low: int, high: int, after_pull: int, parts: list[Records]
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Wall seconds of the stored punches of a window, known before it was asked for, that no part of the answer holds.

    Files are left out: what a person brought need not be in the terminal any more.
    """
    stored = punch_log.read(session, [terminal_id], from_wall=low, to_wall=high)
    files = intake_log.pulls_from(session, terminal_id, push_evidence.FILE)
    stored = stored.take((stored.pull <= after_pull) & ~np.isin(stored.pull, files))
    there = np.zeros(len(stored), np.bool_)
    alike = replace(stored, verify=SAME_VERIFY[stored.verify])
    for part in parts:
        there |= punch_log.contained(alike, part.wall, part.pin_code, part.pins, part.state, SAME_VERIFY[part.verify])
    return stored.wall[~there]


def _is_read(session: Session, terminal_id: int, at: datetime) -> bool:
    """Whether the terminal was read completely around a wall time, so that a window from there on joins it."""
    return any(starts <= at <= until for starts, until in intake_log.spans(session, terminal_id))


def _file_window(
    session: Session, device: PushDeviceRow, row: PushCommandRow, starts: datetime, until: datetime, at: datetime
) -> int:
    """The entry that says which window was read; the bodies of the answer are entries of their own."""
    pull = PullRow(
        terminal_id=push_devices.numbers(device)[1], source=push_evidence.PUSH, format="query", serial=device.serial,
        firmware=device.firmware, started_at=row.first_sent_at or at, finished_at=at, complete_from=starts,
        complete_until=until, params={"command": row.id, "after_pull": row.after_pull},
    )  # fmt: skip
    return intake_log.add_pull(session, pull)
