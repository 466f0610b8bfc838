"""The register of papers as lists, limited to the rows the reader may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_
from sqlmodel import Session, col, or_, select

from attendance.errors import NotFound
from attendance.store import paper_register
from attendance.store.listing import Listed, Row, count
from attendance.store.paper_tables import DutyRow, ExemptionRow, ProtectionRow, SiteFactRow
from attendance.store.register_tables import PaperRow
from attendance.store.tables import AbsenceRow, CalendarEntryRow, EmployeeRow, TerminalRow, UnitRow
from attendance.store.within import Within


@dataclass(frozen=True, slots=True)
class Asked:
    """Which papers: of these kinds, this person, in this state, speaking of some date of a span; None: any.

    `author_id`: handed in by this account.
    """

    kinds: Sequence[str] = ()
    employee_id: int | None = None
    status: str | None = None
    from_on: date | None = None
    to_on: date | None = None
    author_id: int | None = None


def papers(session: Session, within: Within, reasons: Within, asked: Asked, *, limit: int, offset: int) -> Listed:
    """Papers, the newest first, whole: `services.papers.telling` takes from them what is not for the reader.

    `reasons`: the rows whose reasons the reader may know; of others not even that there is a protection.
    """
    query = select(PaperRow).where(*_visible(within, reasons), *_filtered(asked))
    total = count(session, query)
    rows = session.exec(query.order_by(col(PaperRow.id).desc()).limit(limit).offset(offset)).all()
    return Listed(_told(session, rows), total)


def paper(session: Session, within: Within, reasons: Within, number: int, kinds: Sequence[str]) -> PaperRow:
    """A paper of these kinds that the reader may see. Raises NotFound."""
    query = select(PaperRow).where(PaperRow.id == number, col(PaperRow.kind).in_(kinds), *_visible(within, reasons))
    found = session.exec(query).first()
    if found is None:
        raise NotFound("paper", str(number))
    return found


def one(session: Session, row: PaperRow) -> Row:
    """One paper as it stands in a list."""
    return _told(session, [row])[0]


def _visible(within: Within, reasons: Within) -> list[ColumnElement[bool]]:
    """Papers of rows the reader sees, and decisions about the calendar of the whole tree."""
    rows = within.rows(col(PaperRow.unit_id), col(PaperRow.employee_id))
    if rows and within.only is None:
        rows = [or_(and_(*rows), and_(col(PaperRow.kind) == "calendar", col(PaperRow.unit_id).is_(None)))]
    known = reasons.rows(col(PaperRow.unit_id), col(PaperRow.employee_id))
    return [*rows, or_(col(PaperRow.kind) != "protection", and_(*known))] if known else rows


def _filtered(asked: Asked) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.kinds:
        found.append(col(PaperRow.kind).in_(asked.kinds))
    if asked.employee_id is not None:
        found.append(col(PaperRow.employee_id) == asked.employee_id)
    if asked.author_id is not None:
        found.append(col(PaperRow.author_id) == asked.author_id)
    if asked.from_on is not None:
        found.append(or_(col(PaperRow.to_on).is_(None), col(PaperRow.to_on) >= asked.from_on))
    if asked.to_on is not None:
        found.append(or_(col(PaperRow.from_on).is_(None), col(PaperRow.from_on) <= asked.to_on))
    if asked.status == "withdrawn":
        found.append(col(PaperRow.withdrawn_at).is_not(None))
    elif asked.status is not None:
        found.append(col(PaperRow.withdrawn_at).is_(None))
        decided = col(PaperRow.decision)
        found.append(decided.is_(None) if asked.status == "proposed" else decided == asked.status)
    return found


def _told(session: Session, rows: Sequence[PaperRow]) -> list[Row]:
    people = _codes(session, EmployeeRow, [row.employee_id for row in rows])
    names = _names(session, [row.employee_id for row in rows])
    units = _codes(session, UnitRow, [row.unit_id for row in rows])
    terminals = _codes(session, TerminalRow, [row.terminal_id for row in rows])
    facts = paper_register.facts_of_all(session, rows)
    told = []
    for row in rows:
        line: Row = {
            "unit_id": row.unit_id,
            "employee_id": row.employee_id,
            "author_id": row.author_id,
            "id": row.id,
            "kind": row.kind,
            "status": row.status,
            "version": row.version,
            "employee": people.get(row.employee_id),
            "name": names.get(row.employee_id),
            "unit": units.get(row.unit_id),
            "terminal": terminals.get(row.terminal_id),
            "code": row.code,
            "from": row.from_on,
            "to": row.to_on,
            "document": row.document,
            "place": row.place,
            "note": row.note,
            "content": _content(session, row, facts.get(row.id or 0, [])),
            "author": row.author,
            "recorded_at": row.recorded_at,
            "decision": row.decision,
            "decided_by": row.decided_by or None,
            "decided_at": row.decided_at,
            "decision_note": row.decision_note,
            "withdrawn_by": row.withdrawn_by or None,
            "withdrawn_at": row.withdrawn_at,
            "withdrawal_note": row.withdrawal_note,
        }
        told.append(line)
    return told


def _content(session: Session, row: PaperRow, facts: list[Any]) -> Row:
    """What a paper says, as it was handed in."""
    if row.kind == "calendar":
        entries = {(entry.on, entry.kind, entry.pair_on, entry.session) for entry in _entries(session, row)}
        return {
            "entries": [
                {"date": on, "kind": kind, "for": pair_on, "session": part}
                for on, kind, pair_on, part in sorted(entries, key=lambda entry: entry[0])
            ]
        }
    if not facts:
        return {}
    first = facts[0]
    if isinstance(first, AbsenceRow) and first.on is not None:
        return {"days": [{"date": fact.on, "session": fact.session} for fact in facts]}
    if isinstance(first, SiteFactRow):
        return {"date": first.on, "session": first.session, "terminals": first.terminals}
    if isinstance(first, ProtectionRow):
        return {}
    said: Row = {"starts": first.starts, "ends": first.ends}
    if isinstance(first, ExemptionRow):
        said |= {"minutes_per_day": first.minutes_per_day, "placement": first.placement, "dates": first.dates}
    if isinstance(first, DutyRow):
        said |= {"desk": first.desk, "counts_as_schedule": first.counts_as_schedule}
    return said


def _entries(session: Session, row: PaperRow) -> Sequence[CalendarEntryRow]:
    return session.exec(select(CalendarEntryRow).where(CalendarEntryRow.paper_id == row.id)).all()


def _codes(session: Session, table: Any, numbers: Sequence[int | None]) -> dict[int | None, str]:
    wanted = {number for number in numbers if number is not None}
    query = select(table.id, table.code).where(col(table.id).in_(wanted))
    return {number: code for number, code in session.exec(query)}  # noqa: C416 - rows are no pairs to a type checker


def _names(session: Session, numbers: Sequence[int | None]) -> dict[int | None, str]:
    wanted = {number for number in numbers if number is not None}
    query = select(EmployeeRow.id, EmployeeRow.name).where(col(EmployeeRow.id).in_(wanted))
    return {number: name for number, name in session.exec(query)}  # noqa: C416 - rows are no pairs to a type checker
