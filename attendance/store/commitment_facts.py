"""What stored verdicts and explanations say of some people or units, as known at a moment: few questions, of columns.

A verdict that was revised away by then is not told; one of a locked month is the one that was locked.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import Date, func, or_, select, tuple_
from sqlmodel import Session

from attendance.store.evidence_tables import RulingRow, ViolationRow
from attendance.store.paper_tables import ExplanationRow, InspectionAbsenceRow, InspectionRow
from attendance.store.questions import AS_OF, FIRST, LAST, among, answers, core, listed, table_of

TYPES = ("late", "early", "absent", "missing_in", "missing_out")


class StoredViolation(NamedTuple):
    employee_id: int
    work_date: date
    session: str
    type: str
    unit_id: int | None
    minutes: int | None
    excused_min: int
    counted_min: int
    status: str


class StoredExplanation(NamedTuple):
    """`decision` None: not decided, as known at the moment asked for. Instants."""

    employee_id: int
    on: date
    session: str
    covers: str
    submitted_at: datetime | None
    decision: str | None
    decided_at: datetime | None
    accepted_after_deadline: bool
    by_head: bool


StoredDay = tuple[int, int | None, date, bool, bool]
"""Person, unit and date of a verdict, whether minutes were due, whether some are unknown. Plain: a list has thousands.
"""


def _then(table: type[RulingRow]) -> list[Any]:
    c = table_of(table).c
    return [c.recorded_at <= AS_OF, or_(c.superseded_at.is_(None), c.superseded_at > AS_OF)]


_V, _R = table_of(ViolationRow).c, table_of(RulingRow).c
_OF = {"people": "employee_id", "units": "unit_id"}


def _of(table: type[RulingRow] | type[ViolationRow], column: str) -> Any:
    return among(getattr(table, column), "whose")


_VIOLATIONS = {
    whose: select(*(_V[name] for name in StoredViolation._fields))
    .join(table_of(RulingRow), _R.id == _V.ruling_id)
    .where(_of(ViolationRow, column), _V.work_date.between(FIRST, LAST), _V.type.in_(TYPES), *_then(RulingRow))
    .order_by(_V.work_date, _V.employee_id, _V.session, _V.type)
    for whose, column in _OF.items()
}
_DAYS = {
    whose: select(_R.employee_id, _R.unit_id, _R.work_date, _R.scheduled_min > 0, _R.unverified_min > 0).where(
        _of(RulingRow, column), _R.work_date.between(FIRST, LAST), *_then(RulingRow)
    )
    for whose, column in _OF.items()
}
_E = table_of(ExplanationRow).c
_EXPLANATIONS = (
    select(
        _E.employee_id, _E.on_date, _E.session, _E.covers, _E.submitted_at, _E.decision, _E.decided_at,
        _E.accepted_after_deadline, _E.by_head, _E.decision_recorded_at,
    )
    .where(
        among(ExplanationRow.employee_id, "whose"),
        _E.on_date.between(FIRST, LAST),
        _E.covers.in_(TYPES),
        _E.recorded_at <= AS_OF,
        or_(_E.withdrawn_at.is_(None), _E.withdrawn_at > AS_OF),
    )
    .order_by(_E.recorded_at, _E.id)
)  # fmt: skip
_FOUND = (
    select(core(InspectionAbsenceRow.employee_id), func.date(core(InspectionRow.wall_time), type_=Date()))
    .join(table_of(InspectionRow), core(InspectionRow.id) == core(InspectionAbsenceRow.inspection_id))
    .where(
        among(InspectionAbsenceRow.employee_id, "whose"),
        core(InspectionRow.recorded_at) <= AS_OF,
        or_(core(InspectionRow.withdrawn_at).is_(None), core(InspectionRow.withdrawn_at) > AS_OF),
    )
    .distinct()
)


def violations(
    session: Session, whose: str, numbers: Collection[int], from_on: date, to_on: date, at: datetime
) -> list[StoredViolation]:
    """Violations of some `people`, or of whoever served in some `units` on the date, by date and person."""
    values = {"whose": listed(numbers), "first": from_on, "last": to_on, "as_of": at}
    return [StoredViolation(*row) for row in answers(session, _VIOLATIONS[whose], values)]


def days(
    session: Session, whose: str, numbers: Collection[int], from_on: date, to_on: date, at: datetime
) -> Sequence[StoredDay]:
    """The days of a span that were judged by then, of some `people` or `units`."""
    values = {"whose": listed(numbers), "first": from_on, "last": to_on, "as_of": at}
    return cast("Sequence[StoredDay]", answers(session, _DAYS[whose], values))


def explanations(
    session: Session, people: Collection[int], from_on: date, to_on: date, at: datetime
) -> list[StoredExplanation]:
    """What was said of these people's days and not taken back by then, in the order of recording."""
    values = {"whose": listed(people), "first": from_on, "last": to_on, "as_of": at}
    found = []
    for *said, decision, decided_at, after, by_head, known_at in answers(session, _EXPLANATIONS, values):
        is_decided = decision is not None and known_at is not None and known_at <= at
        decided = (decision, decided_at, after) if is_decided else (None, None, False)
        found.append(StoredExplanation._make((*said, *decided, by_head)))
    return found


def found_absent(
    session: Session, people: Collection[int], from_on: date, to_on: date, at: datetime
) -> list[tuple[int, date, int | None]]:
    """(person, date, unit) of days on which an inspection did not find somebody and knew of no reason."""
    rows = answers(session, _FOUND, {"whose": listed(people), "as_of": at})
    asked = [(person, on) for person, on in rows if from_on <= on <= to_on]
    if not asked:
        return []
    query = select(_R.employee_id, _R.work_date, _R.unit_id, _R.findings).where(
        tuple_(_R.employee_id, _R.work_date).in_(asked), *_then(RulingRow)
    )
    return [
        (person, on, unit)
        for person, on, unit, findings in answers(session, query, {"as_of": at})
        if any(each["result"] == "absent_no_reason" for each in findings)
    ]
