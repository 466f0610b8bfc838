"""Tables of the evidence: pulls, punches, quarantine, coverage, rulings. Nothing here is ever edited or deleted.

The database itself refuses it: see the triggers in the migrations. Only bookkeeping (`LogPositionRow`, `CoverageRow`,
`DirtyDayRow`) moves, and a ruling that is superseded gets the moment of it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from pydantic import NaiveDatetime
from sqlalchemy import JSON, BigInteger, Column, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from attendance.store.tables import BigKey, instant, wall


def _lines() -> Column[Any]:
    return Column(JSON, nullable=False, server_default="[]")


class PullRow(SQLModel, table=True):
    """One attempt to read a terminal, or one file that was brought; written once, when it has ended.

    `log_digest` is the SHA-256 of all bytes of the log as it came, `payload` those of them not stored before
    (zstd-compressed), beginning at byte `payload_from` of the log. `params` fill the sentence of `outcome`.
    """

    __tablename__: ClassVar[str] = "pull"
    __table_args__ = (Index("ix_pull_terminal_id_id", "terminal_id", "id"),)
    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True))
    terminal_id: int = Field(foreign_key="terminal.id")
    source: str = "pull"
    format: str = ""
    file_name: str = ""
    started_at: datetime = instant()
    finished_at: datetime = instant()
    outcome: str = "ok"
    message: str = ""
    params: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    serial: str | None = None
    firmware: str | None = None
    clock_offset_seconds: int | None = None
    users: int | None = None
    records_before: int | None = None
    records_after: int | None = None
    record_capacity: int | None = None
    read: int = 0
    new: int = 0
    repeated: int = 0
    quarantined: int = 0
    log_bytes: int | None = None
    log_digest: str | None = None
    payload_from: int = 0
    payload: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    complete_from: NaiveDatetime | None = wall(nullable=True)
    complete_until: NaiveDatetime | None = wall(nullable=True)
    seconds: dict[str, float] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


class PunchBlockRow(SQLModel, table=True):
    """Punches one pull brought, as packed columns: `punch_log.COLUMNS` × `count`, in the order of the log.

    `layout` says how each column is packed, as `punch_log.pack` wrote it.

    A punch is known by its terminal and its number in that terminal's log: `first_sequence + position`. The unique
    constraint is the guard against two writers filing the same punches.
    """

    __tablename__: ClassVar[str] = "punch_block"
    __table_args__ = (
        UniqueConstraint("terminal_id", "first_sequence"),
        Index("ix_punch_block_terminal_id_max_wall", "terminal_id", "max_wall"),
    )
    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True))
    terminal_id: int = Field(foreign_key="terminal.id")
    first_sequence: int = Field(sa_type=BigInteger)
    count: int
    pull_id: int = Field(sa_type=BigInteger, foreign_key="pull.id", index=True)
    min_wall: int = Field(sa_type=BigInteger)
    max_wall: int = Field(sa_type=BigInteger)
    received_at: datetime = instant()
    pins: list[str] = Field(sa_column=Column(JSON, nullable=False))
    layout: dict[str, list[int | str]] = Field(sa_column=Column(JSON, nullable=False))
    columns: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class QuarantineRow(SQLModel, table=True):
    """A record that cannot be believed or read: kept as it came, shown, never counted."""

    __tablename__: ClassVar[str] = "quarantine"
    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True))
    terminal_id: int = Field(foreign_key="terminal.id", index=True)
    pull_id: int = Field(sa_type=BigInteger, foreign_key="pull.id", index=True)
    position: int
    record: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    reason: str
    recorded_at: datetime = instant()


class LogPositionRow(SQLModel, table=True):
    """How much of a terminal's log is stored: the next pull compares the prefix instead of all its records.

    `failures` are those since the last good pull, the first of them at `failing_since`.
    """

    __tablename__: ClassVar[str] = "log_position"
    terminal_id: int = Field(primary_key=True, foreign_key="terminal.id")
    log_bytes: int = 0
    log_digest: str = ""
    next_sequence: int = Field(default=1, sa_type=BigInteger)
    failures: int = 0
    last_pull_id: int | None = Field(default=None, sa_type=BigInteger, nullable=True)
    last_ok_at: datetime | None = instant(nullable=True)
    failing_since: datetime | None = instant(nullable=True)


class CoverageRow(SQLModel, table=True):
    """The terminal was read completely from `starts` to `until` (wall time): one row per span without a gap."""

    __tablename__: ClassVar[str] = "coverage"
    id: int | None = Field(default=None, primary_key=True)
    terminal_id: int = Field(foreign_key="terminal.id", index=True)
    starts: NaiveDatetime = wall()
    until: NaiveDatetime = wall()


class ClockSpanRow(SQLModel, table=True):
    """The terminal's clock was this many seconds ahead of true time, in a span of its own time.

    What a pull measures holds back to the pull before it, and for the first one back to the beginning of the log
    (`starts` null); the last span of a terminal holds on until the next pull says otherwise.
    """

    __tablename__: ClassVar[str] = "clock_span"
    id: int | None = Field(default=None, primary_key=True)
    terminal_id: int = Field(foreign_key="terminal.id", index=True)
    starts: NaiveDatetime | None = wall(nullable=True)
    offset_seconds: int
    recorded_at: datetime = instant()


class RulebookRow(SQLModel, table=True):
    """The rules behind a fingerprint, so that a verdict can name them for ever."""

    __tablename__: ClassVar[str] = "rulebook"
    fingerprint: str = Field(primary_key=True, max_length=16)
    content: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    recorded_at: datetime = instant()


class RulingRow(SQLModel, table=True):
    """The verdict of a person and date, one revision. The newest has no `superseded_at`."""

    __tablename__: ClassVar[str] = "ruling"
    __table_args__ = (
        UniqueConstraint("employee_id", "work_date", "revision"),
        Index("ix_ruling_work_date_unit_id", "work_date", "unit_id"),
        Index(  # holds all that the month's sheet shows: rulings are wide, and a sheet is of tens of thousands of them
            "ix_ruling_sheet",
            *("unit_id", "work_date", "employee_id", "day_kind", "symbols", "leave_min", "overtime"),
            sqlite_where=text("superseded_at IS NULL"),
        ).ddl_if(dialect="sqlite"),
    )
    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True))
    employee_id: int = Field(foreign_key="employee.id")
    work_date: date
    revision: int
    unit_id: int | None = Field(default=None, foreign_key="unit.id")
    day_kind: str
    scheduled_min: int
    worked_min: int
    credited_min: int
    leave_min: int
    unverified_min: int
    flags: list[str] = Field(sa_column=Column(JSON, nullable=False))
    symbols: dict[str, str] = Field(sa_column=Column(JSON, nullable=False))
    citations: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    duties: list[dict[str, Any]] = Field(default_factory=list, sa_column=_lines())
    overtime: list[dict[str, Any]] = Field(default_factory=list, sa_column=_lines())
    findings: list[dict[str, Any]] = Field(default_factory=list, sa_column=_lines())
    rulebook: str = Field(foreign_key="rulebook.fingerprint")
    digest: str
    cause: str
    recorded_at: datetime = instant()
    superseded_at: datetime | None = instant(nullable=True)


class ViolationRow(SQLModel, table=True):
    """One occurrence of one ruling; `minutes` is null for a missing punch."""

    __tablename__: ClassVar[str] = "violation"
    __table_args__ = (
        Index(
            "ix_violation_current",
            *("work_date", "employee_id", "session", "type"),  # the order lists walk in
            *("unit_id", "status", "minutes"),  # what they are filtered by
            sqlite_where=text("superseded_at IS NULL"),
            postgresql_where=text("superseded_at IS NULL"),
        ),
    )
    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True))
    ruling_id: int = Field(sa_type=BigInteger, foreign_key="ruling.id", index=True)
    employee_id: int = Field(foreign_key="employee.id", index=True)
    unit_id: int | None = Field(default=None, foreign_key="unit.id")
    work_date: date
    session: str
    type: str
    minutes: int | None = None
    excused_min: int = 0
    counted_min: int = 0
    status: str
    superseded_at: datetime | None = instant(nullable=True)


class DirtyDayRow(SQLModel, table=True):
    """A day to be judged again, and the first reason for it."""

    __tablename__: ClassVar[str] = "dirty_day"
    employee_id: int = Field(primary_key=True, foreign_key="employee.id")
    work_date: date = Field(primary_key=True)
    cause: str
    marked_at: datetime = instant()
