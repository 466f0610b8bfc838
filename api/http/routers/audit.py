"""The trail: who did and who read what; and for everybody, who looked at their own record."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api.http.answers import answer, listed
from api.http.auth import SignedInUser
from api.http.params import Cursor, EmployeeFilter, IsoDate, Page
from api.http.schemas.audit import LookList, TrailList
from api.http.scope import Reader, may
from api.http.service import service
from attendance import clock
from attendance.errors import Invalid
from attendance.store import trail_reading
from attendance.store.trail_reading import Asked

router = APIRouter(tags=["trail"])

LONGEST = 64


@router.get("/audit", operation_id="listTrail", summary="Who did and who read what", response_model=TrailList)
def list_trail(
    request: Request,
    reader: Annotated[Reader, Depends(may("trail.read"))],
    page: Page,
    actor: Annotated[str | None, Query(max_length=LONGEST, description="Only of this account.")] = None,
    act: Annotated[str | None, Query(max_length=LONGEST, description="Only this act, such as `looked`.")] = None,
    kind: Annotated[str | None, Query(max_length=LONGEST, description="Only to this kind of object.")] = None,
    key: Annotated[str | None, Query(max_length=200, description="Only to the object of this key.")] = None,
    employee: EmployeeFilter = None,
    from_: Annotated[IsoDate | None, Query(alias="from", description="First date, included.")] = None,
    to: Annotated[IsoDate | None, Query(description="Last date, included.")] = None,
    cursor: Cursor = None,
) -> Response:
    """For auditors: the entries of the trail, newest first. That they were read becomes an entry, too."""
    parts = service(request)
    before = place(cursor)
    zone = parts.settings.timezone
    with parts.database.reading() as session:
        asked = Asked(
            plain(actor), plain(act), plain(kind), plain(key),
            reader.employee_id(session, employee) if employee is not None else None,
            begins(from_, zone), ends(to, zone), reader.within,
        )  # fmt: skip
        found = trail_reading.entries(session, asked, limit=page.limit, offset=page.offset, before=before)
        shown = trail_reading.shown_people(session, [row["seq"] for row in found.rows])
        reader.saw(session, "trail", shown, at=parts.now())
    return listed(found, page)


@router.get(
    "/me/looks",
    operation_id="listLooks",
    summary="Who looked at my record",
    response_model=LookList,
    openapi_extra={"x-open": "about oneself alone"},
)
def list_looks(request: Request, user: SignedInUser, page: Page, cursor: Cursor = None) -> Response:
    """Who was shown one's own record, when and in which view, newest first; nothing about anybody else.

    An account behind which no person stands has none.
    """
    before = place(cursor)
    if user.employee_id is None:
        return answer({"items": [], "total": 0, "limit": page.limit, "offset": page.offset, "next": None})
    with service(request).database.reading() as session:
        found = trail_reading.looks_at(
            session, user.employee_id, user.user_id, limit=page.limit, offset=page.offset, before=before
        )
    return listed(found, page)


def place(cursor: str | None) -> int | None:
    """The number before which a page goes on. Raises Invalid for a cursor that is none."""
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) < 19):
        raise Invalid("This cursor is not one of this list; send `next` of the page before, or leave it out.")
    return int(cursor)


def plain(text: str | None) -> str | None:
    """A value that can stand in a query."""
    return None if text is None else "".join(sign for sign in text if sign.isprintable())


def begins(on: date | None, zone: str) -> datetime | None:
    return clock.to_instant(datetime.combine(on, time()), zone) if on is not None else None


def ends(on: date | None, zone: str) -> datetime | None:
    """The moment with which a date is over."""
    return begins(on + timedelta(days=1), zone) if on is not None else None
