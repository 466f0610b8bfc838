"""The one place a file goes through before it is handed out: what leaves is in the trail, or it does not leave."""

from __future__ import annotations

from pathlib import Path

from fastapi import Request

from api.http.scope import Reader
from api.http.service import service
from attendance.services.exporting import write_down

ASKED = (
    "violation", "unit", "employee", "from", "to", "month", "year", "period", "version", "table", "kind", "type",
    "status", "state", "channel", "visit", "over", "explained", "person", "session", "snapshot", "cursor", "format",
)  # fmt: skip
"""What an address may narrow an export by; anything else in it is not about the export."""
_LONGEST = 200


def asked_of(request: Request, **more: str) -> dict[str, str]:
    """What a request narrows an export by, as it was given."""
    given = dict(request.query_params) | {name: str(value) for name, value in request.path_params.items()} | more
    return {name: given[name][:_LONGEST] for name in ASKED if given.get(name)}


def handed_out(request: Request, reader: Reader, content: bytes | Path, *, paper: str, rows: int, **more: str) -> None:
    """Write down that the reader of a request takes a file; before it is sent. Raises StoreUnavailable."""
    parts = service(request)
    write_down(
        parts.database, reader.actor, content, paper=paper, asked=asked_of(request, **more), rows=rows, at=parts.now()
    )
