"""Work that somebody is still at: in the memory of this process alone, bounded, and not for long.

Nothing of it lies on a disk before it is filed, so nothing of it is in a backup, and with the process it is gone.
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

from attendance import clock
from attendance.errors import Invalid, NotFound


class Kept(Protocol):
    """What a shelf needs to know of a piece of work; `size` in bytes."""

    token: str
    user_id: int
    size: int
    seen_at: datetime


K = TypeVar("K", bound=Kept)


class Shelf(Generic[K]):
    """Safe to use from many threads. `lasts`: how long work is kept after it was last looked at."""

    def __init__(
        self, now: clock.Now, *, lasts: timedelta, most_per_user: int, most: int, most_bytes: int, full: str
    ) -> None:
        self._now = now
        self._lasts, self._most_per_user, self._most, self._most_bytes = lasts, most_per_user, most, most_bytes
        self._full = full
        self._lock = threading.Lock()
        self._held: dict[str, K] = {}
        self._timer: threading.Timer | None = None

    def put(self, work: K) -> K:
        """Keep new work; the oldest of the same person gives way. Raises Invalid where this process holds too much."""
        with self._lock:
            self._forget_old()
            mine = sorted((w for w in self._held.values() if w.user_id == work.user_id), key=lambda w: w.seen_at)
            for old in mine[: max(0, len(mine) - self._most_per_user + 1)]:
                del self._held[old.token]
            held = sum(w.size for w in self._held.values())
            if len(self._held) >= self._most or (self._held and held + work.size > self._most_bytes):
                raise Invalid(self._full)
            self._held[work.token] = work
            self._wind()
            return work

    def get(self, token: str, user_id: int) -> K:
        """Work of this person. Raises NotFound for what is gone, or another's."""
        with self._lock:
            self._forget_old()
            work = self._held.get(token)
            if work is None or work.user_id != user_id:
                raise NotFound("draft", token[:32])
            work.seen_at = self._now()
            return work

    def drop(self, token: str, user_id: int) -> None:
        with self._lock:
            work = self._held.get(token)
            if work is not None and work.user_id == user_id:
                del self._held[token]

    def __len__(self) -> int:
        with self._lock:
            self._forget_old()
            return len(self._held)

    def _forget_old(self) -> None:
        oldest = self._now() - self._lasts
        for token in [token for token, work in self._held.items() if work.seen_at < oldest]:
            del self._held[token]

    def _wind(self) -> None:
        """Look again when the last of them must be gone, also where nobody ever comes back."""
        if self._timer is None:
            self._timer = threading.Timer(self._lasts.total_seconds() + 1, self._ring)
            self._timer.daemon = True
            self._timer.start()

    def _ring(self) -> None:
        with self._lock:
            self._timer = None
            self._forget_old()
            if self._held:
                self._wind()
