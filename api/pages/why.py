"""*Vì sao?*: a person's day, opened by its date or by one violation of it; `?a=1&b=2` compares two conclusions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, Response

from api.http.scope import Reader, page_may
from api.http.service import service
from api.pages.routes import asked_day, show
from attendance.errors import NotFound
from attendance.services.disclosure import Disclosed
from attendance.store import listing
from attendance.store.database import Session
from attendance.store.listing_keys import read_violation_id
from attendance.store.tree import StoredTree
from reports.day import why_page
from reports.day_beside import beside
from reports.explained import Rights

Attending = Annotated[Reader, Depends(page_may("attendance.read"))]
Revision = Annotated[str, Query(max_length=64)]
_LONGEST = 9  # digits of the number of a revision
router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/violations/{violation}")
def violation(request: Request, reader: Attending, violation: str, a: Revision = "", b: Revision = "") -> Response:
    key = read_violation_id(violation)
    if key is None:
        raise NotFound("violation", violation[:64])
    return _why(request, reader, key.employee_id, key.on, violation, _two(a, b))


@router.get("/days/{employee}/{day}")
def day(request: Request, reader: Attending, employee: str, day: str, a: Revision = "", b: Revision = "") -> Response:
    on = asked_day(day, service(request).today())
    if on is None:
        raise NotFound("day", day[:64])
    with service(request).database.reading() as session:
        employee_id = reader.employee_id(session, employee)
    return _why(request, reader, employee_id, on, None, _two(a, b))


def _two(a: str, b: str) -> tuple[int, int] | None:
    """Two numbers of revisions as the address has them; None where it has no two."""
    written = all(each.isdecimal() and len(each) < _LONGEST for each in (a, b))
    return (int(a), int(b)) if written else None


def rights_of(session: Session, reader: Reader) -> Rights:
    return Rights(
        reader.elsewhere(session, "explanations.read"),
        reader.elsewhere(session, "reasons.read"),
        reader.elsewhere(session, "explanations.file"),
    )


def _why(
    request: Request, reader: Reader, employee_id: int, on: date, focus: str | None, revisions: tuple[int, int] | None
) -> Response:
    parts, user = service(request), reader.user
    zone = parts.settings.timezone
    with parts.database.reading() as session:
        if not listing.sees_employee(session, employee_id, on, reader.within):
            raise NotFound("person", quote(str(employee_id)))
        known = reader.elsewhere(session, "reasons.read")
        reasons = listing.sees_employee(session, employee_id, on, known)
        shown = Disclosed(reasons, alarms=not reader.within.is_person)
        view = why_page(session, zone, parts.now(), employee_id, on, focus=focus, shown=shown)
        if focus is not None and view.focus is None:
            raise NotFound("violation", focus[:64])
        unit = StoredTree(session).numbers.get(view.unit)
        view = replace(
            view,
            beside=beside(
                session,
                zone,
                employee_id,
                on,
                unit=view.unit,
                within=reader.within,
                papers=reader.elsewhere(session, "papers.read"),
                reasons=known,
                disclosed=reasons,
                revisions=revisions,
                own_employee=user.employee_id,
                own_user=user.user_id,
                rights=rights_of(session, reader),
                questions={each.id: each.status for each in view.violations},
                today=parts.today(),
                month_page=reader.elsewhere(session, "months.read").sees(unit),
                may_file=reader.elsewhere(session, "papers.file").sees(unit, employee_id),
                visits=reader.elsewhere(session, "visits.read"),
            ),
        )
        reader.saw(session, "day", [view.employee], at=parts.now(), key=on.isoformat())
    return show(request, "why.html", view, user=user)
