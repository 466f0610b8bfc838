"""A province's year by months, in a process of its own: how time grows with size, and how much memory it takes."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from attendance import clock
from attendance.engine.blocks import evaluate_blocks
from attendance.engine.case import Case
from attendance.engine.columns import PunchColumns
from attendance.facts import Coverage
from bench.measuring import Line, memory_mb
from bench.office import Punches, build_case, invent_punches, workdays

FIRST_ON, LAST_ON = date(2026, 1, 1), date(2026, 12, 31)


def bench(people: int, rounds: int) -> list[Line]:
    """Medians of `rounds` months in that process; a year is measured once, because it is twelve of them."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.year", str(people), str(rounds)], capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    days = workdays(FIRST_ON, LAST_ON).size
    size = f"{people:,} x {days}"
    return [
        Line(
            f"province-year by months, {size}: exponent of time",
            found["exponent"],
            at_most=1.1,
            note=f"year {found['year']:,.1f} s = {people * days / found['year']:,.0f} employee-days/s, "
            f"month {found['month'] * 1000:,.0f} ms",
        ),
        Line(
            "  extra peak memory, MB",
            found["extra_mb"],
            at_most=400,
            note=f"above {found['held_mb']:,.0f} MB with the year's punches in memory",
        ),
    ]


def months() -> list[tuple[date, date]]:
    """First and last date of each month of the year."""
    firsts = [date(FIRST_ON.year, month, 1) for month in range(1, 13)]
    return list(zip(firsts, [*(first - timedelta(days=1) for first in firsts[1:]), LAST_ON], strict=True))


def cases(case: Case, punches: Punches) -> Iterator[tuple[date, date, Case]]:
    """The case of each month: its punches, and those of the days beside it, are a slice, for they come in order."""
    for from_on, to_on in months():
        edges = [clock.day_number(from_on) - 3, clock.day_number(to_on) + 4]
        low, high = np.searchsorted(punches.wall, [edge * clock.DAY_SECONDS for edge in edges])
        part = slice(int(low), int(high))
        count = int(high - low)
        columns = PunchColumns(
            punches.site[part], punches.pin[part], punches.wall[part], np.arange(count), np.zeros(count, np.uint8),
            np.ones(count, np.bool_), case.punches.pins,
        )  # fmt: skip
        yield from_on, to_on, replace(case, punches=columns)


def measure(people: int, rounds: int) -> dict[str, Any]:
    """Seconds of a month and of the year, and the memory above what the punches themselves hold."""
    punches = invent_punches(people, from_on=FIRST_ON, to_on=LAST_ON)
    nothing = Punches(punches.site[:0], punches.pin[:0], punches.wall[:0])
    case = build_case(people, nothing)
    case = replace(case, coverage=tuple(Coverage(site.code, None, None) for site in case.sites))
    listed = list(cases(case, punches))
    Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from here, not from inventing the punches
    held = memory_mb("VmRSS")

    def judge(from_on: date, to_on: date, month: Case) -> float:
        begun = perf_counter()
        for judgement in evaluate_blocks(month, from_on, to_on):
            assert judgement.days.scheduled.any()
        return perf_counter() - begun

    single = sorted(judge(*listed[5]) for _ in range(rounds))[rounds // 2]
    year = sum(judge(*month) for month in listed)
    sizes = workdays(FIRST_ON, LAST_ON).size / workdays(*listed[5][:2]).size
    return {
        "month": single,
        "year": year,
        "exponent": math.log(year / single) / math.log(sizes),
        "held_mb": held,
        "extra_mb": memory_mb("VmHWM") - held,
    }


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]), int(sys.argv[2]))))
