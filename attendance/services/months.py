"""Months of a unit: what stands in the way of locking one, locking it, reopening it, and its line for each person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from attendance import clock
from attendance.engine.locks import MonthState
from attendance.engine.period import Blocker, MonthLine, blockers, sum_month
from attendance.engine.timesheet import from_verdicts
from attendance.engine.verdict import DayVerdict
from attendance.errors import Invalid, MonthNotLockable
from attendance.rules.policy import Policy
from attendance.services.locked import Held
from attendance.services.timesheet import kept
from attendance.services.verdicts import judge_span
from attendance.store import month_events, office, people
from attendance.store.database import Session
from attendance.store.tables import UnitRow
from attendance.store.trail import CONSOLE, Actor, record


@dataclass(frozen=True, slots=True)
class Sheet:
    """A month (its first day) of a unit, as known when it was asked for; `lines` by the code of the person.

    `days`: the verdicts it was made of, by person and date; `policy` and `rules` (a fingerprint) what graded them.
    """

    unit: str
    month: date
    state: MonthState
    blockers: tuple[Blocker, ...]
    lines: tuple[tuple[str, MonthLine], ...]
    days: tuple[DayVerdict, ...] = field(default=(), compare=False)
    policy: Policy = field(default=Policy(), compare=False)
    rules: str = field(default="", compare=False)

    @property
    def lockable(self) -> bool:
        return not self.blockers


def sheet(session: Session, zone: str, unit: str, month: date, *, as_of: datetime | None = None) -> Sheet:
    """The month of a unit (not of those below it) as known at `as_of` (None: now). Raises NotFound."""
    last = clock.month_end(month)
    people = office.ever_assigned(session, office.key(office.get(session, UnitRow, unit)), month, last)
    parts = judge_span(session, zone, month, last, people=people, as_of=as_of)
    days = sorted(_days_of(parts, unit), key=lambda verdict: (verdict.employee, verdict.on))
    # the rules a locked month is graded by are those known at its lock
    book = next((part.rulebook for part in parts if _days_of([part], unit)), parts[0].rulebook)
    state = month_events.states(session, as_of).get((unit, month), MonthState())
    policy = book.policy_of(unit, None, last)
    lines = month_lines(days, policy)
    return Sheet(unit, month, state, tuple(blockers(days)), lines, tuple(days), policy, book.fingerprint)


def month_lines(days: Iterable[DayVerdict], policy: Policy) -> tuple[tuple[str, MonthLine], ...]:
    """A line for each person of whom some days of a unit and month are given, judged or stored, by code."""
    by_person: dict[str, list[DayVerdict]] = {}
    for verdict in days:
        by_person.setdefault(verdict.employee, []).append(verdict)
    return tuple((employee, sum_month(listed, policy)) for employee, listed in sorted(by_person.items()))


def lock(
    session: Session,
    zone: str,
    unit: str,
    month: date,
    *,
    by: str = "",
    moment: datetime | None = None,
    version: int | None = None,
    now: datetime,
    actor: Actor = CONSOLE,
) -> None:
    """Lock a month as known at `moment` (None: now). Raises MonthNotLockable while it has a question mark, Invalid.

    `version`: the one that was looked at; MonthMovedOn where it is another by now.
    Somebody who was entered only after that moment would count as not employed: then it can be locked as of now only.
    """
    month_events.hold(session, unit)
    month_events.check_version(session, unit, month, version)
    month_events.check_open(session, unit, month)
    found = sheet(session, zone, unit, month, as_of=moment or now)
    marks = found.blockers
    if moment is not None and moment < now:
        then = {employee for employee, _ in found.lines}
        unknown = [who for who, _ in sheet(session, zone, unit, month, as_of=now).lines if who not in then]
        if unknown:
            raise Invalid(
                f"{unknown[0]} was entered in unit {unit} only after {moment:%Y-%m-%d %H:%M} UTC; lock {month:%Y-%m} "
                "as of now."
            )
    if marks:
        raise MonthNotLockable(unit, month, [(mark.employee, mark.on, mark.session) for mark in marks])
    month_events.lock(session, unit, month, moment=moment or now, by=by, at=now)
    digest = _keep(session, found, moment or now, now)
    after = {"by": by, "moment": moment or now, "people": len(found.lines), "digest": digest}
    record(session, actor, "month.locked", kind="month", key=f"{unit} {month:%Y-%m}", after=after, at=now)


def reopen(
    session: Session,
    unit: str,
    month: date,
    *,
    reason: str,
    by: str = "",
    moment: datetime | None = None,
    version: int | None = None,
    now: datetime,
    actor: Actor = CONSOLE,
) -> None:
    """Open a locked month again, as its next version. Raises Invalid without a reason.

    `version`: the one that was looked at; MonthMovedOn where it is another by now, whose signatures nobody saw.
    """
    month_events.hold(session, unit)
    month_events.check_version(session, unit, month, version)
    month_events.reopen(session, unit, month, reason=reason, moment=moment or now, by=by, at=now)
    after = {"by": by, "moment": moment or now}
    record(session, actor, "month.reopened", kind="month", key=f"{unit} {month:%Y-%m}", why=reason, after=after, at=now)


def _keep(session: Session, found: Sheet, locked_at: datetime, at: datetime) -> str:
    """Store the sheet that was locked, for ever; answers its digest."""
    place = office.get(session, UnitRow, found.unit)
    version = month_events.states(session)[found.unit, found.month].version
    numbers = office.ever_assigned(session, office.key(place), found.month, clock.month_end(found.month))
    named = dict(people.names(session, numbers).values())
    made = from_verdicts(found.unit, found.month, found.days, named, found.policy)
    return kept.keep(session, place, made, version, found.rules, locked_at=locked_at, at=at).digest


def _days_of(parts: list[Held], unit: str) -> list[DayVerdict]:
    return [verdict for part in parts for _, verdict in part.verdicts if verdict.unit == unit]
