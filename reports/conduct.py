"""*Chấn chỉnh*: what thresholds propose, what people decided, positive lists. Frozen values in no language.

Nobody is ranked. What protects somebody is told as one word, to whoever may decide on them, and never why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from attendance import clock
from attendance.services.conduct import deciding, good
from attendance.services.conduct.good import Good, OnDuty
from attendance.services.impartial import Decider
from attendance.services.periods import Span, kind_of, period_of
from attendance.store import conduct, people
from attendance.store.conduct import STATES
from attendance.store.conduct_tables import DECISIONS, MEASURES, PERIODS, PROPOSED, PROPOSES, ProposalRow, ThresholdRow
from attendance.store.database import Session
from attendance.store.tree import Spread, StoredTree
from attendance.store.within import Within
from reports.view import UnitOption

__all__ = ["DECISIONS", "MEASURES", "PERIODS", "PROBLEMS", "PROPOSED", "PROPOSES", "STATES", "WHY"]

PAGE = 50
REPEATS = timedelta(days=366)
"""So far back one looks for the same having been proposed before."""
WHY = ("excused", "gone", "taken_back", "threshold", "unknown")
"""Why a proposal was taken back, fact by fact."""
PROBLEMS = ("note", "instead", "legal_form", "decided", "changed", "not_theirs", "invalid")
DONE = ("decided", "filed", "ended", "refreshed")


@dataclass(frozen=True, slots=True)
class ProposalLine:
    """A proposal. `period`: month, quarter, year, or `part` of one. `protected` None: it is not told to this reader.

    `waits`: of its occurrences, those explained with nobody having decided yet. Moments on the wall of the office.
    """

    id: int
    employee: str
    name: str
    unit: str
    unit_name: str
    proposes: str
    grade: str
    label: str
    document: str
    from_on: date
    to_on: date
    period: str
    figure: int
    at_least: int
    known: int
    due: int
    state: str
    version: int
    decision: str
    decision_note: str
    instead: str
    decided_by: str
    decided_at: datetime | None
    changed_at: datetime | None
    withdrawn_at: datetime | None
    facts_changed_at: datetime | None
    may_decide: bool
    protected: bool | None
    waits: int
    measure: str = "occurrences"


@dataclass(frozen=True, slots=True)
class ProposalFilter:
    state: str = "open"
    proposes: str = ""
    unit: str = ""
    employee: str = ""
    month: str = ""


@dataclass(frozen=True, slots=True)
class ConductPage:
    lines: tuple[ProposalLine, ...]
    total: int
    page: int
    pages: int
    units: tuple[UnitOption, ...]
    filter: ProposalFilter
    done: str = ""


@dataclass(frozen=True, slots=True)
class ProposalPage:
    """One proposal with its facts; `facts_now`: those of a decided one as they are now, where they changed; `lost`:
    those of one taken back that count no more. `waiting`: ids of what is explained and undecided."""

    line: ProposalLine
    facts: tuple[dict[str, Any], ...]
    facts_now: tuple[dict[str, Any], ...]
    lost: tuple[dict[str, Any], ...]
    waiting: frozenset[str]
    earlier: tuple[ProposalLine, ...]
    threshold: ThresholdLine | None
    problem: str = ""
    given: dict[str, str] | None = None
    done: str = ""


@dataclass(frozen=True, slots=True)
class ThresholdLine:
    """`state`: in force, past or to come. `unit_name` empty: of a unit above those that may be named."""

    id: int
    unit: str
    unit_name: str
    code: str
    label: str
    proposes: str
    measure: str
    types: tuple[str, ...]
    period: str
    at_least: int
    from_on: date
    to_on: date | None
    document: str
    article: str
    filed_by: str
    state: str


@dataclass(frozen=True, slots=True)
class GoodPage:
    """`is_over`: the period has ended; else it is told as so far."""

    period: str
    from_on: date
    to_on: date
    is_over: bool
    good: Good
    duties: tuple[OnDuty, ...]
    units: tuple[UnitOption, ...]
    unit: str
    quarters: tuple[date, ...] = ()


def lines(
    session: Session,
    zone: str,
    rows: Sequence[ProposalRow],
    deciding_for: Decider | None,
    *,
    now: datetime,
) -> list[ProposalLine]:
    """Proposals as told to somebody who decides for the units of `deciding_for` (None: for none)."""
    today = clock.today(now, zone)
    stored = StoredTree(session)
    names = people.names(session, {row.employee_id for row in rows})
    may = deciding.theirs(session, rows, deciding_for, today) if deciding_for is not None else [False] * len(rows)
    sheltered = _protected(session, rows, today, now)
    open_rows = [row for row in rows if row.state == "open"]
    explained = conduct.explained_open(session, open_rows)
    measures = conduct.measures(session)
    found = []
    for row, mine in zip(rows, may, strict=True):
        code = stored.codes[row.unit_id]
        same: dict[str, Any] = {name: getattr(row, name) for name in _SAME}
        same |= {name: _wall(getattr(row, name), zone) for name in _MOMENTS}
        told = deciding_for is not None and deciding_for.within.sees(row.unit_id, row.employee_id)
        found.append(
            ProposalLine(
                id=row.id or 0,
                employee=names[row.employee_id][0],
                name=names[row.employee_id][1],
                unit=code,
                unit_name=stored.name(code, row.to_on),
                **same,
                period=_period(row.from_on, row.to_on),
                decision=row.decision or "",
                may_decide=mine,
                protected=((row.employee_id, row.from_on) in sheltered) if told else None,
                waits=sum(_asked(row, each) in explained for each in row.facts) if row.state == "open" else 0,
                measure=measures.get(row.threshold_id, "occurrences"),
            )
        )
    return found


_SAME = (
    "proposes", "grade", "label", "document", "from_on", "to_on", "figure", "at_least", "known", "due", "state",
    "version", "decision_note", "instead", "decided_by",
)  # fmt: skip
_MOMENTS = ("decided_at", "changed_at", "withdrawn_at", "facts_changed_at")


def conduct_page(
    session: Session,
    zone: str,
    now: datetime,
    within: Within,
    deciding_for: Decider | None,
    wanted: ProposalFilter,
    asked: conduct.Asked,
    units: Within,
    page: int,
) -> ConductPage:
    """A page of PAGE proposals; `units`: those that may be chosen."""
    rows, total = conduct.listed(session, within, asked, limit=PAGE, offset=(page - 1) * PAGE)
    return ConductPage(
        tuple(lines(session, zone, rows, deciding_for, now=now)),
        total,
        page,
        max(1, -(-total // PAGE)),
        options(session, clock.today(now, zone), units),
        wanted,
    )


def proposal_page(
    session: Session, zone: str, now: datetime, within: Within, deciding_for: Decider | None, number: int
) -> ProposalPage:
    """Raises NotFound."""
    row = conduct.proposal(session, within, number)
    before = conduct.earlier(session, within, row, row.from_on - REPEATS)
    line, *others = lines(session, zone, [row, *before], deciding_for, now=now)
    explained = conduct.explained_open(session, [row])
    held = session.get(ThresholdRow, row.threshold_id) if row.threshold_id is not None else None
    stored = StoredTree(session)
    return ProposalPage(
        line=line,
        facts=tuple(row.facts),
        facts_now=tuple(row.facts_now),
        lost=tuple(row.withdrawn_why),
        waiting=frozenset(each["violation"] for each in row.facts if _asked(row, each) in explained),
        earlier=tuple(others),
        threshold=_threshold(stored, held, clock.today(now, zone), within) if held is not None else None,
    )


def thresholds_of(session: Session, within: Within, today: date) -> list[ThresholdLine]:
    """Every version that may be seen, with those of the units above one's own, which hold for it too."""
    stored = StoredTree(session)
    mine = {row.id for row in stored.shown(today, within)}
    above = {number for unit in mine for number in stored.path(unit, today)} | mine
    found = []
    for row in conduct.thresholds(session):
        if row.unit_id not in above:
            continue
        found.append(_threshold(stored, row, today, within))
    return found


def _threshold(stored: StoredTree, row: ThresholdRow, today: date, within: Within) -> ThresholdLine:
    code = stored.codes[row.unit_id]
    state = "future" if row.from_on > today else "past" if row.to_on and row.to_on < today else "now"
    name = stored.name(code, today) if within.names(row.unit_id) else ""
    return ThresholdLine(
        row.id or 0, code, name, row.code, row.label, row.proposes, row.measure,
        tuple(row.types), row.period, row.at_least, row.from_on, row.to_on, row.document, row.article, row.filed_by,
        state,
    )  # fmt: skip


def good_page(
    session: Session,
    zone: str,
    now: datetime,
    within: Within,
    unit: str,
    part: Spread | None,
    span: Span,
    roster: Within,
) -> GoodPage:
    """Positive lists of a period, in no order yet. `roster`: whose duties may be seen."""
    today = clock.today(now, zone)
    until = (span[0], min(span[1], today))
    found = good.without_occurrence(session, within, part, until)
    duties = good.duties_kept(session, zone, roster, until, now=clock.to_wall(now, zone).replace(tzinfo=None))
    quarters, last = [], today
    for _ in range(4):
        quarters.append(period_of("quarter", last)[0])
        last = quarters[-1] - timedelta(days=1)
    return GoodPage(
        kind_of(span), *span, span[1] < today, found, tuple(duties), options(session, today, within), unit,
        tuple(quarters),
    )  # fmt: skip


def options(session: Session, today: date, within: Within) -> tuple[UnitOption, ...]:
    return tuple(UnitOption(row.code, row.name, row.depth) for row in StoredTree(session).shown(today, within))


def _protected(session: Session, rows: Sequence[ProposalRow], today: date, now: datetime) -> set[tuple[int, date]]:
    """(person, first date) of the proposals during whose period, or since, their person was protected: what else stands
    on a page says nothing about it."""
    by_first: dict[date, set[int]] = {}
    for row in rows:
        by_first.setdefault(row.from_on, set()).add(row.employee_id)
    return {
        (person, first)
        for first, people in by_first.items()
        for person in conduct.protected(session, people, first, today, now)
    }


def _asked(row: ProposalRow, each: dict[str, Any]) -> tuple[int, date, str, str] | None:
    if "violation" not in each:
        return None
    return row.employee_id, date.fromisoformat(each["date"]), each["session"], each["type"]


def _period(first: date, last: date) -> str:
    return next((kind for kind in PERIODS if period_of(kind, first) == (first, last)), "part")


def _wall(at: datetime | None, zone: str) -> datetime | None:
    return clock.to_wall(at, zone) if at is not None else None
