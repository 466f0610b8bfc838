"""*Trang của tôi*: where an official begins, and the page behind a message that a punch is missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, Response

from api.http.scope import Reader, page_may
from api.http.service import service
from api.pages.routes import show
from api.pages.why import rights_of
from attendance.services import access
from attendance.services.personal import notice
from attendance.store import listing, office
from attendance.store.within import Within
from reports.explained import explained
from reports.own_commitments import own_commitments
from reports.papers import own_papers
from reports.person import MyPage, my_page
from reports.today import today_page
from reports.trail import looks_page
from reports.visit_findings import A_YEAR, visit_findings

LAST_LOOKS, LAST_PAPERS = 5, 5
ASKED_FOR = ("leave", "mission", "meeting", "exemption", "protection", "overtime", "site")
"""Papers that somebody asks for; a roster is posted for everybody."""

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/me")
def me(
    request: Request,
    reader: Annotated[Reader, Depends(page_may("attendance.read"))],
    month: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """One's own days: a reader is shown nothing here that they were not granted to see of themselves."""
    parts = service(request)
    zone, now, user = parts.settings.timezone, parts.now(), reader.user
    number = user.employee_id
    with parts.database.reading() as session:
        if number is None or not listing.sees_employee(session, number, parts.today(), reader.within):
            return show(request, "me.html", MyPage(parts.today()), user=user)
        own = Within(frozenset(), number)
        view = my_page(session, zone, now, own, number, month=_month(month))
        board = today_page(session, zone, now, within=own, alarms=False)
        seen = looks_page(session, zone, number, user.user_id, limit=LAST_LOOKS, before=None)
        filing = access.within(session, "papers.file", user.grants, number, parts.today())
        served = office.unit_on(session, number, parts.today())
        questions = {each.id: each.status for each in view.violations}
        view = replace(
            view,
            explained=explained(session, rights_of(session, reader), number, served, questions, parts.today()),
            now_standing=next((person for unit in board.units for person in unit.people), None),
            read_until=min((each.data_until for each in board.terminals if each.data_until), default=None),
            papers=own_papers(session, zone, own, own, number, user.user_id, most=LAST_PAPERS, kinds=ASKED_FOR),
            visits=visit_findings(
                session, number, parts.today() - A_YEAR, parts.today(), reader.elsewhere(session, "visits.read")
            ),
            looks=seen.lines,
            looks_total=seen.total,
            notice_read=notice.read_at(session, number, parts.today()) is not None,
            may_file=filing is not None and filing.employee == number,
            commitments=own_commitments(session, zone, now, number),
            may_sign=access.within(session, "commitments.sign", user.grants, number, parts.today()) is not None,
        )
    return show(request, "me.html", view, user=user)


def _month(text: str) -> date | None:
    """The first day of a month as the address has it, `2026-11`; None for anything else."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
