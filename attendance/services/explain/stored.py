"""The account of a day from the database: the same judgement again, for one person and date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from attendance.engine.after_lock import AFTER_LOCK
from attendance.engine.run import Judgement, evaluate
from attendance.engine.verdict import verdicts
from attendance.services.explain.account import DayAccount, account_of
from attendance.services.locked import hold_locked
from attendance.store import case_reading, month_events
from attendance.store.case_reading import ReadCase
from attendance.store.database import Session


@dataclass(frozen=True, slots=True)
class Explanation:
    account: DayAccount
    read: ReadCase


def explain_day(
    session: Session, zone: str, employee_id: int, on: date, *, as_of: datetime | None = None
) -> Explanation:
    """What is concluded of a person on a date with what is known at `as_of` (None: now), and from what.

    A locked day is told as it was known at the lock, with its flag where something became known later.
    """
    read, judgement = _judged(session, zone, employee_id, on, as_of)
    open_days = [(employee_id, verdict) for verdict in verdicts(judgement)]
    parts = hold_locked(session, zone, open_days, judgement, read, [employee_id], as_of)
    held = next((part for part in parts if part.verdicts), None)
    if held is not None and held.locked_at is not None:
        read, judgement = _judged(session, zone, employee_id, on, held.locked_at)
    verdict = held.verdicts[0][1] if held is not None else None
    month = month_events.states(session, as_of).get((verdict.unit or "", on.replace(day=1))) if verdict else None
    employee = read.case.people[0] if read.case.people else ""
    later = verdict is not None and AFTER_LOCK in verdict.flags
    return Explanation(account_of(judgement, employee, on, month=month, fact_after_lock=later), read)


def _judged(
    session: Session, zone: str, employee_id: int, on: date, as_of: datetime | None
) -> tuple[ReadCase, Judgement]:
    read = case_reading.read_case(session, zone, on, on, employee_ids=[employee_id], as_of=as_of)
    return read, evaluate(read.case, on, on, unruled=[])
