"""*Chỉ số kỷ luật* of units: the table, the same over time, what was published. Frozen values in no language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from attendance import clock
from attendance.services.periods import Span, before, kind_of, period_of
from attendance.services.unit_index.formulas import Rule, rule_of
from attendance.services.unit_index.publishing import digest_of, reproduce
from attendance.services.unit_index.standing import REASONS, Line, Standing, standing
from attendance.store import index_formulas
from attendance.store.conduct_tables import PublicationRow
from attendance.store.database import Session
from attendance.store.tables import UnitRow
from attendance.store.tree import StoredTree
from attendance.store.within import Within
from reports.conduct import options
from reports.view import UnitOption

__all__ = ["DONE", "PROBLEMS", "REASONS"]
PERIODS_BACK = 6
DONE = ("published", "filed", "ended")
PROBLEMS = ("not_publishable", "published", "overlap", "formula", "end")


@dataclass(frozen=True, slots=True)
class FormulaLine:
    id: int
    unit: str
    row: Rule


@dataclass(frozen=True, slots=True)
class PublicationLine:
    """`unit`: its code; `published_at` on the wall of the office."""

    id: int
    unit: str
    name: str
    from_on: date
    to_on: date
    digest: str
    published_at: datetime
    published_by: str


@dataclass(frozen=True, slots=True)
class IndexPage:
    """`now`: the period asked for; `times`: the newest periods, the oldest first, or that one alone where it is older.
    `sample`: the line by which the formula is written out in numbers."""

    period: str
    now: Standing
    times: tuple[Standing, ...]
    units: tuple[UnitOption, ...]
    formulas: tuple[FormulaLine, ...]
    publications: tuple[PublicationLine, ...]
    is_over: bool
    may_publish: bool
    may_write: bool
    done: str = ""
    problem: str = ""

    @property
    def sample(self) -> Line | None:
        return next((line for line in self.now.lines if line.tenths is not None and line.lost), None) or next(
            (line for line in self.now.lines if line.tenths is not None), None
        )

    @property
    def codes(self) -> list[str]:
        """Units with a figure of their own in some period, in the order of the newest that names them."""
        found: dict[str, None] = {}
        for each in reversed(self.times):
            found |= dict.fromkeys(line.code for line in each.lines if line.code)
        return list(found)

    def line(self, each: Standing, code: str) -> Line | None:
        return next((line for line in each.lines if line.code == code), None)

    def name(self, code: str) -> str:
        return next(line.name for each in reversed(self.times) for line in each.lines if line.code == code)


def index_page(
    session: Session,
    zone: str,
    now: datetime,
    within: Within,
    unit: UnitRow,
    span: Span,
    *,
    publish: Within,
) -> IndexPage:
    """`publish`: where the reader may publish, and file formulas."""
    today, kind = clock.today(now, zone), kind_of(span)
    spans = [period_of(kind, today)]
    while len(spans) < PERIODS_BACK:
        spans.append(before(kind, spans[-1]))
    if span not in spans:
        spans = [span]
    times = [standing(session, within, unit, each) for each in reversed(spans)]
    asked = next(each for each in times if (each.from_on, each.to_on) == span)
    while len(times) > 1 and not times[0].lines and times[0] is not asked:
        times.pop(0)  # before there was anything to count
    may = publish.sees(unit.id)
    return IndexPage(
        kind,
        asked,
        tuple(times),
        options(session, today, within),
        tuple(formulas_of(session, within, today)),
        tuple(published(session, zone, within)),
        span[1] < today,
        may,
        may,
    )


def formulas_of(session: Session, within: Within, today: date) -> list[FormulaLine]:
    """Versions that hold somewhere the reader sees, with those of the units above."""
    stored = StoredTree(session)
    mine = {row.id for row in stored.shown(today, within)}
    above = {number for unit in mine for number in stored.path(unit, today)} | mine
    return [
        FormulaLine(row.id or 0, stored.codes[row.unit_id] if row.unit_id is not None else "", rule_of(row))
        for row in index_formulas.formulas(session)
        if row.unit_id is None or row.unit_id in above
    ]


def published(session: Session, zone: str, within: Within) -> list[PublicationLine]:
    return [publication_line(session, zone, row) for row in index_formulas.publications(session, within)]


def publication_line(session: Session, zone: str, row: PublicationRow) -> PublicationLine:
    stored = StoredTree(session)
    code = stored.codes[row.unit_id]
    at = clock.to_wall(row.known_at, zone)
    return PublicationLine(
        row.id or 0, code, stored.name(code, row.to_on), row.from_on, row.to_on, row.digest, at, row.published_by
    )


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether the stored text has its digest, and whether the facts known then give the same text again."""

    is_whole: bool
    is_reproduced: bool

    @property
    def holds(self) -> bool:
        return self.is_whole and self.is_reproduced


def check(session: Session, row: PublicationRow) -> Checked:
    return Checked(digest_of(row.content) == row.digest, reproduce(session, row) == row.content)
