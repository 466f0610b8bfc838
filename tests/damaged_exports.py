"""Invented exports with the damage that real ones have, and the truth of what is in them.

One terminal, 10,613 punches. The stick of the power cut: 330 rubbish rows of four kinds stand among them, so that the
file has 10,943 rows. Nothing here is random: the counts are exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from attendance import clock
from tests.builders import Key

PUNCHES = 10_613
NEGATIVE, FILLER, LOST_CLOCK, TORN = 90, 120, 60, 60  # 330 in all
FIRST = datetime(2024, 1, 2, 7, 0)


def truth(count: int = PUNCHES) -> list[Key]:
    """The punches of the terminal in its order, no two the same: twelve people, states and modes as they press them."""
    found: list[Key] = []
    for n in range(count):
        at = FIRST + timedelta(seconds=611 * n)
        found.append((str(n * 5 % 12 + 1), clock.wall_seconds(at), 255 if n % 50 else 0, 15 if n % 7 == 0 else 1))
    return found


def line(key: Key) -> bytes:
    pin, wall, state, verify = key
    return f"{pin:>9}\t{clock.from_wall_seconds(wall):%Y-%m-%d %H:%M:%S}\t1\t{state}\t{verify}\t0".encode()


@dataclass(frozen=True, slots=True)
class Rubbish:
    """One row that is no punch, and the reason under which it is kept aside."""

    row: bytes
    reason: str


def rubbish() -> list[Rubbish]:
    """330 rows: dates below nothing, filler of erased flash, a lost clock, and bytes."""
    rows = [
        Rubbish(f"{n % 12 + 1:>9}\t1971--10--{n % 28 + 1:02} -23:-59:-{n % 60:02}\t1\t255\t1\t0".encode(), "bad_time")
        for n in range(NEGATIVE)
    ]
    rows += [Rubbish(f"{90 + n:>9}\t2047-02-30 19:13:30\t1\t90\t90\t0".encode(), "bad_time") for n in range(FILLER)]
    rows += [
        Rubbish(f"{n % 12 + 1:>9}\t2000-01-01 00:{n:02}:07\t1\t255\t1\t0".encode(), "before_first_sane_date")
        for n in range(LOST_CLOCK)
    ]
    rows += [
        Rubbish(bytes((0x9D, 2, 0x6B, 0xFE, 0x11 + n % 100, 0xEF)) * 7 + b"%d" % n, "broken_row") for n in range(TORN)
    ]
    return rows


def export(punches: list[Key], odd: list[Rubbish]) -> bytes:
    """The punches with the rubbish spread among them, in places of three neighbours each."""
    rows = [line(key) for key in punches]
    step = max(1, len(rows) // (len(odd) // 3 + 1))
    for at in range(0, len(odd), 3):
        place = (at // 3 + 1) * step + at  # behind so many punches, and the rubbish that stands before
        rows[place:place] = [item.row for item in odd[at : at + 3]]
    return b"\r\n".join(rows) + b"\r\n"
