"""The list of verdicts as rows of plain values, limited to the rows the reader may see; one violation with its own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import tuple_
from sqlmodel import Session, col, or_

from attendance.store import listing_violations
from attendance.store.evidence_tables import RulingRow, ViolationRow
from attendance.store.listing import AnySelect, Listed, Row, choose, count, in_spread, rows_of
from attendance.store.listing_keys import ViolationKey, read_cursor, violation_id, write_cursor
from attendance.store.listing_violations import OCCURRENCE
from attendance.store.tables import EmployeeRow, UnitRow
from attendance.store.tree import Spread
from attendance.store.within import Within

_DAY = ("day_kind", "scheduled_min", "worked_min", "credited_min", "leave_min", "unverified_min")
_PROVENANCE = ("revision", "rulebook", "citations", "cause", "recorded_at", "superseded_at")


def verdicts(
    session: Session,
    within: Within,
    from_on: date,
    to_on: date,
    *,
    part: Spread | None = None,
    employee_id: int | None = None,
    as_of: datetime | None = None,
    limit: int,
    offset: int = 0,
    after: str | None = None,
) -> Listed:
    """The verdicts of a span, by date and person: those that hold, or those that held at `as_of`.

    A row has the fields of a day row of a scenario and revision, rulebook, citations, cause, recorded_at,
    superseded_at; and employee_id and unit_id, by which `services.disclosure` decides what of it is shown. A verdict
    belongs to the unit in which the person served on that day; `part`: only those whose unit belonged to it on the day.
    """
    query = _verdicts().where(col(RulingRow.work_date) >= from_on, col(RulingRow.work_date) <= to_on)
    query = query.where(*within.rows(col(RulingRow.unit_id), col(RulingRow.employee_id)))
    if part is not None:
        query = query.where(in_spread(col(RulingRow.unit_id), col(RulingRow.work_date), part))
    if employee_id is not None:
        query = query.where(col(RulingRow.employee_id) == employee_id)
    if as_of is None:
        query = query.where(col(RulingRow.superseded_at).is_(None))
    else:
        query = query.where(
            col(RulingRow.recorded_at) <= as_of,
            or_(col(RulingRow.superseded_at).is_(None), col(RulingRow.superseded_at) > as_of),
        )
    place = (col(RulingRow.work_date), col(RulingRow.employee_id))
    given = read_cursor(after, date, int) if after is not None else None
    found, total, more = _walk(session, query, place, given, limit, offset)
    occurrences = _occurrences(session, [row["id"] for row in found])
    rows = [_verdict(row, occurrences.get(row["id"], [])) for row in found]
    last = write_cursor(found[-1]["date"], found[-1]["employee_id"]) if more else None
    return Listed(rows, total, last)


def _verdicts() -> AnySelect:
    return (
        choose(
            col(RulingRow.id).label("id"),
            col(RulingRow.employee_id).label("employee_id"),
            col(RulingRow.unit_id).label("unit_id"),
            col(EmployeeRow.code).label("employee"),
            col(EmployeeRow.name).label("name"),
            col(UnitRow.code).label("unit"),
            col(RulingRow.work_date).label("date"),
            *(col(getattr(RulingRow, name)).label(name) for name in _DAY),
            col(RulingRow.flags).label("flags"),
            col(RulingRow.symbols).label("symbols"),
            col(RulingRow.duties).label("duty"),
            col(RulingRow.overtime).label("overtime"),
            col(RulingRow.findings).label("findings"),
            *(col(getattr(RulingRow, name)).label(name) for name in _PROVENANCE),
        )
        .join(EmployeeRow, col(EmployeeRow.id) == col(RulingRow.employee_id))
        .outerjoin(UnitRow, col(UnitRow.id) == col(RulingRow.unit_id))
    )


def _walk(
    session: Session,
    query: AnySelect,
    place: tuple[Any, ...],
    after: tuple[Any, ...] | None,
    limit: int,
    offset: int,
) -> tuple[list[Row], int, bool]:
    """One page in the order of `place`, how many rows there are in all, and whether any follow the page."""
    total = count(session, query)
    if after is not None:
        query = query.where(tuple_(*place) > tuple_(*after))
    elif offset >= total:
        return [], total, False
    else:
        query = query.offset(offset)
    found = rows_of(session, query.order_by(*place).limit(limit + 1))
    return found[:limit], total, len(found) > limit


def _occurrences(session: Session, ruling_ids: Iterable[int]) -> dict[int, list[Row]]:
    query = (
        choose(
            col(ViolationRow.ruling_id).label("ruling_id"),
            col(ViolationRow.employee_id).label("employee_id"),
            col(ViolationRow.work_date).label("work_date"),
            *(col(getattr(ViolationRow, name)).label(name) for name in OCCURRENCE),
        )
        .where(col(ViolationRow.ruling_id).in_(list(ruling_ids)))
        .order_by(col(ViolationRow.id))
    )
    found: dict[int, list[Row]] = {}
    for row in rows_of(session, query):
        name = violation_id(row["employee_id"], row["work_date"], row["session"], row["type"])
        occurrence = {"id": name} | {field: row[field] for field in OCCURRENCE}
        found.setdefault(row["ruling_id"], []).append(occurrence)
    return found


def _verdict(row: Row, occurrences: list[Row]) -> Row:
    plain = dict(row)
    del plain["id"]
    return plain | {"violations": occurrences}


def violation(session: Session, within: Within, key: ViolationKey) -> Row | None:
    """One violation with the whole verdict it is part of; of one that was revised away, the last that stood.

    None: there never was one, or the reader may not see it. Beside the fields of the list: `current` and `verdict`.
    """
    found = listing_violations.violation(session, within, key)
    if found is None:
        return None
    ruling_id, superseded_at = found.pop("ruling_id"), found.pop("superseded_at")
    del found["unit_id"]
    (day,) = rows_of(session, _verdicts().where(col(RulingRow.id) == ruling_id))
    verdict = _verdict(day, _occurrences(session, [ruling_id]).get(ruling_id, []))
    return found | {"current": superseded_at is None, "verdict": verdict}
