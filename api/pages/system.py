"""*Quản trị hệ thống*: how the installation is, its backups, and what was put off at the first set-up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.http.auth import sent_from_here
from api.http.scope import Reader, whole_office
from api.http.service import service
from api.pages.i18n import Translator
from api.pages.routes import language_of, show
from api.system_health import next_step, place_of, sentence, size
from attendance import clock
from attendance.errors import AttendanceError
from attendance.services import health
from attendance.services.backups.keeping import make_by_plan
from attendance.services.backups.making import KEPT_APART
from attendance.store import backups

router = APIRouter(include_in_schema=False, prefix="/system", default_response_class=HTMLResponse)
Reading = Annotated[Reader, Depends(whole_office("system.read"))]
Managing = Annotated[Reader, Depends(whole_office("system.manage"))]
SHOWN = 20


@dataclass(frozen=True, slots=True)
class FindingLine:
    level: str
    sentence: str
    next_step: str
    folder: str
    address: str | None


@dataclass(frozen=True, slots=True)
class BackupLine:
    """`at` is wall time of the office; `outcome` one of OUTCOMES."""

    at: datetime
    file: str
    size: str
    digest: str
    source: str
    by: str
    outcome: str


@dataclass(frozen=True, slots=True)
class SystemPage:
    """`folder`, `keep` and `hour`: how backups are made by themselves. `made`: one was made a moment ago; `problem`:
    why it was not, one of OUTCOMES."""

    findings: tuple[FindingLine, ...]
    backups: tuple[BackupLine, ...]
    folder: str
    keep: int
    hour: int
    kept_apart: int = len(KEPT_APART)
    made: bool = False
    problem: str | None = None


@router.get("")
def system(request: Request, reader: Reading, made: bool = False) -> Response:
    return _show(request, reader, made=made)


@router.post("/backups", dependencies=[Depends(sent_from_here)])
def back_up(request: Request, reader: Managing) -> Response:
    """A backup in the folder of the daily ones, now."""
    parts = service(request)
    try:
        make_by_plan(parts.database, parts.settings.backups(), parts.now, actor=reader.actor, source="page")
    except AttendanceError as error:
        return _show(request, reader, problem=error.code)
    return RedirectResponse("/system?made=true#backups", 303)


def _show(request: Request, reader: Reader, *, made: bool = False, problem: str | None = None) -> Response:
    parts, t = service(request), Translator(language_of(request))
    zone, plan = parts.settings.timezone, parts.settings.backups()
    place = place_of(parts.settings, sealed=parts.database.sealer is not None)
    found = health.findings(parts.database, place, zone, parts.now())
    with parts.database.reading() as session:
        rows = backups.newest(session, SHOWN)
    view = SystemPage(
        findings=tuple(
            FindingLine(each.level, sentence(t, each, zone), next_step(t, each, zone), each.params.get("folder", ""),
                        each.address) for each in found
        ),
        backups=tuple(
            BackupLine(
                clock.to_wall(row.made_at, zone), row.file_name, size(t, row.size), row.digest, row.source, row.made_by,
                row.outcome,
            )
            for row in rows
        ),
        folder=str(plan.folder), keep=plan.keep, hour=plan.hour,
    )  # fmt: skip
    view = replace(view, made=made, problem=problem)
    return show(request, "system.html", view, user=reader.user, status=422 if problem else 200)
