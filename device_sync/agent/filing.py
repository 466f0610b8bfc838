"""At the centre: a forwarded reading becomes a pull of its terminal, by the same intake as any other.

Two things differ from a pull of the centre's own. It is filed when it has come and not when it was read, so it counts
as known from then on. And its moments are those of the site's clock: they never prove more than that clock can.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from attendance.store import office, sites
from attendance.store.database import OpenTransaction, Session
from attendance.store.site_tables import SiteRow, SiteSegmentRow, SiteTerminalRow
from attendance.store.tables import TerminalRow
from device_sync import intake
from device_sync.agent.reading import Reading, unpack_reading
from device_sync.agent.segment import join_parts, unpack_part
from device_sync.intake import Origin
from device_sync.noticing import Thresholds
from device_sync.terminal import Sizes, StatedDigest, TerminalError, TerminalLog, TerminalUser
from device_sync.zk.failures import OUTCOMES

TRUSTED_CLOCK_SECONDS = 60
"""A site whose clock is further from the centre's measures no offsets of terminals."""


def file_waiting(
    session: Session,
    site: SiteRow,
    known: SiteTerminalRow,
    *,
    zone: str,
    received_at: datetime,
    limit: int,
    thresholds: Thresholds,
) -> int:
    """File the oldest segments of an accepted serial that are kept and not filed; answers how many were taken."""
    waiting = sites.unfiled(session, known, limit)
    for segment in waiting:
        head, _ = unpack_part(segment.content)
        if head.part < head.of:
            sites.note_filed(session, known, segment, None)
            continue
        facts, records = unpack_reading(
            join_parts([*sites.contents_before(session, segment, head.of - 1), segment.content])
        )
        file_reading(
            session, site, known, segment, facts, records, zone=zone, received_at=received_at, thresholds=thresholds
        )
    return len(waiting)


def file_reading(
    session: Session,
    site: SiteRow,
    known: SiteTerminalRow,
    segment: SiteSegmentRow,
    facts: Reading,
    records: bytes,
    *,
    zone: str,
    received_at: datetime,
    thresholds: Thresholds,
) -> None:
    """File one reading under the terminal its serial was accepted as, in the transaction under way."""
    assert known.terminal_id is not None
    code = office.code_of(session, TerminalRow, known.terminal_id)
    ahead = facts.site_clock_ahead_seconds
    if ahead is None:
        ahead = site.clock_ahead_seconds or 0
    origin = Origin(
        "agent",
        {
            "site": site.code,
            "segment": str(segment.number),
            "chain": str(segment.chain),
            "site_pull": str(facts.site_pull),
            "site_finished_at": facts.finished_at.isoformat(),
        },
        taken_at=_latest(facts.read_at or facts.finished_at, ahead, received_at),
    )
    under_way = OpenTransaction(session)
    started_at = min(facts.started_at, received_at)
    try:
        if not facts.has_log:
            raise _failure(facts)
        log = _log(facts, records, ahead, received_at)
        filed = intake.file_log(
            under_way,
            code,
            log,
            zone=zone,
            started_at=started_at,
            finished_at=received_at,
            origin=origin,
            thresholds=thresholds,
        )
    except TerminalError as error:  # the site's own, or a log whose bytes are kept here and cannot be read
        filed = intake.file_failure(
            under_way, code, error, started_at=started_at, finished_at=received_at, origin=origin
        )
    sites.note_filed(session, known, segment, filed.pull_id)


def _failure(facts: Reading) -> TerminalError:
    error = TerminalError(facts.message, outcome=facts.outcome if facts.outcome in OUTCOMES else "refused")
    error.params = dict(facts.params)
    return error


def _log(facts: Reading, records: bytes, ahead: int, received_at: datetime) -> TerminalLog:
    assert facts.serial is not None
    assert facts.read_at is not None
    users = facts.user_table
    return TerminalLog(
        serial=facts.serial,
        firmware=facts.firmware,
        payload=len(records).to_bytes(4, "little") + records,
        read_at=_earliest(facts.read_at, ahead, received_at),
        clock_offset_seconds=facts.clock_offset_seconds if abs(ahead) <= TRUSTED_CLOCK_SECONDS else None,
        sizes_before=Sizes(None, facts.records_before, facts.record_capacity),
        sizes_after=Sizes(facts.users, facts.records_after, facts.record_capacity),
        users=None
        if users is None
        else tuple(
            TerminalUser(row.uid, row.pin, row.name, row.privilege, bytes.fromhex(row.name_bytes), row.disabled)
            for row in users
        ),
        operations=None if facts.operations is None else bytes.fromhex(facts.operations),
        transfer_seconds=facts.transfer_seconds,
        layout=facts.layout,
        user_layout=facts.user_layout,
        digest=StatedDigest(facts.begins_at, facts.before, facts.log_digest) if facts.begins_at else None,
        begins_at=facts.begins_at,
    )


def _earliest(at: datetime, ahead: int, received_at: datetime) -> datetime:
    """The latest moment that is proved: by the site's clock, by that clock put right, and by this one."""
    return min(at, at - timedelta(seconds=ahead), received_at)


def _latest(at: datetime, ahead: int, received_at: datetime) -> datetime:
    """The latest moment it can have been, for telling dates that lay ahead."""
    return min(max(at, at - timedelta(seconds=ahead)), received_at)
