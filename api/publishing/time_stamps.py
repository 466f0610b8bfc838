"""Time stamps (RFC 3161): an authority outside of the office says when it saw a checkpoint, and anyone can check that.

pyHanko and asn1crypto are read at first use: offices without an authority never load them.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from api.notifying.hooks import HookPost
from api.settings import Settings
from attendance.errors import Invalid
from attendance.services.evidence.checkpoints import Checkpoint

Send = Callable[[str, bytes, Mapping[str, str]], bytes]
_GRANTED = ("granted", "granted_with_mods")


@dataclass(frozen=True)
class Stamper:
    """Asks one authority. The answer is checked before it is kept, against the authorities that are trusted."""

    url: str
    send: Send
    trusted: Sequence[Any] = field(repr=False)

    def __call__(self, made: Checkpoint) -> bytes:
        """The token, DER. Raises Undelivered, Invalid."""
        from asn1crypto import tsp

        digest = hashlib.sha256(made.note.body.encode()).digest()
        nonce = secrets.randbits(63)
        asked = tsp.TimeStampReq(
            {
                "version": "v1",
                "message_imprint": {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": digest},
                "nonce": nonce,
                "cert_req": True,
            }
        )
        answer = self.send(self.url, asked.dump(), {"Content-Type": "application/timestamp-query"})
        try:
            found = tsp.TimeStampResp.load(answer, strict=True)
            status = found["status"]["status"].native
            if status not in _GRANTED:
                raise Invalid(f"The time-stamping authority did not stamp it ({status}).")
            token = found["time_stamp_token"]
            told = token["content"]["encap_content_info"]["content"].parsed["nonce"].native
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Invalid("What the time-stamping authority answered is no time stamp.") from error
        if told != nonce:
            raise Invalid("The time-stamping authority answered another question than was asked.")
        stamp: bytes = token.dump()
        stamped_at(stamp, made.note.body, self.trusted)
        return stamp


def stamped_at(stamp: bytes, body: str, trusted: Sequence[Any] | None) -> datetime:
    """When the authority saw this text, UTC. `trusted`: certificates it must lead to; None: not asked whose it is.

    Raises Invalid for a stamp that is over something else, is not whole, or leads to none of them.
    """
    from asn1crypto import cms
    from pyhanko.sign.validation.errors import SignatureValidationError
    from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
    from pyhanko.sign.validation.status import TimestampSignatureStatus
    from pyhanko_certvalidator import ValidationContext

    def imprint(name: str) -> bytes:
        return hashlib.new(name, body.encode()).digest()

    try:
        signed = cms.ContentInfo.load(stamp, strict=True)["content"]
        context = ValidationContext(trust_roots=list(trusted or ()), allow_fetching=False, revocation_mode="soft-fail")
        said = asyncio.run(validate_tst_signed_data(signed, context, imprint))
        found = TimestampSignatureStatus(**said)
    except (SignatureValidationError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Invalid(f"The time stamp does not hold ({error}).") from error
    if not (found.intact and found.valid):
        raise Invalid("The time stamp is not over this checkpoint.")
    if trusted is not None and not found.trusted:
        raise Invalid("The time stamp leads to none of the authorities in ATTENDANCE_TSA_CA_FILE.")
    at: datetime = found.timestamp
    return at


def read_authorities(path: Path, setting: str) -> Sequence[Any]:
    """Certificates of a file (PEM, several on end). Raises Invalid naming the setting."""
    from asn1crypto import pem, x509

    try:
        found = [x509.Certificate.load(der) for _, _, der in pem.unarmor(path.read_bytes(), multiple=True)]
    except (OSError, ValueError) as error:
        raise Invalid(f"{setting}: {path} cannot be read as certificates ({type(error).__name__}).") from error
    return found


def make_stamper(settings: Settings, post: HookPost) -> Stamper:
    """Raises Invalid where the authorities are missing or cannot be read."""
    if settings.tsa_ca_file is None:
        raise Invalid("ATTENDANCE_TSA_URL is set and ATTENDANCE_TSA_CA_FILE is not; set both or neither.")
    return Stamper(settings.tsa_url, post.send, read_authorities(settings.tsa_ca_file, "ATTENDANCE_TSA_CA_FILE"))
