"""The addresses of the wizard: each step is a page with Back, and works without scripts."""

from __future__ import annotations

from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Form, Path, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from api.http.auth import check_csrf, sent_from_here
from api.http.scope import Reader, page_may
from api.http.service import service
from api.pages.routes import show
from api.pages.terminal_pages.adding import working
from api.pages.terminal_pages.adding.drafts import Draft, Drafts
from api.pages.terminal_pages.adding.steps import SHOW, TAKE
from api.pages.terminal_pages.adding.view import PAGES, Beginning
from api.pages.terminal_pages.settings import WrongField, read_address, read_comm_key, read_port
from attendance.errors import Invalid, NotFound
from attendance.store.trail import record
from device_sync.networks import MOST_ADDRESSES, host_networks, read_network
from device_sync.wire import DEFAULT_PORT

router = APIRouter(include_in_schema=False)

Adding = Annotated[Reader, Depends(page_may("terminals.write"))]
Token = Annotated[str, Path(max_length=64)]
Text = Annotated[str, Form(max_length=64)]
FORM = [Depends(sent_from_here)]
MOST_NETWORKS = 4
_MOST_FIELDS = 20_000
_GONE = "/terminals/add?gone=true"


def drafts_of(request: Request) -> Drafts:
    """The drafts of this process."""
    found: Drafts | None = getattr(request.app.state, "adding_drafts", None)
    if found is None:
        found = request.app.state.adding_drafts = Drafts(service(request).now)
    return found


@router.get("/terminals/add")
def begin(request: Request, reader: Adding, gone: bool = False) -> Response:
    return _begin(request, reader, problem="gone" if gone else "", status=200)


@router.post("/terminals/add/search", dependencies=FORM)
def search(
    request: Request, reader: Adding, consent: Text = "", network: Annotated[list[str] | None, Form()] = None,
    other: Text = "", port: Text = "",
) -> Response:  # fmt: skip
    """Begins to look through the networks that were ticked or written."""
    parts = service(request)
    given = {"other": other.strip(), "search_port": port.strip()}
    try:
        if consent != "yes":
            raise WrongField("consent")
        wanted = [text[:64] for text in (network or [])[:MOST_NETWORKS]] + ([given["other"]] if given["other"] else [])
        if not wanted:
            raise WrongField("no_network")
        for text in wanted:
            _check_network(request, text)
        number = read_port(given["search_port"] or str(DEFAULT_PORT))
        draft = _new(request, reader)
        with parts.database.writing() as session:
            record(session, reader.actor, "terminal.searched", kind="network", key=", ".join(wanted),
                   after={"port": number}, at=parts.now())  # fmt: skip
        working.search(draft, parts.database, parts.settings, wanted, number)
    except WrongField as error:
        return _begin(request, reader, given=given, problem=error.problem)
    except working.Busy:
        return _begin(request, reader, given=given, problem="busy", status=503)
    return RedirectResponse(f"/terminals/add/{draft.token}/find", 303)


@router.post("/terminals/add/address", dependencies=FORM)
def address(
    request: Request, reader: Adding, host: Text = "", port: Text = "", transport: Text = "tcp",
    comm_key: Annotated[str, Form(max_length=16)] = "", token: Text = "",
) -> Response:  # fmt: skip
    """Begins to try the terminal at an address; `token`: of the draft in which it was found or tried before."""
    parts = service(request)
    given = {"host": host.strip(), "port": port.strip(), "transport": transport if transport == "udp" else "tcp"}
    draft = None
    try:
        known, number = read_address(request, given["host"]), read_port(given["port"] or str(DEFAULT_PORT))
        key = read_comm_key(comm_key.strip())
        draft = _draft(request, reader, token) if token else _new(request, reader)
        if draft is None:
            return RedirectResponse(_GONE, 303)
        if draft.stored is None:
            same = (draft.host, draft.port) == (known, number)
            draft.host, draft.port, draft.transport = known, number, given["transport"]
            draft.comm_key = key if key is not None else draft.comm_key if same else None
            draft.is_matched = False
            with parts.database.writing() as session:
                record(
                    session, reader.actor, "terminal.tried", kind="terminal", key=f"{known}:{number}", at=parts.now()
                )
            working.try_out(draft, parts.database, parts.settings, reader.within)
    except WrongField as error:
        return _begin(request, reader, given=given, problem=error.problem)
    except working.Busy:
        return _begin(request, reader, given=given, problem="busy", status=503)
    return RedirectResponse(f"/terminals/add/{draft.token}/test", 303)


@router.get("/terminals/add/{token}/{step}")
def see(request: Request, reader: Adding, token: Token, step: str, live: Annotated[bool, Query()] = False) -> Response:
    """A step as it stands; `live`: the part of it that changes while something goes on."""
    draft = _draft(request, reader, token)
    if draft is None:
        return _go(request, _GONE)
    if step not in PAGES:
        raise NotFound("page", step[:32])
    allowed = _furthest(draft)
    if draft.stored is not None and PAGES.index(step) < PAGES.index("history"):
        return _go(request, f"/terminals/add/{token}/history")
    if PAGES.index(step) > PAGES.index(allowed):
        return _go(request, f"/terminals/add/{token}/{allowed}")
    return SHOW[step](request, reader, draft, live)


@router.post("/terminals/add/{token}/{step}")
async def take(request: Request, reader: Adding, token: Token, step: str) -> Response:
    """What was chosen on a step; on to the next one, or back to it with what is wrong."""
    async with request.form(max_files=0, max_fields=_MOST_FIELDS) as form:
        return await run_sync(_take, request, reader, token, step, form)


def _take(request: Request, reader: Reader, token: str, step: str, form: FormData) -> Response:
    check_csrf(request, str(form.get("csrf_token", ""))[:256])
    draft = _draft(request, reader, token)
    if draft is None:
        return RedirectResponse(_GONE, 303)
    if step == "drop":
        drafts_of(request).drop(token, reader.user.user_id)
        return RedirectResponse("/terminals", 303)
    if step not in TAKE:
        raise NotFound("page", step[:32])
    allowed = _furthest(draft)
    if draft.stored is not None or PAGES.index(step) > PAGES.index(allowed):
        return RedirectResponse(f"/terminals/add/{token}/{'history' if draft.stored else allowed}", 303)
    return TAKE[step](request, reader, draft, form)


def _furthest(draft: Draft) -> str:
    """The furthest step that what is known allows."""
    if draft.stored is not None:
        return "safety" if draft.first is None or draft.first.state == "done" else "history"
    if draft.trial is None:
        return "find"
    if not draft.trial.is_good:
        return "test"
    if not draft.is_named:
        return "name"
    return "history" if draft.is_matched else "people"


def _begin(
    request: Request, reader: Reader, *, given: dict[str, str] | None = None, problem: str = "", status: int = 422
) -> Response:
    allowed = service(request).settings.allowed_networks
    found = tuple(net for net in host_networks(allowed) if net.is_small)[:MOST_NETWORKS]
    view = Beginning(found, given or {}, problem)
    return show(request, "add_begin.html", view, user=reader.user, status=status)


def _check_network(request: Request, text: str) -> None:
    from ipaddress import ip_network

    allowed = service(request).settings.allowed_networks
    try:
        wanted = ip_network(text, strict=False)
    except ValueError as error:
        raise WrongField("network_text") from error
    try:
        read_network(text, allowed)
    except Invalid as error:
        raise WrongField("network_wide" if wanted.num_addresses > MOST_ADDRESSES else "network_allowed") from error


def _new(request: Request, reader: Reader) -> Draft:
    try:
        return drafts_of(request).begin(reader.user.user_id)
    except Invalid as error:
        raise WrongField("many") from error


def _draft(request: Request, reader: Reader, token: str) -> Draft | None:
    try:
        return drafts_of(request).get(token, reader.user.user_id)
    except NotFound:
        return None


def _go(request: Request, address: str) -> Response:
    """On to another page, also where htmx asked for a part of this one."""
    if request.headers.get("hx-request"):
        return Response(status_code=200, headers={"HX-Redirect": address})
    return RedirectResponse(address, 303)
