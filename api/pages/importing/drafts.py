"""Sheets that somebody is still at work on."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from api.pages.drafts import Shelf
from attendance import clock
from attendance.sheets import Book

LASTS = timedelta(hours=4)
"""How long a sheet is kept after it was last worked on."""
MOST_PER_USER = 5
MOST = 40
MOST_BYTES = 256 * 1024 * 1024
FULL = "Many people import at this moment; try again in a while, or use `attendance import`."


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


class Drafts(Shelf[Draft]):
    """Safe to use from many threads. Whoever has a draft open for too long has to choose the file again."""

    def __init__(self, now: clock.Now) -> None:
        super().__init__(now, lasts=LASTS, most_per_user=MOST_PER_USER, most=MOST, most_bytes=MOST_BYTES, full=FULL)

    def keep(self, user_id: int, kind: str, book: Book, digest: str, size: int, *, home: str = "") -> Draft:
        """A new draft; the oldest of the same person gives way. Raises Invalid where this process holds too much."""
        return self.put(Draft(secrets.token_urlsafe(18), user_id, kind, book, digest, size, self._now(), home))
