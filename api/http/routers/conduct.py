"""What thresholds propose, and what people decide on it; positive lists; the thresholds themselves."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.http.answers import answer, listed
from api.http.params import EmployeeFilter, Page, Paging, UnitFilter
from api.http.schemas import conduct as schemas
from api.http.scope import Reader, may
from api.http.service import service
from api.pages.names import name_key
from attendance.errors import Invalid, NotFound
from attendance.services.conduct import deciding, proposing, thresholds
from attendance.services.impartial import Decider
from attendance.services.periods import Span, period_of, read_period
from attendance.store import conduct, office
from attendance.store.conduct_tables import ThresholdRow
from attendance.store.database import Session
from attendance.store.listing import Listed
from attendance.store.tables import UnitRow
from reports import conduct as pages

router = APIRouter(prefix="/conduct", tags=["conduct"])
Reading = Annotated[Reader, Depends(may("conduct.read"))]
Writing = Annotated[Reader, Depends(may("conduct.write"))]
Deciding = Annotated[Reader, Depends(may("conduct.decide"))]
Number = Annotated[int, Path(ge=1, le=2**31 - 1, description="Number of the proposal.", examples=[12])]
Version = Annotated[int, Path(ge=1, le=2**31 - 1, description="Number of the threshold's version.", examples=[3])]
PeriodFilter = Annotated[
    str | None,
    Query(max_length=7, description="2026-11, 2026-Q4 or 2026. Default: the one of today.", examples=["2026-Q4"]),
]


def decider_of(reader: Reader, session: Session) -> Decider | None:
    """For whom a reader decides; None: for nobody."""
    within = reader.elsewhere(session, "conduct.decide")
    return None if within.is_person else Decider(reader.actor, within)


def span_of(request: Request, period: str | None, kind: str = "quarter") -> Span:
    """The period that was asked for, or that of today. Raises Invalid."""
    return read_period(period)[1] if period else period_of(kind, service(request).today())


@router.get("", operation_id="listProposals", summary="What is proposed", response_model=schemas.ProposalList)
def list_proposals(
    request: Request,
    reader: Reading,
    page: Page,
    unit: UnitFilter = None,
    employee: EmployeeFilter = None,
    state: Annotated[str | None, Query(max_length=16, description="open, decided or withdrawn.")] = None,
    proposes: Annotated[str | None, Query(max_length=16, description="reminder, review or grade.")] = None,
    period: Annotated[str | None, Query(max_length=7, description="Only of this month, quarter or year.")] = None,
) -> Response:
    """Counts that reached a threshold, for a person to decide on. None of them is a form of discipline."""
    parts = service(request)
    for name, value, known in (("state", state, conduct.STATES), ("proposes", proposes, pages.PROPOSED)):
        if value is not None and value not in known:
            raise Invalid(f"{name} cannot be {value!r}; write {', '.join(known)}.")
    span = read_period(period)[1] if period else (None, None)
    with parts.database.reading() as session:
        within = reader.narrowed(session, unit)
        person = reader.employee_id(session, employee) if employee is not None else None
        asked = conduct.Asked((state,) if state else (), (proposes,) if proposes else (), person, *span)
        rows, total = conduct.listed(session, within, asked, limit=page.limit, offset=page.offset)
        found = pages.lines(session, parts.settings.timezone, rows, decider_of(reader, session), now=parts.now())
        reader.saw(session, "conduct", (line.employee for line in found), at=parts.now())
    return listed(Listed([_line(line) for line in found], total), page)


@router.post("/refresh", operation_id="refreshProposals", summary="Count again", response_model=schemas.Refreshed)
def refresh(request: Request, reader: Writing) -> Response:
    """Bring proposals in line with the facts of now, as the timetable does by itself: of people of your units."""
    parts = service(request)
    with parts.database.writing() as session:
        today = parts.today()
        people = None if reader.within.is_all else conduct.people_of(session, reader.within, today)
        done = proposing.count_anew(session, today, at=parts.now(), by=reader.actor, employees=people)
    return answer(asdict(done))


@router.get("/thresholds", operation_id="listThresholds", summary="Thresholds", response_model=schemas.ThresholdList)
def list_thresholds(request: Request, reader: Reading) -> Response:
    """Versions of your units, and those of the units above, which hold for them too."""
    parts = service(request)
    with parts.database.reading() as session:
        found = pages.thresholds_of(session, reader.within, parts.today())
    rows = [_threshold(line) for line in found]
    return listed(Listed(rows, len(rows)), Paging(max(1, len(rows)), 0))


@router.post(
    "/thresholds", operation_id="addThreshold", summary="File a threshold", response_model=schemas.Threshold,
    status_code=201,
)  # fmt: skip
def add_threshold(request: Request, reader: Writing, given: schemas.NewThreshold) -> Response:
    """With its document and its dates. Two versions of the same code and unit never hold on one date (409)."""
    parts = service(request)
    with parts.database.writing() as session:
        check_whole_unit(reader, session, given.unit)
        row = thresholds.file(
            session,
            thresholds.NewThreshold(
                given.unit, given.code.strip(), given.label, given.proposes, given.at_least, given.from_,
                given.document, given.measure, tuple(given.types), given.period, given.to, given.article,
            ),
            by=reader.actor, at=parts.now(),
        )  # fmt: skip
        told = _stored(session, row)
    return answer(told, 201)


@router.post(
    "/thresholds/{id}/end", operation_id="endThreshold", summary="End a threshold", response_model=schemas.Threshold
)
def end_threshold(request: Request, reader: Writing, id: Version, given: schemas.Ending) -> Response:
    """From the next day on it counts nothing."""
    parts = service(request)
    with parts.database.writing() as session:
        row = writable(session, reader, id)
        thresholds.end(session, row, given.on, by=reader.actor, at=parts.now())
        told = _stored(session, row)
    return answer(told)


@router.get("/good", operation_id="getGoodLists", summary="Positive lists", response_model=schemas.GoodLists)
def good_lists(request: Request, reader: Reading, unit: UnitFilter = None, period: PeriodFilter = None) -> Response:
    """Who had no counted occurrence in a period of which enough is known, and who kept every duty; by given name."""
    parts, span = service(request), span_of(request, period)
    with parts.database.reading() as session:
        within = reader.narrowed(session, unit)
        part = reader.part(session, unit, *span)
        found = pages.good_page(
            session, parts.settings.timezone, parts.now(), within, unit or "", part, span,
            reader.elsewhere(session, "papers.read").narrowed(within.places) if within.places is not None
            else reader.elsewhere(session, "papers.read"),
        )  # fmt: skip
        told = {
            "from": found.from_on,
            "to": found.to_on,
            "without_occurrence": _people(found.good.without),
            "unsure": _people(found.good.unsure),
            "duties_kept": [asdict(each) for each in sorted(found.duties, key=lambda each: name_key(each.name))],
            "counted": found.good.counted,
        }
        named = [each["employee"] for each in (*told["without_occurrence"], *told["unsure"], *told["duties_kept"])]
        reader.saw(session, "conduct", named, at=parts.now())
    return answer(told)


@router.get("/{id}", operation_id="getProposal", summary="One proposal", response_model=schemas.OneProposal)
def get_proposal(request: Request, reader: Reading, id: Number) -> Response:
    """With the occurrences it was counted from, and what became of them."""
    parts = service(request)
    with parts.database.reading() as session:
        return _one(request, session, reader, id, parts.settings.timezone)


@router.post("/{id}/decision", operation_id="decideProposal", summary="Decide", response_model=schemas.OneProposal)
def decide(request: Request, reader: Deciding, id: Number, given: schemas.ConductDecision) -> Response:
    """Accept it, do not, or do something else and say what; always with a reason. Nobody decides on themselves, a
    head's goes one level up (403). 409: its facts are none any more, or somebody decided."""
    parts = service(request)
    bring_up_to_date(request, reader, id)
    with parts.database.writing() as session:
        deciding.decide(
            session, reader.within, id, Decider(reader.actor, reader.within), given.decision, note=given.note,
            instead=given.instead, version=given.version, today=parts.today(), at=parts.now(),
        )  # fmt: skip
        return _one(request, session, reader, id, parts.settings.timezone)


@router.post(
    "/grades", operation_id="acceptGrades", summary="Accept many grades", response_model=schemas.GradesAccepted
)
def accept_grades(request: Request, reader: Deciding, given: schemas.AcceptingGrades) -> Response:
    """For one written reason: all of them, or none where one hinders. Each as one decision would be."""
    parts = service(request)
    bring_up_to_date(request, reader, *given.proposals)
    with parts.database.writing() as session:
        for number in given.proposals:
            deciding.decide(
                session, reader.within, number, Decider(reader.actor, reader.within), "accept", note=given.note,
                version=None, today=parts.today(), at=parts.now(),
            )  # fmt: skip
    return answer({"accepted": given.proposals})


def bring_up_to_date(request: Request, reader: Reader, *numbers: int) -> None:
    """Count the people of proposals anew, in a transaction of its own, so that nobody decides on what is none."""
    parts = service(request)
    with parts.database.writing() as session:
        people = {conduct.proposal(session, reader.within, number).employee_id for number in numbers}
        proposing.count_anew(session, parts.today(), at=parts.now(), by=reader.actor, employees=people)


def check_whole_unit(reader: Reader, session: Session, code: str) -> UnitRow:
    """A unit for which the reader writes, and not one they may but name. Raises NotFound."""
    found = reader.unit(session, code)
    if not reader.within.sees(office.key(found)):
        raise NotFound("unit", code)
    return found


def writable(session: Session, reader: Reader, number: int) -> ThresholdRow:
    """A version of a unit the reader writes for. Raises NotFound."""
    row = conduct.threshold(session, number)
    if not reader.within.sees(row.unit_id):
        raise NotFound("threshold", str(number))
    return row


def _one(request: Request, session: Session, reader: Reader, number: int, zone: str) -> Response:
    now = service(request).now()
    page = pages.proposal_page(session, zone, now, reader.within, decider_of(reader, session), number)
    reader.saw(session, "conduct", [page.line.employee], at=now)
    line = page.line
    return answer(
        _line(line)
        | {
            "facts": page.facts, "facts_now": page.facts_now, "withdrawn_why": page.lost,
            "facts_changed_at": line.facts_changed_at, "decision_note": line.decision_note, "instead": line.instead,
            "decided_by": line.decided_by, "decided_at": line.decided_at,
            "earlier": [each.id for each in page.earlier],
        }
    )  # fmt: skip


_TOLD = (
    "id", "employee", "name", "unit", "proposes", "grade", "label", "document", "figure", "at_least", "known", "due",
    "state", "version", "may_decide", "protected",
)  # fmt: skip


def _line(line: pages.ProposalLine) -> dict[str, Any]:
    told = {name: getattr(line, name) for name in _TOLD}
    return told | {"from": line.from_on, "to": line.to_on, "decision": line.decision or None}


_THRESHOLD = (
    "id", "unit", "code", "label", "proposes", "measure", "types", "period", "at_least", "document", "article",
)  # fmt: skip


def _threshold(line: pages.ThresholdLine) -> dict[str, Any]:
    return {name: getattr(line, name) for name in _THRESHOLD} | {"from": line.from_on, "to": line.to_on}


def _stored(session: Session, row: ThresholdRow) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in _THRESHOLD if name != "unit"}
    return told | {"unit": office.code_of(session, UnitRow, row.unit_id), "from": row.from_on, "to": row.to_on}


def _people(found: Any) -> list[dict[str, Any]]:
    rows = [{name: value for name, value in asdict(each).items() if name != "employee_id"} for each in found]
    return sorted(rows, key=lambda row: (name_key(row["name"]), row["employee"]))
