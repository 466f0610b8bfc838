"""Tables of what terminals say of themselves: how their records are laid out, and who stands in their user tables."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from pydantic import NaiveDatetime
from sqlalchemy import JSON, BigInteger, Column, Index, LargeBinary
from sqlmodel import Field, SQLModel

from attendance.store.tables import BigKey, instant, wall


class TerminalProfileRow(SQLModel, table=True):
    """What was learned of the terminal with this serial number, wherever it hangs.

    `punch_layout` null: not known yet, or to be recognised anew. `options` as the terminal told them; `operations` is
    the count of its operation log when that was read last.
    """

    __tablename__: ClassVar[str] = "terminal_profile"
    serial: str = Field(primary_key=True, max_length=64)
    punch_layout: str | None = Field(default=None, max_length=16)
    user_layout: str | None = Field(default=None, max_length=16)
    firmware: str = ""
    options: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    operations: int | None = None
    learned_at: datetime = instant()


class TerminalUserRow(SQLModel, table=True):
    """A place in a terminal's user table, as it stood from `since` until `until` (the terminal's own wall time).

    `since` null: from the beginning, for the first reading of the table; `until` null: it stands so. Only `until` and
    `ended_pull_id` are ever written to a row that exists. No password, card or template is read.
    """

    __tablename__: ClassVar[str] = "terminal_user"
    __table_args__ = (Index("ix_terminal_user_terminal_id_uid", "terminal_id", "uid"),)
    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True))
    terminal_id: int = Field(foreign_key="terminal.id")
    uid: int
    pin: str = Field(max_length=32)
    name: str = ""
    name_bytes: bytes = Field(default=b"", sa_column=Column(LargeBinary, nullable=False))
    privilege: int = 0
    disabled: bool = False
    since: NaiveDatetime | None = wall(nullable=True)
    until: NaiveDatetime | None = wall(nullable=True)
    pull_id: int = Field(sa_type=BigInteger, foreign_key="pull.id", index=True)
    ended_pull_id: int | None = Field(default=None, sa_type=BigInteger, nullable=True, foreign_key="pull.id")
