"""The one place from which papers of the catalogue leave: who is named is in the trail, and so is the manifest."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from api.http.errors import Gone
from api.http.scope import Reader
from api.http.service import service
from api.printing.official import written
from api.reporting.asking import check_format, kept_texts, read_asked
from api.reporting.catalogue import ENDINGS, MEDIA
from api.reporting.entry import Entry, Format
from attendance.services import exporting
from attendance.store.report_job_tables import ReportJobRow

VIEW = "report"


def made_now(
    request: Request, reader: Reader, entry: Entry, texts: Mapping[str, str], format: str, lang: str, *, inline: bool
) -> FileResponse:
    """A paper as an answer; what was written for it is gone afterwards. Raises Invalid, NotFound."""
    parts = service(request)
    at, wanted = parts.now(), check_format(entry, format)
    with tempfile.NamedTemporaryFile(prefix=f"{entry.key}-", delete=False) as file:
        path = Path(file.name)
    try:
        with parts.database.reading() as session:
            asked = read_asked(session, entry, texts, reader, zone=parts.settings.timezone, at=at, lang=lang)
            made = written(session, entry, asked, wanted, path, parts.settings)
            reader.saw_people(session, VIEW, made.people, at=at, key=entry.key)
        given = kept_texts(entry, texts) | {"format": format}
        exporting.write_down(
            parts.database, reader.actor, path, paper=entry.key, asked=given, rows=made.rows, at=at
        )  # fmt: skip
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    answer = _file(path, entry.key, wanted, kept_texts(entry, texts), inline=inline)
    answer.background = BackgroundTask(path.unlink, missing_ok=True)
    return answer


def kept_file(request: Request, reader: Reader, entry: Entry, job: ReportJobRow) -> FileResponse:
    """The file of a job that may be fetched. Raises Gone where it is not on this machine."""
    parts = service(request)
    path = parts.settings.reports_dir / job.file
    if not path.is_file():
        raise Gone("The file is not here any more; ask for the paper anew.")
    at = parts.now()
    with parts.database.writing() as session:
        reader.saw_people(session, VIEW, job.people, at=at, key=entry.key)
        exporting.made(
            session, reader.actor, paper=entry.key, asked=job.asked | {"format": job.format},
            known_at=job.known_at or at, rows=job.rows, digest=job.digest, at=at,
        )  # fmt: skip
    return _file(path, entry.key, check_format(entry, job.format), job.asked, inline=False)


def _file(path: Path, key: str, format: Format, texts: Mapping[str, str], *, inline: bool) -> FileResponse:
    name = "-".join([key, *texts.values()]) + f".{ENDINGS[format]}"
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-._") else "_" for sign in name)
    kind = "inline" if inline else "attachment"
    disposition = f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    return FileResponse(path, 200, {"Content-Disposition": disposition, "Cache-Control": "no-store"}, MEDIA[format])
