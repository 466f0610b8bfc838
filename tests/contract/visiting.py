"""A simulated terminal and the office that pulls it, for tests of what a pull shows of the terminal itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from attendance.store import alarms
from attendance.store.alarms import Alarm
from attendance.store.database import Database
from device_sync.intake import Filed
from device_sync.simulator import SimulatedTerminal
from tests import builders
from tests.builders import build_office, puller_for, records

NOON = datetime(2026, 3, 2, 5, tzinfo=UTC)  # 12:00 at the office


@dataclass
class Visited:
    """A simulated terminal, the office that pulls it, and a clock both go by."""

    database: Database
    terminal: SimulatedTerminal
    now: datetime = NOON

    def pull(self, *, full: bool = False, later: timedelta = timedelta(minutes=5), comm_key: int = 0) -> Filed:
        self.now += later
        return puller_for(self.database, now=lambda: self.now, comm_key=comm_key).pull("T-A", full=full)

    def alarms(self, *, ended: bool = False) -> list[Alarm]:
        with self.database.reading() as session:
            found = alarms.alarms_of(session, builders.terminal_id(self.database), 1000)
        return [alarm for alarm in reversed(found) if ended or alarm.ended_at is None]

    def kinds(self) -> list[str]:
        return [alarm.kind for alarm in self.alarms()]

    def only(self, kind: str) -> dict[str, Any]:
        """What the one open alarm, which is of this kind, says."""
        assert self.kinds() == [kind]
        return self.alarms()[0].params

    def acknowledge_all(self) -> None:
        with self.database.writing() as session:
            for alarm in self.alarms():
                alarms.acknowledge(session, builders.terminal_id(self.database), alarm.id, by="An", at=self.now)


@contextmanager
def visiting(database: Database, **options: Any) -> Iterator[Visited]:
    """A terminal with thirty punches of three people, registered as T-A; both go by `Visited.now`."""
    office = {name: options.pop(name) for name in ("has_comm_key",) if name in options}
    found = Visited(database, SimulatedTerminal(**{"records": records(30), "users": 3, **options}))
    found.terminal.machine.clock.now = lambda: found.now
    with found.terminal.running():
        build_office(database, addresses={"T-A": found.terminal.port}, **office)
        yield found
