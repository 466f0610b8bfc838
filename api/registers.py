"""The register of violations as a file in somebody's language: for the page, the API and the command alike."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from api.pages.i18n import Translator
from attendance.errors import Invalid
from attendance.store.database import Session
from attendance.store.listing_violations import Wanted
from reports.register import COLUMNS, FORMATS, MEDIA, Words, frames, write

__all__ = ["FORMATS", "MEDIA", "check_format", "make", "sent", "words"]

_GROUPS = {"type": "violation", "status": "status", "session": "session"}


def words(lang: str) -> Words:
    """Heads and words of the spreadsheet."""
    t = Translator(lang)

    def say(column: str, code: str) -> str:
        return t.label(_GROUPS[column], code) if column in _GROUPS else code

    return Words(t("violations.title"), {name: t(f"register.{name}") for name in COLUMNS}, say)


def check_format(format: str) -> None:
    """Raises Invalid for one the register is not made in."""
    if format == "pdf":
        raise Invalid("The register of violations is not made as PDF yet; ask for xlsx, or print its page.")
    if format not in FORMATS:
        raise Invalid(f"{format[:20]!r} is not a format of this register; write {', '.join(FORMATS)}.")


def make(
    session: Session,
    wanted: Wanted,
    format: str,
    path: Path,
    *,
    lang: str,
    saw: Callable[[set[int]], None],
    newest_first: bool = False,
) -> int:
    """Write the register to a file and say whom it names; answers how many rows it has. Raises Invalid."""
    people: set[int] = set()
    count = write(frames(session, wanted, people.update, newest_first=newest_first), format, path, words(lang))
    saw(people)
    return count


def sent(
    session: Session,
    wanted: Wanted,
    format: str,
    *,
    lang: str,
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
        takes(path, make(session, wanted, format, path, lang=lang, saw=saw, newest_first=newest_first))
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    name = f"violations-{wanted.from_on}-{wanted.to_on}.{format}"
    return FileResponse(
        path, media_type=MEDIA[format], filename=name, background=BackgroundTask(path.unlink, missing_ok=True)
    )
