"""Locks and reopenings of months: filed once, never taken back; the state of a month is a function of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import Session, col, select

from attendance.engine.locks import MonthState, month_states
from attendance.errors import Invalid, MonthMovedOn
from attendance.facts import MonthEvent
from attendance.store import office, touched
from attendance.store.paper_checks import check_known_by
from attendance.store.paper_tables import MonthEventRow
from attendance.store.questions import AS_OF, answers, codes, core, plain
from attendance.store.tables import UnitRow

_EVENTS = plain(MonthEventRow).order_by(core(MonthEventRow.at), core(MonthEventRow.id))
_EVENTS_THEN = _EVENTS.where(core(MonthEventRow.recorded_at) <= AS_OF)
States = dict[tuple[str, date], MonthState]


def states(session: Session, as_of: datetime | None = None) -> States:
    """The state of every (unit, month) that was ever locked, as known at `as_of` (None: now); moments are instants."""
    return month_states(_events(session, as_of), as_of)


def history(session: Session, unit_id: int, month: date) -> list[MonthEventRow]:
    """Every lock and reopening of a month, in order."""
    query = select(MonthEventRow).where(MonthEventRow.unit_id == unit_id, MonthEventRow.month == month)
    return list(session.exec(query.order_by(col(MonthEventRow.at), col(MonthEventRow.id))))


def hold(session: Session, unit: str) -> UnitRow:
    """The unit, held until the transaction ends: of two who lock or sign at once the second sees what the first did."""
    row = office.get(session, UnitRow, unit)
    session.exec(select(UnitRow.id).where(UnitRow.id == row.id).with_for_update()).one()
    return row


def check_version(session: Session, unit: str, month: date, seen: int | None) -> None:
    """Raises MonthMovedOn where a month is at another version than was looked at (None: at any)."""
    version = states(session).get((unit, month), MonthState()).version
    if seen is not None and seen != version:
        raise MonthMovedOn(
            f"{month:%Y-%m} of unit {unit} is at version {version} by now, not {seen}; look at it again."
        )


def check_open(session: Session, unit: str, month: date) -> None:
    """Raises MonthMovedOn where the month is locked already."""
    state = states(session).get((unit, month), MonthState())
    if state.locked_at is not None:
        raise MonthMovedOn(
            f"{month:%Y-%m} of unit {unit} is locked since {state.locked_at:%Y-%m-%d %H:%M} UTC; reopen it first."
        )


def lock(session: Session, unit: str, month: date, *, moment: datetime, by: str = "", at: datetime) -> MonthEventRow:
    """A month is locked from `moment` on; whether it may be is for the caller to find out. Raises Invalid."""
    _state_before(session, unit, month, moment, at)
    check_open(session, unit, month)
    return _file(session, unit, month, "lock", moment, "", by, at)


def reopen(
    session: Session, unit: str, month: date, *, reason: str, moment: datetime, by: str = "", at: datetime
) -> MonthEventRow:
    """A locked month is open again, as its next version. Raises Invalid where it is not locked or has no reason."""
    state = _state_before(session, unit, month, moment, at)
    if not reason.strip():
        raise Invalid(f"Why {month:%Y-%m} of unit {unit} is reopened is not said; give a reason.")
    if state.locked_at is None:
        raise MonthMovedOn(f"{month:%Y-%m} of unit {unit} is not locked; there is nothing to reopen.")
    return _file(session, unit, month, "reopened", moment, reason.strip(), by, at)


def _state_before(session: Session, unit: str, month: date, moment: datetime, at: datetime) -> MonthState:
    hold(session, unit)
    if month.day != 1:
        raise Invalid(f"{month} is not the first day of a month; write for example 2026-03.")
    check_known_by(at, moment=moment)
    earlier = [event.at for event in _events(session, None) if (event.unit, event.month) == (unit, month)]
    if earlier and moment <= max(earlier):
        raise Invalid(
            f"{month:%Y-%m} of unit {unit} was locked or reopened later, at {max(earlier):%Y-%m-%d %H:%M} UTC."
        )
    return states(session).get((unit, month), MonthState())


def _events(session: Session, as_of: datetime | None) -> list[MonthEvent]:
    rows: Sequence[MonthEventRow] = (
        answers(session, _EVENTS) if as_of is None else answers(session, _EVENTS_THEN, {"as_of": as_of})
    )
    units = codes(session, UnitRow) if rows else {}
    return [MonthEvent(units[row.unit_id], row.month, row.at, row.reopened, row.reason) for row in rows]


def _file(
    session: Session, unit: str, month: date, cause: str, moment: datetime, reason: str, by: str, at: datetime
) -> MonthEventRow:
    unit_id = office.key(office.get(session, UnitRow, unit))
    row = MonthEventRow(
        unit_id=unit_id,
        month=month,
        at=moment,
        reopened=cause == "reopened",
        reason=reason,
        decided_by=by,
        recorded_at=at,
    )
    session.add(row)
    session.flush()
    touched.mark_month(session, unit_id, month, cause, at)
    return row
