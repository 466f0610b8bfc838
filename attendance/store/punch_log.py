"""The punch log: append only, in blocks of packed columns, read back as columns and never as an object per punch.

A block holds what one pull brought of one terminal. A punch is named by its terminal and its number in that terminal's
log, counted from 1 in the order of arrival; nothing is ever removed, so the number never changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
from sqlalchemy import BigInteger, bindparam
from sqlmodel import Session

from attendance.store.bulk import insert_row
from attendance.store.evidence_tables import PunchBlockRow
from attendance.store.questions import AS_OF, among, answers, core, listed, plain

COLUMNS = (
    "wall",  # terminal's local time, seconds since 1970-01-01 as if it were UTC
    "pin",  # index into the block's `pins`
    "index",  # position in the log or file it came in, from 0
    "state",
    "verify",
)
MAX_BLOCK = 1_000_000
_BLOCKS = plain(PunchBlockRow).where(  # put in order here: asked for it, SQLite would look at every block there is
    among(PunchBlockRow.terminal_id, "terminals"),
    core(PunchBlockRow.max_wall) >= bindparam("low", type_=BigInteger()),
    core(PunchBlockRow.min_wall) <= bindparam("high", type_=BigInteger()),
)
_BLOCKS_THEN = _BLOCKS.where(core(PunchBlockRow.received_at) <= AS_OF)
_KEY_PINS = 1 << 15  # more numbers than any terminal holds still get a key, by the slower way

Ints = npt.NDArray[np.int64]

# glibc hands what large columns leave back to the kernel and takes it again page by page, which costs more than the
# work on them does; once it has seen a block of this size freed, it keeps up to twice that much for the next reading.
np.empty(31 << 20, np.uint8)


@dataclass(frozen=True, slots=True)
class StoredPunches:
    """Punches of one or more terminals in order of terminal and number. One array element is one punch.

    `received` epoch seconds; `pull` the pull that brought it; `index` its position in that pull's log.
    """

    terminal: Ints
    sequence: Ints
    wall: Ints
    pin: npt.NDArray[np.int32]
    state: npt.NDArray[np.uint8]
    verify: npt.NDArray[np.uint8]
    index: Ints
    pull: Ints
    received: Ints
    pins: tuple[str, ...]

    def __len__(self) -> int:
        return int(self.wall.size)

    def take(self, rows: npt.NDArray[np.int64] | npt.NDArray[np.bool_]) -> StoredPunches:
        return StoredPunches(
            self.terminal[rows], self.sequence[rows], self.wall[rows], self.pin[rows], self.state[rows],
            self.verify[rows], self.index[rows], self.pull[rows], self.received[rows], self.pins,
        )  # fmt: skip


def append(
    session: Session,
    *,
    terminal_id: int,
    pull_id: int,
    first_sequence: int,
    received_at: datetime,
    wall: Ints,
    pin: npt.NDArray[np.integer],
    pins: Sequence[str],
    state: npt.NDArray[np.uint8],
    verify: npt.NDArray[np.uint8],
    index: npt.NDArray[np.integer],
    block: int = MAX_BLOCK,
) -> int:
    """File punches in the order given, at most `block` in a row of the table; answers the next free number.

    The caller has told them from stored ones.
    """
    sequence = first_sequence
    for begin in range(0, wall.size, block):
        part = slice(begin, begin + block)
        columns = {
            "wall": wall[part],
            "pin": pin[part],
            "index": index[part],
            "state": state[part],
            "verify": verify[part],
        }
        count = int(columns["wall"].size)
        layout, packed = pack(columns)
        insert_row(
            session,
            PunchBlockRow(
                terminal_id=terminal_id,
                first_sequence=sequence,
                count=count,
                pull_id=pull_id,
                min_wall=int(columns["wall"].min()),
                max_wall=int(columns["wall"].max()),
                received_at=received_at,
                pins=list(pins),
                layout=layout,
                columns=packed,
            ),
        )
        sequence += count
    return sequence


def read(
    session: Session,
    terminal_ids: Iterable[int],
    *,
    from_wall: int | None = None,
    to_wall: int | None = None,
    received_by: datetime | None = None,
) -> StoredPunches:
    """Punches of these terminals with `from_wall <= wall <= to_wall`, as known at `received_by` (None: now)."""
    low = np.iinfo(np.int64).min if from_wall is None else from_wall
    high = np.iinfo(np.int64).max if to_wall is None else to_wall
    values = {"terminals": listed(list(terminal_ids)), "low": int(low), "high": int(high)}
    if received_by is None:
        blocks = answers(session, _BLOCKS, values)
    else:
        blocks = answers(session, _BLOCKS_THEN, values | {"as_of": received_by})
    found = joined(sorted(blocks, key=lambda block: (block.terminal_id, block.first_sequence)))
    inside = (found.wall >= low) & (found.wall <= high)
    return found if inside.all() else found.take(inside)


def joined(blocks: Sequence[PunchBlockRow]) -> StoredPunches:
    """The punches of blocks, in the order given."""
    pins: dict[str, int] = {}
    parts: dict[str, list[Ints]] = {name: [] for name in COLUMNS}
    for block in blocks:
        for name, column in unpack(block.layout, block.columns, block.count).items():
            if name == "pin":
                column = np.array([pins.setdefault(pin, len(pins)) for pin in block.pins], np.int64)[column]
            parts[name].append(column)
    counts = [block.count for block in blocks]

    def spread(values: list[int]) -> Ints:
        return np.repeat(np.array(values, np.int64), counts)

    def column_of(name: str, kind: str) -> npt.NDArray[np.generic]:
        return np.concatenate(parts[name]).astype(kind, copy=False) if blocks else np.zeros(0, kind)

    starts = spread([block.first_sequence for block in blocks])
    first_row = spread(list(np.cumsum([0, *counts])[:-1]))
    return StoredPunches(
        terminal=spread([block.terminal_id for block in blocks]),
        sequence=starts + np.arange(starts.size) - first_row,
        wall=column_of("wall", "i8"),  # type: ignore[arg-type]
        pin=column_of("pin", "i4"),  # type: ignore[arg-type]
        state=column_of("state", "u1"),  # type: ignore[arg-type]
        verify=column_of("verify", "u1"),  # type: ignore[arg-type]
        index=column_of("index", "i8"),  # type: ignore[arg-type]
        pull=spread([block.pull_id for block in blocks]),
        received=spread([int(block.received_at.timestamp()) for block in blocks]),
        pins=tuple(pins),
    )


def pack(columns: Mapping[str, npt.NDArray[np.integer]]) -> tuple[dict[str, list[int | str]], bytes]:
    """Columns as bytes, each in as few as its values need, and the layout that reads them back.

    A column is its least value and what each element lies above it, in the narrowest unsigned type; one that rises by
    one from row to row (`step` 1), or stays the same (`step` 0), needs no bytes at all.
    """
    layout: dict[str, list[int | str]] = {}
    parts: list[bytes] = []
    for name in COLUMNS:
        column = columns[name].astype(np.int64, copy=False)
        first = int(column[0])
        steps = np.diff(column)
        step = int(steps[0]) if steps.size else 0
        if step in (0, 1) and (steps == step).all():
            layout[name] = [first, f"step {step}"]
            continue
        least = int(column.min())
        kind = np.dtype(np.min_scalar_type(int(column.max()) - least)).newbyteorder("<")
        layout[name] = [least, kind.str]
        parts.append((column - least).astype(kind).tobytes())
    return layout, b"".join(parts)


def unpack(layout: Mapping[str, Sequence[int | str]], packed: bytes, count: int) -> dict[str, Ints]:
    """What `pack` packed, by name, as int64."""
    found: dict[str, Ints] = {}
    at = 0
    for name in COLUMNS:
        least, kind = int(layout[name][0]), str(layout[name][1])
        if kind.startswith("step"):
            found[name] = np.arange(least, least + count) if kind == "step 1" else np.full(count, least, np.int64)
            continue
        column = np.frombuffer(packed, kind, count, at)
        at += column.nbytes
        found[name] = column.astype(np.int64) + least
    return found


def cut(block: PunchBlockRow, begin: int, end: int) -> PunchBlockRow:
    """Rows `begin` to `end` (not included) of a block as a block of its own, of which no more bytes are copied."""
    layout: dict[str, list[int | str]] = {}
    parts: list[bytes] = []
    at = 0
    for name in COLUMNS:
        least, kind = int(block.layout[name][0]), str(block.layout[name][1])
        if kind.startswith("step"):
            layout[name] = [least + begin * int(kind == "step 1"), kind]
            continue
        size = np.dtype(kind).itemsize
        layout[name] = [least, kind]
        parts.append(block.columns[at + begin * size : at + end * size])
        at += size * block.count
    return PunchBlockRow(
        terminal_id=block.terminal_id, first_sequence=block.first_sequence + begin, count=end - begin,
        pull_id=block.pull_id, min_wall=block.min_wall, max_wall=block.max_wall, received_at=block.received_at,
        pins=block.pins, layout=layout, columns=b"".join(parts),
    )  # fmt: skip


def unseen(
    stored: StoredPunches,
    wall: Ints,
    pin: npt.NDArray[np.integer],
    pins: Sequence[str],
    state: npt.NDArray[np.uint8],
    verify: npt.NDArray[np.uint8],
) -> npt.NDArray[np.bool_]:
    """Which of the given punches are not stored yet, each at its first appearance.

    A punch is the same when number, second, state and verify mode are: by pull, push or file, it lands once.
    """
    given, known = _comparable(stored, wall, pin, pins, state, verify)
    first = _first_appearance(given)
    return first & ~_among(given, known) if len(stored) else first


def contained(
    stored: StoredPunches,
    wall: Ints,
    pin: npt.NDArray[np.integer],
    pins: Sequence[str],
    state: npt.NDArray[np.uint8],
    verify: npt.NDArray[np.uint8],
) -> npt.NDArray[np.bool_]:
    """Which of the stored punches are among the given ones."""
    given, known = _comparable(stored, wall, pin, pins, state, verify)
    return _among(known, given)


def known(
    stored: StoredPunches,
    wall: Ints,
    pin: npt.NDArray[np.integer],
    pins: Sequence[str],
    state: npt.NDArray[np.uint8],
    verify: npt.NDArray[np.uint8],
) -> npt.NDArray[np.bool_]:
    """Which of the given punches are among the stored ones."""
    given, there = _comparable(stored, wall, pin, pins, state, verify)
    return _among(given, there)


def _comparable(
    stored: StoredPunches,
    wall: Ints,
    pin: npt.NDArray[np.integer],
    pins: Sequence[str],
    state: npt.NDArray[np.uint8],
    verify: npt.NDArray[np.uint8],
) -> tuple[npt.NDArray[np.generic], npt.NDArray[np.generic]]:
    """Keys of the given and of the stored punches that are equal exactly where the punches are the same."""
    codes = {name: code for code, name in enumerate(stored.pins)}
    shared = np.array([codes.setdefault(name, len(codes)) for name in pins], np.int64)
    given_pin = shared[pin] if pin.size else pin.astype(np.int64)
    times = [part for part in (wall, stored.wall) if part.size]
    origin = min((int(part.min()) for part in times), default=0)
    narrow = len(codes) <= _KEY_PINS and all(int(part.max()) - origin < 2**32 for part in times)
    given = _keys(wall - origin, given_pin, state, verify, narrow)
    return given, _keys(stored.wall - origin, stored.pin.astype(np.int64), stored.state, stored.verify, narrow)


def _keys(
    wall: Ints, pin: Ints, state: npt.NDArray[np.uint8], verify: npt.NDArray[np.uint8], narrow: bool
) -> npt.NDArray[np.generic]:
    """A key per punch that sorts by time first, because logs nearly are in that order."""
    if narrow:
        return wall << 31 | pin << 16 | state.astype(np.int64) << 8 | verify
    fields = np.empty(wall.size, [("wall", ">i8"), ("pin", ">i8"), ("state", "u1"), ("verify", "u1")])
    fields["wall"], fields["pin"], fields["state"], fields["verify"] = wall, pin, state, verify
    return fields.view("V18")


def _among(keys: npt.NDArray[np.generic], others: npt.NDArray[np.generic]) -> npt.NDArray[np.bool_]:
    """Which keys are among the others. Both are nearly in order, which sorting and searching make use of."""
    if keys.dtype.kind == "V" or not others.size:
        return np.isin(keys, others)
    ordered = np.sort(others, kind="stable")
    places = np.searchsorted(ordered, keys)
    places[places == ordered.size] = 0
    found: npt.NDArray[np.bool_] = ordered[places] == keys
    return found


def _first_appearance(keys: npt.NDArray[np.generic]) -> npt.NDArray[np.bool_]:
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    first = np.zeros(keys.size, np.bool_)
    first[order] = np.append(True, ordered[1:] != ordered[:-1])[: keys.size]
    return first
