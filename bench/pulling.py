"""Benchmark of the pull: a whole log and a log that grew a little, against the bare protocol, and against pyzk.

The terminal is simulated in a process of its own on loopback. Both sides connect, transfer the same bytes and take
leave. The bare transfer is our own channel with every check of the protocol (lengths, checksums, reply numbers, byte
counts) and throws the bytes away as they come; whatever the pull asks besides (serial, clock, counters, user table),
decodes and stores is the pull's own cost.
"""

from __future__ import annotations

import multiprocessing
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

from zk import ZK

from attendance.store import punch_log, registering, schema
from attendance.store.database import Database, sqlite_url
from bench.measuring import Line, interleave, ratio, spent, timed
from device_sync import intake
from device_sync.known import read_known
from device_sync.layouts import ZK40
from device_sync.simulator import SimulatedTerminal, load_records
from device_sync.simulator.log import FIRST_PIN
from device_sync.terminal import Known
from device_sync.zk import ZkTerminal

USERS = 500
ZONE = "Asia/Ho_Chi_Minh"
NOW = datetime(2026, 7, 1, 1, 0, tzinfo=UTC)
CODE, OTHER = "T1", "T2"
KNOWN = Known(learned=ZK40.name, was_read=True)
HOST = "127.0.0.1"


class Mismatch(AssertionError):
    """A way did not do the whole work: its time means nothing."""


def _serve(records: bytes, pipe: Connection) -> None:
    capacity = max(100_000, 2 * len(records) // ZK40.size)
    terminal = SimulatedTerminal(users=USERS, records=records, capacity=capacity, now=lambda: NOW)
    with terminal.running():
        pipe.send(terminal.port)
        pipe.recv()


@contextmanager
def simulated(records: bytes) -> Iterator[int]:
    """The port of a simulated terminal that runs in a fresh process until the block ends."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(records, there), daemon=True)
    process.start()
    try:
        yield int(here.recv())
        here.send("stop")
    finally:
        process.join(10)
        process.terminate()


def transfer(port: int) -> int:
    """The bare protocol transfer: our own transport reads serial, firmware, clock, counters and every byte, checks the
    packets, takes the digest and throws all of it away. Answers how many bytes of log came.
    """
    return len(ZkTerminal(HOST, port=port, now=lambda: NOW, with_users=False, known=KNOWN).read_log().payload)


def pull(database: Database, code: str, port: int) -> intake.Filed:
    """One whole pull as the service does it: connect, read, check, decode, store, commit."""
    with database.reading() as session:
        _, known = read_known(session, code)
    log = ZkTerminal(HOST, port=port, now=lambda: NOW, with_users=False, known=known).read_log()
    return intake.file_log(database, code, log, zone=ZONE, started_at=NOW, finished_at=NOW)


def prepare(folder: Path, *, people: int) -> Path:
    """A database with nothing in it but an office, in a file."""
    path = folder / f"empty{people}.db"
    database = Database(sqlite_url(path))
    fill_office(database, people=people)
    database.close()
    return path


def fill_office(database: Database, *, people: int) -> None:
    """Two terminals, and so many people enrolled on the first."""
    schema.upgrade(database)
    with database.writing() as session:
        registering.add_unit(session, "U", at=NOW)
        for code in (CODE, OTHER):
            registering.add_terminal(session, code, unit="U", host=HOST, at=NOW)
        for number in range(people):
            employee, pin = f"P{number}", str(FIRST_PIN + number)
            registering.add_employee(session, employee, at=NOW)
            registering.assign(session, employee, "U", from_on=date(2020, 1, 1), at=NOW)
            registering.enrol(session, CODE, pin, employee, at=NOW)


def _timed_pull(base: Path, folder: Path, port: int, warm_ports: Sequence[int], expected: dict[str, object]) -> float:
    """Seconds of one pull into a copy of a database, in a process as warm as a service that has pulled before."""
    path = folder / "round.db"
    shutil.copyfile(base, path)
    database = Database(sqlite_url(path))
    for warm_port in warm_ports:  # another terminal's few records, then a hundred more: its statements are compiled
        pull(database, OTHER, warm_port)
    filed: list[intake.Filed] = []
    seconds = timed(lambda: filed.append(pull(database, CODE, port)))
    found = {name: getattr(filed[0], name) for name in expected if name != "stored"}
    with database.reading() as session:
        found["stored"] = len(punch_log.read(session, [1]))
    database.close()
    for leftover in folder.glob("round.db*"):
        leftover.unlink()
    if found != expected:
        raise Mismatch(f"{found} instead of {expected}")
    return seconds


def bench(
    folder: Path, records: int, rounds: int, *, people: int = USERS, pyzk_rounds: int = 1, barred: bool = True
) -> list[Line]:
    """Raises Mismatch when a way did not transfer or store everything."""
    grown = load_records(records + 100, users=USERS)
    packed = grown[: records * ZK40.size]
    edited = bytearray(grown)
    edited[ZK40.size - 1] ^= 1  # an unused byte of the oldest record: all punches are as they were, no prefix is
    with (
        simulated(packed) as port,
        simulated(grown) as grown_port,
        simulated(bytes(edited)) as edited_port,
        simulated(grown[: 20 * ZK40.size]) as warm,
        simulated(grown[: 120 * ZK40.size]) as warm_grown,
    ):
        warm_ports = (warm, warm_grown)
        bare, staffed, known = prepare(folder, people=0), prepare(folder, people=people), folder / "known.db"
        shutil.copyfile(bare, known)
        database = Database(sqlite_url(known))
        new = pull(database, CODE, port).new
        database.close()
        read: dict[str, object] = {"outcome": "ok", "read": records, "new": new, "stored": new}
        again: dict[str, object] = {"outcome": "ok", "read": records + 100, "new": 100, "stored": new + 100}
        ways: dict[str, Callable[[], float]] = {
            "bare": lambda: timed(lambda: transfer(port)),
            "pull": lambda: _timed_pull(bare, folder, port, warm_ports, read),
            "staffed": lambda: _timed_pull(staffed, folder, port, warm_ports, read),
            "again": lambda: _timed_pull(known, folder, grown_port, warm_ports, again),
            "edited": lambda: _timed_pull(known, folder, edited_port, warm_ports, again),
        }
        seconds = interleave(ways, rounds)
        pyzk = [timed(lambda: read_with_pyzk(port, records)) for _ in range(pyzk_rounds)]
    n = f"n = {records:,} records, {rounds} rounds"
    base = f"bare {spent(seconds['bare'])}"
    return [
        Line(
            "pull and store / bare transfer",
            ratio(seconds["pull"], seconds["bare"]),
            at_most=4 if barred else None,
            note=f"{n}; pull {spent(seconds['pull'])}, {base}",
        ),
        Line(
            f"  the same with {people} people to mark for judging",
            ratio(seconds["staffed"], seconds["bare"]),
            note=f"pull {spent(seconds['staffed'])}",
        ),
        Line(
            "pyzk get_attendance alone / pull and store",
            min(pyzk) / median(seconds["pull"]),
            at_least=40 if barred else None,
            note=f"pyzk {min(pyzk):.2f} s, best of {pyzk_rounds}",
        ),
        Line(
            "pull again, 100 new, and store / bare transfer",
            ratio(seconds["again"], seconds["bare"]),
            at_most=1.5 if barred else None,
            note=f"pull {spent(seconds['again'])}",
        ),
        Line(
            "pull again, beginning changed, and store / bare",
            ratio(seconds["edited"], seconds["bare"]),
            at_most=6 if barred else None,
            note=f"pull {spent(seconds['edited'])}",
        ),
    ]


def read_with_pyzk(port: int, records: int) -> None:
    client = ZK(HOST, port=port, timeout=60, ommit_ping=True)
    client._ZK__sock.close()  # it opens one socket when built and forgets it when it connects
    connection = client.connect()
    try:
        found = len(connection.get_attendance())
    finally:
        connection.disconnect()
    if found != records:
        raise Mismatch(f"pyzk read {found} of {records} records")
