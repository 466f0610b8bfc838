"""*Tài khoản*: who may sign in and what is granted to whom, for administrators."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.http.auth import check_csrf
from api.http.scope import Reader, askable, page_may
from api.http.service import service
from api.pages.i18n import read_day
from api.pages.routes import MAX_PAGE, PAGE_SIZE, show
from attendance import clock
from attendance.errors import AlreadyExists, AttendanceError, Invalid, NotFound
from attendance.services import granting, own_account
from attendance.services.access import ROLES
from attendance.services.granting import Account, GrantInvalid, GrantRefused, Standing, Wanted
from attendance.services.passwords import one_time_password
from attendance.store.database import Session
from attendance.store.tree import StoredTree
from reports.view import UnitOption

router = APIRouter(include_in_schema=False, prefix="/users")
Managing = Annotated[Reader, Depends(page_may("users.manage"))]
Token = Annotated[str, Form(max_length=256, alias="csrf_token")]
Line = Annotated[str, Form(max_length=granting.MAX_TEXT)]
_NO_MATTER = "0" * 12
PROBLEMS = (*granting.REASONS, "date", "unknown", "exists", "name", "scope", "password", "own_account")


@dataclass(frozen=True, slots=True)
class UsersPage:
    """Accounts by name. `total` counts those that fit `wanted`; `given` is what was typed, shown again beside what is
    wrong with it (`problem`, one of PROBLEMS)."""

    rows: tuple[Account, ...]
    total: int
    page: int
    wanted: str
    units: tuple[UnitOption, ...]
    given: dict[str, str]
    problem: str | None = None

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


@dataclass(frozen=True, slots=True)
class Span:
    """A grant from a moment to another, wall time of the office. Where it ends with a day, `last` is that day."""

    standing: Standing
    starts: datetime
    ends: datetime | None
    last: date | None


@dataclass(frozen=True, slots=True)
class UserPage:
    """One account. `password`: a first password that was made a moment ago and is shown this once, good until
    `password_until`."""

    account: Account
    spans: tuple[Span, ...]
    units: tuple[UnitOption, ...]
    is_own: bool
    given: dict[str, str]
    problem: str | None = None
    password: str = ""
    password_until: datetime | None = None


@router.get("")
def users(
    request: Request,
    reader: Managing,
    q: Annotated[str, Query(max_length=64)] = "",
    page: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 1,
) -> Response:
    return _list(request, reader, q.strip(), page)


def _list(
    request: Request, reader: Reader, wanted: str, page: int, given: dict[str, str] | None = None, problem: str = ""
) -> Response:
    parts = service(request)
    with parts.database.reading() as session:
        found = granting.listed(session, parts.now(), reader.within)
        units = _units(session, reader)
    fitting = [one for one in found if wanted.casefold() in f"{one.name} {one.employee or ''}".casefold()]
    begin = (page - 1) * PAGE_SIZE
    view = UsersPage(
        tuple(fitting[begin : begin + PAGE_SIZE]), len(fitting), page, wanted, units, given or {}, problem or None
    )
    return show(request, "users.html", view, user=reader.user, status=422 if problem else 200)


@router.post("")
def add(
    request: Request,
    reader: Managing,
    token: Token = "",
    name: Annotated[str, Form(max_length=64)] = "",
    password: Annotated[str, Form(max_length=1024)] = "",
    employee: Annotated[str, Form(max_length=64)] = "",
    role: Annotated[str, Form(max_length=16)] = "",
    unit: Annotated[str, Form(max_length=64)] = "",
    to: Annotated[str, Form(max_length=10)] = "",
    document: Line = "",
    visit: Line = "",
) -> Response:
    """A new account with its first role; without a password it gets a first one, which is shown once."""
    check_csrf(request, token)
    given = {"name": name, "employee": employee, "role": role, "unit": unit, "to": to}
    given |= {"document": document, "visit": visit}
    parts = service(request)
    try:
        with parts.database.reading() as session:
            if employee:
                reader.employee_id(session, employee)
            wanted = _wanted(request, session, reader, given)
        more = {"starts_at": wanted.starts_at, "ends_at": wanted.ends_at, "document": document, "visit": visit}
        parts.accounts.create_user(
            name,
            password or one_time_password(),
            wanted.role,
            wanted.unit,
            employee=employee or None,
            by=reader.actor,
            **more,
        )
    except (Invalid, NotFound, AlreadyExists, GrantRefused) as error:
        return _list(request, reader, "", 1, given, _problem(error, password=password or _NO_MATTER))
    return _back(name) if password else _first_password(request, reader, name)


@router.get("/{name}")
def user(request: Request, reader: Managing, name: str) -> Response:
    return _one(request, reader, name)


def _one(
    request: Request,
    reader: Reader,
    name: str,
    given: dict[str, str] | None = None,
    problem: str = "",
    password: str = "",
) -> Response:
    parts = service(request)
    zone = parts.settings.timezone
    with parts.database.reading() as session:
        found = granting.account(session, askable("user", name), parts.now(), reader.within)
        units = _units(session, reader)
    spans = tuple(_span(one, zone) for one in reversed(found.grants))
    view = UserPage(found, spans, units, name == reader.user.name, given or {}, problem or None)
    if password:
        until = clock.to_wall(parts.now() + own_account.FIRST_PASSWORD_LASTS, zone)
        view = replace(view, password=password, password_until=until)
    return show(request, "user.html", view, user=reader.user, status=422 if problem else 200)


def _span(one: Standing, zone: str) -> Span:
    starts, ends = clock.to_wall(one.grant.starts_at, zone), one.grant.ends_at
    until = clock.to_wall(ends, zone) if ends is not None else None
    whole_days = until is not None and until.time() == datetime.min.time()
    return Span(one, starts, until, (until - timedelta(days=1)).date() if until is not None and whole_days else None)


@router.post("/{name}/first-password")
def first_password(request: Request, reader: Managing, name: str, token: Token = "") -> Response:
    """A first password in the place of one that was lost; it is shown once and opens the change of it alone."""
    check_csrf(request, token)
    return _first_password(request, reader, name)


def _first_password(request: Request, reader: Reader, name: str) -> Response:
    _others(request, reader, name)
    if name == reader.user.name:
        return _one(request, reader, name, problem="own_account")
    return _one(
        request, reader, name, password=own_account.reset_password(service(request).accounts, name, reader.actor)
    )


def _others(request: Request, reader: Reader, name: str) -> None:
    """Raises NotFound for an account of another part of the tree."""
    parts = service(request)
    with parts.database.reading() as session:
        granting.account(session, askable("user", name), parts.now(), reader.within)


@router.post("/{name}/grants")
def grant(
    request: Request,
    reader: Managing,
    name: str,
    token: Token = "",
    role: Annotated[str, Form(max_length=16)] = "",
    unit: Annotated[str, Form(max_length=64)] = "",
    from_: Annotated[str, Form(max_length=10, alias="from")] = "",
    to: Annotated[str, Form(max_length=10)] = "",
    document: Line = "",
    visit: Line = "",
) -> Response:
    check_csrf(request, token)
    given = {"role": role, "unit": unit, "from": from_, "to": to, "document": document, "visit": visit}
    parts = service(request)
    try:
        with parts.database.writing() as session:
            at = parts.now()
            granting.account(session, askable("user", name), at, reader.within)
            granting.give(session, name, _wanted(request, session, reader, given), by=reader.actor, at=at)
    except (Invalid, GrantRefused) as error:
        return _one(request, reader, name, given, _problem(error))
    return _back(name)


@router.post("/{name}/grants/{number}/revoke")
def revoke(request: Request, reader: Managing, name: str, number: int, token: Token = "") -> Response:
    check_csrf(request, token)
    parts = service(request)
    try:
        with parts.database.writing() as session:
            at = parts.now()
            found = granting.account(session, askable("user", name), at, reader.within)
            if number not in [one.grant.id for one in found.grants]:
                raise NotFound("grant", str(number))
            granting.take_back(session, number, by=reader.actor, at=at)
    except (Invalid, GrantRefused) as error:
        return _one(request, reader, name, problem=_problem(error))
    return _back(name)


@router.post("/{name}/{closing}")
def close(request: Request, reader: Managing, name: str, closing: str, token: Token = "") -> Response:
    """`disable` closes an account, `enable` opens it again. Raises NotFound for any other word."""
    check_csrf(request, token)
    parts = service(request)
    _others(request, reader, name)
    if closing not in ("disable", "enable"):
        raise NotFound("act", closing[:16])
    if name == reader.user.name:
        return _one(request, reader, name, problem="own_account")
    (parts.accounts.disable if closing == "disable" else parts.accounts.enable)(name, reader.actor)
    return _back(name)


def _back(name: str) -> Response:
    return RedirectResponse(f"/users/{quote(name, safe='')}", 303)


def _units(session: Session, reader: Reader) -> tuple[UnitOption, ...]:
    return tuple(
        UnitOption(row.code, row.name, row.depth) for row in StoredTree(session).shown(reader.today, reader.within)
    )


def _wanted(request: Request, session: Session, reader: Reader, given: dict[str, str]) -> Wanted:
    """What the form grants. Dates are whole days: from the beginning of the first to the end of the last."""
    if given["role"] not in ROLES:
        raise GrantInvalid("role", "A role is chosen from the list.")
    unit = given["unit"] if given["role"] != "official" else ""
    if unit:
        reader.unit(session, unit)
    elif given["role"] != "official" and not reader.within.is_all:
        raise GrantInvalid("scope", "Name a unit of the part of the tree you look after.")
    first, last = _day(request, given.get("from", "")), _day(request, given["to"])
    zone = service(request).settings.timezone

    def begins(on: date | None) -> datetime | None:
        return clock.to_instant(datetime.combine(on, datetime.min.time()), zone) if on is not None else None

    return Wanted(
        given["role"],
        unit or None,
        begins(first),
        begins(last + timedelta(days=1)) if last is not None else None,
        given["document"].strip(),
        given["visit"].strip(),
    )


def _day(request: Request, text: str) -> date | None:
    if not text.strip():
        return None
    found = read_day(text, service(request).today())
    if found is None:
        raise GrantInvalid("date", "A date is written as 24/11/2026.")
    return found


def _problem(error: AttendanceError, *, password: str = "0" * 12) -> str:
    """What is said about an error, one of PROBLEMS."""
    if isinstance(error, GrantRefused | GrantInvalid):
        return error.why
    if isinstance(error, AlreadyExists):
        return "exists"
    if isinstance(error, NotFound):
        return "unknown"
    return "password" if not 10 <= len(password) <= 256 else "name"
