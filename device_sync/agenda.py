"""When each terminal is pulled next: its ticks, its breaker, what was heard of it. Decides; touches no socket.

Pauses are counted on the monotonic clock, so that setting the server's clock neither hurries nor delays anybody. What
goes to the database is an instant, and coming back from there it is never later than the longest pause from now.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

from attendance.store.polling import Remembered, ToPoll
from device_sync.breaker import CLOSED, LONG_PAUSES, OPEN, Breaker
from device_sync.terminal import TerminalError

JITTER = 0.2
"""Each tick comes later by up to this share of the interval, so that terminals do not all answer at once."""
OCCUPIED_SECONDS = 5.0
"""After so long a terminal is tried again that another process was just talking to."""
HINT_DELAY_SECONDS, HINT_PAUSE_SECONDS = 5.0, 60.0
"""A live punch brings a pull so much later, and at most one in so long."""


@dataclass
class Polled:
    """A terminal as the timetable knows it; `phase` places its ticks, `due` is the next moment, both monotonic."""

    id: int
    code: str
    interval: float
    reached_by: tuple[str | int | bool | None, ...]
    due: float
    phase: float
    changed_at: datetime
    last_ok_at: datetime | None
    breaker: Breaker = field(default_factory=Breaker)
    began: float | None = None
    is_live: bool = False
    is_hinted: bool = False
    owes_full: bool = False
    is_changed: bool = True

    def next_tick(self, moment: float) -> tuple[float, int]:
        """The next tick after a pull that ended now, at least half an interval after its beginning; how many passed."""
        began = moment if self.began is None else self.began
        ahead = ceil((max(began + self.interval / 2, moment) - self.phase) / self.interval)
        passed = max(0, int((moment - self.due) / self.interval))
        return self.phase + ahead * self.interval + random.random() * JITTER * self.interval, passed


class Agenda:
    """What is known of every terminal, by code. Not safe by itself: the poller guards it."""

    def __init__(self) -> None:
        self.known: dict[str, Polled] = {}
        self.passed_over = 0

    def look_at(self, listed: Sequence[ToPoll], now: datetime, moment: float) -> None:
        """Take over what the office says: new terminals, changed addresses, good pulls of other processes."""
        for terminal in listed:
            known = self.known.get(terminal.code)
            if known is None or known.reached_by != terminal.reached_by:
                known = self.known[terminal.code] = _meet(terminal, now, moment, is_new=known is None)
            known.is_live = terminal.live
            if known.interval != terminal.poll_seconds:
                known.interval = float(terminal.poll_seconds)
                known.due = min(known.due, moment + known.interval)
            if terminal.last_ok_at != known.last_ok_at:
                known.last_ok_at = terminal.last_ok_at
                if known.breaker.is_doubtful:
                    known.breaker.succeed()  # somebody else got through
                    known.changed_at, known.due, known.is_changed = now, moment, True
        for code in set(self.known) - {terminal.code for terminal in listed}:
            del self.known[code]

    def due(self, moment: float) -> list[Polled]:
        return [known for known in self.known.values() if known.due <= moment]

    def is_doubtful(self, code: str) -> bool:
        known = self.known.get(code)
        return known is not None and known.breaker.is_doubtful

    def is_left_alone(self, code: str) -> bool:
        known = self.known.get(code)
        return known is not None and known.breaker.state != CLOSED

    def begin(self, code: str, now: datetime, moment: float) -> None:
        """A pull of the terminal begins."""
        known = self.known.get(code)
        if known is not None:
            known.began, known.is_hinted = moment, False
            if known.breaker.state == OPEN:
                known.breaker.probe()
                known.changed_at, known.is_changed = now, True

    def end(self, code: str, now: datetime, moment: float, *, full: bool) -> None:
        """A pull was filed."""
        known = self.known.get(code)
        if known is None:
            return
        if known.breaker.state != CLOSED:
            known.changed_at = now
        known.breaker.succeed()
        known.owes_full = known.owes_full and not full
        self._next(known, moment)
        if known.owes_full:
            known.due = moment

    def fail(self, code: str, now: datetime, moment: float, error: TerminalError | None) -> bool:
        """A pull came to nothing. True: from now on the terminal is left alone."""
        known = self.known.get(code)
        if known is None:
            return False
        before = known.breaker.state
        pause = known.breaker.fail(error)
        if pause is None:
            self._next(known, moment)
            return False
        known.due, known.changed_at, known.is_changed = moment + pause, now, True
        return before == CLOSED

    def put_off(self, code: str, moment: float) -> None:
        """Another process is talking to it: nothing was learned, and what it brings lies in the same database."""
        known = self.known.get(code)
        if known is not None:
            known.breaker.state = CLOSED if known.breaker.state == CLOSED else OPEN
            known.due, known.is_changed = moment + OCCUPIED_SECONDS, True

    def hint(self, code: str, moment: float) -> None:
        """Something was heard of it: read it soon, once for a burst."""
        known = self.known.get(code)
        if known is None or known.is_hinted or known.breaker.state != CLOSED:
            return
        known.is_hinted = True
        again = moment if known.began is None else known.began + HINT_PAUSE_SECONDS
        known.due = min(known.due, max(moment + HINT_DELAY_SECONDS, again))

    def make_due(self, moment: float, *, full: bool) -> None:
        """Every terminal that is not left alone is due now; with `full` each owes a whole reading, when it answers."""
        for known in self.known.values():
            known.owes_full = known.owes_full or full
            if known.breaker.state == CLOSED:
                known.due = min(known.due, moment)

    def take_changes(self, now: datetime, moment: float) -> list[tuple[int, Remembered]]:
        """What is to be written down since the last time, by the number of the terminal."""
        changed = [known for known in self.known.values() if known.is_changed]
        for known in changed:
            known.is_changed = False
        return [
            (
                known.id,
                Remembered(
                    known.breaker.state,
                    known.breaker.failures,
                    now + timedelta(seconds=max(0.0, known.due - moment)),
                    known.changed_at,
                ),
            )
            for known in changed
        ]

    def states(self) -> Counter[str]:
        return Counter(known.breaker.state for known in self.known.values())

    def _next(self, known: Polled, moment: float) -> None:
        known.due, passed = known.next_tick(moment)
        self.passed_over += passed
        known.is_changed = True


def _meet(terminal: ToPoll, now: datetime, moment: float, *, is_new: bool) -> Polled:
    """A terminal seen for the first time, as it was written down; one whose address changed begins anew, at once."""
    interval = float(terminal.poll_seconds)
    known = Polled(
        terminal.id,
        terminal.code,
        interval,
        terminal.reached_by,
        due=moment,
        phase=moment + random.random() * interval,
        changed_at=now,
        last_ok_at=terminal.last_ok_at,
    )
    kept = terminal.remembered
    if kept is not None and is_new:
        is_closed = kept.state == CLOSED
        longest = interval * (1.5 + JITTER) if is_closed else LONG_PAUSES[1] * 1.2
        known.due = moment + min(max((kept.next_at - now).total_seconds(), 0.0), longest)
        known.breaker = Breaker(CLOSED if is_closed else OPEN, kept.failures)
        known.changed_at, known.is_changed = kept.changed_at, False
    return known
