"""Two conclusions of one day side by side: what each said, where they differ, and which facts came between them.

What a revision said is read as it was stored then, never reckoned again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from attendance import clock
from attendance.services import disclosure
from attendance.services.explain.stored import explain_day
from attendance.services.papers.telling import as_told
from attendance.store import listing_papers, pulls, rulings
from attendance.store.database import Session
from attendance.store.evidence_tables import RulingRow, ViolationRow
from attendance.store.listing_keys import violation_id
from attendance.store.listing_papers import Asked
from attendance.store.within import Within
from reports.papers import PaperLine, line_of
from reports.view import DayViolation

FIGURES = ("scheduled", "credited", "leave", "unverified", "counted", "worked")
FACTS = ("paper_filed", "paper_approved", "paper_refused", "paper_withdrawn", "punches", "rules")
Part = Literal["figure", "symbols", "violations", "flags", "rules", "day_kind"]


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that both conclusions say something of. `name`: which figure, for those.

    `before` and `after`: minutes; signs by session; violations; flags; rules as (id, title, document); a kind of day.
    """

    part: Part
    before: Any
    after: Any
    name: str = ""

    @property
    def differs(self) -> bool:
        return bool(self.before != self.after)


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that became known between the two. `at` on the wall of the office.

    `paper` of one about a paper; `count`, `terminal` and `pull` of punches that a reading brought.
    """

    kind: str
    at: datetime | None = None
    paper: PaperLine | None = None
    who: str = ""
    count: int = 0
    terminal: str = ""
    pull: int = 0


@dataclass(frozen=True, slots=True)
class Compared:
    """Revisions `before` and `after` by number, with the moment and the cause of each."""

    before: int
    after: int
    before_at: datetime
    after_at: datetime
    cause: str
    lines: tuple[Line, ...]
    facts: tuple[Fact, ...]

    @property
    def differing(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.differs)


def compared(
    session: Session,
    zone: str,
    employee_id: int,
    on: date,
    numbers: tuple[int, int],
    *,
    titles: dict[str, str],
    papers: Within,
    reasons: Within,
    disclosed: bool,
) -> Compared | None:
    """The revisions with these two numbers, the earlier first; None where the day has no such two.

    `papers`: rows whose papers the reader may see. Without `disclosed`, reasons are masked as on the day itself.
    """
    first, second = sorted(numbers)
    rows = {row.revision: row for row in rulings.revisions(session, employee_id, on)}
    if first == second or first not in rows or second not in rows:
        return None
    before, after = rows[first], rows[second]
    found = rulings.violations_of(session, [row.id for row in (before, after) if row.id is not None])
    return Compared(
        before=first,
        after=second,
        before_at=clock.to_wall(before.recorded_at, zone),
        after_at=clock.to_wall(after.recorded_at, zone),
        cause=after.cause,
        lines=_lines(before, after, found, titles, disclosed),
        facts=_facts(session, zone, employee_id, on, before, after, papers, reasons),
    )


def _lines(
    before: RulingRow,
    after: RulingRow,
    found: dict[int, list[ViolationRow]],
    titles: dict[str, str],
    disclosed: bool,
) -> tuple[Line, ...]:
    told = [_told(row, found.get(row.id or 0, []), titles, disclosed) for row in (before, after)]
    figures = tuple(Line("figure", told[0][name], told[1][name], name) for name in FIGURES)
    others: tuple[Part, ...] = ("violations", "symbols", "flags", "rules", "day_kind")
    return (*(Line(part, told[0][part], told[1][part]) for part in others), *figures)


def _told(row: RulingRow, found: Sequence[ViolationRow], titles: dict[str, str], disclosed: bool) -> dict[str, Any]:
    signs = row.symbols if disclosed else disclosure.signs(row.symbols, row.day_kind, row.leave_min)
    cited = [each for each in row.citations if disclosed or disclosure.is_open_rule(each["rule"])]
    return {
        "scheduled": row.scheduled_min,
        "credited": row.credited_min,
        "leave": row.leave_min,
        "unverified": row.unverified_min,
        "counted": sum(each.counted_min for each in found),
        "worked": row.worked_min,
        "day_kind": row.day_kind,
        "symbols": tuple(signs.items()),
        "flags": tuple(row.flags if disclosed else disclosure.flags(row.flags)),
        "rules": tuple(sorted({(each["rule"], titles.get(each["rule"], ""), each["document"]) for each in cited})),
        "violations": tuple(_violation(each) for each in found),
    }


def _violation(row: ViolationRow) -> DayViolation:
    key = violation_id(row.employee_id, row.work_date, row.session, row.type)
    return DayViolation(key, row.type, row.session, row.minutes, row.excused_min, row.counted_min, row.status)


def _facts(
    session: Session,
    zone: str,
    employee_id: int,
    on: date,
    before: RulingRow,
    after: RulingRow,
    papers: Within,
    reasons: Within,
) -> tuple[Fact, ...]:
    """What became known after the earlier and by the later, in order of time; changed rules last."""
    found = [
        *_of_papers(session, zone, employee_id, on, before, after, papers, reasons),
        *_of_punches(session, zone, employee_id, on, before, after),
    ]
    found.sort(key=lambda fact: fact.at or datetime.max)  # noqa: DTZ901 - wall times
    if before.rulebook != after.rulebook:
        found.append(Fact("rules"))
    return tuple(found)


def _of_papers(
    session: Session,
    zone: str,
    employee_id: int,
    on: date,
    before: RulingRow,
    after: RulingRow,
    papers: Within,
    reasons: Within,
) -> list[Fact]:
    asked = Asked(employee_id=employee_id, from_on=on, to_on=on)
    listed = listing_papers.papers(session, papers, reasons, asked, limit=_MOST_PAPERS, offset=0)
    found = []
    for row in listed.rows:
        line = line_of(as_told(row, reasons), zone)
        moments = (
            ("paper_filed", row["recorded_at"], line.author),
            (f"paper_{row['decision']}", row["decided_at"], line.decided_by),
            ("paper_withdrawn", row["withdrawn_at"], line.withdrawn_by),
        )
        for kind, at, who in moments:
            if at is not None and before.recorded_at < at <= after.recorded_at:
                found.append(Fact(kind, clock.to_wall(at, zone), line, who))
    return found


_MOST_PAPERS = 50


def _of_punches(
    session: Session, zone: str, employee_id: int, on: date, before: RulingRow, after: RulingRow
) -> list[Fact]:
    """Readings that brought punches of this day which the earlier conclusion did not know."""
    known = _punches(session, zone, employee_id, on, before.recorded_at)
    told = _punches(session, zone, employee_id, on, after.recorded_at)
    new = {key: pull for key, pull in told.items() if key not in known}
    brought = pulls.of(session, set(new.values()))
    names = pulls.terminal_names(session)
    counts: dict[tuple[int, int], int] = {}
    for (terminal, _), pull in new.items():
        counts[terminal, pull] = counts.get((terminal, pull), 0) + 1
    return [
        Fact(
            "punches",
            clock.to_wall(brought[pull].started_at, zone),
            count=count,
            terminal=names[terminal][1] or names[terminal][0],
            pull=pull,
        )
        for (terminal, pull), count in counts.items()
    ]


def _punches(session: Session, zone: str, employee_id: int, on: date, as_of: datetime) -> dict[tuple[int, int], int]:
    """(terminal, number in its log) → pull of every punch of the day that was known at a moment."""
    told = explain_day(session, zone, employee_id, on, as_of=as_of)
    stored = told.read.stored
    rows = [punch.row for punch in told.account.punches]
    return {(int(stored.terminal[row]), int(stored.sequence[row])): int(stored.pull[row]) for row in rows}
