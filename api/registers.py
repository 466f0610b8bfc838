"""The register of violations as a file in somebody's language: for the page, the API and the command alike."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from api.reporting.entry import Asked
from api.reporting.words import register_words
from attendance.errors import Invalid
from attendance.store.database import Session
from attendance.store.listing_violations import Wanted
from reports.register_files import FORMATS, MEDIA, write_register
from reports.registers.violations import violations

__all__ = ["FORMATS", "MEDIA", "check_format", "make", "sent"]


def check_format(format: str) -> None:
    """Raises Invalid for one the register is not made in."""
    if format not in FORMATS:
        raise Invalid(f"{format[:20]!r} is not a format of this register; write {', '.join(FORMATS)}.")


def make(
    session: Session,
    wanted: Wanted,
    format: str,
    path: Path,
    *,
    asked: Asked,
    saw: Callable[[set[int]], None],
    newest_first: bool = False,
) -> int:
    """Write the register to a file and say whom it names; answers how many rows it has. `asked`: what its head tells it
    was narrowed by. Raises Invalid."""
    register = violations(session, wanted, newest_first=newest_first)
    written = write_register(register, format, path, register_words(session, asked, register))
    saw(set(written.people))
    return written.rows


def sent(
    session: Session,
    wanted: Wanted,
    format: str,
    *,
    asked: Asked,
    saw: Callable[[set[int]], None],
    takes: Callable[[Path, int], None],
    newest_first: bool = False,
) -> FileResponse:
    """The register as an answer that a browser keeps as a file; what was written for it is gone afterwards.

    `takes` is told the file and how many rows it has, before it leaves.
    """
    check_format(format)
    with tempfile.NamedTemporaryFile(prefix="violations-", suffix=f".{format}", delete=False) as file:
        path = Path(file.name)
    try:
        takes(path, make(session, wanted, format, path, asked=asked, saw=saw, newest_first=newest_first))
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    name = f"violations-{wanted.from_on}-{wanted.to_on}.{format}"
    return FileResponse(
        path, media_type=MEDIA[format], filename=name, background=BackgroundTask(path.unlink, missing_ok=True)
    )
