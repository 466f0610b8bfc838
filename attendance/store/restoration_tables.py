"""Tables of restorations: since when facts are those of a backup, what was read again, and drills."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from pydantic import NaiveDatetime
from sqlalchemy import JSON, BigInteger, Column
from sqlmodel import Field, SQLModel

from attendance.store.tables import instant, wall


class RestorationRow(SQLModel, table=True):
    """A backup was put back: what was entered between `data_at` and `restored_at` is not in this database.

    `lost_is_known`: what stood there before could be read, so `lost` names what was entered in between, the first of
    `lost_total` acts (`at`, `act`, `kind`, `key`, `by`). `settled_at`: somebody said that it was entered again.
    """

    __tablename__: ClassVar[str] = "restoration"
    id: int | None = Field(default=None, primary_key=True)
    restored_at: datetime = instant()
    data_at: datetime = instant()
    file_name: str = Field(max_length=255)
    restored_by: str = Field(max_length=255)
    lost_is_known: bool = False
    lost_total: int = 0
    lost: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    settled_at: datetime | None = instant(nullable=True)
    settled_by: str = Field(default="", max_length=255)
    settled_note: str = Field(default="", max_length=1000)


class ReadAgainRow(SQLModel, table=True):
    """A terminal whose log is to be read from its beginning after a restoration; `read_at`: it was, by `pull_id`.

    `since`: up to which of its own wall time the backup had read it (None: never).
    """

    __tablename__: ClassVar[str] = "read_again"
    restoration_id: int = Field(primary_key=True, foreign_key="restoration.id")
    terminal_id: int = Field(primary_key=True, foreign_key="terminal.id", index=True)
    since: NaiveDatetime | None = wall(nullable=True)
    read_at: datetime | None = instant(nullable=True)
    pull_id: int | None = Field(default=None, sa_type=BigInteger, nullable=True)


class DrillRow(SQLModel, table=True):
    """A backup was put back for trial. `data_at`: the moment it shows; `seconds`: from the file to a verified database.

    `days` were judged again, `differing` of them otherwise than stored. `outcome` is `ok` or a word for what went
    wrong, which `said` tells.
    """

    __tablename__: ClassVar[str] = "restore_drill"
    id: int | None = Field(default=None, primary_key=True)
    drilled_at: datetime = instant(index=True)
    file_name: str = Field(default="", max_length=255)
    data_at: datetime | None = instant(nullable=True)
    seconds: float = 0.0
    size: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    rows: int = Field(default=0, sa_column=Column("row_count", BigInteger, nullable=False))
    days: int = 0
    differing: int = 0
    outcome: str = Field(max_length=32)
    said: str = ""
    source: str = Field(max_length=16)
    made_by: str = Field(max_length=255)
