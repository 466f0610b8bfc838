"""What this process knows of long lists of violations: how many rows, and which row stands at which number.

Good until a verdict changes: verdicts are never deleted and SQLite numbers them in the order of their transactions, so
that the newest one names the state of the list. PostgreSQL gives numbers before it commits; there nothing is kept.
"""

from __future__ import annotations

import threading
from bisect import bisect_right, insort
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from attendance.store.bulk import is_sqlite
from attendance.store.evidence_tables import RulingRow
from attendance.store.questions import answers, core

MOST_LISTS = 256
MOST_PLACES = 2_000
"""So many places are kept of one list; beyond, those that are there must do."""
_NEWEST = (
    select(core(RulingRow.id), core(RulingRow.recorded_at), core(RulingRow.digest))
    .order_by(core(RulingRow.id).desc())
    .limit(1)
)


@dataclass(slots=True)
class Known:
    """`places`: numbers and the row before which so many rows stand, ascending."""

    total: int | None = None
    places: list[tuple[int, Any]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def nearest(self, number: int) -> tuple[Any, int]:
        """The place nearest to a number and not behind it, with its own number; None and 0: the beginning."""
        with self.lock:
            at = bisect_right(self.places, number, key=lambda known: known[0])
            return (self.places[at - 1][1], self.places[at - 1][0]) if at else (None, 0)

    def remember(self, number: int, place: Any) -> None:
        """That so many rows stand up to this row, itself included."""
        with self.lock:
            at = bisect_right(self.places, number, key=lambda known: known[0])
            if (at and self.places[at - 1][0] == number) or len(self.places) >= MOST_PLACES:
                return
            insort(self.places, (number, place), key=lambda known: known[0])


_lists: OrderedDict[Any, Known] = OrderedDict()
_lock = threading.Lock()


def key_of(session: Session, filtered: str) -> Any:
    """What a list is known by while nothing changes; None where nothing can be kept."""
    if not is_sqlite(session):
        return None
    newest = next(iter(answers(session, _NEWEST)), None)
    return str(session.get_bind().url), tuple(newest or ()), filtered  # type: ignore[union-attr]


def known(key: Any) -> Known:
    with _lock:
        found = _lists.setdefault(key, Known())
        _lists.move_to_end(key)
        if len(_lists) > MOST_LISTS:
            _lists.popitem(last=False)
        return found
