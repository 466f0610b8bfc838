"""Tables of the minutes of visits: what the team wrote, the sealed text with its PDF, annexes, and what follows.

A sealed row is never changed; what was written before it is beside it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import Column, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from attendance.store.tables import instant
from attendance.store.types import AnyJson

ANSWERED, DONE, NOT_DONE = STEPS = ("answered", "done", "not_done")
"""What happens to a conclusion: the unit reports, the team or a leader finds it done or not."""


class SigningKeyRow(SQLModel, table=True):
    """The public half of a key with which this installation signs, and since when it does. `key`: its fingerprint."""

    __tablename__: ClassVar[str] = "signing_key"
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(max_length=32, unique=True)
    public: bytes
    since: datetime = instant()


class MinutesDraftRow(SQLModel, table=True):
    """What a team wrote for the minutes of a visit until they are sealed: texts by the names of their sections."""

    __tablename__: ClassVar[str] = "minutes_draft"
    visit_id: int = Field(foreign_key="visit.id", primary_key=True)
    written: Any = Field(sa_column=Column(AnyJson, nullable=False))
    written_by: str = Field(default="", max_length=64)
    written_at: datetime = instant()
    version: int = 1


class MinutesRow(SQLModel, table=True):
    """Sealed minutes. `content`: the canonical JSON (zstd), `digest` its SHA-256; `pdf` as it was made at sealing, and
    `pdf_digest` the SHA-256 of it with the place of the seal blank; `signature` is over both. `code` is on the paper.

    `inspection_id`: where those who were not found stand as findings; None: nobody was missing.
    """

    __tablename__: ClassVar[str] = "minutes"
    id: int | None = Field(default=None, primary_key=True)
    visit_id: int = Field(foreign_key="visit.id", unique=True)
    unit_id: int = Field(foreign_key="unit.id", index=True)
    number: str = Field(default="", max_length=64)
    code: str = Field(max_length=16, unique=True)
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    digest: str = Field(max_length=64)
    pdf: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    pdf_digest: str = Field(max_length=64)
    signing_key: str = Field(max_length=32)
    signature: bytes
    inspection_id: int | None = Field(default=None, foreign_key="inspection.id", index=True)
    sealed_by: str = Field(default="", max_length=64)
    sealed_by_id: int | None = Field(default=None, foreign_key="app_user.id")
    sealed_at: datetime = instant()


class MinutesPersonRow(SQLModel, table=True):
    """Somebody is named in sealed minutes as found so: present, with_reason, without_reason, unknown."""

    __tablename__: ClassVar[str] = "minutes_person"
    minutes_id: int = Field(foreign_key="minutes.id", primary_key=True)
    employee_id: int = Field(foreign_key="employee.id", primary_key=True, index=True)
    found: str = Field(max_length=16)


class AnnexRow(SQLModel, table=True):
    """An annex to sealed minutes, numbered from 1. `before`: digest of the annex before it, of the minutes for the
    first. `digest`: SHA-256 of the canonical JSON, which holds `before`."""

    __tablename__: ClassVar[str] = "minutes_annex"
    __table_args__ = (UniqueConstraint("minutes_id", "number"),)
    id: int | None = Field(default=None, primary_key=True)
    minutes_id: int = Field(foreign_key="minutes.id")
    number: int
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    digest: str = Field(max_length=64)
    before: str = Field(max_length=64)
    signing_key: str = Field(max_length=32)
    signature: bytes
    added_by: str = Field(default="", max_length=64)
    added_by_id: int | None = Field(default=None, foreign_key="app_user.id")
    added_at: datetime = instant()


class FollowupRow(SQLModel, table=True):
    """A conclusion of sealed minutes that the unit has to act on; `due`: until when it reports, None: no deadline."""

    __tablename__: ClassVar[str] = "visit_followup"
    __table_args__ = (UniqueConstraint("minutes_id", "number"),)
    id: int | None = Field(default=None, primary_key=True)
    minutes_id: int = Field(foreign_key="minutes.id")
    unit_id: int = Field(foreign_key="unit.id", index=True)
    number: int
    text: str
    due: date | None = Field(default=None, index=True)
    state: str = Field(default="open", max_length=16, index=True)
    version: int = 1


class FollowupStepRow(SQLModel, table=True):
    """What was done about a conclusion, in order; nothing is taken back."""

    __tablename__: ClassVar[str] = "visit_followup_step"
    id: int | None = Field(default=None, primary_key=True)
    followup_id: int = Field(foreign_key="visit_followup.id", index=True)
    act: str = Field(max_length=16)
    text: str = ""
    done_by: str = Field(default="", max_length=64)
    done_by_id: int | None = Field(default=None, foreign_key="app_user.id")
    done_at: datetime = instant()
