"""Timing of several ways side by side, and what is printed about them."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table. `bar` is a bound on `ratio`: at most it, or at least it; None is reported only."""

    what: str
    ratio: float
    at_most: float | None = None
    at_least: float | None = None
    note: str = ""

    @property
    def met(self) -> bool:
        below = self.at_most is None or self.ratio <= self.at_most
        return below and (self.at_least is None or self.ratio >= self.at_least)

    @property
    def bar(self) -> str:
        if self.at_most is not None:
            return f"<= {self.at_most:g}"
        return f">= {self.at_least:g}" if self.at_least is not None else ""


def timed(action: Callable[[], object]) -> float:
    """Seconds of one call; garbage of the round before is collected first and not during it."""
    gc.collect()
    gc.disable()
    try:
        begun = perf_counter()
        action()
        return perf_counter() - begun
    finally:
        gc.enable()


def interleave(ways: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Seconds of every way in every round. Each way measures itself, so that it can prepare untimed.

    The ways take turns, and the order is reversed every other round, because the machine is shared and its speed
    drifts. Only ratios of one run mean anything.
    """
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds):
        names = list(ways) if turn % 2 == 0 else list(reversed(ways))
        for name in names:
            seconds[name].append(ways[name]())
    return seconds


def ratio(over: list[float], under: list[float]) -> float:
    """Median of the ratios of each round, so that a slow round slows both sides."""
    return median(a / b for a, b in zip(over, under, strict=True))


def spent(seconds: list[float]) -> str:
    """The median in milliseconds, for orientation only."""
    return f"{median(seconds) * 1000:,.1f} ms"


def memory_mb(name: str) -> float:
    """A figure of this process as Linux keeps it; other systems have no such file, and nothing is measured there."""
    status = Path("/proc/self/status").read_text()
    return int(status.split(f"{name}:")[1].split()[0]) / 1024
