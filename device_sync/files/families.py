"""Which family of export some bytes are, told by content alone."""

from __future__ import annotations

import codecs
import io
import re
from dataclasses import dataclass

from device_sync.files.rows import ATTLOG, BOM, LONGEST_ROW, Layout

HEADER_WITHIN_LINES = 20

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
_NOT_LETTER = re.compile(rb"[^a-z]")


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
    start = data[:LONGEST_ROW]
    unmarked = start.find("EnNo\t".encode("utf-16-le"))
    # Two random bytes in front of a damaged log can look like the mark of UTF-16; its zero bytes cannot.
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and start.count(0) > len(start) // 4:
        data = data.decode("utf-16", "replace").encode("utf-8", "replace")
    elif unmarked >= 0:
        data = data[unmarked % 2 :].decode("utf-16-le", "replace").encode("utf-8", "replace")
    data = data.removeprefix(BOM)
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in data else data


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
        return (number < self.header_line and line.startswith((b"#", b"sep="))) or _header(line) == self.layout


def family_of(text: bytes) -> Family:
    """The family whose header stands in the first lines of `text`; attlog, which has no header, otherwise."""
    seen = 0
    for number, line in enumerate(io.BytesIO(text), 1):
        if not line.strip():
            continue
        layout = _header(line)
        if layout is not None:
            return Family(layout, number)
        seen += 1
        if seen == HEADER_WITHIN_LINES:
            break
    return Family(ATTLOG)


def _header(line: bytes) -> Layout | None:
    if len(line) > LONGEST_ROW:
        return None
    line = line.removeprefix(BOM).rstrip(b"\n").lower()
    # The real header begins `o<TAB>TMNo`: its first cell is cut, so only the columns that matter are looked for.
    found = _layout("agl", line, b"\t", pin=b"enno", at=b"datetime", state=b"inout", verify=b"mode")
    for delimiter in (b",", b";", b"\t"):
        found = found or _layout("csv", line, delimiter, pin=b"pin", at=b"at", state=b"state", verify=b"verify")
    return found


def _layout(
    family: str, line: bytes, delimiter: bytes, *, pin: bytes, at: bytes, state: bytes, verify: bytes
) -> Layout | None:
    names = [_NOT_LETTER.sub(b"", cell) for cell in line.split(delimiter)]
    while names and not names[-1]:
        names.pop()
    if names.count(pin) != 1 or names.count(at) != 1 or names.count(state) > 1 or names.count(verify) > 1:
        return None
    columns = [names.index(name) if name in names else None for name in (pin, at, state, verify)]
    used = [column for column in columns if column is not None]
    ends_are_fixed = family == "agl"
    return Layout(
        family,
        delimiter,
        names.index(pin),
        names.index(at),
        columns[2],
        columns[3],
        least=max(used) + 1,
        most=len(names),
        open_ended=frozenset(used) - ({names.index(at)} if ends_are_fixed else set()),
        has_names=len(used) < len(names),
    )
