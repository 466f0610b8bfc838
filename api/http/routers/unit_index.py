"""The discipline index of units: figures, formula, published versions, and the export for the emulation council."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.handing_out import handed_out
from api.http.answers import answer, listed
from api.http.params import Paging
from api.http.routers.conduct import PeriodFilter, check_whole_unit, span_of
from api.http.schemas import conduct as schemas
from api.http.schemas.conduct import NewFormula, Publishing
from api.http.scope import Reader, may
from api.http.service import service
from api.pages.emulation_words import words_of
from api.pages.names import name_key
from attendance import clock
from attendance.errors import NotFound
from attendance.services.conduct import good
from attendance.services.periods import Span, read_period
from attendance.services.unit_index import formulas, publishing
from attendance.services.unit_index.publishing import as_plain
from attendance.services.unit_index.standing import standing
from attendance.store import index_formulas, office
from attendance.store.conduct_tables import FormulaRow
from attendance.store.database import Session
from attendance.store.listing import Listed
from attendance.store.tables import UnitRow
from reports import emulation, unit_index
from reports.register_files import MEDIA

router = APIRouter(prefix="/index", tags=["index"])
Reading = Annotated[Reader, Depends(may("index.read"))]
Publishes = Annotated[Reader, Depends(may("index.publish"))]
Number = Annotated[int, Path(ge=1, le=2**31 - 1, description="Its number.", examples=[2])]
Unit = Annotated[str, Query(min_length=1, max_length=64, description="Code of the unit whose parts are compared.")]


@router.get("", operation_id="getIndex", summary="The index of a unit's parts", response_model=schemas.Index)
def get_index(request: Request, reader: Reading, unit: Unit, period: PeriodFilter = None) -> Response:
    """As the facts are now. What is not known stands in neither number of a figure; small units stand together."""
    span = span_of(request, period, "month")
    with service(request).database.reading() as session:
        found = standing(session, reader.within, check_whole_unit(reader, session, unit), span)
    return answer(as_plain(found))


@router.get(
    "/formulas", operation_id="listFormulas", summary="Versions of the formula", response_model=schemas.FormulaList
)
def list_formulas(request: Request, reader: Reading) -> Response:
    """Of your units, and those of the units above, which hold for them too."""
    parts = service(request)
    with parts.database.reading() as session:
        rows = [
            formula_told(line.row, line.unit or None)
            for line in unit_index.formulas_of(session, reader.within, parts.today())
        ]
    return listed(Listed(rows, len(rows)), Paging(max(1, len(rows)), 0))


@router.post(
    "/formulas", operation_id="addFormula", summary="File a formula", response_model=schemas.Formula, status_code=201
)
def add_formula(request: Request, reader: Publishes, given: NewFormula) -> Response:
    """Weights, bounds and what is left out, with a document and dates. One for everywhere is filed by whoever sees
    everything."""
    parts = service(request)
    with parts.database.writing() as session:
        if given.unit is not None:
            check_whole_unit(reader, session, given.unit)
        elif not reader.within.is_all:
            raise NotFound("unit", "", "Name the unit for which you file a formula.")
        for code in given.kinds:
            check_whole_unit(reader, session, code)
        new = formulas.NewFormula(
            given.unit, given.weights, given.from_, given.document, given.coverage, given.fewest,
            tuple(given.excluded), given.kinds, given.to,
        )  # fmt: skip
        told = formula_told(formulas.rule_of(formulas.file(session, new, by=reader.actor, at=parts.now())), given.unit)
    return answer(told, 201)


@router.post("/formulas/{id}/end", operation_id="endFormula", summary="End a formula", response_model=schemas.Formula)
def end_formula(request: Request, reader: Publishes, id: Number, given: schemas.Ending) -> Response:
    """Of periods that end later it is not the formula any more; what was published stays."""
    parts = service(request)
    with parts.database.writing() as session:
        row = writable(session, reader, id)
        formulas.end(session, row, given.on, by=reader.actor, at=parts.now())
        unit = office.code_of(session, UnitRow, row.unit_id) if row.unit_id is not None else None
        told = formula_told(formulas.rule_of(row), unit)
    return answer(told)


@router.get(
    "/published", operation_id="listPublications", summary="Published indices", response_model=schemas.PublicationList
)
def list_published(request: Request, reader: Reading) -> Response:
    """Frozen figures with their digest, the newest first."""
    parts = service(request)
    with parts.database.reading() as session:
        found = unit_index.published(session, parts.settings.timezone, reader.within)
    rows = [_published(line, parts.settings.timezone) for line in found]
    return listed(Listed(rows, len(rows)), Paging(max(1, len(rows)), 0))


@router.post(
    "/published", operation_id="publishIndex", summary="Publish", response_model=schemas.Publication, status_code=201
)
def publish(request: Request, reader: Publishes, given: Publishing) -> Response:
    """Freeze the index of a period that is over. 409: the same figures are published already."""
    parts = service(request)
    with parts.database.writing() as session:
        unit = check_whole_unit(reader, session, given.unit)
        row = publishing.publish(
            session, unit, read_period(given.period)[1], by=reader.actor, today=parts.today(), at=parts.now()
        )
        line = unit_index.publication_line(session, parts.settings.timezone, row)
    return answer(_published(line, parts.settings.timezone), 201)


@router.get(
    "/published/{id}", operation_id="getPublication", summary="One published index",
    response_model=schemas.OnePublication,
)  # fmt: skip
def get_published(request: Request, reader: Reading, id: Number) -> Response:
    """What was published, whether its digest fits, and whether what was known then gives the same again."""
    parts = service(request)
    with parts.database.reading() as session:
        row = index_formulas.publication(session, reader.within, id)
        line = unit_index.publication_line(session, parts.settings.timezone, row)
        checked = unit_index.check(session, row)
        content = orjson.loads(row.content)
    told = _published(line, parts.settings.timezone)
    return answer(told | {"content": content, **asdict(checked)})


@router.get(
    "/export/units", operation_id="exportIndex", summary="Units for the emulation council",
    responses={200: {"content": {media: {} for media in MEDIA.values()}}}, response_class=Response,
)  # fmt: skip
def export_units(
    request: Request,
    reader: Reading,
    unit: Unit,
    period: PeriodFilter = None,
    format: Annotated[Literal["xlsx", "csv", "json"], Query(description="Which file.")] = "xlsx",
) -> Response:
    """The table of the index as a file."""
    return units_file(request, reader, unit, span_of(request, period), format)


@router.get(
    "/export/persons", operation_id="exportPersons", summary="Facts of persons for the emulation council",
    responses={200: {"content": {media: {} for media in MEDIA.values()}}}, response_class=Response,
)  # fmt: skip
def export_persons(
    request: Request,
    reader: Annotated[Reader, Depends(may("conduct.read"))],
    unit: Unit,
    period: PeriodFilter = None,
    format: Annotated[Literal["xlsx", "csv", "json"], Query(description="Which file.")] = "xlsx",
) -> Response:
    """Counts of each person by given name: facts for those who judge, no ranking and no score."""
    return persons_file(request, reader, unit, span_of(request, period), format)


def units_file(request: Request, reader: Reader, unit: str, span: Span, format: str, lang: str = "vi") -> Response:
    with service(request).database.reading() as session:
        found = standing(session, reader.within, check_whole_unit(reader, session, unit), span)
    return _file(request, reader, emulation.of_units(found), format, lang, span)


def persons_file(request: Request, reader: Reader, unit: str, span: Span, format: str, lang: str = "vi") -> Response:
    parts = service(request)
    wall = clock.to_wall(parts.now(), parts.settings.timezone).replace(tzinfo=None)
    until = (span[0], max(span[0], min(span[1], wall.date())))
    with parts.database.reading() as session:
        within, part = reader.narrowed(session, unit), reader.part(session, unit, *span)
        duties = good.duties_of(session, parts.settings.timezone, within, until, now=wall)
        table = emulation.of_persons(session, within, part, unit, span, duties, name_key)
        reader.saw(session, "conduct", (row["employee"] for row in table.rows), at=parts.now())
    return _file(request, reader, table, format, lang, span)


def writable(session: Session, reader: Reader, number: int) -> FormulaRow:
    """A version of a unit the reader publishes for. Raises NotFound."""
    row = index_formulas.formula(session, number)
    if not (reader.within.is_all if row.unit_id is None else reader.within.sees(row.unit_id)):
        raise NotFound("formula", str(number))
    return row


def formula_told(row: formulas.Rule, unit: str | None) -> dict[str, Any]:
    told = publishing.formula_plain(row)
    return told | {"id": row.id, "unit": unit, "from": row.from_on, "to": row.to_on}


def _published(line: unit_index.PublicationLine, zone: str) -> dict[str, Any]:
    told = {name: getattr(line, name) for name in ("id", "unit", "name", "digest", "published_by")}
    at = clock.local_iso(line.published_at, zone)
    return told | {"from": line.from_on, "to": line.to_on, "published_at": at}


def _file(request: Request, reader: Reader, table: emulation.Table, format: str, lang: str, span: Span) -> Response:
    content = emulation.write(table, format, *words_of(table.name, lang))
    handed_out(request, reader, content, paper=emulation.PAPERS[table.name], rows=len(table.rows), format=format)
    name = f"thi-dua-{table.name}-{span[0]}-{span[1]}.{format}"
    return Response(content, 200, {"Content-Disposition": f'attachment; filename="{name}"'}, MEDIA[format])
