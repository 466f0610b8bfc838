"""Handing an explanation in, and taking it back while nobody decided on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from attendance import clock
from attendance.errors import Invalid
from attendance.services import impartial
from attendance.services.explanations import attaching
from attendance.services.explanations.asking import as_kept
from attendance.services.explanations.attaching import Sent
from attendance.services.explanations.standing import above
from attendance.services.explanations.standing import asked as question_of
from attendance.services.impartial import Decider, NotTheirs
from attendance.store import explanation_register
from attendance.store.database import Session
from attendance.store.explanation_register import Question
from attendance.store.explanation_tables import GROUNDS
from attendance.store.listing_keys import ViolationKey
from attendance.store.paper_register import NotAsItWas
from attendance.store.paper_tables import ExplanationRow
from attendance.store.tables import EmployeeRow


def hand_in(
    session: Session,
    by: Decider,
    key: ViolationKey,
    *,
    ground: str,
    text: str,
    minutes: int | None = None,
    document: str = "",
    files: Sequence[Sent] = (),
    submitted_at: datetime | None = None,
    zone: str,
    at: datetime,
) -> ExplanationRow:
    """Hand in what the person says of a violation or question mark: one's own, or a paper that was handed to `by`.

    `minutes`: of a violation, None: all of them. `submitted_at`: when the paper was handed in, where that was before
    now. Raises NotFound for what no longer stands, NotAsItWas while another one waits, FileRefused, Invalid.
    """
    person = explanation_register.lock_person(session, key.employee_id)
    question = question_of(session, by, key)
    text, document = as_kept(text), " ".join(as_kept(document).split())
    _check_content(question, ground, text, minutes, document)
    _check_moment(key, submitted_at, zone, at)
    if person is not None and submitted_at is not None and impartial.is_person(session, by.actor, person):
        raise Invalid("What you hand in yourself is handed in now; leave `submitted_at` out.")
    other = explanation_register.undecided_of(session, key)
    if other is not None:
        raise NotAsItWas(
            f"{explanation_register.last_change(other)} It waits for an answer: add to it, or take it back first."
        )
    if not question.is_open:
        raise NotAsItWas(f"Violation {key} was excused already; there is nothing left to explain.")
    taken = attaching.check(files)
    two_steps = above(session, key.employee_id, question.unit_id, zone=zone, at=at).are_two_steps
    row = explanation_register.enter(
        session, question, by.actor, ground=ground, text=text, minutes=minutes, document=document,
        submitted_at=submitted_at or at, confirm_first=two_steps, at=at,
    )  # fmt: skip
    if taken:
        attaching.attach(session, row, by.actor, taken, at=at)
    return row


def withdraw(session: Session, row: ExplanationRow, by: Decider, *, note: str = "", at: datetime) -> None:
    """Take back what nobody decided on. Raises NotTheirs for what somebody else handed in for somebody else."""
    row = explanation_register.get(session, row.id or 0)
    check_theirs(session, row, by)
    explanation_register.withdraw(session, row, by.actor, note=as_kept(note), at=at)


def check_theirs(session: Session, row: ExplanationRow, by: Decider) -> None:
    """Only the person it is about, and who handed it in for them, add to it or take it back. Raises NotTheirs."""
    if not is_theirs(session, row, by):
        raise NotTheirs(f"Explanation {row.id} was handed in by somebody else; ask them to change it.")


def is_theirs(session: Session, row: ExplanationRow, by: Decider) -> bool:
    """Whether `by` is the person an explanation is about, or handed it in."""
    if by.actor.user_id is not None and by.actor.user_id == row.author_id:
        return True
    person = session.get_one(EmployeeRow, row.employee_id)
    return impartial.is_person(session, by.actor, person)


def _check_content(question: Question, ground: str, text: str, minutes: int | None, document: str) -> None:
    if ground not in GROUNDS:
        raise Invalid(f"{ground!r} is no ground; write one of {', '.join(GROUNDS)}.")
    if not text and not document:
        raise Invalid("An explanation says what happened; write it in `text`, or name the document that says it.")
    check_minutes(question, minutes)


def check_minutes(question: Question, minutes: int | None) -> None:
    """Minutes of a violation, from 1 to all of them; a question mark has none. Raises Invalid."""
    if minutes is None:
        return
    if question.minutes is None:
        raise Invalid("What is explained here has no minutes of its own; leave `minutes` out.")
    if not 1 <= minutes <= question.minutes:
        raise Invalid(
            f"{minutes} minutes cannot be explained of {question.minutes}; write 1 to {question.minutes}, or leave "
            "them out for all."
        )


def _check_moment(key: ViolationKey, submitted_at: datetime | None, zone: str, at: datetime) -> None:
    if submitted_at is None:
        return
    if submitted_at > at:
        raise Invalid("The explanation was handed in after now; write when it was.")
    if clock.today(submitted_at, zone) < key.on:
        raise Invalid(f"The explanation was handed in before {key.on}, which it speaks of; write when it was.")
