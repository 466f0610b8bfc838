"""The pages of one's own data: the notice, what one may ask for, and everything that is kept, to read and to print."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.http.auth import check_csrf, page_user
from api.http.routers.personal_data import acting, exportable, exported, person_of
from api.http.scope import Reader, page_may
from api.http.service import Service, service
from api.pages.export_words import ExportWords, shown_columns
from api.pages.i18n import Translator
from api.pages.routes import language_of, show
from attendance import clock
from attendance.errors import Conflict, Invalid
from attendance.services.accounts import SignedIn
from attendance.services.personal import export, notice, requests
from attendance.services.personal.kinds import Kind, Terms, terms
from attendance.services.personal.notice import Notice
from attendance.services.personal.requests import Request as SubjectRequest
from attendance.store.within import Within

LONGEST_BESIDE = 60
"""Letters of a text that still stands in a column."""
MOST_ROWS = 300
"""Rows of a section on the page; the file holds all of them."""
_OWN = {"x-open": "about oneself alone"}
SignedInPage = Annotated[SignedIn, Depends(page_user)]
Token = Annotated[str, Form(max_length=256)]
router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@dataclass(frozen=True, slots=True)
class NoticePage:
    """The notice; `is_person`: the reader is somebody whose data are kept. `read_at` is wall time of the office."""

    notice: Notice
    is_person: bool
    read_at: datetime | None
    changed: bool = False


@dataclass(frozen=True, slots=True)
class OwnDataPage:
    """What one asked for, and whether the notice was read."""

    requests: tuple[SubjectRequest, ...]
    terms: Terms
    read_at: datetime | None
    zone: str
    given: str = ""
    problem: bool = False


@dataclass(frozen=True, slots=True)
class ShownSection:
    """A part of the export as a table: columns in words, rows of texts, whether there are more in the file."""

    name: str
    kind: Kind
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    more: bool

    @property
    def short(self) -> tuple[int, ...]:
        """Places of the columns that fit beside others; what is longer stands below its row."""
        fits = range(len(self.columns))
        return tuple(at for at in fits if all(len(row[at]) <= LONGEST_BESIDE for row in self.rows))

    @property
    def long(self) -> tuple[int, ...]:
        return tuple(at for at in range(len(self.columns)) if at not in self.short)


@dataclass(frozen=True, slots=True)
class ExportPage:
    person: dict[str, Any]
    at: datetime
    sections: tuple[ShownSection, ...]
    file: str
    left_out: int = len(export.LEFT_OUT)


@router.get("/notice", openapi_extra={"x-open": "for whoever is signed in: it is about nobody"})
def notice_page(request: Request, user: SignedInPage) -> Response:
    return _notice(request, user)


@router.post("/notice", openapi_extra=_OWN)
def read_notice(
    request: Request,
    user: SignedInPage,
    csrf_token: Token = "",
    digest: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Somebody says that they read the notice they were shown."""
    check_csrf(request, csrf_token)
    parts = service(request)
    try:
        with parts.database.writing() as session:
            notice.confirm(
                session, person_of(user), digest, language_of(request), on=parts.today(),
                actor=acting(request, user), at=parts.now(),
            )  # fmt: skip
    except Conflict:
        return _notice(request, user, changed=True)
    return RedirectResponse("/notice", 303)


def _notice(request: Request, user: SignedIn, *, changed: bool = False) -> Response:
    parts = service(request)
    with parts.database.reading() as session:
        told = notice.notice(session, parts.today())
        at = notice.read_at(session, user.employee_id, parts.today()) if user.employee_id is not None else None
    view = NoticePage(told, user.employee_id is not None, _wall(parts, at), changed)
    return show(request, "notice.html", view, user=user, status=409 if changed else 200)


@router.get("/me/data", openapi_extra=_OWN)
def own_data(request: Request, user: SignedInPage) -> Response:
    return _own_data(request, user)


@router.post("/me/requests", openapi_extra=_OWN)
def ask(
    request: Request,
    user: SignedInPage,
    csrf_token: Token = "",
    kind: Annotated[str, Form(max_length=32)] = "",
    text: Annotated[str, Form(max_length=requests.MAX_TEXT)] = "",
) -> Response:
    """Hand in a request about one's own data."""
    check_csrf(request, csrf_token)
    parts, number = service(request), person_of(user)
    try:
        with parts.database.writing() as session:
            requests.hand_in(
                session, number, kind, way="page", text=text, received_at=parts.now(), zone=parts.settings.timezone,
                actor=acting(request, user), at=parts.now(),
            )  # fmt: skip
    except Invalid:
        return _own_data(request, user, text)
    return RedirectResponse("/me/data?done=sent", 303)


def _own_data(request: Request, user: SignedIn, given: str | None = None) -> Response:
    parts, zone = service(request), service(request).settings.timezone
    number = person_of(user)
    with parts.database.reading() as session:
        found, _ = requests.listed(session, Within(frozenset(), number), zone=zone, at=parts.now(), limit=100, offset=0)
        read = notice.read_at(session, number, parts.today())
        view = OwnDataPage(
            tuple(found), terms(session, parts.today()), _wall(parts, read), zone, given or "", given is not None
        )
        return show(request, "own_data.html", view, user=user, status=422 if view.problem else 200)


@router.get("/me/export", openapi_extra=_OWN)
def own_export(request: Request, user: SignedInPage) -> Response:
    """Everything kept on oneself, to read and to print."""
    number = person_of(user)
    parts = service(request)
    with parts.database.writing() as session:
        export.note_export(session, number, actor=acting(request, user), why="", at=parts.now())
    return _export(request, user, number, reasons=True, file="/me/export.json")


@router.get("/me/export.json", openapi_extra=_OWN)
def own_file(request: Request, user: SignedInPage) -> Response:
    return exported(service(request), person_of(user), acting(request, user), reasons=True, why="", name="me")


@router.get("/people/{employee}/export")
def export_of(
    request: Request,
    reader: Annotated[Reader, Depends(page_may("personal_data.manage"))],
    employee: str,
    why: Annotated[str, Query(min_length=1, max_length=200)],
) -> Response:
    """Everything kept on a person, on their request; for HR."""
    parts = service(request)
    with parts.database.reading() as session:
        number, reasons = exportable(session, reader, employee, parts.now())
    with parts.database.writing() as session:
        export.note_export(session, number, actor=reader.actor, why=why, at=parts.now())
    return _export(request, reader.user, number, reasons=reasons, file="")


def _export(request: Request, user: SignedIn, number: int, *, reasons: bool, file: str) -> Response:
    parts = service(request)
    zone = parts.settings.timezone
    with parts.database.reading() as session:
        held = terms(session, parts.today())
        found = export.sections(session, number, zone, reasons=reasons)
        words = ExportWords(Translator(language_of(request)), zone)
        shown = tuple(_shown(section.name, held.kind(section.kind), section.rows, words) for section in found)
        person = export.person(session, number)
    sections = tuple(section for section in shown if section.rows)
    view = ExportPage(person, clock.to_wall(parts.now(), zone), sections, file)
    return show(request, "person_export.html", view, user=user)


def _shown(name: str, kind: Kind, rows: Iterable[dict[str, Any]], words: ExportWords) -> ShownSection:
    some = list(islice(rows, MOST_ROWS + 1))
    columns = shown_columns(some)
    texts = tuple(tuple(words.value(column, row.get(column)) for column in columns) for row in some[:MOST_ROWS])
    return ShownSection(name, kind, tuple(map(words.column, columns)), texts, len(some) > MOST_ROWS)


def _wall(parts: Service, at: datetime | None) -> datetime | None:
    return clock.to_wall(at, parts.settings.timezone) if at is not None else None
