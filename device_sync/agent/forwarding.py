"""At the site: bringing the chain to the centre, strictly in order, from wherever the centre says it is."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from typing import Protocol

from attendance.clock import Now, utc_now
from attendance.errors import AttendanceError
from attendance.store import site_outbox
from attendance.store.database import Database, Session
from attendance.store.site_outbox import Head, Link
from attendance.store.site_tables import ForwardingRow
from device_sync.agent.centre import CentreError
from device_sync.agent.framing import FRAME_BYTES, MAX_REQUEST, MAX_SEGMENTS, Claim, Holding
from device_sync.agent.segment import Segment

log = logging.getLogger(__name__)

FORKED, GONE = "chain_forked", "segments_gone"
LEAST_BATCH = 32 * 1024
KEPT_DAYS = 90


class Listener(Protocol):
    """Whoever takes claims and segments: a `device_sync.agent.centre.Centre`."""

    def tell(self, claim: Claim, segments: list[Segment] = ...) -> Holding: ...


class ChainTrouble(AttendanceError):
    """Forwarding stopped until a person has looked; nothing is lost meanwhile.

    `code` is chain_forked or segments_gone.
    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the centre has come: of `held` segments it has `delivered`; `site` is what it calls this site."""

    site: str
    held: int
    delivered: int

    @property
    def waiting(self) -> int:
        return self.held - self.delivered


class Forwarder:
    """Brings the outbox of a site to the centre. One of them per database.

    After a call that the line cut, the next carries half as much, so that a bad line still gets on.
    """

    def __init__(self, database: Database, centre: Listener, *, now: Now = utc_now, keep_days: int = KEPT_DAYS) -> None:
        self.database, self.centre, self.now, self.keep_days = database, centre, now, keep_days
        self._batch = MAX_REQUEST

    def forward(self, is_over: Callable[[], bool] = lambda: False) -> Standing:
        """Ask what the centre holds and send what it lacks, until it has all or `is_over`.

        Raises CentreError (the line, or what the centre said), ChainTrouble, StoreUnavailable. The trouble is kept for
        `attendance agent --status` and forgotten at the next good contact.
        """
        try:
            standing = self._reconcile(self._greet())
            while standing.waiting and not is_over():
                before = standing.delivered
                standing = self._reconcile(self._send(before))
                if standing.delivered <= before:
                    raise CentreError(f"The centre stays at segment {standing.delivered} and does not say why.")
            with self.database.writing() as session:
                site_outbox.let_go(session, standing.delivered, self.now() - timedelta(days=self.keep_days))
        except (CentreError, ChainTrouble) as error:
            self._note_trouble(error)
            raise
        return standing

    def _greet(self) -> Holding:
        """A claim alone: short, so that the two clocks can be compared by it."""
        begun = self.now()
        holding = self.centre.tell(self._claim(begun))
        middle = begun + (self.now() - begun) / 2
        self._note_contact(holding, round((middle - holding.at).total_seconds()))
        return holding

    def _send(self, delivered: int) -> Holding:
        segments = self._next_segments(delivered)
        try:
            holding = self.centre.tell(self._claim(self.now()), segments)
        except CentreError:
            self._batch = max(LEAST_BATCH, self._batch // 2)
            raise
        self._batch = min(MAX_REQUEST, self._batch * 2)
        return holding

    def _claim(self, at: datetime) -> Claim:
        with self.database.reading() as session:
            forwarding = site_outbox.state(session)
            if forwarding is not None:
                return _claim_of(forwarding, site_outbox.head(session), at)
        with self.database.writing() as session:
            return _claim_of(site_outbox.open_chain(session), site_outbox.head(session), at)

    def _next_segments(self, delivered: int) -> list[Segment]:
        """As many of the next segments as go into a request, at least one. Raises ChainTrouble for one let go."""
        found: list[Segment] = []
        room = self._batch - 4096
        with self.database.reading() as session:
            for link in site_outbox.links_after(session, delivered, MAX_SEGMENTS):
                if link.content is None and not found:
                    raise self._gone(session, link)
                if link.content is None or (found and room < len(link.content) + FRAME_BYTES):
                    break
                room -= len(link.content) + FRAME_BYTES
                found.append(Segment(link.number, link.previous, link.digest, link.content))
        return found

    @staticmethod
    def _gone(session: Session, link: Link) -> ChainTrouble:
        last = site_outbox.first_kept(session)
        until = "its end" if last is None else str(last - 1)
        return ChainTrouble(
            GONE,
            f"The centre holds the chain up to segment {link.number - 1} only, and segments {link.number} to {until} "
            "were let go here after they had been delivered: the centre was put back to an old backup. Nothing is "
            "lost: let both begin a new chain from all pulls kept here: `attendance sites renew CODE --new-chain` at "
            "the centre, then `attendance agent --new-chain` here.",
        )

    def _reconcile(self, holding: Holding) -> Standing:
        """Take what the centre holds as where to go on from. Raises ChainTrouble where its chain is not this one."""
        with self.database.writing() as session:
            forwarding = site_outbox.open_chain(session)
            head = site_outbox.head(session)
            if holding.number and not self._agrees(session, holding, forwarding.chain_id, head):
                raise ChainTrouble(FORKED, _forked(holding, head))
            if holding.number < forwarding.delivered_number:
                log.warning(
                    "the centre holds the chain up to segment %s, not %s as before: it was put back to a backup; "
                    "what it lacks is sent again", holding.number, forwarding.delivered_number,
                )  # fmt: skip
            forwarding.delivered_number = holding.number
            if forwarding.trouble:
                log.warning("the centre takes this site's segments again")
            forwarding.trouble = forwarding.trouble_sentence = ""
            forwarding.trouble_since = None
            session.add(forwarding)
        return Standing(holding.site, head.number, holding.number)

    @staticmethod
    def _agrees(session: Session, holding: Holding, chain_id: str, head: Head) -> bool:
        if holding.chain != chain_id or holding.number > head.number:
            return False
        return site_outbox.digest_at(session, holding.number) == holding.digest

    def _note_contact(self, holding: Holding, ahead: int) -> None:
        with self.database.writing() as session:
            forwarding = site_outbox.open_chain(session)
            forwarding.site, forwarding.contacted_at = holding.site, self.now()
            forwarding.clock_ahead_seconds = ahead
            session.add(forwarding)

    def _note_trouble(self, error: CentreError | ChainTrouble) -> None:
        """Lost is said once, and again only when it is lost for another reason."""
        with self.database.writing() as session:
            forwarding = site_outbox.open_chain(session)
            code = error.code if error.code != "" else "error"
            if forwarding.trouble != code:
                log.log(logging.ERROR if isinstance(error, ChainTrouble) else logging.WARNING, "%s", error)
                forwarding.trouble_since = self.now()
            forwarding.trouble, forwarding.trouble_sentence = code, str(error)
            session.add(forwarding)


def _claim_of(forwarding: ForwardingRow, head: Head, at: datetime) -> Claim:
    return Claim(
        chain=forwarding.chain_id,
        number=head.number,
        digest=head.digest,
        read_at=head.read_at,
        at=at,
        version=_version(),
        forked=forwarding.trouble == FORKED,
        nonce=secrets.token_hex(16),
    )


def _forked(holding: Holding, head: Head) -> str:
    return (
        f"The centre holds {holding.number} segments of site {holding.site} that do not agree with the {head.number} "
        "kept here: this database was replaced or put back, or the token is used twice. Forwarding has stopped and "
        "nothing is lost; pulling goes on. Find out which is true; then let a new chain begin at the centre: "
        f"attendance sites renew {holding.site} --new-chain"
    )


def _version() -> str:
    try:
        return version("attendance-compliance")
    except PackageNotFoundError:
        return "0"


__all__ = ["FORKED", "GONE", "ChainTrouble", "Forwarder", "Standing"]
