"""Live punches: one thread per terminal that wants it listens between pulls, and steps aside for whoever pulls.

What is heard is a hint: shown at once, stored nowhere; a pull soon after makes it the record.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from time import monotonic

from attendance.clock import Now, utc_now
from attendance.errors import AttendanceError
from attendance.store.exclusive import LOOK_AGAIN_SECONDS, Held, Taken
from device_sync.breaker import Breaker
from device_sync.events import LiveEvent
from device_sync.hints import LivePunch
from device_sync.poller import Poller
from device_sync.terminal import TerminalError

log = logging.getLogger(__name__)

BETWEEN_SECONDS = 1.0
"""Terminals that allow one session need a moment after it before they take the next."""
RETRY_SECONDS = 2.0
"""After a first failure: a terminal that restarts is back soon."""
ASK_OTHERS_SECONDS = 1.0
"""How often other processes are asked whether they wait for the terminal; those in this one are seen at once."""


class Listeners:
    """The threads that listen. `keep` is called by one thread; a listener never raises out of its own."""

    def __init__(
        self,
        poller: Poller,
        *,
        now: Now = utc_now,
        between_seconds: float = BETWEEN_SECONDS,
        retry_seconds: float = RETRY_SECONDS,
    ) -> None:
        self._make = partial(
            _Listener, poller=poller, now=now, between_seconds=between_seconds, retry_seconds=retry_seconds
        )
        self._listeners: dict[str, _Listener] = {}

    def keep(self, codes: Iterable[str]) -> None:
        """Listen to exactly these terminals from now on."""
        wanted = set(codes)
        for code in set(self._listeners) - wanted:
            self._listeners.pop(code).stopped.set()
        for code in wanted - set(self._listeners):
            listener = self._listeners[code] = self._make(code)
            listener.thread.start()

    def stop(self) -> None:
        """End them all, each with a polite goodbye."""
        listeners = tuple(self._listeners.values())
        self.keep(())
        for listener in listeners:
            listener.thread.join()


@dataclass
class _Listener:
    code: str
    poller: Poller
    now: Now
    between_seconds: float
    retry_seconds: float
    stopped: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.breaker = Breaker()
        self.thread = threading.Thread(target=self._run, name=f"listen-{self.code}", daemon=True)
        self._is_lost = False

    def _run(self) -> None:
        pause = 0.0
        while not self.stopped.wait(pause):
            if self.poller.is_left_alone(self.code):
                pause = self.retry_seconds  # the poller probes it, and this one waits for that
                continue
            try:
                self._listen()
                pause = max(self.between_seconds, 3 * LOOK_AGAIN_SECONDS)  # whoever waits for it comes first
            except Taken:
                return
            except TerminalError as error:
                pause = self._fail(error)
            except AttendanceError as error:
                log.warning("terminal %s is not listened to: %s", self.code, error)
                pause = self._fail(None)
            except Exception:
                log.exception("listening to terminal %s failed", self.code)
                pause = self._fail(None)

    def _listen(self) -> None:
        """Until somebody else wants the terminal. Raises TerminalError; Taken when it is to stop."""
        with self.poller.puller.alone(self.code, give_up=self.stopped.is_set) as held:
            listener = self.poller.puller.listener(self.code)
            listener.listen(self._hear, _KeepOn(self.stopped, held), on_listening=self._succeed)
            self.stopped.wait(self.between_seconds)

    def _succeed(self) -> None:
        self.breaker.succeed()
        if self._is_lost:
            self._is_lost = False
            log.info("terminal %s is listened to again", self.code)

    def _fail(self, error: TerminalError | None) -> float:
        if not self._is_lost and error is not None:
            self._is_lost = True
            log.warning("terminal %s is not listened to: %s", self.code, error)
        pause = self.breaker.fail(error)
        return self.retry_seconds * self.breaker.failures if pause is None else pause

    def _hear(self, event: LiveEvent) -> None:
        self.poller.hub.tell(
            LivePunch(self.code, event.pin, event.wall, event.state, event.verify, heard_at=self.now())
        )
        self.poller.counts["live_punches"] += 1
        self.poller.hint(self.code)


class _KeepOn:
    """Whether to go on listening: nobody waits for the terminal, here or in another process."""

    def __init__(self, stopped: threading.Event, held: Held) -> None:
        self._stopped = stopped
        self._held = held
        self._ask_others_at = 0.0

    def __call__(self) -> bool:
        if self._stopped.is_set() or self._held.is_wanted_here():
            return False
        if monotonic() < self._ask_others_at:
            return True
        self._ask_others_at = monotonic() + ASK_OTHERS_SECONDS
        return not self._held.is_wanted()
