"""Live events of every length, and what is none."""

from __future__ import annotations

import struct
from datetime import datetime

import pytest

from device_sync import wire
from device_sync.events import LENGTHS, LiveEvent, parse_event
from tests.unit.test_wire import VECTORS, load_vectors

AT = datetime(2026, 3, 2, 7, 29, 5)
TIME = bytes([26, 3, 2, 7, 29, 5])


@pytest.mark.parametrize(
    ("data", "pin", "uid"),
    [
        (struct.pack("<HBB", 7, 15, 1) + TIME, None, 7),
        (struct.pack("<IBB", 1001, 15, 1) + TIME, "1001", None),
        (struct.pack("<HBB", 7, 15, 1) + TIME + bytes(4), None, 7),
        (struct.pack("<24sBB", b"NV-0042", 15, 1) + TIME, "NV-0042", None),
        (struct.pack("<24sBB", b"123456789012345678901234", 15, 1) + TIME + bytes(4), "123456789012345678901234", None),
        (struct.pack("<24sBB", b"1001\0rest", 15, 1) + TIME + b"\xff" * 5, "1001", None),
        (struct.pack("<24sBB", b"1001", 15, 1) + TIME + bytes(20), "1001", None),
        (struct.pack("<24sBB", b"1001", 15, 1) + TIME + bytes(40), "1001", None),
    ],
)
def test_every_length_names_the_person_the_time_and_the_codes(data: bytes, pin: str | None, uid: int | None) -> None:
    assert len(data) in LENGTHS or len(data) > 52
    assert parse_event(data) == LiveEvent(pin, uid, verify=15, state=1, wall=AT)
    assert parse_event(memoryview(data)) == parse_event(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x64",  # a finger on the glass
        bytes(10),
        struct.pack("<IBB", 1001, 1, 0) + bytes([26, 2, 31, 7, 0, 0]),  # 31 February
        struct.pack("<IBB", 1001, 1, 0) + bytes([26, 2, 3, 24, 0, 0]),
        struct.pack("<24sBB", b"", 1, 0) + TIME,
        struct.pack("<24sBB", b"\xff\xfe\x01", 1, 0) + TIME,
        struct.pack("<24sBB", b"1001", 1, 0)[:-3] + TIME,
        struct.pack("<HBB", 7, 1, 0) + TIME + b"\0",
    ],
)
def test_what_is_no_punch_is_none(data: bytes) -> None:
    assert parse_event(data) is None


def test_what_the_simulator_packs_is_read_back() -> None:
    assert parse_event(wire.pack_event("1001", 1, 0, AT)) == LiveEvent("1001", None, 1, 0, AT)


@pytest.mark.skipif(not VECTORS.exists(), reason="captured packets are not part of this repository")
def test_captured_events_are_read() -> None:
    """The test author of the captures edited the lengths; the data of an event is what stands behind its header."""
    found = [
        parse_event(block[16:])
        for _, block in load_vectors()
        if block.startswith(wire.MAGIC) and block[8:10] == b"\xf4\x01"
    ]
    assert LiveEvent("4822257", None, 0, 0, datetime(2018, 12, 7, 19, 9, 6)) in found
    assert LiveEvent("1140064", None, 15, 0, datetime(2018, 11, 29, 12, 55, 3)) in found
    assert LiveEvent("999111333", None, 1, 0, datetime(2018, 6, 25, 17, 41, 5)) in found
    assert found.count(None) == 1  # a finger on the glass
