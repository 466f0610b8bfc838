"""What goes on right now, told to whoever looks: live punches, and how far readings are. Hints; nothing is kept.

In memory, of this process, bounded: the last few messages, and as many for each subscriber, who loses the oldest when
too slow. The record of a punch is the next pull.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from device_sync.pulling import Progress

KEPT = 200
MOST_SUBSCRIBERS = 500


@dataclass(frozen=True, slots=True)
class LivePunch:
    """A punch as a terminal announced it. `pin` None: it told only the place in its user table, which names nobody.

    `wall` is the terminal's own local time, `heard_at` an instant.
    """

    terminal: str
    pin: str | None
    wall: datetime
    state: int
    verify: int
    heard_at: datetime


@dataclass(frozen=True, slots=True)
class WasRead:
    """The live punches of a terminal up to this message's number are in the record now."""

    terminal: str
    up_to: int


@dataclass(frozen=True, slots=True)
class Message:
    """`number` rises by one."""

    number: int
    content: LivePunch | Progress | WasRead


class TooManySubscribers(Exception):
    """So many look already that one more would cost the others."""


@dataclass(eq=False)
class Subscription:
    """What one subscriber has not taken yet, at most KEPT messages; `lost` counts those that fell out."""

    wake: Callable[[], object]
    lost: int = 0
    closed: bool = False
    _messages: deque[Message] = field(default_factory=lambda: deque(maxlen=KEPT))
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def take(self) -> list[Message]:
        """Everything that came since the last time, in order."""
        with self._guard:
            taken = list(self._messages)
            self._messages.clear()
        return taken

    def _add(self, message: Message) -> None:
        with self._guard:
            self.lost += len(self._messages) == KEPT
            self._messages.append(message)
        self.wake()


class Hub:
    """Safe to use from any thread; telling never waits for those who listen."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._last = 0
        self._unread: deque[Message] = deque(maxlen=KEPT)
        self._subscriptions: set[Subscription] = set()
        self._guard = threading.Lock()
        self._closed = False

    @property
    def last_number(self) -> int:
        return self._last

    def tell(self, content: LivePunch | Progress) -> None:
        self._tell(content)

    def settle(self, terminal: str, up_to: int) -> None:
        """A pull that began after message `up_to` was stored: what was heard before is hearsay no more."""
        with self._guard:
            unread = [
                message
                for message in self._unread
                if not (isinstance(message.content, LivePunch) and message.content.terminal == terminal)
                or message.number > up_to
            ]
            changed = len(unread) != len(self._unread)
            self._unread = deque(unread, maxlen=KEPT)
        if changed:
            self._tell(WasRead(terminal, up_to))

    @contextmanager
    def subscribed(self, wake: Callable[[], object]) -> Iterator[Subscription]:
        """A subscription for the block; it begins with the live punches not read yet. `wake` is called on news.

        Raises TooManySubscribers.
        """
        found = Subscription(wake)
        with self._guard:
            if len(self._subscriptions) >= MOST_SUBSCRIBERS:
                raise TooManySubscribers
            found._messages.extend(self._unread)
            found.closed = self._closed
            self._subscriptions.add(found)
        try:
            yield found
        finally:
            with self._guard:
                self._subscriptions.discard(found)

    def close(self) -> None:
        """Let everybody who listens go; used when the service ends."""
        with self._guard:
            self._closed = True
            told = tuple(self._subscriptions)
        for subscription in told:
            subscription.closed = True
            subscription.wake()

    def _tell(self, content: LivePunch | Progress | WasRead) -> None:
        with self._guard:
            message = Message(next(self._numbers), content)
            self._last = message.number
            if isinstance(content, LivePunch):
                self._unread.append(message)
            for subscription in self._subscriptions:  # under the guard, so that all hear in the same order
                subscription._add(message)
