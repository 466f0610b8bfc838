"""The parameters that many addresses share: every number bounded, every span short, every one described."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends, Header, Path, Query, Request
from pydantic import BeforeValidator

from api.http.service import service
from attendance import clock
from attendance.clock import FIRST_DATE, LAST_DATE
from attendance.errors import Invalid

MAX_LIMIT = 500
MAX_OFFSET = 1_000_000
MAX_SPAN_DAYS = 400


def iso_date(given: Any) -> Any:
    """YYYY-MM-DD and nothing else: a number is no date here."""
    if isinstance(given, str):
        if len(given) != 10:
            raise ValueError("write a date as YYYY-MM-DD")
        try:
            given = date.fromisoformat(given)
        except ValueError:
            raise ValueError("write a date as YYYY-MM-DD") from None
    if not isinstance(given, date) or isinstance(given, datetime):
        raise ValueError("write a date as YYYY-MM-DD")
    if not FIRST_DATE <= given <= LAST_DATE:
        raise ValueError(f"dates go from {FIRST_DATE} to {LAST_DATE}")
    return given


IsoDate = Annotated[date, BeforeValidator(iso_date)]


@dataclass(frozen=True, slots=True)
class Paging:
    limit: int
    offset: int


@dataclass(frozen=True, slots=True)
class Period:
    """Both ends included."""

    from_on: date
    to_on: date


def paging(
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="How many rows at most.")] = 100,
    offset: Annotated[int, Query(ge=0, le=MAX_OFFSET, description="How many rows to pass over first.")] = 0,
) -> Paging:
    return Paging(limit, offset)


def period(
    request: Request,
    from_: Annotated[
        IsoDate | None,
        Query(
            alias="from",
            description="First date, included. Default: the first day of the month of `to`, or of this month.",
            examples=["2026-11-01"],
        ),
    ] = None,
    to: Annotated[
        IsoDate | None,
        Query(
            description=f"Last date, included; at most {MAX_SPAN_DAYS} days in all. Default: the end of this month, or "
            "as far as the span allows.",
            examples=["2026-11-30"],
        ),
    ] = None,
) -> Period:
    """The span asked for. Raises Invalid where it runs backwards or is too long."""
    today = service(request).today()
    first = from_ or (to or today).replace(day=1)
    if to is None:
        latest = min(_month_end(max(today, first)), first + timedelta(days=MAX_SPAN_DAYS - 1))
        last = min(latest, LAST_DATE)
    else:
        last = to
    if last < first:
        raise Invalid(f"The span ends on {last} before it begins on {first}; swap `from` and `to`.")
    if (last - first).days >= MAX_SPAN_DAYS:
        raise Invalid(f"The span from {first} to {last} is too long; ask for at most {MAX_SPAN_DAYS} days at a time.")
    return Period(first, last)


def _month_end(on: date) -> date:
    return on.replace(day=calendar.monthrange(on.year, on.month)[1])


def moment(text: str | None, zone: str) -> datetime | None:
    """The instant of an ISO 8601 text; without an offset it is a time of the office. Raises Invalid."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
        if not FIRST_DATE <= found.date() <= LAST_DATE:
            raise ValueError
        return clock.to_instant(found, zone) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid(f"{text[:40]!r} is not a moment; write it as 2026-11-20T17:00:00+07:00.") from None


Page = Annotated[Paging, Depends(paging)]
Span = Annotated[Period, Depends(period)]

UnitFilter = Annotated[
    str | None,
    Query(max_length=64, description="Code of a unit: only it and the units below it.", examples=["X-TAN-MAI"]),
]
EmployeeFilter = Annotated[
    str | None, Query(max_length=64, description="Code of a person: only theirs.", examples=["CC-0057"])
]
TerminalFilter = Annotated[
    str | None, Query(max_length=64, description="Code of a terminal: only its own.", examples=["MCC-01"])
]
Cursor = Annotated[
    str | None,
    Query(
        max_length=1000,
        description="`next` of the page before: goes on behind its last row, whatever was added meanwhile. Takes the "
        "place of `offset`.",
    ),
]
TerminalCode = Annotated[str, Path(max_length=64, description="Code of the terminal.", examples=["MCC-01"])]
UnitCode = Annotated[str, Path(max_length=64, description="Code of the unit.", examples=["X-TAN-MAI"])]
OnDate = Annotated[IsoDate | None, Query(description="The tree of this date. Default: today.", examples=["2025-06-30"])]
IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=40,
        description="The version of the unit that was seen, as its `ETag` says; 412 where it was changed since.",
    ),
]


def expected_version(if_match: str | None) -> int | None:
    """The number of an `If-Match`, bare or in quotes; None: none was sent, or any will do. Raises Invalid."""
    text = (if_match or "*").strip().removeprefix("W/").strip('"')
    if text == "*":
        return None
    if not text.isdecimal() or len(text) > 9:
        raise Invalid(f'{text[:20]!r} is not a version; send the `ETag` of the unit as it came, for example "3".')
    return int(text)
