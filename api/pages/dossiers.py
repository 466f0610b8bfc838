"""*Hồ sơ*: what a dossier holds and in which form to take it, of a violation or of a person and dates; and the file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, Response

from api import dossiers
from api.http.routers.dossiers import handed, key_of
from api.http.scope import Reader, page_may
from api.http.service import service
from api.pages.i18n import LANGUAGES, read_day
from api.pages.routes import language_of, show
from attendance.errors import Invalid, NotFound
from attendance.store import listing, listing_rulings, people
from attendance.store.listing_keys import read_violation_id
from reports.dossier_making import MOST_DAYS

Attending = Annotated[Reader, Depends(page_may("attendance.read"))]
Asked = Annotated[str, Query(max_length=1000)]
Typed = Annotated[str, Query(max_length=32)]
router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@dataclass(frozen=True, slots=True)
class DossierChoice:
    """Whose dossier is asked for: of `violation` on `from_on`, or (empty) of a span. `problem`: why none was made."""

    employee: str
    name: str
    violation: str
    from_on: date
    to_on: date
    most_days: int = MOST_DAYS
    problem: str = ""


@router.get("/dossier")
def choose(request: Request, reader: Attending, violation: Asked = "", employee: Asked = "") -> Response:
    view = _choice(request, reader, violation, employee)
    return show(request, "dossier.html", view, user=reader.user)


def _choice(request: Request, reader: Reader, violation: str, employee: str, problem: str = "") -> DossierChoice:
    parts = service(request)
    today = parts.today()
    with parts.database.reading() as session:
        if violation:
            key = read_violation_id(violation)
            if key is None or listing_rulings.violation(session, reader.within, key) is None:
                raise NotFound("violation", violation[:64])
            number, first, last = key.employee_id, key.on, key.on
        else:
            found = listing.find_employee(session, employee[:64], reader.within) if employee else None
            if found is None:
                raise NotFound("employee", employee[:64])
            number, first, last = found, today - timedelta(days=dossiers.USUAL_DAYS - 1), today
        code, name = people.names(session, [number])[number]
        reader.saw_people(session, "dossier", [number], at=parts.now())
    return DossierChoice(code, name, violation, first, last, problem=problem)


@router.get("/dossier/file")
def file(
    request: Request,
    reader: Attending,
    violation: Asked = "",
    employee: Asked = "",
    from_: Annotated[str, Query(alias="from", max_length=32)] = "",
    to: Typed = "",
    format: Typed = "pdf",
    lang: Typed = "",
) -> Response:
    """The file; where dates cannot be read or are too many, the page says so."""
    parts = service(request)
    spoken = lang if lang in LANGUAGES else language_of(request)
    first = last = None
    if not violation:
        first, last = read_day(from_, parts.today()), read_day(to, parts.today())
        problem = "dates" if first is None or last is None or last < first else ""
        if first is not None and last is not None and (last - first).days >= MOST_DAYS:
            problem = "long"
        if problem:
            view = _choice(request, reader, violation, employee, problem)
            return show(request, "dossier.html", view, user=reader.user, status=422)
    if format not in dossiers.FORMATS:
        raise Invalid(f"{format[:20]!r} is not a format of a dossier; write {', '.join(dossiers.FORMATS)}.")
    with parts.database.reading() as session:
        dossier = dossiers.made(
            session,
            parts.settings.timezone,
            parts.now(),
            dossiers.reading_of(reader.within, lambda permission: reader.elsewhere(session, permission)),
            violation=violation or None,
            employee=employee or None if not violation else None,
            from_on=first,
            to_on=last,
        )
        reader.saw_people(session, "dossier", [dossier.employee_id], at=parts.now(), key=key_of(dossier))
    return handed(request, reader, dossier, format, spoken)
