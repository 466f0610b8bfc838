"""*Báo cáo*: every paper of the catalogue, looked at before it is taken, and those that are made in the background."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import islice
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.handing_papers import VIEW, made_now
from api.http.auth import page_user, sent_from_here
from api.http.errors import Forbidden, Gone
from api.http.routers import report_jobs as ordering
from api.http.routers.report_catalogue import papers_of
from api.http.scope import Reader, page_may
from api.http.service import Service, service
from api.pages.i18n import Translator, read_day
from api.pages.report_words import PreviewWords
from api.pages.routes import language_of, show
from api.reporting.asking import LONGEST, kept_texts, must_of, names_of, read_asked
from api.reporting.catalogue import entries, purpose
from api.reporting.entry import Asked, Entry
from attendance import clock
from attendance.errors import AttendanceError, NotFound, StoreUnavailable
from attendance.services import report_jobs
from attendance.services.accounts import SignedIn
from attendance.services.report_jobs import NotReady, TooManyJobs
from attendance.store import searching
from attendance.store.database import Session
from attendance.store.report_job_tables import DONE, ReportJobRow
from attendance.store.tree import StoredTree
from reports.papers_asked import DONE as SAID
from reports.papers_asked import (
    LARGE,
    PROBLEMS,
    SHOWN_ROWS,
    JobLine,
    Paper,
    PaperPage,
    Preview,
    ReportsPage,
    UnitChoice,
)

QUARTER = 92
"""Papers of so many days at most say so where dates will not do."""
MONTHS, YEARS, PERSONS = 36, 6, 10
_EMBEDS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'self'; frame-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
}
"""A page that shows a paper of this site inside of it."""
_EMBEDDED = {
    "Content-Security-Policy": "default-src 'none'; object-src 'self'; frame-ancestors 'self'",
    "X-Frame-Options": "SAMEORIGIN",
}
OWN = {"x-open": "which papers there are, and one's own; each asks for the permission it needs"}
FROM_HERE = [Depends(sent_from_here)]
User = Annotated[SignedIn, Depends(page_user)]
Short = Annotated[str, Query(max_length=16)]

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/reports", openapi_extra=OWN)
def reports(request: Request, user: User, done: Short = "", problem: Short = "") -> Response:
    """Raises Forbidden for whom there is no paper."""
    view = _reports(request, user)
    return show(
        request, "reports.html", replace(view, done=done if done in SAID else "", problem=_known(problem)), user=user
    )


@router.get("/reports/jobs/live", openapi_extra=OWN)
def jobs_live(request: Request, user: User) -> Response:
    """The list of one's papers alone, which an open page asks for while something is made."""
    return show(request, "reports_jobs.html", ReportsPage((), _jobs(request, user)), user=user)


@router.post("/reports/jobs", openapi_extra=OWN, dependencies=FROM_HERE)
def order(
    request: Request,
    user: User,
    paper: Annotated[str, Form(max_length=64)] = "",
    format: Annotated[str, Form(max_length=20)] = "",
    asked: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """`asked`: what the paper is asked with, as a query."""
    try:
        ordering.order(request, user, paper, format, language_of(request), dict(parse_qsl(asked)))
    except TooManyJobs:
        return RedirectResponse("/reports?problem=too_many_jobs#jobs", 303)
    return RedirectResponse("/reports?done=ordered#jobs", 303, background=ordering.woken(request))


@router.get("/reports/jobs/{name}/file", openapi_extra=OWN)
def fetch(request: Request, user: User, name: str) -> Response:
    try:
        return ordering.fetched(request, user, name)
    except NotReady:
        return RedirectResponse("/reports?problem=not_ready#jobs", 303)
    except Gone:
        return RedirectResponse("/reports?problem=gone#jobs", 303)


@router.post("/reports/jobs/{name}/drop", openapi_extra=OWN, dependencies=FROM_HERE)
def drop(request: Request, user: User, name: str) -> Response:
    ordering.drop(request, user, name)
    return RedirectResponse("/reports?done=dropped#jobs", 303, background=ordering.woken(request))


def _reports(request: Request, user: SignedIn) -> ReportsPage:
    papers = papers_of(user)
    if not papers:
        raise Forbidden("There is no paper that your roles may ask for.")
    groups: dict[str, list[Paper]] = {}
    for entry in papers:
        groups.setdefault(purpose(entry.key), []).append(_paper(entry))
    return ReportsPage(tuple((name, tuple(those)) for name, those in groups.items()), _jobs(request, user))


def _jobs(request: Request, user: SignedIn) -> tuple[JobLine, ...]:
    parts = service(request)
    with parts.database.reading() as session:
        return tuple(_line(parts, row, language_of(request)) for row in report_jobs.listed(session, user))


def _line(parts: Service, row: ReportJobRow, lang: str) -> JobLine:
    zone, keep = parts.settings.timezone, timedelta(days=parts.settings.report_keep_days)
    ended = clock.to_wall(row.ended_at, zone) if row.ended_at is not None else None
    until = (ended + keep).date() if ended is not None and row.state == DONE else None
    return JobLine(
        row.name, row.paper, row.format, _typed_as(row.asked, lang), row.state, row.rows,
        clock.to_wall(row.asked_at, zone), ended, until, row.size, row.problem,
    )  # fmt: skip


def _paper(entry: Entry) -> Paper:
    return Paper(entry.key, entry.formats, entry.is_long)


def _known(problem: str) -> str:
    return problem if problem in PROBLEMS else ""


# one paper ----------------------------------------------------------------------------------------------------------


def _paper_routes(entry: Entry) -> tuple[Callable[..., Response], Callable[..., Response]]:
    """The page of a paper, and its file."""

    def paper(request: Request, reader: Reader) -> Response:
        return _shown(request, reader, entry)

    def file(
        request: Request,
        reader: Reader,
        format: Annotated[str, Query(max_length=20)] = "",
        inline: Annotated[bool, Query()] = False,
    ) -> Response:
        texts = _texts(request, entry)[1]
        wanted = format or entry.formats[0]
        try:
            found = made_now(request, reader, entry, texts, wanted, language_of(request), inline=inline)
        except (NotFound, StoreUnavailable):
            raise
        except AttendanceError as error:
            return _shown(request, reader, entry, _problem(entry, error))
        if inline and wanted == "pdf":
            found.headers.update(_EMBEDDED)
        return found

    reads = Annotated[Reader, Depends(page_may(entry.permission))]
    for route in (paper, file):
        route.__annotations__ |= {"request": Request, "reader": reads, "return": Response}
    file.__annotations__ |= {
        "format": Annotated[str, Query(max_length=20)],
        "inline": Annotated[bool, Query()],
    }
    return paper, file


def _shown(request: Request, reader: Reader, entry: Entry, problem: str = "") -> Response:
    """`problem`: why there is no file; said unless the page finds a nearer one."""
    view = _page(request, reader, entry)
    view = view if view.problem else replace(view, problem=problem)
    t = PreviewWords(language_of(request), service(request).settings.timezone)
    status = 422 if view.problem else 200
    answer = show(request, "report.html", view, user=reader.user, status=status, words=t)
    if view.pdf:
        answer.headers.update(_EMBEDS)
    return answer


def _texts(request: Request, entry: Entry) -> tuple[dict[str, str], dict[str, str]]:
    """What is said in the address, as it was typed, and as the catalogue reads it."""
    today = service(request).today()
    typed = {
        name: value[: LONGEST[name] + 20]
        for name in names_of(entry)
        if (value := request.query_params.get(name, "").strip())
    }
    read = dict(typed)
    for name in ("from", "to"):
        if name in typed and (day := read_day(typed[name], today)) is not None:
            read[name] = day.isoformat()
    return typed, read


def _page(request: Request, reader: Reader, entry: Entry) -> PaperPage:
    parts = service(request)
    today = parts.today()
    typed, read = _texts(request, entry)
    names = names_of(entry)
    if reader.within.is_person:  # there is nobody else to choose
        names = tuple(name for name in names if name not in ("unit", "employee"))
    view = PaperPage(_paper(entry), names, must_of(entry) & frozenset(names), typed, {})
    with parts.database.reading() as session:
        if "unit" in names:
            rows = StoredTree(session).shown(today, reader.within)
            view = replace(view, units=tuple(UnitChoice(row.code, row.name, row.depth) for row in rows))
        if "month" in names:
            view = replace(view, months=_months(today))
        if "year" in names:
            view = replace(view, years=tuple(today.year - back for back in range(YEARS)))
        if "unit" in read:
            reader.unit(session, read["unit"])
        view = _with_person(session, reader, view, read)
        if view.problem or not _is_asked(request, view, read):
            return view
        view = _previewed(request, session, reader, entry, view, read)
        if view.preview is not None:
            reader.saw_people(session, VIEW, view.preview.people, at=parts.now(), key=entry.key)
    return view


def _is_asked(request: Request, view: PaperPage, read: Mapping[str, str]) -> bool:
    """Whether enough was said to make something of it: nobody is shown a paper by opening the page alone."""
    return bool(request.query_params.get("show") or read) and view.must <= set(read) and not view.persons


def _with_person(session: Session, reader: Reader, view: PaperPage, read: dict[str, str]) -> PaperPage:
    """Whoever is meant by a code, or by words of a name that one person has."""
    text = read.get("employee", "")
    if not text:
        return view
    found = searching.people(session, reader.within, text, limit=PERSONS + 1).rows
    exact = [row for row in found if row["code"].casefold() == text.casefold()]
    if exact:
        found = exact
    if not found:
        return replace(view, problem="no_person")
    if len(found) > 1:
        persons = tuple((row["code"], row["name"]) for row in found[:PERSONS])
        return replace(view, persons=persons, more_persons=len(found) > PERSONS)
    read["employee"] = found[0]["code"]
    return replace(view, person=(found[0]["code"], found[0]["name"]))


def _previewed(
    request: Request, session: Session, reader: Reader, entry: Entry, view: PaperPage, read: Mapping[str, str]
) -> PaperPage:
    """With the first rows, or the address of the paper where it is none of rows. What hinders it is said."""
    parts = service(request)
    try:
        asked = read_asked(
            session, entry, read, reader, zone=parts.settings.timezone, at=parts.now(), lang=language_of(request)
        )
        dated = _dates(entry, asked)
        texts = kept_texts(entry, dict(read) | dated)
        view = replace(view, given={**_typed_as(dated, language_of(request)), **view.given})
        if entry.preview is None:
            query = urlencode({**texts, "format": "pdf", "inline": "true"})
            return replace(view, asked=texts, pdf=f"/reports/papers/{entry.key}/file?{query}")
        return replace(view, asked=texts, preview=preview_of(session, entry, asked))
    except (NotFound, StoreUnavailable):
        raise
    except AttendanceError as error:
        return replace(view, problem=_problem(entry, error))


def _dates(entry: Entry, asked: Asked) -> dict[str, str]:
    """The dates a paper is of, as they are asked for: what is taken, or made in the background, is of the same."""
    first, last = asked.from_on, asked.to_on
    if first is None or last is None:
        return {}
    if "month" in entry.needs:
        return {"month": f"{first:%Y-%m}"}
    return {"year": f"{first:%Y}"} if "year" in entry.needs else {"from": first.isoformat(), "to": last.isoformat()}


def _typed_as(dated: Mapping[str, str], lang: str) -> dict[str, str]:
    """The dates as people write them; what is no date as it is."""
    t = Translator(lang)
    return {name: t.date(date.fromisoformat(text)) if name in ("from", "to") else text for name, text in dated.items()}


def _problem(entry: Entry, error: AttendanceError) -> str:
    if error.code == "too_many_rows":
        return "too_many_rows"
    if "span" not in entry.needs:
        return "invalid"
    return "dates" if entry.most_days > QUARTER else "quarter"


def preview_of(session: Session, entry: Entry, asked: Asked) -> Preview:
    """The first rows of a register as its print shows them, and whether there are many more; of a paper that has
    them."""
    assert entry.preview is not None
    register = entry.preview(session, asked)
    printed = [at for at, column in enumerate(register.columns) if column.printed]
    rows = iter(register.rows)
    found = [tuple(row[at] for at in printed) for row in islice(rows, SHOWN_ROWS)]
    people = frozenset(register.people)
    rest = sum(1 for _ in islice(rows, LARGE))
    many = rest >= LARGE
    return Preview(
        tuple(register.columns[at] for at in printed), tuple(found), register.figures, tuple(register.bars.items()),
        register.notes, rest > 0, many, None if many else len(found) + rest, people,
    )  # fmt: skip


def _months(today: date) -> tuple[date, ...]:
    found = []
    for back in range(MONTHS):
        at = today.year * 12 + today.month - 1 - back
        found.append(date(at // 12, at % 12 + 1, 1))
    return tuple(found)


for _entry in entries():
    _of_paper: tuple[Any, Any] = _paper_routes(_entry)
    router.add_api_route(f"/reports/papers/{_entry.key}", _of_paper[0], name=f"paper_{_entry.key}")
    router.add_api_route(f"/reports/papers/{_entry.key}/file", _of_paper[1], name=f"paper_file_{_entry.key}")
