"""Sheets that somebody is still at work on: in the memory of this process alone, and not for long.

Nothing of a sheet lies on a disk before it is filed, so nothing of it is in a backup, and with the process it is gone.
"""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from attendance import clock
from attendance.errors import Invalid, NotFound
from attendance.sheets import Book

LASTS = timedelta(hours=4)
"""How long a sheet is kept after it was last worked on."""
MOST_PER_USER = 5
MOST = 40
MOST_BYTES = 256 * 1024 * 1024


@dataclass(slots=True)
class Draft:
    """A sheet and everything said of it so far, as it was typed. `home`: where its reader goes on to."""

    token: str
    user_id: int
    kind: str
    book: Book
    digest: str
    size: int
    seen_at: datetime
    home: str = ""
    mapping: dict[str, str] = field(default_factory=dict)
    mends: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)


class Drafts:
    """Safe to use from many threads. Whoever has a draft open for too long has to choose the file again."""

    def __init__(self, now: clock.Now) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._held: dict[str, Draft] = {}
        self._timer: threading.Timer | None = None

    def keep(self, user_id: int, kind: str, book: Book, digest: str, size: int, *, home: str = "") -> Draft:
        """A new draft; the oldest of the same person gives way. Raises Invalid where this process holds too much."""
        with self._lock:
            self._forget_old()
            mine = sorted((d for d in self._held.values() if d.user_id == user_id), key=lambda d: d.seen_at)
            for draft in mine[: max(0, len(mine) - MOST_PER_USER + 1)]:
                del self._held[draft.token]
            held = sum(draft.size for draft in self._held.values())
            if len(self._held) >= MOST or (self._held and held + size > MOST_BYTES):
                raise Invalid("Many people import at this moment; try again in a while, or use `attendance import`.")
            draft = Draft(secrets.token_urlsafe(18), user_id, kind, book, digest, size, self._now(), home)
            self._held[draft.token] = draft
            self._wind()
            return draft

    def get(self, token: str, user_id: int) -> Draft:
        """A draft of this person. Raises NotFound for one that is gone, or another's."""
        with self._lock:
            self._forget_old()
            draft = self._held.get(token)
            if draft is None or draft.user_id != user_id:
                raise NotFound("draft", token[:32])
            draft.seen_at = self._now()
            return draft

    def drop(self, token: str, user_id: int) -> None:
        with self._lock:
            draft = self._held.get(token)
            if draft is not None and draft.user_id == user_id:
                del self._held[token]

    def __len__(self) -> int:
        with self._lock:
            self._forget_old()
            return len(self._held)

    def _forget_old(self) -> None:
        oldest = self._now() - LASTS
        for token in [token for token, draft in self._held.items() if draft.seen_at < oldest]:
            del self._held[token]

    def _wind(self) -> None:
        """Look again when the last of them must be gone, also where nobody ever comes back."""
        if self._timer is None:
            self._timer = threading.Timer(LASTS.total_seconds() + 1, self._ring)
            self._timer.daemon = True
            self._timer.start()

    def _ring(self) -> None:
        with self._lock:
            self._timer = None
            self._forget_old()
            if self._held:
                self._wind()
