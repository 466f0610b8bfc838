"""On which date a punch stands: that of the session or duty in whose window it lies, else its calendar date (§4)."""

from __future__ import annotations

import numpy as np

from attendance import clock
from attendance.engine.case import Case
from attendance.engine.columns import Claims
from attendance.engine.expect import Expected
from attendance.engine.spans import Ints


def day_of_claims(case: Case, expected: Expected, claims: Claims, window: Ints) -> Ints:
    """Row of Days of each claim, -1 where the person is not employed on its calendar date and it lies in no window."""
    windows = expected.windows
    home = windows.day_row[window] if len(windows) else window.copy()
    outside = np.flatnonzero(window < 0)
    home[outside] = calendar_days(case, expected, claims, outside)
    return home


def calendar_days(case: Case, expected: Expected, claims: Claims, chosen: Ints) -> Ints:
    """Row of Days of the calendar date of some claims, -1 where the person is not employed on it."""
    day = clock.to_walls(claims.at[chosen], case.zone) // clock.DAY_SECONDS
    return expected.days.find_all(claims.person[chosen], day)
