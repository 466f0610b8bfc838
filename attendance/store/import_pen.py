"""What an import is about to do to the rows of the store, kept until all of it is known to be right.

Nothing is written before `write`: whoever finds a mistake in the last row of a sheet just lets the pen fall.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, update
from sqlmodel import Session, SQLModel, col, select

from attendance.store import searching
from attendance.store.bulk import next_ids
from attendance.store.import_tables import ImportEffectRow
from attendance.store.paper_tables import DutyRow, ExemptionRow
from attendance.store.questions import table_of
from attendance.store.register_tables import PaperRow
from attendance.store.tables import (
    AbsenceRow,
    AssignmentRow,
    CalendarEntryRow,
    EmployeeRow,
    EnrolmentRow,
    ScheduleRow,
    ScheduleVersionRow,
    UnitRow,
)
from attendance.store.trail import CONSOLE, Actor
from attendance.store.tree_tables import UnitVersionRow

Table = type[SQLModel]
TABLES: dict[str, Table] = {
    str(table.__tablename__): table
    for table in (
        UnitRow,
        ScheduleRow,
        ScheduleVersionRow,
        UnitVersionRow,
        EmployeeRow,
        AssignmentRow,
        EnrolmentRow,
        PaperRow,
        CalendarEntryRow,
        AbsenceRow,
        ExemptionRow,
        DutyRow,
    )
}
"""The tables an import may write, those that others refer to first."""
_FEW = 500
_NUMBERS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing done to one row: `added` (`after`: its values, `before`: the row it restores), `ended` (`before`: its
    values) or `set` (a field).
    """

    act: str
    table: Table
    number: int
    sheet_row: int = 0
    field: str = ""
    before: Any = None
    after: Any = None


@dataclass(slots=True)
class Pen:
    """Collects effects; numbers of new rows are given at once, so that rows of the same sheet may refer to them.

    Only for the transaction that `session` is, which must be the only writer until it ends.
    """

    session: Session
    at: datetime
    by: Actor = CONSOLE
    effects: dict[tuple[Table, int, str], Effect] = field(default_factory=dict)
    _free: dict[Table, Iterator[int]] = field(default_factory=dict)
    _given: dict[Table, int] = field(default_factory=dict)

    def add(self, table: Table, sheet_row: int, *, restores: int | None = None, **values: Any) -> int:
        """A new row, known from `at` on; answers its number. `restores`: the withdrawn row it says again."""
        number = self._number(table)
        stamped = {"id": number, **values, "recorded_at": self.at}
        if "withdrawn_at" in table.model_fields:
            stamped["withdrawn_at"] = None
        self.effects[(table, number, "")] = Effect("added", table, number, sheet_row, before=restores, after=stamped)
        return number

    def end(self, table: Table, number: int, sheet_row: int, values: dict[str, Any]) -> None:
        """A row that stands now holds no longer; one that this pen added was never there. `values`: all it says."""
        if self.effects.pop((table, number, ""), None) is None:
            self.effects[(table, number, "")] = Effect("ended", table, number, sheet_row, before=values)

    def change(self, table: Table, number: int, sheet_row: int, name: str, before: Any, after: Any) -> None:
        """Another value for a field that has no dates, such as the spelling of a name."""
        added = self.effects.get((table, number, ""))
        if added is not None and added.act == "added":
            added.after[name] = after
            return
        earlier = self.effects.get((table, number, name))
        first = before if earlier is None else earlier.before
        self.effects[(table, number, name)] = Effect("set", table, number, sheet_row, name, first, after)

    def of(self, table: Table, act: str) -> list[Effect]:
        return [effect for effect in self.effects.values() if effect.table is table and effect.act == act]

    def write(self, batch_id: int) -> None:
        """Write everything, and beside it what was done, for whoever wants it undone. Marks no day."""
        for table in TABLES.values():
            added = [effect.after for effect in self.of(table, "added")]
            if added:
                self.session.execute(insert(table), added)
            for numbers in _few(effect.number for effect in self.of(table, "ended")):
                number, gone = table_of(table).c.id, self._gone(table)
                self.session.execute(update(table_of(table)).where(number.in_(numbers)).values(**gone))
            for effect in self.of(table, "set"):
                number = table_of(table).c.id
                changed = update(table_of(table)).where(number == effect.number).values({effect.field: effect.after})
                self.session.execute(changed)
        searching.keep(self.session, [effect.number for effect in self.of(EmployeeRow, "set")])
        rows = [
            {
                "batch_id": batch_id,
                "act": effect.act,
                "table_name": str(effect.table.__tablename__),
                "row_id": effect.number,
                "field": effect.field,
                "before": None if effect.act == "ended" else plain_json(effect.before),
                "after": plain_json(effect.after) if effect.act == "set" else None,
                "sheet_row": effect.sheet_row,
            }
            for effect in self.effects.values()
        ]
        if rows:
            self.session.execute(insert(table_of(ImportEffectRow)), rows)
        self.session.expire_all()  # what was loaded before says what stood before

    def _gone(self, table: Table) -> dict[str, Any]:
        """What a row says that holds no longer; the register also says who took a paper back."""
        if table is not PaperRow:
            return {"withdrawn_at": self.at}
        return {"withdrawn_at": self.at, "withdrawn_by": self.by.name, "withdrawn_by_id": self.by.user_id}

    def _number(self, table: Table) -> int:
        free = self._free.get(table)
        number = next(free, None) if free is not None else None
        if number is None:
            given = self._given.get(table, 0)
            numbers = list(next_ids(self.session, str(table.__tablename__), _NUMBERS_AT_ONCE))
            # SQLite counts on from the last row stored, and none of ours is
            ours = [n + given for n in numbers] if self.session.get_bind().dialect.name == "sqlite" else numbers
            self._given[table] = given + _NUMBERS_AT_ONCE
            self._free[table] = free = iter(ours)
            number = next(free)
        return number


def rows_by_number(session: Session, table: Table, numbers: Iterable[int]) -> dict[int, Any]:
    """Stored rows of a table by their number, withdrawn ones too."""
    found: dict[int, Any] = {}
    number: Any = table.id  # type: ignore[attr-defined]
    for few in _few(numbers):
        found |= {row.id: row for row in session.exec(select(table).where(col(number).in_(few)))}  # type: ignore[attr-defined]
    return found


def _few(numbers: Iterable[int]) -> Iterator[list[int]]:
    listed = sorted(set(numbers))
    return (listed[begin : begin + _FEW] for begin in range(0, len(listed), _FEW))


def plain_json(value: Any) -> Any:
    """A value as JSON keeps it; dates and instants as ISO text."""
    return value.isoformat() if isinstance(value, date | datetime) else value
