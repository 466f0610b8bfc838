"""The ZK pull protocol (port 4370) as bytes: packets, checksum, time, comm key.

Shared by the client and the simulated terminal. All integers are little-endian. A packet is code, checksum, session
and reply number (u16 each) and the data; on TCP it is preceded by a magic word and its length, on UDP it is bare.
"""

from __future__ import annotations

import struct
from datetime import datetime
from enum import IntEnum
from typing import NamedTuple

import numpy as np

Buffer = bytes | bytearray | memoryview

MAGIC = b"\x50\x50\x82\x7d"
TOP = struct.Struct("<4sI")
HEADER = struct.Struct("<4H")
TOP_BYTES = TOP.size
HEADER_BYTES = HEADER.size
NUMBERS = 65_535
"""Reply numbers count modulo this: 65535 itself is never used."""

TCP_CHUNK = 65_472
UDP_CHUNK = 16_384
DEFAULT_PORT = 4370


class Command(IntEnum):
    """What a client asks. Those in CHANGING alter the terminal and are never sent by this product."""

    USERS = 9
    OPTION_READ = 11
    OPTION_WRITE = 12
    PUNCHES = 13
    CLEAR_DATA = 14
    CLEAR_PUNCHES = 15
    USER_WRITE = 8
    USER_DELETE = 18
    TEMPLATE_DELETE = 19
    CLEAR_ADMIN = 20
    UNLOCK = 31
    CLEAR_OPERATIONS = 33
    OPERATIONS = 34
    SIZES = 50
    STATE = 64
    GET_TIME = 201
    SET_TIME = 202
    REGISTER_EVENTS = 500
    CONNECT = 1000
    EXIT = 1001
    ENABLE = 1002
    DISABLE = 1003
    RESTART = 1004
    POWER_OFF = 1005
    REFRESH = 1013
    VERSION = 1100
    AUTH = 1102
    FREE = 1502
    PREPARE = 1503
    READ = 1504


CHANGING = frozenset(
    {
        Command.OPTION_WRITE,
        Command.CLEAR_DATA,
        Command.CLEAR_PUNCHES,
        Command.USER_WRITE,
        Command.USER_DELETE,
        Command.TEMPLATE_DELETE,
        Command.CLEAR_ADMIN,
        Command.UNLOCK,
        Command.CLEAR_OPERATIONS,
        Command.SET_TIME,
        Command.ENABLE,
        Command.DISABLE,
        Command.RESTART,
        Command.POWER_OFF,
        Command.REFRESH,
    }
)


class Reply(IntEnum):
    """What a terminal answers; EVENT comes unasked and is answered with OK."""

    EVENT = 500
    DATA_FOLLOWS = 1500
    DATA = 1501
    OK = 2000
    ERROR = 2001
    RETRY = 2003
    UNAUTHORISED = 2005
    UNKNOWN = 65_535


class Packet(NamedTuple):
    code: int
    session: int
    number: int
    data: bytes | bytearray | memoryview


class BadPacket(ValueError):
    """Bytes that are no packet: `reason` is 'magic', 'length' or 'checksum'."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"not a ZK packet: bad {reason}")
        self.reason = reason


def word_sum(data: Buffer) -> int:
    """Sum of the little-endian 16-bit words of `data` modulo 65535, an odd tail padded with zero.

    Since 2**16 is 1 modulo 65535, the words may be added in any width: 5 us for 64 KiB against 94 us as one integer.
    """
    view = memoryview(data)
    size = len(view)
    if size < 1024:
        return int.from_bytes(view, "little") % 65_535
    whole = size & ~3
    total = int(np.frombuffer(view, "<u4", count=whole >> 2).sum(dtype=np.uint64))
    return (total + int.from_bytes(view[whole:], "little")) % 65_535


def compute_checksum(header_and_data_sum: int) -> int:
    """The checksum field for a packet whose other words have this sum modulo 65535 (and are not all zero)."""
    return 65_535 - (header_and_data_sum or 65_535)


def pack_packet(code: int, session: int, number: int, data: Buffer = b"", *, framed: bool = True) -> bytes:
    """One complete packet, with the TCP top when `framed`."""
    checksum = compute_checksum((code + session + number + word_sum(data)) % 65_535)
    header = HEADER.pack(code, checksum, session, number)
    if framed:
        return b"".join((TOP.pack(MAGIC, HEADER_BYTES + len(data)), header, data))
    return b"".join((header, data))


def parse_top(top: Buffer, max_bytes: int) -> int:
    """Length of the packet that follows these 8 bytes. Raises BadPacket: wrong magic, or a length outside 8..max."""
    magic, length = TOP.unpack(top)
    if magic != MAGIC:
        raise BadPacket("magic")
    if not HEADER_BYTES <= length <= max_bytes:
        raise BadPacket("length")
    return int(length)


def parse_packet(packet: Buffer) -> Packet:
    """A bare packet (no TCP top). Raises BadPacket: shorter than a header, or a checksum that does not hold."""
    view = memoryview(packet)
    if len(view) < HEADER_BYTES:
        raise BadPacket("length")
    code, _checksum, session, number = HEADER.unpack_from(view)
    if word_sum(view) != 0:
        raise BadPacket("checksum")
    return Packet(code, session, number, view[HEADER_BYTES:])


def encode_time(wall: datetime) -> int:
    """The u32 of a wall time from 2000 to 2132: a calendar of 12 months of 31 days each."""
    if not 2000 <= wall.year <= 2132:
        raise ValueError(f"terminals count years 2000 to 2132, not {wall.year}")
    days = ((wall.year - 2000) * 12 + wall.month - 1) * 31 + wall.day - 1
    return days * 86_400 + wall.hour * 3600 + wall.minute * 60 + wall.second


def decode_time(value: int) -> datetime:
    """The naive wall time of a u32. Raises ValueError for a date no calendar has (31 February)."""
    days, second = divmod(value, 86_400)
    months, day = divmod(days, 31)
    year, month = divmod(months, 12)
    hour, second = divmod(second, 3600)
    return datetime(2000 + year, month + 1, day + 1, hour, *divmod(second, 60))  # noqa: DTZ001 - terminals have no zone


def scramble_comm_key(key: int, session: int, ticks: int = 50) -> bytes:
    """The four bytes that answer 'unauthorised'. They hide nothing: one observed exchange reveals the key."""
    mirrored = int(f"{key & 0xFFFFFFFF:032b}"[::-1], 2)
    mixed = ((mirrored + session) & 0xFFFFFFFF).to_bytes(4, "little")
    _a, b, c, d = (byte ^ letter for byte, letter in zip(mixed, b"ZKSO", strict=True))
    return bytes((c ^ ticks, d ^ ticks, ticks, b ^ ticks))


EVENT_32 = struct.Struct("<24sBB6B")
PREPARE = struct.Struct("<BHII")
READ = struct.Struct("<II")
ANNOUNCE = struct.Struct("<BIII")
SIZES = struct.Struct("<20i")


def pack_event(pin: str, verify: int, state: int, wall: datetime) -> bytes:
    """The 32 bytes of a live punch: six plain bytes of time, the year counted from 2000."""
    six = (wall.year - 2000, wall.month, wall.day, wall.hour, wall.minute, wall.second)
    return EVENT_32.pack(pin.encode(), verify, state, *six)
