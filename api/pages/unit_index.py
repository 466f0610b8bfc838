"""The page *Chỉ số kỷ luật*: units compared by the public formula, over time, published versions, files to take."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.http.auth import sent_from_here
from api.http.routers.conduct import check_whole_unit
from api.http.routers.unit_index import persons_file, units_file, writable
from api.http.scope import Reader, page_may
from api.http.service import service
from api.pages.i18n import read_day
from api.pages.routes import language_of, show
from attendance.errors import AttendanceError, Invalid, NotFound, Overlap
from attendance.services.periods import before, period_of, periods_between, read_period, written
from attendance.services.unit_index import formulas, publishing
from attendance.services.unit_index.formulas import TYPES
from attendance.services.unit_index.publishing import AlreadyPublished
from attendance.store import index_formulas
from attendance.store.database import Session
from attendance.store.tables import UnitRow
from reports import emulation, unit_index
from reports.conduct import options

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

FromHere = Depends(sent_from_here)
Reading = Annotated[Reader, Depends(page_may("index.read"))]
Publishes = Annotated[Reader, Depends(page_may("index.publish"))]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Code = Annotated[str, Query(max_length=64)]
Word = Annotated[str, Query(max_length=16)]
PeriodText = Annotated[str, Query(max_length=7)]
Short = Annotated[str, Form(max_length=64)]
Text = Annotated[str, Form(max_length=200)]


@router.get("/index")
def index(request: Request, reader: Reading, unit: Code = "", period: PeriodText = "", done: Word = "") -> Response:
    return _index(request, reader, unit, period, done=done)


@router.get("/index/file.{format}")
def index_file(
    request: Request,
    reader: Reading,
    format: Annotated[str, Path(max_length=8)],
    unit: Code,
    period: PeriodText,
) -> Response:
    _known(format)
    return units_file(request, reader, unit, read_period(period)[1], format, language_of(request))


@router.get("/index/persons.{format}")
def persons(
    request: Request,
    reader: Annotated[Reader, Depends(page_may("conduct.read"))],
    format: Annotated[str, Path(max_length=8)],
    unit: Code,
    period: PeriodText,
) -> Response:
    _known(format)
    return persons_file(request, reader, unit, read_period(period)[1], format, language_of(request))


@router.get("/index/published/{number}")
def published(request: Request, reader: Reading, number: Number) -> Response:
    parts = service(request)
    with parts.database.reading() as session:
        row = index_formulas.publication(session, reader.within, number)
        line = unit_index.publication_line(session, parts.settings.timezone, row)
        checked = unit_index.check(session, row)
        content = orjson.loads(row.content)
    return show(request, "index_published.html", line, user=reader.user, checked=checked, content=content)


@router.post("/index/publish", dependencies=[FromHere])
def publish(
    request: Request, reader: Publishes, unit: Short = "", period: Annotated[str, Form(max_length=7)] = ""
) -> Response:
    parts = service(request)
    try:
        with parts.database.writing() as session:
            publishing.publish(
                session, check_whole_unit(reader, session, unit), read_period(period)[1], by=reader.actor,
                today=parts.today(), at=parts.now(),
            )  # fmt: skip
    except (Invalid, AlreadyPublished) as error:
        problem = "published" if isinstance(error, AlreadyPublished) else "not_publishable"
        return _index(request, reader, unit, period, problem=problem, status=_status(error))
    return RedirectResponse(f"/index?unit={unit}&period={period}&done=published", 303)


@router.post("/index/formulas", dependencies=[FromHere])
def file_formula(
    request: Request,
    reader: Publishes,
    unit: Short = "",
    weight: Annotated[list[str] | None, Form(max_length=8)] = None,
    coverage: Short = "80",
    fewest: Short = "5",
    excluded: Text = "",
    from_: Annotated[str, Form(alias="from", max_length=20)] = "",
    to: Annotated[str, Form(max_length=20)] = "",
    document: Text = "",
) -> Response:
    """`weight`: as people write it, 0,5 or 1, in the order of TYPES."""
    parts = service(request)
    first, last = (read_day(text, parts.today()) for text in (from_, to))
    try:
        weights = {kind: _hundredths(text) for kind, text in zip(TYPES, weight or (), strict=False) if text.strip()}
        if first is None or (to.strip() and last is None) or not (coverage.isdecimal() and fewest.isdecimal()):
            raise Invalid("Write dates as 24/11/2026 and bounds as whole numbers.")
        with parts.database.writing() as session:
            check_whole_unit(reader, session, unit)
            codes = tuple(code.strip() for code in excluded.split(",") if code.strip())
            new = formulas.NewFormula(
                unit, weights, first, document.strip(), int(coverage[:3]), int(fewest[:4]), codes, {}, last
            )
            formulas.file(session, new, by=reader.actor, at=parts.now())
    except (Invalid, Overlap) as error:
        problem = "overlap" if isinstance(error, Overlap) else "formula"
        return _index(request, reader, unit, "", problem=problem, status=_status(error))
    return RedirectResponse(f"/index?unit={unit}&done=filed", 303)


@router.post("/index/formulas/{number}/end", dependencies=[FromHere])
def end_formula(
    request: Request, reader: Publishes, number: Number, on: Annotated[str, Form(max_length=20)] = ""
) -> Response:
    parts = service(request)
    last = read_day(on, parts.today())
    try:
        with parts.database.writing() as session:
            row = writable(session, reader, number)
            if last is None:
                raise Invalid("Write the date as 24/11/2026.")
            formulas.end(session, row, last, by=reader.actor, at=parts.now())
    except Invalid as error:
        return _index(request, reader, "", "", problem="end", status=_status(error))
    return RedirectResponse("/index?done=ended", 303)


def _index(
    request: Request,
    reader: Reader,
    unit: str,
    period: str,
    *,
    done: str = "",
    problem: str = "",
    status: int = 200,
) -> Response:
    parts, today = service(request), service(request).today()
    try:
        kind, span = read_period(period) if period else ("month", before("month", period_of("month", today)))
    except Invalid:
        kind, span = "month", before("month", period_of("month", today))
    with parts.database.reading() as session:
        chosen = _chosen(session, reader, unit)
        if chosen is None:
            return show(request, "index.html", None, user=reader.user, status=status)
        view = unit_index.index_page(
            session, parts.settings.timezone, parts.now(), reader.within, chosen, span,
            publish=reader.elsewhere(session, "index.publish"),
        )  # fmt: skip
        code = chosen.code
        persons_too = not reader.elsewhere(session, "conduct.read").is_person
    view = replace(view, done=done if done in unit_index.DONE else "", problem=problem)
    year_ago = period_of(kind, today.replace(year=today.year - 1, day=1))[0]
    periods = [(written(kind, each[0]), each[0]) for each in periods_between(kind, year_ago, today)][::-1]
    return show(
        request, "index.html", view, user=reader.user, status=status, chosen=code, periods=periods,
        asked=written(kind, span[0]), types=TYPES, formats=emulation.FORMATS, persons_too=persons_too,
    )  # fmt: skip


def _chosen(session: Session, reader: Reader, unit: str) -> UnitRow | None:
    """The unit of the address; without one, the first the reader sees that has others below it, else the first."""
    if unit:
        return check_whole_unit(reader, session, unit)
    shown = options(session, reader.today, reader.within)
    deeper = [first for first, then in pairwise(shown) if then.depth > first.depth]
    first = next(iter((*deeper, *shown)), None)
    return reader.unit(session, first.code) if first is not None else None


def _hundredths(text: str) -> int:
    whole, _, rest = text.strip().replace(",", ".").partition(".")
    if not whole.isdecimal() or len(whole) > 2 or len(rest) > 2 or (rest and not rest.isdecimal()):
        raise Invalid(f"{text[:10]!r} is no weight; write 1 or 0,5.")
    return int(whole) * 100 + int((rest + "00")[:2])


def _known(format: str) -> None:
    if format not in emulation.FORMATS:
        raise NotFound("format", format)


def _status(error: AttendanceError) -> int:
    return 422 if isinstance(error, Invalid) else 409
