"""*Niêm phong dữ liệu*: the checkpoints, whether everything verified, and holding the office to one kept elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import UploadFile

from api.evidence_checking import Brought, check_brought
from api.http.auth import check_csrf
from api.http.scope import Reader, page_may
from api.http.service import service
from api.pages.i18n import Translator
from api.pages.routes import language_of, show
from api.printing.checkpoint import draw_checkpoint
from attendance import clock
from attendance.errors import Invalid
from attendance.services.evidence import bundling
from attendance.services.evidence.notes import Note
from attendance.services.signing_key import SigningKey
from reports.checkpoints import CheckpointLine, CheckpointsView, checkpoints_view, last_of_each, one

router = APIRouter(include_in_schema=False, prefix="/evidence", default_response_class=HTMLResponse)
Reading = Annotated[Reader, Depends(page_may("evidence.read"))]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
SHOWN = 30
MOST = 4 * 2**20


@dataclass(frozen=True, slots=True)
class EvidencePage:
    """`key`: fingerprint of the key in use. `brought`: what came of a check; `unread`: it was no checkpoint."""

    found: CheckpointsView
    key: str
    text: str = ""
    brought: Brought | None = None
    unread: bool = False


@dataclass(frozen=True, slots=True)
class OneCheckpoint:
    line: CheckpointLine
    note: Note
    text: str


@router.get("")
def evidence(
    request: Request, reader: Reading, before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None
) -> Response:
    return _show(request, reader, before=before)


@router.post("/check")
async def check(request: Request, reader: Reading) -> Response:
    """Holds the database to a checkpoint that is pasted or uploaded, or to the code on a printed one."""
    async with request.form(max_files=1, max_fields=4, max_part_size=MOST) as sent:
        check_csrf(request, str(sent.get("csrf_token", ""))[:256])
        file, text = sent.get("file"), str(sent.get("text", ""))[:MOST]
        if isinstance(file, UploadFile) and file.size:
            text = (await file.read(MOST)).decode("utf-8", "replace")
    return await run_sync(_checked, request, reader, text)


def _checked(request: Request, reader: Reader, text: str) -> Response:
    try:
        with service(request).database.reading() as session:
            brought = check_brought(session, text)
    except Invalid:
        return _show(request, reader, text=text, unread=True, status=422)
    return _show(request, reader, text=text, brought=brought)


@router.get("/verify_bundle.py")
def verifier(request: Request, reader: Reading) -> Response:
    """The program that checks bundles, to be kept apart from them."""
    headers = {"Content-Disposition": 'attachment; filename="verify_bundle.py"'}
    return Response(bundling.program(), media_type="text/x-python", headers=headers)


@router.get("/{number}")
def checkpoint(request: Request, reader: Reading, number: Number) -> Response:
    zone = service(request).settings.timezone
    with service(request).database.reading() as session:
        row, made, sent = one(session, number)
        at, sent_to = clock.to_wall(row.at, zone), last_of_each(sent, zone)
        line = CheckpointLine(row.number, at, row.occasion, row.size, made.note.code, sent_to)
    return show(request, "evidence_one.html", OneCheckpoint(line, made.note, made.text), user=reader.user)


@router.get("/{number}/print.pdf")
def printed(request: Request, reader: Reading, number: Number) -> Response:
    parts = service(request)
    with parts.database.reading() as session:
        _, made, _ = one(session, number)
    drawn = draw_checkpoint(made, parts.settings.timezone, Translator(language_of(request)))
    headers = {"Content-Disposition": f'inline; filename="checkpoint-{number}.pdf"'}
    return Response(drawn, media_type="application/pdf", headers=headers)


@router.get("/{number}/checkpoint.txt")
def plain(request: Request, reader: Reading, number: Number) -> Response:
    with service(request).database.reading() as session:
        _, made, _ = one(session, number)
    headers = {"Content-Disposition": f'attachment; filename="checkpoint-{number}.txt"'}
    return Response(made.whole, media_type="text/plain; charset=utf-8", headers=headers)


def _show(
    request: Request,
    reader: Reader,
    *,
    before: int | None = None,
    text: str = "",
    brought: Brought | None = None,
    unread: bool = False,
    status: int = 200,
) -> Response:
    parts = service(request)
    with parts.database.reading() as session:
        found = checkpoints_view(session, parts.settings.timezone, limit=SHOWN, before=before)
    view = EvidencePage(found, SigningKey(parts.settings.secret()).name, text[:2000], brought, unread)
    return show(request, "evidence.html", view, user=reader.user, status=status)
