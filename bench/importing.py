"""Benchmark of the import of a USB export: read, sorted and stored, against splitting its lines and reading numbers."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from attendance import clock
from attendance.store.database import Database, sqlite_url
from bench.measuring import Line, interleave, ratio, spent, timed
from bench.office import invent_punches
from bench.pulling import CODE, NOW, ZONE, Mismatch, prepare
from device_sync import intake
from device_sync.files import read_export


def invent_export(rows: int) -> bytes:
    """That many rows as terminals write them: number, local time, device, state, verify, work code."""
    punches = invent_punches(-(-rows // 80))
    lines = [
        f"{site * 100 + pin + 1:>9}\t{clock.from_wall_seconds(wall)}\t1\t{at % 2}\t1\t0\r\n"
        for at, (site, pin, wall) in enumerate(
            zip(punches.site.tolist(), punches.pin.tolist(), punches.wall.tolist(), strict=True)
        )
    ]
    return "".join((lines * 2)[:rows]).encode()


def split_lines(data: bytes) -> int:
    """The limit: lines cut at tabs, their numbers read, nothing checked and nothing kept but a sum."""
    total = 0
    for line in data.split(b"\r\n"):
        if line:
            pin, _at, device, state, verify, code = line.split(b"\t")
            total += int(pin) + int(device) + int(state) + int(verify) + int(code)
    return total


def bench(folder: Path, rows: int, rounds: int) -> list[Line]:
    """Raises Mismatch when a row is lost."""
    data = invent_export(rows)
    base, path = prepare(folder, people=0), folder / "import.db"

    def whole() -> float:
        shutil.copyfile(base, path)
        database = Database(sqlite_url(path))
        filed: list[intake.Filed] = []

        def file_it() -> None:
            export = read_export(data, source="bench.dat")
            filed.append(intake.file_export(database, CODE, export, data, zone=ZONE, received_at=NOW))

        seconds = timed(file_it)
        database.close()
        for leftover in folder.glob("import.db*"):
            leftover.unlink()
        done = filed[0]
        if done.read != rows or done.new + done.repeated + done.quarantined != rows or not done.new:
            raise Mismatch(f"{done} of {rows} rows")
        return seconds

    ways: dict[str, Callable[[], float]] = {
        "limit": lambda: timed(lambda: split_lines(data)),
        "read": lambda: timed(lambda: read_export(data, source="bench.dat")),
        "whole": whole,
    }
    seconds = interleave(ways, rounds)
    return [
        Line(
            "USB export read and stored / lines split, int()",
            ratio(seconds["whole"], seconds["limit"]),
            at_most=2.5,
            note=f"n = {rows:,} rows; {spent(seconds['whole'])}, limit {spent(seconds['limit'])}",
        ),
        Line("  read alone", ratio(seconds["read"], seconds["limit"]), note=spent(seconds["read"])),
    ]
