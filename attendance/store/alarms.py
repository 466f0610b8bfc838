"""Alarms of terminals: opened once, seen once, ended once, never deleted.

Those in `CONDITIONS` are true as long as the terminal is as it is, and end with the pull that shows it otherwise; to
acknowledge one says only who saw it. All others tell of an event; they stay open until somebody acknowledges them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy import select as select_core
from sqlmodel import Session, col, select

from attendance.errors import Invalid, NotFound
from attendance.store.health_tables import TerminalAlarmRow
from attendance.store.questions import answers, carry_out, core, table_of

CONDITIONS = frozenset({"clock_off", "unreachable", "wrong_key", "serial_changed", "full_soon", "sizes_unknown"})
KINDS = (
    *("clock_off", "clock_jumped", "ran_back", "clock_reset"),
    *("log_shrank", "past_changed", "turned_over", "full_soon", "sizes_unknown"),
    *("serial_changed", "wrong_key", "unreachable"),
    *("new_user", "many_users", "new_administrator"),
    *("factory_reset", "data_erased", "log_erased", "data_restored", "clock_set", "administrators_cleared"),
    *("privilege_changed", "options_changed"),
)
MAX_NAME = 200
_IS_OPEN = (core(TerminalAlarmRow.terminal_id) == bindparam("terminal")) & core(TerminalAlarmRow.ended_at).is_(None)
_OPEN = select_core(core(TerminalAlarmRow.kind), core(TerminalAlarmRow.subject)).where(_IS_OPEN)
# a parameter called like a column would be what is written to it
_END = update(table_of(TerminalAlarmRow)).where(_IS_OPEN, core(TerminalAlarmRow.kind) == bindparam("that_kind"))


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm as it stands; moments are instants. `ended_at` None: open."""

    id: int
    kind: str
    subject: str
    params: dict[str, Any]
    raised_at: datetime
    pull_id: int
    ended_at: datetime | None
    seen_by: str | None
    seen_at: datetime | None


class TerminalAlarms:
    """The open alarms of one terminal while one pull of it is filed, in the caller's transaction."""

    def __init__(self, session: Session, terminal_id: int, pull_id: int, at: datetime) -> None:
        self._session = session
        self._terminal_id, self._pull_id, self._at = terminal_id, pull_id, at
        self._open = {(row.kind, row.subject) for row in answers(session, _OPEN, {"terminal": terminal_id})}

    def open(self, kind: str, subject: str = "", **params: Any) -> None:
        """Raise an alarm; one that is open already stays as it is."""
        if (kind, subject) in self._open:
            return
        row = TerminalAlarmRow(
            terminal_id=self._terminal_id,
            kind=kind,
            subject=subject,
            params=params,
            raised_at=self._at,
            pull_id=self._pull_id,
        )
        self._session.add(row)
        self._open.add((kind, subject))

    def open_once(self, kind: str, subject: str, **params: Any) -> None:
        """Raise an alarm unless one of this kind and subject was ever raised before."""
        query = select(TerminalAlarmRow.id).where(
            TerminalAlarmRow.terminal_id == self._terminal_id,
            TerminalAlarmRow.kind == kind,
            TerminalAlarmRow.subject == subject,
        )
        if self._session.exec(query.limit(1)).one_or_none() is None:
            self.open(kind, subject, **params)

    def end(self, kind: str) -> None:
        """The condition is over: end every open alarm of the kind."""
        over = {key for key in self._open if key[0] == kind}
        if over:
            values = {"terminal": self._terminal_id, "that_kind": kind, "ended_at": self._at}
            carry_out(self._session, _END, values)
            self._open -= over

    def settle(self, kind: str, holds: bool, **params: Any) -> None:
        """Open the alarm of a condition where it holds, end it where it does not."""
        if holds:
            self.open(kind, **params)
        else:
            self.end(kind)


def open_alarms(session: Session, terminal_ids: Iterable[int] | None = None) -> dict[int, tuple[Alarm, ...]]:
    """Alarms that have not ended, by terminal, in the order they were raised; of these terminals only, if given."""
    query = select(TerminalAlarmRow).where(col(TerminalAlarmRow.ended_at).is_(None))
    if terminal_ids is not None:
        query = query.where(col(TerminalAlarmRow.terminal_id).in_(set(terminal_ids)))
    found: dict[int, tuple[Alarm, ...]] = {}
    for row in session.exec(query.order_by(col(TerminalAlarmRow.id))):
        found[row.terminal_id] = (*found.get(row.terminal_id, ()), _alarm(row))
    return found


def alarms_of(session: Session, terminal_id: int, limit: int) -> list[Alarm]:
    """The newest alarms of one terminal, ended ones too; newest first."""
    query = select(TerminalAlarmRow).where(TerminalAlarmRow.terminal_id == terminal_id)
    return [_alarm(row) for row in session.exec(query.order_by(col(TerminalAlarmRow.id).desc()).limit(limit))]


def acknowledge(session: Session, terminal_id: int, alarm_id: int, *, by: str, at: datetime) -> Alarm:
    """Note who saw an alarm. One that tells of an event is ended by it; a condition ends when it is over.

    Raises NotFound for an alarm this terminal does not have, Invalid where nobody is named or somebody saw it before.
    """
    name = by.strip()
    if not name or len(name) > MAX_NAME or not name.isprintable():
        raise Invalid(f"Say who acknowledges the alarm, in 1 to {MAX_NAME} letters.")
    row = session.get(TerminalAlarmRow, alarm_id, with_for_update=True, populate_existing=True)
    if row is None or row.terminal_id != terminal_id:
        raise NotFound("alarm", str(alarm_id), "Look at `attendance terminals health` for its number.")
    if row.seen_at is not None:
        raise Invalid(f"Alarm {alarm_id} was acknowledged by {row.seen_by} already; nothing was changed.")
    row.seen_by, row.seen_at = name, at
    if row.kind not in CONDITIONS and row.ended_at is None:
        row.ended_at = at
    session.add(row)
    return _alarm(row)


def _alarm(row: TerminalAlarmRow) -> Alarm:
    assert row.id is not None
    return Alarm(
        id=row.id,
        kind=row.kind,
        subject=row.subject,
        params=row.params,
        raised_at=row.raised_at,
        pull_id=row.pull_id,
        ended_at=row.ended_at,
        seen_by=row.seen_by,
        seen_at=row.seen_at,
    )
