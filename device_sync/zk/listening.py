"""Listening to a ZKTeco terminal between pulls: punches as they happen, as hints."""

from __future__ import annotations

from collections.abc import Callable

from device_sync.events import PUNCHES, LiveEvent, parse_event
from device_sync.wire import Command
from device_sync.zk.client import ZkTerminal
from device_sync.zk.session import Session
from device_sync.zk.transport import Channel, Deadline
from device_sync.zk.walls import ASKED

STEP_SECONDS = 0.2
"""How soon a listener notices that it is to step aside."""
KEEP_ALIVE_SECONDS = 30.0
"""After so long a silence the terminal is asked for its time: one that restarted says nothing by itself."""


class ListeningSession(Session):
    """May also register for events, which changes no data of the terminal and ends with the connection."""

    asked = ASKED | {Command.REGISTER_EVENTS}

    @property
    def channel(self) -> Channel:
        return self._channel

    def register(self, mask: int) -> None:
        """Raises Refused where the terminal offers no events."""
        with self.doing("register for events"):
            answer = self._ZK__send_command(Command.REGISTER_EVENTS, mask.to_bytes(4, "little"))
            if not answer["status"]:
                raise self._channel.place.declined("register for events", answer["code"])


class ZkListener(ZkTerminal):
    """A terminal that is listened to."""

    session_kind = ListeningSession
    keep_alive_seconds = KEEP_ALIVE_SECONDS

    def listen(
        self,
        heard: Callable[[LiveEvent], None],
        keep_on: Callable[[], bool],
        *,
        on_listening: Callable[[], None] = lambda: None,
    ) -> None:
        """Tells every punch the terminal announces until `keep_on` says no, then leaves politely.

        `on_listening` is called once events are registered for. Raises Unreachable, Refused, Garbled or Changed when
        the terminal is lost, nothing else of its own.
        """

        def take(data: bytes) -> None:
            event = parse_event(data)
            if event is not None:
                heard(event)

        def follow(session: Session) -> None:
            assert isinstance(session, ListeningSession)
            channel = session.channel
            self._introduce(session)
            channel.on_event = take
            session.register(PUNCHES)
            on_listening()
            quiet = Deadline(self.keep_alive_seconds)
            while keep_on():
                channel.deadline = Deadline(self.limits.total_seconds)  # a conversation without an end, step by step
                channel.step = "listen"
                if channel.hear(STEP_SECONDS):
                    quiet = Deadline(self.keep_alive_seconds)
                elif quiet.remaining() <= 0:
                    session.read_clock()
                    quiet = Deadline(self.keep_alive_seconds)

        self._converse(follow)
