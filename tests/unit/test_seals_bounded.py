"""A file from anybody is looked through in one pass, and what it packs is not unpacked without end."""

from __future__ import annotations

import time
import zlib

import pytest

from attendance.services.visiting import seals


def pdf_with(content: bytes, packed: bytes) -> bytes:
    head = b"7 0 obj\n<< /Type /EmbeddedFile /Filter /FlateDecode /Length %d >>\nstream\n" % len(packed)
    return b"%PDF-1.7\n" + content + head + packed + b"\nendstream\nendobj\n"


def test_what_is_attached_is_read() -> None:
    assert seals.attached(pdf_with(b"", zlib.compress(b"the data"))) == b"the data"


@pytest.mark.parametrize("filling", [b"obj<</Type/EmbeddedFile", b"obj << ", b"/Type ", b"/Type/EmbeddedFile>>   "])
def test_a_file_made_to_be_searched_for_long_is_not(filling: bytes) -> None:
    begins = time.perf_counter()
    seals.attached(filling * (600_000 // len(filling)))
    assert time.perf_counter() - begins < 2


def test_more_than_minutes_ever_hold_is_not_unpacked() -> None:
    packed = zlib.compress(bytes(seals.MOST_DATA + 1))
    assert len(packed) < 100_000
    assert seals.attached(pdf_with(b"", packed)) is None
