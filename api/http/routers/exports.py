"""Exports for analysts: rows as a stream of any length, which goes on after a cut line where it was."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path as FilePath
from typing import Annotated, Literal

from anyio import CancelScope
from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import FileResponse, StreamingResponse
from starlette.background import BackgroundTask
from starlette.types import Receive, Scope, Send

from api.handing_out import asked_of
from api.http.errors import Forbidden
from api.http.guard import STILL
from api.http.params import IsoDate, UnitFilter
from api.http.scope import Reader, may
from api.http.service import Service, service
from attendance.clock import FIRST_DATE
from attendance.errors import Invalid
from attendance.services import bulk_export, exporting
from attendance.store import export_snapshot
from attendance.store.export_rows import Asked, Piece
from reports import bulk_files

router = APIRouter(prefix="/exports", tags=["exports"])
SNAPSHOT = "Export-Snapshot"
STILL_SECONDS = 5.0
"""So often, while a stream lasts, it is asked whether its reader may still have it."""
Kind = Literal["punches", "days", "violations"]


class Stream(StreamingResponse):
    """A stream of which the end is told even where nobody heard it out."""

    def __init__(self, pieces: Iterator[bytes], close: Callable[[], None], headers: dict[str, str], media: str) -> None:
        super().__init__(pieces, 200, headers, media)
        self._close = close

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            with CancelScope(shield=True):
                await run_sync(self._close)


@router.get(
    "/{kind}",
    operation_id="exportRows",
    summary="Rows for analysts",
    response_class=Response,
    responses={
        200: {
            "description": "The rows; `Export-Snapshot` says of which moment they are.",
            "content": {media: {} for media in bulk_files.MEDIA.values()},
        }
    },
)
def export_rows(
    request: Request,
    reader: Annotated[Reader, Depends(may("attendance.read"))],
    kind: Annotated[Kind, Path(description="What each row is.")],
    format: Annotated[
        Literal["ndjson", "csv", "parquet"],
        Query(description="ndjson (one JSON object a line), csv, or parquet (whole or not at all)."),
    ] = "ndjson",
    unit: UnitFilter = None,
    from_: Annotated[IsoDate | None, Query(alias="from", description="First date, included. Default: ever.")] = None,
    to: Annotated[IsoDate | None, Query(description="Last date, included. Default: today.")] = None,
    snapshot: Annotated[
        str | None,
        Query(max_length=40, description="`Export-Snapshot` of an earlier answer: rows of that moment."),
    ] = None,
    cursor: Annotated[
        str | None,
        Query(
            max_length=1000,
            description="The key of the last whole row one has, as a JSON list: terminal and sequence of a punch; date "
            "and employee of a day; date, employee, session and type of a violation. What follows it comes, in CSV "
            "without the line of heads.",
            examples=['["MCC-01",1204]'],
        ),
    ] = None,
    limit: Annotated[int | None, Query(ge=1, le=10_000_000, description="How many rows at most.")] = None,
) -> Response:
    """Every row the reader may see, in the order of its key, however many there are; leave out what is not asked for.

    A line that was cut costs nothing: ask again with `snapshot` and `cursor`, and no row is missing or comes twice,
    though terminals were read meanwhile. Who may not know reasons sees `CP` for every kind of leave and `exempt` for
    every exemption. When it has ended or broken off, the trail says how many rows were sent, with their SHA-256.
    """
    parts = service(request)
    first, last = from_ or FIRST_DATE, to or max(parts.today(), from_ or FIRST_DATE)
    if last < first:
        raise Invalid(f"The span ends on {last} before it begins on {first}; swap `from` and `to`.")
    if cursor is not None and snapshot is None:
        raise Invalid("A cursor goes on in an export that has begun: send its `Export-Snapshot` as `snapshot`, too.")
    if format == "parquet":
        bulk_files.check_parquet()
    with parts.database.reading() as session:
        part = reader.part(session, unit, first, last)
        after = bulk_export.read_after(session, kind, cursor, reader.within) if cursor is not None else None
        reasons = reader.elsewhere(session, "reasons.read")
    now = parts.now()
    moment = export_snapshot.read(snapshot, now) if snapshot else export_snapshot.take(parts.database, now)
    asked = Asked(reader.within, first, last, moment, parts.settings.timezone, part, after)
    found = _Watched(request, reader, parts, bulk_export.pieces(parts.database, kind, asked, reasons, limit))
    headers = {
        SNAPSHOT: str(moment),
        "Content-Disposition": f'attachment; filename="{kind}-{first}-{last}.{format}"',
        "Cache-Control": "no-store",
    }
    given = asked_of(request, format=format, snapshot=str(moment))
    del given["kind"]  # the paper says it
    if format == "parquet":
        return _parquet(parts, reader, found, kind, headers, given)

    def written(digest: str, whole: bool) -> None:
        with parts.database.writing() as session:
            exporting.made(
                session, reader.actor, paper=kind, asked=given, known_at=moment.at, rows=found.rows, digest=digest,
                at=parts.now(), cut=not whole,
            )  # fmt: skip

    pieces = exporting.watched(bulk_files.lines(found, kind, format, head=cursor is None), written)
    return Stream(pieces, pieces.close, headers, bulk_files.MEDIA[format])


class _Watched:
    """Pieces as they are read. Whom they are about is in the trail before they are sent, and who is no longer allowed
    to have them gets no further."""

    def __init__(self, request: Request, reader: Reader, parts: Service, pieces: Iterable[Piece]) -> None:
        self._request, self._reader, self._parts, self._pieces = request, reader, parts, pieces
        self._still = getattr(request.state, STILL, None)
        self._asked_at = time.monotonic()
        self._seen: frozenset[int] = frozenset()
        self.rows = 0

    def __iter__(self) -> Iterator[Piece]:
        for piece in self._pieces:
            self._check()
            if not piece.people <= self._seen:
                with self._parts.database.reading() as session:
                    new = piece.people - self._seen
                    self._reader.saw_people(session, "bulk_export", new, at=self._parts.now())
                self._seen |= piece.people
            self.rows += len(piece.rows)
            yield piece

    def _check(self) -> None:
        if self._still is None or time.monotonic() - self._asked_at < STILL_SECONDS:
            return
        self._asked_at = time.monotonic()
        if self._still() is not None:
            raise Forbidden("The export ends here: its reader may no longer have it.")


def _parquet(
    parts: Service, reader: Reader, found: Iterable[Piece], kind: str, headers: dict[str, str], given: dict[str, str]
) -> FileResponse:
    with tempfile.NamedTemporaryFile(prefix="export-", suffix=".parquet", delete=False) as file:
        path = FilePath(file.name)
    try:
        rows = bulk_files.write_parquet(found, kind, path)
        exporting.write_down(parts.database, reader.actor, path, paper=kind, asked=given, rows=rows, at=parts.now())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    media = bulk_files.MEDIA["parquet"]
    return FileResponse(
        path, headers=headers, media_type=media, background=BackgroundTask(path.unlink, missing_ok=True)
    )
