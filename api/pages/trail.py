"""The pages *Nhật ký* for auditors, and *Ai đã xem hồ sơ của tôi* for everybody."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, Response

from api.http.auth import page_user
from api.http.routers.audit import begins, ends, place, plain
from api.http.scope import Reader, page_may
from api.http.service import service
from api.pages.i18n import read_day
from api.pages.routes import show
from attendance.services.accounts import SignedIn
from attendance.store.trail_reading import Asked
from reports.trail import TrailFilter, looks_page, trail_page

PAGE_SIZE = 50

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
Short = Annotated[str, Query(max_length=64)]


@router.get("/trail")
def trail(
    request: Request,
    reader: Annotated[Reader, Depends(page_may("trail.read"))],
    actor: Short = "",
    act: Short = "",
    employee: Short = "",
    key: Short = "",
    before: Short = "",
) -> Response:
    parts = service(request)
    zone, today_on = parts.settings.timezone, parts.today()
    first = read_day(request.query_params.get("from", ""), today_on)
    last = read_day(request.query_params.get("to", ""), today_on)
    shown = TrailFilter(actor.strip(), act, employee.strip(), key.strip(), first, last)
    with parts.database.reading() as session:
        number = None
        if shown.employee:
            number = reader.employee_id(session, shown.employee)
        asked = Asked(
            plain(shown.actor) or None, plain(shown.act) or None, None, plain(shown.key) or None, number,
            begins(first, zone), ends(last, zone), reader.within,
        )  # fmt: skip
        view = trail_page(session, zone, asked, shown, limit=PAGE_SIZE, before=place(before or None))
        seen = {code for line in view.lines for code in line.employees}
        reader.saw(session, "trail", seen, at=parts.now())
    return show(request, "trail.html", view, user=reader.user)


@router.get("/looks", openapi_extra={"x-open": "about oneself alone"})
def looks(request: Request, user: Annotated[SignedIn, Depends(page_user)], before: Short = "") -> Response:
    parts = service(request)
    with parts.database.reading() as session:
        view = looks_page(
            session,
            parts.settings.timezone,
            user.employee_id,
            user.user_id,
            limit=PAGE_SIZE,
            before=place(before or None),
        )
    return show(request, "looks.html", view, user=user)
