"""A terminal that somebody is adding: all that is known and chosen, in memory until it is filed in one transaction."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from api.pages.drafts import Shelf
from attendance import clock
from attendance.services.matching import OnTerminal
from device_sync.checking import Step
from device_sync.discovery import FoundTerminal
from device_sync.poller import Job

LASTS = timedelta(hours=2)
MOST_PER_USER, MOST, MOST_BYTES = 3, 30, 64 * 1024 * 1024
FULL = "Many terminals are being added at this moment; try again in a while."
BYTES_PER_USER = 400
"""What one user of a terminal takes in memory, roughly."""


@dataclass(slots=True)
class Search:
    """Looking through networks; `done` of `addresses` were knocked at."""

    networks: tuple[str, ...]
    addresses: int = 0
    done: int = 0
    found: list[FoundTerminal] = field(default_factory=list)
    is_running: bool = True
    failed: bool = False


@dataclass(frozen=True, slots=True)
class KnownTerminal:
    """Why a terminal is not added: `serial` or `address` is that of one there is. `code` None: out of sight."""

    why: str
    code: str | None = None
    name: str = ""
    host: str = ""


@dataclass(slots=True)
class Trial:
    """Trying a terminal. `users` None: its table was not read. `first`, `last`: dates of its believable punches."""

    steps: list[Step] = field(default_factory=list)
    is_running: bool = True
    known: KnownTerminal | None = None
    serial: str = ""
    model: str = ""
    users: tuple[OnTerminal, ...] | None = None
    records: int | None = None
    capacity: int | None = None
    offset_seconds: int | None = None
    first: date | None = None
    last: date | None = None
    transfer_seconds: float = 0.0

    @property
    def is_good(self) -> bool:
        """Whether it can be added: it was reached, is no known one, and two readings agreed. A clock that is off or a
        log that is nearly full is told on the last page and stops nobody."""
        states = {step.name: step.state for step in self.steps}
        return not self.is_running and self.known is None and states.get("reads") == "ok"


@dataclass(slots=True)
class First:
    """The first reading of a terminal that was filed, and judging the days it touches; `failed`: by a fault of ours."""

    job: Job | None = None
    state: str = "reading"
    made: int = 0
    days: int = 0
    failed: bool = False


@dataclass(slots=True)
class Draft:
    """`stored`: its code, once it is filed. No `repr` shows the key."""

    token: str
    user_id: int
    seen_at: datetime
    search: Search | None = None
    host: str = ""
    port: int = 4370
    transport: str = "tcp"
    comm_key: int | None = field(default=None, repr=False)
    trial: Trial | None = None
    named: dict[str, str] = field(default_factory=dict)
    is_named: bool = False
    pairs: list[tuple[str, str]] = field(default_factory=list)
    is_matched: bool = False
    makes_people: bool = False
    counts_from: date | None = None
    stored: str | None = None
    first: First | None = None

    @property
    def size(self) -> int:
        users = self.trial.users if self.trial is not None else None
        return BYTES_PER_USER * len(users or ())


class Drafts(Shelf[Draft]):
    """Terminals being added, by token."""

    def __init__(self, now: clock.Now) -> None:
        super().__init__(now, lasts=LASTS, most_per_user=MOST_PER_USER, most=MOST, most_bytes=MOST_BYTES, full=FULL)

    def begin(self, user_id: int) -> Draft:
        """A new draft. Raises Invalid where this process holds too many."""
        return self.put(Draft(secrets.token_urlsafe(18), user_id, self._now()))
