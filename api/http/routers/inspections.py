"""Plans of visits and draws of units, for the team alone; sealed visits for whoever reads them.

What goes on here before a visit begins is counted in no figure (`x-uncounted`): figures are read by people who have to
know of no plan.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.http.answers import answer, listed
from api.http.params import Page, Paging
from api.http.schemas.inspections import (
    Draw,
    DrawList,
    Dropping,
    NeverVisitedList,
    NewDraw,
    NewVisit,
    UnitsToVisit,
    Visit,
    VisitList,
)
from api.http.scope import Reader, may
from api.http.service import service
from attendance import clock
from attendance.errors import Invalid, NotFound
from attendance.services.visiting import beginning, entering, planning, weighing
from attendance.services.visiting.planning import NewPlan
from attendance.services.visiting.weighing import Candidate
from attendance.store import office, teams
from attendance.store.database import Session
from attendance.store.listing import Listed
from attendance.store.visit_tables import TeamRow
from reports import inspections as told
from reports.inspections import Looker

router = APIRouter(prefix="/inspections", tags=["inspections"])

Reading = Annotated[Reader, Depends(may("visits.read"))]
Doing = Annotated[Reader, Depends(may("visits.do"))]
Key = Annotated[str, Path(max_length=32, description="Names the visit.", examples=["5f0c2a5e9d3b4a1f8e7d6c5b4a392817"])]
Team = Annotated[int | None, Query(ge=1, le=2**31 - 1, description="Number of your team; default: the only one.")]
UNCOUNTED = {"x-uncounted": "It would tell that something is planned."}


@router.get("", operation_id="listInspections", summary="Visits", response_model=VisitList, openapi_extra=UNCOUNTED)
def list_inspections(request: Request, reader: Reading, page: Page) -> Response:
    """Plans and visits of the teams one is in, and visits whose minutes are sealed."""
    parts = service(request)
    with parts.database.reading() as session:
        found, total = told.visit_list(
            session, parts.settings.timezone, looker(session, reader), limit=page.limit, offset=page.offset
        )
    return listed(Listed([_visit(each, parts.settings.timezone) for each in found], total), page)


@router.post(
    "", operation_id="planInspection", summary="Plan a visit", response_model=Visit, status_code=201,
    openapi_extra=UNCOUNTED,
)  # fmt: skip
def plan_inspection(request: Request, reader: Doing, given: NewVisit) -> Response:
    """Known to the team alone until it begins. Nothing is pulled, nobody is told, and the trail has no entry of it
    before the visit begins. With `begin` it begins at once, from what was read before; to have the terminals read on
    the spot, begin the plan (`POST /inspections/{key}/begin`)."""
    parts = service(request)
    with parts.database.writing() as session:
        team = own_team(session, reader, given.team)
        within = planning.reach(session, team, reader.within, reader.today)
        unit = reader.unit(session, given.unit)
        if not within.sees(office.key(unit)):
            raise NotFound("unit", given.unit)
        new = NewPlan(office.key(unit), given.kind, given.source, given.planned_for, given.note)
        row = planning.plan(session, team, new, by=reader.actor, today=reader.today, at=parts.now())
        if given.begin:
            beginning.begin(session, parts.settings.timezone, row, by=reader.actor, at=parts.now())
        shown = told.visit(session, parts.settings.timezone, row, looker(session, reader))
        return answer(_visit(shown, parts.settings.timezone), 201)


@router.get(
    "/never-visited", operation_id="listNeverVisited", summary="Units nobody visited this year",
    response_model=NeverVisitedList,
)  # fmt: skip
def list_never_visited(request: Request, reader: Reading, page: Page) -> Response:
    """Units in which somebody serves today. A visit to a unit is one to those below it; it counts once its minutes are
    sealed, for its own team from its beginning."""
    with service(request).database.reading() as session:
        found = told.found_units(session, looker(session, reader), reader.within)
    rows = [
        {"unit": each.code, "name": each.name, "people": each.people, "last_visit": each.last_visit}
        for each in weighing.never_visited(found, reader.today.year)
    ]
    return listed(Listed(rows[page.offset : page.offset + page.limit], len(rows)), page)


@router.get(
    "/proposals", operation_id="listProposedUnits", summary="Units to visit", response_model=UnitsToVisit,
    openapi_extra=UNCOUNTED,
)  # fmt: skip
def list_proposed(request: Request, reader: Doing, page: Page, team: Team = None) -> Response:
    """The units of one's team, those for which most speaks first. weight = 100 + 2 × (1000 × days with something
    counted ÷ days concluded) + 1000 × open questions ÷ (days concluded + open questions) + 1000 × days since the last
    visit ÷ 365, each rounded down, the first two only from 20 days on. What terminals did not say is in none of it."""
    with service(request).database.reading() as session:
        found = told.proposed(candidates(session, reader, own_team(session, reader, team)))
    return _page([_candidate(each) for each in found], page)


@router.get("/draws", operation_id="listDraws", summary="Draws", response_model=DrawList, openapi_extra=UNCOUNTED)
def list_draws(request: Request, reader: Reading, page: Page) -> Response:
    """Draws of one's own teams, and for whoever sees all units of a team those of which no visit is planned any
    more: with the seed, so that they can be done again (`attendance inspections check-draw`)."""
    parts = service(request)
    with parts.database.reading() as session:
        found = told.draw_list(session, parts.settings.timezone, looker(session, reader))
    return _page([_draw(each, parts.settings.timezone) for each in found], page)


@router.post(
    "/draws", operation_id="drawUnits", summary="Draw units to visit", response_model=Draw, status_code=201,
    openapi_extra=UNCOUNTED,
)  # fmt: skip
def draw_units(request: Request, reader: Doing, given: NewDraw) -> Response:
    """A visit is planned to each unit that is drawn. The digests of the seed and of what was drawn from stand in the
    trail from now on; the seed is told when no visit of the draw is planned any more."""
    parts = service(request)
    with parts.database.writing() as session:
        team = own_team(session, reader, given.team)
        row = planning.draw(
            session, team, candidates(session, reader, team), given.way, given.count, kind=given.kind,
            planned_for=given.planned_for, by=reader.actor, today=reader.today, at=parts.now(),
        )  # fmt: skip
        shown = told.draw(session, parts.settings.timezone, row.key, looker(session, reader))
        assert shown is not None
        return answer(_draw(shown, parts.settings.timezone), 201)


@router.get("/draws/{key}", operation_id="getDraw", summary="A draw", response_model=Draw, openapi_extra=UNCOUNTED)
def get_draw(request: Request, reader: Reading, key: Key) -> Response:
    """What `attendance inspections check-draw` takes as a file, once it is published."""
    parts = service(request)
    with parts.database.reading() as session:
        found = told.draw(session, parts.settings.timezone, key, looker(session, reader))
    if found is None:
        raise NotFound("draw", key)
    return answer(_draw(found, parts.settings.timezone))


@router.post(
    "/{key}/drop", operation_id="dropPlan", summary="Drop a plan", response_model=Visit, openapi_extra=UNCOUNTED
)
def drop_plan(request: Request, reader: Doing, key: Key, given: Dropping) -> Response:
    """The plan comes to nothing. The trail is told so without the unit."""
    parts = service(request)
    with parts.database.writing() as session:
        row = entering.own_visit(session, reader.user.user_id, key, reader.today)
        planning.drop(session, row, why=given.why, by=reader.actor, at=parts.now())
        shown = told.visit(session, parts.settings.timezone, row, looker(session, reader))
        return answer(_visit(shown, parts.settings.timezone))


def looker(session: Session, reader: Reader) -> Looker:
    """The reader as somebody who may be in teams."""
    doing, reading = (reader.elsewhere(session, permission) for permission in ("visits.do", "visits.read"))
    return told.looker(session, reader.user.user_id, doing, reading, reader.today)


def own_team(session: Session, reader: Reader, number: int | None) -> TeamRow:
    """A team the reader is in and whose decision holds today. Raises NotFound, Invalid."""
    mine = entering.teams_in_force(session, reader.user.user_id, reader.today)
    if number is not None:
        found = next((row for row in mine if teams.number_of(row) == number), None)
        if found is None:
            raise NotFound("team", str(number))
        return found
    if not mine:
        raise Invalid("You are in no team whose decision holds today; leaders and HR form teams.")
    if len(mine) > 1:
        raise Invalid(f"You are in {len(mine)} teams; say which one it is for (`team`).")
    return mine[0]


def candidates(session: Session, reader: Reader, team: TeamRow) -> list[Candidate]:
    """The units that a team of the reader's may visit, with what speaks for it."""
    within = planning.reach(session, team, reader.within, reader.today)
    return told.found_units(session, looker(session, reader), within)


def _page(rows: list[dict[str, Any]], page: Paging) -> Response:
    return listed(Listed(rows[page.offset : page.offset + page.limit], len(rows)), page)


def _visit(shown: told.Visit, zone: str) -> dict[str, Any]:
    return asdict(shown) | {"at": clock.local_iso(shown.at, zone) if shown.at is not None else None}


def _draw(shown: told.Draw, zone: str) -> dict[str, Any]:
    return asdict(shown) | {"at": clock.local_iso(shown.at, zone)}


def _candidate(each: Candidate) -> dict[str, Any]:
    return {
        "unit": each.code, "name": each.name, "people": each.people, "last_visit": each.last_visit,
        "weight": each.facts.weight, "facts": each.facts.as_json(),
    }  # fmt: skip
