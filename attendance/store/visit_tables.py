"""Tables of teams and of their visits, from the plan that only the team knows to the list that was frozen on arrival.

What is noted during a visit, its minutes and what follows from them stand in tables of their own.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import Column, LargeBinary
from sqlmodel import Field, SQLModel

from attendance.store.tables import instant, wall

KINDS = ("surprise", "regular", "self", "party", "elected")
"""What a visit is: unannounced, announced, by the unit itself, by a Party committee, by an elected body."""
PARTS = ("head", "secretary", "member")
"""What somebody is in a team."""
PLANNED, BEGUN, ENDED, SEALED, DROPPED = STATES = ("planned", "begun", "ended", "sealed", "dropped")
"""A visit is planned (or begun at once), ended when the team leaves the list, sealed with its minutes; a plan may be
dropped."""


class TeamRow(SQLModel, table=True):
    """A team by a decision: `unit_id` is the top of the part of the tree it may visit (None: all of it).

    It may do something from `from_on` to `to_on`, both included, until `ended_at`. `standing`: not made for one
    occasion. `authority`: whose team it is (state, party, elected, internal).
    """

    __tablename__: ClassVar[str] = "team"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=200)
    standing: bool = False
    authority: str = Field(default="state", max_length=16)
    document: str = Field(max_length=200)
    unit_id: int | None = Field(default=None, foreign_key="unit.id")
    from_on: date
    to_on: date
    created_by: str = Field(default="", max_length=64)
    created_at: datetime = instant()
    ended_at: datetime | None = instant(nullable=True)
    ended_by: str = Field(default="", max_length=64)
    version: int = 1


class TeamMemberRow(SQLModel, table=True):
    """An account in a team as head, secretary or member, with the post that minutes name, until `left_at`.

    `grant_id`: the inspector's grant that the team gave and takes with it.
    """

    __tablename__: ClassVar[str] = "team_member"
    id: int | None = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id", index=True)
    user_id: int = Field(foreign_key="app_user.id", index=True)
    part: str = Field(default="member", max_length=16)
    name: str = Field(default="", max_length=200)
    post: str = Field(default="", max_length=200)
    grant_id: int | None = Field(default=None, foreign_key="access_grant.id")
    joined_at: datetime = instant()
    left_at: datetime | None = instant(nullable=True)


class VisitRow(SQLModel, table=True):
    """A visit of a team to a unit. `key` names it in addresses: it is drawn by chance, so that no gap in a row of
    numbers tells of a plan.

    `wall_time` is the minute of arrival; `known_at` the instant up to which facts were taken into `frozen`, the
    canonical JSON (zstd) of who was expected, seen, excused or not known at that minute, of digest `frozen_digest`
    (SHA-256 of the JSON). `source`: free, risk, chance, observation.
    """

    __tablename__: ClassVar[str] = "visit"
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(max_length=32, unique=True)
    team_id: int = Field(foreign_key="team.id", index=True)
    unit_id: int = Field(foreign_key="unit.id", index=True)
    kind: str = Field(default="surprise", max_length=16)
    source: str = Field(default="free", max_length=16)
    state: str = Field(default=PLANNED, max_length=16, index=True)
    planned_for: date | None = None
    note: str = ""
    created_by: str = Field(default="", max_length=64)
    created_by_id: int | None = Field(default=None, foreign_key="app_user.id")
    created_at: datetime = instant()
    begun_at: datetime | None = instant(nullable=True)
    begun_by: str = Field(default="", max_length=64)
    begun_by_id: int | None = Field(default=None, foreign_key="app_user.id")
    wall_time: datetime | None = wall(nullable=True)
    known_at: datetime | None = instant(nullable=True)
    frozen: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    frozen_digest: str = Field(default="", max_length=64)
    ended_at: datetime | None = instant(nullable=True)
    sealed_at: datetime | None = instant(nullable=True)
    version: int = 1
