"""Stretches of time that belong to terminals: read completely, dead, without a line, with a clock worth nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import reduce

from attendance.engine.spans import EARLIEST, LATEST, intersection, union
from attendance.services.explain.look import DayLook, Stretch
from attendance.services.explain.statements import Span


def _stretch(look: DayLook, starts: datetime | None, ends: datetime | None) -> Stretch:
    begin = look.moment(starts) if starts else EARLIEST + 1
    return begin, look.moment(ends) if ends else LATEST - 1


def bounded(look: DayLook, stretch: Stretch) -> Span:
    """A stretch in wall time, open where it has no bound."""
    starts = look.wall(stretch[0]) if stretch[0] > EARLIEST + 1 else None
    return Span(starts, look.wall(stretch[1]) if stretch[1] < LATEST - 1 else None)


def read(look: DayLook, site: int) -> list[Stretch]:
    """When a terminal was read completely."""
    code = look.case.sites[site].code
    return union(_stretch(look, c.starts, c.until) for c in look.case.coverage if c.terminal == code)


def read_around(look: DayLook, site: int, moment: int) -> Stretch | None:
    """The stretch around a moment in which a terminal was read completely; None where it was not read then."""
    return next((span for span in read(look, site) if span[0] <= moment < span[1]), None)


def out_of_order(look: DayLook, site: int, mode: str) -> list[Stretch]:
    """When a terminal was dead, or its line was down (mode network)."""
    code = look.case.sites[site].code
    return union(_stretch(look, o.starts, o.ends) for o in look.case.outages if (o.terminal, o.mode) == (code, mode))


def all_dead(look: DayLook, sites: Iterable[int]) -> list[Stretch]:
    """When every one of some terminals was dead; of no terminals never."""
    dead = [out_of_order(look, site, "dead") for site in sites]
    return reduce(intersection, dead) if dead else []


def worthless(look: DayLook, site: int) -> list[Stretch]:
    """When the clock of a terminal was worth nothing, by its own time."""
    code = look.case.sites[site].code
    return union(_stretch(look, c.starts, c.ends) for c in look.case.clock_invalids if c.terminal == code)
