"""Tables of the dated tree: what a unit was called, where it stood and by which hours it worked, its heads, its places.

As everywhere, rows are withdrawn and filed anew, so that "what was known then" can be asked of the tree too.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from attendance.store.tables import instant


class UnitVersionRow(SQLModel, table=True):
    """A unit from `from_on` to `to_on`. `into_id`: the unit it merged into at the end of `to_on`."""

    __tablename__: ClassVar[str] = "unit_version"
    id: int | None = Field(default=None, primary_key=True)
    unit_id: int = Field(foreign_key="unit.id", index=True)
    name: str = ""
    parent_id: int | None = Field(default=None, foreign_key="unit.id")
    schedule_id: int | None = Field(default=None, foreign_key="schedule.id")
    from_on: date | None = None
    to_on: date | None = None
    into_id: int | None = Field(default=None, foreign_key="unit.id")
    document: str = ""
    recorded_at: datetime = instant()
    withdrawn_at: datetime | None = instant(nullable=True)


class UnitHeadRow(SQLModel, table=True):
    """A person leads a unit from `from_on` to `to_on`. `kind`: head, acting or deputy."""

    __tablename__: ClassVar[str] = "unit_head"
    id: int | None = Field(default=None, primary_key=True)
    unit_id: int = Field(foreign_key="unit.id", index=True)
    employee_id: int = Field(foreign_key="employee.id", index=True)
    kind: str = Field(default="head", max_length=16)
    from_on: date
    to_on: date | None = None
    document: str = ""
    recorded_at: datetime = instant()
    withdrawn_at: datetime | None = instant(nullable=True)


class PlaceRow(SQLModel, table=True):
    """A house where people of a unit work: its seat, or that of a unit that merged into it. Terminals hang in one."""

    __tablename__: ClassVar[str] = "place"
    __table_args__ = (UniqueConstraint("unit_id", "name"),)
    id: int | None = Field(default=None, primary_key=True)
    unit_id: int = Field(foreign_key="unit.id")
    name: str = Field(max_length=200)
    address: str = ""
    recorded_at: datetime = instant()
