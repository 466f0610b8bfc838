"""The pages *Đoàn, tổ kiểm tra*: the list with a form for a new one, and one team with who is in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.http.auth import sent_from_here
from api.http.routers.teams import check_place, own_teams, team_seen, team_written
from api.http.scope import Reader, page_may
from api.http.service import service
from api.pages.i18n import read_day
from api.pages.routes import show
from attendance.errors import AttendanceError, NotFound
from attendance.services.granting import GrantInvalid, GrantRefused
from attendance.services.visiting import teams as verbs
from attendance.services.visiting.teams import NewMember, NewTeam, TeamInvalid
from attendance.store import teams
from attendance.store.database import Session
from attendance.store.visit_tables import TeamRow
from reports.teams import DONE, TeamPage, TeamsPage, places, told

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

FromHere = Depends(sent_from_here)
Reading = Annotated[Reader, Depends(page_may("teams.read"))]
Writing = Annotated[Reader, Depends(page_may("teams.write"))]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Line = Annotated[str, Form(max_length=200)]
Short = Annotated[str, Form(max_length=64)]
Text = Annotated[str, Form(max_length=4000)]
PROBLEMS = (*verbs.PROBLEMS, "own", "mixture", "unknown", "place", "grant")


@router.get("/teams")
def team_list(request: Request, reader: Reading) -> Response:
    return _list(request, reader)


@router.post("/teams", dependencies=[FromHere])
def form(
    request: Request,
    reader: Writing,
    name: Line = "",
    document: Line = "",
    authority: Short = "state",
    standing: Short = "",
    unit: Short = "",
    first: Annotated[str, Form(alias="from", max_length=20)] = "",
    last: Annotated[str, Form(alias="to", max_length=20)] = "",
    head: Short = "",
    head_post: Line = "",
    members: Text = "",
) -> Response:
    """The head of the team by account and post; then a line for each member: account, post."""
    parts = service(request)
    given = {
        "name": name, "document": document, "authority": authority, "standing": standing, "unit": unit, "from": first,
        "to": last, "head": head, "head_post": head_post, "members": members,
    }  # fmt: skip
    try:
        from_on, to_on = _day(first, reader.today), _day(last, reader.today)
        everybody = [NewMember(head.strip(), "head", "", head_post.strip()), *_members(members)]
        new = NewTeam(name, document, unit or None, from_on, to_on, everybody, bool(standing), authority)
        with parts.database.writing() as session:
            check_place(session, reader, new.unit)
            row = verbs.form(session, parts.settings.timezone, new, by=reader.actor, at=parts.now())
            number = teams.number_of(row)
    except AttendanceError as error:
        return _list(request, reader, _problem(error), given)
    return RedirectResponse(f"/teams/{number}?done=formed", 303)


@router.get("/teams/{number}")
def one(request: Request, reader: Reading, number: Number, done: Annotated[str, Query(max_length=16)] = "") -> Response:
    view = _one(request, reader, number)
    return show(request, "team.html", replace(view, done=done if done in DONE else None), user=reader.user)


@router.post("/teams/{number}/members", dependencies=[FromHere])
def join(
    request: Request, reader: Writing, number: Number, user: Short = "", part: Short = "member", post: Line = ""
) -> Response:
    def act(session: Session, row: TeamRow) -> None:
        parts, new = service(request), NewMember(user.strip(), part, "", post.strip())
        verbs.join(session, parts.settings.timezone, row, new, by=reader.actor, at=parts.now())

    return _act(request, reader, number, "joined", act, {"user": user, "part": part, "post": post})


@router.post("/teams/{number}/members/{member}/leave", dependencies=[FromHere])
def leave(request: Request, reader: Writing, number: Number, member: Number) -> Response:
    def act(session: Session, row: TeamRow) -> None:
        verbs.leave(session, row, member, by=reader.actor, at=service(request).now())

    return _act(request, reader, number, "left", act, {})


@router.post("/teams/{number}/end", dependencies=[FromHere])
def end(request: Request, reader: Writing, number: Number, why: Annotated[str, Form(max_length=1000)] = "") -> Response:
    def act(session: Session, row: TeamRow) -> None:
        verbs.end(session, row, why=why, by=reader.actor, at=service(request).now())

    return _act(request, reader, number, "ended", act, {"why": why})


def _act(
    request: Request,
    reader: Reader,
    number: int,
    done: str,
    act: Callable[[Session, TeamRow], None],
    given: dict[str, str],
) -> Response:
    parts = service(request)
    with parts.database.reading() as session:
        team_written(session, reader, number)
    try:
        with parts.database.writing() as session:
            act(session, team_written(session, reader, number))
    except AttendanceError as error:
        if isinstance(error, NotFound) and error.kind != "user":
            raise
        view = replace(_one(request, reader, number), problem=_problem(error), given=given)
        return show(request, "team.html", view, user=reader.user, status=422)
    return RedirectResponse(f"/teams/{number}?done={done}", 303)


def _problem(error: AttendanceError) -> str:
    match error:
        case TeamInvalid():
            return error.why
        case GrantRefused() | GrantInvalid():
            return error.why if error.why in PROBLEMS else "grant"
        case NotFound(kind="user"):
            return "unknown"
    return "place"


def _list(
    request: Request, reader: Reader, problem: str | None = None, given: dict[str, str] | None = None
) -> Response:
    parts = service(request)
    with parts.database.reading() as session:
        own, writing = own_teams(session, reader), reader.elsewhere(session, "teams.write")
        seen = reader.elsewhere(session, "teams.read")
        found = told(session, parts.settings.timezone, teams.seen(session, seen, own), own, writing, reader.today)
        may_form = writing.is_all or bool(writing.units)
        units = places(session, writing, reader.today) if may_form else ()
    view = TeamsPage(tuple(found), units, writing.is_all, may_form, reader.today, problem, given)
    return show(request, "teams.html", view, user=reader.user, status=422 if problem else 200)


def _one(request: Request, reader: Reader, number: int) -> TeamPage:
    parts = service(request)
    with parts.database.reading() as session:
        row = team_seen(session, reader, number)
        own, writing = own_teams(session, reader), reader.elsewhere(session, "teams.write")
        return TeamPage(told(session, parts.settings.timezone, [row], own, writing, reader.today)[0], reader.today)


def _members(text: str) -> list[NewMember]:
    lines = [line.partition(",") for line in text.splitlines() if line.strip()]
    return [NewMember(user.strip(), "member", "", post.strip()) for user, _, post in lines]


def _day(text: str, today: date) -> date:
    found = read_day(text, today)
    if found is None:
        raise TeamInvalid("period", "Write both days of the decision, as 24/11/2026.")
    return found
