"""From the bytes of a punch log to columns: each record is a row or a rejected row, none vanishes, none is invented.

Source: terminals.md 1.5 and 1.6 (40-byte records, months of 31 days).
"""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np
import numpy.typing as npt

from device_sync.terminal import Garbled, Records
from device_sync.wire import PUNCH_BYTES, PUNCH_DTYPE

COUNT_BYTES = 4
DAY_SECONDS = 86_400
NO_DAY = np.iinfo(np.int32).min
EPOCH_ORDINAL = date(1970, 1, 1).toordinal()

BAD_TIME = "bad_time"
NO_PIN = "no_pin"
BAD_PIN = "bad_pin"
REASONS = {
    BAD_TIME: "The date does not exist in any calendar (31 February, erased memory).",
    NO_PIN: "The record names no person.",
    BAD_PIN: "The person's number holds bytes that are no printable ASCII.",
}


@cache
def _days_by_number() -> npt.NDArray[np.int32]:
    """Days since 1970-01-01 for every day number of the 31-day calendar in a u32; NO_DAY where none exists."""
    days = np.full((1 << 32) // DAY_SECONDS + 1, NO_DAY, dtype=np.int32)
    for number in range(days.size):
        months, day = divmod(number, 31)
        year, month = divmod(months, 12)
        try:
            days[number] = date(2000 + year, month + 1, day + 1).toordinal() - EPOCH_ORDINAL
        except ValueError:
            continue
    return days


def decode_times(times: npt.NDArray[np.uint32]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Wall seconds since 1970-01-01 as if UTC, and whether the date exists (else the seconds mean nothing)."""
    numbers = times // np.uint32(DAY_SECONDS)
    seconds = times - numbers * np.uint32(DAY_SECONDS)
    days = _days_by_number()[numbers]
    return days.astype(np.int64) * DAY_SECONDS + seconds, days != NO_DAY


def factorise(words: npt.NDArray[np.uint64]) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]:
    """The distinct words in ascending order, and for each element its place among them."""
    distinct, codes = np.unique(words, return_inverse=True)
    return distinct, codes.astype(np.int64, copy=False)


def _distinct_pins(rows: npt.NDArray[np.void]) -> tuple[list[bytes], npt.NDArray[np.int64]]:
    """The distinct 24-byte pins as they stand, and for each row its place among them."""
    middle, tail = rows["pin_middle"], rows["pin_tail"]
    if not middle.any() and not tail.any():
        heads, codes = factorise(np.ascontiguousarray(rows["pin_head"]))
        return [int(head).to_bytes(8, "little") for head in heads], codes
    codes = np.zeros(rows.size, dtype=np.int64)
    for name in ("pin_head", "pin_middle", "pin_tail"):
        distinct, places = factorise(np.ascontiguousarray(rows[name]))
        _, codes = factorise((codes * distinct.size + places).astype(np.uint64))
    first = np.zeros(int(codes.max()) + 1, dtype=np.int64)
    first[codes] = np.arange(rows.size)
    raw = np.ascontiguousarray(rows[["pin_head", "pin_middle", "pin_tail"]][first])
    return [b"".join(int(word).to_bytes(8, "little") for word in row) for row in raw.tolist()], codes


def _judge_pin(raw: bytes) -> tuple[str, str | None]:
    """The text before the first NUL, and the reason to reject it or None."""
    head = raw.split(b"\0", 1)[0]
    if not head.strip():
        return "", NO_PIN
    text = head.decode("latin-1")
    if not (text.isascii() and text.isprintable()):
        return "", BAD_PIN
    return text, None


def _name_pins(rows: npt.NDArray[np.void]) -> tuple[tuple[str, ...], npt.NDArray[np.int32], dict[int, str]]:
    """Pins, a code per row, and the rejected codes with their reasons (codes >= len(pins))."""
    raws, places = _distinct_pins(rows)
    judged = [_judge_pin(raw) for raw in raws]
    code_of: dict[str, int] = {}
    for text, reason in judged:
        if reason is None:
            code_of.setdefault(text, len(code_of))
    # bytes after the NUL may be rubbish, so several raw pins can be one person: codes go by text, not by bytes
    rejected: dict[int, str] = {}
    translation = np.empty(len(raws), dtype=np.int32)
    for place, (text, reason) in enumerate(judged):
        if reason is None:
            translation[place] = code_of[text]
        else:
            translation[place] = len(code_of) + place
            rejected[len(code_of) + place] = reason
    return tuple(code_of), translation[places], rejected


def count_records(payload: bytes) -> int:
    """How many 40-byte records follow the u32 byte count. Raises Garbled when the two do not agree or do not divide."""
    body = len(payload) - COUNT_BYTES
    declared = int.from_bytes(payload[:COUNT_BYTES], "little")
    if body < 0 or declared != body:
        raise Garbled(
            f"The log says it holds {declared} bytes but {max(body, 0)} came; nothing was stored. Pull again.",
            reason="byte_count",
            declared=declared,
            received=max(body, 0),
        )
    if body % PUNCH_BYTES:
        raise Garbled(
            f"The log of {body} bytes is not made of 40-byte records: this record layout is not read yet and nothing "
            "was stored. Report the model and firmware of the terminal.",
            reason="layout",
            received=body,
        )
    return body // PUNCH_BYTES


def decode(payload: bytes, start_index: int = 0) -> Records:
    """The records from `start_index` on, in log order; rows plus rejected rows equal the records in the bytes.

    `payload` is a u32 byte count and 40-byte records. A record is rejected with 'bad_time', 'no_pin' or 'bad_pin'
    (the first that applies) and keeps its raw bytes. Raises Garbled when the count does not match the bytes.
    """
    total = count_records(payload)
    start = min(max(start_index, 0), total)
    rows = np.frombuffer(payload, PUNCH_DTYPE, count=total - start, offset=COUNT_BYTES + start * PUNCH_BYTES)
    if not rows.size:
        return _empty()
    wall, has_date = decode_times(np.ascontiguousarray(rows["time"]))
    pins, codes, bad_codes = _name_pins(rows)
    index = np.arange(start, total, dtype=np.uint32)
    state, verify = rows["state"], rows["verify"]
    good = has_date & (codes < len(pins)) if bad_codes else has_date
    if good.all():
        return Records(index, wall, codes, pins, state.copy(), verify.copy())
    rejected = tuple(
        (start + place, rows[place].tobytes(), bad_codes[int(codes[place])] if has_date[place] else BAD_TIME)
        for place in np.flatnonzero(~good).tolist()
    )
    used, places = np.unique(codes[good], return_inverse=True)
    pins = tuple(pins[code] for code in used.tolist())
    return Records(index[good], wall[good], places.astype(np.int32), pins, state[good], verify[good], rejected)


def decode_tail(payload: bytes, start_index: int) -> Records:
    """Only the records from `start_index` on; their `index` still counts from the start of the log."""
    return decode(payload, start_index)


def looks_like_punches(payload: bytes, sample: int = 1000) -> bool:
    """Whether the bytes, cut every 40, hold what a punch log holds: most rows of a sample name a person and a date.

    Asked only when the terminal does not say how many records it keeps; an empty log passes.
    """
    total = count_records(payload)
    if total == 0:
        return True
    rows = np.frombuffer(payload, PUNCH_DTYPE, count=total, offset=COUNT_BYTES)[:: max(1, total // sample)]
    _, has_date = decode_times(np.ascontiguousarray(rows["time"]))
    pins, codes, _ = _name_pins(rows)
    raw = np.ascontiguousarray(rows["pin"]).view("u1").reshape(rows.size, 24)
    ended = raw == 0
    padded = (np.maximum.accumulate(ended, axis=1) == ended).all(axis=1)
    return bool(2 * np.count_nonzero(has_date & (codes < len(pins)) & padded) > rows.size)


def _empty() -> Records:
    none = np.empty(0, np.uint8)
    return Records(none.astype(np.uint32), none.astype(np.int64), none.astype(np.int32), (), none, none.copy())
