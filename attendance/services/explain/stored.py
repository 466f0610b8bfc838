"""The account of a day from the database: the same judgement again, for one person and date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from attendance.engine.run import evaluate
from attendance.services.explain.account import DayAccount, account_of
from attendance.store import case_reading
from attendance.store.case_reading import ReadCase
from attendance.store.database import Session


@dataclass(frozen=True, slots=True)
class Explanation:
    account: DayAccount
    read: ReadCase


def explain_day(
    session: Session, zone: str, employee_id: int, on: date, *, as_of: datetime | None = None
) -> Explanation:
    """What is concluded of a person on a date with what is known at `as_of` (None: now), and from what."""
    read = case_reading.read_case(session, zone, on, on, employee_ids=[employee_id], as_of=as_of)
    employee = read.case.people[0] if read.case.people else ""
    return Explanation(account_of(evaluate(read.case, on, on), employee, on), read)
