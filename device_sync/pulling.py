"""Pulling one terminal: read it, file what came, name what went wrong. One reading per terminal at a time."""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network

from attendance.clock import Now, utc_now
from attendance.errors import Invalid
from attendance.store.database import Database
from device_sync import intake
from device_sync.intake import Filed
from device_sync.known import read_known
from device_sync.terminal import Terminal, TerminalError, TerminalLog
from device_sync.zk.address import PRIVATE_NETWORKS, AddressRefused
from device_sync.zk.client import ZkTerminal
from device_sync.zk.transport import Limits

log = logging.getLogger(__name__)


@dataclass
class Puller:
    """Pulls terminals by code. `comm_key` answers a terminal's key, which is in no table and no log.

    Whoever asks (timetable, button, command), a terminal is read by one at a time in this process; a second caller
    waits and then reads what came meanwhile, which is little.
    """

    database: Database
    zone: str
    comm_key: Callable[[str], int]
    now: Now = utc_now
    limits: Limits = field(default_factory=Limits)
    allowed_networks: Sequence[IPv4Network | IPv6Network] = PRIVATE_NETWORKS

    def __post_init__(self) -> None:
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._outcomes: dict[str, str] = {}

    def pull(self, code: str, *, full: bool = False) -> Filed:
        """Read a terminal's log and file it. Always answers with an outcome; raises only where nothing can be filed.

        Raises NotFound for an unknown code, Invalid for a terminal without an address, StoreUnavailable.
        """
        with self._locks[code]:
            # Names and numbers hardly change; the nightly reading of everything brings the user table too.
            terminal = self.terminal(code, with_users=full)
            started_at = self.now()
            try:
                read = terminal.read_log()
            except TerminalError as error:
                filed = intake.file_failure(self.database, code, error, started_at=started_at, finished_at=self.now())
            else:
                filed = intake.file_log(
                    self.database,
                    code,
                    read,
                    zone=self.zone,
                    started_at=started_at,
                    finished_at=self.now(),
                    full=full,
                )
        self._log_change(code, filed)
        return filed

    def identify(self, code: str) -> TerminalLog:
        """Connect, ask serial, clock and sizes, file nothing. Raises TerminalError."""
        with self._locks[code]:
            return self.terminal(code).identify()

    def terminal(self, code: str, *, with_users: bool = True) -> Terminal:
        """The adapter for a stored terminal."""
        with self.database.reading() as session:
            row, known = read_known(session, code)
            host, port, transport = row.host, row.port, row.transport
            serial, has_key = row.serial, row.has_comm_key
        if not host:
            raise Invalid(f"Terminal {code} has no address; give it one, or bring its log by USB stick.")
        try:
            return ZkTerminal(
                host,
                port=port,
                transport=transport,
                comm_key=self.comm_key(code) if has_key else 0,
                expected_serial=serial,
                limits=self.limits,
                now=self.now,
                allowed_networks=self.allowed_networks,
                zone_name=self.zone,
                with_users=with_users,
                known=known,
            )
        except AddressRefused as error:
            raise Invalid(f"Terminal {code}: {error}") from error

    def _log_change(self, code: str, filed: Filed) -> None:
        """Lost is logged once, found once."""
        if self._outcomes.get(code, intake.OK) != filed.outcome:
            if filed.outcome == intake.OK:
                log.info("terminal %s answers again", code)
            else:
                log.warning("terminal %s: %s: %s", code, filed.outcome, filed.message)
        self._outcomes[code] = filed.outcome
