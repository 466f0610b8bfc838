"""What a fault makes of an answer: packets lost, altered, doubled, cut in pieces."""

from __future__ import annotations

from dataclasses import dataclass, replace

from device_sync import wire
from device_sync.simulator.faults import Fault
from device_sync.wire import Reply

WEB_PAGE = b"HTTP/1.1 400 Bad Request\r\nServer: simulated\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
CONTROLLER = bytes.fromhex("aa0108000000000055")
HUGE = 0x7FFF_FFF0
CUT_BYTES = 400


@dataclass(frozen=True, slots=True)
class Answer:
    """One packet of an answer before it is packed; `session` None means the visit's own."""

    code: int
    data: bytes | memoryview = b""
    session: int | None = None
    number: int | None = None


def spoil_chunk(fault: Fault, answers: list[Answer], session: int, number: int, *, framed: bool) -> list[Answer]:
    """The packets of one chunk as this fault leaves them."""
    data_places = [place for place, answer in enumerate(answers) if answer.code == Reply.DATA]
    match fault.name:
        case "wrong_reply" if fault.strikes():
            return [replace(answer, number=(number + 7) % wire.NUMBERS) for answer in answers]
        case "wrong_session" if fault.strikes():
            return [replace(answer, session=(session + 77) % 65_535) for answer in answers]
        case "duplicated" if fault.strikes():
            return [answer for answer in answers for _ in range(1 + (answer.code == Reply.DATA))]
        case "short" if fault.strikes() and data_places:
            last = answers[data_places[-1]]
            cut = replace(last, data=last.data[: max(0, len(last.data) - CUT_BYTES)])
            return [cut if answer is last else answer for answer in answers]
        case "overlong" if fault.strikes() and data_places:
            last = answers[data_places[-1]]
            grown = replace(last, data=bytes(last.data) + bytes(CUT_BYTES))
            return [grown if answer is last else answer for answer in answers]
        case "lost" if data_places and not framed and fault.strikes():
            return [answer for place, answer in enumerate(answers) if place != data_places[0]]
        case "lost_ok" if not framed:
            return answers[:-1]
        case "shuffled" if not framed:
            order = iter(reversed(data_places))
            return [answers[next(order)] if answer.code == Reply.DATA else answer for answer in answers]
        case "huge_length" if not framed and fault.strikes():
            huge = HUGE.to_bytes(4, "little")
            return [replace(answer, data=huge) if answer.code == Reply.DATA_FOLLOWS else answer for answer in answers]
    return answers


def spoil_packet(fault: Fault, packet: bytes, code: int, *, framed: bool) -> bytes:
    """One packed packet of a chunk as this fault leaves it."""
    if fault.name == "bad_checksum" and code == Reply.DATA and fault.strikes():
        middle = len(packet) - 1 - (len(packet) - wire.TOP_BYTES - wire.HEADER_BYTES) // 2
        return packet[:middle] + bytes((packet[middle] ^ 0x10,)) + packet[middle + 1 :]
    if fault.name == "huge_length" and framed and fault.strikes():
        return wire.TOP.pack(wire.MAGIC, HUGE) + packet[wire.TOP_BYTES :]
    return packet


def cut_in_pieces(fault: Fault | None, block: bytes) -> list[tuple[bytes, float]]:
    """What is written at once, and the seconds to pause after it."""
    if fault is None or not block:
        return [(block, 0.0)]
    if fault.name == "slow":
        return [(block[at : at + 1024], fault.pause_seconds) for at in range(0, len(block), 1024)]
    if fault.name == "loris":
        return [(block[at : at + 1], fault.pause_seconds) for at in range(len(block))]
    if fault.name == "fragment":
        pieces, at = [], 0
        while at < len(block):
            size = fault.rng.randint(1, 7)
            pieces.append((block[at : at + size], 0.0))
            at += size
        return pieces
    return [(block, 0.0)]
