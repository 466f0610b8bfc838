"""Dossiers as files in somebody's language: for the page, the API and the command alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Literal, get_args

from api.printing import dossier as printing
from api.printing.signed_pdf import Certificate, signed
from attendance import clock
from attendance.errors import Invalid
from attendance.services.access import Permission
from attendance.store.database import Session
from attendance.store.within import Within
from device_sync.raw_records import records_of
from reports.dossier import Dossier
from reports.dossier_data import as_json
from reports.dossier_making import Reading, of_person, of_violation

Format = Literal["pdf", "json", "bundle"]
FORMATS: tuple[str, ...] = get_args(Format)
MEDIA = {"pdf": "application/pdf", "json": "application/json", "bundle": "application/zip"}
ENDINGS = {"pdf": "pdf", "json": "json", "bundle": "zip"}


def reading_of(within: Within, elsewhere: Callable[[Permission], Within]) -> Reading:
    """What a reader may see, who may see attendance `within`."""
    return Reading(within, elsewhere("reasons.read"), elsewhere("papers.read"), elsewhere("explanations.read"))


def made(
    session: Session,
    zone: str,
    now: datetime,
    reading: Reading,
    *,
    violation: str | None,
    employee: str | None,
    from_on: date | None,
    to_on: date | None,
) -> Dossier:
    """The dossier that is asked for: of a violation, or of a person and dates (left out: the last 31 days).

    Raises Invalid where both or neither are named or the span is too long, NotFound for what the reader does not see.
    """
    if (violation is None) == (employee is None):
        raise Invalid("Name either a violation, or an employee with the dates from and to.")
    if violation is not None:
        return of_violation(session, zone, now, reading, records_of, violation)
    assert employee is not None
    last = to_on or max(clock.today(now, zone), from_on or date.min)
    first = from_on or last - timedelta(days=USUAL_DAYS - 1)
    return of_person(session, zone, now, reading, records_of, employee, first, last)


USUAL_DAYS = 31


def official_file(dossier: Dossier, format: str, lang: str, certificate: Certificate) -> bytes:
    """`file_of`; the PDF with the office's signature, if it has a certificate."""
    content = file_of(dossier, format, lang)
    return signed(content, certificate) if format == "pdf" else content


def file_of(dossier: Dossier, format: str, lang: str) -> bytes:
    """PDF or JSON; the bundle, which needs the office's key, is `api.dossier_bundle`'s."""
    if format == "pdf":
        return printing.draw(dossier, lang)
    if format == "json":
        return as_json(dossier)
    raise Invalid(f"{format[:20]!r} is not a format of a dossier; write {', '.join(FORMATS)}.")
