"""Explanations as lists: what somebody may see, what waits for whom, what is undecided in a month."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, exists
from sqlmodel import Session, col, or_, select

from attendance.errors import NotFound
from attendance.store import explanation_register, people
from attendance.store.evidence_tables import RulingRow, ViolationRow
from attendance.store.explanation_tables import ExplanationRequestRow
from attendance.store.listing import Listed, Row, count
from attendance.store.listing_keys import UNVERIFIED, ViolationKey, violation_id
from attendance.store.paper_tables import ExplanationRow
from attendance.store.tables import UnitRow
from attendance.store.within import Within

Step = Literal["explain", "confirm", "decide"]
OPEN = ("confirm", "decide")
STATES = (*OPEN, "approved", "refused", "withdrawn")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which explanations; None or empty: any. `states`: some of STATES, or `moot` for open ones of what no longer
    stands. `ground` is asked only of those whose reasons the reader knows.
    """

    states: Sequence[str] = ()
    employee_id: int | None = None
    other_than: int | None = None
    covers: str | None = None
    ground: str | None = None
    from_on: date | None = None
    to_on: date | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits for somebody since a moment, until a date (None: no deadline).

    `step` `explain`: for the person, who was asked (no `explanation_id` yet); `confirm`, `decide`: for a superior of
    the unit. `violation` is the id of what it is about.
    """

    explanation_id: int | None
    violation: str
    employee_id: int
    unit_id: int | None
    step: Step
    since: datetime
    due_on: date | None


@dataclass(frozen=True, slots=True)
class Undecided:
    """An explanation that stands in the way of a month."""

    explanation_id: int
    violation: str
    employee_id: int
    employee: str
    name: str
    unit_id: int | None
    on: date
    session: str
    covers: str
    step: Step


def explanations(session: Session, within: Within, reasons: Within, asked: Asked, *, limit: int, offset: int) -> Listed:
    """Explanations and decisions of rows the reader sees, newest first, whole: `services.explanations.telling` takes
    from them what is not for the reader, by `unit_id` and `employee_id`.
    """
    query = select(ExplanationRow).where(*_seen(ExplanationRow, within), *_filtered(asked, reasons))
    total = count(session, query)
    newest = (col(ExplanationRow.recorded_at).desc(), col(ExplanationRow.id).desc())
    rows = session.exec(query.order_by(*newest).limit(limit).offset(offset)).all()
    return Listed(told(session, rows), total)


def explanation(session: Session, within: Within, number: int) -> ExplanationRow:
    """One explanation the reader may see. Raises NotFound."""
    query = select(ExplanationRow).where(ExplanationRow.id == number, *_seen(ExplanationRow, within))
    found = session.exec(query).first()
    if found is None:
        raise NotFound("explanation", str(number))
    return found


def requests(
    session: Session,
    within: Within,
    *,
    asked_by_id: int | None = None,
    employee_id: int | None = None,
    unanswered: bool = False,
    limit: int,
    offset: int = 0,
) -> Listed:
    """Who was asked to explain what, newest first; `unanswered`: only what still waits and still stands."""
    table = ExplanationRequestRow
    query = select(table).where(*_seen(table, within))
    if asked_by_id is not None:
        query = query.where(table.asked_by_id == asked_by_id)
    if employee_id is not None:
        query = query.where(table.employee_id == employee_id)
    if unanswered:
        query = query.where(*_unanswered())
    total = count(session, query)
    rows = session.exec(query.order_by(col(table.id).desc()).limit(limit).offset(offset)).all()
    named, units = _named(session, rows), _units(session, rows)
    return Listed([_request(row, named, units) for row in rows], total)


def to_write(session: Session, employee_id: int, from_on: date, *, limit: int, offset: int = 0) -> Listed:
    """Violations of a person since a date that they may still explain, newest first: id, date, session, type, minutes,
    status.
    """
    table = ViolationRow
    explained = exists().where(
        col(ExplanationRow.employee_id) == col(table.employee_id),
        col(ExplanationRow.on) == col(table.work_date),
        or_(col(ExplanationRow.session) == col(table.session), col(ExplanationRow.session) == "all"),
        col(ExplanationRow.covers) == col(table.type),
        col(ExplanationRow.withdrawn_at).is_(None),
    )
    query = select(table).where(
        table.employee_id == employee_id,
        table.work_date >= from_on,
        col(table.superseded_at).is_(None),
        table.status != "excused",
        ~explained,
    )
    total = count(session, query)
    order = (col(table.work_date).desc(), col(table.session), col(table.type))
    rows = session.exec(query.order_by(*order).limit(limit).offset(offset)).all()
    return Listed(
        [
            {
                "id": violation_id(row.employee_id, row.work_date, row.session, row.type), "date": row.work_date,
                "session": row.session, "type": row.type, "minutes": row.minutes, "status": row.status,
            }
            for row in rows
        ],
        total,
    )  # fmt: skip


def unverified_to_write(session: Session, employee_id: int, from_on: date) -> list[Row]:
    """Sessions of a person since a date that a fault of a terminal left unverified and nobody explained, newest first:
    id, date, session. A session with a missing punch is asked about by that punch.
    """
    query = select(RulingRow).where(
        RulingRow.employee_id == employee_id,
        RulingRow.work_date >= from_on,
        col(RulingRow.superseded_at).is_(None),
        RulingRow.unverified_min > 0,
    )
    found = []
    for row in session.exec(query.order_by(col(RulingRow.work_date).desc())):
        for part, sign in row.symbols.items():
            key = ViolationKey(employee_id, row.work_date, part, UNVERIFIED)
            if sign == "?" and _may_be_explained(session, key):
                found.append({"id": str(key), "date": row.work_date, "session": part})
    return found


def _may_be_explained(session: Session, key: ViolationKey) -> bool:
    missing = (replace(key, type=f"missing_{side}") for side in ("in", "out"))
    return (
        explanation_register.question(session, key) is not None
        and not any(row.withdrawn_at is None for row in explanation_register.of_question(session, key))
        and all(explanation_register.question(session, each) is None for each in missing)
    )


def waiting(session: Session, at: datetime) -> list[Waiting]:
    """Everything that waits at a moment, of what still stands: who is to explain, to confirm, to decide."""
    asked = select(ExplanationRequestRow).where(*_unanswered(), col(ExplanationRequestRow.asked_at) <= at)
    found = [
        Waiting(
            None,
            str(explanation_register.key_of(row)),
            row.employee_id,
            row.unit_id,
            "explain",
            row.asked_at,
            row.due_on,
        )
        for row in session.exec(asked.order_by(col(ExplanationRequestRow.id)))
    ]
    for row in session.exec(_undecided().where(col(ExplanationRow.recorded_at) <= at)):
        since = row.confirmed_at or row.recorded_at
        key = str(explanation_register.key_of(row))
        found.append(Waiting(row.id, key, row.employee_id, row.unit_id, _step(row), since, None))
    return found


def undecided(session: Session, units: Collection[int], from_on: date, to_on: date) -> list[Undecided]:
    """Explanations of these units and dates that nobody decided on, of what still stands, by date and person."""
    query = _undecided().where(col(ExplanationRow.unit_id).in_(units), col(ExplanationRow.on).between(from_on, to_on))
    rows = session.exec(query).all()
    named = _named(session, rows)
    found = [
        Undecided(
            row.id or 0, str(explanation_register.key_of(row)), row.employee_id, *named[row.employee_id], row.unit_id,
            row.on, row.session, row.covers, _step(row),
        )
        for row in rows
    ]  # fmt: skip
    return sorted(found, key=lambda each: (each.on, each.employee, each.explanation_id))


def told(session: Session, rows: Sequence[ExplanationRow]) -> list[Row]:
    """Explanations as they stand in a list."""
    named, units = _named(session, rows), _units(session, rows)
    attached = explanation_register.attachments_of(session, [row.id or 0 for row in rows])
    standing = set(session.exec(select(ExplanationRow.id).where(
        col(ExplanationRow.id).in_([row.id for row in rows]), _stands(ExplanationRow)
    )))  # fmt: skip
    return [
        {
            "unit_id": row.unit_id,
            "employee_id": row.employee_id,
            "author_id": row.author_id,
            "id": row.id,
            "version": row.version,
            "status": row.status,
            "violation": str(explanation_register.key_of(row)),
            "stands": row.id in standing,
            "employee": named[row.employee_id][0],
            "name": named[row.employee_id][1],
            "unit": units.get(row.unit_id),
            "date": row.on,
            "session": row.session,
            "covers": row.covers,
            "minutes": row.minutes,
            "ground": row.ground,
            "reason": row.reason,
            "document": row.document,
            "attachments": attached.get(row.id or 0, []),
            "by_head": row.by_head,
            "author": row.author,
            "submitted_at": row.submitted_at,
            "recorded_at": row.recorded_at,
            "confirmation": row.confirmation,
            "confirmed_by": row.confirmed_by or None,
            "confirmed_at": row.confirmed_at,
            "confirmation_note": row.confirmation_note,
            "decision": row.decision,
            "decided_by": row.decided_by or None,
            "decided_at": row.decided_at,
            "decided_minutes": row.decided_minutes,
            "decision_note": row.decision_note,
            "accepted_after_deadline": row.accepted_after_deadline,
            "withdrawn_by": row.withdrawn_by or None,
            "withdrawn_at": row.withdrawn_at,
            "withdrawal_note": row.withdrawal_note,
        }
        for row in rows
    ]


def _request(row: ExplanationRequestRow, named: dict[int, tuple[str, str]], units: dict[int | None, str]) -> Row:
    state = "answered" if row.answered_id is not None else "closed" if row.closed_at is not None else "open"
    return {
        "unit_id": row.unit_id,
        "employee_id": row.employee_id,
        "id": row.id,
        "state": state,
        "violation": str(explanation_register.key_of(row)),
        "explanation": row.answered_id,
        "employee": named[row.employee_id][0],
        "name": named[row.employee_id][1],
        "unit": units.get(row.unit_id),
        "date": row.on,
        "session": row.session,
        "covers": row.covers,
        "note": row.note,
        "due_on": row.due_on,
        "asked_by": row.asked_by,
        "asked_at": row.asked_at,
    }


def _step(row: ExplanationRow) -> Step:
    return "confirm" if row.status == "confirm" else "decide"


def _seen(table: Any, within: Within) -> list[ColumnElement[bool]]:
    return within.rows(col(table.unit_id), col(table.employee_id))


def _filtered(asked: Asked, reasons: Within) -> list[ColumnElement[bool]]:
    table = ExplanationRow
    found: list[ColumnElement[bool]] = []
    if asked.states:
        found.append(or_(*(_in_state(state) for state in asked.states)))
    if asked.employee_id is not None:
        found.append(col(table.employee_id) == asked.employee_id)
    if asked.other_than is not None:
        found.append(col(table.employee_id) != asked.other_than)
    if asked.covers is not None:
        found.append(col(table.covers) == asked.covers)
    if asked.ground is not None:
        found += [col(table.ground) == asked.ground, *_seen(table, reasons)]
    if asked.from_on is not None:
        found.append(col(table.on) >= asked.from_on)
    if asked.to_on is not None:
        found.append(col(table.on) <= asked.to_on)
    return found


def _in_state(state: str) -> ColumnElement[bool]:
    table = ExplanationRow
    if state == "withdrawn":
        return col(table.withdrawn_at).is_not(None)
    stands = col(table.withdrawn_at).is_(None)
    if state not in (*OPEN, "moot"):
        return and_(stands, col(table.decision) == state)
    waits = and_(stands, col(table.decision).is_(None))
    if state == "moot":
        return and_(waits, ~_stands(table))
    unconfirmed = and_(col(table.confirm_first), col(table.confirmation).is_(None))
    return and_(waits, _stands(table), unconfirmed if state == "confirm" else ~unconfirmed)


def _undecided() -> Any:
    table = ExplanationRow
    open_ = (col(table.decision).is_(None), col(table.withdrawn_at).is_(None), _stands(table))
    return select(table).where(*open_).order_by(col(table.id))


def _unanswered() -> list[ColumnElement[bool]]:
    table = ExplanationRequestRow
    return [col(table.answered_id).is_(None), col(table.closed_at).is_(None), _stands(table)]


def _stands(table: Any) -> ColumnElement[bool]:
    """Whether what a row is about is still concluded: the newest verdict has the violation, or unverified minutes."""
    violation = exists().where(
        col(ViolationRow.employee_id) == col(table.employee_id),
        col(ViolationRow.work_date) == col(table.on),
        or_(col(ViolationRow.session) == col(table.session), col(table.session) == "all"),
        col(ViolationRow.type) == col(table.covers),
        col(ViolationRow.superseded_at).is_(None),
    )
    unverified = exists().where(
        col(RulingRow.employee_id) == col(table.employee_id),
        col(RulingRow.work_date) == col(table.on),
        col(RulingRow.superseded_at).is_(None),
        col(RulingRow.unverified_min) > 0,
        col(table.covers) == UNVERIFIED,
    )
    return or_(violation, unverified)


def _named(session: Session, rows: Sequence[Any]) -> dict[int, tuple[str, str]]:
    return people.names(session, (row.employee_id for row in rows))


def _units(session: Session, rows: Sequence[Any]) -> dict[int | None, str]:
    wanted = {row.unit_id for row in rows if row.unit_id is not None}
    found = session.exec(select(UnitRow.id, UnitRow.code).where(col(UnitRow.id).in_(wanted)))
    return {number: code for number, code in found}  # noqa: C416 - rows are no pairs to a type checker
