"""Terminals, and pulling them."""

from __future__ import annotations

from typing import Annotated, Any

import anyio
from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Query, Request, Response

from api import terminal_filing
from api.http.answers import answer, listed
from api.http.errors import NotAvailable
from api.http.params import Page, TerminalCode
from api.http.routers.terminal_health import LANGUAGE
from api.http.schemas.on_terminals import TerminalUsers
from api.http.schemas.terminals import NewTerminal, PullAnswer, PullList, Terminal, TerminalList
from api.http.scope import Reader, may
from api.http.service import Puller, service
from api.terminal_filing import Wanted
from api.terminal_health import alarm_json, state_json
from api.work_lists import people_of, work_list_json
from attendance.services.terminal_health import terminals_health
from attendance.services.terminal_people import work_list
from attendance.store import listing_terminals, office
from attendance.store.trail import record
from device_sync.push.said_users import said_users

router = APIRouter(prefix="/terminals", tags=["terminals"])

PULLS_AT_ONCE = 8  # a pull may last a minute; those who only read must not wait for threads


@router.get("", operation_id="listTerminals", summary="Terminals", response_model=TerminalList)
def list_terminals(request: Request, reader: Annotated[Reader, Depends(may("terminals.read"))], page: Page) -> Response:
    """The terminals of the units one sees, by code: state, open alarms, last pull, how far the log is complete."""
    parts = service(request)
    with parts.database.reading() as session:
        zone = parts.settings.timezone
        found = listing_terminals.terminals(session, reader.within, zone, limit=page.limit, offset=page.offset)
        states = terminals_health(session, zone, parts.now(), [row["id"] for row in found.rows])
    health = {state.facts.id: state for state in states}
    for row in found.rows:
        state = health[row.pop("id")]
        row["health"] = state_json(state, LANGUAGE)
        row["alarms"] = [alarm_json(alarm, LANGUAGE) for alarm in state.alarms]
    return listed(found, page)


@router.post("", operation_id="addTerminal", summary="Add a terminal", status_code=201, response_model=Terminal)
def add_terminal(
    request: Request, reader: Annotated[Reader, Depends(may("terminals.write"))], given: NewTerminal
) -> Response:
    """For administrators. The address must lie in the allowed networks; the key is stored and never shown."""
    parts = service(request)
    host = terminal_filing.check_address(given.host, parts.settings) if given.host else None
    with terminal_filing.filing(parts.database, parts.settings) as (session, files):
        unit = reader.unit(session, given.unit)
        wanted = Wanted(
            given.code, unit.code, given.name, host, given.port, given.transport, given.poll_seconds, given.live,
            given.layout, comm_key=given.secret_comm_key(),
        )  # fmt: skip
        row = terminal_filing.add(session, files, wanted, actor=reader.actor, at=parts.now())
        content = _terminal(row, unit.code)
    return answer(content, 201)


def _terminal(row: Any, unit: str) -> dict[str, Any]:
    names = ("code", "name", "host", "port", "transport", "has_comm_key", "serial", "layout")
    shown = {
        name: getattr(row, name)
        for name in (*names, "direction", "first_sane_on", "poll_seconds", "live", "recorded_at")
    }
    return shown | {"unit": unit, "complete_until": None, "last_pull": None, "health": None, "alarms": []}


def _known_puller(
    request: Request, reader: Annotated[Reader, Depends(may("terminals.pull"))], code: TerminalCode
) -> Puller:
    """The way to pull a terminal that the caller may see. Raises NotFound, NotAvailable."""
    with service(request).database.reading() as session:
        reader.terminal(session, code)
    puller = puller_of(request)
    note_pull(request, reader, [code])
    return puller


def note_pull(request: Request, reader: Reader, codes: list[str]) -> None:
    """Write down who has terminals read now, before they are."""
    parts = service(request)
    with parts.database.writing() as session:
        for code in codes:
            record(session, reader.actor, "pull.asked", kind="terminal", key=code, at=parts.now())


def puller_of(request: Request) -> Puller:
    """The way to pull terminals. Raises NotAvailable."""
    puller = service(request).puller
    if puller is None:
        raise NotAvailable("This process does not pull terminals; ask the one that does, or `attendance pull`.")
    return puller


@router.post("/{code}/pull", operation_id="pullTerminal", summary="Pull a terminal now", response_model=PullAnswer)
async def pull_terminal(
    request: Request,
    code: TerminalCode,
    puller: Annotated[Puller, Depends(_known_puller)],
    full: Annotated[bool, Query(description="Read and compare the whole log again.")] = False,
) -> Response:
    """For HR, leaders, inspectors and administrators. Answers when the pull has ended, whatever its outcome.

    It comes before pulls that are merely due, and begins after the question: what was punched before is in it.
    """
    return answer({"pulls": await run_sync(puller, [code], full, limiter=pull_lanes(request))})


def pull_lanes(request: Request) -> anyio.CapacityLimiter:
    """The threads in which requests wait for pulls."""
    if not hasattr(request.app.state, "pull_lanes"):
        request.app.state.pull_lanes = anyio.CapacityLimiter(PULLS_AT_ONCE)
    lanes: anyio.CapacityLimiter = request.app.state.pull_lanes
    return lanes


@router.get("/{code}/pulls", operation_id="listPulls", summary="Pulls of a terminal", response_model=PullList)
def list_pulls(
    request: Request, reader: Annotated[Reader, Depends(may("terminals.read"))], code: TerminalCode, page: Page
) -> Response:
    """Every attempt to read the terminal and every file brought for it, newest first."""
    parts = service(request)
    with parts.database.reading() as session:
        terminal = reader.terminal(session, code)
        found = listing_terminals.pulls(
            session,
            office.key(terminal),
            terminal.code,
            parts.settings.timezone,
            limit=page.limit,
            offset=page.offset,
        )
    return listed(found, page)


@router.get(
    "/{code}/users",
    operation_id="listTerminalUsers",
    summary="Users on a terminal beside people",
    response_model=TerminalUsers,
)
def list_users(
    request: Request, reader: Annotated[Reader, Depends(may("people.write"))], code: TerminalCode
) -> Response:
    """For HR and administrators: the numbers that nobody has, with proposals, and whatever else is open today.

    As the user table stood when the terminal was read whole last, which `POST /terminals/{code}/pull?full=true` does,
    and with those it pushed since.
    Only people the caller may see are named.
    """
    parts = service(request)
    with parts.database.reading() as session:
        terminal = reader.terminal(session, code).code
    found = work_list(parts.database, terminal, on=parts.today(), within=reader.within, told=said_users)
    with parts.database.reading() as session:
        reader.saw(session, "terminal users", people_of(found), at=parts.now())
    return answer(work_list_json(found))
