"""Kept sheets of locked months, the names beside them, and who signed them. Written once; nothing is taken back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

import zstandard
from sqlmodel import Session, col, select

from attendance.errors import NotFound
from attendance.store.month_tables import MonthNameRow, MonthSheetRow, MonthSignatureRow, PrintedSignRow
from attendance.store.tables import EmployeeRow

_LEVEL = 9


@dataclass(frozen=True, slots=True)
class Name:
    """What a sheet bears as the name of a person; without salt it was erased, and its seal can no longer be checked."""

    employee: str
    name: str
    salt: str


class Head(NamedTuple):
    """A kept sheet without what is in it."""

    id: int
    unit_id: int
    version: int
    locked_at: datetime
    digest: str


_HEADS = select(*(col(getattr(MonthSheetRow, name)) for name in Head._fields))


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature as it was given; `part`: keeper, section or approver."""

    part: str
    user_id: int
    employee_id: int | None
    name: str
    role: str
    digest: str
    signed_at: datetime


def keep(
    session: Session,
    unit_id: int,
    month: date,
    version: int,
    content: bytes,
    digest: str,
    names: Mapping[str, tuple[str, str]],
    *,
    locked_at: datetime,
    at: datetime,
) -> MonthSheetRow:
    """Store a sheet; `names`: name and salt by the code of the person."""
    row = MonthSheetRow(
        unit_id=unit_id,
        month=month,
        version=version,
        content=zstandard.ZstdCompressor(level=_LEVEL).compress(content),
        digest=digest,
        locked_at=locked_at,
        recorded_at=at,
    )
    session.add(row)
    session.flush()
    assert row.id is not None
    for number, employee in session.exec(select(EmployeeRow.id, EmployeeRow.code)):
        if number is not None and employee in names:
            name, salt = names[employee]
            session.add(MonthNameRow(sheet_id=row.id, employee_id=number, name=name, salt=salt))
    session.flush()
    return row


def content_of(row: MonthSheetRow) -> bytes:
    """The canonical JSON, byte by byte as it was digested."""
    return zstandard.ZstdDecompressor().decompress(row.content)


def find(session: Session, unit_id: int, month: date, version: int) -> MonthSheetRow | None:
    query = select(MonthSheetRow).where(
        MonthSheetRow.unit_id == unit_id, MonthSheetRow.month == month, MonthSheetRow.version == version
    )
    return session.exec(query).one_or_none()


def get(session: Session, unit_id: int, month: date, version: int) -> MonthSheetRow:
    """Raises NotFound where no sheet of this version was kept."""
    row = find(session, unit_id, month, version)
    if row is None:
        raise NotFound("kept version of this month", str(version), "A sheet is kept when the month is locked.")
    return row


def of_month(session: Session, unit_id: int, month: date) -> list[Head]:
    """Every kept version, the newest first."""
    query = _HEADS.where(col(MonthSheetRow.unit_id) == unit_id, col(MonthSheetRow.month) == month)
    return [Head(*row) for row in session.execute(query.order_by(col(MonthSheetRow.version).desc()))]


def names(session: Session, sheet_id: int) -> list[Name]:
    query = (
        select(EmployeeRow.code, MonthNameRow.name, MonthNameRow.salt)
        .join(EmployeeRow, col(EmployeeRow.id) == col(MonthNameRow.employee_id))
        .where(MonthNameRow.sheet_id == sheet_id)
    )
    return [Name(*row) for row in session.exec(query)]


def signatures(session: Session, sheet_ids: Iterable[int | None]) -> dict[int, list[Signed]]:
    """The signatures of some sheets, in the order they were given."""
    table = MonthSignatureRow
    query = select(table).where(col(table.sheet_id).in_([number for number in sheet_ids if number]))
    found: dict[int, list[Signed]] = {}
    for row in session.exec(query.order_by(col(table.id))):
        signed = Signed(row.part, row.user_id, row.employee_id, row.name, row.role, row.digest, row.signed_at)
        found.setdefault(row.sheet_id, []).append(signed)
    return found


def kept_in(session: Session, month: date) -> dict[int, Head]:
    """The newest kept sheet of each unit in a month, by the number of the unit."""
    query = _HEADS.where(col(MonthSheetRow.month) == month).order_by(col(MonthSheetRow.version))
    return {row.unit_id: Head(*row) for row in session.execute(query)}


def printed_signs(session: Session) -> dict[str, str]:
    """How the office prints our signs where it says so itself; the one recorded last holds."""
    query = select(PrintedSignRow).where(col(PrintedSignRow.withdrawn_at).is_(None)).order_by(col(PrintedSignRow.id))
    return {row.sign: row.printed for row in session.exec(query)}


def print_as(session: Session, sign: str, printed: str, *, document: str, by: str, at: datetime) -> PrintedSignRow:
    """From now on a sign is printed so."""
    row = PrintedSignRow(sign=sign, printed=printed, document=document, recorded_by=by, recorded_at=at)
    session.add(row)
    session.flush()
    return row
