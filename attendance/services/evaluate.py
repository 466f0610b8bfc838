"""Judge what became dirty, or a span of dates somebody asks for, and store what differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from time import perf_counter

from attendance import clock
from attendance.engine.after_lock import PersonDay
from attendance.engine.blocks import evaluate_blocks
from attendance.engine.run import Judgement
from attendance.engine.verdict import DayVerdict, not_employed, verdicts
from attendance.errors import NoVersionInForce
from attendance.services.locked import Held, hold_locked
from attendance.store import case_reading, dirty, office, ruling_log, tree
from attendance.store.database import Database, Session

DIRTY_BATCH = 20_000
STRETCH_DAYS = 35  # a month, with the days beside it that a punch at its edge marks


@dataclass(slots=True)
class Evaluation:
    """Counts of one evaluation; `violations` by type over the days judged, whether or not they changed.

    `unruled`: sentences about dates that no version of the hours covers. Nobody is judged on them, everybody else is.
    """

    days_judged: int = 0
    days_changed: int = 0
    unverified_days: int = 0
    violations: Counter[str] = field(default_factory=Counter)
    unruled: dict[str, None] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=lambda: {"read": 0.0, "judge": 0.0, "write": 0.0})

    def as_json(self) -> dict[str, object]:
        return {
            "days_judged": self.days_judged,
            "days_changed": self.days_changed,
            "unverified_days": self.unverified_days,
            "violations": dict(sorted(self.violations.items())),
            "unruled": list(self.unruled),
            "seconds": {name: round(value, 4) for name, value in self.seconds.items()},
        }


def evaluate_dirty(database: Database, zone: str, now: datetime) -> Evaluation:
    """Judge every marked day up to today, a batch per transaction. A killed run leaves its batch marked."""
    total = Evaluation()
    today = clock.today(now, zone)
    while True:
        with database.writing() as session:
            dirty.mark_unjudged(session, today, now)
            causes = dirty.take(session, today, DIRTY_BATCH)
            for dates in _stretches(sorted({on for _, on in causes})):
                wanted = {key for key in causes if dates[0] <= key[1] <= dates[-1]}
                people = sorted({employee for employee, _ in wanted})
                _judge(total, session, zone, dates[0], dates[-1], people, wanted, causes, now)
        if len(causes) < DIRTY_BATCH:
            return total


def evaluate_span(
    database: Database,
    zone: str,
    now: datetime,
    from_on: date,
    to_on: date,
    *,
    unit: str | None = None,
    as_of: datetime | None = None,
) -> Evaluation:
    """Judge a span of dates again, for a unit and those below it or for everybody.

    With `as_of` it answers what would have been concluded then, and stores nothing.
    """
    total = Evaluation()
    if as_of is not None:
        with database.reading() as session:
            people = _people_of(session, unit, from_on, to_on)
            for held in _verdicts(total, session, zone, from_on, to_on, people, as_of)[0]:
                _count(total, [verdict for _, verdict in held.verdicts])
        return total
    with database.writing() as session:
        people = _people_of(session, unit, from_on, to_on)
        _judge(total, session, zone, from_on, to_on, people, None, {}, now)
    return total


def judge_again(database: Database, zone: str, now: datetime, days: Collection[tuple[int, date]]) -> Evaluation:
    """Judge these days (employee number, date) once more and store what differs, whatever else waits to be judged."""
    total, wanted = Evaluation(), set(days)
    with database.writing() as session:
        for dates in _stretches(sorted({on for _, on in wanted})):
            here = {key for key in wanted if dates[0] <= key[1] <= dates[-1]}
            people = sorted({employee for employee, _ in here})
            _judge(total, session, zone, dates[0], dates[-1], people, here, {}, now)
    return total


def _people_of(session: Session, unit: str | None, from_on: date, to_on: date) -> list[int] | None:
    if unit is None:
        return None
    part = tree.spread_of(session, unit, from_on, to_on)
    assigned = office.assignments_between(session, from_on, to_on)
    return sorted({row.employee_id for row in assigned if tree.meets(part, row.unit_id, row.from_on, row.to_on)})


def _stretches(days: Sequence[date]) -> Iterable[list[date]]:
    """Dates in order, cut so that none is far from the first of its part: the engine works best a month at a time."""
    part: list[date] = []
    for on in days:
        if part and (on - part[0]).days >= STRETCH_DAYS:
            yield part
            part = []
        part.append(on)
    if part:
        yield part


def _verdicts(
    total: Evaluation,
    session: Session,
    zone: str,
    from_on: date,
    to_on: date,
    people: list[int] | None,
    as_of: datetime | None = None,
    wanted: set[tuple[int, date]] | None = None,
) -> tuple[list[Held], case_reading.ReadCase]:
    begun = perf_counter()
    read = case_reading.read_case(session, zone, from_on, to_on, employee_ids=people, as_of=as_of)
    loaded = perf_counter()
    ids = dict(zip(read.case.people, read.employee_ids, strict=True))
    codes = dict(zip(read.employee_ids, read.case.people, strict=True))
    only = None if wanted is None else [(codes[employee], on) for employee, on in wanted if employee in codes]
    unruled: list[NoVersionInForce] = []
    parts: list[Held] = []
    for judgement in evaluate_blocks(read.case, from_on, to_on, unruled=unruled):
        here = judgement.case.person_index
        asked = None if only is None else [day for day in only if day[0] in here]
        judged = [(ids[v.employee], v) for v in verdicts(judgement, asked)]
        if as_of is None:
            judged += _no_longer_employed(session, judgement, ids, {(v.employee, v.on) for _, v in judged}, asked)
        parts += hold_locked(session, zone, judged, judgement, read, [ids[who] for who in here], as_of, asked)
    total.unruled |= {str(error): None for error in unruled}
    total.seconds["read"] += loaded - begun
    total.seconds["judge"] += perf_counter() - loaded
    return parts, read


def _no_longer_employed(
    session: Session,
    judgement: Judgement,
    ids: Mapping[str, int],
    judged: Collection[PersonDay],
    asked: Collection[PersonDay] | None,
) -> list[tuple[int, DayVerdict]]:
    """A verdict for each day that was ruled on and on which the person, by what is known now, does not serve."""
    people, service = judgement.case.person_index, judgement.case.service

    def gone(key: PersonDay) -> bool:
        return key not in judged and not any(served.holds(key[1]) for served in service.get(key[0], ()))

    first, last = judgement.from_on, judgement.to_on
    whom = list(people) if asked is None else sorted({key[0] for key in asked if gone(key)})
    if not whom:
        return []
    codes = {ids[who]: who for who in whom}
    ruled = [(codes[number], on) for number, on in ruling_log.newest(session, codes, first, last)]
    wanted = None if asked is None else set(asked)
    left = [key for key in ruled if gone(key) and (wanted is None or key in wanted)]
    return [(ids[who], not_employed(who, on)) for who, on in left]


def _judge(
    total: Evaluation,
    session: Session,
    zone: str,
    from_on: date,
    to_on: date,
    people: list[int] | None,
    wanted: set[tuple[int, date]] | None,
    causes: dict[tuple[int, date], str],
    now: datetime,
) -> None:
    parts, read = _verdicts(total, session, zone, from_on, to_on, people, wanted=wanted)
    begun = perf_counter()
    for held in parts:
        fingerprint = ruling_log.keep_rulebook(session, held.rulebook, now)
        total.days_changed += ruling_log.store(
            session, held.verdicts, rulebook=fingerprint, unit_ids=read.unit_ids, causes=causes, recorded_at=now
        )
        _count(total, [verdict for _, verdict in held.verdicts])
    total.seconds["write"] += perf_counter() - begun


def _count(total: Evaluation, judged: list[DayVerdict]) -> None:
    total.days_judged += len(judged)
    total.unverified_days += sum(verdict.unverified_min > 0 for verdict in judged)
    total.violations.update(v.type for verdict in judged for v in verdict.violations)
