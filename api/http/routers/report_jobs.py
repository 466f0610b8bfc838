"""Papers in the background: ordered, watched, fetched, taken back; each by the account that ordered it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from starlette.background import BackgroundTask

from api.background.running import runner_of
from api.handing_papers import kept_file
from api.http.answers import answer
from api.http.auth import SignedInUser, own_actor
from api.http.errors import API
from api.http.schemas import reports as schemas
from api.http.scope import reader_of
from api.http.service import Service, service
from api.reporting.asking import check_format, kept_texts, read_asked
from api.reporting.catalogue import find
from attendance import clock
from attendance.services import report_jobs
from attendance.services.accounts import SignedIn
from attendance.services.report_jobs import Order
from attendance.store.report_job_tables import DONE, ReportJobRow

router = APIRouter(prefix="/reports/jobs", tags=["reports"])
OWN = {"x-open": "papers of one's own account; each asks for the permission of the paper, when ordered and fetched"}
Name = Annotated[str, Path(alias="id", max_length=32, description="`id` of the job.")]


def order(request: Request, user: SignedIn, paper: str, format: str, lang: str, texts: dict[str, str]) -> ReportJobRow:
    """Have a paper made, after a look whether it could be. Raises Forbidden, NotFound, Invalid, TooManyJobs."""
    parts = service(request)
    entry = find(paper)
    reader = reader_of(request, user, entry.permission)
    wanted, at = check_format(entry, format or entry.formats[0]), parts.now()
    with parts.database.writing() as session:
        read_asked(session, entry, texts, reader, zone=parts.settings.timezone, at=at, lang=lang)
        given = Order(paper, wanted, lang, kept_texts(entry, texts))
        return report_jobs.ask(session, user, given, actor=reader.actor, at=at)


@router.post(
    "",
    operation_id="orderReport",
    summary="Have a paper made in the background",
    response_model=schemas.ReportJob,
    status_code=202,
    openapi_extra=OWN,
)
def order_report(request: Request, user: SignedInUser, given: schemas.ReportOrder) -> Response:
    """It is made as the facts and your rights are when its turn comes, one at a time for each account."""
    texts = given.model_dump(by_alias=True, exclude_none=True, exclude={"report", "format", "lang"})
    lang = given.lang or service(request).settings.language
    row = order(request, user, given.report, given.format, lang, texts)
    found = answer(told(service(request), row), 202)
    found.background = woken(request)
    found.headers["Location"] = f"{API}/reports/jobs/{row.name}"
    return found


@router.get(
    "",
    operation_id="listReportJobs",
    summary="Papers you ordered",
    response_model=schemas.ReportJobList,
    openapi_extra=OWN,
)
def list_jobs(request: Request, user: SignedInUser) -> Response:
    """What waits, is being made, can be fetched or could not be made."""
    with service(request).database.reading() as session:
        rows = [told(service(request), row) for row in report_jobs.listed(session, user)]
    return answer({"items": rows, "total": len(rows), "limit": report_jobs.MOST_KEPT, "offset": 0})


@router.get(
    "/{id}",
    operation_id="getReportJob",
    summary="How far a paper is",
    response_model=schemas.ReportJob,
    openapi_extra=OWN,
)
def get_job(request: Request, user: SignedInUser, name: Name) -> Response:
    """Ask again while it is `waiting` or `running`."""
    with service(request).database.reading() as session:
        row = report_jobs.get(session, user, name)
    return answer(told(service(request), row))


@router.get(
    "/{id}/file",
    operation_id="fetchReport",
    summary="The file of a paper",
    response_class=Response,
    openapi_extra=OWN,
    responses={200: {"description": "The file.", "content": {"application/octet-stream": {}}}},
)
def fetch_report(request: Request, user: SignedInUser, name: Name) -> Response:
    """Whether you may have it is asked again: after what you may see has changed, order it anew (409)."""
    return fetched(request, user, name)


@router.delete(
    "/{id}", operation_id="dropReport", summary="Take a paper back", response_class=Response, status_code=204,
    openapi_extra=OWN, responses={204: {"description": "It is not made, and its file is deleted."}},
)  # fmt: skip
def drop_report(request: Request, user: SignedInUser, name: Name) -> Response:
    """One that is being made ends; of one that is made the file is deleted."""
    drop(request, user, name)
    return Response(status_code=204, background=woken(request))


def fetched(request: Request, user: SignedIn, name: str) -> Response:
    """The file of a job. Raises NotFound, NotReady, Gone, Forbidden where the paper is not for the account any more."""
    parts = service(request)
    with parts.database.reading() as session:
        entry = find(report_jobs.get(session, user, name).paper)
    reader = reader_of(request, user, entry.permission)
    with parts.database.reading() as session:
        row = report_jobs.fetchable(session, user, name, parts.today())
    return kept_file(request, reader, entry, row)


def drop(request: Request, user: SignedIn, name: str) -> None:
    """Raises NotFound."""
    parts = service(request)
    with parts.database.writing() as session:
        report_jobs.drop(session, user, name, actor=own_actor(request, user), at=parts.now())


def woken(request: Request) -> BackgroundTask:
    """Wakes whoever makes papers, once what was ordered or taken back is stored: when the answer is on its way."""
    return BackgroundTask(runner_of(request.app).wake)


def told(parts: Service, row: ReportJobRow) -> dict[str, Any]:
    """A job as the API tells it."""

    def moment(at: datetime | None) -> str | None:
        zone = parts.settings.timezone
        return clock.local_iso(clock.to_wall(at, zone), zone) if at is not None else None

    is_done = row.state == DONE
    return {
        "id": row.name, "report": row.paper, "format": row.format, "asked": row.asked, "state": row.state,
        "rows": row.rows, "asked_at": moment(row.asked_at), "ended_at": moment(row.ended_at),
        "known_at": moment(row.known_at), "size": row.size if is_done else None,
        "digest": row.digest if is_done else None, "problem": row.problem or None, "sentence": row.sentence or None,
        "file": f"{API}/reports/jobs/{row.name}/file" if is_done else None,
    }  # fmt: skip
