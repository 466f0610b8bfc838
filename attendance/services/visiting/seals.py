"""The seal of minutes: one signature over two digests, that of the data and that of the PDF with the seal left blank.

The PDF carries the data as an attachment and the seal as a keyword, so that the file alone can be checked anywhere.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import zlib
from dataclasses import dataclass
from itertools import pairwise

import orjson

from attendance.errors import Invalid
from attendance.services.signing_key import PUBLIC_BYTES, SIGNATURE_BYTES, SigningKey, fingerprint, is_signed

PURPOSE = b"minutes 1"
MARK = b"attendance-seal:"
_VERSION = b"\0\1"
_DIGEST = 32
_BYTES = len(_VERSION) + 2 * _DIGEST + PUBLIC_BYTES + SIGNATURE_BYTES
LENGTH = _BYTES // 3 * 4
"""Signs of a seal as text: the bytes are a multiple of three, so no two texts mean the same seal."""
BLANK = "0" * LENGTH
_PLACE = re.compile(re.escape(MARK) + b"(.{%d})" % LENGTH, re.DOTALL)
_ATTACHED = re.compile(rb"/Type\s{0,9}/EmbeddedFile\b")
_STREAM = re.compile(rb">>\s{0,9}stream\r?\n")
_SIZED = re.compile(rb"/Length\s{1,9}(\d{1,9})\b")
_HEAD = 2000
"""So many bytes at most stand between the kind of a stream and its ends: a file that is no PDF is not searched long."""
MOST_DATA = 32 * 1024 * 1024
"""More than the longest minutes have: what a file says it holds is not unpacked beyond."""
PDF, DATA, SEAL, SIGNATURE, KEY = PARTS = ("pdf", "data", "seal", "signature", "key")
"""What may be wrong: bytes of the PDF; the data in it; the seal itself; its signature; a key nobody here knows."""


@dataclass(frozen=True, slots=True)
class Seal:
    """`data`, `pdf`: SHA-256 (32 bytes each); `public`: the key that made `signature`."""

    data: bytes
    pdf: bytes
    public: bytes
    signature: bytes

    def text(self) -> str:
        return base64.b64encode(_VERSION + self.data + self.pdf + self.public + self.signature).decode()

    @property
    def key(self) -> str:
        return fingerprint(self.public)

    @property
    def is_signed(self) -> bool:
        return is_signed(self.public, PURPOSE, self.data + self.pdf, self.signature)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a file says of itself and which of PARTS do not hold, the most telling last in `wrong`.

    `seal` and `content` are None where they can no longer be read. `is_key_known` None: no known keys were at hand.
    """

    wrong: tuple[str, ...]
    seal: Seal | None
    content: dict[str, object] | None
    is_key_known: bool | None

    @property
    def holds(self) -> bool:
        return not self.wrong


def read(text: str) -> Seal:
    """A seal from its text. Raises Invalid for a text that no seal has."""
    try:
        found = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        found = b""
    if len(found) != _BYTES or found[:2] != _VERSION:
        raise Invalid("This is no seal of minutes; take the file as it was given out.")
    ends = [2, 2 + _DIGEST, 2 + 2 * _DIGEST, 2 + 2 * _DIGEST + PUBLIC_BYTES, _BYTES]
    return Seal(*(found[low:high] for low, high in pairwise(ends)))


def put(pdf: bytes, data: bytes, key: SigningKey) -> tuple[bytes, Seal]:
    """The PDF with its seal in every blank place. Raises Invalid for a PDF without one or without exactly this data."""
    if MARK in data or {found[1] for found in _PLACE.finditer(pdf)} != {BLANK.encode()}:
        raise Invalid(f"A seal needs its own blank place in the PDF; take {MARK.decode()!r} out of what was written.")
    if attached(pdf) != data:
        raise Invalid("This PDF does not hold the data that is to be sealed; draw it anew.")
    digests = hashlib.sha256(data).digest(), digest_of_pdf(pdf)
    seal = Seal(*digests, key.public, key.sign(PURPOSE, b"".join(digests)))
    return _filled(pdf, seal.text()), seal


def digest_of_pdf(pdf: bytes) -> bytes:
    """SHA-256 of a PDF with every place of a seal blank."""
    return hashlib.sha256(_filled(pdf, BLANK)).digest()


def attached(pdf: bytes) -> bytes | None:
    """The first file in a PDF as our printing puts it there; None: there is none that can be read."""
    kind = _ATTACHED.search(pdf)
    stream = _STREAM.search(pdf, kind.end(), kind.end() + _HEAD) if kind else None
    if kind is None or stream is None:
        return None
    head = pdf[max(0, pdf.rfind(b"obj", max(0, kind.start() - _HEAD), kind.start())) : stream.start()]
    sized = _SIZED.search(head)
    if sized is None:
        return None
    content = pdf[stream.end() : stream.end() + int(sized[1])]
    if b"/FlateDecode" not in head:
        return content
    try:
        unpacking = zlib.decompressobj()
        data = unpacking.decompress(content, MOST_DATA)
        return data if unpacking.eof else None
    except zlib.error:
        return None


def check(file: bytes, known: dict[str, bytes] | None) -> Checked:
    """Check a sealed PDF by itself; with `known` keys (public by fingerprint) also whose seal it is.

    Raises Invalid for a file that bears no seal at all.
    """
    texts = {found[1] for found in _PLACE.finditer(file)}
    if not texts:
        raise Invalid("This file bears no seal; give the PDF of sealed minutes as it was given out.")
    data = attached(file)
    seal = _read_or_none(texts)
    wrong = []
    if seal is None:
        return Checked((SEAL,), None, _content(data), None)
    if digest_of_pdf(file) != seal.pdf:
        wrong.append(PDF)
    if data is None or hashlib.sha256(data).digest() != seal.data:
        wrong.append(DATA)
    if not seal.is_signed:
        wrong.append(SIGNATURE)
    is_known = None if known is None else known.get(seal.key) == seal.public
    if is_known is False:
        wrong.append(KEY)
    return Checked(tuple(wrong), seal, _content(data), is_known)


def _read_or_none(texts: set[bytes]) -> Seal | None:
    """The seal, where every place of the file says the same."""
    if len(texts) != 1:
        return None
    try:
        return read(texts.pop().decode("latin-1"))
    except Invalid:
        return None


def _content(data: bytes | None) -> dict[str, object] | None:
    try:
        found = orjson.loads(data or b"")
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def _filled(pdf: bytes, text: str) -> bytes:
    return _PLACE.sub(lambda found: MARK + text.encode(), pdf)
