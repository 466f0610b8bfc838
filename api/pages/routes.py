"""The addresses of the pages: each reads, renders and decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from api.http.auth import (
    csrf_token,
    page_user,
    session_user,
)
from api.http.errors import Forbidden
from api.http.scope import Reader, page_may
from api.http.service import service
from api.pages.assets import MOUNT, STATIC
from api.pages.i18n import LANGUAGES, pick_language, read_day
from api.pages.render import navigation, render
from attendance.services import setting_up
from attendance.services.access import permissions
from attendance.services.accounts import SignedIn
from reports.view import ErrorPage, User

LANGUAGE_COOKIE = "attendance_language"
PAGE_SIZE = 50
MAX_PAGE = 20_000
EARLIEST = date(2000, 1, 1)  # terminals know no earlier year
_YEAR_SECONDS = 31_536_000


@dataclass(frozen=True, slots=True)
class Demo:
    """What only the demo shows: its banner, and one login per role as (role, name, password)."""

    logins: Sequence[tuple[str, str, str]] = ()


class LongLivedFiles(StaticFiles):
    """Static files whose address changes with their content, so that browsers may keep them for ever."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = f"public, max-age={_YEAR_SECONDS}, immutable"
        return response


def static_files() -> tuple[str, LongLivedFiles]:
    """Where the static files are mounted, and what serves them."""
    return MOUNT, LongLivedFiles(directory=STATIC)


def language_of(request: Request) -> str:
    settings = service(request).settings
    return pick_language(request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE), settings.language)


def show(
    request: Request,
    template: str,
    view: object,
    *,
    user: SignedIn | None = None,
    token: str = "",
    status: int = 200,
    **extra: object,
) -> HTMLResponse:
    """A page in the reader's language; a language chosen in the address is remembered. `extra`: names of that page."""
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    html = render(
        template,
        view,
        lang=language_of(request),
        user=shown_user(user, remind=not is_demo(request)),
        csrf_token=token or csrf_token(request),
        demo=is_demo(request),
        path=path,
        unread=_unread_dates(request),
        today=service(request).today(),
        **extra,
    )
    response = HTMLResponse(html, status)
    chosen = request.query_params.get("lang")
    if chosen in LANGUAGES:
        response.set_cookie(LANGUAGE_COOKIE, chosen, max_age=_YEAR_SECONDS, samesite="lax", httponly=True)
    return response


def _unread_dates(request: Request) -> list[str]:
    """Dates of the address that are none: nobody shall take what is shown for what they asked for."""
    given = [request.query_params.get(name, "").strip()[:40] for name in ("from", "to", "on", "week", "day")]
    return [text for text in given if text and read_day(text, service(request).today()) is None]


def shown_user(user: SignedIn | None, *, remind: bool = False) -> User | None:
    """`remind`: those who should have a second factor and have none are told."""
    if user is None:
        return None
    remind, is_person = remind and user.held.remind, user.employee_id is not None
    return User(user.name, user.role or "none", permissions(user.grants), remind, is_person)


def is_demo(request: Request) -> bool:
    return getattr(request.app.state, "demo", None) is not None


def show_error(request: Request, status: int, incident: str | None) -> Response:
    """The page of an error; the fragment of a page gets the bare status, so that the page around it can reload."""
    if request.headers.get("hx-request"):
        return Response(status_code=status)
    known = status if status in (401, 403, 404) else 404 if status in (405, 422) else 500
    return show(request, "error.html", ErrorPage(known, incident), user=session_user(request), status=status)


Attending = Annotated[Reader, Depends(page_may("attendance.read"))]
router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/", openapi_extra={"x-open": "leads to the first page one may open"})
def home(request: Request, user: Annotated[SignedIn, Depends(page_user)]) -> RedirectResponse:
    """The first page somebody may open, for an administrator a set-up that is not over. Raises Forbidden where there
    is none."""
    if "system.manage" in permissions(user.grants):
        with service(request).database.reading() as session:
            if setting_up.progress(session) is not None:
                return RedirectResponse("/setup", 303)
    offered = navigation(shown_user(user))
    if not offered:
        raise Forbidden("Nothing is granted to you at present; ask the administrators.")
    return RedirectResponse(offered[0][0], 303)


def asked_day(text: str, today_on: date) -> date | None:
    """A day that can have something to show; None for anything else, such as a slip of the year."""
    on = read_day(text, today_on)
    return on if on is not None and EARLIEST <= on <= today_on + timedelta(days=366) else None
