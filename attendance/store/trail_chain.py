"""What an entry of the trail is made of and how it hangs on the one before: pure functions over plain values.

link(n) = SHA-256(link(n-1) + canonical(n)); canonical is one JSON list, which two different entries cannot share.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import orjson

GENESIS = hashlib.sha256(b"attendance trail 1").digest()
"""The link before the first."""
NAMES = ("seq", "at", "actor", "user_id", "role", "via", "address", "act", "kind", "key")
ERASED = "trail.erased"
"""The act of erasing details; its own detail holds numbers and no names, and stays."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)


class Sealer:
    """Makes and checks the marks that only the holder of a secret key can make. Each mark begins with the key's id."""

    def __init__(self, secret: bytes) -> None:
        self._key = hmac.digest(secret, b"attendance trail", "sha256")
        self.id = hashlib.sha256(self._key).digest()[:4]

    def of_entry(self, link: bytes) -> bytes:
        return self.id + hmac.digest(self._key, b"entry" + link, "sha256")[:16]

    def of_head(self, count: int, link: bytes) -> bytes:
        """Differs from that of the entry, so that an old entry is no head to go back to."""
        return self.id + hmac.digest(self._key, b"head%d:" % count + link, "sha256")

    def made(self, mark: bytes) -> bool:
        """Whether a mark claims to be of this key."""
        return mark[:4] == self.id


def canonical(fields: Iterable[object], subjects: bytes | None, detail: bytes | None) -> bytes:
    """The bytes of an entry: its fields in the order of NAMES, and the digests of what lies beside it."""
    return orjson.dumps([*fields, subjects and subjects.hex(), detail and detail.hex()])


def link(before: bytes, content: bytes) -> bytes:
    return hashlib.sha256(before + content).digest()


def digest_of_subjects(employees: Iterable[int]) -> bytes | None:
    """Of numbers of people, ascending and each once; None: of nobody."""
    numbers = ",".join(map(str, employees))
    return hashlib.sha256(numbers.encode()).digest() if numbers else None


def digest_of_detail(salt: bytes, content: str) -> bytes:
    """Salted, so that a name that was erased cannot be found again by trying names."""
    return hashlib.sha256(salt + content.encode()).digest()


def micros(at: datetime) -> int:
    """An instant as the trail counts it: microseconds since 1970."""
    return (at - _EPOCH) // _MICRO


def instant(at: int) -> datetime:
    return _EPOCH + timedelta(microseconds=at)
