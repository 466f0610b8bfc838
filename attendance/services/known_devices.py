"""Devices that have signed in to an account: whoever holds such a device is not held up by guesses made elsewhere.

What a device keeps is a number with a seal over the number, the account and an end; nothing of it opens anything, it
only gives guesses of its own (`guessing.py`). Nothing is stored here, so that asking takes the same time for names that
nobody has.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import UTC, datetime, timedelta

LASTS = timedelta(days=180)
_PARTS = 3


def known_device(secret_key: bytes, name: str, at: datetime) -> str:
    """What a device that has just signed in to an account is given to keep."""
    plain = f"{secrets.token_urlsafe(12)}.{int((at + LASTS).timestamp())}"
    return f"{plain}.{_seal(secret_key, name, plain)}"


def device_number(secret_key: bytes, name: str, kept: str, at: datetime) -> str | None:
    """The number of a device that signed in to this account; None for anything that was not given out for it."""
    parts = kept.split(".")
    if len(parts) != _PARTS or not kept.isascii() or len(kept) > 200:
        return None
    number, end, seal = parts
    if not hmac.compare_digest(seal, _seal(secret_key, name, f"{number}.{end}")):
        return None
    return number if at < datetime.fromtimestamp(int(end), UTC) else None


def name_mark(name: str) -> str:
    """A short mark that tells accounts on one device apart without naming them."""
    return hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:10]


def _seal(secret_key: bytes, name: str, plain: str) -> str:
    message = f"known device:{name}:{plain}".encode("utf-8", "replace")
    return hmac.new(secret_key, message, hashlib.sha256).hexdigest()
