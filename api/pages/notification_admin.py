"""*Thông báo* of the installation: which ways are set up, webhooks, and what became of what was sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.http.auth import sent_from_here
from api.http.routers.notifications import unit_of
from api.http.scope import Reader, page_may
from api.http.service import service
from api.notifying.notifier import notifier_of
from api.pages.routes import MAX_PAGE, show
from attendance import clock
from attendance.errors import Conflict, Invalid, NotFound
from attendance.services.notifications import endpoints
from attendance.services.notifications.kinds import EVENTS, INBOX, MAIL
from attendance.store import notices, office, webhooks
from attendance.store.database import Session
from attendance.store.tables import UnitRow
from attendance.store.tree import StoredTree
from reports.view import UnitOption

STATES = ("waiting", "sending", "sent", "failed", "dropped")
DROPPED = ("late", "closed", "no_address", "scope", "no_workday", "settled")
"""Why there was nothing to say."""
DONE = ("disabled", "enabled", "tested", "retried")
PROBLEMS = ("url", "name", "events", "unit", "shut", "moved")
PAGE_SIZE = 50

router = APIRouter(include_in_schema=False, prefix="/system/notifications", default_response_class=HTMLResponse)
FromHere = Depends(sent_from_here)
Managing = Annotated[Reader, Depends(page_may("system.manage"))]
Line = Annotated[str, Form(max_length=500)]


@dataclass(frozen=True, slots=True)
class WayRow:
    """A way; `ok_at` on the wall: when it last carried something. `error`: what went wrong since."""

    way: str
    set_up: bool
    ok_at: datetime | None
    error: str


@dataclass(frozen=True, slots=True)
class HookRow:
    """A webhook; moments on the wall of the office."""

    id: int
    name: str
    url: str
    unit: str
    events: tuple[str, ...]
    shut: str
    failing_since: datetime | None
    ok_at: datetime | None
    error: str


@dataclass(frozen=True, slots=True)
class SentRow:
    """A row of the outbox; moments on the wall. `why` is a sentence of the way, `dropped` the code of a reason."""

    id: int
    kind: str
    way: str
    to: str
    state: str
    attempts: int
    why: str
    dropped: str
    at: datetime
    next_at: datetime | None

    @property
    def can_be_retried(self) -> bool:
        return self.state in ("waiting", "failed")


@dataclass(frozen=True, slots=True)
class NotificationAdmin:
    """`made`: a secret that was made a moment ago, shown this once, for the webhook `made_for`."""

    ways: tuple[WayRow, ...]
    hooks: tuple[HookRow, ...]
    rows: tuple[SentRow, ...]
    total: int
    page: int
    state: str
    units: tuple[UnitOption, ...]
    whole: bool
    events: tuple[str, ...] = EVENTS
    states: tuple[str, ...] = STATES
    made: str = ""
    made_for: str = ""
    done: str | None = None
    problem: str | None = None
    given: dict[str, str] | None = None

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


@router.get("")
def notifications(request: Request, reader: Managing) -> Response:
    done = request.query_params.get("done")
    return _page(request, reader, done=done if done in DONE else None)


@router.post("/webhooks", dependencies=[FromHere])
def add(
    request: Request,
    reader: Managing,
    name: Line = "",
    url: Line = "",
    unit: Annotated[str, Form(max_length=64)] = "",
    event: Annotated[list[str], Form(max_length=64)] = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    """A new webhook; its secret is on the page that answers, and nowhere else."""
    parts = service(request)
    given = {"name": name, "url": url, "unit": unit, **dict.fromkeys(event, "yes")}
    try:
        endpoints.check_url(url.strip())
    except Invalid:
        return _page(request, reader, problem="url", given=given, status=422)
    if not name.strip() or not event:
        return _page(request, reader, problem="events" if name.strip() else "name", given=given, status=422)
    try:
        with parts.database.writing() as session:
            _, secret = endpoints.add(
                session, parts.secret_key, name=name, url=url.strip(), events=event,
                unit_id=unit_of(session, reader, unit), actor=reader.actor, at=parts.now(),
            )  # fmt: skip
    except NotFound:
        return _page(request, reader, problem="unit", given=given, status=422)
    except Invalid:
        return _page(request, reader, problem="name", given=given, status=422)
    return _page(request, reader, made=secret, made_for=name.strip())


@router.post("/webhooks/{number}/{verb}", dependencies=[FromHere])
def change(request: Request, reader: Managing, number: int, verb: str) -> Response:
    """rotate, disable, enable or test one webhook."""
    parts = service(request)
    at, actor, within = parts.now(), reader.actor, reader.within
    with parts.database.writing() as session:
        if verb == "rotate":
            secret = endpoints.rotate(session, parts.secret_key, number, within, actor=actor, at=at)
            name = endpoints.get(session, number).name
        elif verb == "disable":
            endpoints.disable(session, number, within, actor=actor, at=at)
        elif verb == "enable":
            endpoints.enable(session, number, within, actor=actor, at=at)
        elif verb == "test":
            if endpoints.get(session, number, within).disabled_at is not None:
                return _page(request, reader, problem="shut", status=422)
            endpoints.send_test(session, number, within, actor=actor, at=at)
        else:
            raise NotFound("page", verb[:64])
    if verb == "rotate":
        return _page(request, reader, made=secret, made_for=name)
    done = {"disable": "disabled", "enable": "enabled", "test": "tested"}[verb]
    return RedirectResponse(f"/system/notifications?done={done}", 303)


@router.post("/outbox/{number}/retry", dependencies=[FromHere])
def retry(request: Request, reader: Managing, number: int) -> Response:
    parts = service(request)
    try:
        with parts.database.writing() as session:
            endpoints.try_again(session, number, reader.within, actor=reader.actor, at=parts.now())
    except Conflict:
        return _page(request, reader, problem="moved", status=409)
    return RedirectResponse("/system/notifications?done=retried", 303)


def _page(
    request: Request,
    reader: Reader,
    *,
    made: str = "",
    made_for: str = "",
    done: str | None = None,
    problem: str | None = None,
    given: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    parts = service(request)
    state = request.query_params.get("state", "")
    state = state if state in STATES else ""
    asked = request.query_params.get("page", "1")[:12]  # longer ones are no number that Python reads
    page = min(int(asked), MAX_PAGE) if asked.isascii() and asked.isdecimal() and int(asked) else 1
    with parts.database.reading() as session:
        rows, total = notices.listed(
            session, reader.within, state=state or None, limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE
        )
        view = NotificationAdmin(
            ways=_ways(request, session) if reader.within.is_all else (),
            hooks=tuple(_hooks(request, session, reader)),
            rows=tuple(_sent(row, parts.settings.timezone) for row in rows),
            total=total,
            page=page,
            state=state,
            units=tuple(
                UnitOption(unit.code, unit.name, unit.depth)
                for unit in StoredTree(session).shown(parts.today(), reader.within)
            ),
            whole=reader.within.is_all,
            made=made,
            made_for=made_for,
            done=done,
            problem=problem,
            given=given,
        )
    return show(request, "notification_admin.html", view, user=reader.user, status=status)


def _ways(request: Request, session: Session) -> tuple[WayRow, ...]:
    zone, known = service(request).settings.timezone, notifier_of(request.app).known_ways
    found = []
    for way in dict.fromkeys((INBOX, MAIL, *known)):
        ok_at, error = notices.way_standing(session, way)
        found.append(WayRow(way, way in known, clock.to_wall(ok_at, zone) if ok_at else None, error))
    return tuple(found)


def _hooks(request: Request, session: Session, reader: Reader) -> list[HookRow]:
    zone = service(request).settings.timezone
    return [
        HookRow(
            row.id or 0, row.name, endpoints.shown_url(row.url),
            office.code_of(session, UnitRow, row.unit_id) if row.unit_id is not None else "",
            tuple(row.events), row.disabled_why if row.disabled_at is not None else "",
            clock.to_wall(row.failing_since, zone) if row.failing_since is not None else None,
            clock.to_wall(row.last_ok_at, zone) if row.last_ok_at is not None else None,
            row.last_error,
        )
        for row in webhooks.listed(session, reader.within)
    ]  # fmt: skip


def _sent(row: notices.Shown, zone: str) -> SentRow:
    dropped = row.error if row.state == "dropped" else ""
    return SentRow(
        row.id, row.kind, row.way, row.user or row.webhook or "", row.state, row.attempts,
        "" if dropped else row.error, dropped, clock.to_wall(row.sent_at or row.created_at, zone),
        clock.to_wall(row.next_at, zone) if row.state == "waiting" else None,
    )  # fmt: skip
