"""The dossier of a violation, or of a person and dates, as a file."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request, Response

from api import dossiers
from api.dossier_bundle import bundle_of
from api.handing_out import handed_out
from api.http.params import EmployeeFilter, Span
from api.http.scope import Reader, may
from api.http.service import service
from attendance.services.signing_key import signing_key
from reports.dossier import Dossier

router = APIRouter(prefix="/reports", tags=["reports"])


@router.get(
    "/dossier",
    operation_id="getDossier",
    summary="The dossier of a violation, or of a person and dates",
    response_class=Response,
    responses={200: {"description": "The file.", "content": {media: {} for media in dossiers.MEDIA.values()}}},
)
def get_dossier(
    request: Request,
    reader: Annotated[Reader, Depends(may("attendance.read"))],
    span: Span,
    violation: Annotated[
        str | None, Query(max_length=1000, description="Id of a violation.", examples=["57-20261120-am-late"])
    ] = None,
    employee: EmployeeFilter = None,
    format: Annotated[
        Literal["pdf", "json", "bundle"],
        Query(description="pdf (for people), json, or bundle (a signed ZIP that is verified on any machine)."),
    ] = "json",
    lang: Annotated[Literal["vi", "en"] | None, Query(description="Language of the PDF.")] = None,
) -> Response:
    """Facts, rules with their documents, punches with the bytes as they came and the pull that brought each, coverage,
    clocks, papers, explanations and decisions, revisions with what each changed, and who looked. Reasons are in it only
    for who may know them. At most 92 days."""
    parts = service(request)
    with parts.database.reading() as session:
        dossier = dossiers.made(
            session,
            parts.settings.timezone,
            parts.now(),
            dossiers.reading_of(reader.within, lambda permission: reader.elsewhere(session, permission)),
            violation=violation,
            employee=employee,
            from_on=span.from_on,
            to_on=span.to_on,
        )
        reader.saw_people(session, "dossier", [dossier.employee_id], at=parts.now(), key=key_of(dossier))
    return handed(request, reader, dossier, format, lang or parts.settings.language)


def handed(request: Request, reader: Reader, dossier: Dossier, format: str, lang: str) -> Response:
    """The file of a dossier, after it was written down that its reader takes it."""
    parts = service(request)
    if format == "bundle":
        with parts.database.writing() as session:
            key = signing_key(session, parts.secret_key, parts.now())
        with parts.database.reading() as session:
            reasons = reader.elsewhere(session, "reasons.read")
            content = bundle_of(session, dossier, key, reasons, lang, at=parts.now())
    else:
        content = dossiers.official_file(dossier, format, lang, parts.settings)
    about = dossier.subject
    handed_out(request, reader, content, paper="dossier", rows=len(dossier.days), employee=about.employee)
    return _answer(content, dossier, format)


def key_of(dossier: Dossier) -> str:
    """Which record was looked at: the date of a single day."""
    about = dossier.subject
    return about.from_on.isoformat() if about.from_on == about.to_on else ""


def _answer(content: bytes, dossier: Dossier, format: str) -> Response:
    """A file under a name that tells what it is."""
    about = dossier.subject
    dates = f"{about.from_on}" if about.violation else f"{about.from_on}-{about.to_on}"
    name = f"ho-so-{about.employee}-{dates}.{dossiers.ENDINGS[format]}"
    plain = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-.") else "_" for letter in name)
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    return Response(content, 200, {"Content-Disposition": disposition}, dossiers.MEDIA[format])
