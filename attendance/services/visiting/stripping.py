"""A photograph without what a camera writes beside the picture: place, time, owner, maker, thumbnails, films behind it.

Pure, over bytes. Only parts that a decoder needs are copied; every other part is left out, known or not, so nothing has
to be recognised to be removed. Which way up the picture is stays. What is not wholly a picture is refused.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

from attendance.errors import Invalid

MOST_BYTES = 4 * 1024 * 1024
MOST_PIXELS = 12_000
"""Along one side."""
JPEG, PNG = "image/jpeg", "image/png"
_PNG_BEGINS = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"sRGB"})
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})  # baseline, extended, progressive: what browsers show
_KEPT = _FRAMES | {0xC4, 0xDB, 0xDD}  # tables of codes and quantities, restart interval
_SCAN, _END, _ADOBE, _EXIF = 0xDA, 0xD9, 0xEE, 0xE1
_JFIF = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
_ORIENTATION = 0x0112


@dataclass(frozen=True, slots=True)
class Stripped:
    """A picture that may be kept."""

    media_type: str
    content: bytes


class PhotoRefused(Invalid):
    """What was sent is no photograph that can be kept; `reason` in one word, the sentence says what to do."""

    code = "photo_refused"

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


def strip(content: bytes) -> Stripped:
    """The picture alone. Raises PhotoRefused for what is empty, too large, damaged or neither JPEG nor PNG."""
    if not content:
        raise PhotoRefused("empty", "The photograph is empty; take it again.")
    if len(content) > MOST_BYTES:
        raise PhotoRefused(
            "too_large", f"A photograph has at most {MOST_BYTES // 1024 // 1024} MiB; send a smaller one."
        )
    if content.startswith(b"\xff\xd8\xff"):
        return Stripped(JPEG, _jpeg(content))
    if content.startswith(_PNG_BEGINS):
        return Stripped(PNG, _png(content))
    raise PhotoRefused("kind", "This is neither a JPEG nor a PNG picture; take it with the camera of the phone.")


def _damaged() -> PhotoRefused:
    return PhotoRefused("damaged", "The photograph is damaged or not complete; take it again.")


def _sized(wide: int, high: int) -> None:
    if not (0 < wide <= MOST_PIXELS and 0 < high <= MOST_PIXELS):
        raise PhotoRefused(
            "too_large", f"A photograph has at most {MOST_PIXELS} points along a side; send a smaller one."
        )


# JPEG -----------------------------------------------------------------------------------------------------------------


def _jpeg(data: bytes) -> bytes:
    """The segments that make the picture, up to its end; films and second pictures behind it are not read."""
    kept: list[bytes] = []
    begins, turned, adobe, jfif = 2, 1, b"", False
    framed = scanned = False
    while True:
        marker, begins = _marker(data, begins)
        if marker == _END:
            if not (framed and scanned):
                raise _damaged()
            return b"".join((b"\xff\xd8", _JFIF if jfif else b"", _turned(turned), adobe, *kept, b"\xff\xd9"))
        segment, content, begins = _segment(data, begins, marker)
        if marker in _FRAMES:
            if framed or len(content) < 9:
                raise _damaged()
            _sized(*reversed(struct.unpack_from(">HH", content, 1)))
            framed = True
            kept.append(segment)
        elif marker in _KEPT:
            kept.append(segment)
        elif marker == _SCAN:
            if not framed:
                raise _damaged()
            ends = _scan_end(data, begins)
            kept += [segment, data[begins:ends]]
            begins, scanned = ends, True
        elif marker == 0xE0:
            jfif = jfif or content.startswith(b"JFIF\0")
        elif marker == _ADOBE and content.startswith(b"Adobe") and len(content) == 12:
            adobe = segment  # says how its colours are to be read
        elif marker == _EXIF and content.startswith(b"Exif\0\0"):
            turned = _orientation(content[6:]) if turned == 1 else turned
        elif not (0xE0 <= marker <= 0xEF or marker == 0xFE):
            raise _damaged()


def _marker(data: bytes, begins: int) -> tuple[int, int]:
    """The next marker, which may have bytes of 0xFF before it, and where what follows it begins."""
    if data[begins : begins + 1] != b"\xff":
        raise _damaged()
    while data[begins : begins + 1] == b"\xff":
        begins += 1
    if begins >= len(data):
        raise _damaged()
    return data[begins], begins + 1


def _segment(data: bytes, begins: int, marker: int) -> tuple[bytes, bytes, int]:
    """A segment as it is written, its content, and where the next begins."""
    if begins + 2 > len(data):
        raise _damaged()
    length = int.from_bytes(data[begins : begins + 2])
    ends = begins + length
    if length < 2 or ends > len(data):
        raise _damaged()
    return b"\xff" + bytes([marker]) + data[begins:ends], data[begins + 2 : ends], ends


def _scan_end(data: bytes, begins: int) -> int:
    """Where compressed data ends: at a 0xFF that neither 0 nor a restart follows."""
    while True:
        begins = data.find(b"\xff", begins)
        if begins < 0 or begins + 1 >= len(data):
            raise _damaged()
        following = data[begins + 1]
        if following and not 0xD0 <= following <= 0xD7:
            return begins
        begins += 2


def _orientation(tiff: bytes) -> int:
    """Which way up the camera says the picture is, 1 to 8; 1 where it says nothing that can be read."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None or len(tiff) < 8:
        return 1
    (first,) = struct.unpack_from(f"{order}I", tiff, 4)
    if first + 2 > len(tiff):
        return 1
    (count,) = struct.unpack_from(f"{order}H", tiff, first)
    for number in range(count):
        place = first + 2 + 12 * number
        if place + 12 > len(tiff):
            return 1
        tag, kind, many, value = struct.unpack_from(f"{order}HHIH", tiff, place)
        if (tag, kind, many) == (_ORIENTATION, 3, 1):
            return value if 1 <= value <= 8 else 1
    return 1


def _turned(orientation: int) -> bytes:
    """A segment that says which way up the picture is, and nothing else; none where it needs no turning."""
    if orientation == 1:
        return b""
    entry = struct.pack(">HHIHH", _ORIENTATION, 3, 1, orientation, 0)
    content = b"Exif\0\0" + b"MM\0*" + struct.pack(">IH", 8, 1) + entry + b"\0\0\0\0"
    return b"\xff\xe1" + struct.pack(">H", len(content) + 2) + content


# PNG ------------------------------------------------------------------------------------------------------------------


def _png(data: bytes) -> bytes:
    """The chunks that make the picture, up to its end; each is whole, by its checksum."""
    kept = [_PNG_BEGINS]
    begins = len(_PNG_BEGINS)
    first, drawn = True, False
    while begins + 12 <= len(data):
        length, kind = int.from_bytes(data[begins : begins + 4]), data[begins + 4 : begins + 8]
        ends = begins + 12 + length
        if ends > len(data) or zlib.crc32(data[begins + 4 : ends - 4]) != int.from_bytes(data[ends - 4 : ends]):
            raise _damaged()
        if first:
            if kind != b"IHDR" or length != 13:
                raise _damaged()
            _sized(*struct.unpack_from(">II", data, begins + 8))
        elif kind == b"IHDR" or (kind not in _PNG_KEPT and not kind[0] & 0x20):  # needed to draw it, and not known
            raise _damaged()
        drawn = drawn or kind == b"IDAT"
        if kind in _PNG_KEPT:
            kept.append(data[begins:ends])
        if kind == b"IEND":
            if not drawn:
                raise _damaged()
            return b"".join(kept)
        begins, first = ends, False
    raise _damaged()
