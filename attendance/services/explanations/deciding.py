"""Confirming and deciding: nobody on their own, the head's one level up, and of two at once the first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from attendance import clock
from attendance.engine.period import MISSING
from attendance.errors import Invalid
from attendance.services import impartial
from attendance.services.explanations import standing
from attendance.services.explanations.asking import as_kept
from attendance.services.explanations.deadlines import Deadlines
from attendance.services.explanations.handing_in import check_minutes
from attendance.services.impartial import Decider
from attendance.store import explanation_register
from attendance.store.database import Session
from attendance.store.explanation_register import Question, key_of
from attendance.store.listing_keys import UNVERIFIED, ViolationKey
from attendance.store.paper_register import NotAsItWas
from attendance.store.paper_tables import ExplanationRow

SAID = ("confirmed", "denied")
DECISIONS = ("approved", "refused")


class NotConfirmed(Invalid):
    """The direct superior said nothing yet, and whoever decides did not say that it shall do without."""

    code = "not_confirmed"


class AfterDeadline(Invalid):
    """An explanation after the deadline counts only where whoever decides accepts it after all."""

    code = "after_deadline"

    def __init__(self, number: int | None, due_on: date) -> None:
        super().__init__(
            f"Explanation {number} came after its deadline, {due_on}: approved alone it would change nothing. Say "
            "`accepted_after_deadline` where it shall count, or refuse it."
        )
        self.due_on = due_on


def confirm(
    session: Session,
    row: ExplanationRow,
    by: Decider,
    said: str = "confirmed",
    *,
    note: str = "",
    at: datetime,
    version: int | None = None,
) -> None:
    """The direct superior says that it was so (`confirmed`) or that it was not (`denied`, with a note); once.

    Raises NotTheirs, NotAsItWas.
    """
    if said not in SAID:
        raise Invalid(f"{said!r} is neither of {', '.join(SAID)}.")
    if said == "denied" and not note.strip():
        raise Invalid("Say in `note` why it is not confirmed, so that whoever decides knows.")
    note = as_kept(note)
    row = _as_seen(session, row, version)
    impartial.check(session, standing.matter(row), by)
    explanation_register.confirm(session, row, by.actor, said, note=note, at=at)


def decide(
    session: Session,
    row: ExplanationRow,
    by: Decider,
    decision: str,
    *,
    minutes: int | None = None,
    note: str,
    accepted_after_deadline: bool = False,
    without_confirmation: bool = False,
    zone: str,
    at: datetime,
    version: int | None = None,
) -> None:
    """`approved`, of all it claims or of so many `minutes`, or `refused`; with the reason, once. The day is marked.

    Where the direct superior decides, or nobody is there to confirm first, that is one act. Raises NotTheirs,
    NotAsItWas (with who decided, where somebody was faster), NotConfirmed, AfterDeadline, Invalid.
    """
    note = _check_decision(decision, minutes, note)
    row = _as_seen(session, row, version)
    impartial.check(session, standing.matter(row), by)
    if row.status == "confirm" and not without_confirmation:
        _check_confirmed(session, row, by, zone, at)
    question = explanation_register.question(session, key_of(row))
    if question is not None:
        check_minutes(question, minutes)
    due_on = Deadlines(session).of(row.employee_id, row.on)
    late = due_on is not None and row.submitted_at is not None and clock.today(row.submitted_at, zone) > due_on
    if late and decision == "approved" and not accepted_after_deadline:
        assert due_on is not None
        raise AfterDeadline(row.id, due_on)
    explanation_register.decide(
        session, row, by.actor, decision, minutes=minutes, note=note,
        accepted_after_deadline=late and decision == "approved", at=at,
    )  # fmt: skip
    if late and decision == "refused" and question is not None and question.key.type in MISSING:
        # what came too late counts for nothing, its refusal neither: the question is closed by the head's own decision
        explanation_register.decide_alone(session, question, by.actor, decision, minutes=None, note=note, at=at)


def decide_alone(
    session: Session,
    by: Decider,
    key: ViolationKey,
    decision: str,
    *,
    minutes: int | None = None,
    reason: str,
    zone: str,
    at: datetime,
) -> ExplanationRow:
    """The head excuses (`approved`) or lets stand (`refused`) what nobody explained, or decides on what was explained.

    The same decision again changes nothing. Raises NotFound, NotTheirs, NotAsItWas, Invalid.
    """
    reason = _check_decision(decision, minutes, reason)
    explanation_register.lock_person(session, key.employee_id)
    question = standing.asked(session, by, key)
    waiting = explanation_register.undecided_of(session, key)
    if waiting is not None:
        decide(
            session, waiting, by, decision, minutes=minutes, note=reason, accepted_after_deadline=True,
            without_confirmation=True, zone=zone, at=at,
        )  # fmt: skip
        return waiting
    impartial.check(session, standing.matter_of(question), by)
    check_minutes(question, minutes)
    last = _last_decided(explanation_register.of_question(session, key))
    if last is not None and last.decision == decision and (decision == "refused" or _granted(last) == minutes):
        return last
    _check_against(question, decision)
    return explanation_register.decide_alone(session, question, by.actor, decision, minutes=minutes, note=reason, at=at)


def _as_seen(session: Session, row: ExplanationRow, version: int | None) -> ExplanationRow:
    """The row as it is now, held until the transaction ends. Raises NotAsItWas where it is not the one looked at."""
    found = explanation_register.get(session, row.id or 0)
    if version is not None and found.version != version:
        raise NotAsItWas(f"{explanation_register.last_change(found)} Nothing was changed; look at it again.")
    return found


def _check_confirmed(session: Session, row: ExplanationRow, by: Decider, zone: str, at: datetime) -> None:
    """Nobody is there to confirm, or the one who decides is who would."""
    nearest = standing.above(session, row.employee_id, row.unit_id, zone=zone, at=at).nearest
    if nearest and by.actor.user_id not in nearest:
        raise NotConfirmed(
            f"Explanation {row.id} waits for the direct superior of the person to confirm it. Wait for that, or say "
            "`without_confirmation` and the reason."
        )


def _check_decision(decision: str, minutes: int | None, note: str) -> str:
    """The reason as it is kept. Raises Invalid."""
    if decision not in DECISIONS:
        raise Invalid(f"{decision!r} is no decision; write {' or '.join(DECISIONS)}.")
    if not note.strip():
        raise Invalid("A decision has a reason; write it in `note`, the person will read it.")
    if decision == "refused" and minutes is not None:
        raise Invalid("What is refused is refused whole; leave `minutes` out, or approve a part.")
    return as_kept(note)


def _check_against(question: Question, decision: str) -> None:
    if question.key.type == UNVERIFIED and decision == "refused":
        raise Invalid("Minutes unverified for a fault of the terminal cannot be turned against the person.")


def _granted(row: ExplanationRow) -> int | None:
    """Minutes a decision granted; None: all of the violation."""
    return row.decided_minutes if row.decided_minutes is not None else row.minutes


def _last_decided(rows: Sequence[ExplanationRow]) -> ExplanationRow | None:
    decided = [row for row in rows if row.decision is not None and row.withdrawn_at is None]
    return max(decided, key=lambda row: (row.decided_at or row.recorded_at, row.id or 0), default=None)
