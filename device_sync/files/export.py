"""A whole export: every row of the file accounted for, or a refusal that says what to do next."""

from __future__ import annotations

import io
import re
from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from device_sync.files.families import Family, as_lines, family_of, what_else
from device_sync.files.rows import BROKEN_ROW, NUL_BLOCK, SHORTEST_ROW, Row, RowReader
from device_sync.terminal import Records

MAX_BYTES = 64 * 1024 * 1024
MAX_REJECTED = 500_000

REFUSALS: dict[str, str] = {
    "empty": "{source} is empty: the export did not reach the USB stick. Export again and import the new file.",
    "too_large": "{source} has {size} bytes; at most {limit} are read. Export a shorter period and import that.",
    "not_an_export": (
        "{source} is no attendance export: {what}. Import the file the terminal wrote to the USB stick "
        "(*_attlog.dat or AGL_001.TXT), or a CSV with the header pin,at,state,verify."
    ),
    "header_only": "{source} holds a header and no row: choose a period with punches in the terminal and export again.",
    "no_usable_row": (
        "None of the {read} rows of {source} can be taken ({reasons}; first on line {line}). "
        "Look at that line, set right what it shows (clock, user ids, enrolment of faces), and export again."
    ),
    "too_damaged": (
        "{source} is damaged throughout: {rejected} rows up to line {line} cannot be read. "
        "Export again on another USB stick, or pull over the network."
    ),
}

_PIECES = re.compile(rb"[^\0]+")


class NotAnExport(ValueError):
    """A file of which nothing is taken.

    `reason` is a stable code, a key of REFUSALS; `params` fill that sentence; `str(error)` is the sentence in English:
    what is wrong, in which file, and what to do next.
    """

    def __init__(self, reason: str, **params: object) -> None:
        super().__init__(REFUSALS[reason].format(**params))
        self.reason = reason
        self.params = params


@dataclass(frozen=True, slots=True)
class Export:
    """One file, every row of it either in `records` or in `records.rejected`: read = accepted + rejected.

    `format` is attlog, agl or csv. `records.index` is the 0-based row number in file order; headers and blank lines
    are no rows; a row that comes twice is there twice. `lines[row]` is the 1-based line number in the file.
    """

    format: str
    source: str
    records: Records
    read: int
    lines: npt.NDArray[np.uint32]

    @property
    def reasons(self) -> dict[str, int]:
        """Rejected rows per code of REASONS; codes without a row are left out."""
        return dict(Counter(reason for _, _, reason in self.records.rejected))


def read_export(data: bytes, *, source: str) -> Export:
    """Every row of a USB export, in file order: taken as written, or rejected with a reason; none dropped or mended.

    Shapes: attlog (user id, local time, device, state, verify, work code, maybe more; tabs; no header), agl (header
    with EnNo and DateTime), csv (header with pin and at, in any order; comma, semicolon or tab; state and verify may
    be missing: 255 and 0). Told by content; `source` is only named in messages.
    Units: `wall` in seconds of the terminal's local time; nothing is said here about plausible years or the future.
    Order: that of the file, repeats included. Linear in the size, at most 64 MiB.
    Errors: NotAnExport, when not one row can be taken.
    Rejected rows keep at most 256 bytes (UTF-8 if the file was UTF-16), without names.
    Source: terminals.md 1.8 (columns and codes), 4 (AGL) and 5 (damage), checked against four real exports.
    """
    if len(data) > MAX_BYTES:
        raise NotAnExport("too_large", source=source, size=len(data), limit=MAX_BYTES)
    foreign = what_else(data)
    if foreign is not None:
        raise NotAnExport("not_an_export", source=source, what=f"it is {foreign}")
    text = as_lines(data)
    if not text.strip():
        raise NotAnExport("empty", source=source)
    if not text.strip(b"\0 \t\n"):
        raise NotAnExport("not_an_export", source=source, what="it holds zero bytes only")
    family = family_of(text)
    reader = RowReader(family.layout)
    gathered = _Gathered()
    for number, raw, verdict in _verdicts(text, family, reader):
        if isinstance(verdict, Row):
            gathered.accept(number, verdict)
        else:
            gathered.reject(number, reader.keepable(raw, verdict), verdict)
            if len(gathered.rejected) > MAX_REJECTED:
                break
    return gathered.export(family, source)


def _verdicts(text: bytes, family: Family, reader: RowReader) -> Iterator[tuple[int, bytes, Row | str]]:
    for number, line in enumerate(io.BytesIO(text), 1):
        if line.endswith(b"\n"):
            line = line[:-1]
        if b"\0" in line:
            for raw, verdict in _around_nul(line, reader):
                yield number, raw, verdict
            continue
        verdict = reader.read(line)
        if isinstance(verdict, Row) or not family.is_no_row(line, number):
            yield number, line, verdict


def _around_nul(line: bytes, reader: RowReader) -> Iterator[tuple[bytes, Row | str]]:
    """Rows that stand whole beside NUL bytes, and each stretch between them as one rejected row."""
    told = 0
    for piece in _PIECES.finditer(line):
        start, end = piece.span()
        if end - start < SHORTEST_ROW:
            continue
        verdict = reader.read(piece[0])
        if isinstance(verdict, Row) and reader.is_whole(piece[0], cut_before=start > 0, cut_after=end < len(line)):
            if start > told:
                yield line[told:start], NUL_BLOCK
            yield piece[0], verdict
            told = end
    if told < len(line):
        yield line[told:], NUL_BLOCK


class _Gathered:
    """The columns of an export while it is read."""

    def __init__(self) -> None:
        self.lines = array("I")
        self.index = array("I")
        self.wall = array("q")
        self.pin_code = array("i")
        self.state = array("B")
        self.verify = array("B")
        self.pins: dict[str, int] = {}
        self.rejected: list[tuple[int, bytes, str]] = []

    def accept(self, line: int, row: Row) -> None:
        wall, pin, state, verify = row
        self.index.append(len(self.lines))
        self.lines.append(line)
        self.wall.append(wall)
        self.pin_code.append(self.pins.setdefault(pin, len(self.pins)))
        self.state.append(state)
        self.verify.append(verify)

    def reject(self, line: int, kept: bytes, reason: str) -> None:
        self.rejected.append((len(self.lines), kept, reason))
        self.lines.append(line)

    def export(self, family: Family, source: str) -> Export:
        """The export; NotAnExport if there is nothing to take, or too much that cannot be."""
        self._refuse_if_useless(family, source)
        records = Records(
            index=np.array(self.index, dtype=np.uint32),
            wall=np.array(self.wall, dtype=np.int64),
            pin_code=np.array(self.pin_code, dtype=np.int32),
            pins=tuple(self.pins),
            state=np.array(self.state, dtype=np.uint8),
            verify=np.array(self.verify, dtype=np.uint8),
            rejected=tuple(self.rejected),
        )
        lines = np.array(self.lines, dtype=np.uint32)
        return Export(family.layout.format, source, records, len(self.lines), lines)

    def _refuse_if_useless(self, family: Family, source: str) -> None:
        counts = Counter(reason for _, _, reason in self.rejected)
        if not self.index:
            if not self.rejected:
                raise NotAnExport("header_only", source=source)
            if family.header_line or set(counts) - {BROKEN_ROW, NUL_BLOCK}:
                told = ", ".join(f"{reason} {n}" for reason, n in counts.most_common())
                raise NotAnExport(
                    "no_usable_row", source=source, read=len(self.lines), reasons=told, line=self.lines[0]
                )
            raise NotAnExport("not_an_export", source=source, what="no line of it reads as a punch")
        if len(self.rejected) > MAX_REJECTED:
            raise NotAnExport("too_damaged", source=source, rejected=len(self.rejected), line=self.lines[-1])
