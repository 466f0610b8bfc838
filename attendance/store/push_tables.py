"""Tables of terminals that push: who knocked, what was approved, what they are asked, what only one side says.

No password, card number or template is in any of them. Photographs are deleted on their day; all else stays.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from pydantic import NaiveDatetime
from sqlalchemy import JSON, BigInteger, Column, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from attendance.store.tables import BigKey, instant, wall


class PushDeviceRow(SQLModel, table=True):
    """A serial number that knocked at /iclock; nothing it says is taken before somebody approved it.

    `status` is pending, approved or refused; `shape` att or acc (attendance or access-control protocol). `bound_to` is
    the network it may call from; `refused_address` another one that used its serial since. `key_seal` is no key: only
    this installation can tell from it whether the same key was sent. `photo_days` 0: photographs are not wanted.
    """

    __tablename__: ClassVar[str] = "push_device"
    id: int | None = Field(default=None, primary_key=True)
    serial: str = Field(unique=True, max_length=32)
    terminal_id: int | None = Field(default=None, foreign_key="terminal.id", index=True)
    status: str = "pending"
    shape: str = "att"
    firmware: str = ""
    push_version: str = ""
    options: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    key_seal: str | None = None
    first_seen_at: datetime = instant()
    last_seen_at: datetime = instant()
    last_address: str = ""
    bound_to: str | None = None
    refused_address: str | None = None
    refused_at: datetime | None = instant(nullable=True)
    decided_by: str = ""
    decided_at: datetime | None = instant(nullable=True)
    whole_log_wanted: bool = False
    photo_days: int = 0


class PushCommandRow(SQLModel, table=True):
    """Something a terminal was asked; its number is the one the terminal repeats with the result.

    `state`: waiting, sent, returned (done, its records may still be on the way), done, covered, short (its answer lacks
    punches that were stored before), failed, given_up. `after_pull` is the last pull before it was first sent: what
    came later may be its answer. `pull_id` is the entry that says which window was read completely.
    """

    __tablename__: ClassVar[str] = "push_command"
    __table_args__ = (Index("ix_push_command_device_id_state", "device_id", "state"),)
    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True))
    device_id: int = Field(foreign_key="push_device.id")
    kind: str
    starts: NaiveDatetime | None = wall(nullable=True)
    ends: NaiveDatetime | None = wall(nullable=True)
    asked_by: str = ""
    created_at: datetime = instant()
    state: str = "waiting"
    attempts: int = 0
    first_sent_at: datetime | None = instant(nullable=True)
    sent_at: datetime | None = instant(nullable=True)
    returned: int | None = None
    returned_at: datetime | None = instant(nullable=True)
    after_pull: int | None = Field(default=None, sa_type=BigInteger, nullable=True)
    pull_id: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))


class PushDifferenceRow(SQLModel, table=True):
    """A punch that only one side says: pushed and not in the log that was read, or in the log and never pushed.

    It is never a reason to delete anything. `settled_at`: since when both sides say it.
    """

    __tablename__: ClassVar[str] = "push_difference"
    __table_args__ = (UniqueConstraint("terminal_id", "side", "wall", "pin", "state", "verify"),)
    id: int | None = Field(default=None, primary_key=True)
    terminal_id: int = Field(foreign_key="terminal.id")
    side: str
    wall: int = Field(sa_type=BigInteger)
    pin: str = Field(max_length=32)
    state: int
    verify: int
    found_at: datetime = instant()
    settled_at: datetime | None = instant(nullable=True)


class PunchPhotoRow(SQLModel, table=True):
    """A photograph taken at a punch, found by terminal, number and second; deleted on `delete_on`."""

    __tablename__: ClassVar[str] = "punch_photo"
    __table_args__ = (UniqueConstraint("terminal_id", "taken", "pin"),)
    id: int | None = Field(default=None, primary_key=True)
    terminal_id: int = Field(foreign_key="terminal.id")
    taken: NaiveDatetime = wall()
    pin: str = Field(max_length=32)
    digest: str
    jpeg: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    received_at: datetime = instant()
    delete_on: date = Field(index=True)
