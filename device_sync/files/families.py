"""Which family of export some bytes are, told by content alone."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from device_sync.files.dates import DAY_FIRST, MIXED, UNDECIDED, order_of
from device_sync.files.headers import layouts_of
from device_sync.files.named import without_secrets
from device_sync.files.rows import ATTLOG, BOM, LONGEST_ROW, PUSHED, REPORT, SPACED, Layout, Row, RowReader

HEADER_WITHIN_LINES = 20
SAMPLE_LINES = 50

_MAGICS: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "an Excel workbook or another ZIP file"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel or Word file"),
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF-", "a PDF document"),
    (b"\x1f\x8b\x08", "a gzip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
)
_PAGE = re.compile(rb"\s*<(?:!doctype|\?xml|html|head|body|table)\b", re.IGNORECASE)
_MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


def what_else(data: bytes) -> str | None:
    """A few words for a file that is plainly something else (`a PNG picture`), or None."""
    for magic, words in _MAGICS:
        if data.startswith(magic):
            return words
    return "a web page or an XML file" if _PAGE.match(data.removeprefix(BOM)[:LONGEST_ROW]) else None


def as_lines(data: bytes) -> bytes:
    """The same text with UTF-16 turned into UTF-8 and every line end (CRLF, CR) into LF; other bytes stay as they are.

    AGL terminals write UTF-16 or a Windows code page according to firmware; ids and times are ASCII in all of them.
    """
    encoding, skipped = _wide(data[:LONGEST_ROW])
    if encoding is not None:
        data = data[skipped:].decode(encoding, "replace").encode("utf-8", "replace")
    data = data.removeprefix(BOM)
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in data else data


def keepable(data: bytes) -> bytes:
    """The file as it may be kept: in its own encoding, without the secrets that `named` knows."""
    encoding, skipped = _wide(data[:LONGEST_ROW])
    if encoding is None:
        return without_secrets(data)
    plain = data[skipped:].decode(encoding, "replace").encode("utf-8", "replace")
    clean = without_secrets(plain)
    return data if clean == plain else data[:skipped] + clean.decode("utf-8").encode(encoding, "replace")


def _wide(start: bytes) -> tuple[str | None, int]:
    """The kind of UTF-16 that a file begins in, with or without its mark, and how many bytes stand before the text."""
    # Two random bytes in front of a damaged log can look like the mark of UTF-16; its zero bytes cannot.
    if start[:2] in _MARKS and start.count(0) > len(start) // 4:
        return _MARKS[start[:2]], 2
    unmarked = start.find("EnNo".encode("utf-16-le"))
    if unmarked >= 0:
        return "utf-16-le", unmarked % 2
    if len(start) < 32:
        return None, 0
    even, odd = start[::2].count(0), start[1::2].count(0)
    most = len(start) * 0.3  # ids, times and tabs have a zero byte each; letters of a name may have none
    if odd > most and even * 20 < odd:
        return "utf-16-le", 0
    return ("utf-16-be", 0) if even > most and odd * 20 < even else (None, 0)


@dataclass(frozen=True, slots=True)
class Family:
    """A layout, and the 1-based line number of its header (0: this family has none)."""

    layout: Layout
    header_line: int = 0

    def is_no_row(self, line: bytes, number: int) -> bool:
        """Whether an unreadable line is blank, a note above the header, or the header (again: exports get appended)."""
        if not line.strip(b" \t\n\v\f" + self.layout.delimiter):
            return True
        if not self.header_line:
            return False
        if number < self.header_line and (self.layout.format == REPORT or line.startswith((b"#", b"sep="))):
            return True
        return any(_same(self.layout, found) for found in layouts_of(line))


def family_of(text: bytes) -> Family:
    """The family whose header stands in the first lines of `text`; attlog, which has no header, otherwise.

    `layout.order` may be one of the two that decide nothing (`dates`): such a file is not to be read.
    """
    seen: list[bytes] = []
    for number, line in enumerate(io.BytesIO(text), 1):
        if not line.strip():
            continue
        found = layouts_of(line)
        if found:
            best = _best(found, _lines_behind(text, number))
            order = order_of(moments(best, text, number))
            return Family(replace(best, order=order), number)
        seen.append(line.rstrip(b"\n"))
        if len(seen) == HEADER_WITHIN_LINES:
            break
    if not any(b"\t" in line for line in seen):
        return Family(SPACED if _readable(SPACED, seen) else ATTLOG)
    return Family(PUSHED if _was_pushed(seen) else ATTLOG)


def _was_pushed(lines: list[bytes]) -> bool:
    """Whether rows are what a terminal pushed: bare ids, and in the third column a state, 0 or 255 on most terminals.

    Rows of a stick are padded, or have a device number there, from 1 to 254.
    """
    reader = RowReader(PUSHED)
    rows = [line for line in lines if isinstance(reader.read(line), Row)]
    third = {line.split(b"\t")[2].strip() for line in rows}
    return bool(third & {b"0", b"255"}) and not any(line.startswith(b" ") for line in rows)


def _best(found: list[Layout], behind: list[bytes]) -> Layout:
    """The layout that most lines read in, the first of equals; words count only where numbers read nowhere."""
    counts = {layout: _readable(layout, behind) for layout in found}
    return max(found, key=lambda layout: (counts[layout] > 0 and not layout.words, counts[layout]))


def _lines_behind(text: bytes, header_line: int) -> list[bytes]:
    found = []
    for number, line in enumerate(io.BytesIO(text), 1):
        if number > header_line:
            found.append(line.rstrip(b"\n"))
            if len(found) == SAMPLE_LINES:
                break
    return found


def _readable(layout: Layout, lines: list[bytes]) -> int:
    """How many of the lines read as rows of a layout, whatever the order of day and month may turn out to be."""
    order = order_of(cell for cell in map(RowReader(layout).moment, lines) if cell is not None)
    reader = RowReader(replace(layout, order=DAY_FIRST if order in (UNDECIDED, MIXED) else order))
    return sum(isinstance(reader.read(line), Row) for line in lines)


def moments(layout: Layout, text: bytes, header_line: int) -> Iterator[bytes]:
    """The cells in which dates stand, of all rows; whoever asks may stop early."""
    reader = RowReader(layout)
    for number, line in enumerate(io.BytesIO(text), 1):
        if number > header_line and b"\0" not in line:
            cell = reader.moment(line.rstrip(b"\n"))
            if cell is not None:
                yield cell


def _same(one: Layout, other: Layout) -> bool:
    return replace(one, order=other.order, words=other.words) == other
