"""`attendance verify FILE`: a sealed PDF on any machine, and against the database where there is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.cli.place import open_database, print_json, read_settings, say, trail_secret
from attendance.errors import AttendanceError

if TYPE_CHECKING:
    from attendance.services.visiting.seals import Checked
    from attendance.store.database import Session

_SAID = {
    "pdf": "bytes of the PDF were changed after it was sealed",
    "data": "the data in it (the attachment) is not what was sealed",
    "seal": "the seal in it was damaged",
    "signature": "the signature is not over this data and this PDF",
    "key": "the key that sealed it is not one of this office",
    "stored": "the database holds something else under its code",
    "unknown": "the database holds no minutes or annex of its code",
}


def told(signature: Mapping[str, Any]) -> str:
    """A signature of a PDF (PAdES) in a sentence."""
    if not signature["holds"]:
        return f"the signature of {signature['by'] or 'somebody'} is not over what stands there."
    whose = {True: "as an authority you named confirms", None: "which no named authority confirms (--authorities)"}
    if signature["trusted"] is False:
        return f"the certificate of {signature['by']} leads to none of the authorities you named."
    return f"signed with the certificate of {signature['by']}, {whose[signature['trusted']]}."


def verify_minutes(
    file: Path, data: bytes, key: str | None, signed: Sequence[Mapping[str, Any]], *, as_json: bool
) -> bool:
    """Say whether a sealed file with this content is as it was sealed, naming what was changed, and how it is signed
    besides. Raises Invalid."""
    from api.printing.signed_pdf import check_signed

    found = check_signed(data, None)
    known, stored = _known(found)
    wrong = list(found.wrong)
    if key is not None and found.seal is not None:
        known = found.seal.key == key.replace(" ", "").lower()
    if known is False:
        wrong.append("key")
    wrong += stored
    if as_json:
        print_json(_plain(found, known, wrong) | {"signatures": list(signed)})
    else:
        _tell(file, found, known, wrong)
        for each in signed:
            say(f"  Besides, {told(each)}")
    return not wrong


def _known(found: Checked) -> tuple[bool | None, list[str]]:
    """Whether the key is known to the database of the settings, and what differs there; None: there is no database."""
    from attendance.services.signing_key import SigningKey
    from attendance.store import signing_keys

    if found.seal is None or found.content is None:
        return None, []
    try:
        settings = read_settings()
        with open_database(settings, migrate=False) as database, database.reading() as session:
            keys = signing_keys.known(session)
            stored = _stored(session, found)
            secret = trail_secret(settings)
    except AttendanceError:
        return None, []
    if secret:
        own = SigningKey(secret)
        keys.setdefault(own.name, own.public)
    known = keys.get(found.seal.key) == found.seal.public
    if stored is None:
        return known, ["unknown"] if known else []
    return known, [] if stored == (found.seal.data.hex(), found.seal.pdf.hex()) else ["stored"]


def _stored(session: Session, found: Checked) -> tuple[str, str] | None:
    """The digests of data and PDF that the database has of it. Every print of an annex has a digest of its own."""
    from attendance.store import minutes

    assert found.content is not None
    assert found.seal is not None
    number = found.content.get("number")
    if found.content.get("form") != "annex 1" or not isinstance(number, int):
        row = minutes.of_code(session, str(found.content.get("code", "")))
        return (row.digest, row.pdf_digest) if row is not None else None
    row = minutes.of_code(session, str(found.content.get("minutes", "")))
    annex = minutes.annex(session, row.id, number) if row is not None else None
    return (annex.digest, found.seal.pdf.hex()) if annex is not None else None


def _plain(found: Checked, known: bool | None, wrong: list[str]) -> dict[str, Any]:
    seal, content = found.seal, found.content or {}
    return {
        "holds": not wrong,
        "wrong": wrong,
        "code": content.get("code") or content.get("minutes"),
        "annex": content.get("number") if content.get("form") == "annex 1" else None,
        "digest": seal.data.hex() if seal else None,
        "pdf_digest": seal.pdf.hex() if seal else None,
        "key": seal.key if seal else None,
        "key_known": known,
    }


def _tell(file: Path, found: Checked, known: bool | None, wrong: list[str]) -> None:
    for part in wrong:
        say(f"{file}: {_SAID[part]}.")
    if wrong or found.seal is None:
        return
    say(f"{file}: exactly as it was sealed. Data {found.seal.data.hex()}")
    if known is None:
        say(f"  Sealed by the key {found.seal.key}; compare it with the one the office makes known (--key).")
