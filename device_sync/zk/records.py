"""From the bytes of a punch log to columns: each record is a row or a rejected row, none vanishes, none is invented.

Source: terminals.md 1.5 and 1.6 (five layouts, months of 31 days).
"""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np
import numpy.typing as npt

from device_sync.holders import Holders
from device_sync.layouts import KNOWN_STATES, KNOWN_VERIFY, MAX_USER_ID, MAX_WORK_CODE, ZK40, PunchLayout
from device_sync.terminal import Garbled, Records

COUNT_BYTES = 4
DAY_SECONDS = 86_400
WORTH_A_SAMPLE, SAMPLE, SLOT_BITS = 20_000, 4_000, 16
NO_DAY = np.iinfo(np.int32).min
EPOCH_ORDINAL = date(1970, 1, 1).toordinal()

BAD_TIME = "bad_time"
NO_PIN = "no_pin"
BAD_PIN = "bad_pin"
RUBBISH = "rubbish"
REASONS = {
    BAD_TIME: "The date does not exist in any calendar (31 February, erased memory).",
    NO_PIN: "The record names no person.",
    BAD_PIN: "The person's number holds bytes that are no printable ASCII, or more digits than a number has.",
    RUBBISH: "The record names neither a known person nor a known state and mode: erased or overwritten memory.",
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
    """The distinct words in ascending order, and for each element its place among them.

    A long log names few people again and again: most of them stand in a sample, and looking all words up in that is
    faster than sorting them.
    """
    if words.size < WORTH_A_SAMPLE:
        distinct, codes = np.unique(words, return_inverse=True)
        return distinct, codes.astype(np.int64, copy=False)
    distinct = np.unique(words[:: words.size // SAMPLE])
    table = np.zeros(1 << SLOT_BITS, np.int64)
    table[_slots(distinct)] = np.arange(distinct.size)
    codes = table[_slots(words)]
    missed = np.flatnonzero(distinct[codes] != words)
    if missed.size:  # not in the sample, or two words in one slot
        rest = words[missed]
        every = np.union1d(distinct, rest)
        codes = np.searchsorted(every, distinct)[codes]
        codes[missed] = np.searchsorted(every, rest)
        distinct = every
    return distinct, codes


def _slots(words: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """A number below 2**SLOT_BITS for every word, mixed by Fibonacci's multiplier."""
    return (words * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(64 - SLOT_BITS)


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


def _flags(known: frozenset[int]) -> npt.NDArray[np.bool_]:
    return np.isin(np.arange(256), list(known))


STATE_IS_KNOWN = _flags(KNOWN_STATES)
VERIFY_IS_KNOWN = _flags(KNOWN_VERIFY)

Named = tuple[tuple[str, ...], npt.NDArray[np.int32], "npt.NDArray[np.uint8] | None"]
WHY = (None, NO_PIN, BAD_PIN, RUBBISH)


def _name_texts(rows: npt.NDArray[np.void]) -> Named:
    raws, places = _distinct_pins(rows)
    judged = [_judge_pin(raw) for raw in raws]
    code_of: dict[str, int] = {}
    for text, reason in judged:
        if reason is None:
            code_of.setdefault(text, len(code_of))
    # bytes after the NUL may be rubbish, so several raw pins can be one person: codes go by text, not by bytes
    codes = np.array([code_of.get(text, 0) for text, _ in judged], np.int32)[places]
    if len(code_of) and all(reason is None for _, reason in judged):
        return tuple(code_of), codes, None
    return tuple(code_of), codes, np.array([WHY.index(reason) for _, reason in judged], np.uint8)[places]


def _name_numbers(rows: npt.NDArray[np.void]) -> Named:
    distinct, codes = factorise(np.ascontiguousarray(rows["user_id"]).astype(np.uint64))
    odd = (rows["work_code"] > MAX_WORK_CODE) | ~(STATE_IS_KNOWN[rows["state"]] | VERIFY_IS_KNOWN[rows["verify"]])
    why = np.where(odd, WHY.index(RUBBISH), 0).astype(np.uint8)
    why[rows["user_id"] > MAX_USER_ID] = WHY.index(BAD_PIN)
    why[rows["user_id"] == 0] = WHY.index(NO_PIN)
    return tuple(map(str, distinct.tolist())), codes.astype(np.int32), why if why.any() else None


def _name_places(rows: npt.NDArray[np.void], wall: npt.NDArray[np.int64], holders: Holders) -> Named:
    pins, codes, held = holders.name(rows["uid"], wall)
    # nothing but the codes tells a stranger's punch from chance bytes
    odd = ~held & ~(STATE_IS_KNOWN[rows["state"]] & VERIFY_IS_KNOWN[rows["verify"]])
    why = np.where(odd, WHY.index(RUBBISH), 0).astype(np.uint8)
    why[rows["uid"] == 0] = WHY.index(NO_PIN)
    return pins, codes, why if why.any() else None


def count_records(payload: bytes, layout: PunchLayout = ZK40) -> int:
    """How many records follow the u32 byte count. Raises Garbled when the two do not agree or do not divide."""
    body = len(payload) - COUNT_BYTES
    declared = int.from_bytes(payload[:COUNT_BYTES], "little")
    if body < 0 or declared != body:
        raise Garbled(
            f"The log says it holds {declared} bytes but {max(body, 0)} came; nothing was stored. Pull again.",
            reason="byte_count",
            declared=declared,
            received=max(body, 0),
        )
    if body % layout.size:
        raise Garbled(
            f"The log of {body} bytes is not made of {layout.size}-byte records ({layout.name}); nothing was stored. "
            "Pull again; if it repeats, let the layout be recognised anew with `attendance terminals set CODE --layout "
            "auto`.",
            reason="layout",
            received=body,
        )
    return body // layout.size


def read_rows(payload: bytes, layout: PunchLayout, start_index: int = 0) -> npt.NDArray[np.void]:
    """The records from `start_index` on as they stand. Raises like `count_records`."""
    total = count_records(payload, layout)
    start = min(max(start_index, 0), total)
    return np.frombuffer(payload, layout.dtype, count=total - start, offset=COUNT_BYTES + start * layout.size)


def decode(payload: bytes, start_index: int = 0, layout: PunchLayout = ZK40, holders: Holders | None = None) -> Records:
    """The records from `start_index` on, in log order; rows plus rejected rows equal the records in the bytes.

    `payload` is a u32 byte count and records of that layout; `holders` says whose a place in the user table is, where
    the layout knows no more. A record is rejected with 'bad_time', 'no_pin', 'bad_pin' or 'rubbish' (the first that
    applies) and keeps its raw bytes. Raises Garbled when the count does not match the bytes.
    """
    rows = read_rows(payload, layout, start_index)
    if not rows.size:
        return _empty()
    start = count_records(payload, layout) - rows.size
    wall, has_date = decode_times(np.ascontiguousarray(rows["time"]))
    pins, codes, why = _name(rows, wall, layout, holders or Holders())
    index = np.arange(start, start + rows.size, dtype=np.uint32)
    state, verify = rows["state"], rows["verify"]
    good = has_date if why is None else has_date & (why == 0)
    if good.all() and why is None and layout.has_user_id:
        return Records(index, wall, codes, pins, state.copy(), verify.copy())
    rejected = tuple(
        (start + place, rows[place].tobytes(), _why(bool(has_date[place]), why, place))
        for place in np.flatnonzero(~good).tolist()
    )
    used, places = np.unique(codes[good], return_inverse=True)
    pins = tuple(pins[code] for code in used.tolist())
    return Records(index[good], wall[good], places.astype(np.int32), pins, state[good], verify[good], rejected)


def _name(rows: npt.NDArray[np.void], wall: npt.NDArray[np.int64], layout: PunchLayout, holders: Holders) -> Named:
    """Pins, a code into them per row, and per row the place in WHY of the reason to reject it (None: none is)."""
    if layout.person == "pin":
        return _name_texts(rows)
    return _name_numbers(rows) if layout.person == "user_id" else _name_places(rows, wall, holders)


def _why(has_date: bool, why: npt.NDArray[np.uint8] | None, place: int) -> str:
    return BAD_TIME if not has_date or why is None else WHY[why[place]] or BAD_TIME


def decode_tail(
    payload: bytes, start_index: int, layout: PunchLayout = ZK40, holders: Holders | None = None
) -> Records:
    """Only the records from `start_index` on; their `index` still counts from the start of the log."""
    return decode(payload, start_index, layout, holders)


def _empty() -> Records:
    none = np.empty(0, np.uint8)
    return Records(none.astype(np.uint32), none.astype(np.int64), none.astype(np.int32), (), none, none.copy())
