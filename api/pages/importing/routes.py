"""The addresses of the pages under /import: each reads a form, asks the services, and draws what they say."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData, UploadFile

from api.http.auth import check_csrf
from api.http.routers.sheets import allowed_kinds, check_batch, only_author, reader_for, template
from api.http.scope import Reader, page_may
from api.http.service import service
from api.pages.importing.drafts import Draft, Drafts
from api.pages.importing.view import BatchView, ChooseView, WorkView, work_view
from api.pages.routes import language_of, show
from api.sheets_in import choices_of, open_pasted, open_sheet
from attendance import clock
from attendance.errors import Invalid, NotFound
from attendance.services.imports.filing import Result, import_rows
from attendance.services.imports.reading import Read, forget, read_sheet, remember
from attendance.services.imports.undoing import StillNeeded, UndoneBefore, undo
from attendance.sheets import BookRefused, Sentence
from attendance.store import import_batches

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

Importing = Annotated[Reader, Depends(page_may("imports.sheets"))]
Token = Annotated[str, Path(max_length=64)]
Batch = Annotated[int, Path(ge=1, le=2**31 - 1)]
_LISTED = 20
_ANSWERS = ("dates", "year", "stored", "legacy", "sheet", "header_row")
_MOST_FIELDS = 6_000
_TEXT = 400


def drafts_of(request: Request) -> Drafts:
    """The drafts of this process."""
    found: Drafts | None = getattr(request.app.state, "import_drafts", None)
    if found is None:
        found = request.app.state.import_drafts = Drafts(service(request).now)
    return found


@router.get("/import")
def choose(request: Request, reader: Importing, kind: Annotated[str, Query(max_length=32)] = "") -> Response:
    return _choose(request, reader, kind)


@router.get("/import/templates/{kind}")
def get_template(request: Request, reader: Importing, kind: str) -> Response:
    return template(kind, language_of(request))


@router.post("/import/sheets")
async def hand_in(request: Request, reader: Importing) -> Response:
    async with request.form(max_files=1, max_fields=10, max_part_size=64 * 1024 * 1024) as form:
        texts = {name: value for name, value in form.items() if isinstance(value, str)}
        check_csrf(request, texts.get("csrf_token", "")[:256])
        file = form.get("file")
        content, name = b"", ""
        if isinstance(file, UploadFile) and file.filename:
            content, name = await file.read(), file.filename[:200]
    return await run_sync(_hand_in, request, reader, texts, content, name)


def _hand_in(request: Request, reader: Reader, texts: dict[str, str], content: bytes, name: str) -> Response:
    kind, text = texts.get("kind", ""), texts.get("text", "")
    with service(request).database.reading() as session:
        if kind not in allowed_kinds(session, reader):
            return _choose(request, reader, "", Sentence("imports.problem.kind"), text)
    if not content and not text.strip():
        return _choose(request, reader, kind, Sentence("imports.problem.nothing"))
    try:
        book, digest = open_sheet(content, name) if content else open_pasted(text)
        size = len(content) or len(text.encode("utf-8", "surrogatepass"))
        draft = drafts_of(request).keep(reader.user.user_id, kind, book, digest, size)
    except BookRefused as error:
        return _choose(request, reader, kind, error.sentence, text)
    except Invalid:
        return _choose(request, reader, kind, Sentence("imports.problem.many"), text)
    return RedirectResponse(f"/import/{draft.token}", 303)


@router.get("/import/batches/{batch}")
def see_batch(request: Request, reader: Importing, batch: Batch, fresh: bool = False) -> Response:
    return _see_batch(request, reader, BatchView(_batch(request, reader, batch), fresh=fresh))


@router.post("/import/batches/{batch}/undo")
def undo_batch(
    request: Request, reader: Importing, batch: Batch, csrf_token: Annotated[str, Form(max_length=256)] = ""
) -> Response:
    check_csrf(request, csrf_token)
    parts = service(request)
    found = _batch(request, reader, batch)
    try:
        undo(parts.database, batch, actor=reader.actor, only_own=only_author(reader) is not None, now=parts.now())
    except StillNeeded as error:
        view = BatchView(found, refused=error.sentences, more=error.total - len(error.sentences))
        return _see_batch(request, reader, view, 409)
    except UndoneBefore as error:
        return _see_batch(request, reader, BatchView(_batch(request, reader, batch), refused=error.sentences), 409)
    return RedirectResponse(f"/import/batches/{batch}", 303)


@router.get("/import/{token}")
def work(request: Request, reader: Importing, token: Token) -> Response:
    draft = _draft(request, reader, token)
    if draft is None:
        return _choose(request, reader, "", Sentence("imports.problem.gone"), status=404)
    return show(request, "import_work.html", _check(request, reader, draft), user=reader.user)


@router.post("/import/{token}")
async def work_on(request: Request, reader: Importing, token: Token) -> Response:
    async with request.form(max_files=0, max_fields=_MOST_FIELDS) as form:
        return await run_sync(_work_on, request, reader, token, form)


def _work_on(request: Request, reader: Reader, token: str, form: FormData) -> Response:
    check_csrf(request, str(form.get("csrf_token", ""))[:256])
    draft = _draft(request, reader, token)
    if draft is None:
        return _go(request, "/import")
    action = form.get("action", "check")
    if action == "drop":
        drafts_of(request).drop(token, reader.user.user_id)
        return _go(request, draft.home or "/import")
    _take_note(draft, form)
    if action == "forget":
        read, _ = _look(request, reader, draft, dry_run=True)
        forget(service(request).database, draft.kind, read.fingerprint)
        draft.mapping = {}
    elif action in ("file", "partial"):
        try:
            read, result = _look(request, reader, draft, dry_run=False, partial=action == "partial")
        except Invalid:  # the store refused what every row by itself may say
            view = replace(_check(request, reader, draft), problem=Sentence("imports.problem.refused"))
            return show(request, "import_work.html", view, user=reader.user)
        if result.batch is not None:
            parts = service(request)
            if draft.mapping:
                remember(parts.database, draft.kind, read, actor=reader.actor, now=parts.now())
            drafts_of(request).drop(token, reader.user.user_id)
            return _go(request, draft.home or f"/import/batches/{result.batch}?fresh=true")
    view = _check(request, reader, draft)
    return show(request, "import_work.html", view, user=reader.user)


def _take_note(draft: Draft, form: FormData) -> None:
    """What the form says is part of the draft from now on, so that nothing typed is ever lost."""
    chosen: dict[str, str] = {}
    for name, value in form.multi_items():
        text = str(value)[:_TEXT].strip() if isinstance(value, str) else ""
        part, _, rest = name.partition(".")
        if part == "map" and rest:
            chosen[rest] = text
        elif part == "mend" and rest:
            draft.mends[rest] = text
        elif part == "constant" and rest:
            draft.constants[rest] = text
        elif name in _ANSWERS:
            draft.answers[name] = text
    moved = [form.get(name) and form.get(name) != form.get(f"{name}_was") for name in ("sheet", "header_row")]
    if any(moved):  # other headers are other columns
        draft.mapping, draft.mends, draft.constants = {}, {}, {}
    else:
        before = dict(part.split("=", 1) for part in str(form.get("mapping_was", "")).split("|") if "=" in part)
        if chosen != before:  # else nobody chose anything, and what is recognised stays free to change
            draft.mapping = _latest_wins(chosen, before)


def _latest_wins(chosen: dict[str, str], before: dict[str, str]) -> dict[str, str]:
    """Of two columns for one thing the one that was just chosen."""
    new = {target for letter, target in chosen.items() if target and before.get(letter) != target}
    found: dict[str, str] = {}
    for letter, target in chosen.items():
        given_up = target in new and before.get(letter) == target
        found[letter] = "" if given_up or target in found.values() else target
    return found


def _check(request: Request, reader: Reader, draft: Draft) -> WorkView:
    try:
        read, result = _look(request, reader, draft, dry_run=True)
    except Invalid:
        # a choice that cannot be, from an old page: the sheet itself was read before
        draft.mapping, draft.mends, draft.constants, draft.answers = {}, {}, {}, {}
        read, result = _look(request, reader, draft, dry_run=True)
        return work_view(draft, read, result, problem=Sentence("imports.problem.choice"))
    return work_view(draft, read, result)


def _look(
    request: Request, reader: Reader, draft: Draft, *, dry_run: bool, partial: bool = False
) -> tuple[Read, Result]:
    parts = service(request)
    choices = choices_of(
        mapping=draft.mapping,
        mends=draft.mends,
        constants={name: text for name, text in draft.constants.items() if text},
        **{name: draft.answers.get(name) for name in _ANSWERS},
    )
    with parts.database.reading() as session:
        own = reader_for(reader, session, draft.kind)
        approving = reader.elsewhere(session, "papers.approve")
    read = read_sheet(parts.database, draft.book, draft.digest, draft.kind, choices)
    result = import_rows(
        parts.database, parts.settings.timezone, draft.kind, read.rows, read.source, actor=reader.actor,
        within=own.within, approving=approving, own=reader.user.employee_id, now=parts.now(), partial=partial,
        dry_run=dry_run,
    )  # fmt: skip
    return read, result


def _choose(
    request: Request, reader: Reader, kind: str, problem: Sentence | None = None, text: str = "", status: int = 0
) -> Response:
    with service(request).database.reading() as session:
        kinds = allowed_kinds(session, reader)
        found = import_batches.listed(session, author_id=only_author(reader), kinds=kinds, limit=_LISTED, offset=0)
    rows = tuple(_local(request, row) for row in found.rows)
    chosen = kind if kind in kinds else (kinds[0] if kinds else "")
    view = ChooseView(tuple(kinds), chosen, rows, problem, text[:100_000])
    return show(request, "import.html", view, user=reader.user, status=status or (422 if problem else 200))


def _see_batch(request: Request, reader: Reader, view: BatchView, status: int = 200) -> Response:
    local = replace(view, batch=_local(request, view.batch))
    return show(request, "import_batch.html", local, user=reader.user, status=status)


def _batch(request: Request, reader: Reader, batch: int) -> dict[str, Any]:
    with service(request).database.reading() as session:
        check_batch(session, reader, batch)
        return import_batches.told(session, batch)


def _local(request: Request, row: Any) -> dict[str, Any]:
    """The moments of a batch as wall time of the office."""
    zone = service(request).settings.timezone
    moments = {name: row[name] for name in ("at", "undone_at") if row[name] is not None and row[name].tzinfo}
    return dict(row) | {name: clock.to_wall(moment, zone) for name, moment in moments.items()}


def _draft(request: Request, reader: Reader, token: str) -> Draft | None:
    try:
        draft = drafts_of(request).get(token, reader.user.user_id)
    except NotFound:
        return None
    with service(request).database.reading() as session:
        return draft if draft.kind in allowed_kinds(session, reader) else None


def _go(request: Request, address: str) -> Response:
    """On to another page, also where htmx asked."""
    if request.headers.get("hx-request"):
        return Response(status_code=200, headers={"HX-Redirect": address})
    return RedirectResponse(address, 303)
