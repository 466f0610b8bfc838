"""What a site and the centre say to each other: a claim with segments, and what the centre holds now.

A request is the seal of the claim (32 bytes), a u32 length, the claim as JSON, and segments, each as a u32 length, its
number (u64), the digest before it, its digest, its seal (32 bytes each) and its content. All integers are big-endian.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from attendance.errors import AttendanceError
from device_sync.agent.segment import DIGEST_BYTES, MAX_CONTENT, NOTHING, Segment, Unreadable, seal

MAX_REQUEST = 900 * 1024
MAX_SEGMENTS = 64  # each is a transaction at the centre, and the site waits for all of them
FRAME_BYTES = 4 + 8 + 3 * DIGEST_BYTES
_HUGE = 2**62

Number = Annotated[int, Field(ge=0, le=_HUGE)]
Digest = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")]
Name = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]


class Altered(AttendanceError):
    """Bytes that were not sent like this by whoever holds the token, or that do not follow from those before."""

    code = "segment_altered"

    def __init__(self, number: int | None = None) -> None:
        what = "What the site claims" if number is None else f"Segment {number}"
        super().__init__(f"{what} did not arrive as it was sealed; nothing of it was kept. Send it again.")
        self.number = number


class Claim(BaseModel):
    """What a site says of itself: its chain, its newest segment (0: none) and when that pull had ended, its clock.

    `forked`: it found that its chain and the one kept at the centre part, and sends no more. `nonce` comes back under
    the seal of the answer.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    chain: Name
    number: Number
    digest: Digest
    read_at: AwareDatetime | None = None
    at: AwareDatetime
    version: Annotated[str, StringConstraints(max_length=64, pattern=r"^[\w.+-]*$")] = ""
    forked: bool = False
    nonce: Name


class Holding(BaseModel):
    """What the centre holds of a site: `chain` "" where nothing of the present chain has come, `number` then 0."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    site: Annotated[str, StringConstraints(max_length=64)]
    chain: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{32})?$")]
    number: Number
    digest: Digest
    stored: Number = 0
    at: AwareDatetime
    seal: Digest = NOTHING

    def sealed(self, key: bytes, nonce: str) -> Holding:
        return self.model_copy(update={"seal": self._seal(key, nonce).hex()})

    def is_sealed(self, key: bytes, nonce: str) -> bool:
        return hmac.compare_digest(self.seal, self._seal(key, nonce).hex())

    def _seal(self, key: bytes, nonce: str) -> bytes:
        return seal(key, "holding", nonce, self.site, self.chain, self.number, self.digest, _exact(self.at))


def pack_request(key: bytes, claim: Claim, segments: Sequence[Segment]) -> bytes:
    said = claim.model_dump_json().encode()
    frames = [seal(key, "claim", said), len(said).to_bytes(4, "big"), said]
    for segment in segments:
        frames += [
            (FRAME_BYTES - 4 + len(segment.content)).to_bytes(4, "big"),
            segment.number.to_bytes(8, "big"),
            bytes.fromhex(segment.previous),
            bytes.fromhex(segment.digest),
            segment_seal(key, claim.chain, segment),
            segment.content,
        ]
    return b"".join(frames)


def unpack_request(key: bytes, body: bytes) -> tuple[Claim, list[tuple[Segment, bytes]]]:
    """The claim, whose seal holds, and the segments with their seals, which are not looked at yet.

    Raises Altered where the claim is not sealed with this key, Unreadable where the framing is broken.
    """
    size = int.from_bytes(body[DIGEST_BYTES : DIGEST_BYTES + 4], "big")
    said = body[DIGEST_BYTES + 4 : DIGEST_BYTES + 4 + size]
    if not hmac.compare_digest(body[:DIGEST_BYTES], seal(key, "claim", said)) or len(said) != size:
        raise Altered
    try:
        claim = Claim.model_validate(orjson.loads(said))
    except (ValidationError, ValueError) as error:
        raise Unreadable("The claim is not one this version knows; the centre may be older than the site.") from error
    found: list[tuple[Segment, bytes]] = []
    at = DIGEST_BYTES + 4 + size
    while at < len(body):
        size = int.from_bytes(body[at : at + 4], "big")
        frame = body[at + 4 : at + 4 + size]
        if len(frame) != size or not FRAME_BYTES - 4 < size <= FRAME_BYTES + MAX_CONTENT:
            raise Unreadable("The request ends in the middle of a segment, or has one that is too long.")
        if len(found) == MAX_SEGMENTS:
            raise Unreadable(f"A request takes at most {MAX_SEGMENTS} segments.")
        number, rest = int.from_bytes(frame[:8], "big"), frame[8:]
        previous, digest, sealed = (rest[n * DIGEST_BYTES : (n + 1) * DIGEST_BYTES] for n in range(3))
        if not 0 < number <= _HUGE:
            raise Unreadable("A segment has a number that cannot be.")
        found.append((Segment(number, previous.hex(), digest.hex(), rest[3 * DIGEST_BYTES :]), sealed))
        at += 4 + size
    return claim, found


def segment_seal(key: bytes, chain: str, segment: Segment) -> bytes:
    return seal(key, "segment", chain, segment.digest)


def _exact(at: datetime) -> str:
    return f"{at.timestamp():.6f}"
