"""The ways in which a simulated terminal misbehaves, by name."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from device_sync.events import LENGTHS

LINE = {
    "drop": "Closes the connection in the middle of a transfer, at a settable byte (UDP: sends nothing from there on).",
    "reset": "TCP: as 'drop', by a reset.",
    "stall": "Stops sending in the middle of a transfer and keeps the connection open.",
    "half_header": "TCP: sends half of a packet's head in the middle of a transfer and closes.",
    "slow": "Sends in small pieces with pauses between them.",
    "loris": "Sends one byte at a time with pauses between them (UDP: one packet).",
    "fragment": "TCP: sends every packet in pieces of 1 to 7 bytes.",
    "flaky": "TCP: the first and every other connection breaks at a byte drawn from the seed.",
    "restarts": "Restarts in the middle of a transfer: every connection ends, sessions are forgotten.",
    "hangs_up": "TCP: closes every connection as soon as it is made.",
    "one_session": "TCP: resets a connection that is made within the pause after another one ended.",
    "busy": "TCP: talks to one client at a time and hangs up on any other.",
    "silent": "Accepts the connection and never answers.",
    "delayed": "Each answer comes late, by the pause.",
}
GREETING = {
    "not_zk": "Answers as a web server does.",
    "controller": "Answers as a C3 door controller does, with AA 01.",
    "encrypted": "Answers the greeting with 2032, as firmware that wants an encrypted session does.",
    "challenge": "Answers the greeting with 6001, a challenge.",
    "asks_key": "Asks for a communication key that nobody has.",
    "refuse_auth": "Refuses every communication key, also the right one.",
}
PACKETS = {
    "split": "Sends each chunk as several data packets of about 1 KB.",
    "bad_checksum": "A byte of every chunk is altered after its checksum was made.",
    "wrong_reply": "Chunks carry a reply number that was never asked.",
    "wrong_session": "Chunks carry the session number of somebody else.",
    "huge_length": "A packet declares a length of 2 GiB (UDP: the chunk does).",
    "short": "Chunks end early though they are declared whole.",
    "overlong": "Chunks hold more bytes than were asked for.",
    "duplicated": "Every data packet of a chunk comes twice.",
    "garbage": "Random bytes come before each chunk (UDP: a datagram of them).",
    "lost": "UDP: one data packet of the first chunk is lost once.",
    "lost_ok": "UDP: the OK that closes a chunk never comes.",
    "shuffled": "UDP: the data packets of a chunk arrive in reverse order.",
    "mutated": "Answers are altered at random from the seed: flipped, cut, repeated, reordered, mislabelled.",
    "late_reply": "Before each answer the previous answer comes once more.",
    "event": "A live punch nobody asked for comes before each answer, in 32 bytes.",
    "event_1016": "TCP: as 'event', declared with 1016 bytes where 32 follow, as some firmware does.",
} | {f"event_{size}": f"As 'event', in {size} bytes." for size in LENGTHS if size != 32}
SETS = {
    "huge_log": "The log is announced with nearly 2 GiB.",
    "announces_less": "The log is announced one record shorter than it is.",
    "announces_more": "The log is announced one record longer than it is.",
    "truncated": "The log lacks its second half, though its own byte count still holds it.",
    "count_word": "The byte count at the head of the log is one record too small.",
    "no_bulk": "Declines to hand out the log.",
    "bulk_4989": "Declines to hand out the log with code 4989, as some face terminals do.",
    "small_reads": "Declines to hand out more than 16 KB at once.",
    "no_users": "Declines to hand out the user table.",
    "unanswered": "Says nothing when asked for its operation log or for options other than its serial number.",
    "empty_set": "Hands out an empty log though its counters say 100.",
}
COUNTERS = {
    "no_sizes": "Answers the question for the counters with one zero.",
    "zero_sizes": "Answers the question for the counters with zeros throughout.",
    "lying_sizes": "Counts 100 punches more than the log holds.",
    "understated": "Counts 10 punches fewer than the log holds.",
}
CONTENT = {
    "bad_date": "The last record of the log it starts with is dated 31 February.",
    "bad_clock": "Its clock shows 31 February.",
    "filler": "Ten records in the middle of the log are erased memory (5A throughout).",
    "rubbish": "Ten records in the middle of the log are random bytes.",
    "grow": "Punches (one, or `amount`) arrive between the question for the counters and the reading of the log.",
    "grow_reading": "Punches (one, or `amount`) arrive with every chunk that is read.",
    "erased": "The log is erased, once, between the question for the counters and the reading of the log.",
}
FAULTS: dict[str, str] = LINE | GREETING | PACKETS | SETS | COUNTERS | CONTENT

ERASED_RECORDS = 10
FILLER = 0x5A


@dataclass(slots=True)
class Fault:
    """A fault as set up for one terminal.

    `at`: byte of the connection at which it strikes (drop, reset, stall, half_header, restarts); `times`: how often it
    strikes; `amount`: how many punches arrive (grow, grow_reading). `done` lists what `mutated` did to answers.
    """

    name: str
    at: int | None = None
    times: int | None = None
    seed: int = 1
    pause_seconds: float = 0.02
    amount: int = 1
    rng: random.Random = field(init=False)
    done: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.name not in FAULTS:
            raise ValueError(f"unknown fault {self.name!r}; known are: {', '.join(FAULTS)}")
        if self.times is None and self.name in ("lost", "restarts", "erased"):
            self.times = 1
        self.rng = random.Random(self.seed)

    def strikes(self) -> bool:
        """Whether it happens now; counts down when it is limited."""
        if self.times is None:
            return True
        self.times -= 1
        return self.times >= 0


def transports_of(name: str) -> tuple[str, ...]:
    """Where a fault can happen: 'tcp', 'udp' or both."""
    sentence = FAULTS[name]
    if sentence.startswith("TCP:"):
        return ("tcp",)
    return ("udp",) if sentence.startswith("UDP:") else ("tcp", "udp")
