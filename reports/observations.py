"""*Phản ánh của người dân* in frozen values: the list, one with the facts beside it, counters, scores of surveys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from attendance import clock
from attendance.services.citizens import facts as facts_beside
from attendance.services.citizens import opening
from attendance.services.citizens.facts import Facts
from attendance.store import observations
from attendance.store.citizen_tables import CHANNELS, KINDS, OUTCOMES, STATES, ObservationRow
from attendance.store.database import Session
from attendance.store.observations import Wanted
from attendance.store.trail import Actor
from attendance.store.tree import StoredTree
from attendance.store.within import Within
from reports.view import UnitOption

PAGE_SIZE = 50
DONE = (
    "taken_in", "taken_up", "answered", "erased", "visit_asked", "point_added", "renewed", "revoked",
    "score_filed",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ObservationFilter:
    """As it stands in the address; a value that is none of the known ones filters nothing."""

    unit: str = ""
    state: str = ""
    kind: str = ""
    channel: str = ""
    visit: str = ""
    from_on: date | None = None
    to_on: date | None = None

    @property
    def wanted(self) -> Wanted:
        def known(value: str, of: Sequence[str]) -> str:
            return value if value in of else ""

        return Wanted(
            known(self.state, STATES), known(self.kind, KINDS), known(self.channel, CHANNELS),
            visit_asked=bool(self.visit), from_on=self.from_on, to_on=self.to_on,
        )  # fmt: skip

    @property
    def is_set(self) -> bool:
        return any((self.unit, self.state, self.kind, self.channel, self.visit, self.from_on, self.to_on))


@dataclass(frozen=True, slots=True)
class ObservationLine:
    """An observation; moments are wall time of the office. `at` None: the minute is not known."""

    id: int
    version: int
    unit: str
    unit_name: str
    place: str
    channel: str
    kind: str
    day: date
    at: datetime | None
    text: str
    has_contact: bool
    document: str
    state: str
    received_at: datetime
    taken_by: str
    looked_at: datetime | None
    looked_by: str
    outcome: str
    reason: str
    answer: str
    decided_at: datetime | None
    decided_by: str
    visit_asked_at: datetime | None
    visit_asked_by: str


@dataclass(frozen=True, slots=True)
class ObservationsPage:
    lines: tuple[ObservationLine, ...]
    total: int
    page: int
    filter: ObservationFilter
    counts: Mapping[str, int]
    units: tuple[UnitOption, ...]
    may_take: bool
    done: str = ""

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


@dataclass(frozen=True, slots=True)
class TeamChoice:
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class ObservationPage:
    """One observation. `facts` are for a person to read; they conclude nothing. `visits`: keys of visits on it that the
    reader's own teams planned; `teams`: own teams that may plan one. `contact`: shown because it was asked for."""

    line: ObservationLine
    facts: Facts
    may_take: bool
    teams: tuple[TeamChoice, ...] = ()
    visits: tuple[str, ...] = ()
    contact: str = ""
    given: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    done: str = ""
    outcomes: tuple[str, ...] = OUTCOMES


@dataclass(frozen=True, slots=True)
class AddPage:
    """The form for what came by another way. `code`: of the receipt that was made a moment ago."""

    units: tuple[UnitOption, ...]
    today: date
    channels: tuple[str, ...] = CHANNELS
    kinds: tuple[str, ...] = KINDS
    given: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    code: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class PointLine:
    id: int
    unit: str
    unit_name: str
    name: str
    desk: str
    token: str
    came: int
    since: datetime
    revoked_at: datetime | None
    revoked_by: str


@dataclass(frozen=True, slots=True)
class PointsPage:
    points: tuple[PointLine, ...]
    units: tuple[UnitOption, ...]
    may_take: bool
    given: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    done: str = ""


@dataclass(frozen=True, slots=True)
class ScoreLine:
    unit: str
    unit_name: str
    year: int
    quarter: int
    score: float
    scale: float
    n: int
    document: str


@dataclass(frozen=True, slots=True)
class ScoresPage:
    """`today` tells which quarter the form begins with."""

    lines: tuple[ScoreLine, ...]
    total: int
    page: int
    units: tuple[UnitOption, ...]
    today: date
    may_take: bool
    given: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    done: str = ""

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def list_page(
    session: Session,
    zone: str,
    now: datetime,
    seen: Within,
    within: Within,
    wanted: ObservationFilter,
    *,
    page: int,
    may_take: bool,
) -> ObservationsPage:
    """`seen`: all that the reader sees; `within`: of the unit of the filter."""
    rows, total = observations.listed(session, within, wanted.wanted, limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE)
    counts = observations.by_state(session, within)
    lines = lines_of(session, zone, rows)
    units = unit_options(session, seen, clock.today(now, zone))
    return ObservationsPage(lines, total, page, wanted, counts, units, may_take)


def one_page(
    session: Session, zone: str, now: datetime, row: ObservationRow, by: Actor, *, visiting: Within, may_take: bool
) -> ObservationPage:
    """`visiting`: where the reader may make visits with a team."""
    today = clock.today(now, zone)
    unit = StoredTree(session).codes[row.unit_id]
    (line,) = lines_of(session, zone, [(row, unit)])
    return ObservationPage(
        line,
        facts_beside.facts_of(session, zone, row, known_at=now),
        may_take,
        tuple(TeamChoice(team.id or 0, team.name) for team in opening.teams_for(session, row, visiting, by, today)),
        tuple(visit.key for visit in opening.own_visits(session, row, by, today)),
    )


def points_page(session: Session, zone: str, now: datetime, within: Within, *, may_take: bool) -> PointsPage:
    today = clock.today(now, zone)
    tree = StoredTree(session)
    points = tuple(
        PointLine(
            id=row.id or 0,
            unit=code,
            unit_name=tree.name(code, today),
            name=row.name,
            desk=row.desk,
            token=row.token,
            came=came,
            since=clock.to_wall(row.renewed_at or row.created_at, zone),
            revoked_at=clock.to_wall(row.revoked_at, zone) if row.revoked_at is not None else None,
            revoked_by=row.revoked_by,
        )
        for row, code, came in observations.points(session, within)
    )
    return PointsPage(points, unit_options(session, within, today), may_take)


def scores_page(session: Session, zone: str, now: datetime, within: Within, *, page: int, may_take: bool) -> ScoresPage:
    today = clock.today(now, zone)
    tree = StoredTree(session)
    rows, total = observations.scores(session, within, limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE)
    lines = tuple(
        ScoreLine(code, tree.name(code, today), row.year, row.quarter, row.score, row.scale, row.n, row.document)
        for row, code in rows
    )
    return ScoresPage(lines, total, page, unit_options(session, within, today), today, may_take)


def unit_options(session: Session, within: Within, on: date) -> tuple[UnitOption, ...]:
    return tuple(UnitOption(row.code, row.name, row.depth) for row in StoredTree(session).shown(on, within))


def lines_of(session: Session, zone: str, rows: Sequence[tuple[ObservationRow, str]]) -> tuple[ObservationLine, ...]:
    """Rows with the code of their unit, each named as on its own date."""
    names = observations.point_names(session, {row.point_id for row, _ in rows if row.point_id is not None})
    tree = StoredTree(session)

    def wall(moment: datetime | None) -> datetime | None:
        return clock.to_wall(moment, zone) if moment is not None else None

    return tuple(
        ObservationLine(
            id=row.id or 0,
            version=row.version,
            unit=code,
            unit_name=tree.name(code, row.on),
            place=names.get(row.point_id or 0, row.desk),
            channel=row.channel,
            kind=row.kind,
            day=row.on,
            at=row.wall_time,
            text=row.text,
            has_contact=bool(row.contact),
            document=row.document,
            state=row.state,
            received_at=clock.to_wall(row.received_at, zone),
            taken_by=row.taken_by,
            looked_at=wall(row.looked_at),
            looked_by=row.looked_by,
            outcome=row.outcome,
            reason=row.reason,
            answer=row.answer,
            decided_at=wall(row.decided_at),
            decided_by=row.decided_by,
            visit_asked_at=wall(row.visit_asked_at),
            visit_asked_by=row.visit_asked_by,
        )
        for row, code in rows
    )


def people_in(facts: Facts) -> list[str]:
    """Codes of the people whom the facts name."""
    return sorted({each.line.employee for each in facts.on_duty})
