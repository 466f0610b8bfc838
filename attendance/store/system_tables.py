"""Tables of how the service runs: backups that were made, and how far the first set-up has come."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import JSON, BigInteger, Column
from sqlmodel import Field, SQLModel

from attendance.store.tables import instant


class BackupRow(SQLModel, table=True):
    """A backup that was made or tried. `outcome` is `ok`, or a word for what went wrong, which `said` tells.

    `file_name` without its folder: where an office keeps its backups is no matter of the database. `size` in bytes,
    `digest` the SHA-256 of the file, `source` is `schedule`, `console` or `page`.
    """

    __tablename__: ClassVar[str] = "backup"
    id: int | None = Field(default=None, primary_key=True)
    made_at: datetime = instant(index=True)
    file_name: str = Field(max_length=255)
    size: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    digest: str = Field(default="", max_length=64)
    revision: str = Field(default="", max_length=16)
    seconds: float = 0.0
    source: str = Field(max_length=16)
    made_by: str = Field(max_length=255)
    outcome: str = Field(max_length=16)
    said: str = ""


class OfficeSetupRow(SQLModel, table=True):
    """The first set-up of this office, begun in a browser; one row at most. Once `finished_at` is there, it is shut.

    `skipped` names the steps that somebody put off.
    """

    __tablename__: ClassVar[str] = "office_setup"
    id: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})
    begun_at: datetime = instant()
    skipped: list[str] = Field(sa_column=Column(JSON, nullable=False))
    finished_at: datetime | None = instant(nullable=True)
