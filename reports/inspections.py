"""Plans, visits and draws as their pages and the API tell them. Frozen values in no language."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from attendance import clock
from attendance.services.visiting import entering, planning, weighing
from attendance.services.visiting.weighing import Candidate
from attendance.store import draws, teams, visits
from attendance.store.database import Session
from attendance.store.draw_tables import DrawRow
from attendance.store.tree import StoredTree, UnitOn
from attendance.store.visit_tables import KINDS, PLANNED, TeamRow, VisitRow
from attendance.store.within import NOTHING, Within

DONE = ("planned", "dropped")
PAGE = 50


@dataclass(frozen=True, slots=True)
class Looker:
    """Who reads: the teams they are in whose decision holds (rows), the units that their own people's home is in, and
    the rows for which they may visit and may read what is sealed."""

    teams: tuple[TeamRow, ...]
    home: frozenset[int]
    doing: Within
    reading: Within
    today: date

    @property
    def own(self) -> frozenset[int]:
        return frozenset(teams.number_of(team) for team in self.teams)


@dataclass(frozen=True, slots=True)
class OwnTeam:
    """A team the reader is in, until the end of its decision."""

    id: int
    name: str
    document: str
    to_on: date


@dataclass(frozen=True, slots=True)
class Visit:
    """`at`: the minute of arrival on the wall; None: not begun. `own`: of a team the reader is in."""

    key: str
    unit: str
    unit_name: str
    team: str
    kind: str
    source: str
    state: str
    planned_for: date | None
    at: datetime | None
    note: str
    own: bool


@dataclass(frozen=True, slots=True)
class Draw:
    """`taken` and `candidates` are for the team; with `seed` for whoever sees the team's whole part of the tree, once
    no visit of the draw, and none planned before it, is planned any more. `names`: of these units today, by code."""

    key: str
    team: str
    way: str
    count: int
    at: datetime
    seed_digest: str
    content_digest: str
    published: bool
    seed: str | None
    taken: tuple[str, ...]
    candidates: tuple[dict[str, Any], ...]
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class InspectionsPage:
    plans: tuple[Visit, ...]
    going_on: tuple[Visit, ...]
    sealed: tuple[Visit, ...]
    total: int
    page: int
    never: tuple[Candidate, ...]
    units: int
    draws: tuple[Draw, ...]
    teams: tuple[OwnTeam, ...]
    may_do: bool
    today: date
    done: str | None = None


@dataclass(frozen=True, slots=True)
class PlanPage:
    """The form of a plan; `found`: units of the chosen team, those for which most speaks first; `drawable`: from how
    many of them a visit of each kind is drawn."""

    teams: tuple[OwnTeam, ...]
    team: OwnTeam | None
    units: tuple[UnitOn, ...]
    found: tuple[Candidate, ...]
    today: date
    drawable: Mapping[str, int] = field(default_factory=dict)
    chosen: str = ""
    problem: str | None = None
    form: str = ""
    given: dict[str, str] | None = None


def looker(session: Session, user_id: int, doing: Within, reading: Within, today: date) -> Looker:
    """Somebody signed in. Where their grant to visit holds no more they are in no team, whatever their membership."""
    mine = tuple(entering.teams_in_force(session, user_id, today)) if doing != NOTHING else ()
    return Looker(mine, entering.home(session, [user_id], today) if mine else frozenset(), doing, reading, today)


def visit_list(session: Session, zone: str, who: Looker, *, limit: int, offset: int) -> tuple[list[Visit], int]:
    """Visits of the reader's teams, and sealed ones they may read; see `visits.listed` for their order."""
    rows, total = visits.listed(session, who.own, who.doing, who.reading, who.home, limit=limit, offset=offset)
    return _told(session, zone, rows, who), total


def visit(session: Session, zone: str, row: VisitRow, who: Looker) -> Visit:
    return _told(session, zone, [row], who)[0]


def _told(session: Session, zone: str, rows: Sequence[VisitRow], who: Looker) -> list[Visit]:
    tree = StoredTree(session) if rows else None
    named = teams.named(session, {row.team_id for row in rows})
    found = []
    for row in rows:
        assert tree is not None
        code, own = tree.codes[row.unit_id], row.team_id in who.own
        day = row.wall_time.date() if row.wall_time is not None else who.today
        found.append(
            Visit(
                row.key, code, tree.name(code, day), named[row.team_id], row.kind, row.source, row.state,
                row.planned_for if own else None, row.wall_time, row.note if own else "", own,
            )
        )  # fmt: skip
    return found


def found_units(session: Session, who: Looker, within: Within) -> list[Candidate]:
    """The units inside with what speaks for visiting each, by code."""
    return weighing.candidates(session, within, sorted(who.own), who.today)


def proposed(found: Collection[Candidate]) -> list[Candidate]:
    """Those for which most speaks first."""
    return sorted(found, key=lambda each: (-each.facts.weight, each.code))


def draw_list(session: Session, zone: str, who: Looker) -> list[Draw]:
    """Draws of the reader's teams, and those whose seed is told and whose whole part of the tree they see."""
    return _draws(session, zone, draws.every(session), who)


def draw(session: Session, zone: str, key: str, who: Looker) -> Draw | None:
    """One of `draw_list`; None: there is none for this reader."""
    found = draws.find(session, key)
    return next(iter(_draws(session, zone, [found], who)), None) if found is not None else None


def _draws(session: Session, zone: str, rows: Sequence[tuple[DrawRow, TeamRow]], who: Looker) -> list[Draw]:
    drawn = draws.visits_of(session, [row for row, _ in rows])
    plans = visits.planned_of(session, *{row.team_id for row, _ in rows})
    tree = StoredTree(session)
    told = (_draw(tree, zone, row, team, drawn[row.id or 0], plans, who) for row, team in rows)
    return [each for each in told if each is not None]


def _draw(
    tree: StoredTree,
    zone: str,
    row: DrawRow,
    team: TeamRow,
    drawn: list[tuple[VisitRow, str]],
    plans: list[VisitRow],
    who: Looker,
) -> Draw | None:
    own = [each for each in plans if each.team_id == row.team_id]
    published = not planning.is_open(team, row, [each for each, _ in drawn], own, who.today)
    at_home = any(each.state == PLANNED and each.unit_id in who.home for each, _ in drawn)
    mine = row.team_id in who.own and not at_home
    if not mine and not (published and who.reading.sees(team.unit_id)):
        return None
    return Draw(
        row.key, team.name, row.way, row.count, clock.to_wall(row.created_at, zone),
        row.seed_digest, row.content_digest, published, row.seed if published else None,
        tuple(code for _, code in drawn), tuple(row.candidates),
        {each["unit"]: tree.name(each["unit"], who.today) for each in row.candidates},
    )  # fmt: skip


def inspections_page(session: Session, zone: str, who: Looker, *, page: int) -> InspectionsPage:
    found, total = visit_list(session, zone, who, limit=PAGE, offset=(page - 1) * PAGE)
    known = found_units(session, who, who.reading)
    by_state = {state: tuple(each for each in found if each.state in state) for state in (_PLANS, _OPEN, _OVER)}
    never = weighing.never_visited(known, who.today.year)
    return InspectionsPage(
        by_state[_PLANS], by_state[_OPEN], by_state[_OVER], total, page, tuple(never), len(known),
        tuple(draw_list(session, zone, who)[:5]), _own_teams(who), who.doing != NOTHING, who.today,
    )  # fmt: skip


_PLANS, _OPEN, _OVER = ("planned",), ("begun", "ended"), ("sealed", "dropped")


def plan_page(session: Session, who: Looker, number: int | None, chosen: str) -> PlanPage:
    """`number`: of the team that is to visit; else the only or first one."""
    own = _own_teams(who)
    row = next((each for each in who.teams if number in (None, each.id)), None)
    if row is None:
        return PlanPage(own, None, (), (), who.today)
    within = planning.reach(session, row, who.doing, who.today)
    units = tuple(StoredTree(session).shown(who.today, within))
    found = proposed(found_units(session, who, within))
    team = next(each for each in own if each.id == row.id)
    drawable = {kind: len(planning.drawable(session, row, found, kind, who.today)) for kind in KINDS}
    return PlanPage(own, team, units, tuple(found), who.today, drawable, chosen)


def _own_teams(who: Looker) -> tuple[OwnTeam, ...]:
    return tuple(OwnTeam(teams.number_of(row), row.name, row.document, row.to_on) for row in who.teams)
