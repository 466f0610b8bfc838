"""The demo's stage: a moment worth looking at, simulated terminals that hold the history, and people passing by."""

from __future__ import annotations

import random
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from api.cli.demo import on_terminals
from api.cli.demo.office import DemoOffice, build_office
from api.cli.demo.setting import ZONE
from attendance import clock
from attendance.clock import Now
from device_sync import wire
from device_sync.layouts import ZK40, pack_punch
from device_sync.simulator.faults import Fault
from device_sync.simulator.server import SimulatedTerminal

LOOK_IN = time(8, 20)
WATCHABLE = (time(7, 40), time(16, 30))
PASSER_BY_SECONDS = 4.0


def choose_moment(now: datetime) -> tuple[datetime, Now]:
    """The moment the demo office lives at, and a clock that goes on from it.

    On a working day in office hours that is the present; else 08:20 of the latest working day, because an empty
    office on a Sunday shows nothing. `now` is an instant.
    """
    local = clock.to_wall(now, ZONE)
    days = build_office(local.date(), now=local.replace(tzinfo=None)).working_days
    if local.date() in days and WATCHABLE[0] <= local.time() <= WATCHABLE[1]:
        chosen = now
    else:
        latest = max(day for day in days if day < local.date() or (day == local.date() and local.time() > WATCHABLE[1]))
        chosen = clock.to_instant(datetime.combine(latest, LOOK_IN), ZONE)
    shift = chosen - now
    return chosen, lambda: clock.utc_now() + shift


@dataclass
class Stage:
    """Simulated terminals of an office. `addresses` are host and port by code; nobody listens at the dead one's."""

    office: DemoOffice
    now: Now
    addresses: dict[str, tuple[str, int]] = field(default_factory=dict)
    terminals: dict[str, SimulatedTerminal] = field(default_factory=dict)

    @contextmanager
    def running(self) -> Iterator[Stage]:
        """Serve every terminal on a loopback port of its own until the block ends."""
        with ExitStack() as stack:
            for terminal in self.office.terminals:
                if terminal.behaviour == "dead":
                    self.addresses[terminal.code] = ("127.0.0.1", _closed_port())
                    continue
                records = self._records(terminal.code)
                simulated = SimulatedTerminal(
                    serial=terminal.serial,
                    users=[*self._users(terminal.code), *on_terminals.strangers(terminal.code)],
                    records=records,
                    capacity=on_terminals.capacity_of(terminal, len(records) // ZK40.size),
                    comm_key=terminal.comm_key,
                    fault=Fault("flaky", seed=11) if terminal.behaviour == "flaky" else None,
                    clock_offset_seconds=terminal.offset_seconds,
                    now=self.now,
                )
                self.terminals[terminal.code] = stack.enter_context(simulated.running())
                self.addresses[terminal.code] = ("127.0.0.1", simulated.port)
            yield self

    def comm_key(self, code: str) -> int | None:
        """None: no terminal of the demo; one that was added to it."""
        return next((terminal.comm_key for terminal in self.office.terminals if terminal.code == code), None)

    def _users(self, code: str) -> list[tuple[int, str, str]]:
        return on_terminals.users_of(self.office, code)

    def _records(self, code: str) -> bytes:
        uids = {pin: uid for uid, pin, _ in self._users(code)}
        return b"".join(
            pack_punch(ZK40, uids[punch.pin], punch.pin, punch.verify, wire.encode_time(punch.wall_time), punch.state)
            for punch in self.office.punches[code]
        )

    @contextmanager
    def people_passing(self, every_seconds: float = PASSER_BY_SECONDS) -> Iterator[None]:
        """Let the rest of the day happen when it is due, and somebody walk by every few seconds in between."""
        stop = threading.Event()
        thread = threading.Thread(target=self._play, args=(stop, every_seconds), name="demo-people", daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def _play(self, stop: threading.Event, every_seconds: float) -> None:
        rng = random.Random(3)
        waiting = list(self.office.upcoming)
        last = self.now()
        while not stop.wait(0.5):
            now = self.now()
            local = clock.to_wall(now, self.office.zone)
            while waiting and waiting[0].due <= local:
                punch = waiting.pop(0)
                if punch.terminal in self.terminals:
                    self.terminals[punch.terminal].punch(punch.pin, punch.wall_time, punch.state, punch.verify)
                    last = now
            if now - last >= timedelta(seconds=every_seconds):
                self._walk_by(rng, local)
                last = now

    def _walk_by(self, rng: random.Random, local: datetime) -> None:
        """Somebody who is in already punches again, which is evidence and changes no verdict."""
        code = rng.choice(sorted(self.terminals))
        log = [punch.pin for punch in self.office.punches[code] if punch.wall_time.date() == local.date()]
        if log:
            self.terminals[code].punch(rng.choice(log))


def _closed_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
