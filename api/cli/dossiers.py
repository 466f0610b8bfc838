"""The command that makes a dossier: of a violation, or of a person and dates."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.place import open_database, read_date, read_settings, say, see, take, trail_secret
from attendance.errors import Invalid

if TYPE_CHECKING:
    from datetime import datetime

    from api.settings import Settings
    from attendance.store.database import Database
    from reports.dossier import Dossier


def report_dossier(
    violation: Annotated[str | None, typer.Option(help="Id of a violation, as lists show it.")] = None,
    employee: Annotated[str | None, typer.Option(help="Code of a person, in place of a violation.")] = None,
    from_: Annotated[str | None, typer.Option("--from", help="First date; the last 31 days if left out.")] = None,
    to: Annotated[str | None, typer.Option(help="Last date, included; at most 92 days in all.")] = None,
    format_: Annotated[str, typer.Option("--format", help="pdf, json or bundle (a signed ZIP).")] = "pdf",
    language: Annotated[str | None, typer.Option("--lang", help="Language of the PDF, vi or en.")] = None,
    out: Annotated[Path | None, typer.Option(help="File to write; standard output if left out.")] = None,
) -> None:
    """Everything behind a violation or a person's days: facts, rules, raw punches, papers, revisions."""
    from api import dossiers
    from api.pages.i18n import LANGUAGES
    from attendance.clock import utc_now
    from attendance.store.within import EVERYTHING

    settings = read_settings()
    spoken = language or settings.language
    if spoken not in LANGUAGES:
        raise Invalid(f"{spoken!r} is not a language of this program; write vi or en.")
    if format_ not in dossiers.FORMATS:
        raise Invalid(f"{format_[:20]!r} is not a format of a dossier; write {', '.join(dossiers.FORMATS)}.")
    now = utc_now()
    with open_database(settings) as database:
        with database.reading() as session:
            dossier = dossiers.made(
                session,
                settings.timezone,
                now,
                dossiers.reading_of(EVERYTHING, lambda _: EVERYTHING),
                violation=violation,
                employee=employee,
                from_on=read_date(from_) if from_ else None,
                to_on=read_date(to) if to else None,
            )
            see(session, "dossier", [dossier.subject.employee])
        if format_ == "bundle":
            content = _bundle(settings, database, dossier, spoken, now)
        else:
            content = dossiers.official_file(dossier, format_, spoken, settings)
        about = dossier.subject
        asked = {"employee": about.employee, "violation": about.violation, "format": format_}
        asked |= {"from": about.from_on.isoformat(), "to": about.to_on.isoformat()}
        take(database, content, paper="dossier", asked=asked, rows=len(dossier.days))
    if out is None:
        sys.stdout.buffer.write(content)
        return
    out.write_bytes(content)
    say(f"The dossier of {about.employee}, {len(dossier.days)} days → {out}")


def _bundle(settings: Settings, database: Database, dossier: Dossier, lang: str, at: datetime) -> bytes:
    from api.dossier_bundle import bundle_of
    from attendance.services.signing_key import signing_key
    from attendance.store.within import EVERYTHING

    secret = trail_secret(settings)
    if secret is None:
        raise Invalid(
            "A bundle is signed with the office's key; set ATTENDANCE_SECRET_KEY_FILE, as the service has it."
        )
    with database.writing() as session:
        key = signing_key(session, secret, at)
    with database.reading() as session:
        return bundle_of(session, dossier, key, EVERYTHING, lang, at=at)
