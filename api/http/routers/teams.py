"""Teams: formed by a decision, who is in them, their end."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path, Request, Response

from api.http.answers import answer, listed
from api.http.errors import Forbidden
from api.http.params import Page
from api.http.schemas.inspections import Ending, NewMember, NewTeam, Team, TeamList
from api.http.scope import Reader, may
from api.http.service import service
from attendance.errors import NotFound
from attendance.services.visiting import entering
from attendance.services.visiting import teams as verbs
from attendance.store import teams
from attendance.store.database import Session
from attendance.store.listing import Listed
from attendance.store.visit_tables import TeamRow
from attendance.store.within import Within
from reports.teams import told

router = APIRouter(prefix="/teams", tags=["inspections"])

Reading = Annotated[Reader, Depends(may("teams.read"))]
Writing = Annotated[Reader, Depends(may("teams.write"))]
Number = Annotated[int, Path(ge=1, le=2**31 - 1, description="Number of the team.", examples=[4])]
Place = Annotated[int, Path(ge=1, le=2**31 - 1, description="Number of their place in the team.", examples=[3])]


@router.get("", operation_id="listTeams", summary="Teams", response_model=TeamList)
def list_teams(request: Request, reader: Reading, page: Page) -> Response:
    """Those whose units one sees, and those one is in; the longest to hold first. What they plan is not told here."""
    parts = service(request)
    with parts.database.reading() as session:
        own, writing = own_teams(session, reader), reader.elsewhere(session, "teams.write")
        rows = teams.seen(session, reader.within, own)
        shown = rows[page.offset : page.offset + page.limit]
        found = told(session, parts.settings.timezone, shown, own, writing, reader.today)
    return listed(Listed([asdict(each) for each in found], len(rows)), page)


@router.post("", operation_id="formTeam", summary="Form a team", response_model=Team, status_code=201)
def form_team(request: Request, reader: Writing, given: NewTeam) -> Response:
    """By a decision, for leaders and HR: every member is granted an inspector's rights for its units and its period.
    Nobody names themselves; a team one is to be in is formed by somebody else."""
    parts = service(request)
    new = verbs.NewTeam(
        given.name, given.document, given.unit, given.from_, given.to,
        [verbs.NewMember(each.user, each.part, each.name, each.post) for each in given.members],
        given.standing, given.authority,
    )  # fmt: skip
    with parts.database.writing() as session:
        check_place(session, reader, given.unit)
        row = verbs.form(session, parts.settings.timezone, new, by=reader.actor, at=parts.now())
        return _answered(request, session, reader, row, 201)


@router.get("/{id}", operation_id="getTeam", summary="A team", response_model=Team)
def get_team(request: Request, reader: Reading, id: Number) -> Response:
    """With everybody who is and was in it."""
    with service(request).database.reading() as session:
        return _answered(request, session, reader, team_seen(session, reader, id))


@router.post("/{id}/members", operation_id="joinTeam", summary="Add a member", response_model=Team, status_code=201)
def join_team(request: Request, reader: Writing, id: Number, given: NewMember) -> Response:
    """Never oneself. They may do what the team may from now on."""
    parts = service(request)
    with parts.database.writing() as session:
        row = team_written(session, reader, id)
        new = verbs.NewMember(given.user, given.part, given.name, given.post)
        verbs.join(session, parts.settings.timezone, row, new, by=reader.actor, at=parts.now())
        return _answered(request, session, reader, row, 201)


@router.post("/{id}/members/{member}/leave", operation_id="leaveTeam", summary="Take a member out", response_model=Team)
def leave_team(request: Request, reader: Writing, id: Number, member: Place) -> Response:
    """Their grant is revoked with it, at once."""
    parts = service(request)
    with parts.database.writing() as session:
        row = team_written(session, reader, id)
        verbs.leave(session, row, member, by=reader.actor, at=parts.now())
        return _answered(request, session, reader, row)


@router.post("/{id}/end", operation_id="endTeam", summary="End a team", response_model=Team)
def end_team(request: Request, reader: Writing, id: Number, given: Annotated[Ending | None, Body()] = None) -> Response:
    """Every grant it gave is revoked at once; what it had planned is known to nobody any more."""
    parts = service(request)
    with parts.database.writing() as session:
        row = team_written(session, reader, id)
        verbs.end(session, row, why=given.why if given is not None else "", by=reader.actor, at=parts.now())
        return _answered(request, session, reader, row)


def own_teams(session: Session, reader: Reader) -> frozenset[int]:
    """Numbers of the teams the reader is in now."""
    rows = entering.teams_in_force(session, reader.user.user_id, reader.today)
    return frozenset(teams.number_of(row) for row in rows)


def team_seen(session: Session, reader: Reader, number: int) -> TeamRow:
    """Raises NotFound for a team whose units the reader does not see and which they are not in."""
    own = own_teams(session, reader)
    row = teams.find(session, number)
    if row is None or not (reader.within.sees(row.unit_id) or number in own):
        raise NotFound("team", str(number))
    return row


def team_written(session: Session, reader: Reader, number: int) -> TeamRow:
    """One whose units are all in the part of the tree for which the reader forms teams. Raises NotFound."""
    row = teams.find(session, number)
    if row is None or not reader.within.sees(row.unit_id):
        raise NotFound("team", str(number))
    return row


def check_place(session: Session, reader: Reader, unit: str | None) -> None:
    """Where a team may be formed. Raises NotFound, Forbidden."""
    if unit is not None:
        reader.unit(session, unit)
    elif not reader.within.is_all:
        raise Forbidden("You answer for a part of the tree; name the unit of it that the team may visit.")


def _answered(request: Request, session: Session, reader: Reader, row: TeamRow, status: int = 200) -> Response:
    own = own_teams(session, reader)
    writing: Within = reader.elsewhere(session, "teams.write")
    zone = service(request).settings.timezone
    return answer(asdict(told(session, zone, [row], own, writing, reader.today)[0]), status)
