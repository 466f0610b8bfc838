"""What is asked of an export of rows, and the pieces it comes in: of one moment, in the order of keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from attendance.store.export_snapshot import Snapshot
from attendance.store.tree import Spread
from attendance.store.within import Within

PIECE = 10_000
"""So many rows are held at a time."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Rows of a span of dates, both ends included, that somebody may see. `part`: only of units that belonged to it on
    the date. `after`: the key of the row behind which the export begins; None: at the beginning."""

    within: Within
    from_on: date
    to_on: date
    snapshot: Snapshot
    zone: str
    part: Spread | None = None
    after: tuple[Any, ...] | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows in order, a value per column; `people`: numbers of those they are about. `own`: per row the numbers of unit
    and person, by which it is decided what of it is told; empty where all of it is."""

    rows: list[tuple[Any, ...]]
    people: frozenset[int]
    own: list[tuple[int | None, int]]
