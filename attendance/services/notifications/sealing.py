"""Secrets of webhooks lie encrypted, under a key derived from the installation's secret key and bound to their row.

A stolen copy of the database signs nothing in this office's name, and a backup needs the secret key beside it.
"""

from __future__ import annotations

import base64
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from attendance.errors import Invalid
from attendance.services.second_factor import derive_key

_NONCE = 12
_BYTES = 32
PREFIX = "whsec_"


class SecretUnreadable(Invalid):
    """The secret key of the installation is another than when the secret was stored."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The secret of webhook {name} cannot be read, because the secret key of the installation was changed; "
            "give it another secret and hand that to its receiver."
        )
        self.name = name


def new_secret() -> str:
    """A secret as Standard Webhooks writes it: `whsec_` and base64 of 32 random bytes."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def seal(secret_key: bytes, secret: str, bound: str) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(_key(secret_key)).encrypt(nonce, secret.encode(), bound.encode())


def unseal(secret_key: bytes, sealed: bytes, bound: str, name: str) -> str:
    """Raises SecretUnreadable."""
    try:
        return AESGCM(_key(secret_key)).decrypt(sealed[:_NONCE], sealed[_NONCE:], bound.encode()).decode()
    except InvalidTag:
        raise SecretUnreadable(name) from None


def _key(secret_key: bytes) -> bytes:
    if not secret_key:
        raise Invalid("Webhooks need the secret key of the installation; set ATTENDANCE_SECRET_KEY_FILE.")
    return derive_key(secret_key, b"webhook")
