"""The register of requests about one's own data: handed in, answered by the clock of working days, carried out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from attendance import clock
from attendance.errors import Invalid, NotFound, NoVersionInForce
from attendance.rules.calendar import WORKING_KINDS
from attendance.rules.rulebook import Rulebook
from attendance.services.personal.kinds import Terms, terms
from attendance.store import people, subject_requests
from attendance.store.database import Session
from attendance.store.personal_tables import SubjectRequestRow
from attendance.store.rulebook_reading import read_rulebook
from attendance.store.trail import Actor, record
from attendance.store.within import Within

WAYS = ("in_person", "letter", "email", "phone", "page")
STATES = ("received", "answered", "completed", "refused", "withdrawn")
MAX_TEXT = 4000
_FARTHEST = 400  # days in which the working days of a term are looked for


@dataclass(frozen=True, slots=True)
class Request:
    """A request with its two terms: the last date to answer, and to carry it out (None: no term is set).

    `overdue` is answer or completion where that date has passed, else "".
    """

    row: SubjectRequestRow
    employee: str
    name: str
    received_on: date
    answer_by: date
    complete_by: date | None
    overdue: str

    @property
    def id(self) -> int:
        assert self.row.id is not None
        return self.row.id

    def as_json(self) -> dict[str, Any]:
        row = self.row
        return {
            "id": row.id, "employee": self.employee, "name": self.name, "kind": row.kind, "way": row.way,
            "text": row.text, "received_at": row.received_at, "answer_by": self.answer_by,
            "complete_by": self.complete_by, "overdue": self.overdue, "state": row.state, "answer": row.answer,
            "answered_at": row.answered_at, "answered_by": row.answered_by, "completed_at": row.completed_at,
            "completed_by": row.completed_by, "extended_days": row.extended_days,
            "extension_reason": row.extension_reason, "entered_by": row.entered_by,
        }  # fmt: skip


def hand_in(
    session: Session,
    employee_id: int,
    kind: str,
    *,
    way: str,
    text: str,
    received_at: datetime,
    zone: str,
    actor: Actor,
    at: datetime,
) -> Request:
    """Enter a request of a person. Raises Invalid, NotFound for an unknown kind."""
    on = clock.today(received_at, zone)
    terms(session, on).request(kind)
    if way not in WAYS:
        raise Invalid(f"A request comes by {', '.join(WAYS)}, not by {way[:16]!r}.")
    if received_at > at + timedelta(minutes=5):
        raise Invalid("The request was received in the future; correct the moment.")
    place = subject_requests.unit_of(session, employee_id, on)
    row = subject_requests.add(
        session,
        SubjectRequestRow(
            employee_id=employee_id, unit_id=place[0] if place else None, kind=kind, way=way, text=_text("text", text),
            received_at=received_at, entered_by=actor.name, entered_by_id=actor.user_id, recorded_at=at,
        ),
    )  # fmt: skip
    after = {"kind": kind, "way": way, "received_at": received_at.isoformat()}
    _record(session, actor, "received", row, at, after)
    return _shown(session, [row], zone, at)[0]


def answer(
    session: Session, number: int, text: str, *, zone: str, within: Within, actor: Actor, at: datetime
) -> Request:
    """Answer a request: what will be done, and how. Raises NotFound, Invalid."""
    said = _said("answer", text)
    values = {"state": "answered", "answer": said, "answered_at": at, "answered_by": actor.name}
    return _moved(session, number, ("received",), values, "answered", zone, within, actor, at)


def refuse(
    session: Session, number: int, why: str, *, zone: str, within: Within, actor: Actor, at: datetime
) -> Request:
    """Refuse a request with the reason, which is an answer and closes it. Raises NotFound, Invalid."""
    said = _said("reason", why)
    values: dict[str, Any] = {"state": "refused", "answer": said}
    return _moved(session, number, subject_requests.OPEN, values, "refused", zone, within, actor, at, first_answer=True)


def complete(session: Session, number: int, *, zone: str, within: Within, actor: Actor, at: datetime) -> Request:
    """What was answered is done. Raises NotFound, Invalid where it was not answered."""
    values = {"state": "completed", "completed_at": at, "completed_by": actor.name}
    return _moved(session, number, ("answered",), values, "completed", zone, within, actor, at)


def take_back(session: Session, number: int, *, zone: str, within: Within, actor: Actor, at: datetime) -> Request:
    """The person no longer asks for it. Raises NotFound, Invalid."""
    values = {"state": "withdrawn"}
    return _moved(session, number, subject_requests.OPEN, values, "withdrawn", zone, within, actor, at)


def extend(
    session: Session, number: int, reason: str, *, zone: str, within: Within, actor: Actor, at: datetime
) -> Request:
    """Take the one extension there is for carrying it out. Raises NotFound, Invalid where there is none, or no more."""
    said = _said("reason", reason)
    row = _get(session, number, within)
    found = terms(session, clock.today(row.received_at, zone)).request(row.kind)
    if not found.extension_days:
        raise Invalid(f"The term for {row.kind} cannot be extended.")
    if row.extended_days:
        raise Invalid("The term was extended before; it can be extended once.")
    values = {"extended_days": found.extension_days, "extension_reason": said}
    return _moved(session, number, subject_requests.OPEN, values, "extended", zone, within, actor, at)


def listed(
    session: Session, within: Within, *, zone: str, at: datetime, limit: int, offset: int
) -> tuple[list[Request], int]:
    """Requests and how many there are: overdue ones first, then open ones by their next term, then closed ones."""
    opened = _shown(session, subject_requests.opened(session, within), zone, at)
    opened.sort(key=lambda one: (not one.overdue, _next_term(one), one.id))
    shown = opened[offset : offset + limit]
    rows, count = subject_requests.closed(session, within, limit - len(shown), max(0, offset - len(opened)))
    return [*shown, *_shown(session, rows, zone, at)], len(opened) + count


def overdue(session: Session, within: Within, *, zone: str, at: datetime) -> int:
    """How many have passed a term."""
    return sum(bool(one.overdue) for one in _shown(session, subject_requests.opened(session, within), zone, at))


def working_day_after(rulebook: Rulebook, unit: str | None, on: date, count: int) -> date:
    """The date that is so many working days after another, by the calendar of a unit, swaps and holidays included.

    Where no hours are in force, Monday to Friday are working days.
    """
    found = on
    for _ in range(_FARTHEST):
        if not count:
            break
        found += timedelta(days=1)
        count -= _is_working(rulebook, unit, found)
    return found


def _is_working(rulebook: Rulebook, unit: str | None, on: date) -> bool:
    if unit is not None:
        try:
            return rulebook.plan(unit, None, on).kind in WORKING_KINDS
        except (NoVersionInForce, NotFound, Invalid):
            pass
    whole = rulebook.calendar.of(on, ()).whole
    return on.weekday() < 5 if whole is None else whole.kind in WORKING_KINDS


def _next_term(one: Request) -> date:
    if one.row.state == "received":
        return one.answer_by
    return one.complete_by or date.max


def _moved(
    session: Session,
    number: int,
    states: tuple[str, ...],
    values: dict[str, Any],
    act: str,
    zone: str,
    within: Within,
    actor: Actor,
    at: datetime,
    *,
    first_answer: bool = False,
) -> Request:
    row = _get(session, number, within)
    before = row.state
    if first_answer and row.answered_at is None:
        values |= {"answered_at": at, "answered_by": actor.name}
    if before not in states or not subject_requests.move(session, number, states, **values):
        raise Invalid(f"Request {number} is {before}; this is possible only while it is {' or '.join(states)}.")
    session.expire_all()
    row = _get(session, number, within)
    _record(session, actor, act, row, at, {"state": row.state, "extended_days": row.extended_days}, {"state": before})
    return _shown(session, [row], zone, at)[0]


def _get(session: Session, number: int, within: Within) -> SubjectRequestRow:
    row = subject_requests.find(session, number, within)
    if row is None:
        raise NotFound("request", str(number))
    return row


def _record(
    session: Session,
    actor: Actor,
    act: str,
    row: SubjectRequestRow,
    at: datetime,
    after: dict[str, Any],
    before: dict[str, Any] | None = None,
) -> None:
    record(
        session, actor, f"personal_request.{act}", kind="personal_request", key=str(row.id),
        employees=[row.employee_id], before=before, after=after, at=at,
    )  # fmt: skip


def _shown(session: Session, rows: Iterable[SubjectRequestRow], zone: str, at: datetime) -> list[Request]:
    rows = list(rows)
    if not rows:
        return []
    names = people.names(session, [row.employee_id for row in rows])
    units = subject_requests.unit_codes(session)
    rulebook, today = read_rulebook(session), clock.today(at, zone)
    held: dict[date, Terms] = {}
    found = []
    for row in rows:
        on = clock.today(row.received_at, zone)
        if on not in held:
            held[on] = terms(session, on)
        kind = held[on].request(row.kind)
        answer_by = working_day_after(rulebook, units.get(row.unit_id or 0), on, kind.answer_workdays)
        complete_by = on + timedelta(days=kind.days + row.extended_days) if kind.days else None
        late = ""
        if row.state == "received" and today > answer_by:
            late = "answer"
        elif row.state in subject_requests.OPEN and complete_by is not None and today > complete_by:
            late = "completion"
        code, name = names.get(row.employee_id, ("", ""))
        found.append(Request(row, code, name, on, answer_by, complete_by, late))
    return found


def _text(field: str, text: str) -> str:
    text = text.strip()
    if len(text) > MAX_TEXT:
        raise Invalid(f"The {field} has {len(text)} letters; at most {MAX_TEXT} are taken.")
    if not text.replace("\n", "").replace("\r", "").replace("\t", "").isprintable():
        raise Invalid(f"The {field} holds control characters; write it anew without them.")
    return text


def _said(field: str, text: str) -> str:
    if not text.strip():
        raise Invalid(f"The {field} is empty; write what the person will be told.")
    return _text(field, text)
