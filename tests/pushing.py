"""A terminal that pushes, to the receiver itself or over HTTP: it keeps what was not acknowledged, as real ones do."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from attendance import clock
from attendance.services import pushing
from attendance.store import push_devices
from attendance.store.database import Database
from attendance.store.push_tables import PushDeviceRow
from device_sync.push.call import Answer, Call, read_query
from device_sync.push.receiver import Receiver
from tests.builders import MONDAY, ZONE, Key, build_office

SERIAL = "PUSH0000000001"
ADDRESS = "192.168.1.201"
Send = Callable[[str, str, bytes], Answer]
"""(verb, query, body) → answer; a POST where there is a body, even an empty one with `table=`."""


class Ticking:
    """A clock that stands still until it is moved; it begins in the evening of the tests' Monday."""

    def __init__(self, wall: datetime = MONDAY.replace(hour=18, minute=0)) -> None:
        self.at = clock.to_instant(wall, ZONE)

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, **span: float) -> None:
        self.at += timedelta(**span)

    @property
    def wall(self) -> datetime:
        return clock.to_wall(self.at, ZONE)


def receiver_for(database: Database, ticking: Callable[[], datetime]) -> Receiver:
    return Receiver(database, ZONE, b"a secret of the tests", ticking)


def straight(receiver: Receiver, address: str = ADDRESS) -> Send:
    """Requests handed to the receiver without a network."""

    def send(verb: str, query: str, body: bytes) -> Answer:
        posts = verb in ("devicecmd", "registry", "push", "querydata", "fdata") or "table=" in query
        return receiver.answer(Call("POST" if posts else "GET", verb, read_query(query.encode()), body, address))

    return send


def approve(database: Database, serial: str = SERIAL, terminal: str = "T-A", **more: object) -> None:
    with database.writing() as session:
        pushing.approve(
            session, serial, by="Trần Thị B", at=datetime(2026, 3, 1, tzinfo=UTC), terminal=terminal, **more
        )  # type: ignore[arg-type]


def device(database: Database, serial: str = SERIAL) -> PushDeviceRow:
    with database.reading() as session:
        found = push_devices.as_it_stands(session, serial)
    assert found is not None
    return found


def line(key: Key) -> bytes:
    pin, wall, state, verify = key
    return f"{pin}\t{clock.from_wall_seconds(wall):%Y-%m-%d %H:%M:%S}\t{state}\t{verify}\t0\t0\t0".encode()


@dataclass
class Pushing:
    """One terminal: `log` is all it holds, `waiting` what was not acknowledged yet. `answers` keeps what it was told.

    `returns` is the code it reports for queries; `loses` drops rows from its answers to them.
    """

    send: Send
    serial: str = SERIAL
    log: list[Key] = field(default_factory=list)
    waiting: list[Key] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    returns: int = 0
    batch: int = 50
    loses: Callable[[Key], bool] = lambda key: False

    def start(self, more: str = "&options=all&pushver=2.4.1&DeviceType=att") -> Answer:
        return self._told(self.send("cdata", f"SN={self.serial}{more}", b""))

    def punch(self, *keys: Key, online: bool = True) -> None:
        """Somebody punches: it is in the log, and sent if the line is up."""
        self.log += keys
        self.waiting += keys
        if online:
            self.flush()

    def flush(self) -> None:
        """Send what waits, until it is acknowledged or refused."""
        while self.waiting:
            part = self.waiting[: self.batch]
            if not self.upload(part):
                return
            self.waiting = self.waiting[len(part) :]

    def upload(self, keys: list[Key]) -> bool:
        body = b"\n".join(line(key) for key in keys) + b"\n"
        answer = self._told(self.send("cdata", f"SN={self.serial}&table=ATTLOG&Stamp=9999", body))
        return answer.status == 200 and answer.text == f"OK: {len(keys)}"

    def poll(self, more: str = "") -> list[str]:
        """Ask for commands and carry them out."""
        answer = self._told(self.send("getrequest", f"SN={self.serial}{more}", b""))
        if answer.status != 200 or answer.text == "OK":
            return []
        lines = answer.text.splitlines()
        self.commands += lines
        for command in lines:
            self._carry_out(command)
        return lines

    def _carry_out(self, command: str) -> None:
        number = command.split(":", 2)[1]
        asked = re.search(r"DATA QUERY ATTLOG StartTime=(.+)\tEndTime=(.+)", command)
        if asked is not None and self.returns == 0:
            low, high = (clock.wall_seconds(datetime.fromisoformat(text)) for text in asked.groups())
            found = [key for key in self.log if low <= key[1] <= high and not self.loses(key)]
            for begin in range(0, len(found), self.batch):
                assert self.upload(found[begin : begin + self.batch])
        name = "DATA" if asked else command.split(":", 2)[2]
        self.send("devicecmd", f"SN={self.serial}", f"ID={number}&Return={self.returns}&CMD={name}\n".encode())

    def _told(self, answer: Answer) -> Answer:
        self.answers.append(answer)
        return answer


def keys(count: int, *, first: datetime = MONDAY, people: int = 3, seconds: int = 61) -> list[Key]:
    """That many punches of people 1001.. in rising time."""
    return [
        (str(1001 + n % people), clock.wall_seconds(first + timedelta(seconds=seconds * n)), 0, 1) for n in range(count)
    ]


def pushing_to(database: Database, ticking: Ticking, address: str = ADDRESS, **more: object) -> Pushing:
    return Pushing(straight(receiver_for(database, ticking), address), **more)  # type: ignore[arg-type]


def approved(database: Database, ticking: Ticking, **more: object) -> Pushing:
    """An office, and a terminal of it whose serial was approved."""
    build_office(database)
    terminal = pushing_to(database, ticking)
    terminal.start()
    approve(database, **more)
    return terminal
