"""Bringing a USB export in: find or make the terminal, file the rows, say what became of each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from attendance import clock
from attendance.errors import Invalid, NotFound
from attendance.plausible import BEFORE_FIRST_SANE, IN_THE_FUTURE
from attendance.services import onboarding
from attendance.store import office, registering
from attendance.store.database import Database
from attendance.store.tables import TerminalRow
from device_sync.files import REASONS, NotAnExport, read_export
from device_sync.intake import file_export

SENTENCES = {
    **REASONS,
    BEFORE_FIRST_SANE: "The date lies before the terminal can have been in use: its clock was lost.",
    IN_THE_FUTURE: "The date lies over 24 hours ahead of the import: the terminal's clock was wrong.",
}


def import_export(
    database: Database,
    terminal: str | None,
    file_name: str,
    data: bytes,
    *,
    zone: str,
    at: datetime,
    create: bool = False,
    people: bool = False,
) -> dict[str, Any]:
    """The JSON of `import punches`: `read = new + repeated + quarantined`, with the reasons counted.

    `strangers` counts numbers nobody is enrolled under. Raises Invalid for a file that is no export, NotFound for an
    unknown terminal unless `create`.
    """
    try:
        export = read_export(data, source=file_name)
    except NotAnExport as error:
        raise Invalid(str(error)) from error
    code = _terminal(database, terminal, create, at)
    filed = file_export(database, code, export, data, zone=zone, received_at=at)
    made = onboarding.enrol_strangers(database, code, at=at) if people else 0
    strangers = len(onboarding.strangers(database, code))
    return {
        "file": file_name,
        "terminal": code,
        "format": export.format,
        "read": filed.read,
        "new": filed.new,
        "repeated": filed.repeated,
        "quarantined": filed.quarantined,
        "reasons": filed.reasons,
        "sentences": {reason: SENTENCES.get(reason, reason) for reason in filed.reasons},
        "people": made,
        "strangers": strangers,
        "pull": filed.pull_id,
        "complete_until": clock.local_iso(filed.complete_until, zone) if filed.complete_until else None,
    }


def _terminal(database: Database, code: str | None, create: bool, at: datetime) -> str:
    with database.writing() as session:
        known = [row.code for row in office.terminals(session)]
        if code is None:
            if not known:
                raise Invalid("There is no terminal yet; name one with --terminal CODE --create.")
            return known[0]
        if office.find(session, TerminalRow, code) is None:
            if not create:
                raise NotFound(
                    "terminal", code, "Use --create to make it, or one of: " + (", ".join(known) or "none yet")
                )
            registering.add_terminal(session, code, unit=office.first_unit(session), at=at)
    return code
