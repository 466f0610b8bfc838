"""*Biểu đồ*: where people come late, of a unit and a span that stand in the address; each table also as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, Response

from api.handing_out import handed_out
from api.http.scope import Reader, page_may
from api.http.service import service
from api.pages.i18n import Translator, read_day
from api.pages.routes import language_of, show
from attendance.errors import NotFound
from reports.charts import LONGEST_MINUTE, LONGEST_SPAN, TABLES, ChartsPage, Rate, charts_page
from reports.safe_cells import inert

SHOWN_DAYS = timedelta(days=30)
_RATES = ("late", "excused", "known", "rate", "unknown")

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
Attending = Annotated[Reader, Depends(page_may("attendance.read"))]
Unit = Annotated[str, Query(max_length=64)]


@router.get("/charts")
def charts(request: Request, reader: Attending, unit: Unit = "") -> Response:
    return show(request, "charts.html", _page(request, reader, unit), user=reader.user)


@router.get("/charts.csv")
def charts_file(
    request: Request, reader: Attending, unit: Unit = "", table: Annotated[str, Query(max_length=16)] = "units"
) -> Response:
    """One table of the page as it stands there, for a spreadsheet. Raises NotFound for a table there is none of."""
    if table not in TABLES:
        raise NotFound("table", table)
    page, t = _page(request, reader, unit), Translator(language_of(request))
    written, lines = io.StringIO(), list(_lines(page, table, t))
    csv.writer(written, lineterminator="\r\n").writerows(lines)
    content = written.getvalue().encode("utf-8-sig")
    handed_out(request, reader, content, paper="charts", rows=len(lines) - 1, table=table, format="csv")
    name = f"charts-{table}-{page.from_on}-{page.to_on}.csv"
    return Response(
        content,
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


def _page(request: Request, reader: Reader, unit: str) -> ChartsPage:
    from_on, to_on = _span(request)
    with service(request).database.reading() as session:
        part = reader.part(session, unit or None, from_on, to_on)
        return charts_page(session, reader.within, unit=unit, part=part, from_on=from_on, to_on=to_on)


def _span(request: Request) -> tuple[date, date]:
    """The dates of the address, the earlier first; without them the last thirty days. Never longer than two years."""
    today = service(request).today()
    given = [read_day(request.query_params.get(name, ""), today) for name in ("from", "to")]
    last = given[1] or (max(today, given[0]) if given[0] else today)
    first = given[0] or last - SHOWN_DAYS
    first, last = min(first, last), max(first, last)
    return max(first, last - LONGEST_SPAN), last


def _lines(page: ChartsPage, table: str, t: Translator) -> Iterable[list[Any]]:
    if table == "minutes":
        yield [t("charts.minute"), t("charts_column.sessions"), t("charts_column.excused")]
        for each in page.minutes:
            yield [each.minutes or f">{LONGEST_MINUTE}", each.sessions, each.excused]
        return
    rates: dict[str, tuple[Rate, ...]] = {"weekdays": page.weekdays, "times": page.times, "units": page.units}
    yield [t(f"charts.{table}_head"), *(t(f"charts_column.{name}") for name in _RATES)]
    for rate in rates[table]:
        rest = [rate.late, rate.excused, rate.known, rate.per_hundred, rate.unknown]
        yield [_named(rate, table, page, t), *rest]


def _named(rate: Rate, table: str, page: ChartsPage, t: Translator) -> str:
    if rate.on is None:
        return inert(rate.name) or t.n("charts.folded", page.folded)
    if table == "weekdays":
        return t.long_date(rate.on).split(",")[0]
    return rate.on.isoformat() if page.by_week else f"{rate.on:%Y-%m}"
