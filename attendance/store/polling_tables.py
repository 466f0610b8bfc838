"""The table of the poller: how far each terminal's breaker is, and when it is asked next. Bookkeeping, no evidence."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlmodel import Field, SQLModel

from attendance.store.tables import instant


class PollStateRow(SQLModel, table=True):
    """What the poller remembers of a terminal beyond a restart, and hands to the next leader.

    `state` is `closed` (healthy lanes), `open` (left alone until `next_at`) or `half_open` (being probed). `failures`
    counts those in a row; `changed_at` is when `state` last became what it is.
    """

    __tablename__: ClassVar[str] = "poll_state"
    terminal_id: int = Field(primary_key=True, foreign_key="terminal.id")
    state: str = Field(default="closed", max_length=16)
    failures: int = 0
    next_at: datetime = instant()
    changed_at: datetime = instant()
