"""What thresholds and the rule of grades count of each person in a period, now. Nothing is stored here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from attendance.services.conduct.thresholds import TYPES, InForce
from attendance.services.periods import Span, period_of, periods_between
from attendance.store import conduct, counted_sessions, rulebook_reading
from attendance.store.conduct_tables import ProposalRow, ThresholdRow
from attendance.store.counted_sessions import Occurrence
from attendance.store.database import Session
from attendance.store.listing_keys import violation_id
from attendance.store.within import EVERYTHING

LOOK_BACK = timedelta(days=92)
"""Periods that reach into these days are counted anew each time, older ones where something was proposed of them."""
ENOUGH_KNOWN = 80
"""Percent of due sessions with data below which nothing is said of somebody's whole period: no grade, no praise."""
GRADE = "grade"

Key = tuple[str, int, int, date]
"""What it is about, person, unit, first date."""


@dataclass(frozen=True, slots=True)
class Count:
    """What was counted of somebody. `meets`: it is proposed; else something stands that is not any more."""

    proposes: str
    label: str
    document: str
    to_on: date
    at_least: int
    figure: int
    meets: bool
    grade: str = ""
    threshold_id: int | None = None
    facts: list[dict[str, Any]] = field(default_factory=list)
    known: int = 0
    due: int = 0


def fact(found: Occurrence) -> dict[str, Any]:
    """An occurrence as a proposal lists it."""
    return {
        "violation": violation_id(found.employee_id, found.on, found.session, found.type),
        "date": found.on.isoformat(),
        "session": found.session,
        "type": found.type,
        "minutes": found.minutes,
        "counted_min": found.counted_min,
        "status": found.status,
    }


def by_thresholds(
    session: Session, today: date, standing: Sequence[ProposalRow], employees: Collection[int] | None = None
) -> dict[Key, Count]:
    """Of every threshold and period that reaches into LOOK_BACK or of which something stands. Each version counts the
    days on which it holds, in the unit of the day: who moved has a count in each unit, as on the month's sheets."""
    in_force = InForce(session)
    found: dict[Key, Count] = {}
    for row in in_force.rows:
        about = f"t{row.id}"
        mine = [each for each in standing if each.about == about]
        for span in sorted(_spans(row, today, mine)):
            people = {each.employee_id for each in mine if each.from_on == span[0]}
            found |= _counted(session, in_force, row, span, people, employees)
    return found


def _spans(row: ThresholdRow, today: date, mine: Sequence[ProposalRow]) -> set[Span]:
    recent = periods_between(row.period, today - LOOK_BACK, today)
    whole = {*recent, *(period_of(row.period, each.from_on) for each in mine)}
    cut = {(max(first, row.from_on), min(last, row.to_on or last)) for first, last in whole}
    return {(first, last) for first, last in cut if first <= last and first <= today}


def _counted(
    session: Session, in_force: InForce, row: ThresholdRow, span: Span, people: set[int], only: Collection[int] | None
) -> dict[Key, Count]:
    facts, in_minutes = defaultdict[tuple[int, int], list[dict[str, Any]]](list), row.measure == "minutes"
    if row.measure == "reminders":
        for given in conduct.reminders_given(session, *span, only):
            if in_force.of(given.unit_id, min(given.to_on, span[1])).get(row.code) is row:
                told = {"proposal": given.id, "date": given.from_on.isoformat(), "label": given.label}
                facts[given.employee_id, given.unit_id].append(told)
    else:
        types = row.types or TYPES
        reached = counted_sessions.reaching(session, *span, types, row.at_least, minutes=in_minutes)
        wanted = (reached | people) if only is None else (reached | people) & set(only)
        for each in counted_sessions.occurrences(session, *span, employees=wanted, types=types):
            if each.unit_id is not None and in_force.of(each.unit_id, each.on).get(row.code) is row:
                facts[each.employee_id, each.unit_id].append(fact(each))
    figures = {
        place: sum(each["counted_min"] for each in listed) if in_minutes else len(listed)
        for place, listed in facts.items()
    }
    kept = {place for place, figure in figures.items() if figure >= row.at_least or place[0] in people}
    known = _known(session, span, {person for person, _ in kept})
    return {
        (f"t{row.id}", person, unit, span[0]): Count(
            proposes=row.proposes, label=row.label, document=row.document, to_on=span[1], at_least=row.at_least,
            figure=figures[person, unit], meets=figures[person, unit] >= row.at_least, threshold_id=row.id,
            facts=facts[person, unit], known=known.get((person, unit), (0, 0))[0],
            due=known.get((person, unit), (0, 0))[1],
        )
        for person, unit in sorted(kept)
    }  # fmt: skip


def by_grades(
    session: Session, today: date, standing: Sequence[ProposalRow], employees: Collection[int] | None = None
) -> dict[Key, Count]:
    """The grade of each person in each unit and month that is over, by the rule `grade_thresholds` in force on its last
    day; none where that rule rests on no document, or too little is known of the month."""
    months = {span for span in periods_between("month", today - LOOK_BACK, today) if span[1] < today}
    months |= {period_of("month", each.from_on) for each in standing if each.about == GRADE}
    found: dict[Key, Count] = {}
    book = rulebook_reading.read_rulebook(session)
    codes = InForce(session).tree.codes
    for first, last in sorted(months):
        known = _known(session, (first, last), employees)
        units = {unit for _, unit in known}
        rules = {unit: book.traced("grade_thresholds", codes[unit], None, last) for unit in units}
        ruled = {unit: held for unit, held in rules.items() if held is not None and held.version.document}
        facts = defaultdict[tuple[int, int], list[dict[str, Any]]](list)
        for each in counted_sessions.occurrences(session, first, last, employees=employees) if ruled else ():
            if each.unit_id in ruled:
                facts[each.employee_id, each.unit_id].append(fact(each))
        for (person, unit), (seen, due) in known.items():
            if unit not in ruled:
                continue
            listed = facts.get((person, unit), [])
            policy = book.policy_of(codes[unit], None, last)
            reached = next(
                (
                    (grade, low)
                    for grade, low, high in policy.grade_thresholds
                    if low <= len(listed) and (high is None or len(listed) <= high)
                ),
                None,
            )
            if reached is not None and due:
                found[GRADE, person, unit, first] = Count(
                    proposes=GRADE, label="", document=ruled[unit].version.document, to_on=last, at_least=reached[1],
                    figure=len(listed), meets=seen * 100 >= due * ENOUGH_KNOWN, grade=reached[0], facts=listed,
                    known=seen, due=due,
                )  # fmt: skip
    return found


def _known(session: Session, span: Span, people: Iterable[int] | None) -> Mapping[tuple[int, int], tuple[int, int]]:
    """Sessions known and due, by person and unit."""
    wanted = None if people is None else set(people)
    sums: dict[tuple[int, int], tuple[int, int]] = {}
    for row in counted_sessions.of_people(session, EVERYTHING, None, *span, wanted):
        if row.unit_id is not None:
            known, due = sums.get((row.employee_id, row.unit_id), (0, 0))
            sums[row.employee_id, row.unit_id] = (known + row.known, due + row.due)
    return sums
