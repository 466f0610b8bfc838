"""Who held a place in a terminal's user table when: old records know a person only by that place, the uid.

The answer depends on nothing but what is stored of the table and on the record itself, so a log that is read again
gives every punch the number it had the first time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

ALWAYS = 0
_SECONDS = np.int64(1 << 36)  # more than any terminal can count


@dataclass(frozen=True, slots=True)
class Held:
    """From `since` on (wall seconds, None: always) the place `uid` is the person with the number `pin`."""

    uid: int
    pin: str
    since: int | None


class Holders:
    """The history of a user table. A place keeps its last holder after it is emptied, until another takes it.

    A place that was never in the table at the time of a punch is called by itself, `5`; where that is somebody's
    number, `#5`, so that nobody is given a stranger's punches.
    """

    def __init__(self, history: Iterable[Held] = ()) -> None:
        rows = sorted(history, key=lambda row: (row.uid, -1 if row.since is None else row.since))
        self.pins: tuple[str, ...] = tuple(dict.fromkeys(row.pin for row in rows))
        code_of = {pin: code for code, pin in enumerate(self.pins)}
        starts = [ALWAYS if row.since is None else max(row.since, ALWAYS) for row in rows]
        self._keys = np.array([row.uid for row in rows], np.int64) * _SECONDS + np.array(starts, np.int64)
        self._codes = np.array([code_of[row.pin] for row in rows], np.int32)
        self._taken: dict[int, int] = {}  # a number that is also the name of a place, and since when
        for row, start in zip(rows, starts, strict=True):
            if row.pin.isascii() and row.pin.isdecimal() and str(int(row.pin)) == row.pin:
                self._taken[int(row.pin)] = min(start, self._taken.get(int(row.pin), start))

    def name(
        self, uids: npt.NDArray[np.integer], wall: npt.NDArray[np.int64]
    ) -> tuple[tuple[str, ...], npt.NDArray[np.int32], npt.NDArray[np.bool_]]:
        """The numbers, a code into them per punch, and which punches are of a known holder."""
        places = uids.astype(np.int64)
        codes = np.zeros(places.size, np.int32)
        held = np.zeros(places.size, np.bool_)
        if self._keys.size:
            row = np.searchsorted(self._keys, places * _SECONDS + np.maximum(wall, ALWAYS), "right") - 1
            held = (row >= 0) & (self._keys[row] // _SECONDS == places)
            codes = self._codes[row]
        pins = list(self.pins)
        if not held.all():
            code_of = {pin: code for code, pin in enumerate(pins)}
            distinct, where = np.unique(places[~held], return_inverse=True)
            taken = np.array([self._taken.get(uid, int(_SECONDS)) for uid in distinct.tolist()], np.int64)
            strange = (wall[~held] >= taken[where]).astype(np.intp)
            named = np.empty((distinct.size, 2), np.int32)
            for place, uid in enumerate(distinct.tolist()):
                for marked, pin in enumerate((str(uid), f"#{uid}")):
                    named[place, marked] = code_of.setdefault(pin, len(code_of))
            codes[~held] = named[where, strange]
            pins = list(code_of)
        return tuple(pins), codes, held
