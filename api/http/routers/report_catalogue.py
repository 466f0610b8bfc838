"""Papers of the catalogue: which there are, and each at an address of its own that asks for the permission it needs."""

from __future__ import annotations

from collections.abc import Callable
from inspect import Parameter, Signature
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from api.handing_papers import made_now
from api.http.answers import answer
from api.http.auth import SignedInUser
from api.http.params import EmployeeFilter, UnitFilter
from api.http.schemas import reports as schemas
from api.http.scope import Reader, may
from api.http.service import service
from api.pages.i18n import Translator
from api.reporting.asking import LONGEST, must_of, names_of
from api.reporting.catalogue import MEDIA, entries, for_whom, purpose, title
from api.reporting.entry import Entry
from attendance.services.access import may as role_may
from attendance.services.accounts import SignedIn

router = APIRouter(prefix="/reports", tags=["reports"])
OWN_ADDRESS = frozenset({"timesheet", "violations", "dossier"})
"""Papers whose address has more to ask with: `routers/reports.py`, `routers/dossiers.py`."""
_DATE = r"^\d{4}-\d{2}-\d{2}$"
_DAY = "Default: the month that runs."
_TAKEN: dict[str, Any] = {
    "unit": UnitFilter,
    "employee": EmployeeFilter,
    "month": Annotated[
        str | None,
        Query(max_length=7, pattern=r"^\d{4}-\d{2}$", description=f"As 2026-11. {_DAY}", examples=["2026-11"]),
    ],
    "from": Annotated[
        str | None,
        Query(alias="from", max_length=10, pattern=_DATE, description=f"First date, included. {_DAY}"),
    ],
    "to": Annotated[
        str | None, Query(max_length=10, pattern=_DATE, description="Last date, included. Default: today.")
    ],
    "year": Annotated[str | None, Query(max_length=4, pattern=r"^\d{4}$", description="As 2026. Default: this year.")],
    "violation": Annotated[
        str | None, Query(max_length=LONGEST["violation"], description="`id` of a violation, as lists have it.")
    ],
}


def papers_of(user: SignedIn) -> list[Entry]:
    """The papers that somebody may ask for somewhere, a token within its scopes."""
    scopes = user.held.scopes
    return [
        entry
        for entry in entries()
        if (scopes is None or entry.permission in scopes)
        and any(role_may(role, entry.permission) for role in user.roles)
    ]


@router.get(
    "",
    operation_id="listReports",
    summary="Papers you may ask for",
    response_model=schemas.ReportList,
    openapi_extra={"x-open": "which papers there are; each is made with the permission it needs"},
)
def list_reports(request: Request, user: SignedInUser) -> Response:
    """Every paper with what it is asked with and the formats it is made in, by purpose."""
    t = Translator(service(request).settings.language)
    rows = [
        {
            "key": entry.key,
            "title": title(t, entry.key),
            "for": for_whom(t, entry.key),
            "purpose": purpose(entry.key),
            "permission": entry.permission,
            "asks": list(names_of(entry)),
            "must": [name for name in names_of(entry) if name in must_of(entry)],
            "formats": list(entry.formats),
            "long": entry.is_long,
        }
        for entry in papers_of(user)
    ]
    return answer({"items": rows, "total": len(rows), "limit": max(1, len(rows)), "offset": 0})


def operation_id(entry: Entry) -> str:
    """What the address of a paper is called in the document."""
    return f"report_{entry.key.replace('-', '_')}"


def _route(entry: Entry) -> Callable[..., Response]:
    """What answers at the address of a paper: its parameters are what the paper is asked with."""

    def report(request: Request, reader: Reader, format: str, lang: str | None, **given: str | None) -> Response:
        texts = {name.rstrip("_"): value for name, value in given.items() if value is not None}
        spoken = lang or service(request).settings.language
        return made_now(request, reader, entry, texts, format, spoken, inline=False)

    taken = [
        ("request", Request, Parameter.empty),
        ("reader", Annotated[Reader, Depends(may(entry.permission))], Parameter.empty),
        *((_named(name), _TAKEN[name], None) for name in names_of(entry) if name not in must_of(entry)),
        ("format", Annotated[Literal[entry.formats], Query(description="What it is made as.")], entry.formats[0]),
        ("lang", Annotated[Literal["vi", "en"] | None, Query(description="Language of what people read.")], None),
        *((_named(name), _must(name), Parameter.empty) for name in names_of(entry) if name in must_of(entry)),
    ]
    report.__signature__ = Signature(  # type: ignore[attr-defined]
        [Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=kind) for name, kind, default in taken],
        return_annotation=Response,
    )
    report.__doc__ = for_whom(Translator("en"), entry.key)
    return report


def _named(name: str) -> str:
    return "from_" if name == "from" else name


def _must(name: str) -> Any:
    described = {"unit": "Code of the unit.", "employee": "Code of the person.", "violation": "`id` of a violation."}
    return Annotated[str, Query(min_length=1, max_length=LONGEST[name], description=described[name])]


for _entry in entries():
    if _entry.key not in OWN_ADDRESS:
        router.add_api_route(
            f"/{_entry.key}",
            _route(_entry),
            operation_id=operation_id(_entry),
            summary=title(Translator("en"), _entry.key),
            response_class=Response,
            responses={200: {"description": "The file.", "content": {MEDIA[made]: {} for made in _entry.formats}}},
        )
