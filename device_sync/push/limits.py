"""How much may come: rates by address and serial, sizes of bodies. Held in memory; a restart forgets it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

MAX_BODY = 2 * 1024 * 1024
"""Bytes of one body. Terminals send some hundred rows of 40 bytes at a time; a photograph has some ten thousand."""
MAX_LINES = 60_000
MAX_HEADERS = 16 * 1024
BODY_SECONDS = 30.0
BODIES_AT_ONCE = 64
BODIES_OF_ADDRESS = 16


class Rates:
    """A bucket of tokens per key: `burst` at once, `per_second` in the long run; `most` keys are remembered.

    The key that was quiet longest is forgotten first, and begins anew with a full bucket.
    """

    def __init__(self, per_second: float, burst: int, clock: Callable[[], float], most: int = 4096) -> None:
        self.per_second, self.burst, self.clock, self.most = per_second, float(burst), clock, most
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._guard = threading.Lock()

    def allow(self, key: str) -> bool:
        """Take one token of this key; False where none is left."""
        with self._guard:
            now = self.clock()
            left, at = self._buckets.pop(key, (self.burst, now))
            left = min(self.burst, left + max(0.0, now - at) * self.per_second)
            allowed = left >= 1.0
            self._buckets[key] = (left - 1.0 if allowed else left, now)
            if len(self._buckets) > self.most:
                self._buckets.popitem(last=False)
            return allowed

    def __len__(self) -> int:
        return len(self._buckets)
