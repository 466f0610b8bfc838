"""*Thông báo* of one's own account: what was told, where it goes, what one wants to be told and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.http.auth import own_actor, page_user, sent_from_here
from api.http.service import service
from api.notifying.notifier import notifier_of
from api.pages.i18n import LANGUAGES
from api.pages.routes import language_of, show
from attendance import clock
from attendance.services.accounts import SignedIn
from attendance.services.notifications import own
from attendance.services.notifications.delivering import Undelivered
from attendance.services.notifications.kinds import ABOUT, INBOX, offered
from attendance.services.notifications.own import AddressRefused
from attendance.store import notice_wishes, notices
from attendance.store.notices import NewNotice
from attendance.store.trail import record

SHOWN = 50
DONE = ("chosen", "asked", "set", "removed", "tested", "seen")
PROBLEMS = (*own.REASONS, "unsent", "time")
TEST_HOURS = 1.0

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
FromHere = Depends(sent_from_here)
_OWN = {"x-open": "about oneself alone"}
User = Annotated[SignedIn, Depends(page_user)]
Word = Annotated[str, Form(max_length=254)]
Chosen = Annotated[list[str], Form(max_length=64)]


@dataclass(frozen=True, slots=True)
class Told:
    """Something one was told; `at` on the wall of the office."""

    title: str
    link: str
    at: datetime
    seen: bool


@dataclass(frozen=True, slots=True)
class AddressRow:
    """Where one is reached by a way; `wanted` waits for its code."""

    way: str
    address: str
    wanted: str


@dataclass(frozen=True, slots=True)
class KindRow:
    """A kind one can choose. `at` None: it is told when it happens."""

    kind: str
    ways: tuple[str, ...]
    at: time | None


@dataclass(frozen=True, slots=True)
class OwnNotifications:
    """`ways`: those there are here; `problem` and `done` name sentences."""

    told: tuple[Told, ...]
    addresses: tuple[AddressRow, ...]
    kinds: tuple[KindRow, ...]
    ways: tuple[str, ...]
    language: str
    done: str | None = None
    problem: str | None = None

    @property
    def unseen(self) -> int:
        return sum(not one.seen for one in self.told)

    @property
    def reached(self) -> frozenset[str]:
        """Ways by which something can be sent to this account now."""
        return frozenset({INBOX, *(one.way for one in self.addresses if one.address)})


@router.get("/account/notifications", openapi_extra=_OWN)
def notifications(request: Request, user: User) -> Response:
    done = request.query_params.get("done")
    return _page(request, user, done=done if done in DONE else None)


@router.post("/account/notifications", openapi_extra=_OWN, dependencies=[FromHere])
def choose(
    request: Request,
    user: User,
    choice: Chosen = [],  # noqa: B006 - FastAPI copies it
    morning_at: Word = "",
    missing_at: Word = "",
    waiting_at: Word = "",
    language: Word = "",
) -> Response:
    """`choice`: a kind and a way, as `morning:mail`."""
    given = {"morning": morning_at, "missing": missing_at, "waiting": waiting_at}
    parts, known = service(request), notifier_of(request.app).known_ways
    try:
        minutes = {kind: _minute(text) if text else own.minute_of(kind) for kind, text in given.items()}
    except ValueError:
        return _page(request, user, problem="time", status=422)
    with parts.database.writing() as session:
        at, actor = parts.now(), own_actor(request, user)
        for kind in offered(user.roles, user.employee_id is not None):
            ways = [way for way in known if f"{kind}:{way}" in choice]
            own.choose(session, user.user_id, kind, ways, minutes.get(kind, 0), known=known, actor=actor, at=at)
        if language in LANGUAGES:
            own.speak(session, user.user_id, language, actor=actor, at=at)
    return RedirectResponse("/account/notifications?done=chosen", 303)


@router.post("/account/notifications/address", openapi_extra=_OWN, dependencies=[FromHere])
def ask_address(request: Request, user: User, way: Word = "", address: Word = "") -> Response:
    """A code is sent to the new address."""
    parts, notifier = service(request), notifier_of(request.app)
    if way not in notifier.ways:
        return _page(request, user, problem="way", status=422)
    language = language_of(request)
    try:
        own.ask_address(
            parts.database, parts.secret_key, user.user_id, way, address,
            lambda *what: notifier.send_code(*what, language), actor=own_actor(request, user), at=parts.now(),
        )  # fmt: skip
    except AddressRefused as error:
        return _page(request, user, problem=error.why, status=422)
    except Undelivered:
        return _page(request, user, problem="unsent", status=503)
    return RedirectResponse("/account/notifications?done=asked", 303)


@router.post("/account/notifications/confirm", openapi_extra=_OWN, dependencies=[FromHere])
def confirm_address(request: Request, user: User, way: Word = "", code: Word = "") -> Response:
    parts = service(request)
    try:
        own.confirm_address(
            parts.database, parts.secret_key, user.user_id, way, code, actor=own_actor(request, user), at=parts.now()
        )
    except AddressRefused as error:
        return _page(request, user, problem=error.why, status=422)
    return RedirectResponse("/account/notifications?done=set", 303)


@router.post("/account/notifications/forget", openapi_extra=_OWN, dependencies=[FromHere])
def forget_address(request: Request, user: User, way: Word = "") -> Response:
    parts = service(request)
    with parts.database.writing() as session:
        own.forget_address(session, user.user_id, way, actor=own_actor(request, user), at=parts.now())
    return RedirectResponse("/account/notifications?done=removed", 303)


@router.post("/account/notifications/test", openapi_extra=_OWN, dependencies=[FromHere])
def send_test(request: Request, user: User, way: Word = "") -> Response:
    """A test by one way, at most once a minute."""
    parts = service(request)
    if way not in notifier_of(request.app).known_ways:
        return _page(request, user, problem="way", status=422)
    with parts.database.writing() as session:
        at = parts.now()
        key = f"test:{user.user_id}:{way}:{at:%Y%m%d%H%M}"
        notices.put(session, [NewNotice(key, "test", way, user.user_id, hours=TEST_HOURS)], at)
        actor = own_actor(request, user)
        record(session, actor, "notices.tested", kind="account", key=user.name, after={"way": way}, at=at)
    return RedirectResponse("/account/notifications?done=tested", 303)


@router.post("/account/notifications/seen", openapi_extra=_OWN, dependencies=[FromHere])
def mark_seen(request: Request, user: User) -> Response:
    parts = service(request)
    with parts.database.writing() as session:
        notices.mark_seen(session, user.user_id, parts.now())
    return RedirectResponse("/account/notifications?done=seen", 303)


def _page(
    request: Request, user: SignedIn, *, done: str | None = None, problem: str | None = None, status: int = 200
) -> Response:
    parts, notifier = service(request), notifier_of(request.app)
    zone = parts.settings.timezone
    with parts.database.reading() as session:
        told = tuple(
            Told(row.title, row.link, clock.to_wall(row.sent_at or row.created_at, zone), row.seen_at is not None)
            for row in notices.inbox(session, user.user_id, limit=SHOWN)
        )
        stored = {row.way: row for row in notice_wishes.addresses(session, user.user_id)}
        addresses = tuple(
            AddressRow(way, stored[way].address if way in stored else "", stored[way].wanted if way in stored else "")
            for way in notifier.ways
        )
        chosen = {wish.kind: wish for wish in notice_wishes.wishes(session, user.user_id)}
        [who] = notice_wishes.recipients(session, [user.user_id])
    kinds = tuple(
        KindRow(
            kind,
            chosen[kind].ways if kind in chosen else ABOUT[kind].ways,
            _time(chosen[kind].minute if kind in chosen else own.minute_of(kind)) if ABOUT[kind].minute else None,
        )
        for kind in offered(user.roles, user.employee_id is not None)
    )
    view = OwnNotifications(
        told, addresses, kinds, notifier.known_ways, who.language or parts.settings.language, done, problem
    )
    return show(request, "notifications.html", view, user=user, status=status)


def _minute(text: str) -> int:
    """Raises ValueError for what is no time of the day."""
    found = time.fromisoformat(text.strip().replace("h", ":").replace(".", ":"))
    return found.hour * 60 + found.minute


def _time(minute: int) -> time:
    return time(*divmod(minute, 60))
