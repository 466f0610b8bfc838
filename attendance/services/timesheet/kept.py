"""Sheets that are kept for ever: stored when a month is locked, shown exactly as they were, checked by their digest."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, datetime

import orjson

from attendance.engine.timesheet import Timesheet, canonical, read_canonical
from attendance.store import month_sheets, office
from attendance.store.database import Session
from attendance.store.month_sheets import Signed
from attendance.store.month_tables import MonthSheetRow
from attendance.store.tables import UnitRow

PARTS = ("keeper", "section", "approver")
"""Who signs a sheet, in this order: who kept it, the head of the section, who approves it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A locked version as it was locked; `signatures` in the order they were given."""

    number: int
    version: int
    locked_at: datetime
    digest: str
    sheet: Timesheet
    signatures: tuple[Signed, ...]
    holds: bool

    @property
    def next_part(self) -> str | None:
        """Who signs next; None: all have."""
        return PARTS[len(self.signatures)] if len(self.signatures) < len(PARTS) else None


def keep(session: Session, unit: UnitRow, sheet: Timesheet, version: int, rules: str, *, locked_at: datetime,
         at: datetime) -> MonthSheetRow:  # fmt: skip
    """Store what a month looks like at its lock. `rules`: fingerprint of the rule book it was judged by."""
    named = {line.employee: (line.name, secrets.token_hex(16)) for line in sheet.lines}
    seals = {employee: seal_of(name, salt) for employee, (name, salt) in named.items()}
    content = canonical(sheet, seals, version=version, locked_at=locked_at, rules=rules)
    return month_sheets.keep(
        session, office.key(unit), sheet.month, version, content, digest_of(content), named, locked_at=locked_at, at=at
    )


def kept(session: Session, row: MonthSheetRow) -> Kept:
    """A stored version, and whether its bytes and names are those that were signed."""
    content = month_sheets.content_of(row)
    names = month_sheets.names(session, row.id or 0)
    seals = {each["employee"]: each["name"] for each in orjson.loads(content)["people"]}
    holds = digest_of(content) == row.digest and all(
        not each.salt or seals.get(each.employee) == seal_of(each.name, each.salt) for each in names
    )
    sheet = read_canonical(content, {each.employee: each.name for each in names})
    signed = month_sheets.signatures(session, [row.id]).get(row.id or 0, [])
    holds = holds and all(signature.digest == row.digest for signature in signed)
    return Kept(row.id or 0, row.version, row.locked_at, row.digest, sheet, tuple(signed), holds)


def seal_of(name: str, salt: str) -> str:
    """What stands in a sheet for a name, so that the name can be erased and the sheet stay as it was signed."""
    return hashlib.sha256(f"{salt}:{name}".encode()).hexdigest()


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def find_kept(session: Session, unit_id: int, month: date, version: int) -> Kept | None:
    row = month_sheets.find(session, unit_id, month, version)
    return kept(session, row) if row is not None else None
