"""`table=ATTPHOTO`: a photograph taken at a punch, made smaller in what it tells before anything is kept.

A body is `PIN=<moment>[-<number>].jpg`, `SN=`, `size=`, `CMD=uploadphoto`, a NUL and the JPEG, or its base64. Source:
terminals.md 3.1.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import datetime

MAX_PHOTO = 512 * 1024

_NAME = re.compile(rb"PIN=(\d{14})(?:-([0-9A-Za-z._-]{1,24}))?\.jpg", re.IGNORECASE)
_START, _END, _SCAN = 0xD8, 0xD9, 0xDA
_BARE = {0x01, *range(0xD0, 0xD8)}
_COMMENT = 0xFE


@dataclass(frozen=True, slots=True)
class Photo:
    """A photograph of whoever punched at `taken` (wall time); `pin` None where the terminal knew nobody."""

    taken: datetime
    pin: str | None
    jpeg: bytes


def read_photo(body: bytes) -> Photo | None:
    """The photograph in a body, without what cameras write beside it (place, device); None where there is none."""
    head, _, data = body.partition(b"\0")
    named = _NAME.search(head[:1024])
    if named is None or len(data) > MAX_PHOTO * 4 // 3 + 4:
        return None
    try:
        taken = datetime.strptime(named[1].decode(), "%Y%m%d%H%M%S")  # noqa: DTZ007 - the terminal's wall time
        if not data.startswith(b"\xff\xd8"):
            data = base64.b64decode(data.strip(), validate=True)
    except (ValueError, binascii.Error):
        return None
    pin = named[2].decode() if named[2] else None
    jpeg = bare_jpeg(data)
    return Photo(taken, pin, jpeg) if jpeg is not None and len(jpeg) <= MAX_PHOTO else None


def bare_jpeg(data: bytes) -> bytes | None:
    """A JPEG without its EXIF, location, maker's notes and comments; None where the bytes are none."""
    if not data.startswith(b"\xff\xd8\xff"):
        return None
    kept, at = [data[:2]], 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF:  # fill byte
            at += 1
            continue
        if marker in _BARE:
            kept.append(data[at : at + 2])
            at += 2
            continue
        size = int.from_bytes(data[at + 2 : at + 4], "big")
        if marker in (_START, _END) or size < 2 or at + 2 + size > len(data):
            return None
        if marker == _SCAN:
            end = data.rfind(b"\xff\xd9")
            return b"".join([*kept, data[at : end + 2]]) if end > at else None
        if not (0xE1 <= marker <= 0xEF or marker == _COMMENT):
            kept.append(data[at : at + 2 + size])
        at += 2 + size
    return None
