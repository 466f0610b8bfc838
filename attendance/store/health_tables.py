"""Tables of a terminal's health: what was done at it, what people must know of it, how its clock was set.

The operation log and the settings of a clock are evidence: the database refuses to change or delete them. An alarm is
opened once, seen once and ended once, and never deleted. `LogFillRow` is bookkeeping: the last count of each day.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from pydantic import NaiveDatetime
from sqlalchemy import JSON, BigInteger, Column, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from attendance.store.tables import BigKey, instant, wall


class TerminalOperationRow(SQLModel, table=True):
    """One line of a terminal's operation log, as its 16 bytes stood; `ordinal` tells identical lines apart, from 1.

    `at` is the terminal's own time, null where the bytes are no date; `objects` are the four numbers of the line, whose
    meaning depends on `code`.
    """

    __tablename__: ClassVar[str] = "terminal_operation"
    __table_args__ = (
        UniqueConstraint("terminal_id", "line", "ordinal"),
        Index("ix_terminal_operation_terminal_id_id", "terminal_id", "id"),
    )
    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True))
    terminal_id: int = Field(foreign_key="terminal.id")
    line: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    ordinal: int
    code: int
    at: NaiveDatetime | None = wall(nullable=True)
    objects: list[int] = Field(sa_column=Column(JSON, nullable=False))
    pull_id: int = Field(sa_type=BigInteger, foreign_key="pull.id")
    recorded_at: datetime = instant()


class TerminalAlarmRow(SQLModel, table=True):
    """Something about a terminal that a person must know. One is open per terminal, `kind` and `subject`.

    `params` fill the sentence of `kind`. `pull_id` is the pull that showed it.
    """

    __tablename__: ClassVar[str] = "terminal_alarm"
    __table_args__ = (
        Index("ix_terminal_alarm_terminal_id_id", "terminal_id", "id"),
        Index(
            "uq_terminal_alarm_open",
            "terminal_id",
            "kind",
            "subject",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )
    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True))
    terminal_id: int = Field(foreign_key="terminal.id")
    kind: str
    subject: str = ""
    params: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    raised_at: datetime = instant()
    pull_id: int = Field(sa_type=BigInteger, foreign_key="pull.id")
    ended_at: datetime | None = instant(nullable=True)
    seen_by: str | None = None
    seen_at: datetime | None = instant(nullable=True)


class ClockSettingRow(SQLModel, table=True):
    """Somebody had a terminal's clock set, or tried to. Offsets are terminal time minus true time, null if not known.

    `outcome` is `ok`, `not_taken` (the terminal said yes and its clock is still wrong), or the name of what went wrong.
    """

    __tablename__: ClassVar[str] = "clock_setting"
    __table_args__ = (Index("ix_clock_setting_terminal_id_id", "terminal_id", "id"),)
    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True))
    terminal_id: int = Field(foreign_key="terminal.id")
    set_at: datetime = instant()
    set_by: str
    reason: str
    offset_before: int | None = None
    offset_after: int | None = None
    outcome: str
    message: str = ""


class LogFillRow(SQLModel, table=True):
    """How many records a terminal held at the last good pull of a date of the office, and how many it can hold."""

    __tablename__: ClassVar[str] = "log_fill"
    terminal_id: int = Field(primary_key=True, foreign_key="terminal.id")
    counted_on: date = Field(primary_key=True)
    records: int
    capacity: int | None = None
