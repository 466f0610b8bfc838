"""`table=ATTLOG`: punches as lines of columns, separated by tabs (Attendance PUSH 2.x).

Number, `YYYY-MM-DD HH:MM:SS`, state, verify mode, then work code and what firmware adds (mask, temperature). Source:
terminals.md 3.1. Here state comes before verify mode, as in USB exports, two columns further left.
"""

from __future__ import annotations

import re
from functools import partial

from device_sync.files.rows import BROKEN_ROW, Layout, Row, RowReader
from device_sync.push.batch import Batch, read_batch

ATTLOG = "attlog"
MOST_COLUMNS = 16

_LAYOUT = Layout(ATTLOG, b"\t", 0, 1, 2, 3, least=4, most=MOST_COLUMNS, open_ended=frozenset({0, 2, 3}))
_EXTRA = re.compile(rb" *[0-9A-Za-z.+_:-]* *")
_NAMED = re.compile(rb"=[^\r\n]*")
_DATE = re.compile(rb"\d{4}[-/]+\d")


def read_attlog(body: bytes) -> Batch:
    """Every line of the body, in order. Raises TooManyLines.

    No line of punches has an equals sign; what stands behind one belongs to another table, may be a password, and is
    not kept.
    """
    body = _NAMED.sub(b"=", body)
    return read_batch(ATTLOG, body, partial(_read, RowReader(_LAYOUT)))


def _read(reader: RowReader, line: bytes) -> Row | str:
    found = reader.read(line)
    if isinstance(found, Row):
        extra = line.split(b"\t")[4:]
        if len(extra) > MOST_COLUMNS - 4 or any(not _EXTRA.fullmatch(cell) or _DATE.search(cell) for cell in extra):
            return BROKEN_ROW  # two lines glued together, or bytes that are no text
    return found
