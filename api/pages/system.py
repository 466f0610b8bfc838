"""*Quản trị hệ thống*: how the installation is, its backups, and what was put off at the first set-up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.http.auth import sent_from_here
from api.http.scope import Reader, whole_office
from api.http.service import service
from api.pages.i18n import Translator
from api.pages.routes import language_of, show
from api.system_health import next_step, place_of, sentence, size
from attendance import clock
from attendance.errors import AttendanceError, Invalid
from attendance.services import health
from attendance.services.backups import settling
from attendance.services.backups.keeping import make_by_plan
from attendance.services.backups.making import KEPT_APART
from attendance.store import backups, restorations
from attendance.store.restorations import Drilled, Restoration

router = APIRouter(include_in_schema=False, prefix="/system", default_response_class=HTMLResponse)
Reading = Annotated[Reader, Depends(whole_office("system.read"))]
Managing = Annotated[Reader, Depends(whole_office("system.manage"))]
SHOWN = 20
MOST_LOST = 100


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
class DrillLine:
    """`at` and `data_at` are wall time; `hours`: how old the data was then; `outcome` one of `drilling.OUTCOMES`."""

    at: datetime
    file: str
    data_at: datetime | None
    hours: int
    seconds: int
    days: int
    outcome: str
    said: str


@dataclass(frozen=True, slots=True)
class RestorationView:
    """`one` as stored, its moments on the wall of the office; `lost`: when, what, about what, by whom."""

    one: Restoration
    data_at: datetime
    restored_at: datetime
    settled_at: datetime | None
    lost: tuple[tuple[datetime, str, str, str], ...]


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
    drills: tuple[DrillLine, ...] = ()
    drill_days: int = 0
    restorations: tuple[RestorationView, ...] = ()
    made: bool = False
    problem: str | None = None
    settle_problem: str | None = None
    given: str = ""


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


@router.post("/restorations/{number}", dependencies=[Depends(sent_from_here)])
def settle(
    request: Request,
    reader: Managing,
    number: Annotated[int, Path(ge=1, le=2**31 - 1)],
    note: Annotated[str, Form(max_length=4000)] = "",
) -> Response:
    """What was lost in a restoration has been entered again."""
    parts = service(request)
    try:
        with parts.database.writing() as session:
            settling.settle(session, number, note, actor=reader.actor, at=parts.now())
    except Invalid:
        return _show(request, reader, settle_problem="settle", given=note)
    return RedirectResponse("/system#restorations", 303)


def _show(
    request: Request,
    reader: Reader,
    *,
    made: bool = False,
    problem: str | None = None,
    settle_problem: str | None = None,
    given: str = "",
) -> Response:
    parts, t = service(request), Translator(language_of(request))
    zone, plan = parts.settings.timezone, parts.settings.backups()
    place = place_of(parts.settings, sealed=parts.database.sealer is not None)
    found = health.findings(parts.database, place, zone, parts.now())
    with parts.database.reading() as session:
        rows = backups.newest(session, SHOWN)
        drills = restorations.drills(session, SHOWN)
        put_back = restorations.restorations(session, lambda at: clock.to_wall(at, zone))
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
        folder=str(plan.folder), keep=plan.keep, hour=plan.hour, drill_days=plan.drill_days,
        drills=tuple(_drill_line(one, zone) for one in drills),
        restorations=tuple(_restoration_view(t, one, zone) for one in put_back),
    )  # fmt: skip
    view = replace(view, made=made, problem=problem, settle_problem=settle_problem, given=given)
    return show(request, "system.html", view, user=reader.user, status=422 if problem or settle_problem else 200)


def _drill_line(one: Drilled, zone: str) -> DrillLine:
    data_at = clock.to_wall(one.data_at, zone) if one.data_at is not None else None
    hours = int((one.drilled_at - one.data_at).total_seconds() // 3600) if one.data_at is not None else 0
    at = clock.to_wall(one.drilled_at, zone)
    return DrillLine(at, one.file_name, data_at, hours, ceil(one.seconds), one.days, one.outcome, one.said)


def _restoration_view(t: Translator, one: Restoration, zone: str) -> RestorationView:
    lost = tuple(
        (
            clock.to_wall(datetime.fromisoformat(act["at"]), zone),
            t.label("act", act["act"]),
            f"{act['kind']} {act['key']}",
            act["by"],
        )
        for act in one.lost.acts[:MOST_LOST]
    )
    settled_at = clock.to_wall(one.settled_at, zone) if one.settled_at is not None else None
    data_at, restored_at = clock.to_wall(one.data_at, zone), clock.to_wall(one.restored_at, zone)
    return RestorationView(one, data_at, restored_at, settled_at, lost)
