"""How a citizen can be reached lies encrypted, under a key derived from the installation's secret key."""

from __future__ import annotations

import secrets
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from attendance.errors import Invalid, NotFound
from attendance.services.second_factor import derive_key
from attendance.store.citizen_tables import ObservationRow
from attendance.store.database import Session
from attendance.store.trail import Actor, record

_NONCE = 12


class ContactUnreadable(Invalid):
    code = "contact_unreadable"

    def __init__(self) -> None:
        super().__init__(
            "How to reach this citizen cannot be read, because the secret key of the installation was changed since."
        )


def seal(secret_key: bytes, contact: str, bound: str) -> bytes:
    """The contact, readable under this key and for this observation (by its code's digest) alone; empty stays so."""
    if not contact:
        return b""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + _cipher(secret_key).encrypt(nonce, contact.encode(), bound.encode())


def reveal(session: Session, row: ObservationRow, actor: Actor, *, secret_key: bytes, at: datetime) -> str:
    """How to reach the citizen; that it was looked at is written down. Raises NotFound, ContactUnreadable."""
    if not row.contact:
        raise NotFound("contact", str(row.id))
    try:
        sealed = row.contact[:_NONCE], row.contact[_NONCE:]
        found = _cipher(secret_key).decrypt(*sealed, row.code_digest.encode()).decode()
    except InvalidTag:
        raise ContactUnreadable from None
    record(session, actor, "observation.contact_seen", kind="observation", key=str(row.id), at=at)
    return found


def _cipher(secret_key: bytes) -> AESGCM:
    return AESGCM(derive_key(secret_key, b"citizen-contact"))
