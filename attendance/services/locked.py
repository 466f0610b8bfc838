"""Locked days are judged with what was known at the lock (§8): the same engine, asked as of that moment."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np

from attendance import clock
from attendance.engine.after_lock import PersonDay, as_locked, days_of_punches, learned_between
from attendance.engine.case import Case
from attendance.engine.columns import Ints
from attendance.engine.run import Judgement, evaluate
from attendance.engine.verdict import DayVerdict, verdicts
from attendance.rules.rulebook import Rulebook
from attendance.store import case_reading, learned_reading, month_events
from attendance.store.case_reading import ReadCase
from attendance.store.database import Session

Numbered = tuple[int, DayVerdict]


@dataclass(frozen=True, slots=True)
class Held:
    """Verdicts, by employee number, that rest on one state of the rules. `locked_at` None: those of open days."""

    rulebook: Rulebook
    verdicts: list[Numbered]
    locked_at: datetime | None = None


def hold_locked(
    session: Session,
    zone: str,
    judged: list[Numbered],
    judgement: Judgement,
    read: ReadCase,
    people: Iterable[int] | None,
    as_of: datetime | None,
    only: Collection[PersonDay] | None = None,
) -> list[Held]:
    """The verdicts that hold: those of open days as judged, then those of locked days in the place of theirs.

    `people` are whom the reading was asked for (None: everybody), `as_of` as known when (None: now), `only` the days
    that were asked for (None: all).
    """
    locks = _locks_in(session, judgement.from_on, judgement.to_on, as_of)
    if not locks:
        return [Held(read.case.rulebook, judged)]
    numbers = dict(zip(read.case.people, read.employee_ids, strict=True))
    now = {(verdict.employee, verdict.on): verdict for _, verdict in judged}
    known: dict[tuple[datetime, date, date], tuple[ReadCase, dict[PersonDay, DayVerdict]]] = {}
    held: list[Held] = []
    for unit, at, dates in locks:
        key = at, dates[0], dates[-1]
        if key not in known:
            known[key] = _known_at(session, zone, at, dates, people, only)
        read_then, then = known[key]
        numbers |= dict(zip(read_then.case.people, read_then.employee_ids, strict=True))
        mine = as_locked(now, then, unit, dates, _learned_later(judgement, read, read_then, dates, at, as_of))
        held.append(Held(read_then.case.rulebook, [(numbers[who], mine[who, on]) for who, on in mine], at))
        now = {key: verdict for key, verdict in now.items() if key not in mine}
    return [Held(read.case.rulebook, [(numbers[who], verdict) for (who, _), verdict in now.items()]), *held]


def _locks_in(
    session: Session, from_on: date, to_on: date, as_of: datetime | None
) -> list[tuple[str, datetime, list[date]]]:
    """(unit, locked at, dates of the span) of every locked month that shares dates with a span."""
    found = []
    for (unit, month), state in sorted(month_events.states(session, as_of).items()):
        first, last = max(month, from_on), min(clock.month_end(month), to_on)
        if state.locked_at is not None and first <= last:
            dates = [first + timedelta(days=n) for n in range((last - first).days + 1)]
            found.append((unit, state.locked_at, dates))
    return found


def _known_at(
    session: Session,
    zone: str,
    at: datetime,
    dates: list[date],
    people: Iterable[int] | None,
    only: Collection[PersonDay] | None,
) -> tuple[ReadCase, dict[PersonDay, DayVerdict]]:
    read = case_reading.read_case(session, zone, dates[0], dates[-1], employee_ids=people, as_of=at)
    asked = None if only is None else [(who, on) for who, on in only if dates[0] <= on <= dates[-1]]
    found = verdicts(evaluate(read.case, dates[0], dates[-1], unruled=[]), asked)
    return read, {(verdict.employee, verdict.on): verdict for verdict in found}


def _learned_later(
    judgement: Judgement, read: ReadCase, then: ReadCase, dates: list[date], at: datetime, as_of: datetime | None
) -> set[PersonDay]:
    """People and dates of which a fact became known after the lock, punches among them."""
    people = {**read.asked.people, **then.asked.people}
    asked = replace(read.asked, people=people, first=dates[0], last=dates[-1])
    found = learned_between(learned_reading.read_learned(asked), dates, at, as_of, [judgement])
    late = ~np.isin(_keys(judgement.case, read), _keys(then.case, then))
    found.update(days_of_punches(judgement, late))
    return found


def _keys(case: Case, read: ReadCase) -> Ints:
    """A number for each punch of a case, the same in every reading and in every part of one."""
    terminals = np.array(read.terminal_ids, np.int64)
    keys: Ints = terminals[case.punches.site] << 40 | case.punches.sequence
    return keys
