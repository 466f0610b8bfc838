"""At the site: segments are made of pulls, in the order in which these were filed, each pull once.

The pull is the fact, filed whole in one transaction by the intake; its segments can be made of it at any time after.
So there is no moment at which a kill could part them: what was filed and not sealed is sealed at the next start.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from attendance import clock
from attendance.store import intake_log, site_outbox
from attendance.store.database import Database
from attendance.store.site_outbox import Link, Unsealed
from attendance.store.terminal_tables import TerminalUserRow
from device_sync.agent.reading import Reading, User, pack_reading
from device_sync.agent.segment import chain_start, next_segment, pack_parts
from device_sync.layouts import PUNCH_LAYOUTS

AT_ONCE = 200


def seal_pulls(database: Database, zone: str, at: datetime) -> int:
    """Make segments of all pulls that are in none; answers of how many pulls. Raises StoreUnavailable."""
    sealed = 0
    while made := _seal_some(database, zone, at):
        sealed += made
    return sealed


def _seal_some(database: Database, zone: str, at: datetime) -> int:
    with database.reading() as session:
        if not site_outbox.unsealed(session, site_outbox.head(session).pull_id, 1):
            return 0
    with database.writing() as session:
        forwarding = site_outbox.open_chain(session)
        head = site_outbox.head(session)
        number, digest = head.number, head.digest or chain_start(forwarding.chain_id)
        found = site_outbox.unsealed(session, head.pull_id, AT_ONCE)
        for unsealed in found:
            facts, records = _reading(unsealed, zone, forwarding.clock_ahead_seconds)
            assert unsealed.pull.id is not None
            for part, content in enumerate(pack_parts(facts.serial, pack_reading(facts, records)), 1):
                segment = next_segment(number + 1, digest, content)
                number, digest = segment.number, segment.digest
                link = Link(number, segment.previous, digest, content)
                site_outbox.add(session, unsealed.pull.id, part, link, at)
    return len(found)


def _reading(unsealed: Unsealed, zone: str, ahead: int | None) -> tuple[Reading, bytes]:
    pull = unsealed.pull
    begins_at, before, records = pull.payload_from, unsealed.before_digest, pull.payload or b""
    if pull.log_digest is not None and not begins_at and unsealed.before_bytes and records:
        # a log that was read from its beginning again need not travel again where it only grew
        body = intake_log.decompress(records)
        known = body[: unsealed.before_bytes]
        if len(known) == unsealed.before_bytes and hashlib.sha256(known).hexdigest() == before:
            begins_at, rest = len(known), body[len(known) :]
            records = intake_log.compress(rest, PUNCH_LAYOUTS[pull.format].size) if rest else b""
    facts = Reading(
        site_pull=pull.id or 0,
        terminal=unsealed.terminal,
        serial=unsealed.serial,
        firmware=(pull.firmware or "")[:128],
        started_at=pull.started_at,
        finished_at=pull.finished_at,
        read_at=clock.to_instant(pull.complete_until, zone) if pull.complete_until is not None else None,
        outcome=pull.outcome,
        message=pull.message[:2000],
        params={name[:64]: str(value)[:500] for name, value in pull.params.items()},
        layout=pull.format if pull.log_digest is not None else "",
        clock_offset_seconds=pull.clock_offset_seconds,
        site_clock_ahead_seconds=ahead,
        users=pull.users,
        records_before=pull.records_before,
        records_after=pull.records_after,
        record_capacity=pull.record_capacity,
        log_bytes=pull.log_bytes or 0,
        log_digest=pull.log_digest or "",
        begins_at=begins_at,
        before=before if begins_at else "",
        user_table=None if unsealed.users is None else tuple(_user(row) for row in unsealed.users),
        user_layout=unsealed.user_layout if unsealed.users is not None else "",
        operations=None if unsealed.operations is None else unsealed.operations.hex(),
        transfer_seconds=round(pull.seconds.get("transfer", 0.0), 4),
    )
    return facts, records


def _user(row: TerminalUserRow) -> User:
    return User(
        uid=row.uid,
        pin=row.pin,
        name=row.name,
        privilege=row.privilege,
        name_bytes=row.name_bytes.hex(),
        disabled=row.disabled,
    )
