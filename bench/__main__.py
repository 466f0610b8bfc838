"""Measure everything and print one table; ends with 1 when a bar is missed."""

from __future__ import annotations

import platform
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from bench import (
    importing,
    ingesting,
    judging,
    listing,
    pages,
    papers,
    polling,
    presence,
    pulling,
    reading,
    storing,
    year,
)
from bench.measuring import Line

ROUNDS = 7


def main() -> int:
    """All benchmarks in turn; 1 when a ratio misses its bar."""
    print(
        f"Python {platform.python_version()}, numpy {version('numpy')}, SQLAlchemy {version('sqlalchemy')}, "
        f"SQLite {sqlite3.sqlite_version}, pyzk {version('pyzk')}; medians of the ratios of each of >= 5 rounds, "
        "ways interleaved.\n"
    )
    missed = 0
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        for number, run in enumerate(_benches()):
            folder = Path(name) / str(number)
            folder.mkdir()
            for line in run(folder):
                missed += not line.met
                _show(line)
    print(f"\n{missed} bars missed." if missed else "\nEvery bar is met.")
    return 1 if missed else 0


def _benches() -> list[Callable[[Path], list[Line]]]:
    return [
        lambda folder: pulling.bench(folder, 100_000, ROUNDS, pyzk_rounds=2),
        lambda _: reading.bench(100_000, ROUNDS),
        lambda folder: ingesting.bench(folder, 100_000, 5),
        lambda _: judging.bench(1_000, ROUNDS),
        lambda _: judging.bench(20_000, 5, floor_bar=0.2, loop_bar=10),
        lambda _: year.bench(20_000, 3),
        lambda folder: storing.bench(folder, 1_000, 5),
        lambda folder: importing.bench(folder, 100_000, 5),
        lambda folder: polling.bench(folder, 500, 3),
        lambda folder: listing.bench(folder, 1_000_000, ROUNDS),
        lambda folder: pages.bench(folder, 15),
        lambda folder: presence.bench(folder, 2_000, ROUNDS),
        lambda folder: papers.bench(folder, 1_000, 5),
    ]


def _show(line: Line) -> None:
    verdict = "" if not line.bar else "met" if line.met else "MISSED"
    print(f"{line.what:<52} {line.ratio:>8.2f} {line.bar:>7} {verdict:<7} {line.note}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
