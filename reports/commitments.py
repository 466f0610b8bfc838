"""How commitments stand, as pages and answers show it: one with its lists, those of a unit, the review at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from attendance import clock
from attendance.services.commitments import reviewing, told
from attendance.services.commitments.frozen import unit_of
from attendance.services.commitments.judging import STATES
from attendance.services.commitments.progress import Figure, Progress, progress, progress_of
from attendance.services.commitments.reviewing import Sheet
from attendance.services.commitments.told import Told
from attendance.services.impartial import Decider
from attendance.store import commitment_reviews, commitments, people
from attendance.store.commitment_tables import COLLECTIVE, CommitmentRow
from attendance.store.database import Session
from attendance.store.tree import StoredTree, UnitOn
from attendance.store.within import Within
from reports.who_signed import placed, posts_on

LIST_STATES = (*STATES, "leaders")
"""What the list can be narrowed to."""


@dataclass(frozen=True, slots=True)
class ProgressView:
    """One commitment. `facts` as `told` gives them, with the items alone that the reader may see. `who`: name of the
    person, or of the unit; `names` and `units` by code. `known_at`: wall time."""

    number: int
    scope: str
    who: str
    code: str
    unit: str
    facts: Told
    names: Mapping[str, str]
    units: Mapping[str, str]
    known_at: datetime
    is_over: bool

    @property
    def shown(self) -> set[str]:
        """Codes of the people of whom something is told."""
        found = {item["employee"] for clause in self.facts["clauses"] for item in clause["items"]}
        return found | ({self.code} if self.code else set())


@dataclass(frozen=True, slots=True)
class ReviewView:
    """The sheet of a review. `digest`: of the facts shown; `obstacle`: why it cannot be written yet; `review`: one that
    was written; `may_review`: the reader may write it. `year`, `done`, `problem` and `given` are of the page."""

    progress: ProgressView
    year: int
    digest: str
    obstacle: str
    may_review: bool
    holds: bool
    moved_on: bool
    outcome: str = ""
    remark: str = ""
    reviewed_by: str = ""
    reviewed_at: datetime | None = None
    review_digest: str = ""
    done: bool = False
    problem: str = ""
    given: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Summary:
    """A line of the list: a person or (no `employee`) a collective. `post`: what they lead their unit as, or empty.
    `clauses`: those that are counted. `outcome`: what a review concluded, or empty."""

    number: int
    employee: str
    name: str
    unit: str
    post: str
    state: str
    clauses: tuple[Figure, ...]
    known_days: int
    unknown_days: int
    is_over: bool
    outcome: str


@dataclass(frozen=True, slots=True)
class ProgressFilter:
    year: int
    unit: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class ProgressList:
    """Signed commitments of a year that may be seen: `lines` one page of `total`, `counts` by state of all before the
    filter of the state, `signed` how many there are. Collectives first, then people by unit, leaders before others."""

    filter: ProgressFilter
    years: tuple[int, ...]
    choices: tuple[UnitOn, ...]
    units: Mapping[str, str]
    counts: Mapping[str, int]
    signed: int
    lines: tuple[Summary, ...]
    total: int
    known_at: datetime
    page: int = 1
    pages: int = 1


def progress_view(
    session: Session, zone: str, row: CommitmentRow, seen: Within, at: datetime, now: datetime
) -> ProgressView:
    """How one stands, as known at `at`; `seen`: the rows of attendance that its reader may see."""
    found = progress(session, zone, row, at)
    return _view(session, zone, row, told.told(session, row, found), seen, at, now, found.is_over)


def review_view(
    session: Session, zone: str, row: CommitmentRow, seen: Within, by: Decider | None, now: datetime
) -> ReviewView:
    """The sheet of the review; `by`: whoever may review, None for everybody else."""
    sheet: Sheet = reviewing.sheet(session, zone, row, now)
    review = sheet.review
    at = review.known_at if review is not None else now
    may = by is not None and review is None and not sheet.obstacle
    may = may and by is not None and reviewing.may_review(session, zone, row, by, now)
    view = _view(session, zone, row, sheet.facts, seen, at, now, review is not None or sheet.obstacle != "not_over")
    found = ReviewView(view, row.year, sheet.digest, sheet.obstacle, may, sheet.holds, sheet.moved_on)
    if review is None:
        return found
    return ReviewView(
        view, row.year, sheet.digest, "", False, sheet.holds, sheet.moved_on, review.outcome, review.remark,
        review.reviewed_by, clock.to_wall(review.reviewed_at, zone), review.digest,
    )  # fmt: skip


def progress_list(
    session: Session,
    zone: str,
    within: Within,
    asked: ProgressFilter,
    now: datetime,
    *,
    key: Callable[[str], Any],
    page: int = 1,
    size: int = 100,
) -> ProgressList:
    """Where everybody stands, leaders on the same list. A person's stands with the unit they are in now."""
    today = clock.today(now, zone)
    tree = StoredTree(session)
    chosen = tree.numbers.get(asked.unit) if asked.unit else None
    only = tree.below([chosen], today) if chosen is not None else None
    there = {
        row.id: (row, unit)
        for row, unit in placed(session, within, asked.year, today)
        if row.signed_at is not None and (only is None or unit in only)
    }
    rows = _newest([row for row, _ in there.values()])
    found = progress_of(session, zone, rows, now)
    outcomes = commitment_reviews.outcomes(session, [row.id or 0 for row in rows])
    named = people.names(session, {row.employee_id for row in rows if row.employee_id is not None})
    posts = posts_on(session, today)
    shown = tree.shown(today, within)
    order = {unit.code: place for place, unit in enumerate(shown)}
    lines = []
    for row in rows:
        unit = there[row.id][1]
        code = tree.codes[unit]
        person = named.get(row.employee_id or 0, ("", tree.name(code, today)))
        post = posts.get((unit, row.employee_id or 0), "")
        lines.append(_summary(found[row.id or 0], code, person, post, outcomes.get(row.id or 0, "")))
    lines.sort(
        key=lambda one: (bool(one.employee), order.get(one.unit, len(order)), not one.post, key(one.name), one.number)
    )
    kept = [one for one in lines if _is_asked(one, asked.state)]
    pages = max(1, -(-len(kept) // size))
    page = min(max(page, 1), pages)
    counts = Counter(one.state for one in lines) + Counter(leaders=sum(bool(one.post) for one in lines))
    return ProgressList(
        asked,
        tuple(sorted({*commitments.years(session), today.year}, reverse=True)),
        tuple(shown),
        {code: tree.name(code, today) for code in {one.unit for one in lines}},
        {name: counts.get(name, 0) for name in LIST_STATES},
        len(lines),
        tuple(kept[(page - 1) * size : page * size]),
        len(kept),
        clock.to_wall(now, zone),
        page,
        pages,
    )


def _is_asked(one: Summary, state: str) -> bool:
    return not state or one.state == state or (state == "leaders" and bool(one.post))


def _newest(rows: list[CommitmentRow]) -> list[CommitmentRow]:
    """Signed ones in whose place no other signed one stands."""
    replaced = {row.replaces_id for row in rows if row.signed_at is not None}
    return [row for row in rows if row.signed_at is not None and row.id not in replaced]


def _summary(found: Progress, unit: str, named: tuple[str, str], post: str, outcome: str) -> Summary:
    return Summary(
        found.number, named[0], named[1], unit, post, found.state, tuple(found.figures), found.judged.known_days,
        found.judged.unknown_days, found.is_over, outcome,
    )  # fmt: skip


def _view(
    session: Session,
    zone: str,
    row: CommitmentRow,
    facts: Told,
    seen: Within,
    at: datetime,
    now: datetime,
    is_over: bool,
) -> ProgressView:
    today = clock.today(now, zone)
    tree = StoredTree(session)
    unit = tree.codes[unit_of(session, row, today)]
    code, name = "", tree.name(unit, today)
    if row.scope != COLLECTIVE and row.employee_id is not None:
        code, name = people.names(session, [row.employee_id])[row.employee_id]
    masked = told.masked(session, facts, seen)
    items = [item for clause in masked["clauses"] for item in clause["items"]]
    codes = {item["employee"] for item in items} | {term["employee"] for term in masked["heads"]}
    numbers = people.by_code(session, codes)
    return ProgressView(
        number=row.id or 0,
        scope=row.scope,
        who=name,
        code=code,
        unit=unit,
        facts=masked,
        names=dict(people.names(session, numbers.values()).values()),
        units={each: tree.name(each, today) for each in {unit, *(item["unit"] for item in items if item["unit"])}},
        known_at=clock.to_wall(at, zone),
        is_over=is_over,
    )
