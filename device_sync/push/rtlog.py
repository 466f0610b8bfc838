"""`table=rtlog`: events of a terminal in access-control mode, as `name=value` pairs (Security PUSH 3.x).

An event is a punch only when it names a person and says that they were let in. Source: terminals.md 3.1; the verify
styles are those of `NewVFStyles` in ZKTeco's Security PUSH document.
"""

from __future__ import annotations

import re
from functools import partial

from device_sync.files.rows import BROKEN_ROW, NOT_SAID_STATE, NOT_SAID_VERIFY, Layout, Row, RowReader
from device_sync.push.batch import Batch, read_batch

RTLOG = "rtlog"
DOOR_EVENT = "door_event"
REFUSED_ENTRY = "refused_entry"
ALARM = "alarm"
UNKNOWN_EVENT = "unknown_event"

REASONS = {
    DOOR_EVENT: "An event of the door or the terminal itself, which names no person.",
    REFUSED_ENTRY: "The terminal refused somebody (events 20 to 99); that is no punch.",
    ALARM: "An alarm (events 100 to 199); that is no punch.",
    UNKNOWN_EVENT: "The event is none of those the protocol describes, so it is not taken for a punch.",
}

_STYLES = {1: 15, 2: 25, 3: 25, 4: 1, 9: 3, 10: 2, 11: 4}  # bit from the right → code: face, palm, finger, password, …
_CARD = re.compile(rb"(cardno=)[^\t\r\n]*", re.IGNORECASE)
_BITS = re.compile(r"[01]{16}")
_SMALL = re.compile(r"0|[1-9]\d{0,2}")
_ROWS = Layout(RTLOG, b"\t", 0, 1, 2, 3, least=4, most=4, open_ended=frozenset())


def read_rtlog(body: bytes) -> Batch:
    """Every line of the body, in order; the numbers of cards are not kept. Raises TooManyLines."""
    body = _CARD.sub(rb"\1", body)
    return read_batch(RTLOG, body, partial(_read, RowReader(_ROWS)))


def _read(reader: RowReader, line: bytes) -> Row | str:
    fields = pairs(line)
    if fields is None or b"time" not in fields or b"pin" not in fields:
        return BROKEN_ROW
    pin = fields[b"pin"]
    if not pin.strip(b"0 "):
        return DOOR_EVENT
    reason = _event(fields.get(b"event", b""))
    if reason is not None:
        return reason
    state = fields.get(b"inoutstatus", b"") or str(NOT_SAID_STATE).encode()
    verify = str(verify_code(fields.get(b"verifytype", b"").decode("latin-1"))).encode()
    return reader.read(b"\t".join((pin, fields[b"time"], state, verify)))


def _event(given: bytes) -> str | None:
    """Why an event is no punch; None where it is one."""
    if not given.isdigit() or len(given) > 5:
        return UNKNOWN_EVENT
    code = int(given)
    if code <= 19 or 200 <= code <= 253:
        return None
    if code <= 99:
        return REFUSED_ENTRY
    return ALARM if code <= 199 else UNKNOWN_EVENT


def verify_code(given: str) -> int:
    """The verify mode as the pull codes it: a small number as it stands, or the one style that 16 bits name."""
    if _BITS.fullmatch(given):
        named = [_STYLES[bit] for bit in range(1, 16) if given[15 - bit] == "1" and bit in _STYLES]
        return named[0] if len(named) == 1 else NOT_SAID_VERIFY
    return int(given) if _SMALL.fullmatch(given) and int(given) < 256 else NOT_SAID_VERIFY


def pairs(line: bytes, separator: bytes = b"\t") -> dict[bytes, bytes] | None:
    """`name=value` pairs, names in lower case; None where a name comes twice, as in two lines glued together."""
    found: dict[bytes, bytes] = {}
    for part in line.split(separator, 64)[:64]:
        name, equals, value = part.partition(b"=")
        if equals:
            name = name.strip().lower()
            if name in found:
                return None
            found[name] = value.strip()
    return found
