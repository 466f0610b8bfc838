"""*Giải trình* as its pages show it: read for one reader, who is told of it what they may know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from attendance import clock
from attendance.services import impartial
from attendance.services.explanations import proposals, standing
from attendance.services.explanations.deadlines import Deadlines
from attendance.services.explanations.handing_in import is_theirs
from attendance.services.explanations.telling import as_told
from attendance.services.impartial import Decider
from attendance.store import explanation_register, heads, listing_explanations, month_events, people
from attendance.store.database import Session
from attendance.store.explanation_register import Question
from attendance.store.explanation_tables import GROUNDS
from attendance.store.listing import Listed
from attendance.store.listing_explanations import Asked
from attendance.store.listing_keys import UNVERIFIED, ViolationKey
from attendance.store.paper_tables import ExplanationRow
from attendance.store.tables import UnitRow
from attendance.store.tree import StoredTree
from attendance.store.within import Within
from reports.explanation_view import (
    CLOSED,
    PAGE_SIZE,
    FormPage,
    InboxFilter,
    InboxPage,
    Line,
    OnePage,
    QuestionView,
    RequestLine,
    ToWrite,
)
from reports.view import UnitOption

LOOK_BACK = timedelta(days=92)
"""How long ago a violation may be that is offered to be explained; an older one is reached from its day."""


@dataclass(frozen=True, slots=True)
class Readers:
    """What the reader may do where: rows they may read, know the reasons of, file for, ask, confirm, decide."""

    actor: Decider
    employee_id: int | None
    user_id: int
    reading: Within
    reasons: Within
    filing: Within | None
    asking: Within | None
    confirming: Within | None
    deciding: Within | None


def inbox_page(
    session: Session,
    zone: str,
    now: datetime,
    who: Readers,
    wanted: InboxFilter,
    within: Within,
    *,
    tab: str,
    page: int,
) -> InboxPage:
    """One tab; none chosen: the first in which something waits. `within`: the rows of the filter's unit."""
    today = clock.today(now, zone)
    asked = Asked(covers=wanted.covers or None, from_on=wanted.from_on, to_on=wanted.to_on)
    others = replace(asked, other_than=who.employee_id)
    tabs = tuple((each, _waiting(session, who, each, today)) for each in _tabs(who))
    if tab not in dict(tabs):
        tab = next((each for each, waits in tabs if waits), tabs[0][0])
    found = Listed([], 0)
    lines: tuple[Line, ...] = ()
    to_write: tuple[ToWrite, ...] = ()
    requests: tuple[RequestLine, ...] = ()
    offset = (page - 1) * PAGE_SIZE
    if tab == "write" and who.employee_id is not None:
        to_write, total = _to_write(session, zone, who.employee_id, today, offset)
        own = replace(asked, states=listing_explanations.OPEN, employee_id=who.employee_id)
        found = listing_explanations.explanations(session, who.reading, who.reasons, own, limit=PAGE_SIZE, offset=0)
        lines, found = lines_of(session, zone, found.rows, who.reasons), Listed([], total)
    elif tab == "asked":
        found = listing_explanations.requests(session, within, asked_by_id=who.user_id, limit=PAGE_SIZE, offset=offset)
        requests = tuple(request_line(row, zone, today) for row in found.rows)
    else:
        states = CLOSED if tab == "closed" else (tab,)
        chosen = replace(asked if tab == "closed" else others, states=states)
        found = listing_explanations.explanations(session, within, who.reasons, chosen, limit=PAGE_SIZE, offset=offset)
        lines = lines_of(session, zone, found.rows, who.reasons)
    units = tuple(UnitOption(row.code, row.name, row.depth) for row in StoredTree(session).shown(today, who.reading))
    return InboxPage(tab, tabs, lines, to_write, requests, found.total, page, wanted, units)


def form_page(session: Session, zone: str, now: datetime, who: Readers, question: Question) -> FormPage:
    key = question.key
    own = who.employee_id == key.employee_id
    waiting = explanation_register.undecided_of(session, key)
    matter = standing.matter_of(question)
    knows = who.reasons.sees(question.unit_id, key.employee_id)
    return FormPage(
        question=_question(session, zone, now, question),
        facts=tuple(proposals.proposals(session, zone, key, question.unit_id)) if own or knows else (),
        own=own,
        may_file=who.filing is not None and who.filing.sees(question.unit_id, key.employee_id),
        may_ask=who.asking is not None and not own and who.asking.sees(question.unit_id, key.employee_id),
        may_decide=who.deciding is not None and _theirs(session, [matter], who, who.deciding)[0],
        waiting=waiting.id if waiting is not None else None,
        is_open=question.is_open,
        asked=_asked(session, zone, key),
        grounds=GROUNDS,
        today=clock.today(now, zone),
    )


def one_page(session: Session, zone: str, now: datetime, who: Readers, row: ExplanationRow) -> OnePage:
    (line,) = lines_of(session, zone, listing_explanations.told(session, [row]), who.reasons)
    key = explanation_register.key_of(row)
    question = explanation_register.question(session, key)
    knows = who.reasons.sees(row.unit_id, row.employee_id)
    above = standing.above(session, row.employee_id, row.unit_id, zone=zone, at=now)
    head = heads.head_on(session, row.unit_id, clock.today(now, zone)) if row.unit_id is not None else None
    matter = standing.matter(row)
    decides = who.deciding is not None and _theirs(session, [matter], who, who.deciding)[0]
    confirms = (
        line.is_open
        and row.confirmation is None
        and who.confirming is not None
        and _theirs(session, [matter], who, who.confirming)[0]
    )
    return OnePage(
        line=line,
        question=_question(session, zone, now, question) if question is not None else None,
        facts=tuple(proposals.proposals(session, zone, key, row.unit_id)) if knows and line.is_open else (),
        asked=_asked(session, zone, key) if knows else (),
        knows_reasons=knows,
        own=who.employee_id == row.employee_id,
        superior=head.name if head is not None and head.employee_id != row.employee_id else "",
        may_confirm=confirms,
        may_decide=line.is_open and decides,
        may_decide_again=not line.is_open and decides and question is not None,
        may_withdraw=line.is_open and who.filing is not None and is_theirs(session, row, who.actor),
        needs_confirmation=row.status == "confirm" and bool(above.nearest) and who.user_id not in above.nearest,
    )


def _tabs(who: Readers) -> tuple[str, ...]:
    """A person has their own to write; who sees more than one person sees what waits there."""
    found = []
    if who.employee_id is not None and who.filing is not None:
        found.append("write")
    if not who.reading.is_person:
        found += ["confirm", "decide"]
    if who.asking is not None:
        found.append("asked")
    return (*found, "closed")


def _waiting(session: Session, who: Readers, tab: str, today: date) -> int | None:
    if tab == "write" and who.employee_id is not None:
        return listing_explanations.to_write(session, who.employee_id, today - LOOK_BACK, limit=1).total
    if tab in listing_explanations.OPEN:
        asked = Asked(states=(tab,), other_than=who.employee_id)
        return listing_explanations.explanations(session, who.reading, who.reasons, asked, limit=1, offset=0).total
    return None


def _theirs(session: Session, matters: Sequence[Any], who: Readers, within: Within) -> list[bool]:
    return impartial.theirs(session, matters, Decider(who.actor.actor, within))


def _to_write(
    session: Session, zone: str, employee_id: int, today: date, offset: int
) -> tuple[tuple[ToWrite, ...], int]:
    found = listing_explanations.to_write(session, employee_id, today - LOOK_BACK, limit=PAGE_SIZE, offset=offset)
    deadlines = Deadlines(session)
    waiting = listing_explanations.requests(
        session, Within(employee=employee_id), employee_id=employee_id, unanswered=True, limit=500
    )
    asked = {row["violation"]: row for row in waiting.rows}
    unverified = listing_explanations.unverified_to_write(session, employee_id, today - LOOK_BACK)
    rows = [*found.rows, *({"type": UNVERIFIED, "minutes": None, **row} for row in unverified if not offset)]
    deadlines.prepare((employee_id, row["date"]) for row in rows)
    lines = []
    for row in rows:
        request = asked.get(row["id"], {})
        due_on = request.get("due_on") or deadlines.of(employee_id, row["date"])
        asked_by = request.get("asked_by", "")
        lines.append(
            ToWrite(
                row["id"], row["date"], row["session"], row["type"], row["minutes"], asked_by, due_on,
                _left(due_on, today),
            )
        )  # fmt: skip
    return tuple(sorted(lines, key=lambda line: (not line.asked_by, line.due_on or date.max))), found.total


def _question(session: Session, zone: str, now: datetime, question: Question) -> QuestionView:
    key = question.key
    code, name = people.names(session, [key.employee_id])[key.employee_id]
    due_on = _due(session, key)
    return QuestionView(
        violation=str(key),
        employee=code,
        name=name,
        unit=_unit_name(session, question.unit_id, key.on),
        day=key.on,
        session=key.session,
        type=key.type,
        minutes=question.minutes,
        status=question.status,
        due_on=due_on,
        days_left=_left(due_on, clock.today(now, zone)),
        locked=_is_locked(session, question.unit_id, key.on),
    )


def _is_locked(session: Session, unit_id: int | None, on: date) -> bool:
    if unit_id is None:
        return False
    state = month_events.states(session).get((session.get_one(UnitRow, unit_id).code, on.replace(day=1)))
    return state is not None and state.locked_at is not None


def _due(session: Session, key: ViolationKey) -> date | None:
    """What the rules say, else what the person was asked for."""
    asked = [row.due_on for row in explanation_register.requests_of(session, key) if row.due_on is not None]
    return Deadlines(session).of(key.employee_id, key.on) or max(asked, default=None)


def _left(due_on: date | None, today: date) -> int | None:
    return (due_on - today).days if due_on is not None else None


def _asked(session: Session, zone: str, key: ViolationKey) -> tuple[tuple[str, datetime, str], ...]:
    return tuple(
        (row.asked_by, clock.to_wall(row.asked_at, zone), row.note)
        for row in explanation_register.requests_of(session, key)
    )


def _unit_name(session: Session, unit_id: int | None, on: date) -> str:
    if unit_id is None:
        return ""
    return StoredTree(session).name(session.get_one(UnitRow, unit_id).code, on)


def lines_of(session: Session, zone: str, rows: Sequence[Mapping[str, Any]], reasons: Within) -> tuple[Line, ...]:
    """Explanations as their reader may know them, with their deadlines."""
    deadlines, tree = Deadlines(session), StoredTree(session)
    deadlines.prepare((row["employee_id"], row["date"]) for row in rows)
    found = []
    for row in rows:
        told = as_told(row, reasons)
        told["day"] = told.pop("date")
        for name, value in told.items():
            if isinstance(value, datetime):
                told[name] = clock.to_wall(value, zone)
        told["unit"] = tree.name(told["unit"], told["day"]) if told["unit"] else ""
        told |= {name: told[name] or "" for name in ("confirmed_by", "decided_by", "withdrawn_by")}
        told["attachments"] = tuple(told["attachments"])
        due_on = None if row["by_head"] else deadlines.of(row["employee_id"], row["date"])
        late = due_on is not None and told["submitted_at"] is not None and told["submitted_at"].date() > due_on
        found.append(Line(**told, due_on=due_on, late=late))
    return tuple(found)


def request_line(row: Mapping[str, Any], zone: str, today: date) -> RequestLine:
    """Somebody who was asked, as a line of a list of these."""
    left = _left(row["due_on"], today) if row["state"] == "open" else None
    return RequestLine(
        row["violation"], row["explanation"], row["state"], row["employee"], row["name"], row["date"], row["session"],
        row["covers"], row["due_on"], left, clock.to_wall(row["asked_at"], zone),
    )  # fmt: skip
