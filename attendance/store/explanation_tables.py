"""Tables beside an explanation (`paper_tables`): that somebody was asked for one, and what was attached to it."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import Column, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from attendance.store.tables import instant

GROUNDS = (
    "force_majeure",
    "mission_without_paper",
    "forgot_punch",
    "finger_not_read",
    "terminal_fault",
    "family_emergency",
    "meeting_elsewhere",
    "other",
)
"""What an explanation may rest on; a ground is a reason, told only to whom reasons are."""


class ExplanationRequestRow(SQLModel, table=True):
    """A person was asked to explain a violation or question mark, by a date (None: no deadline).

    `answered_id`: the explanation that came of it and was not taken back. `closed_at`: the question was decided
    without one.
    """

    __tablename__: ClassVar[str] = "explanation_request"
    id: int | None = Field(default=None, primary_key=True)
    employee_id: int = Field(foreign_key="employee.id", index=True)
    unit_id: int | None = Field(default=None, foreign_key="unit.id", index=True)
    on: date = Field(sa_column_kwargs={"name": "on_date"}, index=True)
    session: str
    covers: str
    note: str = ""
    due_on: date | None = None
    asked_by_id: int | None = Field(default=None, foreign_key="app_user.id", index=True)
    asked_by: str = ""
    asked_at: datetime = instant()
    answered_id: int | None = Field(default=None, foreign_key="explanation.id", index=True)
    closed_at: datetime | None = instant(nullable=True)


class ExplanationAttachmentRow(SQLModel, table=True):
    """A photograph or document with an explanation, known by the SHA-256 of its bytes. `content` is read alone."""

    __tablename__: ClassVar[str] = "explanation_attachment"
    __table_args__ = (UniqueConstraint("explanation_id", "digest"),)
    id: int | None = Field(default=None, primary_key=True)
    explanation_id: int = Field(foreign_key="explanation.id")
    employee_id: int = Field(foreign_key="employee.id", index=True)
    on: date = Field(sa_column_kwargs={"name": "on_date"})
    digest: str = Field(max_length=64)
    file_name: str = ""
    media_type: str = Field(max_length=64)
    size: int
    content: bytes = Field(default=b"", sa_column=Column(LargeBinary, nullable=False))
    added_by_id: int | None = Field(default=None, foreign_key="app_user.id")
    added_by: str = ""
    added_at: datetime = instant()
