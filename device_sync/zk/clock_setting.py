"""The one door through which this product changes a terminal: its clock, when a person has asked for it by name.

Nothing that reads terminals imports this module; `tests/architecture` holds that, and that no other place names the
commands sent here. Source: terminals.md 1.2 (SET_TIME with a u32, then REFRESH).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from attendance.clock import to_wall
from device_sync import wire
from device_sync.terminal import TerminalError
from device_sync.wire import Command, Reply
from device_sync.zk.client import ZkTerminal
from device_sync.zk.session import Session

HALF_A_SECOND = timedelta(seconds=0.5)  # terminals count whole seconds: rounded, the clock is at most this much off


@dataclass(frozen=True, slots=True)
class Attempted:
    """What came of it. Offsets are terminal time minus true time, None where the clock was not read; `error` None: the
    terminal said yes.
    """

    offset_before: int | None = None
    offset_after: int | None = None
    error: TerminalError | None = None


class ClockSession(Session):
    """A session that may tell the terminal the time, and nothing else that a session may not."""

    def tell_time(self, value: int) -> None:
        """Sets the clock to this u32. Raises Refused where the terminal declines."""
        with self.doing("set clock"):
            answer = self._channel.exchange(Command.SET_TIME, value.to_bytes(4, "little"))
            if answer.code == Reply.UNAUTHORISED:
                raise self._channel.place.wrong_key()
            if answer.code != Reply.OK:
                raise self._channel.place.declined("set clock", answer.code)
            self._channel.exchange(Command.REFRESH)  # firmware without it has taken the time already


class ClockSetter(ZkTerminal):
    """A terminal whose clock is to be set."""

    session_kind = ClockSession

    def set_clock(self) -> Attempted:
        """Sets the clock to the true time and reads it before and after. Raises nothing: a failure is in the answer.

        Another serial than the registered one is refused before anything is sent.
        """
        read: dict[str, int | None] = {}
        try:
            self._converse(lambda session: self._set(session, read))
        except TerminalError as error:
            return Attempted(read.get("before"), read.get("after"), error)
        return Attempted(read.get("before"), read.get("after"))

    def _set(self, session: Session, read: dict[str, int | None]) -> None:
        assert isinstance(session, ClockSession)
        read["before"] = self._introduce(session).clock_offset_seconds
        session.tell_time(wire.encode_time(to_wall(self._now() + HALF_A_SECOND, self._zone_name)))
        read["after"] = self._measure_clock(session)
