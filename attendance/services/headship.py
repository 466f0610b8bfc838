"""Who leads a unit from when to when is named, ended, taken back; each verb leaves a trace."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from attendance.store import heads, office
from attendance.store.database import Session
from attendance.store.heads import Heading
from attendance.store.tables import UnitRow
from attendance.store.trail import Actor, record
from attendance.store.tree_tables import UnitHeadRow


def name_head(
    session: Session,
    unit: str,
    employee: str,
    *,
    kind: str = "head",
    from_on: date,
    to_on: date | None = None,
    document: str = "",
    actor: Actor,
    at: datetime,
) -> Heading:
    """Somebody leads a unit. One head and one acting head at a time. Raises Overlap, Invalid, NotFound."""
    row = heads.name_head(session, unit, employee, kind=kind, from_on=from_on, to_on=to_on, document=document, at=at)
    return _recorded(session, actor, "unit.head_named", row, document, at)


def end_term(session: Session, term: int, to_on: date, *, document: str = "", actor: Actor, at: datetime) -> Heading:
    """Somebody leads a unit until a date and no longer. Answers the term as it is filed anew."""
    return _recorded(
        session, actor, "unit.head_ended", heads.end_term(session, term, to_on, document=document, at=at), document, at
    )


def withdraw_term(session: Session, term: int, *, why: str, actor: Actor, at: datetime) -> None:
    """Take back a term that was recorded by mistake."""
    row = heads.withdraw_term(session, term, at=at)
    unit = office.code_of(session, UnitRow, row.unit_id)
    record(
        session, actor, "unit.head_withdrawn", kind="unit", key=unit, employees=[row.employee_id], why=why,
        before=_told(row), at=at,
    )  # fmt: skip


def _recorded(session: Session, actor: Actor, act: str, row: UnitHeadRow, why: str, at: datetime) -> Heading:
    unit = office.code_of(session, UnitRow, row.unit_id)
    record(session, actor, act, kind="unit", key=unit, employees=[row.employee_id], why=why, after=_told(row), at=at)
    return next(heading for heading in heads.terms_of(session, row.unit_id) if heading.id == row.id)


def _told(row: UnitHeadRow) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "from": row.from_on.isoformat(),
        "to": row.to_on.isoformat() if row.to_on else None,
        "document": row.document,
    }
