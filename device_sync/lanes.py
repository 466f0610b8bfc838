"""Lanes: so many threads that do work one after the other, what is urgent first."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable

log = logging.getLogger(__name__)

Work = Callable[[], None]


class Lanes:
    """Threads are started when there is work for them, up to `count`, and end with `stop`."""

    def __init__(self, count: int, name: str) -> None:
        self.count = count
        self._name = name
        self._urgent: deque[Work] = deque()
        self._usual: deque[Work] = deque()
        self._changed = threading.Condition()
        self._threads: set[threading.Thread] = set()
        self._idle = 0
        self._stopped = False

    def put(self, work: Work, *, urgent: bool = False) -> None:
        """Have something done; nothing is taken any more after `stop`."""
        with self._changed:
            if self._stopped:
                return
            (self._urgent if urgent else self._usual).append(work)
            if self._idle < self.waiting and len(self._threads) < self.count:
                self._start()
            self._changed.notify()

    @property
    def waiting(self) -> int:
        return len(self._urgent) + len(self._usual)

    @property
    def busy(self) -> int:
        return len(self._threads) - self._idle

    def give_up(self, thread: threading.Thread) -> None:
        """Count a thread no more that does not come back: another takes its place, and it ends when it can."""
        with self._changed:
            if thread in self._threads:
                self._threads.discard(thread)
                if self.waiting and not self._stopped:
                    self._start()

    def stop(self) -> None:
        """Forget what waits, and let every thread end with what it does."""
        with self._changed:
            self._stopped = True
            self._urgent.clear()
            self._usual.clear()
            self._changed.notify_all()

    def join(self, seconds: float | None = None) -> bool:
        """Wait for the threads after `stop`; False when one is still at work."""
        for thread in tuple(self._threads):
            thread.join(seconds)
        return not any(thread.is_alive() for thread in tuple(self._threads))

    def _start(self) -> None:
        thread = threading.Thread(target=self._work, name=f"{self._name}-{len(self._threads)}", daemon=True)
        self._threads.add(thread)
        thread.start()

    def _work(self) -> None:
        me = threading.current_thread()
        while True:
            with self._changed:
                while not self.waiting and not self._stopped and me in self._threads:
                    self._idle += 1
                    self._changed.wait()
                    self._idle -= 1
                if me not in self._threads:
                    self._changed.notify()
                    return
                if not self.waiting:
                    return
                work = self._urgent.popleft() if self._urgent else self._usual.popleft()
            try:
                work()
            except Exception:
                log.exception("a lane met an error nobody else took")
