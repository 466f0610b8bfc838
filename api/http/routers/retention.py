"""Terms of personal data as the office sets them, and destruction: of the whole office."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from api.http.answers import answer
from api.http.params import Page
from api.http.routers.personal_data import Managing, whole
from api.http.schemas.personal_data import (
    Approval,
    Destruction,
    DestructionList,
    NewSetting,
    Refusal,
    Setting,
    TermsAnswer,
)
from api.http.service import service
from attendance.services.personal import kinds, retention
from attendance.store import personal_settings
from attendance.store.personal_tables import PersonalSettingRow

router = APIRouter(prefix="/personal-data", tags=["personal data"])

Number = Annotated[int, Path(ge=1, le=2**31 - 1, description="Its number.", examples=[3])]


@router.get("/terms", operation_id="personalTerms", summary="Kinds of data and their terms", response_model=TermsAnswer)
def read_terms(request: Request, reader: Managing) -> Response:
    """For HR: what is kept, how long, on what it rests, how it is destroyed; as it holds today."""
    parts = service(request)
    with parts.database.reading() as session:
        found = kinds.terms(session, parts.today())
        rows = [{**setting_json(row), "withdrawn_at": row.withdrawn_at} for row in personal_settings.every(session)]
    return answer(
        {
            "kinds": [asdict(kind) for kind in found.kinds],
            "requests": [asdict(one) for one in found.requests],
            "office": asdict(found.office),
            "settings": rows,
        }
    )


@router.post("/settings", operation_id="setPersonalTerm", summary="Set a term", status_code=201, response_model=Setting)
def set_term(request: Request, reader: Managing, given: NewSetting) -> Response:
    """For HR of the whole office: a value from a date on, with the document it rests on."""
    whole(reader)
    parts = service(request)
    with parts.database.writing() as session:
        row = kinds.set_term(
            session, given.subject, given.field, given.value, from_on=given.from_on, document=given.document,
            actor=reader.actor, at=parts.now(),
        )  # fmt: skip
        content = setting_json(row)
    return answer(content, 201)


@router.post(
    "/settings/{id}/withdraw", operation_id="withdrawPersonalTerm", summary="Take a term back", response_model=Setting
)
def withdraw_term(request: Request, reader: Managing, id: Number) -> Response:
    """For HR of the whole office: what was there before holds again."""
    whole(reader)
    parts = service(request)
    with parts.database.writing() as session:
        content = setting_json(kinds.withdraw_term(session, id, actor=reader.actor, at=parts.now()))
    return answer(content)


@router.get(
    "/destructions", operation_id="listDestructions", summary="Destruction of data", response_model=DestructionList
)
def list_destructions(request: Request, reader: Managing, page: Page) -> Response:
    """For HR of the whole office: what is proposed, and the records of what was destroyed."""
    whole(reader)
    with service(request).database.reading() as session:
        found, total = retention.listed(session, page.limit, page.offset)
        rows = [one.as_json() for one in found]
    return answer({"items": rows, "total": total, "limit": page.limit, "offset": page.offset, "next": None})


@router.post(
    "/destructions",
    operation_id="proposeDestructions",
    summary="Propose what is due",
    status_code=201,
    response_model=DestructionList,
)
def propose(request: Request, reader: Managing) -> Response:
    """For HR of the whole office: what the nightly job does. Whoever proposes does not approve."""
    whole(reader)
    parts = service(request)
    made = retention.propose(parts.database, parts.settings.timezone, actor=reader.actor, at=parts.now())
    rows = [one.as_json() for one in made]
    return answer({"items": rows, "total": len(rows), "limit": len(rows), "offset": 0, "next": None}, 201)


@router.post(
    "/destructions/{id}/approve",
    operation_id="approveDestruction",
    summary="Approve a destruction",
    response_model=Destruction,
)
def approve(request: Request, reader: Managing, id: Number, given: Approval) -> Response:
    """For HR of the whole office, not for whoever proposed it; as many people as the kind needs."""
    whole(reader)
    parts = service(request)
    with parts.database.writing() as session:
        found = retention.approve(session, id, document=given.document, actor=reader.actor, at=parts.now()).as_json()
    return answer(found)


@router.post(
    "/destructions/{id}/refuse",
    operation_id="refuseDestruction",
    summary="Refuse a destruction",
    response_model=Destruction,
)
def refuse(request: Request, reader: Managing, id: Number, given: Refusal) -> Response:
    """For HR of the whole office: nothing is destroyed, for this reason."""
    whole(reader)
    parts = service(request)
    with parts.database.writing() as session:
        found = retention.refuse(session, id, why=given.why, actor=reader.actor, at=parts.now()).as_json()
    return answer(found)


@router.post(
    "/destructions/{id}/carry-out",
    operation_id="carryOutDestruction",
    summary="Carry a destruction out",
    response_model=Destruction,
)
def carry_out(request: Request, reader: Managing, id: Number) -> Response:
    """For HR of the whole office: what was approved, in bounded pieces; one that was broken off goes on."""
    whole(reader)
    parts = service(request)
    return answer(retention.carry_out(parts.database, id, actor=reader.actor, at=parts.now()).as_json())


def setting_json(row: PersonalSettingRow) -> dict[str, Any]:
    return {
        "id": row.id, "subject": row.subject, "field": row.field, "value": row.value, "from": row.from_on,
        "document": row.document,
    }  # fmt: skip
