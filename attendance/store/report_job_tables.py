"""The table of papers that are made in the background."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Column
from sqlmodel import Field, SQLModel

from attendance.store.tables import instant
from attendance.store.types import AnyJson

WAITING, RUNNING, DONE, FAILED, GONE = STATES = ("waiting", "running", "done", "failed", "gone")
"""What a job is: it waits for its turn, is being made, can be fetched, could not be made, or its file was taken away
because somebody whom it named was erased, or data it told of destroyed."""


class ReportJobRow(SQLModel, table=True):
    """A paper somebody asked for. `name`: random, by which it is asked for. `asked`: with what, by name. `scopes`: what
    the token it was asked with is held to; null: asked without such a token.

    `runner`: the process that makes it, last `heard_at`. `attempts`: how often it was begun. `rows`: so many are
    written. `file`: random name in the folder of reports; `known_at`: the instant it tells of; `grants`: digest of what
    was granted to the account then; `people`: numbers of those it names.
    """

    __tablename__: ClassVar[str] = "report_job"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=32, unique=True)
    user_id: int = Field(foreign_key="app_user.id", index=True)
    paper: str = Field(max_length=64)
    format: str = Field(max_length=8)
    lang: str = Field(max_length=2)
    asked: dict[str, str] = Field(default_factory=dict, sa_type=AnyJson)
    scopes: Any = Field(default=None, sa_type=AnyJson, nullable=False)
    state: str = Field(default=WAITING, max_length=16, index=True)
    asked_at: datetime = instant()
    begun_at: datetime | None = instant(nullable=True)
    heard_at: datetime | None = instant(nullable=True)
    ended_at: datetime | None = instant(nullable=True)
    runner: str = Field(default="", max_length=32)
    attempts: int = 0
    rows: int = 0
    problem: str = Field(default="", max_length=32)
    sentence: str = Field(default="", max_length=500)
    file: str = Field(default="", max_length=64)
    size: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    digest: str = Field(default="", max_length=64)
    known_at: datetime | None = instant(nullable=True)
    grants: str = Field(default="", max_length=64)
    people: Any = Field(default_factory=list, sa_type=AnyJson, nullable=False)
