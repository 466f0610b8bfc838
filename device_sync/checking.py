"""A terminal tried step by step, from its address to two equal readings. Nothing is stored and nothing changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from device_sync.terminal import Terminal, TerminalError, TerminalLog
from device_sync.zk.records import COUNT_BYTES

STEPS = ("reach", "port", "key", "serial", "clock", "users", "records", "reads")
OK, FAILED, NOT_TRIED = "ok", "failed", "not_tried"
STATES = (OK, FAILED, NOT_TRIED)

CLOCK_TOLERANCE_SECONDS = 60
NEARLY_FULL = 0.8
PAUSE_SECONDS = 1.5  # terminals with one session need a moment between two

CLOCK_OFF, CLOCK_UNREAD, NEARLY_FULL_LOG, READS_DIFFER = "clock_off", "clock_unread", "nearly_full", "reads_differ"
FINDINGS: dict[str, str] = {
    CLOCK_OFF: "The clock is {seconds} s off by this machine's (plus: it is fast). Check the time of this machine, "
    "then set the terminal's; until then its punches are corrected by the measured difference.",
    CLOCK_UNREAD: "The terminal does not tell its time. Look at its display and compare it with a clock; punches of a "
    "wrong clock cannot be judged.",
    NEARLY_FULL_LOG: "The log holds {records} of {capacity} records. Have it read without fault, then decide with a "
    "record of it to clear the terminal: full ones take no more punches, or lose the oldest.",
    READS_DIFFER: "Two readings of the log, one right after the other, do not agree. Nothing of it is to be believed: "
    "check the line, restart the terminal, and try again.",
}

# Where a conversation stands when it ends for this reason; for all others it is the step that it was at.
_ENDS_AT = {
    "no_answer": "reach",
    "no_route": "reach",
    "port_closed": "port",
    "silent": "port",
    "closed_at_once": "port",
    "protocol": "port",
    "code": "port",
    "comm_key": "key",
    "serial": "serial",
    "no_serial": "serial",
}
_DOING = {"connect": "port", "serial number": "serial", "firmware": "serial", "clock": "clock", "sizes": "users"}


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `ok`, `failed`, or `not_tried` because one before it failed or it was not asked for.

    `reason` is a stable code for a translated sentence (FINDINGS, or the reason of a TerminalError), `sentence` the
    English one: what is wrong and what to do next. `values` are what was found, as numbers and short texts.
    """

    name: str
    state: str
    reason: str = ""
    sentence: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


def check_terminal(
    terminal: Terminal,
    *,
    reads: bool = True,
    pause_seconds: float = PAUSE_SECONDS,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Step]:
    """Each of STEPS in its order, as soon as it is known. Never raises a TerminalError: it is the step that failed.

    The first seven come of one short conversation. With `reads` the whole log is read twice and compared; punches made
    meanwhile are no difference. A clock that is off or a log that is nearly full fails its step and stops nothing.
    """
    try:
        said = terminal.identify()
    except TerminalError as error:
        yield from _ended(error, STEPS[0])
        return
    yield Step("reach", OK)
    yield Step("port", OK)
    yield Step("key", OK)
    yield Step("serial", OK, values=_named(serial=said.serial, firmware=said.firmware, **_model(said)))
    yield _clock(said)
    yield Step("users", OK, values=_named(users=said.sizes_after.users))
    yield _records(said)
    if not reads:
        yield Step("reads", NOT_TRIED)
        return
    try:
        sleep(pause_seconds)
        first = terminal.read_log()
        sleep(pause_seconds)
        second = terminal.read_log()
    except TerminalError as error:
        yield from _ended(error, "reads")
        return
    yield _compared(first, second)


def _ended(error: TerminalError, earliest: str) -> Iterator[Step]:
    """The steps from `earliest` on, of a conversation that ended with an error."""
    reason = str(error.params.get("reason", error.outcome))
    at = _ENDS_AT.get(reason) or _DOING.get(str(error.params.get("step", "")), "serial")
    begin = STEPS.index(earliest)
    end = max(begin, STEPS.index(at))
    for name in STEPS[begin:end]:
        yield Step(name, OK)
    yield Step(STEPS[end], FAILED, reason, str(error), {"outcome": error.outcome})
    for name in STEPS[end + 1 :]:
        yield Step(name, NOT_TRIED)


def _clock(said: TerminalLog) -> Step:
    offset = said.clock_offset_seconds
    if offset is None:
        return _finding("clock", CLOCK_UNREAD)
    if abs(offset) > CLOCK_TOLERANCE_SECONDS:
        return _finding("clock", CLOCK_OFF, seconds=f"{offset:+d}")
    return Step("clock", OK, values={"seconds": f"{offset:+d}"})


def _records(said: TerminalLog) -> Step:
    records, capacity = said.sizes_after.records, said.sizes_after.record_capacity
    if records is not None and capacity and records >= NEARLY_FULL * capacity:
        return _finding("records", NEARLY_FULL_LOG, records=records, capacity=capacity)
    return Step("records", OK, values=_named(records=records, capacity=capacity))


def _compared(first: TerminalLog, second: TerminalLog) -> Step:
    once, again = first.payload[COUNT_BYTES:], second.payload[COUNT_BYTES:]
    if first.serial != second.serial or first.layout != second.layout or not again.startswith(once):
        return _finding("reads", READS_DIFFER)
    size = first.record_size
    return Step(
        "reads",
        OK,
        values={
            "records": len(once) // size,
            "added": (len(again) - len(once)) // size,
            "layout": first.layout,
            "transfer_seconds": round(first.transfer_seconds, 3),
        },
    )


def _finding(step: str, reason: str, **values: Any) -> Step:
    return Step(step, FAILED, reason, FINDINGS[reason].format(**values), values)


def _model(said: TerminalLog) -> dict[str, str]:
    model = said.options.get("~DeviceName", "")
    return {"model": model} if model else {}


def _named(**values: Any) -> dict[str, Any]:
    """What was told; counters that the firmware keeps to itself are left out."""
    return {name: value for name, value in values.items() if value not in (None, "")}
