"""What an export would bring, before anything of it is stored."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import numpy.typing as npt

from attendance import clock
from attendance.store import office, punch_log
from attendance.store.database import Database
from attendance.store.tables import TerminalRow
from device_sync.files import Export
from device_sync.sorting import sort_records

JUMP_SECONDS = 600  # less is a clock being set right
SHOWN_LINES, SHOWN_JUMPS, SHOWN_PINS = 10, 20, 50
FIRST_SANE = date(2010, 1, 1)  # what a terminal has that is made by the import


@dataclass(frozen=True, slots=True)
class Suspects:
    """Rows that would be quarantined for one reason: how many, and the first of their lines in the file."""

    count: int
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Jump:
    """The time fell back from one believable row to the next, in wall time; `line` is where in the file."""

    line: int
    before: datetime
    after: datetime


@dataclass(frozen=True, slots=True)
class Preview:
    """`rows = readable + unreadable` and `rows = new + repeated_in_file + stored + suspect`, each row counted once.

    `unreadable` rows are among the suspect, with the readable ones whose date cannot be. `first` and `last` are the
    span of the believable rows in wall time. `pins` counts numbers with a believable row, `strangers` are those nobody
    was ever enrolled under on this terminal, `strangers_total` of them. `jumps` are the first of `jumps_total`, seen
    over rows that stand in the file for the first time.
    """

    format: str
    rows: int
    readable: int
    new: int
    repeated_in_file: int
    stored: int
    suspect: int
    reasons: dict[str, Suspects]
    first: datetime | None
    last: datetime | None
    pins: int
    strangers: tuple[str, ...]
    strangers_total: int
    jumps: tuple[Jump, ...]
    jumps_total: int
    is_whole_log: bool
    has_seconds: bool


def preview_export(
    database: Database, terminal_code: str | None, export: Export, *, zone: str, received_at: datetime
) -> Preview:
    """What `file_export` would make of a file now; nothing is stored. `terminal_code` None: one that is not known yet.

    Raises NotFound for an unknown terminal.
    """
    records = export.records
    with database.reading() as session:
        if terminal_code is None:
            terminal = TerminalRow(id=0, code="", unit_id=0, first_sane_on=FIRST_SANE)
        else:
            terminal = office.get(session, TerminalRow, terminal_code)
        received = int(received_at.timestamp())
        found = sort_records(session, terminal, records, received=received, zone=zone, raw=export.row)
        known = {row.pin for row in office.enrolments_of_terminal(session, office.key(terminal))}
        nothing = punch_log.read(session, [])
    suspect = np.array([index for index, _, _ in found.suspect], np.int64)
    believable = np.flatnonzero(~np.isin(records.index, suspect))
    first_time = believable[
        punch_log.unseen(
            nothing,
            records.wall[believable],
            records.pin_code[believable],
            records.pins,
            records.state[believable],
            records.verify[believable],
        )
    ]
    pins = [records.pins[code] for code in np.unique(records.pin_code[believable]).tolist()]
    strangers = sorted((pin for pin in pins if pin not in known), key=lambda pin: (len(pin), pin))
    jumps = _jumps(export, first_time)
    first, last = (None, None) if found.span is None else map(clock.from_wall_seconds, found.span)
    return Preview(
        format=export.format,
        rows=export.read,
        readable=len(records),
        new=int(found.new.size),
        repeated_in_file=int(believable.size - first_time.size),
        stored=int(first_time.size - found.new.size),
        suspect=len(found.suspect),
        reasons=_reasons(export, found.suspect),
        first=first,
        last=last,
        pins=len(pins),
        strangers=tuple(strangers[:SHOWN_PINS]),
        strangers_total=len(strangers),
        jumps=jumps[:SHOWN_JUMPS],
        jumps_total=len(jumps),
        is_whole_log=export.is_whole_log,
        has_seconds=export.format != "report" or bool((records.wall % 60).any()),
    )


def _reasons(export: Export, suspects: tuple[tuple[int, bytes, str], ...]) -> dict[str, Suspects]:
    rows: defaultdict[str, list[int]] = defaultdict(list)
    for index, _, reason in suspects:
        rows[reason].append(int(export.lines[index]))
    return {reason: Suspects(len(lines), tuple(lines[:SHOWN_LINES])) for reason, lines in sorted(rows.items())}


def _jumps(export: Export, rows: npt.NDArray[np.int64]) -> tuple[Jump, ...]:
    records = export.records
    wall = records.wall[rows]
    back = np.flatnonzero(np.diff(wall) < -JUMP_SECONDS) + 1
    lines = export.lines[records.index[rows[back]]]
    return tuple(
        Jump(line, clock.from_wall_seconds(before), clock.from_wall_seconds(after))
        for line, before, after in zip(lines.tolist(), wall[back - 1].tolist(), wall[back].tolist(), strict=True)
    )
