"""At the centre: what a site sends is checked link by link, kept, and filed, each segment whole or not at all.

A segment and the pull it becomes are one transaction. Whatever is cut, killed or sent twice: the answer says up to
where the centre holds the chain, and the site goes on from there.
"""

from __future__ import annotations

import hmac
import logging
import threading
import time
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from attendance.clock import Now, utc_now
from attendance.errors import AttendanceError
from attendance.store import sites
from attendance.store.database import Database, Session
from attendance.store.site_tables import SiteRow, SiteSegmentRow
from device_sync.agent.filing import file_reading, file_waiting
from device_sync.agent.framing import Altered, Claim, Holding, segment_seal, unpack_request
from device_sync.agent.reading import Reading, unpack_reading
from device_sync.agent.segment import Segment, Unreadable, chain_start, join_parts, seal_key, token_digest, unpack_part
from device_sync.noticing import USUAL, Thresholds

log = logging.getLogger(__name__)

AT_ONCE = 25  # segments per transaction, so that other writers get their turn
BACKLOG_AT_ONCE = 25
REQUESTS_PER_MINUTE = 600
REQUESTS_AT_ONCE = 4
QUICK_BYTES = 4096  # a request so short was not long on its way, so its clock can be compared


class TokenRefused(AttendanceError):
    code = "site_token_refused"

    def __init__(self) -> None:
        super().__init__(
            "This is not the token of a site, or it was revoked; ask the administrator for one: attendance sites renew"
        )


class TooFast(AttendanceError):
    code = "too_many_requests"
    retry_after = 10

    def __init__(self) -> None:
        super().__init__("This site sends more requests than are taken; wait a little and go on.")


class Forked(AttendanceError):
    """Two histories of one site: somebody must find out which is true before anything more is taken."""

    code = "chain_forked"

    def __init__(self, site: str, number: int) -> None:
        super().__init__(
            f"The chain of site {site} and the one kept at the centre part at segment {number}: the site's database "
            "was replaced or put back, or its token is used twice. Nothing is lost, and nothing more is taken. Find "
            f"out which; then let a new chain begin: attendance sites renew {site} --new-chain"
        )
        self.site, self.number = site, number


class NotUnderstood(AttendanceError):
    code = "segment_unreadable"

    def __init__(self, number: int | None, why: str) -> None:
        which = "The request" if number is None else f"Segment {number}"
        super().__init__(f"{which} was not taken: {why} Bring the centre to the version of the site.")


@dataclass(frozen=True, slots=True)
class _Kept:
    """How far a batch came: `stored` new segments, and why no further."""

    stored: int
    trouble: AttendanceError | None = None
    ended: bool = False


class Receiver:
    """Takes what sites send. Safe to share between threads; several processes may serve one database."""

    def __init__(self, database: Database, zone: str, *, now: Now = utc_now, thresholds: Thresholds = USUAL) -> None:
        self.database, self.zone, self.now, self.thresholds = database, zone, now, thresholds
        self._guard = threading.Lock()
        self._recent: defaultdict[int, deque[float]] = defaultdict(deque)
        self._busy: defaultdict[int, int] = defaultdict(int)

    def enter(self, token: str) -> int:
        """The number of the site whose token this is, which may now send one request; `leave` it afterwards.

        Raises TokenRefused, TooFast.
        """
        site_id = self._site_of(token)
        at = time.monotonic()
        with self._guard:
            recent = self._recent[site_id]
            while recent and at - recent[0] > 60:
                recent.popleft()
            if len(recent) >= REQUESTS_PER_MINUTE or self._busy[site_id] >= REQUESTS_AT_ONCE:
                raise TooFast
            recent.append(at)
            self._busy[site_id] += 1
        return site_id

    def leave(self, site_id: int) -> None:
        with self._guard:
            self._busy[site_id] -= 1

    def holds(self, token: str, nonce: str) -> Holding:
        """What the centre holds of the site whose token this is. Raises TokenRefused."""
        site_id = self._site_of(token)
        with self.database.reading() as session:
            return self._holding(sites.get_by_key(session, site_id), 0).sealed(seal_key(token), nonce)

    def receive(self, token: str, body: bytes) -> Holding:
        """Keep what is new and follows, file what may be filed, and say how far the chain is held.

        Segments held already are passed over, those beyond the next one left for later. Raises TokenRefused, Altered,
        NotUnderstood, Forked, StoreUnavailable; what came before the trouble is kept.
        """
        at, key = self.now(), seal_key(token)
        site_id = self._site_of(token)
        try:
            claim, sent = unpack_request(key, body)
        except Unreadable as error:
            raise NotUnderstood(None, str(error)) from error
        self._note(site_id, claim, len(body), at)
        stored, trouble = 0, None
        for begin in range(0, len(sent), AT_ONCE):
            kept = self._keep(site_id, token, claim, sent[begin : begin + AT_ONCE])
            stored, trouble = stored + kept.stored, kept.trouble
            if kept.ended:
                break
        if isinstance(trouble, Forked):
            self._note_fork(site_id, trouble.number, at)
        if trouble is not None:
            raise trouble
        with self.database.reading() as session:
            site = sites.get_by_key(session, site_id)
            backlog = any(sites.unfiled(session, known, 1) for known in sites.accepted(session, site))
            answer = self._holding(site, stored)
        if backlog:
            file_backlog(
                self.database,
                self.zone,
                site_id,
                now=self.now,
                most=BACKLOG_AT_ONCE,
                thresholds=self.thresholds,
            )
        return answer.sealed(key, claim.nonce)

    def _site_of(self, token: str) -> int:
        with self.database.reading() as session:
            site = sites.of_token(session, token_digest(token)) if token.isascii() and len(token) <= 200 else None
            if site is None:
                raise TokenRefused
            return sites.key(site)

    def _note(self, site_id: int, claim: Claim, size: int, at: datetime) -> None:
        """Keep what the site says of itself. Raises Forked where that cannot be beside what is kept here."""
        fork: int | None = None
        with self.database.writing() as session:
            site = sites.locked(session, site_id)
            if size <= QUICK_BYTES:
                site.clock_ahead_seconds = round((claim.at - at).total_seconds())
            site.contacted_at, site.version = at, claim.version
            if site.chain_id not in ("", claim.chain):
                fork = 1
            elif 0 < claim.number <= site.last_number:
                held = sites.segment_at(session, site, claim.number)
                if held is not None and held.digest != claim.digest:
                    fork = claim.number
            if claim.forked and fork is None and site.chain_id:
                fork = min(claim.number, site.last_number) + 1
            if fork is None:
                site.fork_number = site.fork_at = None
                if claim.number >= site.claimed_number:
                    site.claimed_number, site.claimed_digest = claim.number, claim.digest
                    site.claimed_read_at = claim.read_at
            session.add(site)
            code = site.code
        if fork is not None:
            self._note_fork(site_id, fork, at)
            if not claim.forked:
                raise Forked(code, fork)

    def _note_fork(self, site_id: int, number: int, at: datetime) -> None:
        with self.database.writing() as session:
            site = sites.locked(session, site_id)
            if site.fork_at is None:
                log.error("%s", Forked(site.code, number))
                site.fork_at = at
            site.fork_number = number
            session.add(site)

    def _keep(self, site_id: int, token: str, claim: Claim, sent: Sequence[tuple[Segment, bytes]]) -> _Kept:
        """Keep and file some segments in one transaction, up to the first that cannot be."""
        stored = 0
        with self.database.writing() as session:
            site = sites.locked(session, site_id)
            if site.token_digest != token_digest(token):  # revoked a moment ago
                return _Kept(0, TokenRefused(), True)
            for segment, sealed in sent:
                if not segment.is_true or not hmac.compare_digest(
                    sealed, segment_seal(seal_key(token), claim.chain, segment)
                ):
                    return _Kept(stored, Altered(segment.number), True)
                if site.chain_id not in ("", claim.chain):
                    return _Kept(stored, Forked(site.code, 1), True)
                if segment.number <= site.last_number:
                    held = sites.segment_at(session, site, segment.number)
                    if held is None or held.digest != segment.digest:
                        return _Kept(stored, Forked(site.code, segment.number), True)
                    continue
                if segment.number > site.last_number + 1:
                    return _Kept(stored, None, True)
                if segment.previous != (site.last_digest or chain_start(claim.chain)):
                    return _Kept(stored, Forked(site.code, segment.number), True)
                try:
                    self._take(session, site, claim, segment, sealed)
                except Unreadable as error:
                    return _Kept(stored, NotUnderstood(segment.number, str(error)), True)
                stored += 1
        return _Kept(stored)

    def _take(self, session: Session, site: SiteRow, claim: Claim, segment: Segment, sealed: bytes) -> None:
        """Store the next segment, and file it where its serial is accepted. Raises Unreadable, with nothing stored."""
        at = self.now()
        row = SiteSegmentRow(
            site_id=sites.key(site),
            chain=site.chain,
            number=segment.number,
            previous=segment.previous,
            digest=segment.digest,
            seal=sealed.hex(),
            content=segment.content,
            received_at=at,
        )
        read = _read(session, row)
        session.add(row)
        site.chain_id, site.last_number, site.last_digest = claim.chain, segment.number, segment.digest
        site.received_at = at
        session.add(site)
        session.flush()
        if row.serial is None:
            return
        known = sites.see(session, site, row.serial, read[0].terminal if read else "", at)
        if read and not known.name:
            known.name = read[0].terminal
            session.add(known)
        if known.terminal_id is None:
            return
        first = sites.unfiled(session, known, 1)[0]
        if first.id != row.id:  # what came before it is filed first, by `file_backlog`
            return
        if read is None:
            sites.note_filed(session, known, row, None)
        else:
            file_reading(session, site, known, row, *read, zone=self.zone, received_at=at, thresholds=self.thresholds)

    def _holding(self, site: SiteRow, stored: int) -> Holding:
        return Holding(
            site=site.code,
            chain=site.chain_id,
            number=site.last_number,
            digest=site.last_digest,
            stored=stored,
            at=self.now(),
        )


def file_backlog(
    database: Database,
    zone: str,
    site_id: int,
    *,
    now: Now = utc_now,
    most: int | None = None,
    thresholds: Thresholds = USUAL,
) -> int:
    """File what is kept of the accepted serials of a site, a few segments per transaction; all of it, or `most`.

    Answers how many were taken. Raises StoreUnavailable; a run that is cut is carried on by the next.
    """
    taken = 0
    with database.reading() as session:
        serials = [known.serial for known in sites.accepted(session, sites.get_by_key(session, site_id))]
    for serial in serials:
        done = 1
        while done and (most is None or taken < most):
            with database.writing() as session:
                site = sites.locked(session, site_id)
                known = sites.terminal_of(session, site, serial)
                assert known is not None
                done = file_waiting(
                    session, site, known, zone=zone, received_at=now(), limit=AT_ONCE, thresholds=thresholds
                )
            taken += done
    return taken


def _read(session: Session, row: SiteSegmentRow) -> tuple[Reading, bytes] | None:
    """The reading a segment completes, None where it is a part that more follow; notes whose it is."""
    head, _ = unpack_part(row.content)
    row.serial = head.serial
    if head.part < head.of:
        return None
    with session.no_autoflush:
        before = sites.contents_before(session, row, head.of - 1)
    found = unpack_reading(join_parts([*before, row.content]))
    if found[0].serial != head.serial:
        raise Unreadable("A segment and the reading in it name different serials.")
    return found
