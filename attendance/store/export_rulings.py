"""Every verdict and every violation of a span that held at a moment, by their keys, a piece at a time.

At any moment one verdict of a person and date holds, so that a walk over these keys meets each once, whatever is judged
again meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from sqlalchemy import Select, or_, select, tuple_

from attendance.store.database import Database
from attendance.store.evidence_tables import RulingRow, ViolationRow
from attendance.store.export_rows import Asked, Piece
from attendance.store.listing import in_spread
from attendance.store.listing_keys import violation_id
from attendance.store.listing_violations import OCCURRENCE
from attendance.store.questions import answers, table_of
from attendance.store.tables import EmployeeRow, UnitRow

_MINUTES = ("scheduled_min", "worked_min", "credited_min", "leave_min", "unverified_min")
DAYS = (
    "date", "employee", "name", "unit", "day_kind", *_MINUTES, "symbols", "flags", "revision", "rulebook",
    "recorded_at",
)  # fmt: skip
VIOLATIONS = (
    "date", "employee", "session", "type", "name", "unit", "minutes", "excused_min", "counted_min", "status", "id",
    "revision", "recorded_at",
)  # fmt: skip
_FEW = 2_000
_R, _V = table_of(RulingRow).c, table_of(ViolationRow).c
_E, _U = table_of(EmployeeRow).c, table_of(UnitRow).c


def days(database: Database, asked: Asked) -> Iterator[Piece]:
    """Rows of DAYS by date and person, as whoever knows all reasons is told them. `after`: date, number of a person."""
    query = (
        select(
            _R.work_date, _R.employee_id, _R.unit_id, _E.code, _E.name, _U.code.label("unit"), _R.day_kind,
            *(_R[name] for name in _MINUTES), _R.symbols, _R.flags, _R.revision, _R.rulebook, _R.recorded_at,
        )
        .join(_E.id.table, _E.id == _R.employee_id)
        .outerjoin(_U.id.table, _U.id == _R.unit_id)
        .where(*_conditions(asked, _R))
    )  # fmt: skip

    def row(found: Any) -> tuple[Any, ...]:
        at = found.recorded_at.isoformat()
        minutes = (getattr(found, name) for name in _MINUTES)
        return (
            found.work_date.isoformat(), found.code, found.name, found.unit, found.day_kind, *minutes, found.symbols,
            found.flags, found.revision, found.rulebook, at,
        )  # fmt: skip

    return _walk(database, query, (_R.work_date, _R.employee_id), asked.after, row)


def violations(database: Database, asked: Asked) -> Iterator[Piece]:
    """Rows of VIOLATIONS by date, person, session and type. `after`: date, number of a person, session, type."""
    query = (
        select(
            _V.work_date, _V.employee_id, _V.unit_id, *(_V[name] for name in OCCURRENCE),
            _E.code, _E.name, _U.code.label("unit"), _R.revision, _R.recorded_at,
        )
        .join(_E.id.table, _E.id == _V.employee_id)
        .join(_R.id.table, _R.id == _V.ruling_id)
        .outerjoin(_U.id.table, _U.id == _V.unit_id)
        .where(*_conditions(asked, _V))
    )  # fmt: skip

    def row(found: Any) -> tuple[Any, ...]:
        return (
            found.work_date.isoformat(), found.code, found.session, found.type, found.name, found.unit, found.minutes,
            found.excused_min, found.counted_min, found.status,
            violation_id(found.employee_id, found.work_date, found.session, found.type), found.revision,
            found.recorded_at.isoformat(),
        )  # fmt: skip

    return _walk(database, query, (_V.work_date, _V.employee_id, _V.session, _V.type), asked.after, row)


def _conditions(asked: Asked, table: Any) -> list[Any]:
    at = asked.snapshot.at
    found = [
        table.work_date.between(asked.from_on, asked.to_on),
        _R.recorded_at <= at,
        or_(table.superseded_at.is_(None), table.superseded_at > at),
        *asked.within.rows(table.unit_id, table.employee_id),
    ]
    return found if asked.part is None else [*found, in_spread(table.unit_id, table.work_date, asked.part)]


def _walk(
    database: Database,
    query: Select[Any],
    place: tuple[Any, ...],
    after: tuple[Any, ...] | None,
    row: Callable[[Any], tuple[Any, ...]],
) -> Iterator[Piece]:
    query = query.order_by(*place).limit(_FEW)
    names = [column.name for column in place]
    while True:
        asked = query
        if after is not None:  # the date besides, which leads straight to its place in an index
            begins: date = after[0]
            asked = query.where(place[0] >= begins, tuple_(*place) > tuple_(*after))
        with database.reading() as session:
            found = answers(session, asked)
        if not found:
            return
        yield Piece(
            [row(each) for each in found],
            frozenset(each.employee_id for each in found),
            [(each.unit_id, each.employee_id) for each in found],
        )
        after = tuple(getattr(found[-1], name) for name in names)
