"""Spreadsheets: handed in, checked, filed whole; undone whole; templates to fill in."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from urllib.parse import quote

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Path, Query, Request, Response
from starlette.datastructures import UploadFile

from api import sheet_speech
from api.http.answers import answer, listed
from api.http.errors import Forbidden, problem
from api.http.params import Page
from api.http.schemas.sheets import ImportedBatches, SheetAnswer, UndoneImport
from api.http.scope import Reader, may
from api.http.service import Service, service
from api.pages.i18n import Translator
from api.sheets_in import MAX_MENDS, choices_of, open_pasted, open_sheet, read_json_object, result_json
from attendance.errors import Invalid, NotFound
from attendance.services.access import Permission
from attendance.services.imports.filing import import_rows
from attendance.services.imports.reading import Choices, read_sheet, remember
from attendance.services.imports.undoing import undo
from attendance.sheets import KINDS
from attendance.store import import_batches
from attendance.store.within import NOTHING

router = APIRouter(prefix="/imports", tags=["imports"])

PERMISSIONS: dict[str, Permission] = {
    "employees": "people.write",
    "units": "office.write",
    "schedules": "office.write",
    "calendar": "office.write",
    "absences": "papers.file",
    "rosters": "roster.write",
    "enrolments": "people.write",
}
"""What one has to be allowed to, to bring in each kind."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_OPERATIONS = {kind: f"import{kind.capitalize()}" for kind in PERMISSIONS}
_TEXTS = {
    "text": "A block copied in Excel, or CSV, in place of a file.",
    "mapping": 'How columns are read, as JSON: {"Phòng ban": "unit"}, by header or letter; "" leaves one out.',
    "mends": 'Text in place of cells, as JSON: {"D17": "X-TAN-MAI"}.',
    "constants": 'Text for all rows where the sheet has no such column, as JSON: {"kind": "leave"}.',
    "year": "The year of dates that are written without one.",
    "sheet": "Name of the sheet; recognised if left out.",
    "header_row": "Number of the row the headers stand in; found if left out.",
}
_CHOICES = {
    "dates": (["day-first", "month-first"], "Where the day stands, if the file does not show it."),
    "stored": (["as_stored", "swapped"], "Whether real dates have day and month turned round, if it asks that."),
    "legacy": (["tcvn3", "vni", "none"], "Old letters to convert, if it asks that; `none`: they are right."),
    "lang": (["en", "vi"], "Language of the sentences."),
}
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "file": {
                            "type": "string",
                            "format": "binary",
                            "description": "XLSX, XLS, ODS or CSV with a row of headers; at most 64 MiB.",
                        },
                        "dry_run": {"type": "boolean", "default": False, "description": "Only check."},
                        "partial": {
                            "type": "boolean",
                            "default": False,
                            "description": "Leave wrong rows out and store the others.",
                        },
                        **{name: {"type": "string", "description": text} for name, text in _TEXTS.items()},
                        **{
                            name: {"type": "string", "enum": among, "description": text}
                            for name, (among, text) in _CHOICES.items()
                        },
                    },
                }
            }
        },
    }
}


@dataclass(frozen=True, slots=True)
class _Handed:
    """A form as it came. `content` is the file, `text` the pasted block; one of them is there."""

    choices: Choices
    lang: str
    dry_run: bool
    partial: bool
    file_name: str = ""
    content: bytes | None = None
    text: str = ""


def _importing(kind: str) -> Callable[..., Coroutine[Any, Any, Response]]:
    permitted = Depends(may(PERMISSIONS[kind]))

    async def run(request: Request, reader: Reader = permitted) -> Response:
        """All rows or none: where a cell is wrong nothing is stored and every wrong cell is named (status 422, code
        `rows_wrong`, with the whole answer as `import`), unless `partial`. The same sheet twice stores nothing.
        """
        # The form is read here and not by a parameter, because parameters are read before anybody is asked to sign in.
        handed = await _read_form(request)
        return await run_sync(_import, service(request), kind, reader, handed, request.scope["path"])

    return run


for _kind in PERMISSIONS:
    router.post(
        f"/{_kind}",
        operation_id=_OPERATIONS[_kind],
        summary=f"Import a sheet of {_kind}",
        response_model=SheetAnswer,
        openapi_extra=_BODY,
    )(_importing(_kind))


async def _read_form(request: Request) -> _Handed:
    async with request.form(max_files=1, max_fields=20, max_part_size=64 * 1024 * 1024) as form:
        file = form.get("file")
        texts = {name: value for name, value in form.items() if isinstance(value, str)}
        content = await file.read() if isinstance(file, UploadFile) else None
        name = (file.filename or "")[:200] if isinstance(file, UploadFile) else ""
    if content is None and not texts.get("text"):
        raise Invalid("Send the sheet in the form field `file`, or a copied block in `text`.")
    lang = texts.get("lang") or "en"
    if lang not in ("en", "vi"):
        raise Invalid("The form field `lang` is en or vi.")
    choices = choices_of(
        mapping=read_json_object(texts.get("mapping", ""), "`mapping`", 500),
        mends=read_json_object(texts.get("mends", ""), "`mends`", MAX_MENDS),
        constants=read_json_object(texts.get("constants", ""), "`constants`", 50),
        dates=texts.get("dates"),
        year=texts.get("year"),
        stored=texts.get("stored"),
        legacy=texts.get("legacy"),
        sheet=texts.get("sheet"),
        header_row=texts.get("header_row"),
    )
    flags = {flag: _flag(flag, texts.get(flag, "false")) for flag in ("dry_run", "partial")}
    return _Handed(choices, lang, flags["dry_run"], flags["partial"], name, content, texts.get("text", ""))


def _flag(name: str, text: str) -> bool:
    if text.lower() not in ("true", "false", "1", "0", ""):
        raise Invalid(f"The form field `{name}` is true or false.")
    return text.lower() in ("true", "1")


def _import(parts: Service, kind: str, reader: Reader, handed: _Handed, path: str) -> Response:
    if handed.content is not None:
        book, digest = open_sheet(handed.content, handed.file_name)
    else:
        book, digest = open_pasted(handed.text)
    read = read_sheet(parts.database, book, digest, kind, handed.choices)
    with parts.database.reading() as session:
        approving = reader.elsewhere(session, "papers.approve")
    result = import_rows(
        parts.database, parts.settings.timezone, kind, read.rows, read.source, actor=reader.actor, within=reader.within,
        approving=approving, own=reader.user.employee_id, now=parts.now(), partial=handed.partial,
        dry_run=handed.dry_run,
    )  # fmt: skip
    if handed.choices.mapping and result.is_taken:
        remember(parts.database, kind, read, actor=reader.actor, now=parts.now())
    content = result_json(Translator(handed.lang), result, read)
    if result.dry_run or result.is_taken:
        return answer(content)
    detail = (
        f"{result.wrong} of {result.read} rows are wrong; nothing was stored. Mend them, or leave them out with "
        "`partial`."
    )
    return problem(422, detail, instance=quote(path[:500]), code="rows_wrong", **{"import": content})


@router.get("", operation_id="listImports", summary="What was imported", response_model=ImportedBatches)
def list_imports(request: Request, reader: Annotated[Reader, Depends(may("imports.sheets"))], page: Page) -> Response:
    """Sheets that were filed, the newest first. Whoever sees a part of the office alone sees their own imports."""
    with service(request).database.reading() as session:
        kinds = allowed_kinds(session, reader)
        found = import_batches.listed(
            session, author_id=only_author(reader), kinds=kinds, limit=page.limit, offset=page.offset
        )
    return listed(found, page)


@router.post("/{batch}/undo", operation_id="undoImport", summary="Undo an import", response_model=UndoneImport)
def undo_import(
    request: Request,
    reader: Annotated[Reader, Depends(may("imports.sheets"))],
    batch: Annotated[int, Path(ge=1, le=2**31 - 1, description="Number of the import.", examples=[12])],
) -> Response:
    """What it filed is withdrawn, what it ended or changed is restored, by an import that reverses it; nothing is
    erased. 409 where later facts rest on it, which the answer names, or where it was undone before.
    """
    parts = service(request)
    with parts.database.reading() as session:
        check_batch(session, reader, batch)
    done = undo(parts.database, batch, actor=reader.actor, only_own=only_author(reader) is not None, now=parts.now())
    counts = {"withdrawn": done.withdrawn, "restored": done.restored, "days_marked": done.days_marked}
    return answer({"batch": batch, "undone_by": done.batch, **counts})


@router.get(
    "/templates/{kind}",
    operation_id="getTemplate",
    summary="A sheet to fill in",
    response_class=Response,
    responses={200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}},
)
def get_template(
    reader: Annotated[Reader, Depends(may("imports.sheets"))],
    kind: Annotated[str, Path(max_length=32, description="What the sheet lists.", examples=["employees"])],
    lang: Annotated[Literal["vi", "en"], Query(description="Language of its headers.")] = "vi",
) -> Response:
    """An Excel file with headers, choices and an example row that is passed over when it comes back."""
    return template(kind, lang)


def template(kind: str, lang: str) -> Response:
    """The file itself. Raises NotFound for an unknown kind."""
    if kind not in KINDS:
        raise NotFound("template", kind[:32])
    headers = {"Content-Disposition": f'attachment; filename="{kind}-{lang}.xlsx"'}
    return Response(sheet_speech.template(kind, lang), media_type=XLSX, headers=headers)


def allowed_kinds(session: Any, reader: Reader) -> list[str]:
    """The kinds of sheets somebody may bring in somewhere."""
    found: dict[Permission, bool] = {}
    for permission in PERMISSIONS.values():
        if permission not in found:
            found[permission] = reader.elsewhere(session, permission) != NOTHING
    return [kind for kind, permission in PERMISSIONS.items() if found[permission]]


def only_author(reader: Reader) -> int | None:
    """Whose imports somebody sees: None is everybody's."""
    return None if reader.within.is_all else reader.user.user_id


def check_batch(session: Any, reader: Reader, batch: int) -> None:
    """Raises NotFound for an import that somebody does not see, or could not have made."""
    row = import_batches.get(session, batch, only_author(reader))
    if row.kind not in allowed_kinds(session, reader):
        raise NotFound("import", str(batch))


def reader_for(reader: Reader, session: Any, kind: str) -> Reader:
    """The same person, with the rows for which they may bring in this kind. Raises Forbidden."""
    from dataclasses import replace

    within = reader.elsewhere(session, PERMISSIONS[kind])
    if within == NOTHING:
        raise Forbidden(f"Your roles do not let you import {kind}.")
    return replace(reader, within=within, permission=PERMISSIONS[kind])
