"""Reports as files: the register of violations, the month's sheet."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from api import registers
from api.http.params import EmployeeFilter, Span, UnitFilter
from api.http.routers.violations import Explained, Over, ViolationStatus, ViolationType
from api.http.scope import Reader, may
from api.http.service import service
from api.month_exports import answer_file
from api.pages.names import name_key
from attendance.errors import NotFound
from attendance.services.timesheet.showing import read_month, shown_month
from attendance.store import office
from attendance.store.listing_violations import Wanted
from reports import months as pages

router = APIRouter(prefix="/reports", tags=["reports"])


@router.get(
    "/violations",
    operation_id="reportViolations",
    summary="The register of violations as a file",
    response_class=Response,
    responses={
        200: {
            "description": "The file.",
            "content": {media: {} for media in dict.fromkeys(registers.MEDIA.values())},
        }
    },
)
def report_violations(
    request: Request,
    reader: Annotated[Reader, Depends(may("attendance.read"))],
    span: Span,
    format: Annotated[
        str, Query(max_length=20, description="xlsx (for people), csv or json (for programs).", examples=["xlsx"])
    ] = "xlsx",
    unit: UnitFilter = None,
    employee: EmployeeFilter = None,
    type: ViolationType = None,
    status: ViolationStatus = None,
    over: Over = None,
    explained: Explained = None,
) -> Response:
    """All rows that `GET /violations` lists for the same filter, in the same order."""
    parts = service(request)
    registers.check_format(format)
    with parts.database.reading() as session:
        wanted = Wanted(
            reader.within,
            span.from_on,
            span.to_on,
            part=reader.part(session, unit, span.from_on, span.to_on),
            employee_id=reader.employee_id(session, employee) if employee is not None else None,
            type=type,
            status=status,
            over=over,
            explained=explained,
        )
        return registers.sent(
            session,
            wanted,
            format,
            lang=parts.settings.language,
            saw=lambda people: reader.saw_people(session, "report violations", people, at=parts.now()),
        )


@router.get("/timesheet", operation_id="getTimesheet", summary="The month's sheet as a file")
def get_timesheet(
    request: Request,
    reader: Annotated[Reader, Depends(may("months.read"))],
    unit: Annotated[str, Query(max_length=64, description="Code of the unit.", examples=["X-TAN-MAI"])],
    month: Annotated[
        str,
        Query(min_length=7, max_length=7, pattern=r"^\d{4}-\d{2}$", description="As 2026-11.", examples=["2026-11"]),
    ],
    format: Annotated[
        Literal["xlsx", "csv", "json", "pdf"],
        Query(description="xlsx or pdf (by the unit's form, for people), csv or json (for programs)."),
    ] = "json",
    version: Annotated[
        int | None, Query(ge=1, le=9_999, description="A kept version; default: the month as it is.")
    ] = None,
    lang: Annotated[Literal["vi", "en"] | None, Query(description="Language of heads and legend.")] = None,
) -> Response:
    """The same sheet as its page: people by given name, the same signs, order and totals. A locked month is the kept
    sheet; its digest stands in the file. Who may not know reasons gets `CP` for every kind of leave."""
    parts = service(request)
    with parts.database.reading() as session:
        place = reader.unit(session, unit)
        if not reader.within.sees(office.key(place)):
            raise NotFound("unit", unit)
        reasons = reader.elsewhere(session, "reasons.read").sees(office.key(place))
        today = parts.today()
        shown = shown_month(session, place, read_month(month), today, reasons=reasons, version=version)
        view = pages.sheet_page(
            session, parts.settings.timezone, shown, today, live=version is None, masked=not reasons, key=name_key
        )
        reader.saw(session, "month", (line.employee for line in shown.sheet.lines), at=parts.now())
    return answer_file(view, format, lang or parts.settings.language, parts.settings)
