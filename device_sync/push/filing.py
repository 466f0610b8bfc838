"""Filing what was pushed: the same sorting and the same tables as a pull or a file, so that a punch lands once."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from time import perf_counter

from attendance.store import dirty, intake_log, office, push_evidence
from attendance.store.database import Database, Session
from attendance.store.evidence_tables import PullRow
from attendance.store.tables import TerminalRow
from device_sync import user_tables
from device_sync.intake import OK, Filed
from device_sync.layouts import PUNCH_LAYOUTS
from device_sync.push.batch import Batch
from device_sync.sorting import append_new, sort_records
from device_sync.terminal import Records
from device_sync.zk.records import COUNT_BYTES, decode_tail

MAX_QUARANTINED = 2_000
"""Of one body; all of its rows are counted, and its bytes hold the rest."""

Then = Callable[[Session, TerminalRow, int], None]
"""What else is done with a body in its transaction: (session, terminal, number of the entry)."""


def file_push(
    database: Database,
    terminal_code: str,
    batch: Batch,
    *,
    serial: str,
    firmware: str,
    zone: str,
    received_at: datetime,
    keep_bytes: bool = False,
    then: Then | None = None,
) -> Filed:
    """File one body a terminal pushed. It covers nothing: what was pushed says nothing of what was not.

    The body is kept unless it is one of the last ones again; with `keep_bytes` always. Raises StoreUnavailable, with
    nothing half-filed: only what is filed may be acknowledged.
    """
    begun = perf_counter()
    digest = hashlib.sha256(batch.kept).hexdigest()
    with database.writing() as session:
        terminal = office.get(session, TerminalRow, terminal_code)
        number = office.key(terminal)
        position = intake_log.position_of(session, number)
        received = int(received_at.timestamp())
        found = sort_records(
            session, terminal, batch.records, received=received, zone=zone, raw=batch.line, pushed=True
        )
        new, suspect = int(found.new.size), len(found.suspect)
        pull = PullRow(
            terminal_id=number,
            source=push_evidence.PUSH,
            format=batch.kind,
            serial=serial,
            firmware=firmware,
            started_at=received_at,
            finished_at=received_at,
            outcome=OK,
            params=dict(batch.counts),
            read=batch.read,
            new=new,
            repeated=batch.read - new - suspect,
            quarantined=suspect,
            log_bytes=len(batch.kept),
            log_digest=digest,
        )
        if batch.kept and (keep_bytes or not push_evidence.is_kept(session, number, digest)):
            pull.payload = intake_log.compress(batch.kept)
        pull_id = intake_log.add_pull(session, pull)
        position.next_sequence = append_new(session, terminal, pull_id, position.next_sequence, found, received_at)
        if not terminal.host:  # of one that is pulled too, what the last pull showed must not be hidden
            position.last_pull_id = pull_id
        session.add(position)
        intake_log.add_quarantine(session, number, pull_id, found.to_quarantine[:MAX_QUARANTINED], received_at)
        if then is not None:
            then(session, terminal, pull_id)
        if new:
            dirty.mark_punchers(session, terminal, found.days_of, "punch", received_at)
        watermark = intake_log.watermark(session, number)
    filed = Filed(
        terminal_code,
        OK,
        batch.read,
        new,
        pull.repeated,
        suspect,
        reasons=dict(sorted(Counter(reason for _, _, reason in found.suspect).items())),
    )
    return replace(filed, complete_until=watermark, pull_id=pull_id, seconds={"store": perf_counter() - begun})


def pulled_records(session: Session, terminal_id: int, layout: str, body: bytes) -> Records:
    """The records in the kept bytes of a pull, under the numbers they were stored with."""
    found = PUNCH_LAYOUTS[layout]
    holders = None if found.has_user_id else user_tables.holders_of(session, terminal_id)
    return decode_tail(len(body).to_bytes(COUNT_BYTES, "little") + body, 0, found, holders)
