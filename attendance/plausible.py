"""Which dates of a terminal can be believed. An implausible punch is quarantined, never re-dated by guess."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from attendance import clock

AHEAD_SECONDS = 24 * 3600  # a punch dated further ahead of its receipt than this cannot have happened

BEFORE_FIRST_SANE = "before_first_sane_date"
IN_THE_FUTURE = "in_the_future"


def implausible(
    wall: npt.NDArray[np.int64],
    received: npt.NDArray[np.int64] | int,
    first_sane: npt.NDArray[np.int64] | int,
    zone: str,
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """(before the first sane date, over 24 h ahead of receipt).

    `wall` and `first_sane` in wall seconds as the terminal sent them, `received` in epoch seconds: differences are true
    seconds, also over a night on which clocks change.
    """
    return wall < first_sane, clock.to_instants(wall, zone) > np.asarray(received) + AHEAD_SECONDS
