"""Bringing a USB export in: find or make the terminal, file the rows, say what became of each, or would become."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from attendance import clock
from attendance.errors import Invalid, NotFound
from attendance.plausible import BEFORE_FIRST_SANE, IN_THE_FUTURE
from attendance.services import onboarding
from attendance.store import office, registering
from attendance.store.database import Database, OpenTransaction, Session
from attendance.store.tables import TerminalRow
from attendance.store.trail import CONSOLE, Actor, record
from device_sync.files import REASONS, Export, NotAnExport, read_export
from device_sync.files.dates import DAY_FIRST, MONTH_FIRST
from device_sync.intake import file_export
from device_sync.previewing import Preview, preview_export

DATES = {"day-first": DAY_FIRST, "month-first": MONTH_FIRST}

SENTENCES = {
    **REASONS,
    BEFORE_FIRST_SANE: "The date lies before the terminal can have been in use: its clock was lost.",
    IN_THE_FUTURE: "The date lies over 24 hours ahead of the import: the terminal's clock was wrong.",
}

FROM_A_PROGRAM = (
    "A program wrote this file, not the terminal: its punches count, but nobody is absent for not being in it. Bring "
    "the terminal's own export when you can."
)
WITHOUT_SECONDS = (
    "Its times have no seconds: a punch that comes again from the terminal itself will be stored beside it."
)


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
    dates: str | None = None,
    actor: Actor = CONSOLE,
) -> dict[str, Any]:
    """The JSON of `import punches`: `read = new + repeated + quarantined`, with the reasons counted.

    `strangers` counts numbers nobody is enrolled under. `dates` says where the day stands (a key of DATES) in a file
    that does not show it. Raises Invalid for a file that is no export, NotFound for an unknown terminal unless
    `create`.
    """
    export = _read(data, file_name, dates)
    with database.writing() as session:
        code = _terminal(session, terminal, create, at)
        filed = file_export(OpenTransaction(session), code, export, data, zone=zone, received_at=at)
        after = {
            "file": file_name, "sha256": hashlib.sha256(data).hexdigest(), "pull": filed.pull_id, "read": filed.read,
            "new": filed.new, "repeated": filed.repeated, "quarantined": filed.quarantined,
        }  # fmt: skip
        record(session, actor, "punches.imported", kind="terminal", key=code, after=after, at=at)
    made = onboarding.enrol_strangers(database, code, at=at, actor=actor) if people else 0
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


def preview_import(
    database: Database,
    terminal: str | None,
    file_name: str,
    data: bytes,
    *,
    zone: str,
    at: datetime,
    create: bool = False,
    dates: str | None = None,
) -> dict[str, Any]:
    """The JSON of `import punches --preview`: what the import would do now. Nothing is stored, no terminal is made.

    `read = new + repeated + quarantined` as the import would count them, and `repeated = repeated_in_file +
    already_stored`. Raises as `import_export` does.
    """
    export = _read(data, file_name, dates)
    with database.reading() as session:
        known = [row.code for row in office.terminals(session)]
    if terminal is None:
        terminal = known[0] if known else None
    if terminal is not None and terminal not in known and not create:
        raise _unknown(terminal, known)
    found = preview_export(database, terminal if terminal in known else None, export, zone=zone, received_at=at)
    return {"file": file_name, "terminal": terminal, "terminal_known": terminal in known, **_preview_json(found)}


def _preview_json(found: Preview) -> dict[str, Any]:
    return {
        "preview": True,
        "format": found.format,
        "read": found.rows,
        "readable": found.readable,
        "new": found.new,
        "repeated": found.repeated_in_file + found.stored,
        "repeated_in_file": found.repeated_in_file,
        "already_stored": found.stored,
        "quarantined": found.suspect,
        "reasons": {reason: suspects.count for reason, suspects in found.reasons.items()},
        "lines": {reason: list(suspects.lines) for reason, suspects in found.reasons.items()},
        "sentences": {reason: SENTENCES.get(reason, reason) for reason in found.reasons},
        "first": found.first.isoformat() if found.first else None,
        "last": found.last.isoformat() if found.last else None,
        "numbers": found.pins,
        "strangers": found.strangers_total,
        "stranger_numbers": list(found.strangers),
        "clock_jumps": found.jumps_total,
        "jumps": [
            {"line": jump.line, "from": jump.before.isoformat(), "to": jump.after.isoformat()} for jump in found.jumps
        ],
        "notes": [
            *([] if found.is_whole_log else [FROM_A_PROGRAM]),
            *([] if found.has_seconds else [WITHOUT_SECONDS]),
        ],
    }


def _read(data: bytes, file_name: str, dates: str | None) -> Export:
    if dates is not None and dates not in DATES:
        raise Invalid(f"{dates!r} does not say where the day stands; write {' or '.join(DATES)}.")
    try:
        return read_export(data, source=file_name, dates=DATES.get(dates or ""))
    except NotAnExport as error:
        raise Invalid(str(error)) from error


def _unknown(code: str, known: list[str]) -> NotFound:
    return NotFound("terminal", code, "Use --create to make it, or one of: " + (", ".join(known) or "none yet"))


def _terminal(session: Session, code: str | None, create: bool, at: datetime) -> str:
    known = [row.code for row in office.terminals(session)]
    if code is None:
        if not known:
            raise Invalid("There is no terminal yet; name one with --terminal CODE --create.")
        return known[0]
    if office.find(session, TerminalRow, code) is None:
        if not create:
            raise _unknown(code, known)
        registering.add_terminal(session, code, unit=office.first_unit(session), at=at)
    return code
