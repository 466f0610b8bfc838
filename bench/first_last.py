"""The least anybody can do with a month of punches: first in, last out of each person, day and session, by NumPy alone.

It knows fixed hours and the middle of the break, no papers, no rules, no coverage, no evidence; it is the floor above
which every rule is paid. Five columns a session: worked, late, early, absent, one punch missing.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from attendance import clock
from bench.office import HOURS, PEOPLE_PER_TERMINAL, Punches, workdays

Ints = npt.NDArray[np.int32]


def first_in_last_out(people: int, punches: Punches) -> dict[str, Ints]:
    """Minutes worked, late, early, and whether absent or lone: (people, working days, sessions) each."""
    person = punches.site * np.int32(PEOPLE_PER_TERMINAL) + punches.pin
    order = np.argsort(person.astype(np.uint16) if people < 1 << 16 else person, kind="stable")
    who, wall = person[order], punches.wall[order]
    day = (wall // clock.DAY_SECONDS).astype(np.int32)
    second = (wall - day * np.int64(clock.DAY_SECONDS)).astype(np.int32)
    starts, ends = (np.array([_seconds(times[side]) for times in HOURS.values()], np.int32) for side in (0, 1))
    session = (second > (ends[0] + starts[1]) // 2).astype(np.int32)
    days = workdays()
    column = np.full(int(days[-1] - days[0]) + 1, -1, np.int32)
    column[days - days[0]] = np.arange(days.size)
    row = (who * np.int32(days.size) + column[day - np.int32(days[0])]) * np.int32(starts.size) + session
    begins = np.flatnonzero(np.append(True, row[1:] != row[:-1]))
    finish = np.append(begins[1:], row.size) - 1
    shape = (people, days.size, starts.size)
    first, last = np.full(shape, -1, np.int32), np.full(shape, -1, np.int32)
    first.ravel()[row[begins]], last.ravel()[row[begins]] = second[begins], second[finish]
    absent = first < 0
    lone = ~absent & ((last - first <= 900) | (last <= starts) | (first >= ends))
    both = ~absent & ~lone
    late = np.where(both, np.maximum(first - starts, 0) // 60, 0)
    early = np.where(both, np.maximum(ends - last, 0) // 60, 0)
    worked = np.where(both, (ends - starts) // 60 - late - early, 0)
    return {"worked": worked, "late minutes": late, "early minutes": early, "absent": absent, "lone": lone}


def _seconds(text: str) -> int:
    return int(text[:2]) * 3600 + int(text[3:]) * 60
