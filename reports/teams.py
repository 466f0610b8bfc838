"""Teams as their page and the API tell them. Frozen values in no language."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from attendance import clock
from attendance.services.visiting import teams as verbs
from attendance.store import teams
from attendance.store.database import Session
from attendance.store.tables import UserRow
from attendance.store.tree import StoredTree, UnitOn
from attendance.store.visit_tables import TeamMemberRow, TeamRow
from attendance.store.within import Within

STATES = ("holds", "later", "expired", "ended")
DONE = ("formed", "joined", "left", "ended")


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a team; `left_on`: the day they left it, None: they are in it."""

    id: int
    user: str
    name: str
    part: str
    post: str
    joined_on: date
    left_on: date | None


@dataclass(frozen=True, slots=True)
class Team:
    """`unit` None: the whole tree. `own`: the reader is in it; `writable`: they may change who is."""

    id: int
    name: str
    document: str
    authority: str
    standing: bool
    unit: str | None
    unit_name: str | None
    from_on: date
    to_on: date
    state: str
    members: tuple[Member, ...]
    own: bool
    writable: bool

    @property
    def inside(self) -> tuple[Member, ...]:
        return tuple(each for each in self.members if each.left_on is None)


@dataclass(frozen=True, slots=True)
class TeamsPage:
    """`units`: where a team may be formed; `whole`: also for the whole tree. `given`: what a refused form held."""

    teams: tuple[Team, ...]
    units: tuple[UnitOn, ...]
    whole: bool
    may_form: bool
    today: date
    problem: str | None = None
    given: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class TeamPage:
    team: Team
    today: date
    done: str | None = None
    problem: str | None = None
    given: dict[str, str] | None = None


def told(
    session: Session, zone: str, rows: Collection[TeamRow], own: Collection[int], writing: Within, today: date
) -> list[Team]:
    """Teams the reader may know of, in the order they are given."""
    tree = StoredTree(session)
    listed = teams.members(session, [teams.number_of(row) for row in rows])
    found = []
    for row in rows:
        number = teams.number_of(row)
        code = tree.codes.get(row.unit_id) if row.unit_id is not None else None
        found.append(
            Team(
                number, row.name, row.document, row.authority, row.standing, code,
                tree.name(code, today) if code is not None else None, row.from_on, row.to_on, verbs.state(row, today),
                tuple(_member(zone, *each) for each in listed[number]), number in own, writing.sees(row.unit_id),
            )
        )  # fmt: skip
    return found


def _member(zone: str, row: TeamMemberRow, user: UserRow) -> Member:
    assert row.id is not None
    return Member(
        row.id, user.name, row.name, row.part, row.post, _day(row.joined_at, zone),
        _day(row.left_at, zone) if row.left_at is not None else None,
    )  # fmt: skip


def _day(at: datetime, zone: str) -> date:
    return clock.to_wall(at, zone).date()


def places(session: Session, within: Within, today: date) -> tuple[UnitOn, ...]:
    """The units inside, in the order of the tree."""
    return tuple(StoredTree(session).shown(today, within))
