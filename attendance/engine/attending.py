"""Who is at work at a moment, by the punches made until then: session at that moment × punches × coverage → standing.

Nothing here is a verdict. A live view, a visit and a question about a past minute say only what is certain at that
moment, and they all say it from here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np
import numpy.typing as npt

from attendance import clock
from attendance.engine.attribute import attribute
from attendance.engine.case import Case
from attendance.engine.columns import Claims, Due, Paired
from attendance.engine.cover import all_of, any_of, spans_of_sets
from attendance.engine.expect import Expected, expect
from attendance.engine.pair import pair
from attendance.engine.spans import Spans, rows_of
from attendance.engine.windows import EXEMPT
from attendance.errors import NoVersionInForce

OUTAGE, CLOCK, NO_PUNCH = "outage", "clock", "no_punch"
"""Why nothing may be concluded from a missing punch: a dead terminal, a clock without worth, none is asked for."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is due around some dates, and the punches made up to a moment (epoch seconds, included)."""

    case: Case
    until: int
    expected: Expected
    claims: Claims
    paired: Paired


@dataclass(frozen=True, slots=True)
class Standing:
    """One person, as seen from one session of theirs. Moments are epoch seconds, 0 where there is none.

    `session` is the row in Due, -1 where none is due; `leave` the case's leave that takes it, -1 none. `away`: nothing
    of the session is left to be there for, or a mission covers some of it and its minutes are not now. `since` is the
    first punch of what the session is judged with, made at the terminal `since_site` (-1 none); `late` whole minutes
    lost before it, 0 within grace. `doubt`: one of OUTAGE, CLOCK, NO_PUNCH, or empty. `read_to`: until when every
    terminal the person depends on was read without a gap since the required start `required_from`.
    """

    employee: str
    session: int = -1
    leave: int = -1
    away: bool = False
    since: int = 0
    since_site: int = -1
    late: int = 0
    doubt: str = ""
    required_from: int = 0
    read_to: int = 0
    grace: int = 0


def see(case: Case, from_on: date, to_on: date, until: int, unruled: list[NoVersionInForce] | None = None) -> Seen:
    """What punches up to a moment say of some dates. Raises NoVersionInForce, or lists it in `unruled`."""
    expected = expect(case, from_on, to_on, unruled)
    claims = made_until(attribute(case), until)
    return Seen(case, until, expected, claims, pair(case, expected, claims))


def made_until(claims: Claims, until: int) -> Claims:
    """The punches made at or before a moment."""
    then = claims.at <= until
    if then.all():
        return claims
    return replace(
        claims, source=claims.source[then], person=claims.person[then], at=claims.at[then], site=claims.site[then],
        corrected=claims.corrected[then], way=claims.way[then], annulled=claims.annulled[then],
        timeless=claims.timeless[then],
    )  # fmt: skip


class Standings:
    """Asked for one row of Days at a time; what all of them share is looked up once."""

    def __init__(self, seen: Seen) -> None:
        self._seen = seen
        self._read = self._spans([(c.terminal, c.starts, c.until) for c in seen.case.coverage])
        self._dead = self._spans([(o.terminal, o.starts, o.ends) for o in seen.case.outages if o.mode == "dead"])
        worthless = [(c.terminal, c.starts, c.ends) for c in seen.case.clock_invalids]
        self._worthless = spans_of_sets(seen.case, seen.expected, worthless, any_of)
        self._reads: dict[tuple[int, int], int] = {}
        self._missed = _missed(seen)
        self._timeless = _groups_with_timeless(seen)

    def _spans(self, rows: list[tuple[str, datetime | None, datetime | None]]) -> Spans:
        return spans_of_sets(self._seen.case, self._seen.expected, rows, all_of)

    def begun(self, row: int) -> Standing:
        """Seen from the session that began last; before the first one begins, from the first."""
        due_now = self._due(row)
        begun = [at for at in due_now if self._seen.expected.due.start[at] <= self._seen.until]
        return self.of(row, begun[-1] if begun else due_now[0] if due_now else -1)

    def running(self, row: int, moment: int) -> Standing:
        """Seen from the session that is under way at a moment; outside of all, none is due."""
        due = self._seen.expected.due
        now = [at for at in self._due(row) if due.start[at] <= moment < due.end[at]]
        return self.of(row, now[-1] if now else -1)

    def of(self, row: int, session: int) -> Standing:
        """Seen from one session of the row (-1: none)."""
        seen = self._seen
        days, due, groups = seen.expected.days, seen.expected.due, seen.expected.groups
        employee = seen.case.people[days.person[row]]
        if session < 0:
            return Standing(employee)
        group, leave = int(due.group[session]), int(due.leave[session])
        if group < 0 or leave >= 0:
            return Standing(employee, session, leave, away=leave < 0)
        claim = int(seen.paired.first_claim[group])
        since = int(seen.paired.first[group]) if claim >= 0 else 0
        grace = days.policies[int(days.policy[row])].late_grace_minutes
        required, depends = int(groups.required_from[group]), int(due.depends[session])
        return Standing(
            employee=employee,
            session=session,
            away=bool(due.covered[session]) and not due.free_from[0][session] <= seen.until < due.free_to[-1][session],
            since=since,
            since_site=int(seen.claims.site[claim]) if claim >= 0 else -1,
            late=self._late(session, group, since, grace),
            doubt=self._doubt(group, depends, required),
            required_from=required,
            read_to=self._read_to(depends, required),
            grace=grace,
        )

    def _read_to(self, depends: int, required: int) -> int:
        """Most people depend on the same terminals since the same moment, so each is asked once."""
        if (depends, required) not in self._reads:
            span = int(self._read.find(np.array([depends], np.int64), np.array([required]))[0])
            self._reads[depends, required] = int(self._read.hi[span]) if span >= 0 else 0
        return self._reads[depends, required]

    def _due(self, row: int) -> list[int]:
        days, due = self._seen.expected.days, self._seen.expected.due
        return [at for at in range(int(days.first[row]), int(days.first[row] + days.count[row])) if not due.taken[at]]

    def _late(self, session: int, group: int, since: int, grace: int) -> int:
        """Whole minutes lost before the first punch, if it is an arrival and no dead terminal can have hidden one."""
        paired, due, groups = self._seen.paired, self._seen.expected.due, self._seen.expected.groups
        arrived = since and (not paired.lone[group] or paired.lone_is_in[group])
        if not arrived or groups.regime[group] == EXEMPT:
            return 0
        first = int(groups.first_due[group])
        late = sum(int(self._missed[s]) for s in range(first, session + 1) if due.group[s] == group) // 60
        required = int(groups.required_from[group])
        if late <= grace or _touches(self._dead, int(groups.depends_first[group]), required, since):
            return 0
        return late

    def _doubt(self, group: int, depends: int, required: int) -> str:
        """Why a missing punch would prove nothing up to now, were the terminals read."""
        until = self._seen.until + 1
        if self._seen.expected.groups.regime[group] == EXEMPT:
            return NO_PUNCH
        if _touches(self._dead, depends, required, until):
            return OUTAGE
        return CLOCK if group in self._timeless or _touches(self._worthless, depends, required, until) else ""


def is_left(due: Due, session: int, moment: int) -> bool:
    """Whether a moment of a session is one to be there for: no mission, exemption or leave covers it."""
    return any(low[session] <= moment < high[session] for low, high in zip(due.free_from, due.free_to, strict=True))


def punched_between(seen: Seen, person: int, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """Moments and terminals of a person's punches that may count, from one moment to another, by time."""
    for row in range(*rows_of(seen.claims.person, person)):
        if seen.paired.counts[row] and begin <= seen.claims.at[row] <= end:
            yield int(seen.claims.at[row]), int(seen.claims.site[row])


def read_to_of_sites(case: Case) -> dict[int, int]:
    """Until when each terminal was read, in epoch seconds; one that never was is left out."""
    latest: dict[int, int] = {}
    for coverage in case.coverage:
        if coverage.until is not None:
            site = case.site_index[coverage.terminal]
            latest[site] = max(latest.get(site, 0), clock.instant_seconds(coverage.until, case.zone))
    return latest


def read_to_of_sets(case: Case, expected: Expected) -> list[int]:
    """Per set of terminals the instant up to which all of them have been read, 0 where one never was."""
    latest = read_to_of_sites(case)
    return [min((latest.get(site, 0) for site in sites), default=0) for sites in expected.depend_sets]


def _touches(spans: Spans, owner: int, start: int, end: int) -> bool:
    if not len(spans):
        return False
    return bool(spans.touches(np.array([owner], np.int64), np.array([start]), np.array([end]))[0])


def _groups_with_timeless(seen: Seen) -> frozenset[int]:
    """Groups in whose windows somebody punched under a clock without worth."""
    claims, paired = seen.claims, seen.paired
    under = claims.timeless & ~claims.annulled & ~paired.off_site & (paired.group >= 0)
    return frozenset(paired.group[under].tolist())


def _missed(seen: Seen) -> npt.NDArray[np.int64]:
    """Per session the required seconds before the first punch of what it is judged with; 0 where there is none."""
    due, first = seen.expected.due, seen.paired.first
    begun = np.where(due.group >= 0, first[due.group], due.start) if first.size else due.start
    return np.asarray(due.uncovered_before(np.clip(begun, due.start, due.end)), np.int64)
