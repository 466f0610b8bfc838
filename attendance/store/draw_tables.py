"""Tables of draws: which units a team might have visited, with what weight, and which of them chance took."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from attendance.store.tables import instant

WAYS = ("risk", "chance")
"""How candidates are weighed: by what is known of them, or all alike."""


class DrawRow(SQLModel, table=True):
    """A draw of a team. Nothing of a row is ever changed.

    `candidates`: a mapping per unit, by code: `unit`, `weight` and the `facts` it was weighed by. `seed` is told once
    no visit of the draw is planned any more; until then stand for it `seed_digest` (SHA-256 of its letters) and
    `content_digest` (SHA-256 of what was drawn from, with the seed), which the trail has from the moment of drawing.
    """

    __tablename__: ClassVar[str] = "draw"
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(max_length=32, unique=True)
    team_id: int = Field(foreign_key="team.id", index=True)
    way: str = Field(max_length=16)
    count: int = Field(sa_column_kwargs={"name": "drawn_count"})
    candidates: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    seed: str = Field(max_length=64)
    seed_digest: str = Field(max_length=64)
    content_digest: str = Field(max_length=64)
    created_by: str = Field(default="", max_length=64)
    created_by_id: int | None = Field(default=None, foreign_key="app_user.id")
    created_at: datetime = instant()


class DrawVisitRow(SQLModel, table=True):
    """A visit that came of a draw: the unit was taken in this place, from 1."""

    __tablename__: ClassVar[str] = "draw_visit"
    draw_id: int = Field(primary_key=True, foreign_key="draw.id")
    place: int = Field(primary_key=True)
    visit_id: int = Field(foreign_key="visit.id", unique=True)
