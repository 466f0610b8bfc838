"""A whole export: every row of the file accounted for, or a refusal that says what to do next."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from attendance import clock
from device_sync.files.clean import CleanRows, read_clean
from device_sync.files.dates import DAY_FIRST, MIXED, MONTH_FIRST, UNDECIDED
from device_sync.files.families import Family, as_lines, family_of, moments, what_else
from device_sync.files.rows import BROKEN_ROW, NUL_BLOCK, PUSHED, REPORT, SHORTEST_ROW, Row, RowReader
from device_sync.terminal import Records

MAX_BYTES = 64 * 1024 * 1024
MAX_REJECTED = 500_000

REFUSALS: dict[str, str] = {
    "empty": "{source} is empty: the export did not reach the USB stick. Export again and import the new file.",
    "too_large": "{source} has {size} bytes; at most {limit} are read. Export a shorter period and import that.",
    "not_an_export": (
        "{source} is no attendance export: {what}. Import the file the terminal wrote to the USB stick "
        "(*_attlog.dat, AGL_001.TXT or GLG_001.TXT), or a CSV with the header pin,at,state,verify."
    ),
    "which_day": (
        "The dates of {source} stand as in {example}, which may be day and month or month and day, and no row shows "
        "which. Look what the program's settings say and import again with --dates day-first or --dates month-first."
    ),
    "mixed_dates": (
        "Some dates of {source} stand day first and others month first, so none of them is sure. Export again with the "
        "year in front (2026-11-20 17:00:00)."
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

    `format` is attlog, agl, csv, report or push. `records.index` is the 0-based row number in file order; headers and
    blank lines are no rows; a row that comes twice is there twice. `lines[row]` is the 1-based line number in the file.
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

    def row(self, index: int) -> bytes:
        """An accepted row by its number, written anew in the common order: id, time, state, verify mode."""
        r = self.records
        at = int(r.index.searchsorted(index))
        when = clock.from_wall_seconds(int(r.wall[at]))
        return f"{r.pins[r.pin_code[at]]}\t{when}\t{r.state[at]}\t{r.verify[at]}".encode()

    @property
    def is_whole_log(self) -> bool:
        """Whether the terminal wrote the file itself, so that nobody chose what stands in it."""
        return self.format not in (REPORT, PUSHED.format)


def read_export(data: bytes, *, source: str, dates: str | None = None) -> Export:
    """Every row of a USB export, in file order: taken as written, or rejected with a reason; none dropped or mended.

    Shapes: attlog (user id, local time, device, state, verify, work code, maybe more; tabs, or spaces; no header), agl
    (header with EnNo and DateTime), csv (header with pin and at, in any order; comma, semicolon or tab; state and
    verify may be missing: 255 and 0), report (a list of punches of a program for PCs, told by its header), push (what a
    terminal sent to a server: no device number, seven columns and more).
    Told by content; `source` is only named in messages. `dates` (dmy or mdy) decides where the file does not.
    Units: `wall` in seconds of the terminal's local time; nothing is said here about plausible years or the future.
    Order: that of the file, repeats included. Linear in the size, at most 64 MiB.
    Errors: NotAnExport, when not one row can be taken.
    Rejected rows keep at most 256 bytes (UTF-8 if the file was UTF-16), without names.
    Source: terminals.md 1.8 (columns and codes), 4 (AGL) and 5 (damage), checked against four real exports; the shapes
    of GLG, GLogData and reports from what public programs read (decision 19).
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
    family = _decided(family_of(text), dates, text, source)
    reader = RowReader(family.layout)
    clean = read_clean(text, family.layout, reader)
    gathered = _Gathered()
    for number, raw, verdict in _verdicts(text, clean, family, reader):
        if isinstance(verdict, Row):
            gathered.accept(number, verdict)
        else:
            gathered.reject(number, reader.keepable(raw, verdict), verdict)
            if len(gathered.rejected) > MAX_REJECTED:
                break
    return gathered.export(family, source, clean)


def _decided(family: Family, dates: str | None, text: bytes, source: str) -> Family:
    """The family with an order of day and month that is sure. Raises NotAnExport where there is none."""
    layout = family.layout
    if layout.order == MIXED:
        raise NotAnExport("mixed_dates", source=source)
    if layout.order != UNDECIDED:
        return family
    if dates not in (DAY_FIRST, MONTH_FIRST):
        example = next(moments(layout, text, family.header_line), b"")[:40].decode("ascii", "replace")
        raise NotAnExport("which_day", source=source, example=example)
    return replace(family, layout=replace(layout, order=dates))


def _verdicts(
    text: bytes, clean: CleanRows, family: Family, reader: RowReader
) -> Iterator[tuple[int, bytes, Row | str]]:
    """Line number, bytes and verdict of every row that is not among the clean ones."""
    for at in clean.left.tolist():
        number, line = at + 1, text[clean.starts[at] : clean.ends[at]]
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
    """The rows that were read one by one, until they stand among the clean ones."""

    def __init__(self) -> None:
        self.lines = array("I")
        self.is_row = array("B")
        self.wall = array("q")
        self.pin_code = array("i")
        self.state = array("B")
        self.verify = array("B")
        self.pins: dict[str, int] = {}
        self.rejected: list[tuple[bytes, str]] = []

    def accept(self, line: int, row: Row) -> None:
        wall, pin, state, verify = row
        self.lines.append(line)
        self.is_row.append(1)
        self.wall.append(wall)
        self.pin_code.append(self.pins.setdefault(pin, len(self.pins)))
        self.state.append(state)
        self.verify.append(verify)

    def reject(self, line: int, kept: bytes, reason: str) -> None:
        self.lines.append(line)
        self.is_row.append(0)
        self.rejected.append((kept, reason))

    def export(self, family: Family, source: str, clean: CleanRows) -> Export:
        """All rows in the order of the file; NotAnExport if there is nothing to take, or too much that cannot be."""
        self._refuse_if_useless(family, source, clean)
        slow = np.array(self.lines, np.int64)
        is_row = np.array(self.is_row, np.bool_)
        lines = np.concatenate((clean.line + 1, slow))
        order = np.argsort(lines, kind="stable")  # what one line holds stands together in its order
        place = np.empty(order.size, np.int64)
        place[order] = np.arange(order.size)
        mine = place[clean.line.size :]
        index = np.concatenate((place[: clean.line.size], mine[is_row]))
        rows = np.argsort(index, kind="stable")
        codes, pins = self._pins(clean, rows)
        rejected = zip(mine[~is_row].tolist(), self.rejected, strict=True)
        records = Records(
            index=index[rows].astype(np.uint32),
            wall=np.concatenate((clean.wall, np.array(self.wall, np.int64)))[rows],
            pin_code=codes,
            pins=pins,
            state=np.concatenate((clean.state, np.array(self.state, np.uint8)))[rows],
            verify=np.concatenate((clean.verify, np.array(self.verify, np.uint8)))[rows],
            rejected=tuple((row, kept, reason) for row, (kept, reason) in rejected),
        )
        return Export(family.layout.format, source, records, order.size, lines[order].astype(np.uint32))

    def _pins(self, clean: CleanRows, rows: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int32], tuple[str, ...]]:
        """Ids of the rows, numbered by their first appearance."""
        known = {pin: code for code, pin in enumerate(clean.pins)}
        mine = np.array([known.setdefault(pin, len(known)) for pin in self.pins], np.int32)
        codes = np.concatenate((clean.pin, mine[np.array(self.pin_code, np.int64)]))[rows]
        used, first = np.unique(codes, return_index=True)
        used = used[np.argsort(first)]
        renumbered = np.zeros(len(known), np.int32)
        renumbered[used] = np.arange(used.size)
        names = list(known)
        return renumbered[codes], tuple(names[code] for code in used.tolist())

    def _refuse_if_useless(self, family: Family, source: str, clean: CleanRows) -> None:
        counts = Counter(reason for _, reason in self.rejected)
        if not clean.line.size and not self.wall:
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
