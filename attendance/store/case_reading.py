"""From the database to a case: everything known at a moment about some people and a span of dates, in few queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

import numpy as np
from sqlalchemy import Select
from sqlmodel import Session, col, or_, select

from attendance import clock
from attendance.engine.case import Case
from attendance.engine.columns import PunchColumns
from attendance.facts import Assignment, ClockOffset, Coverage, Enrolment, Leave, Mission, Outage, TerminalSite, Unit
from attendance.plausible import implausible
from attendance.rules.calendar import Calendar, CalendarEntry
from attendance.rules.citation import Citation
from attendance.rules.policy import Policy
from attendance.rules.rulebook import Rulebook
from attendance.rules.schedule import WEEKDAYS, Schedule, ScheduleVersion, SessionHours, session_hours
from attendance.store import punch_log
from attendance.store.evidence_tables import ClockSpanRow, CoverageRow, PullRow
from attendance.store.tables import (
    AbsenceRow,
    AssignmentRow,
    CalendarEntryRow,
    EmployeeRow,
    EnrolmentRow,
    OutageRow,
    PolicyRow,
    ScheduleRow,
    ScheduleVersionRow,
    TerminalRow,
    UnitRow,
)

FEW = 500  # people whose numbers fit a query; of more, all rows are read and sifted here
REACH_DAYS = 4  # neighbours two days off, sessions and windows that pass midnight, clocks that are hours wrong

Dated = TypeVar(
    "Dated", AssignmentRow, EnrolmentRow, ScheduleVersionRow, CalendarEntryRow, PolicyRow, AbsenceRow, OutageRow
)


@dataclass(frozen=True, slots=True)
class ReadCase:
    """A case and the numbers of its rows in the database. `stored` are the punches in the case's order."""

    case: Case
    employee_ids: tuple[int, ...]
    unit_ids: dict[str, int]
    terminal_ids: tuple[int, ...]
    stored: punch_log.StoredPunches


def read_rulebook(session: Session, as_of: datetime | None = None) -> Rulebook:
    """Schedules, calendar and policy as recorded by `as_of` (None: now)."""
    units = list(session.exec(select(UnitRow)))
    unit_codes = {unit.id: unit.code for unit in units}
    schedules = {row.id: row.code for row in session.exec(select(ScheduleRow))}
    versions: dict[str, list[ScheduleVersion]] = {code: [] for code in schedules.values()}
    for row in _known(session, ScheduleVersionRow, as_of):
        code = schedules[row.schedule_id]
        versions[code].append(_version(row, code))
    entries = [
        CalendarEntry(
            on=row.on,
            kind=row.kind,
            unit=unit_codes.get(row.unit_id),
            session=row.session,
            pair_on=row.pair_on,
            recorded_at=row.recorded_at.replace(tzinfo=None),
            citation=Citation("calendar", row.on, row.on, row.document),
        )
        for row in _known(session, CalendarEntryRow, as_of)
    ]
    policies = _known(session, PolicyRow, as_of)
    policy = Policy()
    if policies:
        latest = policies[-1]
        policy = Policy(**latest.values, citation=Citation("policy", latest.recorded_at.date(), None, latest.document))
    return Rulebook(
        units=[
            Unit(unit.code, unit.name, unit_codes.get(unit.parent_id), schedules.get(unit.schedule_id))
            for unit in units
        ],
        schedules={code: Schedule(code, tuple(listed)) for code, listed in versions.items()},
        calendar=Calendar(entries),
        policy=policy,
    )


def read_case(
    session: Session,
    zone: str,
    from_on: date,
    to_on: date,
    *,
    employee_ids: Iterable[int] | None = None,
    as_of: datetime | None = None,
) -> ReadCase:
    """What is known at `as_of` (None: now) about these people (None: everybody) for judging `from_on..to_on`."""
    first, last = from_on - timedelta(days=REACH_DAYS), to_on + timedelta(days=REACH_DAYS)
    rulebook = read_rulebook(session, as_of)
    wanted = set(employee_ids) if employee_ids is not None else None
    few = sorted(wanted) if wanted is not None and len(wanted) <= FEW else None
    assigned = [
        row
        for row in _known(
            session,
            AssignmentRow,
            as_of,
            AssignmentRow.from_on <= last,
            or_(col(AssignmentRow.to_on).is_(None), col(AssignmentRow.to_on) >= first),
            *([col(AssignmentRow.employee_id).in_(few)] if few is not None else []),
        )
        if wanted is None or row.employee_id in wanted
    ]
    ids = tuple(sorted({row.employee_id for row in assigned} | (wanted or set())))
    people = {row.id: row.code for row in session.exec(select(EmployeeRow).where(col(EmployeeRow.id).in_(ids)))}
    terminals = list(session.exec(select(TerminalRow).order_by(col(TerminalRow.id))))
    terminal_codes = {row.id: row.code for row in terminals}
    unit_rows = {row.id: row.code for row in session.exec(select(UnitRow))}
    schedules = {row.id: row.code for row in session.exec(select(ScheduleRow))}
    theirs = [col(EnrolmentRow.employee_id).in_(few)] if few is not None else []
    enrolled = [row for row in _known(session, EnrolmentRow, as_of, *theirs) if row.employee_id in people]
    terminal_ids = tuple(row.id for row in terminals if row.id is not None)
    stored = punch_log.read(
        session,
        sorted({row.terminal_id for row in enrolled}),
        from_wall=clock.day_number(first) * clock.DAY_SECONDS,
        to_wall=(clock.day_number(last) + 1) * clock.DAY_SECONDS,
        received_by=as_of,
    )
    case = Case(
        zone=zone,
        rulebook=rulebook,
        people=tuple(people[number] for number in ids if number in people),
        sites=tuple(
            TerminalSite(t.code, unit_rows[t.unit_id], t.direction, t.first_sane_on, t.in_use) for t in terminals
        ),
        assignments=tuple(
            Assignment(
                employee=people[row.employee_id],
                unit=unit_rows[row.unit_id],
                from_on=row.from_on,
                to_on=row.to_on,
                schedule=schedules.get(row.schedule_id),
                terminals=tuple(row.terminals),
            )
            for row in assigned
        ),
        enrolments=tuple(
            Enrolment(terminal_codes[row.terminal_id], row.pin, people[row.employee_id], row.from_on, row.to_on)
            for row in enrolled
        ),
        punches=_punch_columns(stored, terminals, zone),
        coverage=_coverage(session, terminal_codes, as_of),
        **_papers(session, people, as_of, first, last),
        outages=tuple(
            Outage(terminal_codes[row.terminal_id], row.mode, row.starts, row.ends)
            for row in _known(session, OutageRow, as_of)
        ),
        clock_offsets=_clock_offsets(session, terminal_codes, as_of),
    )
    by_code = {code: number for number, code in people.items()}
    return ReadCase(
        case,
        tuple(int(by_code[code]) for code in case.people),  # type: ignore[arg-type]
        {code: number for number, code in unit_rows.items() if number is not None},
        terminal_ids,
        stored,
    )


def _known(session: Session, table: type[Dated], as_of: datetime | None, *conditions: Any) -> list[Dated]:
    """Rows recorded by then and not withdrawn by then, in the order in which they were recorded."""
    query = select(table).where(*conditions)
    if as_of is None:
        query = query.where(col(table.withdrawn_at).is_(None))
    else:
        query = query.where(
            col(table.recorded_at) <= as_of, or_(col(table.withdrawn_at).is_(None), col(table.withdrawn_at) > as_of)
        )
    return list(session.exec(query.order_by(col(table.recorded_at), col(table.id))))


def _version(row: ScheduleVersionRow, code: str) -> ScheduleVersion:
    return ScheduleVersion(
        regime=row.regime,
        sessions=_sessions(row.sessions),
        weekdays=frozenset(WEEKDAYS.index(day) for day in row.weekdays),
        by_weekday=tuple((WEEKDAYS.index(day), _sessions(listed)) for day, listed in row.by_weekday.items()),
        from_on=row.from_on,
        to_on=row.to_on,
        citation=Citation(f"schedule.{code}", row.from_on, row.to_on, row.document, row.article),
    )


def _sessions(listed: dict[str, list[str]]) -> tuple[SessionHours, ...]:
    hours = [session_hours(name, start, end) for name, (start, end) in listed.items()]
    return tuple(sorted(hours, key=lambda session: session.starts))


def _papers(
    session: Session, people: dict[int | None, str], as_of: datetime | None, first: date, last: date
) -> dict[str, Any]:
    """Leave and missions that were approved by then; a paper nobody approved excuses nothing."""
    leaves: list[Leave] = []
    missions: list[Mission] = []
    for row in _known(session, AbsenceRow, as_of):
        if row.employee_id not in people or row.approved_at is None or (as_of is not None and row.approved_at > as_of):
            continue
        who = people[row.employee_id]
        if row.kind == "leave" and row.on is not None and first <= row.on <= last:
            leaves.append(Leave(who, row.code, row.on, row.session, row.approved_at, row.document))
        elif (
            row.kind == "mission" and row.starts and row.ends and row.ends.date() >= first and row.starts.date() <= last
        ):
            missions.append(Mission(who, row.starts, row.ends, row.approved_at, row.document))
    return {"leaves": tuple(leaves), "missions": tuple(missions)}


def _punch_columns(stored: punch_log.StoredPunches, terminals: Sequence[TerminalRow], zone: str) -> PunchColumns:
    place = {row.id: index for index, row in enumerate(terminals)}
    width = max((number for number in place if number is not None), default=0) + 1
    site_of = np.zeros(width, np.int32)
    sane_of = np.zeros(width, np.int64)
    for row in terminals:
        assert row.id is not None
        site_of[row.id] = place[row.id]
        sane_of[row.id] = clock.day_number(row.first_sane_on) * clock.DAY_SECONDS
    early, ahead = implausible(stored.wall, clock.to_walls(stored.received, zone), sane_of[stored.terminal])
    return PunchColumns(
        site=site_of[stored.terminal],
        pin=stored.pin,
        wall=stored.wall,
        sequence=stored.sequence,
        state=stored.state,
        sane=~(early | ahead),
        pins=stored.pins,
    )


def _coverage(session: Session, codes: dict[int | None, str], as_of: datetime | None) -> tuple[Coverage, ...]:
    if as_of is None:
        return tuple(
            Coverage(codes[row.terminal_id], row.starts, row.until) for row in session.exec(select(CoverageRow))
        )
    query: Select[Any] = select(PullRow.terminal_id, PullRow.complete_from, PullRow.complete_until).where(  # type: ignore[assignment]
        col(PullRow.finished_at) <= as_of, col(PullRow.complete_until).is_not(None)
    )
    return tuple(Coverage(codes[terminal], starts, until) for terminal, starts, until in session.execute(query))


def _clock_offsets(session: Session, codes: dict[int | None, str], as_of: datetime | None) -> tuple[ClockOffset, ...]:
    """Each span ends where the next one of its terminal begins; the last is open."""
    query = select(ClockSpanRow).order_by(col(ClockSpanRow.terminal_id), col(ClockSpanRow.id))
    if as_of is not None:
        query = query.where(col(ClockSpanRow.recorded_at) <= as_of)
    rows = list(session.exec(query))
    following: list[ClockSpanRow | None] = [*rows[1:], None] if rows else []
    return tuple(
        ClockOffset(
            codes[row.terminal_id],
            row.starts,
            after.starts if after is not None and after.terminal_id == row.terminal_id else None,
            row.offset_seconds,
        )
        for row, after in zip(rows, following, strict=True)
    )
