"""Checkpoints over the chains: for whoever keeps them elsewhere and holds this office to them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response

from api.http.answers import answer, listed
from api.http.params import Cursor, Page
from api.http.routers.audit import place
from api.http.schemas.evidence import CheckpointAnswer, CheckpointList
from api.http.scope import Reader, may
from api.http.service import service
from attendance.services.evidence import checkpoints as making
from attendance.services.evidence.checkpoints import Checkpoint
from attendance.store import checkpoints
from attendance.store.checkpoint_tables import CheckpointRow, CheckpointSentRow
from attendance.store.listing import Listed
from reports.checkpoints import last_of_each, one

router = APIRouter(prefix="/evidence/checkpoints", tags=["trail"])
Reading = Annotated[Reader, Depends(may("evidence.read"))]


@router.get("", operation_id="listCheckpoints", summary="Checkpoints over the chains", response_model=CheckpointList)
def list_checkpoints(request: Request, reader: Reading, page: Page, cursor: Cursor = None) -> Response:
    """The newest first. They hold figures and digests of the whole office, and nobody's records."""
    with service(request).database.reading() as session:
        rows = checkpoints.listed(
            session, limit=page.limit + 1, before=place(cursor), skipped=0 if cursor else page.offset
        )
        total = checkpoints.count(session)
        shown = rows[: page.limit]
        sent = checkpoints.sent(session, [row.number for row in shown])
        found = [_plain(row, making.kept(row), sent[row.number]) for row in shown]
    after = str(found[-1]["number"]) if len(rows) > page.limit else None
    return listed(Listed(found, total, after), page)


@router.get(
    "/latest", operation_id="getLatestCheckpoint", summary="The newest checkpoint", response_model=CheckpointAnswer
)
def latest(request: Request, reader: Reading) -> Response:
    return _one(request, None)


@router.get("/{number}", operation_id="getCheckpoint", summary="A checkpoint", response_model=CheckpointAnswer)
def get_checkpoint(request: Request, reader: Reading, number: Annotated[int, Path(ge=1, le=2**31 - 1)]) -> Response:
    return _one(request, number)


def _one(request: Request, number: int | None) -> Response:
    with service(request).database.reading() as session:
        return answer(_plain(*one(session, number)))


def _plain(row: CheckpointRow, made: Checkpoint, sent: list[CheckpointSentRow]) -> dict[str, Any]:
    note = made.note
    return {
        "number": note.number, "at": note.at, "occasion": row.occasion, "size": note.size, "chains": note.chains,
        "origin": note.origin, "root": note.root.hex(), "digest": note.digest, "code": note.code, "key": note.key,
        "text": made.text, "heads": made.whole.removeprefix(made.text),
        "sent": [
            {"way": each.way, "address": each.address, "at": each.at, "wrong": each.wrong}
            for each in last_of_each(sent, "UTC")
        ],
    }  # fmt: skip
