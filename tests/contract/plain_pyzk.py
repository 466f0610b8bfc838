"""Plain pyzk 0.9 in a process that can be killed, for it may hang for ever: what became of it, and how long it took.

It is used as its documentation shows, without anything of ours between it and the terminal.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from zk import ZK

TICKS = os.sysconf("SC_CLK_TCK")
Use = Callable[[ZK], Any]
Row = tuple[str, str, int, int]
"""What pyzk says of a punch: user id, time, punch (meant to be the state), status (meant to be the verify mode)."""


@dataclass(frozen=True, slots=True)
class Ended:
    """`how` is 'returned' (with `value`), 'raised' (`error` and `message`) or 'hung' (killed after its time)."""

    how: str
    value: Any = None
    error: str = ""
    message: str = ""
    seconds: float = 0.0
    cpu_seconds: float = 0.0


def run_pyzk(
    use: Use, port: int, *, within: float = 8.0, host: str = "127.0.0.1", search_path: str | None = None, **options: Any
) -> Ended:
    """Has a child do `use` with a ZK of its own. `options` are those of ZK; `search_path` stands in for PATH.

    The ping is left out unless the options say otherwise.
    """
    context = multiprocessing.get_context("forkserver")
    here, there = context.Pipe(duplex=False)
    settings = {"timeout": 2, "ommit_ping": True, **options}
    child = context.Process(target=_work, args=(there, use, host, port, settings, search_path), daemon=True)
    child.start()
    there.close()
    started = time.monotonic()
    try:
        found = here.recv() if here.poll(within) else None
    except EOFError:
        found = {"how": "died"}
    seconds = time.monotonic() - started
    cpu = _cpu_seconds(child.pid or 0) if found is None else 0.0
    child.kill()
    child.join()
    child.close()
    here.close()
    return Ended(seconds=seconds, cpu_seconds=cpu, **(found or {"how": "hung"}))


def _work(pipe: Connection, use: Use, host: str, port: int, settings: dict[str, Any], search_path: str | None) -> None:
    if search_path is not None:
        os.environ["PATH"] = search_path
    client = ZK(host, port, **settings)
    try:
        found: dict[str, Any] = {"how": "returned", "value": use(client)}
    except BaseException as error:
        found = {"how": "raised", "error": type(error).__name__, "message": str(error)}
    pipe.send(found)
    pipe.close()
    os._exit(0)


def _cpu_seconds(pid: int) -> float:
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


# the usual ways of using it -------------------------------------------------------------------------------------------


def rows_of(client: ZK) -> list[Row]:
    return [(row.user_id, str(row.timestamp), row.punch, row.status) for row in client.get_attendance()]


def attendance(client: ZK) -> list[Row]:
    """Connect, read, take leave."""
    client.connect()
    found = rows_of(client)
    client.disconnect()
    return found


def attendance_and_cpu(client: ZK) -> tuple[int, float]:
    client.connect()
    started = time.process_time()
    count = len(client.get_attendance())
    return count, time.process_time() - started


def connect(client: ZK) -> bool:
    client.connect()
    return bool(client.is_connect)


def identify(client: ZK) -> tuple[str, str]:
    """Firmware and serial number, asked one after the other."""
    client.connect()
    return client.get_firmware_version(), client.get_serialnumber()


def users(client: ZK) -> list[tuple[int, str, str, str]]:
    client.connect()
    found = [(user.uid, user.user_id, user.name, user.password) for user in client.get_users()]
    client.disconnect()
    return found
