"""Tables of what somebody keeps of lists: views they named, and what a page showed them last."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from attendance.store.tables import instant
from attendance.store.types import AnyJson


class SavedViewRow(SQLModel, table=True):
    """Filters of a page under a name, for one account. `query`: as it stands in the address, without `?`.

    `is_default`: what the page shows where nothing is asked; one at most for each account and page.
    """

    __tablename__: ClassVar[str] = "saved_view"
    __table_args__ = (UniqueConstraint("user_id", "page", "name"),)
    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="app_user.id")
    page: str = Field(max_length=16)
    name: str = Field(max_length=64)
    query: str = Field(max_length=2000)
    is_default: bool = False
    recorded_at: datetime = instant()


class LastLookRow(SQLModel, table=True):
    """What a page showed an account at `seen_at`, and what that is compared with, shown at `compared_at`.

    `seen` and `compared`: a JSON value of the page's own; the newest alone is kept.
    """

    __tablename__: ClassVar[str] = "last_look"
    user_id: int = Field(foreign_key="app_user.id", primary_key=True)
    page: str = Field(primary_key=True, max_length=16)
    seen_at: datetime = instant()
    seen: Any = Field(default=None, sa_column=Column(AnyJson, nullable=False))
    compared_at: datetime | None = instant(nullable=True)
    compared: Any = Field(default=None, sa_column=Column(AnyJson, nullable=True))
