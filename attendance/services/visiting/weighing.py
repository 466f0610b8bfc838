"""What speaks for visiting a unit: a public formula over facts, in whole numbers, so that anybody can do it again.

    weight = 100 + 2 × occurrences + open questions + time       (each of the three from 0 to 1000)

    occurrences     = 1000 × days with something counted ÷ days concluded          (of 90 days, per person)
    open questions  = 1000 × days with a missing punch nobody settled ÷ (days concluded + those days)
    time            = 1000 × days since the last visit ÷ 365                       (never, or longer ago: 1000)

Rounded down. What terminals did not say is in none of these numbers: a unit whose terminal is silent weighs no more for
it, and no less. Where fewer than 20 days are concluded the first two are 0, because so few say nothing of a unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from attendance.store import unit_conclusions, visits
from attendance.store.database import Session
from attendance.store.tree import StoredTree
from attendance.store.unit_conclusions import Conclusions
from attendance.store.within import Within

FORMULA = 1
"""The version of the formula, which every draw names."""
SPAN = timedelta(days=90)
LONGEST = 365
FEWEST_DAYS = 20
BASE = 100
_WHOLE = 1000


@dataclass(frozen=True, slots=True)
class Facts:
    """What a weight is made of. `since`: days since the last visit one may know of; None: none within a year."""

    days: int
    with_occurrence: int
    open_questions: int
    since: int | None

    @property
    def parts(self) -> tuple[int, int, int]:
        """Occurrences, open questions and time, each from 0 to 1000."""
        age = LONGEST if self.since is None else min(self.since, LONGEST)
        waited = _WHOLE * age // LONGEST
        if self.days < FEWEST_DAYS:
            return 0, 0, waited
        counted = min(_WHOLE, _WHOLE * self.with_occurrence // self.days)
        return counted, _WHOLE * self.open_questions // (self.days + self.open_questions), waited

    @property
    def weight(self) -> int:
        counted, asked, waited = self.parts
        return BASE + 2 * counted + asked + waited

    def as_json(self) -> dict[str, int | None]:
        return {
            "days": self.days,
            "with_occurrence": self.with_occurrence,
            "open_questions": self.open_questions,
            "since": self.since,
        }


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit that may be visited: the people who serve in it itself, and what is known of it."""

    id: int
    code: str
    name: str
    people: int
    last_visit: date | None
    facts: Facts


def candidates(session: Session, within: Within, own_teams: list[int], today: date) -> list[Candidate]:
    """The units inside in which somebody serves today, by code. A visit to a unit is one to those below it too.

    Visits are those one may know of: with sealed minutes, entered from paper, or of one's own teams (numbers).
    """
    tree = StoredTree(session)
    serving = unit_conclusions.people_serving(session, today)
    concluded = unit_conclusions.of_units(session, today - SPAN, today - timedelta(days=1))
    begin = datetime.combine(min(today - timedelta(days=LONGEST), today.replace(month=1, day=1)), time())
    visited = visits.last_days(session, own_teams, begin)
    found = []
    for unit in sorted(tree.shown(today, within), key=lambda each: each.code):
        if not serving.get(unit.id):
            continue
        days = [visited[number].date() for number in tree.path(unit.id, today) if number in visited]
        last = max(days, default=None)
        told = concluded.get(unit.id, Conclusions())
        facts = Facts(*told, since=max((today - last).days, 0) if last is not None else None)
        found.append(Candidate(unit.id, unit.code, unit.name, serving[unit.id], last, facts))
    return found


def never_visited(found: list[Candidate], year: int) -> list[Candidate]:
    """Those that nobody visited in a year, by code."""
    return [each for each in found if each.last_visit is None or each.last_visit.year < year]
