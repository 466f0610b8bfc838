"""Violations: the list, and one with its evidence."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.http.answers import answer, listed
from api.http.params import Cursor, EmployeeFilter, Page, Span, UnitFilter
from api.http.schemas.rulings import ViolationList, ViolationWithEvidence
from api.http.scope import Reader, may
from api.http.service import service
from attendance.errors import NotFound
from attendance.services import disclosure
from attendance.store import listing_rulings
from attendance.store.listing_keys import read_violation_id
from attendance.store.listing_violations import Wanted, violations

router = APIRouter(prefix="/violations", tags=["attendance"])

ViolationType = Annotated[
    Literal["late", "early", "absent", "missing_in", "missing_out", "left_post"] | None,
    Query(description="Only of this kind.", examples=["late"]),
]
ViolationStatus = Annotated[
    Literal["counted", "pending", "excused", "partly_excused"] | None,
    Query(description="Only in this state.", examples=["counted"]),
]
Over = Annotated[int | None, Query(ge=0, le=1440, description="Only with more minutes than this.")]
Explained = Annotated[
    bool | None, Query(description="Only those an explanation was handed in for, or only those without one.")
]


@router.get("", operation_id="listViolations", summary="Violations", response_model=ViolationList)
def list_violations(
    request: Request,
    reader: Annotated[Reader, Depends(may("attendance.read"))],
    span: Span,
    page: Page,
    unit: UnitFilter = None,
    employee: EmployeeFilter = None,
    type: ViolationType = None,
    status: ViolationStatus = None,
    over: Over = None,
    explained: Explained = None,
    cursor: Cursor = None,
) -> Response:
    """The violations that stand, by date, person, session and type."""
    parts = service(request)
    with parts.database.reading() as session:
        part = reader.part(session, unit, span.from_on, span.to_on)
        wanted = Wanted(
            reader.within,
            span.from_on,
            span.to_on,
            part=part,
            employee_id=reader.employee_id(session, employee) if employee is not None else None,
            type=type,
            status=status,
            over=over,
            explained=explained,
        )
        found = violations(session, wanted, limit=page.limit, offset=page.offset, after=cursor)
        reader.saw_people(session, "violations", found.people, at=parts.now())
    return listed(found, page)


@router.get(
    "/{id}",
    operation_id="getViolation",
    summary="One violation with its evidence",
    response_model=ViolationWithEvidence,
)
def get_violation(
    request: Request,
    reader: Annotated[Reader, Depends(may("attendance.read"))],
    id: Annotated[
        str,
        Path(
            description="Id of the violation; it lasts through revisions.",
            max_length=1000,
            examples=["57-20261120-am-late"],
        ),
    ],
) -> Response:
    """The violation, the verdict it is part of, and everything that decided it.

    One that a newer verdict no longer has is shown as it last stood, with `current` false.
    """
    key = read_violation_id(id)
    if key is None:
        raise NotFound("violation", id[:64])
    parts = service(request)
    with parts.database.reading() as session:
        found = listing_rulings.violation(session, reader.within, key)
        if found is None:
            raise NotFound("violation", id[:64])
        reader.saw(session, "violation", [found["employee"]], at=parts.now(), key=key.on.isoformat())
        reasons = reader.elsewhere(session, "reasons.read")
        disclosed = reasons.sees(found["verdict"]["unit_id"], key.employee_id)
        shown = disclosure.Disclosed(disclosed, alarms=not reader.within.is_person)
        found["verdict"] = disclosure.verdict(found["verdict"], reasons)
        found["evidence"] = parts.evidence(session, key, shown) if parts.evidence is not None else {}
    return answer(found)
