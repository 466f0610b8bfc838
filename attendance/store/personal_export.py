"""Everything the tables hold on one person, row by row, in pieces that never hold more than a few hundred rows."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Table, and_, or_, select
from sqlmodel import Session, col

from attendance import clock
from attendance.store import listing_punches
from attendance.store.every_table import every_table
from attendance.store.evidence_tables import PunchBlockRow
from attendance.store.personal_schema import CODED, HELD, Held
from attendance.store.push_tables import PunchPhotoRow, PushDifferenceRow
from attendance.store.tables import EmployeeRow, EnrolmentRow, ScheduleRow, TerminalRow, UnitRow, UserRow
from attendance.store.terminal_tables import TerminalUserRow
from attendance.store.trail_chain import instant
from attendance.store.trail_tables import TrailDetailRow, TrailRow, TrailSubjectRow
from attendance.store.trail_writing import LOOKED
from attendance.store.visit_tables import VisitRow
from attendance.store.within import EVERYTHING

Row = dict[str, Any]
PIECE = 500
_YEAR = timedelta(days=366)
_OF_A_TEAM = ("visit.noted", "visit.photographed")
"""What a team does about people, and nobody else is to know until its minutes are sealed."""
_WHO = ("by", "author", "name", "decided_by", "granted_by", "revoked_by", "entered_by", "erased_by")


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose data are told: the person, the accounts that are theirs, the numbers they are enrolled under."""

    employee_id: int
    code: str
    name: str
    recorded_at: datetime
    accounts: tuple[tuple[int, str], ...]
    enrolled: tuple[EnrolmentRow, ...]

    @property
    def user_ids(self) -> list[int]:
        return [number for number, _ in self.accounts]


def subject(session: Session, employee_id: int) -> Subject:
    row = session.get_one(EmployeeRow, employee_id)
    users = session.execute(select(col(UserRow.id), col(UserRow.name)).where(col(UserRow.employee_id) == employee_id))
    numbers = session.scalars(select(EnrolmentRow).where(col(EnrolmentRow.employee_id) == employee_id))
    accounts = tuple((int(number), name) for number, name in users)
    return Subject(employee_id, row.code, row.name, row.recorded_at, accounts, tuple(numbers))


def tables() -> list[tuple[str, Held]]:
    """The tables that are told as they stand, in the order in which they are listed."""
    known = every_table()
    return [(name, held) for name, held in HELD.items() if held.by and name in known]


def rows(session: Session, who: Subject, name: str, held: Held) -> Iterator[Row]:
    """The rows of one table that are about the person, by its key; codes stand for numbers, secrets are left out."""
    table = every_table()[name]
    shown = [column for column in table.columns if column.name not in {*held.withheld, *held.by, *held.acted}]
    query = select(*shown).where(_about(table, held, who)).order_by(*table.primary_key.columns)
    if held.once_sealed:
        sealed = select(col(VisitRow.id)).where(col(VisitRow.sealed_at).is_not(None))
        query = query.where(table.columns["visit_id"].in_(sealed))
    codes = {column: _codes(session, column) for column in CODED if column in table.columns}
    for found in session.execute(query.execution_options(yield_per=PIECE)).mappings():
        row = {CODED.get(key, key): codes[key].get(value) if key in codes else value for key, value in found.items()}
        yield {key: _plain(value) for key, value in row.items()}


def _about(table: Table, held: Held, who: Subject) -> ColumnElement[bool]:
    wanted: list[ColumnElement[bool]] = []
    for name in held.by:
        column = table.columns[name]
        target = next(iter(column.foreign_keys)).column.table.name
        wanted.append(column == who.employee_id if target == "employee" else column.in_(who.user_ids))
    return or_(*wanted)


def _codes(session: Session, column: str) -> dict[Any, str]:
    kind = {"unit_id": UnitRow, "terminal_id": TerminalRow, "schedule_id": ScheduleRow}[column]
    found: dict[Any, str] = dict(session.execute(select(kind.id, kind.code)).all())  # type: ignore[attr-defined]
    return found


def punches(session: Session, who: Subject, zone: str) -> Iterator[Row]:
    """Every punch that is theirs by their enrolments, by time: a year is read at a time."""
    terminals = {row.terminal_id for row in who.enrolled}
    walls = session.execute(
        select(col(PunchBlockRow.min_wall), col(PunchBlockRow.max_wall)).where(
            col(PunchBlockRow.terminal_id).in_(terminals)
        )
    ).all()
    if not walls:
        return
    first, last = (
        clock.from_wall_seconds(wall).date() for wall in (min(w[0] for w in walls), max(w[1] for w in walls))
    )
    while first <= last:
        until = min(first + _YEAR, last)
        found = listing_punches.punches(
            session, EVERYTHING, first, until, zone, employee_id=who.employee_id, limit=1_000_000
        )
        for row in found.rows:
            yield {name: value for name, value in row.items() if name != "employee"}
        if until >= date.max - _YEAR:
            return
        first = until + timedelta(days=1)


def terminal_users(session: Session, who: Subject) -> Iterator[Row]:
    """Their places in the user tables of terminals."""
    codes = _codes(session, "terminal_id")
    shown = ("pin", "name", "privilege", "disabled", "since", "until")
    for row in session.scalars(select(TerminalUserRow).where(numbered(TerminalUserRow, who, "since", "until"))):
        yield {"terminal": codes.get(row.terminal_id), **{name: getattr(row, name) for name in shown}}


def differences(session: Session, who: Subject) -> Iterator[Row]:
    """Punches of theirs that only one of two ways of reading says."""
    codes = _codes(session, "terminal_id")
    for row in session.scalars(select(PushDifferenceRow).where(numbered(PushDifferenceRow, who, "wall", "wall"))):
        at = clock.from_wall_seconds(row.wall)
        yield {"terminal": codes.get(row.terminal_id), "at": at, "side": row.side, "settled_at": row.settled_at}


def photographs(session: Session, who: Subject) -> Iterator[Row]:
    """Photographs that are still kept, as base64."""
    codes = _codes(session, "terminal_id")
    for row in session.scalars(select(PunchPhotoRow).where(numbered(PunchPhotoRow, who, "taken", "taken"))):
        yield {
            "terminal": codes.get(row.terminal_id), "taken": row.taken, "delete_on": row.delete_on,
            "jpeg_base64": base64.b64encode(row.jpeg).decode(),
        }  # fmt: skip


def numbered(table: Any, who: Subject, starts: str, ends: str) -> ColumnElement[bool]:
    """Rows of a table with terminal and number that lie in the dates in which the number was theirs."""
    wanted = []
    for row in who.enrolled:
        if row.withdrawn_at is not None:
            continue
        parts = [col(table.terminal_id) == row.terminal_id, col(table.pin) == row.pin]
        low, high = getattr(table, starts), getattr(table, ends)
        if row.from_on is not None:
            parts.append(or_(high.is_(None), high >= _bound(table, row.from_on)))
        if row.to_on is not None:
            parts.append(or_(low.is_(None), low < _bound(table, row.to_on + timedelta(days=1))))
        wanted.append(and_(*parts))
    return or_(*wanted) if wanted else and_(col(table.id).is_(None))


def _bound(table: Any, on: date) -> Any:
    begins = datetime.combine(on, datetime.min.time())
    return clock.wall_seconds(begins) if table is PushDifferenceRow else begins


def trail(session: Session, who: Subject, *, looks: bool, details: bool) -> Iterator[Row]:
    """Entries about the person: who looked at their record (by role, not by name), or what was changed. What a team
    noted of them is told once the minutes of its visit are sealed.

    `details`: with before and after, of entries that are about nobody else.
    """
    mine = select(col(TrailSubjectRow.seq)).where(col(TrailSubjectRow.employee_id) == who.employee_id)
    query = select(TrailRow).where(col(TrailRow.seq).in_(mine))
    query = query.where(col(TrailRow.act) == LOOKED if looks else col(TrailRow.act) != LOOKED)
    running = select(col(VisitRow.key)).where(col(VisitRow.sealed_at).is_(None))
    query = query.where(or_(col(TrailRow.act).not_in(_OF_A_TEAM), col(TrailRow.key).not_in(running)))
    own = {number for number, _ in who.accounts}
    for row in session.scalars(query.order_by(col(TrailRow.seq)).execution_options(yield_per=PIECE)):
        found: Row = {
            "at": instant(row.at), "act": row.act, "what": row.kind, "role": row.role, "via": row.via,
            "by_oneself": row.user_id in own,
        }  # fmt: skip
        if details and not looks and _others(session, row.seq, who) == 0:
            found["detail"] = _detail(session, row.seq)
        yield found


def own_acts(session: Session, who: Subject) -> Iterator[Row]:
    """What their accounts did; the key of what it was done to where it is about nobody else."""
    query = select(TrailRow).where(col(TrailRow.user_id).in_(who.user_ids)).order_by(col(TrailRow.seq))
    for row in session.scalars(query.execution_options(yield_per=PIECE)):
        found: Row = {
            "at": instant(row.at), "act": row.act, "what": row.kind, "role": row.role, "via": row.via,
            "address": row.address, "people": _others(session, row.seq, who),
        }  # fmt: skip
        if not found["people"] and row.kind not in ("employee", "user", "grant"):
            found["key"] = row.key
        yield found


def _others(session: Session, seq: int, who: Subject) -> int:
    query = select(col(TrailSubjectRow.employee_id)).where(
        col(TrailSubjectRow.seq) == seq, col(TrailSubjectRow.employee_id) != who.employee_id
    )
    return len(session.execute(query.limit(1000)).all())


def _detail(session: Session, seq: int) -> Any:
    row = session.get(TrailDetailRow, seq)
    return _without_people(orjson.loads(row.content)) if row is not None else None


def _without_people(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_people(each) for key, each in value.items() if key not in _WHO}
    return [_without_people(each) for each in value] if isinstance(value, list) else value


def _plain(value: Any) -> Any:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value
