"""The table of grants: what somebody may do, where in the tree, from when to when, by which document."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlmodel import Field, SQLModel

from attendance.store.tables import instant


class GrantRow(SQLModel, table=True):
    """A role given to an account. `unit_id`: the top of the part of the tree it holds for; None is all of it.

    It holds from `starts_at` until `ends_at` (None: open) or `revoked_at`, whichever comes first, the end excluded.
    `visit` names the inspection or the decision on a team that an inspector's grant belongs to. Nothing of a row is
    changed but its revocation, once.
    """

    __tablename__: ClassVar[str] = "access_grant"
    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="app_user.id", index=True)
    role: str = Field(max_length=16)
    unit_id: int | None = Field(default=None, foreign_key="unit.id")
    starts_at: datetime = instant()
    ends_at: datetime | None = instant(nullable=True)
    document: str = ""
    visit: str = ""
    granted_by: str = ""
    recorded_at: datetime = instant()
    revoked_at: datetime | None = instant(nullable=True)
    revoked_by: str = ""
