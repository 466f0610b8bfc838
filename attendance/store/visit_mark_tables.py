"""Tables of what is noted during a visit: marks of people, answers to the checklist, photographs.

Marks and answers are only ever added: of several about one person the one noted last counts, and all stay. `client_id`
is made by the phone that noted it, so that what is sent again lands once.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Column, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from attendance.store.tables import instant

AT_POST, ABSENT, REASON_GIVEN, UNMARKED = MARKS = ("at_post", "absent", "reason_given", "unmarked")
"""What the team found of a person: at the post, absent, absent with a reason given on the spot; `unmarked` takes an
earlier mark back."""
ANSWERS = ("yes", "no", "unseen")
"""What is said of a point of the checklist; `unseen` takes an earlier answer back."""
ABOUT = ("unit", "person")
"""What a point of the checklist is asked about."""


class VisitMarkRow(SQLModel, table=True):
    """What a member noted of a person on the frozen list. `noted_at`: by the phone, put right by its clock's error;
    `received_at`: when it reached the server."""

    __tablename__: ClassVar[str] = "visit_mark"
    __table_args__ = (UniqueConstraint("visit_id", "client_id"),)
    id: int | None = Field(default=None, primary_key=True)
    visit_id: int = Field(foreign_key="visit.id", index=True)
    client_id: str = Field(max_length=64)
    employee_id: int = Field(foreign_key="employee.id", index=True)
    mark: str = Field(max_length=16)
    note: str = ""
    noted_at: datetime = instant()
    received_at: datetime = instant()
    noted_by_id: int | None = Field(default=None, foreign_key="app_user.id")
    noted_by: str = Field(default="", max_length=64)


class VisitCheckRow(SQLModel, table=True):
    """An answer to a point of the checklist, of the unit, or of a person where `employee_id` is given."""

    __tablename__: ClassVar[str] = "visit_check"
    __table_args__ = (UniqueConstraint("visit_id", "client_id"),)
    id: int | None = Field(default=None, primary_key=True)
    visit_id: int = Field(foreign_key="visit.id", index=True)
    client_id: str = Field(max_length=64)
    item: str = Field(max_length=32)
    employee_id: int | None = Field(default=None, foreign_key="employee.id", index=True)
    answer: str = Field(max_length=16)
    note: str = ""
    noted_at: datetime = instant()
    received_at: datetime = instant()
    noted_by_id: int | None = Field(default=None, foreign_key="app_user.id")
    noted_by: str = Field(default="", max_length=64)


class VisitCheckItemRow(SQLModel, table=True):
    """A point of the checklist of a team, from `added_at` until `ended_at`. `text` empty: one of those shipped, whose
    words are in the catalogues under its code."""

    __tablename__: ClassVar[str] = "visit_check_item"
    id: int | None = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id", index=True)
    code: str = Field(max_length=32)
    text: str = Field(default="", max_length=200)
    about: str = Field(default="unit", max_length=16)
    place: int = 0
    added_at: datetime = instant()
    added_by: str = Field(default="", max_length=64)
    ended_at: datetime | None = instant(nullable=True)
    ended_by: str = Field(default="", max_length=64)


class VisitPhotoRow(SQLModel, table=True):
    """A photograph of a visit without what a camera writes beside the picture, known by the SHA-256 of its bytes.

    `content` is empty once it was destroyed; that there was one stays.
    """

    __tablename__: ClassVar[str] = "visit_photo"
    __table_args__ = (UniqueConstraint("visit_id", "client_id"),)
    id: int | None = Field(default=None, primary_key=True)
    visit_id: int = Field(foreign_key="visit.id", index=True)
    client_id: str = Field(max_length=64)
    employee_id: int | None = Field(default=None, foreign_key="employee.id", index=True)
    media_type: str = Field(max_length=64)
    digest: str = Field(max_length=64)
    size: int
    content: bytes = Field(default=b"", sa_column=Column(LargeBinary, nullable=False))
    note: str = ""
    noted_at: datetime = instant()
    received_at: datetime = instant()
    noted_by_id: int | None = Field(default=None, foreign_key="app_user.id")
    noted_by: str = Field(default="", max_length=64)
