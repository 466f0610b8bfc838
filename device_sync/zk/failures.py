"""The sentences of the zk adapter: every way in which a pull can end badly, said once.

Outcomes are a small set, finer codes are in `params["reason"]`:

| class       | outcome        | reasons                                                            |
|-------------|----------------|--------------------------------------------------------------------|
| Unreachable | unreachable    | no_answer, no_route                                                |
| Unreachable | refused        | port_closed                                                        |
| Unreachable | interrupted    | closed, stalled, too_slow                                          |
| Refused     | refused        | silent, closed_at_once, declined, code                             |
| Refused     | wrong_key      | comm_key                                                           |
| Refused     | not_a_terminal | protocol                                                           |
| Garbled     | garbled        | checksum, length, framing, reply_number, short, byte_count, layout, |
|             |                | count, emptied, users, no_serial, unexpected                       |
| Changed     | changed        | serial                                                             |
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from device_sync.terminal import Changed, Garbled, Refused, Unreachable

INTERRUPTED = "interrupted"
WRONG_KEY = "wrong_key"
NOT_A_TERMINAL = "not_a_terminal"
PORT_REFUSED = "refused"

OUTCOMES = {
    "unreachable": "Nobody answered at the address: check power, cable and address; the pull is repeated.",
    "interrupted": "The line broke or fell silent during the reading: nothing was stored; the pull is repeated.",
    "refused": "The address answered and would not talk: often another program holds the terminal's only session.",
    "wrong_key": "The terminal wants another communication key: enter the key that is set in its menu.",
    "not_a_terminal": "Something else than a ZK terminal listens there: check address and port.",
    "garbled": "What came is not a whole, consistent log: nothing was stored.",
    "changed": "Another terminal than the registered one answers there: check which one hangs on the wall.",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a conversation takes place; part of every sentence."""

    host: str
    port: int
    transport: str

    def __str__(self) -> str:
        return f"{self.host}:{self.port}/{self.transport}"

    def params(self, reason: str) -> dict[str, Any]:
        return {"host": self.host, "port": self.port, "transport": self.transport, "reason": reason}

    def no_answer(self, seconds: float) -> Unreachable:
        return Unreachable(
            f"No answer from {self} within {seconds:g} s. Check that the terminal has power and network and that the "
            "address is right.",
            **self.params("no_answer"),
            seconds=seconds,
        )

    def no_route(self, detail: str) -> Unreachable:
        return Unreachable(
            f"The network has no way to {self} ({detail}). Check cable, address and routing.",
            **self.params("no_route"),
            detail=detail,
        )

    def port_closed(self) -> Unreachable:
        return Unreachable(
            f"The machine at {self} is there but refused the connection. Check the port; the terminal may be starting, "
            "or another program may hold its only session.",
            outcome=PORT_REFUSED,
            **self.params("port_closed"),
        )

    def closed(self, step: str, received: int) -> Unreachable:
        return Unreachable(
            f"{self} closed the connection during '{step}' after {received} bytes. Nothing was stored; the pull will "
            "be repeated.",
            outcome=INTERRUPTED,
            **self.params("closed"),
            step=step,
            received=received,
        )

    def stalled(self, step: str, seconds: float) -> Unreachable:
        return Unreachable(
            f"{self} fell silent during '{step}' for {seconds:g} s. Nothing was stored; the pull will be repeated.",
            outcome=INTERRUPTED,
            **self.params("stalled"),
            step=step,
            seconds=seconds,
        )

    def too_slow(self, step: str, seconds: float) -> Unreachable:
        return Unreachable(
            f"{self} was still sending at '{step}' when the limit of {seconds:g} s for the whole pull ended. Nothing "
            "was stored; check the line, or allow more time for this terminal.",
            outcome=INTERRUPTED,
            **self.params("too_slow"),
            step=step,
            seconds=seconds,
        )

    def silent(self, seconds: float) -> Refused:
        return Refused(
            f"{self} took the connection but said nothing for {seconds:g} s. Another program (ZKTime, Wise Eye) may "
            "hold the terminal's only session: close it; else check that a ZK terminal uses this port.",
            **self.params("silent"),
            seconds=seconds,
        )

    def closed_at_once(self) -> Refused:
        return Refused(
            f"{self} closed the connection before any answer. Another program (ZKTime, Wise Eye) may hold the "
            "terminal's only session: close it and pull again.",
            **self.params("closed_at_once"),
        )

    def unknown_code(self, code: int) -> Refused:
        return Refused(
            f"{self} answered the greeting with code {code}. It may be busy, or its firmware speaks only PUSH: set up "
            "PUSH for it or report the model.",
            **self.params("code"),
            code=code,
        )

    def declined(self, step: str, code: int) -> Refused:
        return Refused(
            f"{self} declined '{step}' with code {code}. Nothing was stored; its firmware may speak only PUSH: set up "
            "PUSH for it or report the model.",
            **self.params("declined"),
            step=step,
            code=code,
        )

    def wrong_key(self) -> Refused:
        return Refused(
            f"The terminal at {self} did not accept the communication key. Enter the comm key set in its menu.",
            outcome=WRONG_KEY,
            **self.params("comm_key"),
        )

    def not_a_terminal(self) -> Refused:
        return Refused(
            f"What answers at {self} does not speak the ZK protocol. Check address and port.",
            outcome=NOT_A_TERMINAL,
            **self.params("protocol"),
        )

    def garbled(self, reason: str, what: str, **details: Any) -> Garbled:
        return Garbled(
            f"{self}: {what} Nothing was stored; pull again, and check the line if it repeats.",
            **self.params(reason),
            **details,
        )

    def layout_unclear(self, scores: Mapping[str, float], received: int) -> Garbled:
        ordered = sorted(scores, key=lambda name: scores[name], reverse=True)
        fit = ", ".join(f"{name} {scores[name]:.0%}" for name in ordered) or "of no known size"
        likely = ordered[0] if ordered else "zk8b"
        return Garbled(
            f"{self}: it is not clear which layout the records of this log have ({received} bytes; {fit}). Nothing was "
            "stored. Compare the last punches on its screen, then name the layout: `attendance terminals set CODE "
            f"--layout {likely}`; or report the model and firmware.",
            **self.params("layout"),
            received=received,
            scores={name: round(scores[name], 2) for name in ordered},
        )

    def layout_does_not_fit(self, layout: str, received: int, *, named: bool) -> Garbled:
        why = "which was set for this terminal" if named else "which this terminal had before"
        return Garbled(
            f"{self}: the log of {received} bytes does not fit the layout {layout}, {why}. Nothing was stored. If its "
            "firmware was changed, let the layout be recognised anew: `attendance terminals set CODE --layout auto`.",
            **self.params("layout"),
            layout=layout,
            received=received,
        )

    def no_user_table(self, layout: str) -> Garbled:
        return Garbled(
            f"{self}: its records ({layout}) name people only by their place in its user table, and that table could "
            "not be read. Nothing was stored; pull again, or bring the log by USB stick.",
            **self.params("users"),
            layout=layout,
        )

    def emptied(self, known_bytes: int, counted: int | None) -> Garbled:
        before = "where it held records before" if known_bytes else "and the terminal does not say how many it has"
        return Garbled(
            f"{self}: the log came empty {before}. Nothing was stored, and nobody counts as absent for it. Look at the "
            "number of records in its menu: if it is 0, the log was cleared, and reading goes on with the next punch; "
            "else report the model and firmware.",
            **self.params("emptied"),
            known_bytes=known_bytes,
            counted=counted,
        )

    def changed(self, expected: str, found: str) -> Changed:
        return Changed(
            f"Terminal {found} answers at {self} where {expected} is registered. Nothing was stored; check which one "
            "hangs there, then register it or correct the address.",
            **self.params("serial"),
            expected=expected,
            found=found,
        )
