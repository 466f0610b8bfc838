"""The steps of the wizard: each shown, and what was chosen on it taken. Everything is filed by the last but one."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from api import terminal_filing
from api.http.scope import Reader
from api.http.service import service
from api.pages.i18n import read_day
from api.pages.routes import show
from api.pages.terminal_pages.adding import working
from api.pages.terminal_pages.adding.drafts import Draft
from api.pages.terminal_pages.adding.view import AddingView, safety
from api.pages.terminal_pages.asked import reading_of_job
from api.pages.terminal_pages.people import NotTaken, chosen_pairs
from api.pages.terminal_pages.settings import WrongField, hang, read_every, read_name
from api.terminal_filing import Wanted
from attendance.errors import AlreadyExists, Invalid, NotFound, Overlap
from attendance.facts import DIRECTIONS
from attendance.services import terminal_people, units
from attendance.services.matching import WorkList
from attendance.store import office, registering
from attendance.store.database import Session
from attendance.store.tables import TerminalRow
from attendance.store.tree import StoredTree

RESERVED = frozenset({"add", "live", "pull"})
FIELDS = ("code", "name", "unit", "place", "direction", "every")


def show_find(request: Request, reader: Reader, draft: Draft, live: bool) -> Response:
    if draft.search is None:
        return RedirectResponse("/terminals/add", 303)
    return _page(request, reader, "add_find", AddingView(draft, "find"), live)


def show_test(request: Request, reader: Reader, draft: Draft, live: bool) -> Response:
    return _page(request, reader, "add_test", AddingView(draft, "test"), live)


def show_name(
    request: Request, reader: Reader, draft: Draft, live: bool = False, *, problem: str = "", status: int = 200
) -> Response:
    today = service(request).today()
    with service(request).database.reading() as session:
        shown = tuple(StoredTree(session).shown(today, reader.within))
        given = draft.named or _suggested(session, draft, shown[0].code if shown else "")
        places = [place.name for unit in shown[:200] for place in units.places_of(session, unit.code, today)]
    view = AddingView(
        draft, "name", problem, units=shown, places=tuple(dict.fromkeys(places)), directions=DIRECTIONS, given=given
    )
    return show(request, "add_name.html", view, user=reader.user, status=status)


def take_name(request: Request, reader: Reader, draft: Draft, form: FormData) -> Response:
    draft.named = {name: str(form.get(name, "")).strip()[:100] for name in FIELDS}
    draft.is_named = draft.is_matched = False
    given = draft.named
    try:
        with service(request).database.reading() as session:
            _check_code(session, given["code"])
            read_name(given["name"])
            try:
                reader.unit(session, given["unit"])
            except NotFound:
                raise WrongField("unit") from None
            if given["direction"] not in DIRECTIONS:
                raise WrongField("direction")
            read_every(given["every"])
            if given["place"] and not given["place"].isprintable():
                raise WrongField("place")
    except WrongField as error:
        return show_name(request, reader, draft, problem=error.problem, status=422)
    draft.is_named = True
    return _on(draft, "people")


def show_people(
    request: Request, reader: Reader, draft: Draft, live: bool = False, *, problem: str = "", about: str = ""
) -> Response:
    parts = service(request)
    with parts.database.reading() as session:
        work = _work(request, session, reader, draft)
        has_people = work is not None and bool(_named(work))
        if work is not None:
            reader.saw(session, "terminal users", _named(work), at=parts.now())
    view = AddingView(draft, "people", problem, about, work=work, has_people=has_people)
    return show(request, "add_people.html", view, user=reader.user, status=422 if problem else 200)


def take_people(request: Request, reader: Reader, draft: Draft, form: FormData) -> Response:
    try:
        pairs = chosen_pairs(form)
        with service(request).database.reading() as session:
            for _, employee in pairs:
                try:
                    reader.employee_id(session, employee)
                except NotFound:
                    raise NotTaken("unknown", employee) from None
    except NotTaken as error:
        return show_people(request, reader, draft, problem=error.problem, about=error.about)
    draft.pairs, draft.makes_people, draft.is_matched = pairs, form.get("make") == "yes", True
    return _on(draft, "history")


def show_history(
    request: Request, reader: Reader, draft: Draft, live: bool = False, *, problem: str = "", status: int = 200
) -> Response:
    first = draft.first
    reading = reading_of_job(request, first.job, False) if first is not None and first.job is not None else None
    view = AddingView(draft, "history", problem, today=service(request).today(), reading=reading)
    return _page(request, reader, "add_history", view, live, status)


def take_history(request: Request, reader: Reader, draft: Draft, form: FormData) -> Response:
    """Files the terminal, its key and whose number is whose, all or nothing, and begins to read it."""
    parts = service(request)
    text = str(form.get("from", "")).strip()[:20]
    today = parts.today()
    begins = read_day(text, today) if text else None
    if text and begins is None:
        return show_history(request, reader, draft, problem="date", status=422)
    if begins is not None and begins > today:
        return show_history(request, reader, draft, problem="date_future", status=422)
    draft.counts_from = begins
    try:
        code = _file(request, reader, draft)
    except WrongField as error:
        if error.problem in ("serial_known", "address_known", "pairs_taken"):
            return show_history(request, reader, draft, problem=error.problem, status=409)
        draft.is_named = False
        return show_name(request, reader, draft, problem=error.problem, status=409)
    draft.stored, draft.comm_key = code, 1 if draft.comm_key else None  # that there is one is all the last page needs
    poller = getattr(request.app.state, "poller", None)
    if poller is not None:
        working.read_first(
            draft, code, parts.database, parts.settings.timezone, poller, now=parts.now, actor=reader.actor
        )
    return _on(draft, "history")


def show_safety(request: Request, reader: Reader, draft: Draft, live: bool) -> Response:
    view = AddingView(draft, "safety", checks=safety(draft))
    return show(request, "add_safety.html", view, user=reader.user)


SHOW: dict[str, Callable[[Request, Reader, Draft, bool], Response]] = {
    "find": show_find, "test": show_test, "name": show_name, "people": show_people, "history": show_history,
    "safety": show_safety,
}  # fmt: skip
TAKE: dict[str, Callable[[Request, Reader, Draft, FormData], Response]] = {
    "name": take_name, "people": take_people, "history": take_history,
}  # fmt: skip


def _file(request: Request, reader: Reader, draft: Draft) -> str:
    """Raises WrongField for what became impossible since it was checked; nothing is filed then."""
    parts, given, trial = service(request), draft.named, draft.trial
    assert trial is not None
    wanted = Wanted(
        given["code"], given["unit"], given["name"], draft.host, draft.port, draft.transport,
        read_every(given["every"]), direction=given["direction"], serial=trial.serial, counts_from=draft.counts_from,
        comm_key=draft.comm_key,
    )  # fmt: skip
    at = parts.now()
    try:
        with terminal_filing.filing(parts.database, parts.settings) as (session, files):
            if working.known_serial(session, trial.serial, reader.within) is not None:
                raise WrongField("serial_known")
            if working.known_address(session, draft.host, draft.port, reader.within) is not None:
                raise WrongField("address_known")
            reader.unit(session, given["unit"])
            row = terminal_filing.add(session, files, wanted, actor=reader.actor, at=at)
            hang(session, row, given["place"], reader, at=at)
            terminal_people.enrol_pairs(
                session, row.code, draft.pairs, from_on=draft.counts_from, at=at, actor=reader.actor
            )
            return row.code
    except AlreadyExists as error:
        raise WrongField("code_taken") from error
    except NotFound as error:
        raise WrongField("pairs_taken" if error.kind == "employee" else "unit") from error
    except Overlap as error:
        raise WrongField("pairs_taken") from error


def _check_code(session: Session, code: str) -> None:
    try:
        registering.check_code("terminal", code)
    except Invalid as error:
        raise WrongField("code") from error
    if code in RESERVED:
        raise WrongField("code_reserved")
    if office.find(session, TerminalRow, code) is not None:
        raise WrongField("code_taken")


def _suggested(session: Session, draft: Draft, unit: str) -> dict[str, str]:
    """What stands in the form at first: the next free code, and what the terminal calls itself."""
    taken = {row.code for row in office.terminals(session)}
    number = next(n for n in range(1, len(taken) + 2) if f"MCC-{n:02}" not in taken)
    name = draft.trial.model if draft.trial is not None else ""
    return {"code": f"MCC-{number:02}", "name": name, "unit": unit, "place": "", "direction": "none", "every": "300"}


def _work(request: Request, session: Session, reader: Reader, draft: Draft) -> WorkList | None:
    """Users of the terminal beside people, as far as the reader may see both; None: its table was not read."""
    users = draft.trial.users if draft.trial is not None else None
    if users is None:
        return None
    within = reader.elsewhere(session, "people.write")
    return terminal_people.proposals(session, draft.named["unit"], users, on=service(request).today(), within=within)


def _named(work: WorkList) -> set[str]:
    named = {candidate.person.code for entry in work.unmatched for candidate in entry.candidates}
    return named | {person.code for person in work.without_number}


def _on(draft: Draft, step: str) -> Response:
    return RedirectResponse(f"/terminals/add/{quote(draft.token, safe='')}/{step}", 303)


def _page(request: Request, reader: Reader, name: str, view: AddingView, live: bool, status: int = 200) -> Response:
    return show(request, f"{name}_live.html" if live else f"{name}.html", view, user=reader.user, status=status)
