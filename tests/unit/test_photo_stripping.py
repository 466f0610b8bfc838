"""A photograph is kept without anything that is no picture, and still is the same picture."""

from __future__ import annotations

import random
import struct
import zlib

import pytest

from attendance.services.visiting.stripping import MOST_BYTES, PhotoRefused, strip


def segment(marker: int, content: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(content) + 2) + content


def exif(*, orientation: int = 1) -> bytes:
    """As phones write it: which way up, and a table of where it was taken."""
    place = b"10 deg 46 N GPS-SECRET"
    entries = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0) + struct.pack(">HHII", 0x8825, 4, 1, 38)
    return b"Exif\0\0" + b"MM\0*" + struct.pack(">IH", 8, 2) + entries + b"\0\0\0\0" + place


def jpeg(*extra: bytes, behind: bytes = b"") -> bytes:
    """A small picture of the baseline kind with these segments put in, and something behind it."""
    frame = segment(0xC0, b"\x08" + struct.pack(">HH", 2, 3) + b"\x01\x01\x11\x00")
    tables = segment(0xDB, b"\0" + bytes(range(1, 65))) + segment(0xC4, b"\0" + bytes(16) + b"")
    scan = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x12\xff\x00\x34\xff\xd0\x56"
    jfif = segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")
    return b"\xff\xd8" + jfif + b"".join(extra) + tables + frame + scan + b"\xff\xd9" + behind


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(*extra: bytes, behind: bytes = b"") -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 2, 8, 0, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(b"\0\x01\x02\0\x03\x04"))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(extra) + body + chunk(b"IEND", b"") + behind


SECRETS = (
    segment(0xE1, exif()),
    segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x>GPS-SECRET</x>"),
    segment(0xE2, b"MPF\0GPS-SECRET"),
    segment(0xED, b"Photoshop 3.0\0GPS-SECRET"),
    segment(0xFE, b"taken at GPS-SECRET"),
    segment(0xEB, b"JP GPS-SECRET"),
)


@pytest.mark.parametrize("secret", SECRETS, ids=range(len(SECRETS)))
def test_what_a_camera_writes_beside_the_picture_is_gone(secret: bytes) -> None:
    found = strip(jpeg(secret, behind=b"\0\0\0\x18ftypmp42 GPS-SECRET"))
    assert b"SECRET" in jpeg(secret)
    assert found.media_type == "image/jpeg"
    assert found.content == jpeg()


def test_which_way_up_it_is_stays_and_nothing_else_of_it() -> None:
    found = strip(jpeg(segment(0xE1, exif(orientation=6)))).content
    assert b"SECRET" not in found
    assert struct.pack(">HHIHH", 0x0112, 3, 1, 6, 0) in found
    assert strip(found).content == found


@pytest.mark.parametrize("kind", [b"eXIf", b"tEXt", b"iTXt", b"zTXt", b"tIME", b"iCCP", b"acTL", b"prVt"])
def test_of_a_png_only_what_draws_it_stays(kind: bytes) -> None:
    assert strip(png(chunk(kind, b"Location\0GPS-SECRET"), behind=b"GPS-SECRET")).content == png()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"%PDF-1.7", "kind"),
        (b"GIF89a", "kind"),
        (b"\xff\xd8\xff", "damaged"),
        (jpeg()[:-2], "damaged"),
        (jpeg()[:40], "damaged"),
        (jpeg(segment(0xC9, bytes(9))), "damaged"),  # arithmetic coding, which browsers do not show
        (png()[:-4], "damaged"),
        (png().replace(b"IDAT", b"IDAU"), "damaged"),
        (png(chunk(b"CgBI", b"x")), "damaged"),
        (jpeg().replace(struct.pack(">HH", 2, 3), struct.pack(">HH", 2, 60_000)), "too_large"),
        (b"\xff\xd8\xff" + bytes(MOST_BYTES), "too_large"),
    ],
)
def test_what_is_no_whole_picture_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(PhotoRefused) as refused:
        strip(content)
    assert refused.value.reason == reason


def test_no_bytes_upset_it() -> None:
    rng = random.Random(7)
    whole = [jpeg(*SECRETS), png(chunk(b"eXIf", b"x"))]
    for _ in range(3000):
        data = bytearray(rng.choice(whole))
        for _ in range(rng.randint(1, 4)):
            data[rng.randrange(3, len(data))] = rng.randrange(256)
        try:
            assert b"GPS-SECRET" not in strip(bytes(data[: rng.randint(4, len(data))])).content
        except PhotoRefused:
            continue
