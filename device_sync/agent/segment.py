"""A segment: one link of a site's chain. Its digest covers its number, the digest before it and its content.

    digest = SHA-256("attendance segment 1" · number (u64, big-endian) · digest before · content)

The first one stands on the name of its chain. A link therefore says all that came before it: whoever knows the newest
digest can prove what a site holds, and nothing can be altered, left out or put elsewhere unseen. On its way a segment
is sealed with HMAC-SHA256 under a key that only the two holders of the site's token can make.

A segment's content is a reading of one terminal (`device_sync.agent.reading`), or one part of a long one, so that a
line that breaks again and again still gets through: a u32 length, a JSON head, and the part's bytes.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

import orjson
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

PART_BYTES = 192 * 1024
MAX_CONTENT = PART_BYTES + 4096
MAX_PARTS = 256
DIGEST_BYTES = 32
NOTHING = ""
"""The digest before there is any segment."""

_SEGMENT, _CHAIN, _KEY = b"attendance segment 1", b"attendance chain 1", b"attendance site key 1"


class Unreadable(Exception):
    """What a site sent is not what this version knows how to read. `str(error)` is one sentence."""


@dataclass(frozen=True, slots=True)
class Segment:
    """`number` from 1 on without a gap; `previous` and `digest` as 64 hexadecimal digits."""

    number: int
    previous: str
    digest: str
    content: bytes

    @property
    def is_true(self) -> bool:
        """Whether the digest is that of number, previous digest and content."""
        return hmac.compare_digest(self.digest, digest_of(self.number, self.previous, self.content))


def chain_start(chain_id: str) -> str:
    """What stands in the place of the digest before the first segment of a chain."""
    return hashlib.sha256(_CHAIN + chain_id.encode()).hexdigest()


def digest_of(number: int, previous: str, content: bytes) -> str:
    return hashlib.sha256(_SEGMENT + number.to_bytes(8, "big") + bytes.fromhex(previous) + content).hexdigest()


def next_segment(number: int, previous: str, content: bytes) -> Segment:
    return Segment(number, previous, digest_of(number, previous, content), content)


def token_digest(token: str) -> str:
    """All that the centre stores of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def seal_key(token: str) -> bytes:
    """The key of a site's seals: known to whoever holds its token, and to nobody who knows the token's digest."""
    return hmac.digest(token.encode(), _KEY, "sha256")


def seal(key: bytes, purpose: str, *said: str | bytes | int) -> bytes:
    """HMAC-SHA256 over what is said, each piece with its length, so that no two ways of saying it are the same."""
    pieces = [piece if isinstance(piece, bytes) else str(piece).encode() for piece in (purpose, *said)]
    return hmac.digest(key, b"".join(len(piece).to_bytes(4, "big") + piece for piece in pieces), "sha256")


class PartHead(BaseModel):
    """Whose reading the bytes that follow belong to, and which part of it they are."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    version: Annotated[int, Field(ge=1, le=1)] = 1
    serial: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None
    part: Annotated[int, Field(ge=1, le=MAX_PARTS)]
    of: Annotated[int, Field(ge=1, le=MAX_PARTS)]


def pack_parts(serial: str | None, reading: bytes) -> Iterator[bytes]:
    """The contents of the segments that carry a reading, in order. Raises Unreadable for one that is too long."""
    pieces = [reading[at : at + PART_BYTES] for at in range(0, len(reading), PART_BYTES)]
    if len(pieces) > MAX_PARTS:
        raise Unreadable(f"A reading of {len(reading)} packed bytes is too long to be forwarded.")
    for part, piece in enumerate(pieces, 1):
        head = PartHead(serial=serial, part=part, of=len(pieces)).model_dump_json().encode()
        yield len(head).to_bytes(4, "big") + head + piece


def unpack_part(content: bytes) -> tuple[PartHead, bytes]:
    """The head of a segment and its bytes. Raises Unreadable."""
    size = int.from_bytes(content[:4], "big")
    if not 0 < size <= 1024 or len(content) > MAX_CONTENT:
        raise Unreadable("A segment is longer than any this version knows.")
    try:
        head = PartHead.model_validate(orjson.loads(content[4 : 4 + size]))
    except (ValidationError, ValueError) as error:
        raise Unreadable("The head of a segment is not one this version knows.") from error
    if head.part > head.of or (head.serial is not None and not head.serial.isprintable()):
        raise Unreadable("The head of a segment contradicts itself.")
    return head, content[4 + size :]


def join_parts(contents: Sequence[bytes]) -> bytes:
    """The reading that these segments carry, whole and in order. Raises Unreadable."""
    found = [unpack_part(content) for content in contents]
    heads = [head for head, _ in found]
    expected = [PartHead(serial=heads[0].serial, part=n, of=len(heads)) for n in range(1, len(heads) + 1)]
    if not heads or heads != expected:
        raise Unreadable("The parts of a reading do not follow each other.")
    return b"".join(piece for _, piece in found)
