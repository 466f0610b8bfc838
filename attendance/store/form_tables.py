"""The table of forms: by which form a unit prints its papers, and what stands on them as issued under."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlmodel import Field, SQLModel

from attendance.store.tables import instant


class SheetFormRow(SQLModel, table=True):
    """The form of the month's sheet of a unit and those below it (None: the whole tree), until another one is said.

    `overtime_number`: number of the form of the sheet of overtime. `budget_code`: the number under which the unit uses
    the state budget (Mã QHNS). `paper`: a3 or a4, lying.
    """

    __tablename__: ClassVar[str] = "sheet_form"
    id: int | None = Field(default=None, primary_key=True)
    unit_id: int | None = Field(default=None, foreign_key="unit.id", index=True)
    form: str = Field(max_length=16)
    number: str = Field(default="", max_length=64)
    overtime_number: str = Field(default="", max_length=64, sa_column_kwargs={"server_default": ""})
    issued_under: str = Field(default="", max_length=300)
    budget_code: str = Field(default="", max_length=32)
    paper: str = Field(default="a3", max_length=8)
    document: str = Field(default="", max_length=200)
    recorded_by: str = Field(default="", max_length=64)
    recorded_at: datetime = instant()
    withdrawn_at: datetime | None = instant(nullable=True)
