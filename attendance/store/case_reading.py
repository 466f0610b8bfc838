"""From the database to a case: everything known at a moment about some people and a span of dates, in few queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np
from sqlmodel import Session

from attendance import clock
from attendance.engine.case import Case
from attendance.engine.columns import PunchColumns
from attendance.engine.reach import margin_days, needed_days
from attendance.facts import Assignment, Enrolment, Explanation, TerminalSite
from attendance.plausible import implausible
from attendance.store import punch_log
from attendance.store.dirty import ROSTER_DAYS
from attendance.store.paper_reading import FEW, Asked, read_duties, read_papers
from attendance.store.questions import (
    ASSIGNMENTS,
    ENROLMENTS,
    answers,
    codes,
    codes_of_people,
    core,
    listed,
    plain,
    values_of,
)
from attendance.store.rulebook_reading import read_rulebook
from attendance.store.tables import AssignmentRow, ScheduleRow, TerminalRow, UnitRow
from attendance.store.terminal_reading import read_terminals

_TERMINALS = plain(TerminalRow).order_by(core(TerminalRow.id))
REACH_DAYS = 2  # beyond what is judged: windows that pass midnight, clocks that are hours wrong


@dataclass(frozen=True, slots=True)
class ReadCase:
    """A case and the numbers of its rows in the database. `stored` are the punches in the case's order; `asked`
    is what was asked of its papers.
    """

    case: Case
    employee_ids: tuple[int, ...]
    unit_ids: dict[str, int]
    terminal_ids: tuple[int, ...]
    stored: punch_log.StoredPunches
    asked: Asked


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
    first, last = from_on - timedelta(days=ROSTER_DAYS), to_on + timedelta(days=ROSTER_DAYS)
    rulebook = read_rulebook(session, as_of)
    wanted = set(employee_ids) if employee_ids is not None else None
    assigned = _assignments(session, as_of, first, last, wanted)
    ids = tuple(sorted({row.employee_id for row in assigned} | (wanted or set())))
    people = codes_of_people(session, ids)
    terminals: Sequence[TerminalRow] = answers(session, _TERMINALS)
    terminal_codes = {row.id: row.code for row in terminals}
    unit_rows, schedules = codes(session, UnitRow), codes(session, ScheduleRow)
    asked = Asked(session, zone, people, terminal_codes, unit_rows, first, last, as_of)
    margin = margin_days(rulebook.all_policies())
    low, high = needed_days(read_duties(asked), margin, from_on, to_on)
    first, last = clock.from_day_number(low - REACH_DAYS), clock.from_day_number(high + REACH_DAYS)
    asked = replace(asked, first=first, last=last)
    papers = read_papers(asked)
    handed_in = _last_handed_in(papers["explanations"])
    if handed_in is not None and handed_in > last:  # their deadlines count working days up to then
        later = _assignments(session, as_of, last + timedelta(days=1), handed_in, set(ids))
        assigned += [row for row in later if row.from_on > last]
    enrolled = [row for row in asked.rows(ENROLMENTS) if row.employee_id in people]
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
            TerminalSite(t.code, unit_rows[t.unit_id], t.direction, t.first_sane_on, _in_use(t, as_of))
            for t in terminals
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
        **papers,
        **read_terminals(asked),
    )
    by_code = {code: number for number, code in people.items()}
    return ReadCase(
        case,
        tuple(int(by_code[code]) for code in case.people),  # type: ignore[arg-type]
        {code: number for number, code in unit_rows.items() if number is not None},
        terminal_ids,
        stored,
        asked,
    )


def _assignments(
    session: Session, as_of: datetime | None, first: date, last: date, wanted: set[int] | None
) -> list[AssignmentRow]:
    """Assignments of these people (None: everybody) that hold on some date of a span."""
    values = values_of(first, last, as_of)
    if wanted is not None and len(wanted) <= FEW:
        values["people"] = listed(wanted)
    return [row for row in ASSIGNMENTS.ask(session, values) if wanted is None or row.employee_id in wanted]


def _in_use(terminal: TerminalRow, as_of: datetime | None) -> bool:
    """Whether people depended on a terminal as known at a moment (None: now): not before it was added, nor retired."""
    if as_of is None:
        return terminal.in_use
    retired = terminal.retired_at
    return terminal.recorded_at <= as_of and (terminal.in_use or (retired is not None and retired > as_of))


def _last_handed_in(explanations: Iterable[Explanation]) -> date | None:
    return max((paper.submitted_at.date() for paper in explanations if paper.submitted_at), default=None)


def _punch_columns(stored: punch_log.StoredPunches, terminals: Sequence[TerminalRow], zone: str) -> PunchColumns:
    place = {row.id: index for index, row in enumerate(terminals)}
    width = max((number for number in place if number is not None), default=0) + 1
    site_of = np.zeros(width, np.int32)
    sane_of = np.zeros(width, np.int64)
    for row in terminals:
        assert row.id is not None
        site_of[row.id] = place[row.id]
        sane_of[row.id] = clock.day_number(row.first_sane_on) * clock.DAY_SECONDS
    early, ahead = implausible(stored.wall, stored.received, sane_of[stored.terminal], zone)
    return PunchColumns(
        site=site_of[stored.terminal],
        pin=stored.pin,
        wall=stored.wall,
        sequence=stored.sequence,
        state=stored.state,
        sane=~(early | ahead),
        pins=stored.pins,
    )
