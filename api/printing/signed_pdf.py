"""PDFs signed with the office's certificate (PAdES), as an addition to the bytes that were drawn: those stay in front.

pyHanko is read at first use: offices without a certificate never load it.
"""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from api.notice_settings import read_secret_file
from api.settings import Settings
from attendance.errors import Invalid
from attendance.services.visiting import seals

FIELD = "NiemPhong"
_END = b"%%EOF"
_ODD = (ValueError, LookupError, TypeError, AttributeError, RecursionError)
"""What a damaged file makes of the reading."""


@dataclass(frozen=True, slots=True)
class PdfSignature:
    """A signature in a PDF. `by`: whom the certificate names. `holds`: it is over what stands there, which is all of
    the file. `trusted`: it leads to an authority that was given; None: none was. `at`: when it says it was made, UTC.
    """

    by: str
    holds: bool
    trusted: bool | None
    at: datetime | None


def signed(pdf: bytes, settings: Settings, *, reason: str = "") -> bytes:
    """The PDF signed as the settings say; as it is where no certificate is set. Raises Invalid."""
    if settings.pdf_key_file is None:
        return pdf
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers

    said = signers.PdfSignatureMetadata(
        field_name=FIELD, md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES, reason=reason or None
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)
    found = signers.sign_pdf(writer, said, signer=_signer(settings))
    return bytes(found.getvalue())


def check_key(settings: Settings) -> None:
    """Raises Invalid where a certificate is set that cannot be used, so that the service says so when it starts."""
    if settings.pdf_key_file is not None:
        _signer(settings)


def signatures(pdf: bytes, authorities: Sequence[Any] | None = None) -> list[PdfSignature]:
    """The signatures in a PDF, the oldest first; none: it is not signed, or no PDF."""
    if b"/ByteRange" not in pdf:
        return []
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import async_validate_pdf_signature
    from pyhanko.sign.validation.errors import SignatureValidationError
    from pyhanko.sign.validation.status import SignatureCoverageLevel
    from pyhanko_certvalidator import ValidationContext

    context = ValidationContext(trust_roots=list(authorities or ()), allow_fetching=False)
    found = []
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)  # what it finds is said by us
    try:
        listed = list(PdfFileReader(io.BytesIO(pdf), strict=False).embedded_signatures)
    except (PdfError, *_ODD):
        return [PdfSignature("", False, None, None)]
    for each in listed:
        by = each.signer_cert.subject.human_friendly
        try:
            status = asyncio.run(async_validate_pdf_signature(each, context))
        except (PdfError, SignatureValidationError, *_ODD):
            found.append(PdfSignature(by, False, None, None))
            continue
        is_whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
        holds = bool(status.intact and status.valid and is_whole)
        trusted = bool(status.trusted) if authorities is not None else None
        found.append(PdfSignature(by, holds, trusted, status.signer_reported_dt))
    return found


def check_signed(pdf: bytes, known: dict[str, bytes] | None) -> seals.Checked:
    """`seals.check` of minutes as they are handed out: the signature behind what was sealed is no change of it, where
    it is over all of the file."""
    if [each.holds for each in signatures(pdf)] == [True] and _adds_nothing(pdf):
        at = pdf.find(_END) + len(_END)
        for end in (b"\n", b"", b"\r\n"):
            found = seals.check(pdf[:at] + end, known)
            if pdf[at:].startswith(end) and found.holds:
                return found
    return seals.check(pdf, known)


def _adds_nothing(pdf: bytes) -> bool:
    from pyhanko.pdf_utils.misc import PdfError

    try:
        return _adds_nothing_seen(pdf)
    except (PdfError, *_ODD):
        return False


def _adds_nothing_seen(pdf: bytes) -> bool:
    """Whether what stands behind the first part of a file is a signature without any picture, and nothing else: who
    signs with a certificate of their own could else lay other pages over what was sealed."""
    from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, NullObject
    from pyhanko.pdf_utils.reader import PdfFileReader

    reader: Any = PdfFileReader(io.BytesIO(pdf), strict=False)
    before, root = reader.get_historical_resolver(0), reader.root_ref
    (signature,) = reader.embedded_signatures
    field, form = signature.sig_field, reader.root["/AcroForm"]
    is_sole = len(form["/Fields"]) == 1 and not set(form) - {"/Fields", "/SigFlags"}
    if reader.xrefs.total_revisions != 2 or before.root_ref != root or not is_sole:
        return False
    if any(float(edge) for edge in field["/Rect"]):
        return False

    def is_grown(was: Any, now: Any) -> bool:
        """Whether a list of what is shown on a page has the field and nothing else more than before."""
        kept = [str(now.raw_get(at)) for at in range(len(now) - 1)]
        return kept == [str(was.raw_get(at)) for at in range(len(was))] and now[len(now) - 1] == field

    unseen = {reader.root.raw_get("/Metadata").reference, reader.trailer.raw_get("/Info").reference}
    for ref in reader.xrefs.explicit_refs_in_revision(1) - unseen:
        was, now = before.get_object(ref), reader.get_object(ref)
        if isinstance(was, NullObject):
            continue  # of those that are new the field alone is shown, and it has no size
        if isinstance(was, ArrayObject) and isinstance(now, ArrayObject) and is_grown(was, now):
            continue
        if not isinstance(was, DictionaryObject) or not isinstance(now, DictionaryObject):
            return False
        others = {name for name in {*was, *now} if str(_raw(was, name)) != str(_raw(now, name))}
        may = {"/AcroForm", "/Extensions", "/Version"} if ref == root else {"/Annots"}
        if others - may or ("/Annots" in others and not is_grown(was.get("/Annots", ArrayObject()), now["/Annots"])):
            return False
    return True


def _raw(of: Any, name: str) -> Any:
    return of.raw_get(name) if name in of else None


def _signer(settings: Settings) -> Any:
    assert settings.pdf_key_file is not None
    return _read_signer(settings.pdf_key_file, settings.pdf_key_password_file)


@lru_cache(maxsize=4)
def _read_signer(file: Path, password_file: Path | None) -> Any:
    from pyhanko.sign import signers

    password = read_secret_file(password_file, "ATTENDANCE_PDF_KEY_PASSWORD_FILE") if password_file else ""
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)  # it would log the failure that is raised here
    try:
        found = signers.SimpleSigner.load_pkcs12_data(file.read_bytes(), [], passphrase=password.encode() or None)
    except (OSError, ValueError) as error:
        raise Invalid(f"ATTENDANCE_PDF_KEY_FILE cannot be read ({type(error).__name__}); name a .p12 file.") from error
    if found is None:
        raise Invalid(
            "ATTENDANCE_PDF_KEY_FILE cannot be opened: it is no .p12 file, or ATTENDANCE_PDF_KEY_PASSWORD_FILE does "
            "not hold its password."
        )
    return found
