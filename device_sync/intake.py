"""The intake: what a terminal or a file claims, filed once, with the bytes it came in, in one transaction.

The same for every way in, so that a punch lands once by whichever comes first. Raw bytes, new punches, quarantine,
coverage, the position in the log and the days to judge again are committed together, or none of them is.
"""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from time import perf_counter

import numpy as np

from attendance import clock
from attendance.store import dirty, intake_log, office, pulls, restorations, terminal_profiles, terminal_users, touched
from attendance.store.database import Database, OpenTransaction, Session
from attendance.store.evidence_tables import LogPositionRow, PullRow
from attendance.store.tables import TerminalRow
from attendance.store.terminal_tables import TerminalProfileRow
from device_sync import user_tables
from device_sync.files import Export
from device_sync.files.families import keepable
from device_sync.layouts import PUNCH_LAYOUTS, ZK40
from device_sync.noticing import USUAL, Pulled, Thresholds, notice, notice_failure
from device_sync.sorting import Sorted, append_new, past_changed, sort_records
from device_sync.terminal import LogDigest, Records, StatedDigest, TerminalError, TerminalLog
from device_sync.zk.records import COUNT_BYTES, decode_tail

OK = "ok"
CHANGED = "changed"
WORTH_A_THREAD = 1 << 18


@dataclass(frozen=True, slots=True)
class Origin:
    """Which way a reading came (`source` of a pull), and what else its pull says of that.

    `taken_at`: when its records left the terminal, where they were filed much later; None: as they were filed.
    """

    source: str = "pull"
    params: Mapping[str, str] = field(default_factory=dict)
    taken_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of one pull or file. `read = new + repeated + quarantined`, counted over the whole log.

    `complete_until` is the terminal's watermark afterwards, in wall time. `reasons` counts quarantined rows by reason.
    """

    terminal: str
    outcome: str
    read: int = 0
    new: int = 0
    repeated: int = 0
    quarantined: int = 0
    clock_offset_seconds: int | None = None
    complete_until: datetime | None = None
    message: str = ""
    pull_id: int | None = None
    reasons: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


def file_log(
    database: Database | OpenTransaction,
    terminal_code: str,
    log: TerminalLog,
    *,
    zone: str,
    started_at: datetime,
    finished_at: datetime,
    full: bool = False,
    origin: Origin = Origin(),
    thresholds: Thresholds = USUAL,
) -> Filed:
    """File one reading of a terminal's log.

    The usual case: the log begins with exactly the bytes stored before, so only its tail is decoded. Otherwise, or with
    `full`, every record is compared with what is stored; a past that no longer agrees is the outcome `changed`: its new
    punches are kept, nothing stored is touched, and completeness begins anew. A reading older than one filed already
    adds its punches and its coverage, and says nothing of what came later. Raises StoreUnavailable, with nothing
    half-filed.
    """
    begun = perf_counter()
    body = memoryview(log.payload)[COUNT_BYTES:]
    size = log.record_size
    first = log.begins_at // size
    count = first + len(body) // size
    with database.writing() as session:
        terminal = office.get(session, TerminalRow, terminal_code)
        number = office.key(terminal)
        position = intake_log.position_of(session, number)
        digest, same_prefix = _digest(log, position)
        profile = terminal_profiles.profile_of(session, log.serial)
        # before there were profiles, nothing but 40 bytes was read
        learned = profile.punch_layout if profile is not None else ZK40.name
        same_prefix = same_prefix and learned in (None, log.layout)
        changes, holders = user_tables.look_through(session, number, log, zone)
        skipped = position.log_bytes // size if same_prefix and not full else first
        packed = _compress_beside(body[(skipped - first) * size :], size)
        records = _placed(decode_tail(log.payload, skipped - first, PUNCH_LAYOUTS[log.layout], holders), first)
        decoded = perf_counter()
        found = sort_records(
            session,
            terminal,
            records,
            received=int((origin.taken_at or finished_at).timestamp()),
            zone=zone,
            raw=lambda index: bytes(body[(index - first) * size : (index - first + 1) * size]),
            seen_before=(skipped == 0 or not same_prefix) and position.next_sequence > 1,
        )
        read_until = clock.to_wall(log.read_at, zone)
        before = pulls.last_reading(session, number)
        last_read = before.complete_until if before is not None else None
        stale = last_read is not None and read_until < last_read
        whole = not log.begins_at and not stale
        altered = whole and not same_prefix and position.next_sequence > 1 and past_changed(session, number, records)
        starts = read_until if found.first_wall is None else clock.from_wall_seconds(found.first_wall)
        starts = min(starts - timedelta(seconds=log.clock_offset_seconds or 0), read_until)
        joins = same_prefix or not log.begins_at  # else what lies between is for others to cover
        continued = last_read if joins and not altered else None
        if continued is not None:
            starts = min(starts, continued)
        if terminal.counts_from is not None:  # also when all of the log is compared again
            starts = min(max(starts, datetime.combine(terminal.counts_from, time.min)), read_until)
        filed = Filed(
            terminal=terminal_code,
            outcome=CHANGED if altered else OK,
            read=count,
            new=int(found.new.size),
            repeated=count - int(found.new.size) - len(found.suspect),
            quarantined=len(found.suspect),
            clock_offset_seconds=log.clock_offset_seconds,
            message=_altered(terminal_code) if altered else "",
            reasons=_tally(found),
        )
        pull = _pull_row(number, filed, started_at, finished_at, {"transfer": log.transfer_seconds})
        pull.source, pull.params = origin.source, dict(origin.params)
        pull.format, pull.serial, pull.firmware = log.layout, log.serial, log.firmware
        pull.users, pull.record_capacity = log.sizes_after.users, log.sizes_after.record_capacity
        pull.records_before, pull.records_after = log.sizes_before.records, log.sizes_after.records
        pull.log_bytes, pull.log_digest, pull.payload_from = log.begins_at + len(body), digest, skipped * size
        pull.payload = packed() if count > skipped else None
        pull.complete_from, pull.complete_until = starts, read_until
        pull_id = _file(session, terminal, pull, found, position, zone, finished_at)
        position.last_ok_at, position.failures = finished_at, 0
        if full and whole:
            restorations.note_read(session, number, pull_id, finished_at)
        if not stale:
            position.log_bytes, position.log_digest = log.begins_at + len(body), digest
            terminal_users.file(session, number, changes, pull_id)
            terminal_profiles.learn(
                session,
                profile or TerminalProfileRow(serial=log.serial),
                firmware=log.firmware,
                punch_layout=log.layout if count else None,
                user_layout=log.user_layout if log.users is not None else None,
                options=log.options,
                operations=log.sizes_after.operations,
                at=finished_at,
            )
        session.add(position)
        covered = intake_log.watermark(session, number) if continued is None else None
        watermark = intake_log.extend_coverage(session, number, starts, read_until)
        if log.clock_offset_seconds is not None and not stale:
            offset = log.clock_offset_seconds
            span = intake_log.record_clock(session, number, offset, since=last_read, at=finished_at)
            stored_before = position.next_sequence > 1 + filed.new  # new punches are marked below
            if span is not None and stored_before and (offset or last_read is not None):
                touched.mark_punches(session, terminal, span.starts, None, "clock", finished_at)
        if not stale:
            pulled = Pulled(terminal, before, log, filed, found, same_prefix, pull_id, zone, finished_at)
            notice(session, pulled, position, thresholds)
        if terminal.serial is None:
            terminal_profiles.learn_serial(session, terminal, log.serial)
        newly = continued if continued is not None else min(starts, covered or starts)
        since = min(newly, read_until) - timedelta(days=1)
        _mark(session, terminal, found, since.date(), read_until.date(), "coverage", finished_at)
    seconds = {"transfer": log.transfer_seconds, "decode": decoded - begun, "store": perf_counter() - decoded}
    return replace(filed, complete_until=watermark, pull_id=pull_id, seconds=seconds)


def file_failure(
    database: Database | OpenTransaction,
    terminal_code: str,
    error: TerminalError,
    *,
    started_at: datetime,
    finished_at: datetime,
    origin: Origin = Origin(),
) -> Filed:
    """File a pull that brought nothing, with the name of what went wrong and its sentence."""
    with database.writing() as session:
        terminal = office.get(session, TerminalRow, terminal_code)
        number = office.key(terminal)
        position = intake_log.position_of(session, number)
        filed = Filed(terminal=terminal_code, outcome=error.outcome, message=str(error))
        pull = _pull_row(number, filed, started_at, finished_at, {})
        pull.source = origin.source
        pull.params = {name: str(value) for name, value in error.params.items()} | dict(origin.params)
        pull_id = intake_log.add_pull(session, pull)
        position.failures += 1
        position.last_pull_id = pull_id
        notice_failure(session, terminal, error, pull_id, position, finished_at)
        session.add(position)
        watermark = intake_log.watermark(session, number)
    return replace(filed, complete_until=watermark, pull_id=pull_id)


def file_export(
    database: Database | OpenTransaction,
    terminal_code: str,
    export: Export,
    data: bytes,
    *,
    zone: str,
    received_at: datetime,
) -> Filed:
    """File a USB export. It covers the time from its first to its last believable row, as the terminal dated them, and
    nothing before the date the terminal counts from.

    A list that a program wrote covers nothing: somebody may have chosen whom it names, and who is not on it was not
    absent for that. All of the bytes are kept but what `keepable` takes out.
    """
    begun = perf_counter()
    records = export.records

    with database.writing() as session:
        terminal = office.get(session, TerminalRow, terminal_code)
        number = office.key(terminal)
        position = intake_log.position_of(session, number)
        received = int(received_at.timestamp())
        found = sort_records(session, terminal, records, received=received, zone=zone, raw=export.row)
        filed = Filed(
            terminal=terminal_code,
            outcome=OK,
            read=export.read,
            new=int(found.new.size),
            repeated=export.read - int(found.new.size) - len(found.suspect),
            quarantined=len(found.suspect),
            reasons=_tally(found),
        )
        pull = _pull_row(number, filed, received_at, received_at, {})
        pull.source, pull.format, pull.file_name = "file", export.format, export.source
        kept = keepable(data)
        pull.log_bytes, pull.log_digest = len(kept), hashlib.sha256(kept).hexdigest()
        pull.payload = intake_log.compress(kept) if found.new.size or found.to_quarantine else None
        if found.span is not None and export.is_whole_log:
            starts, until = map(clock.from_wall_seconds, found.span)
            if terminal.counts_from is not None:
                starts = max(starts, datetime.combine(terminal.counts_from, time.min))
            if starts <= until:
                pull.complete_from, pull.complete_until = starts, until
        pull_id = _file(session, terminal, pull, found, position, zone, received_at)
        if pull.complete_from is not None and pull.complete_until is not None:
            intake_log.extend_coverage(session, number, pull.complete_from, pull.complete_until)
            restorations.note_brought(session, number, pull.complete_from, pull.complete_until, pull_id, received_at)
            first, last = pull.complete_from.date() - timedelta(days=1), pull.complete_until.date()
            _mark(session, terminal, found, first, last, "punch", received_at)
        elif found.new.size:
            dirty.mark_punchers(session, terminal, found.days_of, "punch", received_at)
        session.add(position)
        watermark = intake_log.watermark(session, number)
    seconds = {"store": perf_counter() - begun}
    return replace(filed, complete_until=watermark, pull_id=pull_id, seconds=seconds)


def _pull_row(
    terminal_id: int, filed: Filed, started_at: datetime, finished_at: datetime, seconds: dict[str, float]
) -> PullRow:
    return PullRow(
        terminal_id=terminal_id,
        started_at=started_at,
        finished_at=finished_at,
        outcome=filed.outcome,
        message=filed.message,
        read=filed.read,
        new=filed.new,
        repeated=filed.repeated,
        quarantined=filed.quarantined,
        clock_offset_seconds=filed.clock_offset_seconds,
        seconds=seconds,
    )


def _file(
    session: Session,
    terminal: TerminalRow,
    pull: PullRow,
    found: Sorted,
    position: LogPositionRow,
    zone: str,
    at: datetime,
) -> int:
    """Raw first: the pull with its bytes, then the punches it brought, then what it could not believe."""
    pull_id = intake_log.add_pull(session, pull)
    position.next_sequence = append_new(session, terminal, pull_id, position.next_sequence, found, at)
    position.last_pull_id = pull_id
    intake_log.add_quarantine(session, office.key(terminal), pull_id, found.to_quarantine, at)
    return pull_id


def _mark(
    session: Session, terminal: TerminalRow, found: Sorted, from_on: date, to_on: date, cause: str, at: datetime
) -> None:
    """Mark everybody on the dates newly covered, and whoever has new punches on dates before them."""
    dirty.mark_dependants(session, terminal, from_on, to_on, cause, at)
    if found.first_new_day is not None and found.first_new_day <= clock.day_number(from_on):
        dirty.mark_punchers(session, terminal, found.days_of, "punch", at)


def _compress_beside(payload: memoryview, width: int) -> Callable[[], bytes]:
    """Begin to compress and answer how to get the result: a long log in a thread, for compression needs no GIL."""
    if len(payload) < WORTH_A_THREAD:
        return lambda: intake_log.compress(payload, width)
    found: list[bytes] = []
    thread = threading.Thread(target=lambda: found.append(intake_log.compress(payload, width)), name="compress")
    thread.start()

    def result() -> bytes:
        thread.join()
        return found[0]

    return result


def _placed(records: Records, first: int) -> Records:
    """Records of the end of a log, by their places in the whole of it."""
    if not first:
        return records
    rejected = tuple((index + first, raw, reason) for index, raw, reason in records.rejected)
    return replace(records, index=records.index + np.uint32(first), rejected=rejected)


def _digest(log: TerminalLog, position: LogPositionRow) -> tuple[str, bool]:
    """SHA-256 of the whole log, and whether it begins with exactly what is stored; one pass over the bytes."""
    digest = log.digest
    if isinstance(digest, StatedDigest):
        same = (digest.known_bytes, digest.prefix) == (position.log_bytes, position.log_digest)
        return digest.total, same
    if digest is None or digest.known_bytes != position.log_bytes:
        digest = LogDigest(position.log_bytes)
        digest.take(memoryview(log.payload)[COUNT_BYTES:])
    return digest.total, digest.prefix == position.log_digest  # "": never pulled


def _tally(found: Sorted) -> dict[str, int]:
    return dict(sorted(Counter(reason for _, _, reason in found.suspect).items()))


def _altered(terminal: str) -> str:
    return (
        f"The log of terminal {terminal} no longer agrees with what was read from it before: it was cleared or edited. "
        "What was stored is kept and its new punches were added; find out who changed the terminal."
    )
