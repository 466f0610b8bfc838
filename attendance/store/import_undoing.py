"""Whether what a batch did can be taken back: what was built on it since, and who would be twice in one place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Table as CoreTable
from sqlalchemy import select as select_core
from sqlmodel import Session, SQLModel, col, select

from attendance.rules.tree import Tree, begin_of, end_of, fault_of
from attendance.store.import_pen import Effect, Table, rows_by_number
from attendance.store.import_reading import standing
from attendance.store.register_tables import PaperRow
from attendance.store.tables import (
    AbsenceRow,
    AssignmentRow,
    EmployeeRow,
    EnrolmentRow,
    ScheduleRow,
    ScheduleVersionRow,
    TerminalRow,
    UnitRow,
)
from attendance.store.tree import read_units
from attendance.store.tree_tables import UnitVersionRow

_DERIVED = frozenset({"ruling", "violation", "dirty_day", "import_effect", "import_batch"})
"""Tables that are concluded from facts, or that tell of imports: nothing in them holds a batch in place."""
_MASTERS: tuple[Table, ...] = (UnitRow, EmployeeRow, ScheduleRow)
_PLACES: dict[Table, tuple[str, ...]] = {
    AssignmentRow: ("employee_id",),
    EnrolmentRow: ("terminal_id", "pin"),
    ScheduleVersionRow: ("schedule_id",),
    UnitVersionRow: ("unit_id",),
    AbsenceRow: ("employee_id", "on"),
}
"""Of which no two rows with the same of these values may hold on one date."""
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a batch cannot be undone. `why`: `changed` (a row it filed was ended or changed since), `needed` (a later row
    of `table` names somebody or something it brought), `taken` (what would be restored has another in its place),
    `gone` (what would be restored names something that is no longer there), `hours` (people would have none). `who`:
    code of whom or what it is about.
    """

    why: str
    table: str
    who: str
    on: date | None = None


def obstacles(session: Session, effects: Sequence[Effect]) -> list[Obstacle]:
    """All of them, those of the first rows first."""
    return [
        *_changed(session, effects),
        *(obstacle for master in _MASTERS for obstacle in _needed(session, effects, master)),
        *(obstacle for table in _PLACES for obstacle in _taken(session, effects, table)),
        *_gone(session, effects),
    ]


def _changed(session: Session, effects: Iterable[Effect]) -> Iterable[Obstacle]:
    for effect in effects:
        row = effect.before
        decided = row.get("decided_at") if effect.table is PaperRow else None
        decided_since = decided is not None and decided > row["recorded_at"]
        if effect.act == "added" and (row.get("withdrawn_at") is not None or decided_since):
            yield _about(session, "changed", effect.table, row)
        elif effect.act == "set":
            stored = session.get(effect.table, effect.number)
            if getattr(stored, effect.field) != effect.after:
                yield _about(session, "changed", effect.table, {"code": getattr(stored, "code", "")})


def _needed(session: Session, effects: Sequence[Effect], master: Table) -> Iterable[Obstacle]:
    brought = [
        effect.number
        for effect in effects
        if effect.table is master and (effect.act == "added" or effect.field == "withdrawn_at")
    ]
    ours = {(str(effect.table.__tablename__), effect.number) for effect in effects if effect.act == "added"}
    name = str(master.__tablename__)
    if not brought:
        return
    for table in SQLModel.metadata.sorted_tables:
        for key in table.foreign_keys:
            if key.column.table.name == name and table.name not in _DERIVED:
                yield from _referring(session, table, key.parent, brought, ours, master)


def _referring(
    session: Session,
    table: CoreTable,
    column: Any,
    brought: list[int],
    ours: set[tuple[str, int]],
    master: Table,
) -> Iterable[Obstacle]:
    for begin in range(0, len(brought), _BATCH):
        query = select_core(table).where(column.in_(brought[begin : begin + _BATCH]))
        if "withdrawn_at" in table.c:
            query = query.where(table.c.withdrawn_at.is_(None))
        for row in session.execute(query.limit(_BATCH * 20)).mappings():
            if (table.name, row.get("id")) not in ours:
                named = session.get(master, row[column.name])
                on = row.get("from_on") or row.get("on_date") or row.get("starts")
                yield Obstacle("needed", table.name, getattr(named, "code", ""), _as_date(on))


def _taken(session: Session, effects: Sequence[Effect], table: Table) -> Iterable[Obstacle]:
    restored = [effect.before for effect in effects if effect.table is table and effect.act == "ended"]
    if not restored:
        return
    ours = {effect.number for effect in effects if effect.table is table and effect.act == "added"}
    place = _PLACES[table]
    held: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in standing(session, table):
        if row["id"] not in ours:
            held.setdefault(tuple(row[name] for name in place), []).append(row)
    for old in restored:
        if table is AbsenceRow and old["on"] is None:
            continue
        for other in held.get(tuple(old[name] for name in place), ()):
            if _meet(old, other):
                yield _about(session, "taken", table, old)
                break


def _meet(old: dict[str, Any], other: dict[str, Any]) -> bool:
    if "on" in old:
        return "all" in (old["session"], other["session"]) or old["session"] == other["session"]
    begins, ends = max(_low(old), _low(other)), min(old["to_on"] or date.max, other["to_on"] or date.max)
    return bool(begins <= ends)


def _low(row: dict[str, Any]) -> date:
    low: date = row["from_on"] or date.min
    return low


def _gone(session: Session, effects: Sequence[Effect]) -> Iterable[Obstacle]:
    """Rows to be restored that name a person or hours which an undone import has taken along since."""
    restored = [effect for effect in effects if effect.act == "ended"]
    for master, name in (
        (EmployeeRow, "employee_id"), (ScheduleRow, "schedule_id"), (UnitRow, "unit_id"), (UnitRow, "parent_id"),
    ):  # fmt: skip
        named = {effect.before[name] for effect in restored if effect.before.get(name) is not None}
        for row in rows_by_number(session, master, named).values():
            if row.withdrawn_at is not None:
                yield Obstacle("gone", str(master.__tablename__), row.code)


def misplaced(session: Session, written: Sequence[Effect]) -> list[Obstacle]:
    """After an undoing was written: units that make no tree, and people who serve where no unit is on their dates.

    The transaction must not be committed where there are any.
    """
    units = {
        (effect.after if effect.act == "added" else effect.before)["unit_id"]
        for effect in written
        if effect.table is UnitVersionRow
    }
    if not units:
        return []
    versions = read_units(session)
    fault = fault_of(versions)
    if fault is not None:
        return [Obstacle("needed", "unit_version", versions[fault.place].code, fault.on)]
    tree, codes = Tree(versions), {row.id: row.code for row in rows_by_number(session, UnitRow, units).values()}
    found = []
    for row in standing(session, AssignmentRow):
        code = codes.get(row["unit_id"])
        life = tree.versions.get(code or "")
        if code is not None and (
            life is None or begin_of(life[0]) > row["from_on"] or end_of(life[-1]) < (row["to_on"] or date.max)
        ):
            found.append(_about(session, "needed", AssignmentRow, row))
    return found


def _about(session: Session, why: str, table: Table, row: dict[str, Any]) -> Obstacle:
    """An obstacle told by the person, unit, terminal or schedule a row is about."""
    name = str(table.__tablename__)
    on = _as_date(row.get("from_on") or row.get("on") or row.get("starts"))
    if "pin" in row:
        terminal = session.get(TerminalRow, row["terminal_id"])
        return Obstacle(why, name, f"{terminal.code if terminal else ''}/{row['pin']}", on)
    for master, key in ((EmployeeRow, "employee_id"), (ScheduleRow, "schedule_id"), (UnitRow, "unit_id")):
        if row.get(key) is not None:
            query = select(master.code).where(col(master.id) == row[key])
            return Obstacle(why, name, session.exec(query).one(), on)
    return Obstacle(why, name, str(row.get("code", "")), on)


def _as_date(value: Any) -> date | None:
    return date(value.year, value.month, value.day) if isinstance(value, date) else None
