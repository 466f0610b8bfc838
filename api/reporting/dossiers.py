"""The dossier in the catalogue of papers. Its bundle, which needs the office's key, is made by its own address."""

from __future__ import annotations

from pathlib import Path

from api import dossiers
from api.reporting.entry import Asked, Entry, Format, Made
from attendance.store.database import Session
from reports.dossier_making import MOST_DAYS


def write(session: Session, asked: Asked, format: Format, path: Path) -> Made:
    """Raises Invalid, NotFound."""
    violation = asked.others.get("violation") or None
    dossier = dossiers.made(
        session,
        asked.zone,
        asked.at,
        dossiers.reading_of(asked.within, asked.elsewhere),
        violation=violation,
        employee=None if violation else asked.employee,
        from_on=asked.from_on,
        to_on=asked.to_on,
    )
    path.write_bytes(dossiers.file_of(dossier, format, asked.lang))
    return Made(len(dossier.days), frozenset({dossier.employee_id}), is_official=True)


ENTRIES = (
    Entry(
        key="dossier",
        permission="attendance.read",
        needs=("employee", "span"),
        formats=("pdf", "json"),
        write=write,
        must=frozenset({"employee", "span"}),
        is_long=True,
        most_days=MOST_DAYS,
    ),
)
