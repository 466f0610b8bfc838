"""What may be attached is told by its bytes, bounded, and kept no further than the picture or document goes."""

from __future__ import annotations

import struct
import zlib

import pytest

from api.cli.demo.explaining import picture
from attendance.services.explanations import attaching
from attendance.services.explanations.attaching import FileRefused, Sent

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n%%EOF\n"


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def jpeg(high: int = 40, wide: int = 60, thumbnail: bytes = b"") -> bytes:
    """The parts of a picture in their order; what is compressed holds stuffed bytes and restarts."""
    frame = struct.pack(">BHHB", 8, high, wide, 1) + b"\x01\x11\x00"
    scan = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x12\xff\x00\x34\xff\xd0\x56"
    return b"\xff\xd8" + segment(0xE1, b"Exif" + thumbnail) + segment(0xC2, frame) + scan + scan + b"\xff\xd9"


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (jpeg(), "image/jpeg"),
        (jpeg(thumbnail=jpeg()), "image/jpeg"),
        (picture(), "image/png"),
        (PDF, "application/pdf"),
    ],
    ids=["jpeg", "jpeg with a thumbnail", "png", "pdf"],
)
def test_a_picture_or_a_document_is_taken_as_what_it_is(content: bytes, media_type: str) -> None:
    """Whatever it calls itself; what phones put behind a picture is not kept."""
    behind = b"" if media_type == "application/pdf" else b"<script>alert(1)</script>" * 9
    (taken,) = attaching.check([Sent("evil.html", content + behind)])
    assert (taken.media_type, taken.content) == (media_type, content.rstrip() if not behind else content)


def broken_png() -> bytes:
    whole = bytearray(picture())
    whole[60] ^= 1
    return bytes(whole)


def huge_png() -> bytes:
    header = struct.pack(">IIBBBBB", 200_000, 1, 8, 2, 0, 0, 0)
    part = struct.pack(">I", 13) + b"IHDR" + header + struct.pack(">I", zlib.crc32(b"IHDR" + header))
    return b"\x89PNG\r\n\x1a\n" + part + struct.pack(">I", 0) + b"IEND" + struct.pack(">I", zlib.crc32(b"IEND"))


REFUSED: dict[str, tuple[bytes, str]] = {
    "a drawing with a program": (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "kind"),
    "a page": (b"<!doctype html><script>alert(1)</script>", "kind"),
    "a program": (b"MZ\x90\x00", "kind"),
    "a sheet": (b"PK\x03\x04", "kind"),
    "nothing": (b"", "empty"),
    "half a photograph": (jpeg()[:-2], "damaged"),
    "a photograph without a picture": (b"\xff\xd8\xff\xd9", "damaged"),
    "a photograph of no height": (jpeg(high=0), "damaged"),
    "a photograph of no end": (b"\xff\xd8\xff\xe0\x00\x01" + bytes(90), "damaged"),
    "a changed picture": (broken_png(), "damaged"),
    "half a picture": (picture()[:-20], "damaged"),
    "a picture that fills the memory": (huge_png(), "damaged"),
    "half a document": (PDF[:-7], "damaged"),
    "a document that acts": (PDF.replace(b"/Catalog", b"/Catalog /OpenAction << /S /JavaScript /JS (x) >>"), "active"),
    "a document with another in it": (PDF.replace(b"/Catalog", b"/EmbeddedFile"), "active"),
    "more than a few megabytes": (PDF[:8] + bytes(attaching.MOST_BYTES) + PDF[8:], "too_large"),
}


@pytest.mark.parametrize(("content", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_is_named_with_its_reason(content: bytes, reason: str) -> None:
    with pytest.raises(FileRefused) as error:
        attaching.check([Sent("C:\\anh\\<b>cổng.jpg", content)])
    assert (error.value.reason, error.value.file) == (reason, "_b_cổng.jpg")


def test_a_few_files_and_each_once() -> None:
    assert len(attaching.check([Sent("a.pdf", PDF), Sent("b.pdf", PDF)])) == 1
    many = [Sent("a.jpg", jpeg(high=each)) for each in range(1, attaching.MOST_FILES + 2)]
    with pytest.raises(FileRefused) as error:
        attaching.check(many)
    assert error.value.reason == "too_many"


def test_a_scan_whose_bytes_spell_a_command_by_chance_is_taken() -> None:
    scan = b"<< /Length 12 >>\nstream\n\x9c\x01/JS \x7f/XFA\x00\nendstream\n"
    (taken,) = attaching.check([Sent("scan.pdf", PDF.replace(b"endobj", scan + b"endobj"))])
    assert taken.media_type == "application/pdf"
    behind = PDF.replace(b"endobj", scan + b"/JS (x) endobj")
    with pytest.raises(FileRefused):
        attaching.check([Sent("scan.pdf", behind)])
