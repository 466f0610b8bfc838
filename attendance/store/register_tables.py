"""Tables of the register of papers: one row per paper, whatever it is about, and the desks a roster has to fill.

What a paper says stands in rows of its kind (`absence`, `exemption`, `duty`, …) that name it by `paper_id`; the engine
reads those. Here stands who handed it in, who decided on it, and who took it back: each entered once, nothing erased.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from attendance.store.tables import instant

PAPER_KINDS = (
    "leave",
    "mission",
    "meeting",
    "exemption",
    "protection",
    "overtime",
    "site",
    "duty",
    "outage",
    "calendar",
)
PRIVATE = ("leave", "exemption", "protection")
"""Kinds that are a reason, or have one."""
STATUSES = ("proposed", "approved", "refused", "withdrawn")


class PaperRow(SQLModel, table=True):
    """A paper: of a person, of a terminal (outage), or of the calendar of a unit (None: of the whole tree).

    `unit_id`: the unit whose paper it is: where the person serves on its first date, or the terminal stands.

    `from_on`, `to_on`: the dates it speaks of, None: open. `note` is what its author said, `decision_note` and
    `withdrawal_note` what was said with those. `author_id`, `decided_by_id`, `withdrawn_by_id`: accounts, None for the
    console and for papers from before there were authors, whose names are empty.
    """

    __tablename__: ClassVar[str] = "paper"
    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(max_length=16, index=True)
    employee_id: int | None = Field(default=None, foreign_key="employee.id", index=True)
    terminal_id: int | None = Field(default=None, foreign_key="terminal.id", index=True)
    unit_id: int | None = Field(default=None, foreign_key="unit.id", index=True)
    code: str = ""
    from_on: date | None = Field(default=None, index=True)
    to_on: date | None = None
    document: str = ""
    place: str = ""
    note: str = ""
    author_id: int | None = Field(default=None, foreign_key="app_user.id", index=True)
    author: str = ""
    recorded_at: datetime = instant()
    decision: str | None = Field(default=None, max_length=16)
    decided_at: datetime | None = instant(nullable=True)
    decided_by_id: int | None = Field(default=None, foreign_key="app_user.id")
    decided_by: str = ""
    decision_note: str = ""
    withdrawn_at: datetime | None = instant(nullable=True)
    withdrawn_by_id: int | None = Field(default=None, foreign_key="app_user.id")
    withdrawn_by: str = ""
    withdrawal_note: str = ""

    @property
    def status(self) -> str:
        """One of STATUSES."""
        return "withdrawn" if self.withdrawn_at is not None else self.decision or "proposed"

    @property
    def version(self) -> int:
        """1 as handed in, one more for each thing that happened to it since."""
        return 1 + (self.decision is not None) + (self.withdrawn_at is not None)


class RosterPostRow(SQLModel, table=True):
    """A desk or duty that must be filled: on weekdays (mon to sun) from a date to another, and on single `dates`.

    `starts`, `ends` are HH:MM; an end at or before the start lies on the next day. `needed`: how many people at once.
    """

    __tablename__: ClassVar[str] = "roster_post"
    id: int | None = Field(default=None, primary_key=True)
    unit_id: int = Field(foreign_key="unit.id", index=True)
    kind: str = Field(max_length=32)
    desk: str = ""
    weekdays: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    dates: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    starts: str = Field(max_length=5)
    ends: str = Field(max_length=5)
    needed: int = 1
    from_on: date | None = None
    to_on: date | None = None
    document: str = ""
    author: str = ""
    recorded_at: datetime = instant()
    withdrawn_at: datetime | None = instant(nullable=True)
    withdrawn_by: str = ""


class KeptAnswerRow(SQLModel, table=True):
    """What a write was answered, for whoever sends the same request under the same key again.

    The digests are keyed with the secret of the installation: a request may hold a password. `grants_digest`: of the
    grants that held; an answer is not told again to somebody who may see something else by now.
    """

    __tablename__: ClassVar[str] = "kept_answer"
    user_id: int = Field(primary_key=True, foreign_key="app_user.id")
    route: str = Field(primary_key=True, max_length=160)
    key: str = Field(primary_key=True, max_length=200)
    request_digest: str = Field(max_length=64)
    grants_digest: str = Field(max_length=64)
    status: int
    headers: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    body: bytes = b""
    kept_at: datetime = instant(index=True)
