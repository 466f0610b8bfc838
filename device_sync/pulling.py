"""Pulling one terminal: read it, file what came, name what went wrong. One conversation per terminal at a time."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Network, IPv6Network
from time import monotonic
from typing import TypeVar

from attendance.clock import Now, utc_now
from attendance.errors import Invalid
from attendance.services.terminal_health import failure_of
from attendance.store import office, pulls, restorations
from attendance.store.database import Database
from attendance.store.exclusive import Exclusion, Held, Taken
from attendance.store.tables import TerminalRow
from device_sync import intake
from device_sync.intake import Filed
from device_sync.known import read_known
from device_sync.noticing import USUAL, Thresholds
from device_sync.terminal import Changed, TerminalError
from device_sync.zk.address import PRIVATE_NETWORKS, AddressRefused
from device_sync.zk.client import ZkTerminal
from device_sync.zk.listening import ZkListener
from device_sync.zk.transport import Limits

log = logging.getLogger(__name__)

Adapter = TypeVar("Adapter", bound=ZkTerminal)

WAITING, CONNECTING, READING, STORING, DONE = "waiting", "connecting", "reading", "storing", "done"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the reading of a terminal is. `filed` once it is done; None there: it could not even be tried.

    `received` counts bytes so far, `announced` those of the log, None where the terminal did not say. `is_occupied`:
    it waits because another program talks to the terminal.
    """

    terminal: str
    state: str
    received: int = 0
    announced: int | None = None
    filed: Filed | None = None
    is_occupied: bool = False


class Attempt:
    """One pull while it runs, as seen from other threads. `on_change` is told each new state, in the pulling thread.

    `patience_seconds` bounds the waiting for somebody else who talks to the terminal.
    """

    def __init__(
        self,
        code: str,
        on_change: Callable[[Progress], object] = lambda _: None,
        patience_seconds: float = float("inf"),
    ) -> None:
        self.code = code
        self.gives_up_at = monotonic() + patience_seconds
        self.state = WAITING
        self.error: TerminalError | None = None
        self.is_given_up = False
        self.talking_since: float | None = None
        self._adapter: ZkTerminal | None = None
        self._on_change = on_change

    def progress(self) -> Progress:
        received, announced = self._adapter.transferred() if self._adapter is not None else (0, None)
        return Progress(self.code, self.state, received, announced)

    def enter(self, state: str) -> None:
        self.state = state
        self._on_change(self.progress())

    def wait(self) -> None:
        """Somebody else talks to the terminal."""
        self.state = WAITING
        self._on_change(replace(self.progress(), is_occupied=True))

    def is_waited_out(self) -> bool:
        return self.is_given_up or monotonic() > self.gives_up_at

    def begin(self, adapter: ZkTerminal) -> None:
        """From here on the terminal is talked to."""
        self._adapter, self.talking_since = adapter, monotonic()
        adapter.on_reading = lambda: self.enter(READING)
        self.enter(CONNECTING)
        if self.is_given_up:
            adapter.break_off()

    def break_off(self) -> None:
        """End the conversation, or the waiting for it; storing is let be. The pull ends with a named outcome."""
        self.is_given_up = True
        if self._adapter is not None and self.state in (CONNECTING, READING):
            self._adapter.break_off()


@dataclass
class Puller:
    """Pulls terminals by code. `comm_key` answers a terminal's key, which is in no table and no log.

    Whoever asks (timetable, button, command, listener), in whatever process, a terminal is talked to by one at a time.
    """

    database: Database
    zone: str
    comm_key: Callable[[str], int]
    now: Now = utc_now
    limits: Limits = field(default_factory=Limits)
    allowed_networks: Sequence[IPv4Network | IPv6Network] = PRIVATE_NETWORKS
    thresholds: Thresholds = USUAL

    def __post_init__(self) -> None:
        self._exclusion = Exclusion(self.database)

    def pull(self, code: str, *, full: bool = False, attempt: Attempt | None = None) -> Filed:
        """Read a terminal's log and file it. Always answers with an outcome; raises only where nothing can be filed.

        Where somebody else talks to the terminal it waits, as long as `attempt` says. Raises NotFound for an unknown
        code, Invalid for a terminal without an address, StoreUnavailable, and Taken when it waits no longer.
        """
        attempt = attempt or Attempt(code)
        with self.alone(code, on_wait=attempt.wait, give_up=attempt.is_waited_out):
            full = full or self._owes_log(code)
            # Names and numbers hardly change; the nightly reading of everything brings the user table too.
            adapter = self.terminal(code, with_users=full)
            started_at = self.now()
            attempt.begin(adapter)
            try:
                read = adapter.read_log()
                self._refuse_a_second(code, read.serial)
            except TerminalError as error:
                attempt.error = error
                attempt.enter(STORING)
                filed = intake.file_failure(self.database, code, error, started_at=started_at, finished_at=self.now())
            else:
                attempt.enter(STORING)
                filed = intake.file_log(
                    self.database,
                    code,
                    read,
                    zone=self.zone,
                    started_at=started_at,
                    finished_at=self.now(),
                    full=full,
                    thresholds=self.thresholds,
                )
        self._log_change(code, filed)
        return filed

    def _owes_log(self, code: str) -> bool:
        """Whether what is stored was put back from a backup since, so that the beginning of the log proves nothing."""
        with self.database.reading() as session:
            return restorations.owes_log(session, office.key(office.get(session, TerminalRow, code)))

    def _refuse_a_second(self, code: str, serial: str) -> None:
        """Raises Changed where the machine is another terminal already: each of its punches would be there twice."""
        with self.database.reading() as session:
            bearer = office.other_bearer(session, serial, office.get(session, TerminalRow, code))
            other = bearer.code if bearer is not None else None
        if other is not None:
            raise Changed(
                f"The machine {serial} that answers for {code} is terminal {other} already. Nothing was stored; "
                f"correct the address of {code}, or put {other} out of use first: attendance terminals retire {other}",
                reason="registered",
                expected=other,
                found=serial,
            )

    @contextmanager
    def alone(
        self,
        code: str,
        *,
        on_wait: Callable[[], object] = lambda: None,
        give_up: Callable[[], bool] = lambda: False,
    ) -> Iterator[Held]:
        """Nobody else talks to this terminal during the block, in any process over this database.

        It is known by its serial, or by its address until that is learned. Raises like `pull`.
        """
        while True:
            name = self._name(code)
            with self._exclusion.hold(name, on_wait=on_wait, give_up=give_up) as held:
                if self._name(code) == name:  # else whoever was before us learned its serial
                    yield held
                    return

    def _name(self, code: str) -> str:
        with self.database.reading() as session:
            row = office.get(session, TerminalRow, code)
            return f"terminal {row.serial}" if row.serial else f"terminal at {row.host}:{row.port}"

    def terminal(self, code: str, *, with_users: bool = True) -> ZkTerminal:
        """The adapter for a stored terminal."""
        return self.adapter(ZkTerminal, code, with_users)

    def listener(self, code: str) -> ZkListener:
        """The adapter that hears a stored terminal's punches as they happen."""
        return self.adapter(ZkListener, code, False)

    def adapter(self, kind: type[Adapter], code: str, with_users: bool = True) -> Adapter:
        """An adapter of this kind for a stored terminal. Raises NotFound, Invalid."""
        with self.database.reading() as session:
            row, known = read_known(session, code)
            host, port, transport = row.host, row.port, row.transport
            serial, has_key, in_use = row.serial, row.has_comm_key, row.in_use
        if not in_use:
            raise Invalid(f"Terminal {code} is out of use and is read no more; what it brought stays.")
        if not host:
            raise Invalid(f"Terminal {code} has no address; give it one, or bring its log by USB stick.")
        try:
            return kind(
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
        """Lost is logged once, found once: compared with what is stored of the attempt before, whoever made it."""
        assert filed.pull_id is not None
        with self.database.reading() as session:
            number = office.key(office.get(session, TerminalRow, code))
            before = pulls.outcome_before(session, number, filed.pull_id)
            now = pulls.outcome_before(session, number, filed.pull_id + 1)
        was = _state(before) if before is not None else None
        state = _state(now) if now is not None else None
        if was == state:
            return
        if state is None:
            log.info("terminal %s answers again", code)
        else:
            log.warning("terminal %s: %s: %s", code, filed.outcome, filed.message)


def _state(attempt: tuple[str, Mapping[str, object]]) -> str | None:
    """The state a failed attempt shows, or that the past changed; None for a good one.

    Another way of failing alike is no change.
    """
    outcome, params = attempt
    failure = failure_of(outcome, params)
    if failure is not None:
        return failure[0]
    return None if outcome == intake.OK else outcome


__all__ = [
    "CONNECTING",
    "DONE",
    "READING",
    "STORING",
    "WAITING",
    "Attempt",
    "Progress",
    "Puller",
    "Taken",
]
