"""Looks at people's records, written before the answer leaves, by transactions that many readers share.

When the store refuses (full disk, locked) reading goes on: looks wait here, a bounded number of them, and are written
at the next chance. What is lost beyond the bound is counted and becomes an entry itself.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

import orjson
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from attendance.errors import AttendanceError
from attendance.store.trail_chain import digest_of_subjects, instant
from attendance.store.trail_writing import Entry, append

WAIT_SECONDS = 2.0
"""So long an answer waits for its look to be written, at most about twice; then the look waits alone."""
AGAIN_SECONDS = 5.0
"""So long nothing is tried after the store refused, or every reader would wait for it."""
MOST_LOOKS = 10_000
MOST_PEOPLE = 1_000_000  # of all waiting looks together
POLLED_ONCE_PER = 3600 * 1_000_000  # microseconds
_MOST_VIEWS = 10_000
LOST = "looks.lost"

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Lost:
    count: int = 0
    first: int = 0
    last: int = 0
    people: set[int] = field(default_factory=set)

    def add(self, other: _Lost) -> None:
        if other.count:
            self.first = min(self.first, other.first) if self.count else other.first
            self.last = max(self.last, other.last)
            self.count += other.count
            self.people |= other.people


class Looks:
    """The looks of one process that are not written yet. `write` begins a transaction that waits briefly only."""

    def __init__(
        self,
        write: Callable[[], AbstractContextManager[Session]],
        *,
        most: int = MOST_LOOKS,
        most_people: int = MOST_PEOPLE,
        tick: Callable[[], float] = time.monotonic,
    ) -> None:
        self._write, self._most, self._most_people, self._tick = write, most, most_people, tick
        self._waiting: deque[Entry] = deque()
        self._people = 0
        self._added = self._done = 0  # how many looks ever came and went, lost ones included
        self._lost = _Lost()
        self._not_before = 0.0
        self._seen: OrderedDict[tuple[object, ...], int] = OrderedDict()
        self._lock = threading.Lock()
        self._turn = threading.Lock()

    @property
    def waiting(self) -> int:
        """How many looks are not written, those that were lost and are not recorded as such among them."""
        with self._lock:
            return len(self._waiting) + self._lost.count

    @property
    def refused(self) -> bool:
        """Whether the store refused at the last try, and looks wait for the next."""
        return self._not_before > 0.0

    def file(self, entries: Sequence[Entry]) -> None:
        """Write looks, or let them wait. Raises nothing: reading goes on."""
        with self._lock:
            for entry in entries:
                if not self._is_repeated(entry):
                    self._take(entry)
            mine = self._added
            if mine == self._done or self._tick() < self._not_before:
                return
        if not self._turn.acquire(timeout=WAIT_SECONDS):
            return
        try:
            if self._done < mine:  # else whoever had the turn before wrote ours with theirs
                self._drain()
        finally:
            self._turn.release()

    def retry(self, *, now: bool = False) -> None:
        """Write what waits, where something does and nobody is at it. `now`: however shortly ago the store refused."""
        if self.waiting and (now or self._tick() >= self._not_before) and self._turn.acquire(blocking=False):
            try:
                self._drain()
            finally:
                self._turn.release()

    def close(self) -> None:
        """Write what waits, the last time; what cannot be is counted in the log."""
        self.retry(now=True)
        if left := self.waiting:
            _log.error("%d looks at people's records could not be written to the trail and are lost", left)

    def _is_repeated(self, entry: Entry) -> bool:
        at, name, user_id, _role, via, _address, _act, view, record = entry.fields
        assert isinstance(at, int)
        key = (user_id, name, via, view, record, digest_of_subjects(entry.employees))
        if entry.polled and 0 <= at - self._seen.get(key, -POLLED_ONCE_PER) < POLLED_ONCE_PER:
            return True
        self._seen[key] = at
        self._seen.move_to_end(key)
        if len(self._seen) > _MOST_VIEWS:
            self._seen.popitem(last=False)
        return False

    def _take(self, entry: Entry) -> None:
        self._added += 1
        if len(self._waiting) < self._most and self._people + len(entry.employees) <= self._most_people:
            self._waiting.append(entry)
            self._people += len(entry.employees)
            return
        at = entry.fields[0]
        assert isinstance(at, int)
        self._lost.add(_Lost(1, at, at, set(entry.employees)))

    def _drain(self) -> None:
        with self._lock:
            batch, upto = list(self._waiting), self._added
            lost, self._lost = self._lost, _Lost()
        if not batch and not lost.count:
            return
        try:
            with self._write() as session:
                append(session, batch + ([_entry_of(lost)] if lost.count else []))
        except (AttendanceError, SQLAlchemyError) as error:
            if not self.refused:
                _log.error("looks at people's records wait to be written to the trail: %s", error)
            with self._lock:
                self._lost.add(lost)
                self._not_before = self._tick() + AGAIN_SECONDS
            return
        with self._lock:
            for entry in batch:
                self._waiting.popleft()
                self._people -= len(entry.employees)
            self._done = upto
        if self.refused:
            _log.warning("%d looks that waited are written to the trail; %d were lost", len(batch), lost.count)
            self._not_before = 0.0


def _entry_of(lost: _Lost) -> Entry:
    moments = {"from": instant(lost.first).isoformat(), "to": instant(lost.last).isoformat()}
    content = orjson.dumps({"why": "", "before": None, "after": {"count": lost.count, **moments}}).decode()
    fields = (lost.last, "attendance", None, "", "job", "", LOST, "trail", "")
    return Entry(fields, tuple(sorted(lost.people)), content, secrets.token_bytes(16))
