"""The ways in which a simulated terminal misbehaves, by name."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from device_sync import wire
from device_sync.wire import Reply

FAULTS: dict[str, str] = {
    "drop": "Closes the connection in the middle of a transfer, at a settable byte (UDP: sends nothing from there on).",
    "stall": "Stops sending in the middle of a transfer and keeps the connection open.",
    "slow": "Sends in small pieces with pauses between them.",
    "bad_date": "The last record of the log it starts with is dated 31 February.",
    "grow": "A punch arrives between the question for the counters and the reading of the log.",
    "fragment": "Sends every packet in pieces of 1 to 7 bytes.",
    "split": "Sends each chunk as several data packets of about 1 KB.",
    "bad_checksum": "A byte of every chunk is altered after its checksum was made.",
    "wrong_reply": "Chunks carry a reply number that was never asked.",
    "huge_length": "A packet declares a length of 2 GiB (UDP: the chunk does).",
    "huge_log": "The log is announced with nearly 2 GiB.",
    "short": "Chunks end early though they are declared whole.",
    "lost": "UDP: one data packet of the first chunk is lost once.",
    "lost_ok": "UDP: the OK that closes a chunk never comes.",
    "shuffled": "UDP: the data packets of a chunk arrive in reverse order.",
    "not_zk": "Answers as a web server does.",
    "silent": "Accepts the connection and never answers.",
    "refuse_auth": "Refuses every communication key, also the right one.",
    "flaky": "TCP: the first and every other connection breaks at a byte drawn from the seed.",
    "late_reply": "Before each answer the previous answer comes once more.",
    "event": "A live punch nobody asked for comes before each answer.",
    "event_1016": "As 'event', declared with 1016 bytes where 32 follow, as some firmware does.",
    "busy": "TCP: talks to one client at a time and hangs up on any other.",
    "no_users": "Declines to hand out the user table.",
    "no_sizes": "Answers the question for the counters with one zero.",
    "lying_sizes": "Counts 100 punches more than the log holds.",
    "no_bulk": "Declines to hand out the log.",
}

WEB_PAGE = b"HTTP/1.1 400 Bad Request\r\nServer: simulated\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
HUGE = 0x7FFF_FFF0
CUT_BYTES = 400


@dataclass(slots=True)
class Fault:
    """A fault as set up for one terminal. `at`: byte of the connection (drop, stall); `times`: how often it strikes."""

    name: str
    at: int | None = None
    times: int | None = None
    seed: int = 1
    pause_seconds: float = 0.02
    rng: random.Random = field(init=False)

    def __post_init__(self) -> None:
        if self.name not in FAULTS:
            raise ValueError(f"unknown fault {self.name!r}; known are: {', '.join(FAULTS)}")
        if self.times is None and self.name == "lost":
            self.times = 1
        self.rng = random.Random(self.seed)

    def strikes(self) -> bool:
        """Whether it happens now; counts down when it is limited."""
        if self.times is None:
            return True
        self.times -= 1
        return self.times >= 0


@dataclass(frozen=True, slots=True)
class Answer:
    """One packet of an answer before it is packed; `session` None means the visit's own."""

    code: int
    data: bytes | memoryview = b""
    session: int | None = None
    number: int | None = None


def spoil_chunk(fault: Fault, answers: list[Answer], number: int, *, framed: bool) -> list[Answer]:
    """The packets of one chunk as this fault leaves them."""
    data_places = [place for place, answer in enumerate(answers) if answer.code == Reply.DATA]
    match fault.name:
        case "wrong_reply" if fault.strikes():
            return [Answer(a.code, a.data, a.session, (number + 7) % wire.NUMBERS) for a in answers]
        case "short" if fault.strikes() and data_places:
            last = data_places[-1]
            data = answers[last].data
            cut = Answer(Reply.DATA, data[: max(0, len(data) - CUT_BYTES)], answers[last].session)
            return [*answers[:last], cut, *answers[last + 1 :]]
        case "lost" if data_places and not framed and fault.strikes():
            return [a for place, a in enumerate(answers) if place != data_places[0]]
        case "lost_ok" if not framed:
            return answers[:-1]
        case "shuffled" if not framed:
            order = iter(reversed(data_places))
            return [answers[next(order)] if a.code == Reply.DATA else a for a in answers]
        case "huge_length" if not framed and fault.strikes():
            return [Answer(a.code, HUGE.to_bytes(4, "little")) if a.code == Reply.DATA_FOLLOWS else a for a in answers]
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
    if fault.name == "fragment":
        pieces, at = [], 0
        while at < len(block):
            size = fault.rng.randint(1, 7)
            pieces.append((block[at : at + size], 0.0))
            at += size
        return pieces
    return [(block, 0.0)]
