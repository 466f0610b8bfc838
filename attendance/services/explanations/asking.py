"""Asking people to explain what was recorded of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from attendance import clock
from attendance.errors import Invalid
from attendance.services.explanations.deadlines import Deadlines
from attendance.services.explanations.standing import asked as question_of
from attendance.services.impartial import Decider
from attendance.store import explanation_register
from attendance.store.database import Session
from attendance.store.listing_keys import ViolationKey

LONGEST_NOTE = 2_000


@dataclass(frozen=True, slots=True)
class Asked:
    """Which questions were asked now, and which need not be: asked before, explained, or settled already."""

    asked: tuple[ViolationKey, ...]
    not_needed: tuple[ViolationKey, ...]


def ask(
    session: Session,
    by: Decider,
    keys: Sequence[ViolationKey],
    *,
    note: str = "",
    due_on: date | None = None,
    zone: str,
    at: datetime,
) -> Asked:
    """Ask the people these are of to explain them, by a date (None: by the deadline of the rules, if there is one).

    Who was asked before is not asked again. Raises NotFound for one outside of what `by` may ask about, and Invalid for
    a date that is over in `zone`, the office's; then nobody is asked.
    """
    note = as_kept(note)
    if due_on is not None and due_on < clock.today(at, zone):
        raise Invalid(f"{due_on} is over; give people a date that is still to come.")
    deadlines = Deadlines(session)
    deadlines.prepare((key.employee_id, key.on) for key in keys)
    new: list[ViolationKey] = []
    rest: list[ViolationKey] = []
    for key in sorted(dict.fromkeys(keys), key=lambda key: (key.employee_id, key.on, key.session, key.type)):
        explanation_register.lock_person(session, key.employee_id)
        question = question_of(session, by, key)
        if not question.is_open or _is_known(session, key):
            rest.append(key)
            continue
        due = due_on or deadlines.of(key.employee_id, key.on)
        explanation_register.enter_request(session, question, by.actor, note=note, due_on=due, at=at)
        new.append(key)
    return Asked(tuple(new), tuple(rest))


def as_kept(text: str) -> str:
    """A text as it is kept: lines as they were written, no empty ends. Raises Invalid for one no page shows whole."""
    kept = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not all(sign.isprintable() or sign in "\n\t" for sign in kept):
        raise Invalid("The text holds control signs, which no page can show; write it again.")
    if len(kept) > LONGEST_NOTE:
        raise Invalid(f"This has {len(kept)} letters; say it in {LONGEST_NOTE:,} at most, or attach a document.")
    return kept


def _is_known(session: Session, key: ViolationKey) -> bool:
    """Whether somebody asked already, or something was said or decided that stands."""
    asked = any(row.closed_at is None for row in explanation_register.requests_of(session, key))
    return asked or any(row.withdrawn_at is None for row in explanation_register.of_question(session, key))
