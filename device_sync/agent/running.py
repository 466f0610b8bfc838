"""A site at work: its terminals are pulled on their intervals, and what came is sealed and brought to the centre."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from attendance.clock import Now, utc_now
from attendance.errors import StoreUnavailable
from attendance.services.terminal_health import TerminalHealth, terminals_health
from attendance.store import polling, site_outbox
from attendance.store.database import Database
from device_sync.agent.centre import CentreError
from device_sync.agent.forwarding import ChainTrouble, Forwarder
from device_sync.agent.sealing import seal_pulls
from device_sync.poller import Poller
from device_sync.pulling import Puller
from device_sync.schedule import Timetable

log = logging.getLogger(__name__)

LONGEST_PAUSE_SECONDS = 600.0
JITTER = 0.2


@dataclass(frozen=True, slots=True)
class SiteStatus:
    """What a site holds and what of it the centre has. Instants; None where there was none."""

    site: str
    chain: str
    held: int
    digest: str
    delivered: int
    waiting: int
    waiting_since: datetime | None
    contacted_at: datetime | None
    clock_ahead_seconds: int | None
    trouble: str
    message: str
    trouble_since: datetime | None
    terminals: tuple[TerminalHealth, ...]


def status_of(database: Database, zone: str, now: datetime) -> SiteStatus:
    """The state of a site as its own database tells it; pulls that are not sealed yet count as nothing."""
    with database.reading() as session:
        forwarding, head = site_outbox.state(session), site_outbox.head(session)
        delivered = min(forwarding.delivered_number, head.number) if forwarding else 0
        number, since = site_outbox.waiting(session, delivered)
        return SiteStatus(
            site=forwarding.site if forwarding else "",
            chain=forwarding.chain_id if forwarding else "",
            held=head.number,
            digest=head.digest,
            delivered=delivered,
            waiting=number,
            waiting_since=since,
            contacted_at=forwarding.contacted_at if forwarding else None,
            clock_ahead_seconds=forwarding.clock_ahead_seconds if forwarding else None,
            trouble=forwarding.trouble if forwarding else "",
            message=forwarding.trouble_sentence if forwarding else "",
            trouble_since=forwarding.trouble_since if forwarding else None,
            terminals=tuple(terminals_health(session, zone, now)),
        )


@dataclass
class Agent:
    """Runs until `stop()`. `every_seconds` is how often the centre is spoken to; after failures less and less often.

    Nothing of the centre is needed for pulling, and nothing of a terminal for forwarding.
    """

    database: Database
    puller: Puller
    forwarder: Forwarder
    zone: str
    now: Now = utc_now
    every_seconds: float = 60.0
    on_round: Callable[[SiteStatus], object] | None = None
    _least_pause: float = 0.0
    _said: str = ""
    _stopped: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Pull and forward until another thread says `stop`."""
        poller = Poller(self.puller)
        timetable = Timetable(self.database, poller, self.zone, now=self.now, judging=False)
        timetable.start()
        try:
            failures = 0
            while not self._stopped.is_set():
                failures = 0 if self.forward_once() else failures + 1
                if self.on_round is not None:
                    self.on_round(status_of(self.database, self.zone, self.now()))
                self._stopped.wait(self._pause(failures))
        finally:
            timetable.stop()
            poller.stop()

    def stop(self) -> None:
        self._stopped.set()

    def pull_all(self) -> bool:
        """Pull every terminal once; whether all could be read."""
        with self.database.reading() as session:
            codes = polling.pullable(session)
        poller = Poller(self.puller)
        try:
            return all(filed.outcome == "ok" for filed in poller.ask(codes))
        finally:
            poller.stop()

    def forward_once(self) -> bool:
        """Seal what was pulled and bring it to the centre; whether the centre then has everything.

        What goes wrong is logged once and kept for the status.
        """
        self._least_pause = 0.0
        try:
            seal_pulls(self.database, self.zone, self.now())
            done = not self.forwarder.forward(self._stopped.is_set).waiting
        except CentreError as error:  # said and kept by the forwarder, as the next one
            self._least_pause = float(error.retry_after or 0)
            return False
        except ChainTrouble:
            return False
        except StoreUnavailable as error:
            if str(error) != self._said:
                log.error("%s", error)
            self._said = str(error)
            return False
        self._said = ""
        return done

    def _pause(self, failures: int) -> float:
        longest = max(self.every_seconds, LONGEST_PAUSE_SECONDS)
        pause = max(min(self.every_seconds * 2 ** min(failures, 16), longest), self._least_pause)
        return pause * (1 + random.random() * JITTER)
