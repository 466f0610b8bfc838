"""How far around the dates asked for the judgement must look, so that a day's verdict never depends on what was asked.

asked                    |=====|
duty that reaches in |~~~~~~|          its own date, and what it touches there, are looked at too
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from attendance import clock
from attendance.facts import Duty
from attendance.rules.policy import Policy

LEAST_MARGIN = 2  # a session may end two days after its date
DAY_MINUTES = 24 * 60


def margin_days(policies: Iterable[Policy]) -> int:
    """Days on either side whose sessions may bound a window: those within twice the longest reach."""
    longest = max(policy.session_window_minutes for policy in policies)
    return max(LEAST_MARGIN, 1 + -(-2 * longest // DAY_MINUTES))


def needed_days(duties: Iterable[Duty], margin: int, from_on: date, to_on: date) -> tuple[int, int]:
    """The first and last day number to look at, both included.

    Besides the margin those of duties that reach into it, with the duties of that person that touch them, and a day
    more, because what a duty touches there is one stretch with it.
    """
    first, last = clock.day_number(from_on) - margin, clock.day_number(to_on) + margin
    low, high = first, last
    by_person: dict[str, list[Duty]] = {}
    for duty in duties:
        by_person.setdefault(duty.employee, []).append(duty)
    for listed in by_person.values():
        for starts, ends in touching(sorted((duty.starts, duty.ends) for duty in listed)):
            begin, end = clock.day_number(starts.date()), clock.day_number(ends.date())
            if begin <= last and end >= first:
                low = min(low, begin - 1) if begin < first else low
                high = max(high, end + 1) if end > last else high
    return low, high


def touching(duties: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Stretches of the duties of one person, given as (start, end) in order of start, that touch or overlap."""
    joined: list[tuple[datetime, datetime]] = []
    for starts, ends in duties:
        if joined and starts <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], ends)
        else:
            joined.append((starts, ends))
    return joined
