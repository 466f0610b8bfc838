"""Files brought from terminals."""

from __future__ import annotations

from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.datastructures import UploadFile

from api.http.answers import answer
from api.http.errors import NotAvailable
from api.http.schemas.terminals import ImportAnswer, PreviewAnswer
from api.http.scope import Reader, askable, may
from api.http.service import Importer, Service, service
from attendance.errors import Invalid, NotFound
from attendance.store import office
from attendance.store.registering import check_code
from attendance.store.tables import TerminalRow

router = APIRouter(prefix="/imports", tags=["terminals"])

_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file", "terminal"],
                    "properties": {
                        "file": {
                            "type": "string",
                            "format": "binary",
                            "description": "A USB export (*_attlog.dat, AGL_001.TXT, CSV); at most 64 MiB.",
                        },
                        "terminal": {"type": "string", "maxLength": 64, "description": "Code of its terminal."},
                        "create": {
                            "type": "boolean",
                            "default": False,
                            "description": "Make the terminal when the code is unknown; for those who see everything.",
                        },
                        "dates": {
                            "type": "string",
                            "enum": ["day-first", "month-first"],
                            "description": "Where the day stands, if the file does not show it.",
                        },
                    },
                }
            }
        },
    }
}


@router.post(
    "/punches",
    operation_id="importPunches",
    summary="Import a file of punches",
    response_model=ImportAnswer | PreviewAnswer,
    openapi_extra=_BODY,
)
async def import_punches(
    request: Request,
    reader: Annotated[Reader, Depends(may("imports.punches"))],
    preview: Annotated[bool, Query(description="Only say what would come of it; nothing is stored.")] = False,
) -> Response:
    """For HR and administrators. Each row becomes a new punch, a repeated one, or is kept aside with its reason."""
    # The form is read here and not by a parameter, because parameters are read before anybody is asked to sign in.
    parts = service(request)
    async with request.form(max_files=1, max_fields=10) as form:
        file, terminal, create = form.get("file"), form.get("terminal"), form.get("create", "false")
        if not isinstance(file, UploadFile):
            raise Invalid("Send the file in the form field `file`.")
        if not isinstance(terminal, str) or not isinstance(create, str) or not terminal:
            raise Invalid("Send the code of the terminal in the form field `terminal`.")
        if create.lower() not in ("true", "false", "1", "0"):
            raise Invalid("The form field `create` is true or false.")
        dates = form.get("dates") or None
        if dates is not None and not isinstance(dates, str):
            raise Invalid("The form field `dates` is day-first or month-first.")
        content = await file.read()
        name = (file.filename or "")[:200]
    wished = create.lower() in ("true", "1")
    take = parts.previewer if preview else parts.importer
    done = await run_sync(_import, parts, take, reader, terminal, name, content, wished, dates)
    return answer(done)


def _import(
    parts: Service,
    take: Importer | None,
    reader: Reader,
    terminal: str,
    name: str,
    content: bytes,
    create: bool,
    dates: str | None,
) -> dict[str, Any]:
    with parts.database.reading() as session:
        known = office.find(session, TerminalRow, askable("terminal", terminal))
        is_seen = known is not None and reader.within.names(known.unit_id)
    if not is_seen and not (create and reader.within.is_all):
        raise NotFound("terminal", terminal, "Add it first, or have it made with `create`.")
    check_code("terminal", terminal)
    if take is None:
        raise NotAvailable("This process does not take files; use `attendance import punches`.")
    return take(terminal, name, content, create, dates, reader.actor)
