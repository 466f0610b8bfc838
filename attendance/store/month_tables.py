"""Tables of signed months: the sheet as it was locked, the names in it, who signed it, and how signs are printed.

A sheet is stored once and stays; the names stand beside it, so that erasing one leaves the digest as it was.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from attendance.store.tables import instant


class MonthSheetRow(SQLModel, table=True):
    """What a month (its first day) of a unit looked like when it was locked as this version.

    `content`: the canonical JSON of the sheet, compressed; `digest`: SHA-256 of that JSON.
    """

    __tablename__: ClassVar[str] = "month_sheet"
    __table_args__ = (UniqueConstraint("unit_id", "month", "version"),)
    id: int | None = Field(default=None, primary_key=True)
    unit_id: int = Field(foreign_key="unit.id")
    month: date
    version: int
    content: bytes
    digest: str = Field(max_length=64)
    locked_at: datetime = instant()
    recorded_at: datetime = instant()


class MonthNameRow(SQLModel, table=True):
    """The name of a person as a sheet bears it. The sheet holds the digest of salt and name; salt and name are erased
    together."""

    __tablename__: ClassVar[str] = "month_sheet_name"
    sheet_id: int = Field(foreign_key="month_sheet.id", primary_key=True)
    employee_id: int = Field(foreign_key="employee.id", primary_key=True, index=True)
    name: str
    salt: str = Field(max_length=32)


class MonthSignatureRow(SQLModel, table=True):
    """Somebody signed a sheet as keeper, head of section or approver. `digest` is that of the sheet they saw."""

    __tablename__: ClassVar[str] = "month_signature"
    __table_args__ = (UniqueConstraint("sheet_id", "part"), UniqueConstraint("sheet_id", "user_id"))
    id: int | None = Field(default=None, primary_key=True)
    sheet_id: int = Field(foreign_key="month_sheet.id")
    part: str = Field(max_length=16)
    user_id: int = Field(foreign_key="app_user.id", index=True)
    employee_id: int | None = Field(default=None, foreign_key="employee.id", index=True)
    name: str = Field(max_length=200)
    role: str = Field(max_length=16)
    digest: str = Field(max_length=64)
    signed_at: datetime = instant()


class PrintedSignRow(SQLModel, table=True):
    """How the office prints one of our signs on paper, in place of what is shipped."""

    __tablename__: ClassVar[str] = "printed_sign"
    id: int | None = Field(default=None, primary_key=True)
    sign: str = Field(max_length=8)
    printed: str = Field(max_length=8)
    document: str = ""
    recorded_by: str = ""
    recorded_at: datetime = instant()
    withdrawn_at: datetime | None = instant(nullable=True)
