"""How the installation is, and its backups."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.http.answers import answer
from api.http.errors import Forbidden
from api.http.params import Page
from api.http.routers.own_account import paged
from api.http.schemas.system import Backup, BackupList, SystemHealth
from api.http.scope import Reader, may
from api.http.service import service
from api.pages.i18n import Translator
from api.system_health import finding_json, place_of
from attendance import clock
from attendance.services.backups.keeping import make_by_plan
from attendance.services.health import findings
from attendance.store import backups
from attendance.store.backups import Tried

router = APIRouter(tags=["health"])

Reading = Annotated[Reader, Depends(may("system.read"))]
Managing = Annotated[Reader, Depends(may("system.manage"))]
MOST = 1000


@router.get("/system", operation_id="systemHealth", summary="How the installation is", response_model=SystemHealth)
def system_health(request: Request, reader: Reading) -> Response:
    """For administrators of the whole office: what somebody should look after, each with what to do next."""
    whole(reader)
    parts = service(request)
    t, zone = Translator(parts.settings.language), parts.settings.timezone
    place = place_of(parts.settings, sealed=parts.database.sealer is not None)
    found = findings(parts.database, place, zone, parts.now())
    well = all(each.level != "bad" for each in found)
    return answer({"well": well, "findings": [finding_json(t, each, zone) for each in found]})


@router.get("/backups", operation_id="listBackups", summary="Backups", response_model=BackupList)
def list_backups(request: Request, reader: Reading, page: Page) -> Response:
    """For administrators of the whole office: backups made or tried, newest first; the last 1,000."""
    whole(reader)
    parts = service(request)
    with parts.database.reading() as session:
        rows = backups.newest(session, MOST)
    return paged([_told(row, parts.settings.timezone) for row in rows], page)


@router.post("/backups", operation_id="addBackup", summary="Back up now", status_code=201, response_model=Backup)
def add_backup(request: Request, reader: Managing) -> Response:
    """For administrators of the whole office: into the folder of the daily ones, which no request can choose.

    It is answered when the file was read back.
    """
    whole(reader)
    parts = service(request)
    make_by_plan(parts.database, parts.settings.backups(), parts.now, actor=reader.actor, source="api")
    with parts.database.reading() as session:
        (row,) = backups.newest(session, 1)
    return answer(_told(row, parts.settings.timezone), 201)


def whole(reader: Reader) -> None:
    """Raises Forbidden for whoever looks after a part of the office."""
    if not reader.within.is_all:
        raise Forbidden("This is about the whole office, and you look after a part of it.")


def _told(row: Tried, zone: str) -> dict[str, object]:
    return {
        "at": clock.local_iso(clock.to_wall(row.made_at, zone), zone),
        "file": row.file_name,
        "size": row.size,
        "sha256": row.digest,
        "source": row.source,
        "by": row.made_by,
        "outcome": row.outcome,
    }
