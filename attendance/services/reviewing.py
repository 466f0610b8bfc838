"""Acting on many violations at once: each answers for itself, and nothing is done to what is not as it was seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from attendance import clock
from attendance.errors import Invalid, NotFound
from attendance.services import explanations
from attendance.services.explanations import Decider, NotAsItWas, NotTheirs
from attendance.store import explained, explanation_register, listing_violations
from attendance.store.database import Database, Session
from attendance.store.listing import Row
from attendance.store.listing_keys import ViolationKey, read_violation_id

Verb = Literal["ask", "confirm", "excuse"]
Result = Literal["done", "not_needed", "not_yours", "changed", "gone", "refused"]
VERBS: tuple[Verb, ...] = ("ask", "confirm", "excuse")
RESULTS: tuple[Result, ...] = ("done", "not_needed", "not_yours", "changed", "gone", "refused")
MOST = 200
"""So many rows are acted on at once: as many as two pages hold."""
REASONS = ("no_rows", "many_rows", "no_note", "due_over")
_DECISIONS = {"confirm": "refused", "excuse": "approved"}


class ReviewRefused(Invalid):
    """What concerns all rows alike; `reason` is one of REASONS."""

    code = "review_refused"

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Seen:
    """A violation by its id, and by `stamp` as it was when somebody looked at it."""

    id: str
    stamp: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one row. `row`: as the list has it, None for one there is none of; `sentence` says why not."""

    id: str
    result: Result
    row: Row | None = None
    sentence: str = ""


def stamp(revision: int, standing: explained.Standing) -> str:
    """What a row is as long as neither the verdict nor what was said and decided of it changes."""
    return f"{revision}.{standing.number}.{standing.version}"


def review(
    database: Database,
    by: Decider,
    verb: Verb,
    seen: Sequence[Seen],
    *,
    note: str,
    due_on: date | None = None,
    zone: str,
    at: datetime,
) -> list[Answer]:
    """Ask for explanations, let violations stand (`confirm`) or excuse them, for as many rows as were chosen.

    Answers in the order given. Whoever is second at a row is told that it changed; what one row refuses holds back no
    other. All that was done is stored together, or none of it. Raises ReviewRefused.
    """
    if not seen:
        raise ReviewRefused("no_rows", "Choose at least one line of the list.")
    if len(seen) > MOST:
        raise ReviewRefused("many_rows", f"These are {len(seen)} lines; act on at most {MOST} at a time.")
    if verb != "ask" and not note.strip():
        raise ReviewRefused("no_note", "A decision has a reason; write it, the person will read it.")
    if due_on is not None and due_on < clock.today(at, zone):
        raise ReviewRefused("due_over", f"{due_on} is over; give people a date that is still to come.")
    keys = {one: read_violation_id(one.id) for one in dict.fromkeys(seen)}
    found: dict[Seen, Answer] = {one: Answer(one.id, "gone") for one, key in keys.items() if key is None}
    known = [(key, one) for one, key in keys.items() if key is not None]
    with database.writing() as session:
        # in one order for everybody, so that two who choose the same people wait for each other and not in a circle
        for key, one in sorted(known, key=lambda pair: (pair[0].employee_id, str(pair[0]))):
            found[one] = _one(session, by, verb, key, one, note=note, due_on=due_on, zone=zone, at=at)
    return [found[one] for one in keys]


def _one(
    session: Session,
    by: Decider,
    verb: Verb,
    key: ViolationKey,
    one: Seen,
    *,
    note: str,
    due_on: date | None,
    zone: str,
    at: datetime,
) -> Answer:
    row: Row | None = None
    try:
        with session.begin_nested():
            explanation_register.lock_person(session, key.employee_id)
            row = listing_violations.violation(session, by.within, key)
            if row is None:
                return Answer(one.id, "gone")
            standing = explained.standings(session, [key]).get(key, explained.NOTHING)
            if row["superseded_at"] is not None or stamp(row["revision"], standing) != one.stamp:
                return Answer(one.id, "changed", row)
            return Answer(one.id, _act(session, by, verb, key, note, due_on, zone, at), row)
    except NotTheirs as error:
        return Answer(one.id, "not_yours", row, str(error))
    except NotAsItWas as error:
        return Answer(one.id, "changed", row, str(error))
    except NotFound:
        return Answer(one.id, "gone", row)
    except Invalid as error:
        return Answer(one.id, "refused", row, str(error))


def _act(
    session: Session,
    by: Decider,
    verb: Verb,
    key: ViolationKey,
    note: str,
    due_on: date | None,
    zone: str,
    at: datetime,
) -> Result:
    if verb == "ask":
        asked = explanations.ask(session, by, [key], note=note, due_on=due_on, zone=zone, at=at)
        return "done" if asked.asked else "not_needed"
    explanations.decide_alone(session, by, key, _DECISIONS[verb], reason=note, zone=zone, at=at)
    return "done"
