"""Tables of personal data: what the office set, who read the notice, what people asked for, what was destroyed.

Nothing here is ever deleted. A record of destruction and an erasure are written once and stay: see the triggers in the
migration. What is erased of evidence is named in `evidence_erasure` first; without that row the database refuses.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from attendance.store.tables import instant
from attendance.store.types import AnyJson


class PersonalSettingRow(SQLModel, table=True):
    """What the office says of a kind of data, of a kind of request or of the notice, in place of what is shipped.

    `subject`: `data.<kind>`, `request.<kind>` or `office`; it holds from `from_on` until a later row of the same field.
    """

    __tablename__: ClassVar[str] = "personal_setting"
    id: int | None = Field(default=None, primary_key=True)
    subject: str = Field(max_length=64, index=True)
    field: str = Field(max_length=32)
    value: Any = Field(default=None, sa_column=Column(AnyJson, nullable=False))
    from_on: date
    document: str = ""
    recorded_by: str = ""
    recorded_at: datetime = instant()
    withdrawn_at: datetime | None = instant(nullable=True)


class NoticeReadingRow(SQLModel, table=True):
    """A person said that they read the notice whose text has this digest (SHA-256), once per text."""

    __tablename__: ClassVar[str] = "notice_reading"
    __table_args__ = (UniqueConstraint("employee_id", "digest"),)
    id: int | None = Field(default=None, primary_key=True)
    employee_id: int = Field(foreign_key="employee.id")
    digest: str = Field(max_length=64)
    language: str = Field(max_length=8)
    read_at: datetime = instant()


class SubjectRequestRow(SQLModel, table=True):
    """Something a person asks about their own data. `way`: how it came. `unit_id`: where they served when it came.

    `state` is received, answered (what will be done is told), completed, refused or withdrawn. `extended_days` above 0:
    the one extension was taken, for `extension_reason`.
    """

    __tablename__: ClassVar[str] = "subject_request"
    id: int | None = Field(default=None, primary_key=True)
    employee_id: int = Field(foreign_key="employee.id", index=True)
    unit_id: int | None = Field(default=None, foreign_key="unit.id", index=True)
    kind: str = Field(max_length=32)
    way: str = Field(max_length=16)
    text: str = ""
    received_at: datetime = instant()
    entered_by: str = ""
    entered_by_id: int | None = Field(default=None, foreign_key="app_user.id")
    recorded_at: datetime = instant()
    state: str = Field(default="received", max_length=16, index=True)
    answer: str = ""
    answered_at: datetime | None = instant(nullable=True)
    answered_by: str = ""
    completed_at: datetime | None = instant(nullable=True)
    completed_by: str = ""
    extended_days: int = 0
    extension_reason: str = ""


class DestructionRow(SQLModel, table=True):
    """What is due for destruction of one kind, and the record (biên bản hủy) of what became of it.

    Everything older than `before_on`. `due` counts what was found, `destroyed` what was carried out, neither with a
    name. `state` is proposed, approved, done, refused.
    """

    __tablename__: ClassVar[str] = "destruction"
    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(max_length=32, index=True)
    before_on: date
    term_months: int
    issued_under: str = ""
    due: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    proposed_at: datetime = instant()
    proposed_by: str = ""
    proposed_by_id: int | None = Field(default=None, foreign_key="app_user.id")
    state: str = Field(default="proposed", max_length=16, index=True)
    needed: int = 1
    document: str = ""
    destroyed: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    decided_at: datetime | None = instant(nullable=True)
    refused_why: str = ""
    done_at: datetime | None = instant(nullable=True)


class DestructionApprovalRow(SQLModel, table=True):
    """Somebody agreed to a destruction; nobody does so twice."""

    __tablename__: ClassVar[str] = "destruction_approval"
    destruction_id: int = Field(primary_key=True, foreign_key="destruction.id")
    name: str = Field(primary_key=True, max_length=64)
    user_id: int | None = Field(default=None, foreign_key="app_user.id")
    document: str = ""
    at: datetime = instant()


class ErasureRow(SQLModel, table=True):
    """The names of a person who left were erased; from then on they are shown under `pseudonym`.

    `archived_name` is set where the office decided that locked sheets keep the name; it is for them alone.
    """

    __tablename__: ClassVar[str] = "erasure"
    id: int | None = Field(default=None, primary_key=True)
    employee_id: int = Field(foreign_key="employee.id", unique=True)
    pseudonym: str = Field(max_length=32, unique=True)
    archived_name: str = ""
    destruction_id: int | None = Field(default=None, foreign_key="destruction.id")
    why: str = ""
    erased_by: str = ""
    erased_at: datetime = instant()


class EvidenceErasureRow(SQLModel, table=True):
    """A row of evidence of which an erasure empties one thing: of `pull` its bytes, of `terminal_user` the name."""

    __tablename__: ClassVar[str] = "evidence_erasure"
    table_name: str = Field(primary_key=True, max_length=32)
    row_id: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    erasure_id: int = Field(foreign_key="erasure.id")
