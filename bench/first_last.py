"""First in, last out of each person, day and session by bare NumPy: the same conclusions, and nothing else.

It is written for one office: fixed hours, four borders, one watermark a terminal, no papers, no rules to look up, no
evidence to keep. What it concludes is checked against the engine; it is the floor above which every rule is paid.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import numpy.typing as npt

from attendance import clock
from bench.office import BEHIND, HOURS, LAST_READ, PEOPLE_PER_TERMINAL, Punches, workdays

REPEAT, LONE, REACH = 60, 15 * 60, 6 * 3600
Ints = npt.NDArray[np.int64]


def first_in_last_out(people: int, punches: Punches) -> dict[str, Ints]:
    """Minutes per (person, working day, session): worked, unverified, late, early, absent (-1 where none)."""
    person = punches.site.astype(np.int64) * PEOPLE_PER_TERMINAL + punches.pin
    order = np.argsort(person.astype(np.uint16) if people < 1 << 16 else person, kind="stable")
    who, at = person[order], punches.wall[order]
    kept = np.append(True, (who[1:] != who[:-1]) | (np.diff(at) > REPEAT))
    who, at = who[kept], at[kept]
    days = workdays()
    starts, ends = (np.array([_seconds(times[side]) for times in HOURS.values()], np.int64) for side in (0, 1))
    day = at // clock.DAY_SECONDS
    second = at - day * clock.DAY_SECONDS
    session = (second > (ends[0] + starts[1]) // 2).astype(np.int64)
    inside = (second >= starts[session] - REACH) & (second <= ends[session] + REACH)
    column = np.full(int(days[-1] - days[0]) + 1, -1, np.int64)
    column[days - days[0]] = np.arange(days.size)
    row = (who * days.size + column[day - days[0]]) * starts.size + session
    row, second = row[inside], second[inside]
    begins = np.flatnonzero(np.append(True, row[1:] != row[:-1]))
    finish = np.append(begins[1:], row.size) - 1
    shape = (people, days.size, starts.size)
    first, last = np.full(shape, -1, np.int64), np.full(shape, -1, np.int64)
    first.ravel()[row[begins]], last.ravel()[row[begins]] = second[begins], second[finish]

    terminals = -(-people // PEOPLE_PER_TERMINAL)
    read = np.full(terminals, clock.wall_seconds(LAST_READ))
    read[-1] = clock.wall_seconds(BEHIND)
    until = read[np.arange(people) // PEOPLE_PER_TERMINAL][:, None, None]
    borders = np.append((ends[:-1] + starts[1:]) // 2, ends[-1] + REACH)
    synced = until > (days[:, None] * clock.DAY_SECONDS + borders)[None]
    length = np.broadcast_to((ends - starts) // 60, shape)
    nobody = first < 0
    lone = ~nobody & ((last - first <= LONE) | (last <= starts) | (first >= ends))
    judged = ~nobody & ~lone & (synced | (last >= ends))
    late = np.where(judged, np.maximum(first - starts, 0) // 60, 0)
    early = np.where(judged, np.maximum(ends - last, 0) // 60, 0)
    absent = nobody & synced
    return {
        "worked": np.where(judged, length - late - early, 0),
        "unverified": np.where(judged | absent, 0, length),
        "late minutes": late,
        "early minutes": early,
        "absent minutes": np.where(absent, length, 0),
    }


def sums_of_floor(columns: dict[str, Ints]) -> Counter[str]:
    """Its sums under the names of the other ways."""
    sums = Counter({name: int(column.sum()) for name, column in columns.items()})
    for name in ("late", "early", "absent"):
        sums[name] = int(np.count_nonzero(columns[f"{name} minutes"]))
    return sums


def _seconds(text: str) -> int:
    return int(text[:2]) * 3600 + int(text[3:]) * 60
