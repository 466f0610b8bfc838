"""Planning visits in secret, dropping them, and drawing units to visit.

A plan leaves nothing behind that anybody outside the team could meet: no entry in the trail, whose numbers would show
that there is one; no look, no notice, no pull, no number that follows on another. The row of the plan holds who made it
when, and the entry of the visit's beginning says so. A plan that was dropped leaves an entry that names no unit.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from attendance.errors import Invalid
from attendance.services.visiting import drawing, entering, teams
from attendance.services.visiting.drawing import Weighed
from attendance.services.visiting.weighing import FORMULA, Candidate
from attendance.store import draws, visits
from attendance.store.database import Session
from attendance.store.draw_tables import WAYS, DrawRow
from attendance.store.teams import number_of
from attendance.store.trail import Actor, record
from attendance.store.tree import StoredTree
from attendance.store.visit_tables import KINDS, PLANNED, TeamRow, VisitRow
from attendance.store.within import Within

SOURCES = ("free", "risk", "chance", "observation")
FEWEST = 3
"""Among so many units at least is drawn: between fewer, that there was a draw would tell what it said."""
MOST_DRAWN = 20
MAX_NOTE = 2000
PROBLEMS = ("kind", "source", "day", "note", "unit", "own_unit", "again", "state", "reason", "way", "few", "count")


class PlanInvalid(Invalid):
    """A plan that cannot be as it is written. `why` names the reason for programs and pages."""

    def __init__(self, why: str, sentence: str) -> None:
        super().__init__(sentence)
        self.why = why


@dataclass(frozen=True, slots=True)
class NewPlan:
    """`unit` by number. `planned_for` None: whenever it suits."""

    unit: int
    kind: str = "surprise"
    source: str = "free"
    planned_for: date | None = None
    note: str = ""


def reach(session: Session, team: TeamRow, within: Within, on: date) -> Within:
    """What of somebody's rows a team may visit on a date."""
    if team.unit_id is None:
        return within
    return within.narrowed(StoredTree(session).below([team.unit_id], on))


def plan(session: Session, team: TeamRow, new: NewPlan, *, by: Actor, today: date, at: datetime) -> VisitRow:
    """A visit that the team alone knows of. The unit is one that `reach` sees. Raises Invalid.

    No team visits a unit that one of its members serves in, unless the unit inspects itself; and a unit has one plan of
    a team, kind and day: of another kind there may be one that who plans must not know of.
    """
    _check(team, new, today)
    if new.kind != "self" and new.unit in entering.homes(session, team, today):
        raise PlanInvalid(
            "own_unit",
            "Somebody of the team serves in this unit: another team visits it, or it is a self-inspection (`self`).",
        )
    same = (new.unit, new.kind, new.planned_for)
    if any((each.unit_id, each.kind, each.planned_for) == same for each in visits.planned_of(session, number_of(team))):
        raise PlanInvalid("again", "Your team has this plan already; nothing was stored.")
    row = VisitRow(
        key=secrets.token_hex(16),
        team_id=number_of(team),
        unit_id=new.unit,
        kind=new.kind,
        source=new.source,
        state=PLANNED,
        planned_for=new.planned_for,
        note=new.note.strip(),
        created_by=by.name,
        created_by_id=by.user_id,
        created_at=at,
    )
    visits.add(session, row)
    return row


def drop(session: Session, visit: VisitRow, *, why: str, by: Actor, at: datetime) -> None:
    """A plan comes to nothing, for a reason. The trail is told of it without the unit. Raises Invalid."""
    if visit.state != PLANNED:
        raise PlanInvalid("state", "This visit has begun or was dropped; only a plan can be dropped.")
    if not why.strip() or len(why) > MAX_NOTE or "\0" in why:
        raise PlanInvalid("reason", f"Say why the plan is dropped, in at most {MAX_NOTE} characters.")
    visit.note = f"{visit.note}\n{why.strip()}".strip()
    visits.drop(session, visit, at)
    record(session, by, "visit.dropped", kind="visit", key=visit.key, after={"from": visit.created_at}, at=at)


def draw(
    session: Session,
    team: TeamRow,
    found: Sequence[Candidate],
    way: str,
    count: int,
    *,
    kind: str,
    planned_for: date | None,
    by: Actor,
    today: date,
    at: datetime,
) -> DrawRow:
    """Draw so many of these units and plan a visit to each; the seed is chance, and told when no plan is left.

    It is drawn from the `drawable` ones. Raises Invalid.
    """
    if way not in WAYS:
        raise PlanInvalid("way", f"{way!r} is no way to draw; write one of {', '.join(WAYS)}.")
    _check(team, NewPlan(0, kind, way, planned_for), today)
    left = drawable(session, team, found, kind, today)
    if len(left) < FEWEST:
        raise PlanInvalid("few", f"There are {len(left)} units to draw from; a draw needs {FEWEST}. Plan freely.")
    if not 1 <= count <= min(len(left) - 1, MOST_DRAWN):
        raise PlanInvalid("count", f"Draw 1 to {min(len(left) - 1, MOST_DRAWN)} of these {len(left)} units.")
    weighed = [Weighed(each.code, each.facts.weight if way == "risk" else 1) for each in left]
    seed = secrets.token_hex(32)
    ids = {each.code: each.id for each in left}
    planned = [
        plan(session, team, NewPlan(ids[code], kind, way, planned_for), by=by, today=today, at=at)
        for code in drawing.take(seed, weighed, count)
    ]
    row = DrawRow(
        key=secrets.token_hex(16),
        team_id=number_of(team),
        way=way,
        count=count,
        candidates=[
            {"unit": each.unit, "weight": each.weight, "facts": one.facts.as_json()}
            for each, one in zip(weighed, left, strict=True)
        ],
        seed=seed,
        seed_digest=drawing.seed_digest(seed),
        content_digest=drawing.content_digest(seed, way, weighed, count),
        created_by=by.name,
        created_by_id=by.user_id,
        created_at=at,
    )
    draws.add(session, row, [each.id or 0 for each in planned])
    committed = {"seed_digest": row.seed_digest, "content_digest": row.content_digest, "formula": FORMULA}
    record(session, by, "draw.made", kind="draw", key=row.key, after=committed, at=at)
    return row


def drawable(session: Session, team: TeamRow, found: Sequence[Candidate], kind: str, today: date) -> list[Candidate]:
    """Those of the units from which visits of a kind are drawn: not those that members serve in, nor those for which
    the team has a plan."""
    home = entering.homes(session, team, today)
    mine = visits.planned_of(session, number_of(team))
    taken = {each.unit_id for each in mine if (each.kind == "self") == (kind == "self")}
    return [each for each in found if each.id not in taken and (kind == "self" or each.id not in home)]


def is_open(team: TeamRow, row: DrawRow, drawn: Sequence[VisitRow], plans: Sequence[VisitRow], today: date) -> bool:
    """Whether a visit may still come as a surprise: then the draw is not told.

    One it planned, or one of the team's `plans` from before it: that unit was not drawn from, so its absence tells.
    """
    before = any(each.created_at <= row.created_at for each in plans)
    return teams.state(team, today) in ("holds", "later") and (before or any(each.state == PLANNED for each in drawn))


def _check(team: TeamRow, new: NewPlan, today: date) -> None:
    if teams.state(team, today) != "holds":
        raise PlanInvalid("state", f"The decision of the team {team.name} does not hold today.")
    if new.kind not in KINDS:
        raise PlanInvalid("kind", f"{new.kind!r} is no kind of visit; write one of {', '.join(KINDS)}.")
    if new.source not in SOURCES:
        raise PlanInvalid("source", f"{new.source!r} is no source; write one of {', '.join(SOURCES)}.")
    if len(new.note) > MAX_NOTE or "\0" in new.note:
        raise PlanInvalid("note", f"A note is text of {MAX_NOTE} characters at most.")
    latest = min(team.to_on, today + timedelta(days=366))
    if new.planned_for is not None and not today <= new.planned_for <= latest:
        raise PlanInvalid("day", f"The visit is planned for a day from today to {latest}, while the decision holds.")
