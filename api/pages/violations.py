"""*Vi phạm*: the list with its filters, saved views, what is done to many rows at once, and the same list as a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Annotated
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api import registers
from api.handing_out import handed_out
from api.http.auth import sent_from_here
from api.http.errors import Forbidden
from api.http.scope import Reader, page_may
from api.http.service import service
from api.pages.i18n import read_day
from api.pages.routes import PAGE_SIZE, language_of, show
from api.reporting.entry import Asked
from api.reporting.words import NARROWED
from attendance.errors import Invalid, NotFound
from attendance.services import reviewing
from attendance.services.access import Permission
from attendance.services.impartial import Decider
from attendance.services.reviewing import Answer, ReviewRefused, Seen, Verb
from attendance.store import people, saved_views
from attendance.store.database import Session
from attendance.store.saved_views import ViewRefused
from attendance.store.trail import record
from attendance.store.tree import Spread, StoredTree
from attendance.store.within import NOTHING
from reports.register_table import TooManyRows
from reports.violations import (
    Reviewed,
    SavedView,
    ViolationFilter,
    ViolationsPage,
    shown_rows,
    violations_page,
)

PAGE = "violations"
USUAL_DAYS = 31
NEEDS: dict[Verb, Permission] = {
    "ask": "explanations.ask",
    "confirm": "explanations.decide",
    "excuse": "explanations.decide",
}
_KNOWN = ("unit", "type", "status", "person", "over", "explained", "from", "to")

Attending = Annotated[Reader, Depends(page_may("attendance.read"))]
FROM_HERE = [Depends(sent_from_here)]
router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


def asked_filter(request: Request, values: dict[str, str]) -> ViolationFilter:
    """The filter of an address; what cannot be read filters nothing, and a page says so of dates."""
    today = service(request).today()
    typed = {name: values.get(name, "").strip()[:64] for name in _KNOWN}
    first, last = read_day(typed["from"], today), read_day(typed["to"], today)
    over = typed["over"]
    return ViolationFilter(
        unit=typed["unit"],
        type=typed["type"],
        status=typed["status"],
        person=typed["person"],
        over=int(over) if over.isascii() and over.isdecimal() and len(over) < 5 else None,
        explained=typed["explained"] if typed["explained"] in ("yes", "no") else "",
        from_on=first or (last or today) - timedelta(days=USUAL_DAYS),
        to_on=last or max(today, first or today),
        typed_from=typed["from"],
        typed_to=typed["to"],
    )


@router.get("/violations")
def violations(
    request: Request,
    reader: Attending,
    after: Annotated[str | None, Query(max_length=1000)] = None,
    before: Annotated[str | None, Query(max_length=1000)] = None,
) -> Response:
    """Where nothing is asked, the view that was saved as the usual one."""
    if not request.url.query:
        with service(request).database.reading() as session:
            usual = next((view for view in _kept(session, reader) if view.is_default), None)
        if usual is not None:
            return RedirectResponse(f"/violations?{usual.query or 'all=1'}", 303)
    view = _page(request, reader, dict(request.query_params), after=after, before=before)
    return show(request, "violations.html", view, user=reader.user)


def _page(
    request: Request, reader: Reader, values: dict[str, str], *, after: str | None = None, before: str | None = None
) -> ViolationsPage:
    parts = service(request)
    asked = asked_filter(request, values)
    with parts.database.reading() as session:
        part = _part(session, reader, asked)

        def listed(after: str | None, before: str | None) -> ViolationsPage:
            return violations_page(
                session,
                part=part,
                visible=reader.within,
                asked=asked,
                page_size=PAGE_SIZE,
                after=after,
                before=before,
            )

        try:
            view = listed(after, before)
        except Invalid:  # an address that was cut: the list begins anew
            view = listed(None, None)
        verbs = tuple(verb for verb, needed in NEEDS.items() if reader.elsewhere(session, needed) != NOTHING)
        views = _kept(session, reader)
        reader.saw_people(session, "violations", view.people, at=parts.now())
    return replace(view, verbs=verbs, views=views)


def _part(session: Session, reader: Reader, asked: ViolationFilter) -> Spread | None:
    """The part of the tree that is asked for. Of a unit one sees no longer, a view of one's own is empty and can be put
    right; anything else raises NotFound."""
    try:
        return reader.part(session, asked.unit or None, asked.from_on, max(asked.from_on, asked.to_on))
    except NotFound:
        if all(view.query != asked.query for view in _kept(session, reader)):
            raise
        return ()


def _kept(session: Session, reader: Reader) -> tuple[SavedView, ...]:
    rows = saved_views.of_account(session, reader.user.user_id, PAGE)
    return tuple(SavedView(row.id or 0, row.name, row.query, row.is_default) for row in rows)


@router.get("/reports/violations")
def export(request: Request, reader: Attending, format: Annotated[str, Query(max_length=20)] = "xlsx") -> Response:
    """Exactly what the list shows, all pages of it, in its order."""
    parts = service(request)
    asked = asked_filter(request, dict(request.query_params))
    with parts.database.reading() as session:
        part = _part(session, reader, asked)
        try:
            return registers.sent(
                session,
                asked.wanted(reader.within, part),
                format,
                asked=Asked(
                    reader.within,
                    lambda permission: reader.elsewhere(session, permission),
                    parts.settings.timezone,
                    parts.today(),
                    parts.now(),
                    language_of(request),
                    unit=asked.unit or None,
                    from_on=asked.from_on,
                    to_on=asked.to_on,
                    others={name: value for name, value in asked.values.items() if name in NARROWED},
                ),
                saw=lambda people: reader.saw_people(session, "report violations", people, at=parts.now()),
                takes=lambda file, rows: handed_out(request, reader, file, paper="violations", rows=rows),
                newest_first=True,
            )
        except TooManyRows:
            pass
    view = replace(_page(request, reader, dict(request.query_params)), problem="too_many_rows")
    return show(request, "violations.html", view, user=reader.user, status=422)


@router.post("/violations/review", dependencies=FROM_HERE)
def review(
    request: Request,
    reader: Attending,
    verb: Annotated[Verb, Form()],
    row: Annotated[Sequence[str], Form()] = (),
    note: Annotated[str, Form(max_length=4000)] = "",
    due: Annotated[str, Form(max_length=32)] = "",
) -> Response:
    """Acts on the chosen rows and says of each what became of it, above the list as it stands now."""
    parts = service(request)
    seen = [Seen(*part) for text in row if len(part := text.split(" ")) == 2]
    due_on = read_day(due, parts.today()) if due.strip() else None
    with parts.database.reading() as session:
        within = reader.elsewhere(session, NEEDS[verb])
    if within == NOTHING:
        raise Forbidden("This is for those who ask for explanations or decide on them.")
    values = dict(request.query_params)
    try:
        if due.strip() and due_on is None:
            raise ReviewRefused("due_unread", f"{due[:32]!r} is no day; write it as 24/11/2026.")
        answers = reviewing.review(
            parts.database,
            Decider(reader.actor, within),
            verb,
            seen,
            note=note.strip(),
            due_on=due_on,
            zone=parts.settings.timezone,
            at=parts.now(),
        )
    except ReviewRefused as error:
        chosen = frozenset(one.id for one in seen)
        view = replace(_page(request, reader, values), problem=error.reason, note=note, chosen=chosen)
        return show(request, "violations.html", view, user=reader.user, status=422)
    view = _page(request, reader, values)
    with parts.database.reading() as session:
        shown = _reviewed(session, verb, answers)
        named = [each.employee for _, each in shown.answers if each is not None]
        reader.saw_people(session, "violations", people.numbers(session, named), at=parts.now())
    return show(request, "violations.html", replace(view, reviewed=shown), user=reader.user)


def _reviewed(session: Session, verb: Verb, answers: Sequence[Answer]) -> Reviewed:
    rows = [answer.row for answer in answers if answer.row is not None]
    by_id = {row.id: row for row in shown_rows(session, StoredTree(session), rows)}
    return Reviewed(verb, tuple((answer.result, by_id.get(answer.id)) for answer in answers))


@router.post("/violations/views", dependencies=FROM_HERE)
def save_view(
    request: Request,
    reader: Attending,
    name: Annotated[str, Form(max_length=200)] = "",
    query: Annotated[str, Form(max_length=2000)] = "",
    usual: Annotated[bool, Form()] = False,
) -> Response:
    """Keeps the filters under a name, for this account alone."""
    parts = service(request)
    values = {key: value for key, value in parse_qsl(query) if key in _KNOWN}
    asked = asked_filter(request, values).query
    try:
        with parts.database.writing() as session:
            view = saved_views.save(session, reader.user.user_id, PAGE, name, asked, is_default=usual, at=parts.now())
            record(session, reader.actor, "view.saved", kind="view", key=view.name, at=parts.now())
    except ViewRefused as error:
        page = replace(_page(request, reader, values), problem=error.reason)
        return show(request, "violations.html", page, user=reader.user, status=422)
    return RedirectResponse(f"/violations?{asked or 'all=1'}", 303)


@router.post("/violations/views/{number}/{verb}", dependencies=FROM_HERE)
def change_view(
    request: Request, reader: Attending, number: int, verb: str, name: Annotated[str, Form(max_length=200)] = ""
) -> Response:
    """Renames or deletes a view, or makes it the usual one or no longer that. Raises NotFound for somebody else's."""
    parts = service(request)
    try:
        with parts.database.writing() as session:
            row = saved_views.get(session, reader.user.user_id, number)
            query, called = row.query, row.name
            if verb == "rename":
                saved_views.rename(session, row, name)
            elif verb == "delete":
                saved_views.delete(session, row)
            elif verb in ("usual", "unusual"):
                saved_views.make_default(session, row, verb == "usual")
            else:
                raise NotFound("address", verb[:20])
            record(session, reader.actor, _ACTS[verb], kind="view", key=called, at=parts.now())
    except ViewRefused as error:
        page = replace(_page(request, reader, {}), problem=error.reason)
        return show(request, "violations.html", page, user=reader.user, status=422)
    return RedirectResponse(f"/violations?{query if query and verb != 'delete' else 'all=1'}", 303)


_ACTS = {"rename": "view.renamed", "delete": "view.deleted", "usual": "view.made_usual", "unusual": "view.made_usual"}


def address(asked: ViolationFilter, **changes: str) -> str:
    """The address of the list with some values of its filter changed; an empty one takes its name away."""
    values = {name: value for name, value in (dict(asked.values) | changes).items() if value}
    return f"/violations?{urlencode(values)}" if values else "/violations?all=1"
