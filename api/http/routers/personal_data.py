"""The notice, and all data of one person: for themselves, and for HR on request."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from api.http.answers import answer
from api.http.auth import SignedInUser, address_of
from api.http.errors import API, Forbidden
from api.http.params import Page
from api.http.schemas.personal_data import NoticeAnswer, NoticeRead, PersonExport, ReaderList, Reading
from api.http.scope import Reader, may
from api.http.service import Service, service
from attendance.errors import NotFound
from attendance.services import exporting
from attendance.services.accounts import SignedIn
from attendance.services.personal import export, notice
from attendance.store import office, personal_export
from attendance.store.database import Session
from attendance.store.trail import Actor
from attendance.store.within import Within

router = APIRouter(tags=["personal data"])

OWN = {"x-open": "about oneself alone"}
Managing = Annotated[Reader, Depends(may("personal_data.manage"))]
EmployeeCode = Annotated[str, Path(max_length=64, description="Code of the person.", examples=["CC-0057"])]


def person_of(user: SignedIn) -> int:
    """The person behind an account to which something is granted. Raises NotFound where there is none, Forbidden.

    Whoever has left asks HR, who knows them; an account alone proves too little by then.
    """
    if not user.grants:
        raise Forbidden("Nothing is granted to this account at present; ask the HR officer for your data.")
    if user.employee_id is None:
        raise NotFound("person behind the account", user.name, "Administrators can name one.")
    return user.employee_id


def acting(request: Request, user: SignedIn) -> Actor:
    """Somebody who acts for themselves, whatever is granted to them."""
    via = "api" if request.url.path.startswith(f"{API}/") else "page"
    return Actor(user.name, user.user_id, via, address_of(request), user.role or "")  # type: ignore[arg-type]


@router.get(
    "/notice",
    operation_id="readNotice",
    summary="The notice about personal data",
    response_model=NoticeAnswer,
    openapi_extra={"x-open": "for whoever is signed in: it is about nobody"},
)
def read_notice(request: Request, user: SignedInUser) -> Response:
    """What is kept, what for, how long and who sees it, as it stands today."""
    parts = service(request)
    with parts.database.reading() as session:
        content = notice.notice(session, parts.today()).as_json()
        content["read_at"] = notice.read_at(session, user.employee_id, parts.today()) if user.employee_id else None
    return answer(content)


@router.post(
    "/notice/readings",
    operation_id="confirmNotice",
    summary="Say that one has read the notice",
    response_model=Reading,
    openapi_extra=OWN,
)
def confirm_notice(request: Request, user: SignedInUser, given: NoticeRead) -> Response:
    """Of the notice with this digest; 409 where it is another by now. The first date stays."""
    parts = service(request)
    with parts.database.writing() as session:
        at = notice.confirm(
            session, person_of(user), given.digest, given.language, on=parts.today(), actor=acting(request, user),
            at=parts.now(),
        )  # fmt: skip
    return answer({"read_at": at})


@router.get(
    "/notice/readings",
    operation_id="listNoticeReadings",
    summary="Who has read the notice",
    response_model=ReaderList,
)
def list_readings(
    request: Request,
    reader: Managing,
    page: Page,
    unread: Annotated[bool, Query(description="Only those who have not.")] = False,
) -> Response:
    """For HR: who serves today where one sees, by code, with the date they read the notice as it stands."""
    parts = service(request)
    with parts.database.reading() as session:
        rows, total = notice.readers(
            session, reader.within, parts.today(), unread=unread, limit=page.limit, offset=page.offset
        )
        reader.saw(session, "notice_readings", [row["code"] for row in rows], at=parts.now())
    return answer({"items": rows, "total": total, "limit": page.limit, "offset": page.offset, "next": None})


@router.get(
    "/me/export",
    operation_id="exportOwn",
    summary="All data of oneself",
    response_model=PersonExport,
    openapi_extra=OWN,
)
def export_own(request: Request, user: SignedInUser) -> Response:
    """Everything that is kept on oneself, in one document, made piece by piece; the trail says that it was."""
    return exported(service(request), person_of(user), acting(request, user), reasons=True, why="", name="me")


@router.get(
    "/employees/{code}/export",
    operation_id="exportEmployee",
    summary="All data of a person",
    response_model=PersonExport,
)
def export_employee(
    request: Request,
    reader: Managing,
    code: EmployeeCode,
    why: Annotated[
        str, Query(min_length=1, max_length=200, description="The request it answers.", examples=["Yêu cầu số 7"])
    ],
) -> Response:
    """For HR, on a person's request: who served also where one does not see is exported by HR of the whole."""
    parts = service(request)
    with parts.database.reading() as session:
        number, reasons = exportable(session, reader, code, parts.now())
    return exported(parts, number, reader.actor, reasons=reasons, why=why, name=code)


def exportable(session: Session, reader: Reader, code: str, at: datetime) -> tuple[int, bool]:
    """The person whose data may be exported, and whether with reasons; it is a look. Raises NotFound, Forbidden."""
    number = reader.employee_id(session, code)
    if not _sees_all(session, reader.within, number):
        raise Forbidden(f"{code} served also in units you do not see; HR of the whole office exports their data.")
    reader.saw(session, "export", [code], at=at)
    return number, _sees_all(session, reader.elsewhere(session, "reasons.read"), number)


def exported(parts: Service, number: int, actor: Actor, *, reasons: bool, why: str, name: str) -> Response:
    """The export as an answer. It is in the trail before its first byte leaves."""
    at = parts.now()
    with parts.database.writing() as session:
        export.note_export(session, number, actor=actor, why=why, at=at)
        code = personal_export.subject(session, number).code
    file_name = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in code)
    headers = {"Content-Disposition": f'attachment; filename="{file_name}-{at:%Y%m%d}.json"'}
    return StreamingResponse(_pieces(parts, number, actor, code, reasons, at), 200, headers, "application/json")


def _pieces(parts: Service, number: int, actor: Actor, code: str, reasons: bool, at: datetime) -> Iterator[bytes]:
    rows: list[int] = []

    def written(digest: str, whole: bool) -> None:
        with parts.database.writing() as session:
            exporting.made(
                session, actor, paper="personal_data", asked={"employee": code}, known_at=at, rows=sum(rows),
                digest=digest, at=parts.now(), cut=not whole,
            )  # fmt: skip

    with parts.database.reading() as session:
        found = export.document(session, number, parts.settings.timezone, reasons=reasons, at=at, counted=rows.append)
        yield from exporting.watched(found, written)


def _sees_all(session: Session, within: Within, employee_id: int) -> bool:
    if within.is_all or within.employee == employee_id:
        return True
    served = office.units_served(session, [employee_id]).get(employee_id, frozenset())
    return bool(served) and all(within.sees(unit) for unit in served)


def whole(reader: Reader) -> Any:
    """Raises Forbidden for whoever sees a part of the tree: terms and destruction are of the whole office."""
    if not reader.within.is_all:
        raise Forbidden("This is decided for the whole office; you look after a part of it.")
    return reader
