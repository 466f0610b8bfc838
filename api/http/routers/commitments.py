"""Commitments: templates, who is asked, signing, confirming, and who has signed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.commitments import paper_of, people_asked, reasons_of, sign_as_reader, term_of, units_asked
from api.http.answers import answer, listed
from api.http.params import EmployeeFilter, Page, UnitFilter
from api.http.schemas.commitments import (
    AskedFor,
    Asking,
    Commitment,
    CommitmentList,
    CommitmentText,
    Confirming,
    NewTemplate,
    Refusing,
    SignedStanding,
    Signing,
    TakingBack,
    Template,
    TemplateList,
)
from api.http.scope import Reader, askable, may
from api.http.service import service
from api.pages.names import name_key
from attendance import clock
from attendance.services.commitments import asking, signing, templates
from attendance.services.commitments.clauses import read_clauses, written
from attendance.services.commitments.frozen import shown, units_of
from attendance.services.commitments.reading import refusal_reason, seen
from attendance.services.commitments.shipped import Wording
from attendance.services.commitments.standing import SIGNED, state_of
from attendance.services.impartial import Decider
from attendance.store import commitment_templates, commitments, office, people
from attendance.store.commitment_tables import PERSON, CommitmentRow, CommitmentTemplateRow
from attendance.store.database import Session
from attendance.store.listing import Listed
from attendance.store.tables import UnitRow
from reports.who_signed import SignedFilter, placed, who_signed

router = APIRouter(prefix="/commitments", tags=["commitments"])

Reading = Annotated[Reader, Depends(may("commitments.read"))]
Writing = Annotated[Reader, Depends(may("commitments.write"))]
SigningReader = Annotated[Reader, Depends(may("commitments.sign"))]
Reviewing = Annotated[Reader, Depends(may("commitments.review"))]
Number = Annotated[int, Path(ge=1, le=2**31 - 1, description="Number of the commitment.", examples=[31])]
TemplateCode = Annotated[str, Path(max_length=64, description="Code of the template.", examples=["CA-NHAN"])]
Year = Annotated[int | None, Query(ge=2000, le=2999, description="Of which year. Default: this one.", examples=[2026])]
State = Literal["asked", "refused", "signed", "confirmed"]
MOST = 2000


@router.get(
    "/templates", operation_id="listCommitmentTemplates", summary="Templates of commitments",
    response_model=TemplateList,
)  # fmt: skip
def list_templates(request: Request, reader: Writing, page: Page) -> Response:
    """The newest version of each that can be used for units of the reader."""
    with service(request).database.reading() as session:
        rows = templates.readable(session, reader.within, reader.today)
        told = [_template(session, request, row) for row in rows[page.offset : page.offset + page.limit]]
    return listed(Listed(told, len(rows)), page)


@router.post(
    "/templates", operation_id="addCommitmentTemplate", summary="Write a template", response_model=Template,
    status_code=201,
)  # fmt: skip
def add_template(request: Request, reader: Writing, given: NewTemplate) -> Response:
    """A known code makes its next version: whoever was asked by an older one keeps that text until asked again."""
    parts = service(request)
    with parts.database.writing() as session:
        (unit,) = units_asked(session, reader, [given.unit]) if given.unit is not None else (None,)
        clauses = [each.model_dump(exclude_none=True, mode="json") for each in given.clauses]
        row = templates.publish(
            session, reader.actor, reader.within, given.code, scope=given.scope, unit=unit,
            wording=Wording(**{name: getattr(given, name) for name in Wording.__slots__}),
            clauses=read_clauses(clauses), language=parts.settings.language, seen=given.seen, at=parts.now(),
        )  # fmt: skip
        return answer(_template(session, request, row), 201)


@router.post(
    "/templates/{code}/withdraw", operation_id="withdrawCommitmentTemplate", summary="Take a template out of use",
    response_model=Template,
)  # fmt: skip
def withdraw_template(request: Request, reader: Writing, code: TemplateCode) -> Response:
    """Nobody is asked by it any more; what was asked and signed by it stays."""
    parts = service(request)
    with parts.database.writing() as session:
        code = askable("template", code)
        row = templates.withdraw(session, reader.actor, reader.within, code, at=parts.now())
        return answer(_template(session, request, row))


@router.get("", operation_id="listCommitments", summary="Commitments", response_model=CommitmentList)
def list_commitments(
    request: Request,
    reader: Reading,
    page: Page,
    unit: UnitFilter = None,
    employee: EmployeeFilter = None,
    year: Year = None,
    state: Annotated[State | None, Query(description="Only in this state; signed includes confirmed.")] = None,
) -> Response:
    """Of a year, by unit and name. A person's stands with the unit they are in now."""
    parts = service(request)
    with parts.database.reading() as session:
        person = reader.employee_id(session, employee) if employee is not None else None
        within = reader.narrowed(session, unit)
        found = placed(session, within, year or reader.today.year, reader.today)
        rows = [
            row
            for row, _ in found
            if (person is None or person in (row.employee_id, row.head_id)) and _is(state_of(row), state)
        ]
        rows.sort(key=lambda row: (row.unit_id, row.employee_id or 0, row.id or 0))
        told = _told(request, session, reader, rows[page.offset : page.offset + page.limit])
        reader.saw(session, "commitments", (each["employee"] for each in told), at=parts.now())
    return listed(Listed(told, len(rows)), page)


@router.get(
    "/standing", operation_id="getCommitmentStanding", summary="Who has signed and who has not",
    response_model=SignedStanding,
)  # fmt: skip
def get_standing(request: Request, reader: Reading, unit: UnitFilter = None, year: Year = None) -> Response:
    """Everybody who serves in the units of the reader, leaders on the same list; figures per unit as n of N."""
    parts = service(request)
    with parts.database.reading() as session:
        if unit is not None:
            reader.unit(session, unit)
        asked = SignedFilter(year or reader.today.year, unit or "")
        view = who_signed(
            session, parts.settings.timezone, parts.now(), reader.within, asked, key=name_key, size=1_000_000
        )
        not_signed = [line for line in view.lines if line.state not in SIGNED][:MOST]
        reader.saw(session, "commitments", (line.employee for line in view.lines), at=parts.now())
    return answer(
        {
            "year": asked.year,
            "people": view.counts["people"],
            "signed": view.counts["signed"],
            "units": [
                {
                    **{name: getattr(one, name) for name in _UNIT},
                    "unit": one.unit.code,
                    "collective": one.collective.state if one.collective is not None else "none",
                }
                for one in view.units
            ],
            "not_signed": [
                {**{name: getattr(line, name) for name in _LINE}, "commitment": line.waiting, "due": line.due_on}
                for line in not_signed
            ],
        }
    )


_UNIT = ("people", "signed", "confirmed", "asked", "overdue", "refused")
_LINE = ("employee", "name", "unit", "post", "state")


@router.post(
    "", operation_id="askForCommitments", summary="Ask people or units to sign", response_model=AskedFor,
    status_code=201,
)  # fmt: skip
def ask(request: Request, reader: Writing, given: Asking) -> Response:
    """Each of them once: asked again, nothing is made twice. Who has signed an older text is asked anew from `from`;
    until they sign, the old one holds."""
    parts = service(request)
    with parts.database.writing() as session:
        template = templates.current(session, reader.within, given.template, reader.today)
        term = term_of(given.year, given.from_, given.to, given.due, reader.today)
        persons = people_asked(session, reader, given.employees, given.unit)
        places = units_asked(session, reader, given.units)
        found = asking.ask(
            session, reader.actor, template, term, people=persons, units=places, zone=parts.settings.timezone,
            at=parts.now(),
        )  # fmt: skip
        told = _told(request, session, reader, found.rows)
        reader.saw(session, "commitments", (each["employee"] for each in told), at=parts.now())
    return answer({"counts": found.counts, "items": told}, 201)


@router.get("/{id}", operation_id="getCommitment", summary="A commitment", response_model=CommitmentText)
def get_commitment(request: Request, reader: Reading, id: Number) -> Response:
    """Its text as it was signed, or as it would be signed today, with the digest that a signature names."""
    with service(request).database.reading() as session:
        return _one(request, session, reader, seen(session, reader.within, id, reader.today))


@router.get(
    "/{id}/paper.pdf", operation_id="getCommitmentPaper", summary="A commitment as PDF", response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}},
)  # fmt: skip
def get_paper(request: Request, reader: Reading, id: Number) -> Response:
    """As it was signed, or as it would be signed today."""
    return paper_of(request, reader, id)


@router.post(
    "/{id}/signatures", operation_id="signCommitment", summary="Sign a commitment", response_model=CommitmentText,
    status_code=201,
    openapi_extra={"x-no-idempotency-key": "It asks for a password; signing again is refused."},
)  # fmt: skip
def sign(request: Request, reader: SigningReader, id: Number, given: Signing) -> Response:
    """One's own, or as the head in office that of a collective, with one's password once more. Answers 409 where the
    text is not the one of this digest any more, or it is signed."""
    row = sign_as_reader(request, reader, id, given.digest, given.password)
    with service(request).database.reading() as session:
        return _one(request, session, reader, commitments.get(session, row.id or 0), 201)


@router.post(
    "/{id}/confirmation", operation_id="confirmCommitment", summary="Confirm a signed commitment",
    response_model=CommitmentText,
)  # fmt: skip
def confirm(request: Request, reader: Reviewing, id: Number, given: Confirming) -> Response:
    """By the head of the person; a head's own and a collective's one level up. Nobody confirms their own."""
    parts = service(request)
    with parts.database.writing() as session:
        seen(session, reader.within, id, reader.today)
        row = signing.confirm(
            session, id, Decider(reader.actor, reader.within), version=given.version, zone=parts.settings.timezone,
            at=parts.now(),
        )  # fmt: skip
        return _one(request, session, reader, row)


@router.post(
    "/{id}/refusal", operation_id="noteCommitmentRefused", summary="Note that somebody does not sign",
    response_model=CommitmentText,
)  # fmt: skip
def note_refusal(request: Request, reader: Reviewing, id: Number, given: Refusing) -> Response:
    """With the reason as they say it. It may be signed later all the same."""
    parts = service(request)
    with parts.database.writing() as session:
        seen(session, reader.within, id, reader.today)
        row = signing.note_refusal(
            session, id, Decider(reader.actor, reader.within), reason=given.reason, version=given.version,
            zone=parts.settings.timezone, at=parts.now(),
        )  # fmt: skip
        return _one(request, session, reader, row)


@router.post(
    "/{id}/withdraw", operation_id="withdrawCommitment", summary="Take back what was asked by mistake",
    response_model=Commitment,
)  # fmt: skip
def withdraw(request: Request, reader: Writing, id: Number, given: TakingBack) -> Response:
    """Only before it is signed: what was signed stays."""
    parts = service(request)
    with parts.database.writing() as session:
        seen(session, reader.within, id, reader.today)
        row = asking.withdraw(session, reader.actor, id, why=given.why, version=given.version, at=parts.now())
        (told,) = _told(request, session, reader, [row])
        reader.saw(session, "commitments", [told["employee"]], at=parts.now())
        return answer(told)


def _is(state: str, wanted: str | None) -> bool:
    return wanted is None or state == wanted or (wanted == "signed" and state in SIGNED)


def _one(request: Request, session: Session, reader: Reader, row: CommitmentRow, status: int = 200) -> Response:
    text = shown(session, row, reader.today)
    (told,) = _told(request, session, reader, [row])
    reader.saw(session, "commitments", [text.paper.employee], at=service(request).now(), key=str(row.id))
    content = told | {
        **asdict(text.paper.wording),
        "employee": text.paper.employee or None,
        "name": text.paper.name or None,
        "digest": text.digest,
        "holds": text.holds,
        "clauses": written(text.paper.clauses),
        "canonical": row.content or None,
    }
    return answer(content, status)


def _told(request: Request, session: Session, reader: Reader, rows: Sequence[CommitmentRow]) -> list[dict[str, Any]]:
    """What an answer says of commitments, without their text; each with the unit it stands with, where the reader may
    know of it, else the one it was asked in."""
    numbers = {number for row in rows for number in (row.employee_id, row.head_id) if number is not None}
    named = people.names(session, numbers)
    used = commitment_templates.by_number(session, {row.template_id for row in rows})
    until = commitments.held_until(session, rows, service(request).settings.timezone)
    reasons = reasons_of(session, reader)
    now = units_of(session, rows, reader.today)
    places = {row.id: now[row.id or 0] if reader.within.names(now[row.id or 0]) else row.unit_id for row in rows}
    codes = office.codes(session, UnitRow, places.values())
    found = []
    for row in rows:
        who = named.get((row.employee_id if row.scope == PERSON else row.head_id) or 0)
        template = used[row.template_id]
        found.append(
            {
                "id": row.id,
                "scope": row.scope,
                "employee": who[0] if who else None,
                "name": who[1] if who else None,
                "unit": codes[places[row.id]],
                "year": row.year,
                "from": row.from_on,
                "to": row.to_on,
                "holds_until": until[row.id or 0],
                "state": state_of(row),
                "due": row.due_on,
                "asked_at": _local(request, row.asked_at),
                "signed_at": _local(request, row.signed_at),
                "confirmed_at": _local(request, row.confirmed_at),
                "confirmed_by": row.confirmed_by or None,
                "refused_at": _local(request, row.refused_at),
                "refusal_reason": refusal_reason(row, now[row.id or 0], reasons) or None,
                "digest": row.digest or None,
                "template": template.code,
                "template_version": template.version,
                "replaces": row.replaces_id,
                "version": row.version,
            }
        )
    return found


def _template(session: Session, request: Request, row: CommitmentTemplateRow) -> dict[str, Any]:
    return {
        "code": row.code,
        "version": row.version,
        "scope": row.scope,
        "unit": office.code_of(session, UnitRow, row.unit_id) if row.unit_id is not None else None,
        **asdict(templates.wording_of(row)),
        "clauses": row.clauses,
        "created_at": _local(request, row.created_at),
    }


def _local(request: Request, at: datetime | None) -> str | None:
    zone = service(request).settings.timezone
    return clock.local_iso(clock.to_wall(at, zone), zone) if at is not None else None
