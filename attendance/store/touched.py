"""Which days a paper may change: said once, for filing it and for taking it back.

A session moves the windows of its neighbours, so a paper that takes one away reaches the dates beside its own: so many
as windows reach, and one more where a session passes midnight. Dates that a duty joins are settled together
(`dirty.joined`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TypeVar

import numpy as np
from sqlmodel import Session, col, select

from attendance import clock
from attendance.rules.policy import Policy
from attendance.store import dirty, office, punch_log
from attendance.store.evidence_tables import ClockSpanRow, RulingRow
from attendance.store.paper_tables import (
    AnnulmentRow,
    ClockInvalidRow,
    ClockOffsetRow,
    DutyRow,
    ExemptionRow,
    ExplanationRow,
    InspectionAbsenceRow,
    InspectionRow,
    OvertimeRow,
    ProtectionRow,
    SiteFactRow,
)
from attendance.store.registering import known_span
from attendance.store.tables import AbsenceRow, OutageRow, RuleVersionRow, TerminalRow

AnyPaper = (
    AbsenceRow
    | ExemptionRow
    | ExplanationRow
    | AnnulmentRow
    | DutyRow
    | OvertimeRow
    | SiteFactRow
    | ProtectionRow
    | OutageRow
    | ClockOffsetRow
    | ClockInvalidRow
    | InspectionRow
)
Row = TypeVar("Row", bound=AnyPaper)
Days = tuple[date, date]
DAY = timedelta(days=1)


def file_paper(session: Session, row: Row, at: datetime) -> Row:
    """Insert a paper that was checked, and mark what it may change."""
    session.add(row)
    mark_paper(session, row, at)
    return row


def mark_paper(session: Session, row: AnyPaper, at: datetime) -> None:
    """Mark the days a filed paper may change, with the cause that names its kind."""
    session.flush()
    if isinstance(row, OutageRow | ClockInvalidRow | ClockOffsetRow):
        _mark_terminal(session, row, at)
    elif isinstance(row, InspectionRow):
        found = select(InspectionAbsenceRow.employee_id).where(InspectionAbsenceRow.inspection_id == row.id)
        on = row.wall_time.date()
        for employee in session.exec(found):  # a session or duty of the evening before may run until the visit
            _mark(session, employee, on - DAY, on, "paper", at)
    elif isinstance(row, ExplanationRow):
        _mark(session, row.employee_id, row.on, row.on, "explanation", at)
    else:
        reach = _reach(session)
        for first, last in _dates(session, row):
            _mark(session, row.employee_id, first, last, "paper", at, reach=reach)


def mark_month(session: Session, unit_id: int, month: date, cause: str, at: datetime) -> None:
    """Mark everybody who serves in a unit in a month, or was judged to, on the dates of it."""
    first, last = known_span(session, month, clock.month_end(month), at)
    days = [
        (row.employee_id, on)
        for row in office.assignments_between(session, first, last)
        if row.unit_id == unit_id
        for on in _each(max(row.from_on, first), min(row.to_on or last, last))
    ]
    judged = select(col(RulingRow.employee_id), col(RulingRow.work_date)).where(
        RulingRow.unit_id == unit_id, col(RulingRow.work_date).between(first, last)
    )
    dirty.mark(session, [*days, *session.exec(judged)], cause, at)


def mark_punches(
    session: Session, terminal: TerminalRow, starts: datetime | None, ends: datetime | None, cause: str, at: datetime
) -> None:
    """Mark the people whose punches a terminal dated in a span of its time, around the true dates of those punches."""
    stored = punch_log.read(
        session,
        [office.key(terminal)],
        from_wall=clock.wall_seconds(starts) if starts else None,
        to_wall=clock.wall_seconds(ends) - 1 if ends else None,
    )
    found: dict[str, set[int]] = {}
    for wall in _true_walls(session, office.key(terminal), stored.wall):
        for pin, day in np.unique(np.stack([stored.pin, wall // clock.DAY_SECONDS]), axis=1).T.tolist():
            found.setdefault(stored.pins[pin], set()).add(day)
    dirty.mark_punchers(session, terminal, lambda pin: found.get(pin, set()), cause, at)


def _mark_terminal(session: Session, row: OutageRow | ClockInvalidRow | ClockOffsetRow, at: datetime) -> None:
    terminal = session.get_one(TerminalRow, row.terminal_id)
    if isinstance(row, ClockOffsetRow):
        mark_punches(session, terminal, row.starts, row.ends, "clock", at)
        return
    if isinstance(row, OutageRow) and row.mode != "dead":
        return  # a broken line only delays; what it brings marks the days
    cause = "paper"
    if isinstance(row, ClockInvalidRow):
        cause = "clock"
        mark_punches(session, terminal, row.starts, row.ends, cause, at)
    low, high = known_span(session, date.min, None, at)
    first = max(row.starts.date(), low) if row.starts else low
    last = min(_last_date(row.ends), high)
    if first <= last:
        before = DAY if office.sessions_pass_midnight(session) else timedelta()
        dirty.mark_dependants(session, terminal, first - before, last, cause, at, enrolled=False)


def _dates(
    session: Session,
    row: AbsenceRow | ExemptionRow | AnnulmentRow | DutyRow | OvertimeRow | SiteFactRow | ProtectionRow,
) -> Iterable[Days]:
    """The dates a paper of a person speaks of, as spans with both ends."""
    if isinstance(row, AnnulmentRow):
        sent = np.array([clock.wall_seconds(row.wall_time)], np.int64)
        for wall in _true_walls(session, row.terminal_id, sent):
            on = clock.from_day_number(int(wall[0]) // clock.DAY_SECONDS)
            yield on, on
    elif isinstance(row, ProtectionRow):  # it only says which duties are refused
        for starts, ends in _duties(session, row.employee_id, row.from_on or date.min, row.to_on or date.max):
            yield starts.date(), _last_date(ends)
    elif isinstance(row, SiteFactRow) or (isinstance(row, AbsenceRow) and row.on is not None):
        assert row.on is not None
        yield row.on, row.on
    elif isinstance(row, ExemptionRow) and row.dates:
        yield from ((date.fromisoformat(on), date.fromisoformat(on)) for on in row.dates)
    elif isinstance(row, ExemptionRow) and row.starts is None and row.ends is None:
        yield row.from_on or date.min, row.to_on or date.max
    else:
        yield row.starts.date() if row.starts else date.min, _last_date(row.ends)


def _last_date(ends: datetime | None) -> date:
    """The last date of a span that excludes its end."""
    return (ends - timedelta(microseconds=1)).date() if ends else date.max


def _each(first: date, last: date) -> Iterable[date]:
    return (first + n * DAY for n in range((last - first).days + 1))


def _mark(
    session: Session, employee_id: int, first: date, last: date, cause: str, at: datetime, *, reach: int = 0
) -> None:
    """Mark the dates of a span that verdicts may exist for, those it reaches, and what a duty joins to them."""
    low, high = known_span(session, date.min, None, at)
    around = reach * DAY
    first, last = max(first, low - around) - around, min(last, high + around) + around
    if low <= high and first <= last:
        days = dirty.joined(session, ((employee_id, on) for on in _each(first, last)))
        dirty.mark(session, (day for day in days if low <= day[1] <= high), cause, at)


def _reach(session: Session) -> int:
    """How many dates beside its own a session that comes or goes may bear on."""
    query = select(RuleVersionRow.value).where(RuleVersionRow.rule == "session_window_minutes")
    longest = max([Policy().session_window_minutes, *session.exec(query)])
    days: int = -(-2 * longest // (24 * 60))  # windows end in the middle between two sessions at the latest
    return days + 1 if office.sessions_pass_midnight(session) else days


def _duties(session: Session, employee_id: int, first: date, last: date) -> list[tuple[datetime, datetime]]:
    """From and to of the duties of a person that lie on some date of a span or the night after."""
    query = select(DutyRow.starts, DutyRow.ends).where(
        DutyRow.employee_id == employee_id, col(DutyRow.ends) >= datetime.combine(first, datetime.min.time())
    )
    if last < date.max - 2 * DAY:
        query = query.where(col(DutyRow.starts) < datetime.combine(last + 2 * DAY, datetime.min.time()))
    return list(session.exec(query))


def _true_walls(session: Session, terminal_id: int, sent: punch_log.Ints) -> list[punch_log.Ints]:
    """The same punches at every time that some offset of their terminal's clock would make of them."""
    measured = select(ClockSpanRow.offset_seconds).where(ClockSpanRow.terminal_id == terminal_id)
    found = select(ClockOffsetRow.offset_seconds).where(ClockOffsetRow.terminal_id == terminal_id)
    return [sent - offset for offset in {0, *session.exec(measured), *session.exec(found)}]
