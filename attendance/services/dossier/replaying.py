"""A person's day as a case file that anybody can have judged again, checked here before it is handed out.

For who may not know reasons, kinds of leave and exemption are written as the one word that stands for all of them: the
same minutes follow, and no reason is told.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from attendance import clock
from attendance.engine.after_lock import AFTER_LOCK
from attendance.engine.case import Case
from attendance.engine.roster import review
from attendance.engine.verdict import DayVerdict
from attendance.errors import AttendanceError
from attendance.reading import Refused
from attendance.scenario.rows import day_row
from attendance.scenario.running import run_document
from attendance.scenario.writing import document_of
from attendance.services import disclosure
from attendance.store.case_reading import ReadCase


@dataclass(frozen=True, slots=True)
class Replay:
    """`document`: the case file of the day. `differs`: the fields in which replaying it concluded otherwise; a locked
    day is replayed as it was known at the lock, without the flag that something became known later.
    """

    id: str
    document: dict[str, Any]
    differs: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return not self.differs


def replay(read: ReadCase, verdict: DayVerdict, hidden: Collection[date], *, reasons: bool) -> Replay:
    """The case file of a verdict, judged again by the engine.

    What is known of the dates around belongs to it, but of those that are `hidden` from its reader.
    """
    case = read.case if reasons else without_reasons(read.case)
    if hidden:
        case = without(case, hidden, [on for on in around(read) if on not in hidden])
    name = f"{verdict.employee}-{verdict.on.isoformat()}"
    document = document_of(
        case, verdict.employee, verdict.on, _received(read), expected(verdict, reasons=reasons), id=name,
        hidden=hidden,
    )  # fmt: skip
    try:
        differs = tuple(each.path for each in run_document(document).differences)
    except Refused as error:
        differs = tuple(refusal.path for refusal in error.refusals)
    except AttendanceError as error:
        differs = (error.code,)
    return Replay(name, document, differs)


def around(read: ReadCase) -> list[date]:
    """The dates of which a case tells something."""
    first, last = read.asked.first, read.asked.last
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _received(read: ReadCase) -> Sequence[datetime]:
    """When each punch of a case arrived, wall time."""
    return [clock.to_wall(datetime.fromtimestamp(int(at), UTC), read.case.zone) for at in read.stored.received]


def expected(verdict: DayVerdict, *, reasons: bool) -> dict[str, Any]:
    row = day_row(verdict)
    del row["employee"], row["date"]
    row["flags"] = [flag for flag in row["flags"] if flag != AFTER_LOCK]
    if not reasons:
        row["symbols"] = disclosure.signs(row["symbols"], verdict.day_kind, verdict.leave_min)
        row["flags"] = disclosure.flags(row["flags"])
    return row


def without_reasons(case: Case) -> Case:
    """The case with one word for every kind of leave and one for every kind of exemption, and of protections only what
    they decided."""
    return replace(
        case,
        leaves=tuple(replace(leave, code=_sign(leave.code), document="") for leave in case.leaves),
        exemptions=tuple(replace(paper, code=disclosure.flags([paper.code])[0]) for paper in case.exemptions),
        duties=review(case).duties,
        protections=(),
    )


def without(case: Case, hidden: Collection[date], shown: Collection[date]) -> Case:
    """The case without the papers of these dates alone, and where the person served on none that are shown."""

    def is_open(first: date, last: date) -> bool:
        return any(first <= on <= last for on in shown)

    return replace(
        case,
        assignments=tuple(each for each in case.assignments if is_open(each.from_on, each.to_on or date.max)),
        leaves=tuple(each for each in case.leaves if each.on not in hidden),
        explanations=tuple(each for each in case.explanations if each.on not in hidden),
        site_facts=tuple(each for each in case.site_facts if each.on not in hidden),
        annulments=tuple(each for each in case.annulments if each.at.date() not in hidden),
        inspections=tuple(each for each in case.inspections if each.at.date() not in hidden),
        missions=tuple(each for each in case.missions if is_open(each.starts.date(), each.ends.date())),
        duties=tuple(each for each in case.duties if is_open(each.starts.date(), each.ends.date())),
        overtime_orders=tuple(each for each in case.overtime_orders if is_open(each.starts.date(), each.ends.date())),
    )


def _sign(code: str) -> str:
    return disclosure.signs({"": code}, "workday", 1)[""]
