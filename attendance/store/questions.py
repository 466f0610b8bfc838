"""Questions that every judgement and every pull asks: written out once, and answered with rows to read, not to change.

Judging a hundred days again asks some forty small questions, filing a pull some fifteen. Building a query and an entity
per row takes several times as long as SQLite takes to answer, so each statement is built once and answers with plain
rows.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Generic, TypeVar, cast

import orjson
from sqlalchemy import Date, DateTime, Select, String, bindparam, inspect, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import Session, SQLModel

from attendance.store.known_rows import Dated
from attendance.store.tables import AssignmentRow, EmployeeRow, EnrolmentRow, ScheduleRow, UnitRow
from attendance.store.types import Instant

AS_OF = bindparam("as_of", type_=Instant())
FIRST, LAST = bindparam("first", type_=Date()), bindparam("last", type_=Date())
BEGINS, ENDS = bindparam("begins", type_=DateTime()), bindparam("ends", type_=DateTime())
"""As of when a question is asked, the dates it is about, and the wall time of their first and last midnight."""

Table = TypeVar("Table", bound=SQLModel)


class _Numbers(FunctionElement[int]):
    """The whole numbers of a JSON list: one parameter however many they are, so that the statement stays the same."""

    inherit_cache = True
    name = "numbers"


@compiles(_Numbers, "sqlite")
def _numbers_of_sqlite(element: _Numbers, compiler: Any, **kwargs: Any) -> str:
    return f"(SELECT value FROM json_each({compiler.process(element.clauses, **kwargs)}))"  # noqa: S608 - a parameter


@compiles(_Numbers, "postgresql")
def _numbers_of_postgresql(element: _Numbers, compiler: Any, **kwargs: Any) -> str:
    given = compiler.process(element.clauses, **kwargs)
    return f"(SELECT CAST(value AS bigint) FROM json_array_elements_text(CAST({given} AS json)))"  # noqa: S608 - same


def table_of(table: type[Table]) -> Any:
    """The table behind a class of rows."""
    return inspect(table).local_table


def core(attribute: Any) -> Any:
    """The column of the table behind an attribute of its class: a statement of columns alone makes no entities."""
    return attribute.property.columns[0]


def among(attribute: Any, name: str) -> Any:
    """Whether a column of numbers is one of those given under this name, as `listed` writes them."""
    return core(attribute).op("IN", is_comparison=True)(_Numbers(bindparam(name, type_=String())))


def listed(numbers: Collection[int | None]) -> str:
    """Numbers as a statement with `among` takes them."""
    return orjson.dumps([number for number in numbers if number is not None]).decode()


def plain(table: type[Table]) -> Select[Any]:
    """All columns of a table under the names its class has for them."""
    columns = inspect(table).column_attrs
    return select(*(attribute.columns[0].label(attribute.key) for attribute in columns))


def carry_out(session: Session, statement: Any, values: dict[str, Any]) -> Any:
    """Carry out a statement that was written out before, past the session; what that holds back is written first.

    Answers what the database says. Rows the session knows already are not told of a change.
    """
    session.flush()
    return session.connection().execute(statement, values)


def answers(session: Session, statement: Any, values: dict[str, Any] | None = None) -> Sequence[Any]:
    """The rows of a statement that was written out before. What the session holds back is written first."""
    return cast("Sequence[Any]", carry_out(session, statement, values or {}).all())


def overlapping(starts: Any, ends: Any) -> Any:
    """Whether a span of wall time, open where None, shares time with the dates asked for."""
    starts, ends = core(starts), core(ends)
    return or_(starts.is_(None), starts < ENDS) & or_(ends.is_(None), ends > BEGINS)


def in_force(from_on: Any, to_on: Any) -> Any:
    """Whether a span of dates with both ends, open where None, shares one with the dates asked for."""
    from_on, to_on = core(from_on), core(to_on)
    return or_(from_on.is_(None), from_on <= LAST) & or_(to_on.is_(None), to_on >= FIRST)


def values_of(first: date, last: date, as_of: datetime | None) -> dict[str, Any]:
    """The parameters of questions about some dates, both included, as of a moment (None: now)."""
    midnight = datetime.min.time()
    return {
        "as_of": as_of,
        "first": first,
        "last": last,
        "begins": datetime.combine(first, midnight),
        "ends": datetime.combine(last + timedelta(days=1), midnight),
    }


class Question(Generic[Dated]):
    """Which rows of a dated table were known at a moment, and fulfil some conditions on FIRST, LAST, BEGINS, ENDS.

    `of`: the column that says whose a row is, where it may be asked of few people. `granted`: only what was approved.
    """

    def __init__(self, table: type[Dated], *conditions: Any, of: Any = None, granted: bool = False) -> None:
        self._table, self._conditions, self._of, self._granted = table, conditions, of, granted
        self._written: dict[tuple[bool, bool, bool], Select[Any]] = {}

    def ask(self, session: Session, values: dict[str, Any], *, withdrawn: bool = False) -> Sequence[Dated]:
        """Rows in the order of recording, also those taken back with `withdrawn`.

        `values` as of `values_of`; with `people`, as `listed` writes them, only theirs.
        """
        dated, few = values["as_of"] is not None, self._of is not None and "people" in values
        key = dated, few, withdrawn
        if key not in self._written:
            self._written[key] = self._write(dated, few, withdrawn)
        return cast("Sequence[Dated]", answers(session, self._written[key], values))

    def _write(self, dated: bool, few: bool, withdrawn: bool) -> Select[Any]:
        table = table_of(self._table).c
        query = plain(self._table).where(*self._conditions)
        if few:
            query = query.where(among(self._of, "people"))
        if self._granted:
            query = query.where(table.approved_at <= AS_OF if dated else table.approved_at.is_not(None))
        if dated:
            query = query.where(table.recorded_at <= AS_OF)
        if not withdrawn:
            gone = table.withdrawn_at
            query = query.where(or_(gone.is_(None), gone > AS_OF) if dated else gone.is_(None))
        return query.order_by(table.recorded_at, table.id)


_CODES = {table: select(core(table.id), core(table.code)) for table in (UnitRow, ScheduleRow, EmployeeRow)}
_CODES_OF_PEOPLE = _CODES[EmployeeRow].where(among(EmployeeRow.id, "people"))
ASSIGNMENTS = Question(
    AssignmentRow, in_force(AssignmentRow.from_on, AssignmentRow.to_on), of=AssignmentRow.employee_id
)
ENROLMENTS = Question(EnrolmentRow, of=EnrolmentRow.employee_id)


def codes(session: Session, table: type[UnitRow | ScheduleRow]) -> dict[int | None, str]:
    """The code of every row of a table by its number."""
    return {row.id: row.code for row in answers(session, _CODES[table])}


def codes_of_people(session: Session, numbers: Collection[int]) -> dict[int | None, str]:
    """The codes of some people by number."""
    return {row.id: row.code for row in answers(session, _CODES_OF_PEOPLE, {"people": listed(numbers)})}
