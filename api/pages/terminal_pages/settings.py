"""What may be changed of a terminal without touching what it brought, and putting it out of use."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from api import terminal_filing
from api.http.auth import sent_from_here
from api.http.scope import Reader, page_may
from api.http.service import service
from api.keys import MAX_COMM_KEY
from api.pages.routes import show
from api.terminal_filing import Changes
from attendance.errors import Invalid
from attendance.services import units
from attendance.store import office, terminal_places
from attendance.store.database import Session
from attendance.store.tables import TerminalRow, UnitRow
from attendance.store.tree import StoredTree, UnitOn
from device_sync.layouts import AUTO, PUNCH_LAYOUTS

router = APIRouter(include_in_schema=False)

Writing = Annotated[Reader, Depends(page_may("terminals.write"))]
Text = Annotated[str, Form(max_length=200)]
FORM = [Depends(sent_from_here)]
PROBLEMS = ("name", "address", "network", "port", "every", "key", "unit_read", "place", "layout", "sure")
LAYOUTS = (AUTO, *PUNCH_LAYOUTS)
EVERY = (5, 86_400)


class WrongField(Exception):
    """A field that cannot be so: a code of the problems of its page."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class SettingsView:
    """`given`: what stands in the form, which never holds a key. `places`: houses of the unit by name."""

    code: str
    name: str
    given: dict[str, str]
    units: tuple[UnitOn, ...]
    places: tuple[str, ...]
    may_move: bool
    has_key: bool
    in_use: bool
    layouts: tuple[str, ...] = LAYOUTS
    problem: str = ""
    saved: bool = False


@dataclass(frozen=True, slots=True)
class Given:
    """The form as it was sent. `key` is never shown again."""

    name: str
    host: str
    port: str
    transport: str
    every: str
    layout: str
    unit: str
    place: str
    live: bool
    key: str = field(default="", repr=False)

    def shown(self) -> dict[str, str]:
        names = ("name", "host", "port", "transport", "every", "layout", "unit", "place")
        return {name: getattr(self, name) for name in names} | {"live": "yes" if self.live else ""}


@router.get("/terminals/{code}/settings")
def settings(request: Request, reader: Writing, code: str, saved: bool = False) -> Response:
    return _show(request, reader, code, saved=saved)


@router.post("/terminals/{code}/settings", dependencies=FORM)
def change(
    request: Request, reader: Writing, code: str, name: Text = "", host: Text = "", port: Text = "",
    transport: Text = "tcp", every: Text = "", layout: Text = AUTO, unit: Text = "", place: Text = "",
    live: Text = "", comm_key: Annotated[str, Form(max_length=16)] = "",
) -> Response:  # fmt: skip
    """Changes what may be changed, all of it or nothing."""
    given = Given(name.strip(), host.strip(), port.strip(), transport, every.strip(), layout, unit, place.strip(),
                  live == "yes", comm_key.strip())  # fmt: skip
    parts = service(request)
    try:
        changes = _changes(request, given)
        with terminal_filing.filing(parts.database, parts.settings) as (session, files):
            row = reader.terminal(session, code)
            if given.unit:
                _check_unit(session, reader, row, given.unit)
            changes = replace(changes, unit=given.unit or None)
            terminal_filing.change(session, files, row.code, changes, actor=reader.actor, at=parts.now())
            hang(session, row, given.place, reader, at=parts.now())
    except WrongField as error:
        return _show(request, reader, code, given=given, problem=error.problem)
    return RedirectResponse(f"/terminals/{quote(code, safe='')}/settings?saved=true", 303)


@router.post("/terminals/{code}/retire", dependencies=FORM)
def retire(request: Request, reader: Writing, code: str, sure: Text = "") -> Response:
    """Puts a terminal out of use, where it was said that this is meant."""
    parts = service(request)
    with parts.database.writing() as session:
        row = reader.terminal(session, code)
        if sure == "yes" and row.in_use:
            terminal_filing.retire(session, row.code, actor=reader.actor, at=parts.now())
    if sure != "yes":
        return _show(request, reader, code, problem="sure")
    return RedirectResponse(f"/terminals/{quote(code, safe='')}", 303)


def hang(session: Session, row: TerminalRow, place: str, reader: Reader, *, at: Any) -> None:
    """Say in which house of its unit a terminal hangs; one not known yet is named by it. Raises WrongField."""
    unit = office.code_of(session, UnitRow, row.unit_id)
    held = {each.id: each.name for each in units.places_of(session, unit, at.date())}.get(row.place_id, "")
    if place == held:
        return
    if not place:
        row.place_id = None
        session.add(row)
        return
    try:
        units.add_place(session, unit, place, terminals=[row.code], actor=reader.actor, at=at)
    except Invalid as error:
        raise WrongField("place") from error


def read_name(text: str) -> str:
    """A name that people call a terminal by. Raises WrongField."""
    if not text or len(text) > 100 or not text.isprintable():
        raise WrongField("name")
    return text


def read_address(request: Request, host: str) -> str:
    """An address in the allowed networks. Raises WrongField."""
    from device_sync.zk.address import AddressRefused, parse_address

    try:
        return str(parse_address(host, service(request).settings.allowed_networks))
    except AddressRefused as error:
        raise WrongField("network" if error.params["reason"] == "network" else "address") from error


def read_port(text: str) -> int:
    """A port. Raises WrongField."""
    if not (text.isdecimal() and text.isascii() and len(text) <= 5 and 1 <= int(text) <= 65_535):
        raise WrongField("port")
    return int(text)


def read_every(text: str) -> int:
    """Seconds between two readings. Raises WrongField."""
    if not (text.isdecimal() and text.isascii() and len(text) <= 5 and EVERY[0] <= int(text) <= EVERY[1]):
        raise WrongField("every")
    return int(text)


def read_comm_key(text: str) -> int | None:
    """A communication key as it is typed; None: none was. Raises WrongField, which never says what was typed."""
    if not text:
        return None
    if not (text.isdecimal() and text.isascii() and len(text) <= 6 and int(text) <= MAX_COMM_KEY):
        raise WrongField("key") from None
    return int(text)


def _changes(request: Request, given: Given) -> Changes:
    if given.layout not in LAYOUTS:
        raise WrongField("layout")
    if given.transport not in ("tcp", "udp"):
        raise WrongField("port")
    return Changes(
        host=read_address(request, given.host) if given.host else None,
        port=read_port(given.port) if given.port else None,
        transport=given.transport,
        name=read_name(given.name),
        poll_seconds=read_every(given.every),
        live=given.live,
        layout=given.layout,
        comm_key=read_comm_key(given.key),
    )


def _check_unit(session: Session, reader: Reader, row: TerminalRow, unit: str) -> None:
    """Raises NotFound for a unit out of sight, WrongField where the terminal cannot move any more."""
    is_other = office.key(reader.unit(session, unit)) != row.unit_id
    if is_other and terminal_places.was_read(session, office.key(row)):
        raise WrongField("unit_read")


def _show(
    request: Request, reader: Reader, code: str, *, given: Given | None = None, problem: str = "", saved: bool = False
) -> Response:
    parts = service(request)
    with parts.database.reading() as session:
        row = reader.terminal(session, code)
        unit = office.code_of(session, UnitRow, row.unit_id)
        places = units.places_of(session, unit, parts.today())
        stands = {
            "name": row.name, "host": row.host or "", "port": str(row.port), "transport": row.transport,
            "every": str(row.poll_seconds), "layout": row.layout or AUTO, "unit": unit,
            "place": next((place.name for place in places if place.id == row.place_id), ""),
            "live": "yes" if row.live else "",
        }  # fmt: skip
        view = SettingsView(
            code=row.code,
            name=row.name,
            given=stands if given is None else given.shown(),
            units=tuple(StoredTree(session).shown(parts.today(), reader.within)),
            places=tuple(place.name for place in places),
            may_move=not terminal_places.was_read(session, office.key(row)),
            has_key=row.has_comm_key,
            in_use=row.in_use,
            problem=problem,
            saved=saved and not problem,
        )
    return show(request, "terminal_settings.html", view, user=reader.user, status=422 if problem else 200)
