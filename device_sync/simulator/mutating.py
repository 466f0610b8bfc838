"""Answers altered at random from a seed: what a bad line, a bad switch or a bad terminal may make of them.

Altered bytes never keep the checksum by chance: that a 16-bit sum cannot see two errors that cancel out is known, and
no client can. Lies told in sound packets are about packets, sizes and counters, never about the bytes of a record.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from device_sync import wire
from device_sync.simulator.machine import Visit
from device_sync.wire import Packet, Reply

DATA_SHARE, OTHER_SHARE = 0.35, 0.06
"""How many answers are altered: those that carry a set, and all others."""
CODES = (*Reply, 2032, 4989, 6001, 0, 65_534)
LENGTHS = (0, 7, 8, 9, 1016, 65_536, 0x7FFF_FFFF, 0xFFFF_FFFF)

Blocks = list[bytes]
Mutation = Callable[[random.Random, Visit, Blocks, bool], Blocks]


def mutate(rng: random.Random, visit: Visit, blocks: Blocks, *, framed: bool) -> tuple[Blocks, str]:
    """The packets of one answer, mostly as they were; and what was done to them, '' for nothing."""
    carries_set = any(_code(block, framed) == Reply.DATA for block in blocks)
    if not blocks or rng.random() >= (DATA_SHARE if carries_set else OTHER_SHARE):
        return blocks, ""
    name = rng.choice(tuple(MUTATIONS))
    return MUTATIONS[name](rng, visit, blocks, framed), name


def _top(framed: bool) -> int:
    return wire.TOP_BYTES if framed else 0


def _code(block: bytes, framed: bool) -> int:
    return int.from_bytes(block[_top(framed) : _top(framed) + 2], "little")


def _replaced(rng: random.Random, blocks: Blocks, alter: Callable[[bytes], bytes]) -> Blocks:
    place = rng.randrange(len(blocks))
    return [alter(block) if at == place else block for at, block in enumerate(blocks)]


def _repack(block: bytes, framed: bool, alter: Callable[[Packet], Packet]) -> bytes:
    """The packet with other contents and a checksum that holds."""
    packet = alter(wire.parse_packet(block[_top(framed) :]))
    return wire.pack_packet(packet.code, packet.session, packet.number, packet.data, framed=framed)


def _flip(rng: random.Random, _visit: Visit, blocks: Blocks, framed: bool) -> Blocks:
    """Bits of one packet, but so that the checksum shows it."""

    def alter(block: bytes) -> bytes:
        altered = bytearray(block)
        for _ in range(rng.choice((1, 1, 2, 5, 40))):
            altered[rng.randrange(len(altered))] ^= 1 << rng.randrange(8)
        if altered[: _top(framed)] == block[: _top(framed)] and wire.word_sum(altered[_top(framed) :]) == 0:
            altered[-1] ^= 1
        return bytes(altered)

    return _replaced(rng, blocks, alter)


def _cut(rng: random.Random, _visit: Visit, blocks: Blocks, _framed: bool) -> Blocks:
    """One packet ends early; what follows comes as it is."""
    return _replaced(rng, blocks, lambda block: block[: rng.randrange(len(block))])


def _cut_soundly(rng: random.Random, _visit: Visit, blocks: Blocks, framed: bool) -> Blocks:
    """One packet holds less data, and is sound."""

    def shorten(packet: Packet) -> Packet:
        return packet._replace(data=packet.data[: rng.randrange(len(packet.data) + 1)])

    return _replaced(rng, blocks, lambda block: _repack(block, framed, shorten))


def _length_lie(rng: random.Random, _visit: Visit, blocks: Blocks, framed: bool) -> Blocks:
    """The declared length of a packet (UDP: of a set) is another."""
    length = rng.choice((*LENGTHS, rng.randrange(1 << 16)))

    def alter(block: bytes) -> bytes:
        if framed:
            return wire.TOP.pack(wire.MAGIC, length) + block[wire.TOP_BYTES :]
        return _repack(block, framed, lambda packet: _with_size(packet, 0, length))

    return _replaced(rng, blocks, alter)


def _with_size(packet: Packet, at: int, size: int) -> Packet:
    if packet.code == Reply.DATA or len(packet.data) < at + 4:
        return packet
    data = bytearray(packet.data)
    data[at : at + 4] = size.to_bytes(4, "little")
    return packet._replace(data=data)


def _size_lie(rng: random.Random, _visit: Visit, blocks: Blocks, framed: bool) -> Blocks:
    """An announced size or a counter is another, in a sound packet."""
    size = rng.choice((*LENGTHS, rng.randrange(1 << 16)))
    at = rng.choice((0, 1, 16, 32, 40))
    return _replaced(rng, blocks, lambda block: _repack(block, framed, lambda packet: _with_size(packet, at, size)))


def _reorder(rng: random.Random, _visit: Visit, blocks: Blocks, _framed: bool) -> Blocks:
    return rng.sample(blocks, len(blocks))


def _duplicate(rng: random.Random, _visit: Visit, blocks: Blocks, _framed: bool) -> Blocks:
    place = rng.randrange(len(blocks))
    return [*blocks[: place + 1], *blocks[place : place + 1] * rng.randint(1, 3), *blocks[place + 1 :]]


def _lose(rng: random.Random, _visit: Visit, blocks: Blocks, _framed: bool) -> Blocks:
    place = rng.randrange(len(blocks))
    return [block for at, block in enumerate(blocks) if at != place]


def _relabel(rng: random.Random, _visit: Visit, blocks: Blocks, framed: bool) -> Blocks:
    """Another code, session or reply number, in a sound packet."""
    value, code = rng.randrange(1 << 16), rng.choice(CODES)
    alter: Callable[[Packet], Packet] = rng.choice(
        (
            lambda packet: packet._replace(code=code),
            lambda packet: packet._replace(session=value),
            lambda packet: packet._replace(number=value),
        )
    )
    return _replaced(rng, blocks, lambda block: _repack(block, framed, alter))


def _random_bytes(rng: random.Random, _visit: Visit, blocks: Blocks, _framed: bool) -> Blocks:
    place = rng.randrange(len(blocks) + 1)
    return [*blocks[:place], rng.randbytes(rng.choice((1, 3, 8, 64, 3000))), *blocks[place:]]


def _close(rng: random.Random, visit: Visit, blocks: Blocks, _framed: bool) -> Blocks:
    """The connection ends somewhere in the answer (UDP: nothing comes any more)."""
    visit.ends = True
    place = rng.randrange(len(blocks))
    return [*blocks[:place], blocks[place][: rng.randrange(len(blocks[place]) + 1)]]


MUTATIONS: dict[str, Mutation] = {
    "flip": _flip,
    "cut": _cut,
    "cut_soundly": _cut_soundly,
    "length_lie": _length_lie,
    "size_lie": _size_lie,
    "reorder": _reorder,
    "duplicate": _duplicate,
    "lose": _lose,
    "relabel": _relabel,
    "random_bytes": _random_bytes,
    "close": _close,
}
