"""The list of violations that stand, for pages, API and exports: one filter, one order, walked by keys.

Its statements are written out once for each shape of filter, in the manner of `questions`: building them would take
longer than answering. A page deep in the list costs what the first costs: a walk goes on behind the key of a row, and a
number of rows to pass over is counted from the nearest place in the list that was met before (`list_places`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Date, Integer, Select, String, and_, bindparam, exists, func, not_, or_, select, tuple_
from sqlmodel import Session

from attendance.store import list_places, searching
from attendance.store.evidence_tables import RulingRow, ViolationRow
from attendance.store.listing import Listed, Row
from attendance.store.listing_keys import ViolationKey, read_cursor, violation_id, write_cursor
from attendance.store.paper_tables import ExplanationRow
from attendance.store.questions import FIRST, LAST, among, answers, core, listed, table_of
from attendance.store.tables import EmployeeRow, UnitRow
from attendance.store.tree import Spread
from attendance.store.within import Within

OCCURRENCE = ("type", "session", "minutes", "excused_min", "counted_min", "status")
PIECE = 500
"""So many rows at a time are read of a whole list."""
_V = table_of(ViolationRow).c
_ALL_PLACES = (_V.work_date, _V.employee_id, _V.session, _V.type)
_KINDS: tuple[type, ...] = (date, int, str, str)
Place = tuple[date, int, str, str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which violations are listed. `part`: only of units that belonged to it on the day. `person`: words of a name or
    code. `over`: only those with more minutes. `explained`: whether an explanation of it was handed in.
    """

    within: Within
    from_on: date
    to_on: date
    part: Spread | None = None
    employee_id: int | None = None
    person: str = ""
    type: str | None = None
    status: str | None = None
    over: int | None = None
    explained: bool | None = None

    @property
    def lasts(self) -> bool:
        """Whether its rows change only when a verdict does, and not with papers."""
        return self.explained is None


@dataclass(frozen=True, slots=True)
class ListedViolations(Listed):
    """`people`: numbers of those who are named. `before` and `after`: cursors of the first and last row, where there
    are rows on that side. `first`: how many rows stand before the page, as far as that is known from its cursor.
    """

    people: frozenset[int] = field(default_factory=frozenset)
    before: str | None = None
    first: int = 0


def violations(
    session: Session,
    wanted: Wanted,
    *,
    limit: int,
    offset: int = 0,
    after: str | None = None,
    before: str | None = None,
    newest_first: bool = False,
) -> ListedViolations:
    """One page by date, person, session and type, or in the opposite order; `after` or `before` the row of a cursor.

    A row: id, employee, name, unit, date, session, type, minutes (null: unknown until settled), excused_min,
    counted_min, status, revision and recorded_at of the verdict it is part of. Raises Invalid for a strange cursor.
    """
    question = _Question(session, wanted, newest_first)
    total = question.total()
    back = before is not None
    place, first = None, offset
    if (cursor := before if back else after) is not None:
        *key, told = read_cursor(cursor, *_KINDS, int)
        place, first = tuple(key), min(max(told, 0), total)
    if not total or (place is None and offset >= total):
        return ListedViolations([], total, first=min(first, total))
    found, first = question.page(place, limit + 1, first, back=back)
    more, found = len(found) > limit, found[:limit]
    if back:
        found.reverse()
    if not found:
        return ListedViolations([], total, first=min(first, total))
    ends, begins = (True, more) if back else (more, place is not None or offset > 0)
    first = first if begins else 0
    return ListedViolations(
        [_row(row) for row in found],
        total,
        write_cursor(*_place(found[-1]), first + len(found)) if ends else None,
        frozenset(row.employee_id for row in found),
        write_cursor(*_place(found[0]), first) if begins else None,
        first,
    )


def every_violation(session: Session, wanted: Wanted, *, newest_first: bool = False) -> Iterator[Row]:
    """All rows of the list in its order, read a piece at a time; beside their fields `employee_id` and `citations`."""
    question = _Question(session, wanted, newest_first, cited=True)
    place: Place | None = None
    while True:
        found, _ = question.page(place, PIECE, 0)
        for row in found:
            yield _row(row) | {"employee_id": row.employee_id, "citations": row.citations}
        if len(found) < PIECE:
            return
        place = _place(found[-1])


def tally(session: Session, wanted: Wanted) -> dict[tuple[str, str], int]:
    """How many rows the list has, by type and status."""
    shape, values = _shape(session, wanted)
    return {(row[0], row[1]): int(row[2]) for row in answers(session, _tally(shape), values)}


def violation(session: Session, within: Within, key: ViolationKey) -> Row | None:
    """The last that was said of one violation, with employee_id, unit_id, ruling_id and superseded_at.

    None: there never was one, or the reader may not see it.
    """
    found = next(iter(answers(session, _ONE, asdict(key))), None)
    if found is None or not within.sees(found.unit_id, key.employee_id):
        return None
    return _row(found) | {name: getattr(found, name) for name in ("ruling_id", "unit_id", "superseded_at")}


class _Question:
    """One filter in one order, put to the database."""

    def __init__(self, session: Session, wanted: Wanted, newest_first: bool, *, cited: bool = False) -> None:
        self._session, self._wanted, self._newest_first, self._cited = session, wanted, newest_first, cited
        self._shape, self._values = _shape(session, wanted)
        key = list_places.key_of(session, repr((self._shape, sorted(self._values.items()), newest_first)))
        self._known = list_places.known(key) if key is not None and wanted.lasts else list_places.Known()

    def total(self) -> int:
        """How many rows there are in all, counted once until a verdict changes."""
        if self._known.total is None:
            (row,) = answers(self._session, _count(self._shape), self._values)
            self._known.total = int(row[0])
        return self._known.total

    def page(self, place: Place | None, limit: int, first: int, *, back: bool = False) -> tuple[list[Any], int]:
        """Rows behind a place (`back`: before it, the nearest first), or from the number `first` on; and that number,
        which before a place is counted back from it.
        """
        values, downwards, passed = dict(self._values), self._newest_first != back, 0
        is_counted = place is None  # what a cursor says of its number may be old or made up: others would be led astray
        if place is None and first:
            place, number = self._known.nearest(first)
            passed = first - number
        if place is not None and not self._is_inside(place, downwards):
            place, first = None, 0  # a cursor of another span: its list begins here
        if place is not None:
            values |= {f"place_{number}": part for number, part in enumerate(place)}
        if passed:
            values["passed"] = passed - 1  # the last row passed over is the place of this page
        values["limit"] = limit + bool(passed)
        statement = _listing(self._shape, place is not None, downwards, bool(passed), self._cited)
        rows = list(answers(self._session, statement, values))
        if back:
            return rows, max(0, first - min(len(rows), limit - 1))
        if passed and rows:
            self._remember(first, rows.pop(0))
        if is_counted and len(rows) == limit > 1:
            self._remember(first + limit - 1, rows[-2])
        return rows, first

    def _is_inside(self, place: Place, downwards: bool) -> bool:
        return place[0] <= self._wanted.to_on if downwards else place[0] >= self._wanted.from_on

    def _remember(self, number: int, row: Any) -> None:
        if self._wanted.lasts:
            self._known.remember(number, _place(row))


Shape = tuple[tuple[str, ...], int]
"""Which conditions a filter has, and how many stretches its part of the tree has."""


def _shape(session: Session, wanted: Wanted) -> tuple[Shape, dict[str, Any]]:
    """The conditions of a filter by name, and what they are filled with."""
    values: dict[str, Any] = {"first": wanted.from_on, "last": wanted.to_on}
    names = []
    within = wanted.within
    if within.only is not None:
        names.append("only")
        values["only"] = listed(sorted(within.only))
    if within.units is not None:
        names.append("units")
        values |= {"units": listed(sorted(within.units)), "own": within.employee or -1}
    for name in ("employee_id", "type", "status", "over"):
        if (value := getattr(wanted, name)) is not None:
            names.append(name)
            values[name] = value
    if wanted.explained is not None:
        names.append("explained" if wanted.explained else "unexplained")
    stretches = wanted.part if wanted.part is not None else ()
    if wanted.part is not None:
        names.append("part")
    for number, (first, last, units) in enumerate(stretches):
        values |= {f"begins_{number}": first, f"ends_{number}": last, f"part_{number}": listed(sorted(units))}
    if wanted.person.strip():
        names.append("people")
        values["people"] = listed(searching.numbers(session, wanted.person))
    return (tuple(names), len(stretches)), values


def _conditions(shape: Shape) -> list[Any]:
    names, stretches = shape
    written: dict[str, Callable[[], Any]] = {
        "only": lambda: among(ViolationRow.unit_id, "only"),
        "units": lambda: or_(among(ViolationRow.unit_id, "units"), _V.employee_id == bindparam("own", type_=Integer())),
        "employee_id": lambda: _V.employee_id == bindparam("employee_id", type_=Integer()),
        "type": lambda: _V.type == bindparam("type", type_=String()),
        "status": lambda: _V.status == bindparam("status", type_=String()),
        "over": lambda: _V.minutes > bindparam("over", type_=Integer()),
        "explained": _explained,
        "unexplained": lambda: not_(_explained()),
        "part": lambda: or_(*(_stretch(number) for number in range(stretches))) if stretches else _V.id < 0,
        "people": lambda: among(ViolationRow.employee_id, "people"),
    }
    return [_V.superseded_at.is_(None), *(written[name]() for name in names)]


def _stretch(number: int) -> Any:
    first, last = (bindparam(f"{name}_{number}", type_=Date()) for name in ("begins", "ends"))
    return and_(_V.work_date.between(first, last), among(ViolationRow.unit_id, f"part_{number}"))


def _explained() -> Any:
    paper = table_of(ExplanationRow).c
    return exists().where(
        paper.employee_id == _V.employee_id,
        paper.on_date == _V.work_date,
        paper.session == _V.session,
        paper.covers == _V.type,
        paper.withdrawn_at.is_(None),
        paper.submitted_at.is_not(None),
    )


@lru_cache(maxsize=256)
def _count(shape: Shape) -> Select[Any]:
    query = select(func.count()).select_from(table_of(ViolationRow))
    return query.where(*_conditions(shape), _V.work_date >= FIRST, _V.work_date <= LAST)


@lru_cache(maxsize=256)
def _tally(shape: Shape) -> Select[Any]:
    query = select(_V.type, _V.status, func.count()).select_from(table_of(ViolationRow))
    return query.where(*_conditions(shape), _V.work_date >= FIRST, _V.work_date <= LAST).group_by(_V.type, _V.status)


@lru_cache(maxsize=512)
def _listing(shape: Shape, placed: bool, downwards: bool, passing: bool, cited: bool) -> Select[Any]:
    """One page. The keys are found in the index alone, so that rows passed over are never fetched.

    Behind a place nothing else is said of the date on that side: the index is entered at the place.
    """
    keys = select(_V.id).where(*_conditions(shape))
    if not placed or downwards:
        keys = keys.where(_V.work_date >= FIRST)
    if not placed or not downwards:
        keys = keys.where(_V.work_date <= LAST)
    if placed:
        kinds: tuple[Any, ...] = (Date(), Integer(), String(), String())
        given = tuple_(*(bindparam(f"place_{number}", type_=kind) for number, kind in enumerate(kinds)))
        keys = keys.where(tuple_(*_ALL_PLACES) < given if downwards else tuple_(*_ALL_PLACES) > given)
    order = [place.desc() for place in _ALL_PLACES] if downwards else list(_ALL_PLACES)
    keys = keys.order_by(*order).limit(bindparam("limit", type_=Integer()))
    if passing:
        keys = keys.offset(bindparam("passed", type_=Integer()))
    return _rows(cited).where(_V.id.in_(keys.scalar_subquery())).order_by(*order)


def _rows(cited: bool = False) -> Select[Any]:
    names = {"employee": EmployeeRow.code, "name": EmployeeRow.name, "unit": UnitRow.code}
    return (
        select(
            _V.employee_id,
            _V.unit_id,
            _V.ruling_id,
            _V.superseded_at,
            _V.work_date,
            *(_V[name] for name in OCCURRENCE),
            *(core(attribute).label(name) for name, attribute in names.items()),
            core(RulingRow.revision),
            core(RulingRow.recorded_at),
            *([core(RulingRow.citations)] if cited else []),
        )
        .join(table_of(EmployeeRow), core(EmployeeRow.id) == _V.employee_id)
        .join(table_of(RulingRow), core(RulingRow.id) == _V.ruling_id)
        .outerjoin(table_of(UnitRow), core(UnitRow.id) == _V.unit_id)
    )


_ONE = (
    _rows()
    .where(
        _V.employee_id == bindparam("employee_id", type_=Integer()),
        _V.work_date == bindparam("on", type_=Date()),
        _V.session == bindparam("session", type_=String()),
        _V.type == bindparam("type", type_=String()),
    )
    .order_by(_V.id.desc())
    .limit(1)
)


def _place(row: Any) -> Place:
    return row.work_date, row.employee_id, row.session, row.type


def _row(row: Any) -> Row:
    return {
        "id": violation_id(row.employee_id, row.work_date, row.session, row.type),
        "employee": row.employee,
        "name": row.name,
        "unit": row.unit,
        "date": row.work_date,
        "type": row.type,
        "session": row.session,
        "minutes": row.minutes,
        "excused_min": row.excused_min,
        "counted_min": row.counted_min,
        "status": row.status,
        "revision": row.revision,
        "recorded_at": row.recorded_at,
    }
