"""The one place where a paper of the catalogue becomes a file: what is official bears the office's signature."""

from __future__ import annotations

from pathlib import Path

from api.printing.signed_pdf import Certificate, signed
from api.reporting.entry import Asked, Entry, Format, Made
from attendance.store.database import Session


def written(session: Session, entry: Entry, asked: Asked, format: Format, path: Path, certificate: Certificate) -> Made:
    """Make the file of a paper; the PDF of an official one is signed. Raises Invalid, NotFound."""
    made = entry.write(session, asked, format, path)
    if made.is_official and format == "pdf":
        path.write_bytes(signed(path.read_bytes(), certificate))
    return made
