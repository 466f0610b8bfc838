"""Which record layout a log has: no terminal says it, so it is told by the content, with a score, or not at all.

Every layout whose size divides the log is tried on a sample. A record speaks for a layout when, cut that way, it names
a person in the way of that layout and a date from the terminal's first sane one to 24 hours ahead; it speaks the louder
the more of its codes are known. Records that are nothing but erased memory speak for none. Source: terminals.md 1.5.

| score | what it is |
|---|---|
| per record | 0 without person and date, else 0.3 + 0.7 × the share of known codes (state, verify, usual rest) |
| | × 0.85 where the user table was read and does not know the person |
| per log | mean over the sample × 1 where dates rise from record to record, down to 0.5 where they jump at random |

A layout is chosen at `BAR` when it leads the second by `LEAD`. Where dates alone spoil that (a clock that was lost),
the terminal's own counter may decide between those sizes that agree with it.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field
from datetime import date, datetime

import numpy as np
import numpy.typing as npt

from attendance import clock
from attendance.plausible import AHEAD_SECONDS
from device_sync.layouts import MAX_USER_ID, MAX_WORK_CODE, PUNCH_LAYOUTS, REST, PunchLayout
from device_sync.terminal import Sizes
from device_sync.zk.records import COUNT_BYTES, STATE_IS_KNOWN, VERIFY_IS_KNOWN, decode_times

BAR = 0.6
LEAD = 0.25
WINDOWS, WINDOW = 16, 32
TWENTIETH_CENTURY_END = 946_684_800  # 2000-01-01: the terminals' own first moment
ERASED = (0x5A, 0xFF)

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known besides the bytes: `now` is the terminal's wall time, the counters before and after the reading,
    the numbers and places of the user table where it was read."""

    now: datetime
    before: Sizes
    after: Sizes
    first_sane_on: date = date(2010, 1, 1)
    pins: Set[str] = field(default_factory=frozenset)
    uids: Set[int] = field(default_factory=frozenset)

    def counts(self, records: int) -> bool | None:
        """Whether the terminal's counters agree with so many records; None where it does not count."""
        before, after = self.before.records, self.after.records
        if before is None or after is None or before == after == 0:
            return None
        return before <= records <= after


@dataclass(frozen=True, slots=True)
class Recognised:
    """The layout, or None with `scores` by name to tell why not (empty: no layout's size divides the log)."""

    layout: PunchLayout | None
    scores: dict[str, float]


def recognise(payload: bytes, evidence: Evidence) -> Recognised:
    """The layout of a log that holds something. `payload` is a u32 byte count and records."""
    body = len(payload) - COUNT_BYTES
    scores = _scores(payload, evidence)
    if found := _leader(scores):
        return Recognised(PUNCH_LAYOUTS[found], scores)
    agreeing = {
        name: score(payload, PUNCH_LAYOUTS[name], evidence, any_date=True)
        for name in scores
        if evidence.counts(body // PUNCH_LAYOUTS[name].size)
    }
    found = _leader(agreeing)
    return Recognised(PUNCH_LAYOUTS[found] if found else None, scores)


def still_fits(payload: bytes, layout: PunchLayout, evidence: Evidence) -> bool:
    """Whether a log is still of the layout learned before; cheap while it is, without a look at the others."""
    count, rest = divmod(len(payload) - COUNT_BYTES, layout.size)
    if rest:
        return False
    if not _speaking(_sample(payload, layout)).any():
        return True  # nothing but erased memory is no evidence against it
    if score(payload, layout, evidence) >= BAR:
        return True
    return bool(evidence.counts(count)) and _could_be(payload, layout, evidence, BAR)


def can_be(payload: bytes, layout: PunchLayout, evidence: Evidence) -> bool:
    """Whether a log can be of the layout an administrator named: half reads that way, and it is clearly no other."""
    return (len(payload) - COUNT_BYTES) % layout.size == 0 and _could_be(payload, layout, evidence, 0.5)


def _could_be(payload: bytes, layout: PunchLayout, evidence: Evidence, bar: float) -> bool:
    clear = _leader(_scores(payload, evidence))
    return clear in (None, layout.name) and score(payload, layout, evidence, any_date=True) >= bar


def _scores(payload: bytes, evidence: Evidence) -> dict[str, float]:
    """By the name of every layout whose size divides the log."""
    body = len(payload) - COUNT_BYTES
    candidates = [layout for layout in PUNCH_LAYOUTS.values() if body % layout.size == 0]
    return {layout.name: score(payload, layout, evidence) for layout in candidates}


def score(payload: bytes, layout: PunchLayout, evidence: Evidence, *, any_date: bool = False) -> float:
    """From 0, not this layout, to 1. `any_date`: a date before the first sane one is as good as another."""
    rows = _sample(payload, layout)
    rows = rows[_speaking(rows)]
    if not rows.size:
        return 0.0
    wall, has_date = decode_times(np.ascontiguousarray(rows["time"]))
    first = clock.day_number(evidence.first_sane_on) * clock.DAY_SECONDS
    last = clock.wall_seconds(evidence.now) + AHEAD_SECONDS
    in_time = has_date & (wall >= (TWENTIETH_CENTURY_END if any_date else first)) & (wall <= last)
    named, known, usual = _persons(rows, layout, evidence)
    good = in_time & named
    if not good.any():
        return 0.0
    codes = [STATE_IS_KNOWN[rows["state"]], VERIFY_IS_KNOWN[rows["verify"]], *usual]
    weights = (0.3 + 0.7 * np.mean(codes, axis=0)) * np.where(known, 1.0, 0.85)
    return float((good * weights).mean()) * _rising(wall[good])


def _leader(scores: dict[str, float]) -> str | None:
    ordered = sorted(scores, key=lambda name: scores[name], reverse=True)
    if not ordered or scores[ordered[0]] < BAR:
        return None
    clear = len(ordered) == 1 or scores[ordered[0]] - scores[ordered[1]] >= LEAD
    return ordered[0] if clear else None


def _sample(payload: bytes, layout: PunchLayout) -> npt.NDArray[np.void]:
    """All records of a small log, else windows of neighbours spread over the whole of it, its end among them."""
    count = (len(payload) - COUNT_BYTES) // layout.size
    rows = np.frombuffer(payload, layout.dtype, count=count, offset=COUNT_BYTES)
    if count <= WINDOWS * WINDOW:
        return rows
    starts = np.linspace(0, count - WINDOW, WINDOWS).astype(np.intp)
    sample: npt.NDArray[np.void] = rows[(starts[:, None] + np.arange(WINDOW)).ravel()]
    return sample


def _speaking(rows: npt.NDArray[np.void]) -> Flags:
    """Rows that are not just one byte of erased flash repeated."""
    raw = np.ascontiguousarray(rows).view(np.uint8).reshape(rows.size, -1)
    filler = np.zeros(rows.size, np.bool_)
    for byte in ERASED:
        filler |= (raw == byte).all(axis=1)
    return ~filler


def _rising(wall: npt.NDArray[np.int64]) -> float:
    if wall.size < 4:
        return 1.0
    share = float((np.diff(wall) >= 0).mean())
    return min(1.0, 0.5 + max(0.0, share - 0.5) * 1.25)


def _persons(rows: npt.NDArray[np.void], layout: PunchLayout, evidence: Evidence) -> tuple[Flags, Flags, list[Flags]]:
    """Which rows name a person as this layout does, whom the user table knows, and what is as usual besides."""
    everybody = np.ones(rows.size, np.bool_)
    if layout.person == "uid":
        known = np.isin(rows["uid"], list(evidence.uids)) if evidence.uids else everybody
        return rows["uid"] != 0, known, []
    if layout.person == "user_id":
        named = (rows["user_id"] > 0) & (rows["user_id"] <= MAX_USER_ID) & (rows["work_code"] <= MAX_WORK_CODE)
        numbers = [int(pin) for pin in evidence.pins if pin.isascii() and pin.isdecimal()]
        known = np.isin(rows["user_id"], numbers) if numbers else everybody
        return named, known, [rows["reserved"] == 0]
    raw = np.ascontiguousarray(rows["pin"]).view(np.uint8).reshape(rows.size, 24)
    ended = raw == 0
    padded = (np.maximum.accumulate(ended, axis=1) == ended).all(axis=1)
    printable = ((raw >= 0x20) & (raw < 0x7F) | ended).all(axis=1)
    rest = np.ascontiguousarray(rows["rest"]).view(np.uint8).reshape(rows.size, 8)
    usual = np.isin(rest, np.frombuffer(REST, np.uint8)).mean(axis=1) > 0.5
    known = np.isin(rows["pin"], [pin.encode() for pin in evidence.pins]) if evidence.pins else everybody
    return padded & printable & ~ended[:, 0], known, [usual]
