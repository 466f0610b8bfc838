"""Plain pyzk 0.9 in a process that can be killed, for it may hang for ever: what became of it, and how long it took.

It is used as its documentation shows, without anything of ours between it and the terminal.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection
from typing import Any

from zk import ZK
from zk.user import User

TICKS = os.sysconf("SC_CLK_TCK")
POLL_SECONDS = 0.05
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
    use: Use,
    port: int,
    *,
    within: float = 60.0,
    spinning: float | None = None,
    host: str = "127.0.0.1",
    search_path: str | None = None,
    **options: Any,
) -> Ended:
    """Has a child do `use` with a ZK of its own. `options` are those of ZK; `search_path` stands in for PATH.

    It hangs when it is not done `within` so many seconds of its start or, with `spinning`, has used so many seconds of
    the processor. The ping is left out unless the options say otherwise.
    """
    context = multiprocessing.get_context("forkserver")
    # the server is one per test process, and the killed pulls of tests/reliability want theirs loaded as well
    context.set_forkserver_preload([__name__, "tests.reliability.victim"])
    here, there = context.Pipe(duplex=False)
    settings = {"timeout": 5, "ommit_ping": True, **options}
    child = context.Process(target=_work, args=(there, use, host, port, settings, search_path), daemon=True)
    child.start()
    there.close()
    found: dict[str, Any] = {"how": "hung"}
    started, before, cpu = time.monotonic(), 0.0, 0.0
    try:
        here.recv()  # it has begun, however long a loaded machine took to start it
        started, before = time.monotonic(), _cpu_seconds(child.pid or 0)
        while time.monotonic() < started + within:
            if here.poll(min(POLL_SECONDS, within)):
                found = here.recv()
                break
            cpu = _cpu_seconds(child.pid or 0) - before
            if spinning is not None and cpu >= spinning:
                break
    except EOFError:
        found = {"how": "died"}
    seconds = time.monotonic() - started
    child.kill()
    child.join()
    child.close()
    here.close()
    return Ended(seconds=seconds, cpu_seconds=cpu, **found)


def _work(pipe: Connection, use: Use, host: str, port: int, settings: dict[str, Any], search_path: str | None) -> None:
    if search_path is not None:
        os.environ["PATH"] = search_path
    client = ZK(host, port, **settings)
    pipe.send("begun")
    try:
        found: dict[str, Any] = {"how": "returned", "value": use(client)}
    except BaseException as error:
        found = {"how": "raised", "error": type(error).__name__, "message": str(error)}
    pipe.send(found)
    pipe.close()
    os._exit(0)


def _cpu_seconds(pid: int) -> float:
    """Seconds of the processor the child has used; 0 where it has ended, for then what it found is in the pipe."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
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


def two_encodings(first: ZK) -> tuple[str, str, bytes]:
    """What a name of the first terminal is written as, once a second terminal was made."""
    ZK("127.0.0.2", encoding="UTF-8")
    user = User(1, "王伟", 0, user_id="1")
    return first.encoding, User.encoding, user.repack73()[12:18].rstrip(b"\0")


def two_at_once(client: ZK) -> int:
    """Two programs of the same office."""
    client.connect()
    address = client._ZK__address
    second = ZK(*address, timeout=2, ommit_ping=True)
    second.connect()
    return len(second.get_attendance())


def sockets_left(client: ZK) -> int:
    """How many sockets stay open after five failed attempts."""
    before = len(os.listdir("/proc/self/fd"))
    kept = []
    for _ in range(5):
        one = ZK(*client._ZK__address, timeout=1, ommit_ping=True)
        kept.append(one)
        try:
            one.connect()
        except Exception:  # whatever it is
            continue
    return len(os.listdir("/proc/self/fd")) - before


def locked_while_it_reads(client: ZK) -> None:
    """As its documentation shows, by a process that is killed in the middle."""
    client.connect()
    client.disable_device()
    client.get_users()
    os.kill(os.getpid(), signal.SIGKILL)


def delete_after_download(client: ZK) -> None:
    """As is advised for slow devices; the process dies before it could store what it read."""
    client.connect()
    client.get_attendance()
    client.clear_attendance()
    os.kill(os.getpid(), signal.SIGKILL)


def erase_everything(client: ZK) -> None:
    client.connect()
    client.clear_data()


def change_it(client: ZK) -> int:
    """What the destructive calls of pyzk really do."""
    client.connect()
    client.set_time(datetime(2001, 1, 1))
    client.clear_attendance()
    return 2


def sleep(_client: ZK) -> None:
    time.sleep(30)
