"""Benchmark of reading alone: a log pulled and decoded, nothing stored, against its bare transfer and against pyzk."""

from __future__ import annotations

import math
import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from statistics import median

from bench.measuring import Line, interleave, memory_mb, ratio, spent, timed
from bench.pulling import HOST, KNOWN, NOW, Mismatch, read_with_pyzk, simulated
from device_sync.layouts import PUNCH_LAYOUTS, ZK40
from device_sync.simulator import load_records
from device_sync.wire import Command
from device_sync.zk import ZkTerminal, decode
from device_sync.zk.session import Session

USERS = 500


def transfer(port: int) -> int:
    """The bare protocol transfer: our own transport reads serial, firmware, clock, counters and every byte, checks the
    packets and throws all of it away; no digest, no look at the records. Answers how many bytes of log came.
    """
    session = Session(ZkTerminal(HOST, port=port)._open_channel(), 0)
    try:
        session.greet()
        session.ask("serial number", session.get_serialnumber, "")
        session.ask("firmware", session.get_firmware_version, "")
        session.read_clock()
        session.count()
        size = len(session.read_set("punches", Command.PUNCHES))
        session.count()
    finally:
        session.leave()
    return size


def read(port: int) -> int:
    """Pull a log with every check and decode it. Answers how many records were understood."""
    log = ZkTerminal(HOST, port=port, now=lambda: NOW, with_users=False, known=KNOWN).read_log()
    return len(decode(log.payload, 0, PUNCH_LAYOUTS[log.layout]))


def bench(records: int, rounds: int, *, smallest: int = 10_000, largest: int = 200_000) -> list[Line]:
    """Raises Mismatch when a way did not bring every record."""
    packed = load_records(max(records, largest), users=USERS)

    def whole(port: int, count: int) -> float:
        found: list[int] = []
        seconds = timed(lambda: found.append(read(port)))
        if found != [count]:
            raise Mismatch(f"{found[0]} of {count} records were read")
        return seconds

    with (
        simulated(packed[: smallest * ZK40.size]) as few,
        simulated(packed[: records * ZK40.size]) as port,
        simulated(packed[: largest * ZK40.size]) as many,
    ):
        ways: dict[str, Callable[[], float]] = {
            "bare": lambda: timed(lambda: transfer(port)),
            "few": lambda: whole(few, smallest),
            "whole": lambda: whole(port, records),
            "many": lambda: whole(many, largest),
        }
        seconds = interleave(ways, rounds)
        slow = timed(lambda: read_with_pyzk(port, records))
        bare_mb, read_mb = peak_mb(transfer, many), peak_mb(read, many)
    small, middle, large = seconds["few"], seconds["whole"], seconds["many"]
    exponent = math.log(ratio(large, small)) / math.log(largest / smallest)
    return [
        Line(
            "pull and decode / bare transfer",
            ratio(middle, seconds["bare"]),
            at_most=2,
            note=f"n = {records:,} records, {rounds} rounds; {spent(middle)}, bare {spent(seconds['bare'])}",
        ),
        Line(
            "pyzk get_attendance / pull and decode",
            slow / median(middle),
            at_least=80,
            note=f"pyzk {slow:.2f} s",
        ),
        Line(
            f"  exponent of n from {smallest:,} to {largest:,}",
            exponent,
            at_most=1.15,
            note=f"{spent(small)} and {spent(large)}",
        ),
        Line(
            f"  MB beyond a bare transfer at {largest:,} records",
            max(0.0, read_mb - bare_mb),
            at_most=80,
            note=f"peaks of processes of their own: {read_mb:.0f} and {bare_mb:.0f} MB",
        ),
    ]


def _measure(way: Callable[[int], int], port: int, pipe: Connection) -> None:
    way(port)
    pipe.send(memory_mb("VmHWM"))


def peak_mb(way: Callable[[int], int], port: int) -> float:
    """The most memory a fresh process ever held that did this once and nothing else."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_measure, args=(way, port, there), daemon=True)
    process.start()
    try:
        return float(here.recv())
    finally:
        process.join(10)
        process.terminate()
