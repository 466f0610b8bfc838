"""One body of punches, read: every line a record or a rejected line, none dropped, none invented."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from device_sync.files.rows import NUL_BLOCK, Row
from device_sync.push.limits import MAX_LINES
from device_sync.terminal import Records

KEPT_BYTES = 256


class TooManyLines(ValueError):
    """A body with more lines than are read at once."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one POST brought. `kind` is how the body is laid out (`attlog`, `rtlog`, `operlog`, `user`).

    `kept` are the bytes that may be kept: the body as it came, or what is left of it once secrets are taken out.
    `index` of `records` counts the lines that are not blank, from 0. `counts` says what else was in the body.
    """

    kind: str
    kept: bytes
    records: Records
    lines: tuple[bytes, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def read(self) -> int:
        return len(self.records) + len(self.records.rejected)

    def line(self, index: int) -> bytes:
        """A line as it came, as much of it as is kept of one that cannot be believed."""
        return self.lines[index][:KEPT_BYTES]


class Gathered:
    """The columns of a batch while its lines are read."""

    def __init__(self) -> None:
        self.index, self.wall, self.pin_code = array("I"), array("q"), array("i")
        self.state, self.verify = array("B"), array("B")
        self.pins: dict[str, int] = {}
        self.rejected: list[tuple[int, bytes, str]] = []
        self.count = 0

    def take(self, line: bytes, found: Row | str) -> None:
        """The next line, as a punch or with the reason why it is none."""
        if isinstance(found, Row):
            self.index.append(self.count)
            self.wall.append(found.wall)
            self.pin_code.append(self.pins.setdefault(found.pin, len(self.pins)))
            self.state.append(found.state)
            self.verify.append(found.verify)
        else:
            self.rejected.append((self.count, line[:KEPT_BYTES], found))
        self.count += 1

    def records(self) -> Records:
        return Records(
            index=np.array(self.index, np.uint32),
            wall=np.array(self.wall, np.int64),
            pin_code=np.array(self.pin_code, np.int32),
            pins=tuple(self.pins),
            state=np.array(self.state, np.uint8),
            verify=np.array(self.verify, np.uint8),
            rejected=tuple(self.rejected),
        )


def lines_of(body: bytes) -> tuple[bytes, ...]:
    """The lines that are not blank, whatever ends them. Raises TooManyLines before any is looked at."""
    text = body.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if text.count(b"\n") > MAX_LINES:
        raise TooManyLines(f"The body has more than {MAX_LINES} lines.")
    return tuple(line for line in text.split(b"\n") if line.strip(b" \t"))


def read_batch(kind: str, body: bytes, read: Callable[[bytes], Row | str]) -> Batch:
    """Every line of a body, in order, as `read` judges it. Raises TooManyLines."""
    gathered = Gathered()
    lines = lines_of(body)
    for line in lines:
        gathered.take(line, NUL_BLOCK if b"\0" in line else read(line))
    return Batch(kind, body, gathered.records(), lines)


def no_records() -> Records:
    return Gathered().records()
