"""The Ed25519 key by which this installation signs what must be checked without it: sealed minutes, checkpoints.

It is derived from the secret key, so that a backup without that key signs nothing in this office's name. The public
half is kept with the date since which it signs: what an earlier secret key signed can still be checked.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from attendance.errors import Invalid
from attendance.services.second_factor import derive_key
from attendance.store import signing_keys
from attendance.store.database import Session

PUBLIC_BYTES = 32
SIGNATURE_BYTES = 64


class SigningKey:
    """The key derived from a secret key: `public` (32 bytes) and `name`, its fingerprint as people compare it."""

    def __init__(self, secret_key: bytes) -> None:
        """Raises Invalid without a secret key."""
        if not secret_key:
            raise Invalid("Sealing needs the secret key of the installation; set ATTENDANCE_SECRET_KEY_FILE.")
        self._private = Ed25519PrivateKey.from_private_bytes(derive_key(secret_key, b"signing"))
        self.public = self._private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.name = fingerprint(self.public)

    def sign(self, purpose: bytes, message: bytes) -> bytes:
        """64 bytes. `purpose` keeps what was signed for one thing from passing for another."""
        return self._private.sign(_bound(purpose, message))

    def sign_note(self, body: str) -> bytes:
        """64 bytes over a text of lines as it stands, so that any reader of signed notes can check them.

        Raises Invalid for a text with a zero in it, which could pass for something else that was signed.
        """
        if "\0" in body or not body.endswith("\n"):
            raise Invalid("A note that is signed is made of whole lines of text.")
        return self._private.sign(body.encode())


def fingerprint(public: bytes) -> str:
    """Half of the SHA-256 of a public key, 32 hexadecimal digits."""
    return hashlib.sha256(public).hexdigest()[:32]


def is_signed(public: bytes, purpose: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the holder of this key signed exactly this for this purpose."""
    return _is_over(public, signature, _bound(purpose, message))


def is_signed_note(public: bytes, body: str, signature: bytes) -> bool:
    return "\0" not in body and _is_over(public, signature, body.encode())


def _is_over(public: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def signing_key(session: Session, secret_key: bytes, at: datetime) -> SigningKey:
    """The key of this installation, its public half kept from its first use on."""
    key = SigningKey(secret_key)
    signing_keys.keep(session, key.name, key.public, at)
    return key


def _bound(purpose: bytes, message: bytes) -> bytes:
    return b"attendance " + purpose + b"\0" + message
