"""When a terminal that fails is asked again: closed, after three failures open, then probed with growing pauses."""

from __future__ import annotations

import random
from dataclasses import dataclass

from device_sync.terminal import Changed, Refused, TerminalError

CLOSED, OPEN, HALF_OPEN = "closed", "open", "half_open"
FAILURES_TO_OPEN = 3
PAUSES = (30.0, 900.0)
"""First and longest pause, in seconds, of a terminal that cannot be reached."""
LONG_PAUSES = (300.0, 3600.0)
"""The same for one that says no, or is another than expected: a person has to act, and asking more often is no help."""
SPREAD = 0.2


@dataclass(slots=True)
class Breaker:
    """Of one terminal. `failures` counts those in a row."""

    state: str = CLOSED
    failures: int = 0

    @property
    def is_doubtful(self) -> bool:
        """Whether the last answer was a failure: it must not stand in the way of those that answer."""
        return self.failures > 0

    def probe(self) -> None:
        """An open one is about to be tried."""
        if self.state == OPEN:
            self.state = HALF_OPEN

    def succeed(self) -> None:
        self.state, self.failures = CLOSED, 0

    def fail(self, error: TerminalError | None) -> float | None:
        """Seconds to leave the terminal alone; None: it is still asked on its usual interval.

        Each further failure doubles the pause, which is spread by a fifth so that those lost together do not come
        back together.
        """
        self.failures += 1
        if self.failures < FAILURES_TO_OPEN and self.state == CLOSED:
            return None
        self.state = OPEN
        first, longest = LONG_PAUSES if isinstance(error, Refused | Changed) else PAUSES
        doublings = min(max(self.failures - FAILURES_TO_OPEN, 0), 16)
        return min(first * (1 << doublings), longest) * random.uniform(1 - SPREAD, 1 + SPREAD)
