"""Sessions that were due and known, and occurrences that count, in sums by unit or person: counted by the database.

A session is due where somebody had to be there: not on leave, on mission or free. It is known where its minutes are
settled; one with a question mark is due and not known, and counts for and against nobody. Days that are alike are
counted as one row, and what their signs mean is worked out once (`_worth`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

import orjson
from sqlalchemy import ColumnElement, Text, and_, case, cast, func, or_, select
from sqlmodel import Session, col

from attendance.engine.period import MISSING, OCCURRENCES, QUESTION_MARK
from attendance.store.evidence_tables import RulingRow, ViolationRow
from attendance.store.listing import in_spread
from attendance.store.tables import AssignmentRow
from attendance.store.tree import Spread
from attendance.store.within import Within

COUNTED = ("counted", "partly_excused")
TYPES = tuple(sorted(OCCURRENCES | MISSING))
PRESENT = frozenset({"+", "KP"})
"""Signs of a session somebody had to be at and of which is known whether they were."""
_BATCH = 900


class UnitSessions(NamedTuple):
    """Of people of one unit and schedule (None: the unit's own) on one date. `people`: with a session due."""

    on: date
    unit_id: int | None
    schedule_id: int | None
    people: int
    due: int
    known: int


class UnitMarked(NamedTuple):
    """Known sessions of people of one unit and schedule on one date: `counted` with an occurrence that counts, however
    many; `excused` where all were excused or wait for a decision."""

    on: date
    unit_id: int | None
    schedule_id: int | None
    counted: int
    excused: int


class UnitStatuses(NamedTuple):
    on: date
    unit_id: int | None
    schedule_id: int | None
    type: str
    status: str
    times: int


class PersonSessions(NamedTuple):
    """`last_on`: the last date of them, on which hours were in force."""

    employee_id: int
    unit_id: int | None
    schedule_id: int | None
    due: int
    known: int
    last_on: date


class UnitOccurrences(NamedTuple):
    on: date
    unit_id: int | None
    schedule_id: int | None
    type: str
    times: int


class Occurrence(NamedTuple):
    employee_id: int
    unit_id: int | None
    on: date
    session: str
    type: str
    minutes: int | None
    excused_min: int
    counted_min: int
    status: str


def of_units(
    session: Session, within: Within, part: Spread | None, from_on: date, to_on: date, as_of: datetime | None = None
) -> list[UnitSessions]:
    """A row for each date, unit and schedule with a conclusion, as known at a moment (None: now), by date."""
    signs = cast(col(RulingRow.symbols), Text)
    keys = (col(RulingRow.work_date), col(RulingRow.unit_id), col(AssignmentRow.schedule_id))
    query = (
        select(*keys, signs, func.count())
        .select_from(RulingRow)
        .outerjoin(AssignmentRow, _assigned(RulingRow, as_of))
        .where(*_rows(RulingRow, within, part, from_on, to_on), *_known(RulingRow, as_of))
        .group_by(*keys, signs)
    )
    sums: dict[tuple[date, int | None, int | None], list[int]] = {}
    for on, unit, schedule, text, count in session.execute(query):
        due, known = _worth(text)
        held = sums.setdefault((on, unit, schedule), [0, 0, 0])
        for place, worth in enumerate((bool(due), due, known)):
            held[place] += worth * count
    return [UnitSessions(*key, *held) for key, held in sorted(sums.items(), key=lambda each: each[0][0])]


def of_people(
    session: Session,
    within: Within,
    part: Spread | None,
    from_on: date,
    to_on: date,
    employees: Collection[int] | None = None,
) -> list[PersonSessions]:
    """A row for each person, unit and schedule; `employees`: these alone."""
    signs = cast(col(RulingRow.symbols), Text)
    keys = (col(RulingRow.employee_id), col(RulingRow.unit_id), col(AssignmentRow.schedule_id))
    sums: dict[tuple[int, int | None, int | None], tuple[int, int, date]] = {}
    for some in _batches(employees):
        query = (
            select(*keys, signs, func.count(), func.max(col(RulingRow.work_date)))
            .select_from(RulingRow)
            .outerjoin(AssignmentRow, _assigned(RulingRow, None))
            .where(*_rows(RulingRow, within, part, from_on, to_on), *_known(RulingRow, None), *_of(RulingRow, some))
            .group_by(*keys, signs)
        )
        for person, unit, schedule, text, count, last_on in session.execute(query):
            due, known = _worth(text)
            before = sums.get((person, unit, schedule), (0, 0, last_on))
            sums[person, unit, schedule] = (
                before[0] + due * count, before[1] + known * count, max(before[2], last_on)
            )  # fmt: skip
    return [PersonSessions(*place, *held) for place, held in sums.items()]


def occurrences_of_units(
    session: Session, within: Within, part: Spread | None, from_on: date, to_on: date, as_of: datetime | None = None
) -> list[UnitOccurrences]:
    """Counted occurrences by date, unit, schedule and type, as known at a moment (None: now), by date."""
    keys = (
        col(ViolationRow.work_date),
        col(ViolationRow.unit_id),
        col(AssignmentRow.schedule_id),
        col(ViolationRow.type),
    )
    query = select(*keys, func.count()).select_from(ViolationRow)
    if as_of is not None:
        query = query.join(RulingRow, col(RulingRow.id) == col(ViolationRow.ruling_id))
    query = (
        query.outerjoin(AssignmentRow, _assigned(ViolationRow, as_of))
        .where(
            col(ViolationRow.status).in_(COUNTED),
            *_rows(ViolationRow, within, part, from_on, to_on),
            *_known(ViolationRow if as_of is None else RulingRow, as_of),
        )
        .group_by(*keys)
        .order_by(col(ViolationRow.work_date))
    )
    return [UnitOccurrences(*row) for row in session.execute(query)]


def marked_of_units(
    session: Session, within: Within, part: Spread | None, from_on: date, to_on: date
) -> list[UnitMarked]:
    """A row for each date, unit and schedule with a known session in which something occurred, by date."""
    counts = func.max(case((col(ViolationRow.status).in_(COUNTED), 1), else_=0))
    found = (
        select(col(ViolationRow.ruling_id), col(ViolationRow.session), counts.label("counts"))
        .where(col(ViolationRow.superseded_at).is_(None), *_rows(ViolationRow, within, part, from_on, to_on))
        .group_by(col(ViolationRow.ruling_id), col(ViolationRow.session))
        .subquery()
    )
    signs = cast(col(RulingRow.symbols), Text)
    keys = (col(RulingRow.work_date), col(RulingRow.unit_id), col(AssignmentRow.schedule_id))
    query = (
        select(*keys, found.c.session, found.c.counts, signs, func.count())
        .select_from(RulingRow)
        .join(found, found.c.ruling_id == col(RulingRow.id))
        .outerjoin(AssignmentRow, _assigned(RulingRow, None))
        .group_by(*keys, found.c.session, found.c.counts, signs)
    )
    sums: dict[tuple[date, int | None, int | None], list[int]] = {}
    for on, unit, schedule, name, counted, text, count in session.execute(query):
        if name in _known_names(text):
            sums.setdefault((on, unit, schedule), [0, 0])[0 if counted else 1] += count
    return [UnitMarked(*key, *held) for key, held in sorted(sums.items(), key=lambda each: each[0][0])]


def statuses_of_units(
    session: Session, within: Within, part: Spread | None, from_on: date, to_on: date
) -> list[UnitStatuses]:
    """Occurrences that stand by date, unit, schedule, type and status, by date."""
    keys = (
        *(col(ViolationRow.work_date), col(ViolationRow.unit_id), col(AssignmentRow.schedule_id)),
        *(col(ViolationRow.type), col(ViolationRow.status)),
    )
    query = (
        select(*keys, func.count())
        .select_from(ViolationRow)
        .outerjoin(AssignmentRow, _assigned(ViolationRow, None))
        .where(col(ViolationRow.superseded_at).is_(None), *_rows(ViolationRow, within, part, from_on, to_on))
        .group_by(*keys)
        .order_by(col(ViolationRow.work_date))
    )
    return [UnitStatuses(*row) for row in session.execute(query)]


def reaching(
    session: Session, from_on: date, to_on: date, types: Collection[str], at_least: int, *, minutes: bool
) -> set[int]:
    """Numbers of the people with so many counted occurrences (or counted minutes of them) in a span, in any unit."""
    figure = func.sum(col(ViolationRow.counted_min)) if minutes else func.count()
    query = (
        select(col(ViolationRow.employee_id))
        .where(
            col(ViolationRow.superseded_at).is_(None),
            col(ViolationRow.work_date).between(from_on, to_on),
            col(ViolationRow.status).in_(COUNTED),
            col(ViolationRow.type).in_(types),
        )
        .group_by(col(ViolationRow.employee_id))
        .having(figure >= at_least)
    )
    return set(session.execute(query).scalars())


def occurrences(
    session: Session,
    from_on: date,
    to_on: date,
    *,
    employees: Collection[int] | None = None,
    types: Collection[str] = TYPES,
    statuses: Collection[str] = COUNTED,
) -> list[Occurrence]:
    """Occurrences that stand, by date, session and type; `employees`: of these alone."""
    columns = [getattr(ViolationRow, name if name != "on" else "work_date") for name in Occurrence._fields]
    found = []
    for some in _batches(employees):
        query = select(*columns).where(
            col(ViolationRow.superseded_at).is_(None),
            col(ViolationRow.work_date).between(from_on, to_on),
            col(ViolationRow.status).in_(statuses),
            col(ViolationRow.type).in_(types),
            *_of(ViolationRow, some),
        )
        found += [Occurrence(*row) for row in session.execute(query)]
    return sorted(found, key=lambda each: (each.on, each.session, each.type, each.employee_id))


def sums_of_people(
    session: Session, within: Within, part: Spread | None, from_on: date, to_on: date
) -> dict[int, Counter[str]]:
    """By person: counted occurrences by type, their `minutes`, and `excused` ones, `pending` missing punches."""
    keys = (col(ViolationRow.employee_id), col(ViolationRow.type), col(ViolationRow.status))
    query = (
        select(*keys, func.count(), func.sum(col(ViolationRow.counted_min)))
        .where(*_rows(ViolationRow, within, part, from_on, to_on), *_known(ViolationRow, None))
        .group_by(*keys)
    )
    found: dict[int, Counter[str]] = {}
    for person, kind, status, count, minutes in session.execute(query):
        held = found.setdefault(person, Counter())
        if status in COUNTED:
            held[kind] += count
            held["counted"] += count
            held["minutes"] += int(minutes or 0)
        else:
            held[status] += count
    return found


@lru_cache(maxsize=4096)
def _worth(signs: str) -> tuple[int, int]:
    """Of a day's signs as JSON text: sessions due, and of these those known."""
    found = list(orjson.loads(signs).values())
    known = sum(sign in PRESENT for sign in found)
    return known + sum(sign == QUESTION_MARK for sign in found), known


@lru_cache(maxsize=4096)
def _known_names(signs: str) -> frozenset[str]:
    """Of a day's signs as JSON text: the sessions that are due and known."""
    return frozenset(name for name, sign in orjson.loads(signs).items() if sign in PRESENT)


def _assigned(table: Any, as_of: datetime | None) -> ColumnElement[bool]:
    """The assignment of a row's person, unit and date."""
    known = (
        [col(AssignmentRow.withdrawn_at).is_(None)]
        if as_of is None
        else [
            col(AssignmentRow.recorded_at) <= as_of,
            or_(col(AssignmentRow.withdrawn_at).is_(None), col(AssignmentRow.withdrawn_at) > as_of),
        ]
    )
    return and_(
        col(AssignmentRow.employee_id) == col(table.employee_id),
        col(AssignmentRow.unit_id) == col(table.unit_id),
        col(AssignmentRow.from_on) <= col(table.work_date),
        or_(col(AssignmentRow.to_on).is_(None), col(AssignmentRow.to_on) >= col(table.work_date)),
        *known,
    )


def _known(table: Any, as_of: datetime | None) -> list[ColumnElement[bool]]:
    if as_of is None:
        return [col(table.superseded_at).is_(None)]
    stood = or_(col(table.superseded_at).is_(None), col(table.superseded_at) > as_of)
    return [col(table.recorded_at) <= as_of, stood]


def _rows(table: Any, within: Within, part: Spread | None, from_on: date, to_on: date) -> list[ColumnElement[bool]]:
    found = [
        col(table.work_date).between(from_on, to_on),
        *within.rows(col(table.unit_id), col(table.employee_id)),
    ]
    return found if part is None else [*found, in_spread(col(table.unit_id), col(table.work_date), part)]


def _of(table: Any, employees: Collection[int] | None) -> list[ColumnElement[bool]]:
    return [] if employees is None else [col(table.employee_id).in_(employees)]


def _batches(employees: Collection[int] | None) -> Iterable[list[int] | None]:
    if employees is None:
        return [None]
    wanted = sorted(employees)
    return [wanted[begin : begin + _BATCH] for begin in range(0, len(wanted), _BATCH)]
