"""Whose punch is it, when was it truly made, what is it worth: punches × enrolments × clock offsets → claims.

(terminal, number) is resolved by the enrolment valid at the true time of the punch, never by number alone. The clock
offset is looked up by the time the terminal sent; within the tolerance nothing is corrected.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from attendance import clock
from attendance.engine.case import Case
from attendance.engine.columns import ANY_WAY, INWARD, OUTWARD, Claims
from attendance.engine.spans import EARLIEST, LATEST, Bools, Ints, Small, Spans, order_by_owner, rows_of, union
from attendance.facts import DIRECTIONS

NOBODY = np.zeros(0, np.int64)
_STATES = np.full(256, ANY_WAY, np.int8)
_STATES[[0, 3, 4]] = INWARD
_STATES[[1, 2, 5]] = OUTWARD


@dataclass(frozen=True, slots=True)
class _Sent:
    """Punches as terminals sent them, one row each: the row in PunchColumns, terminal, and the moment it named."""

    source: Ints
    site: Small
    pin: Small
    at: Ints

    def take(self, rows: Ints) -> _Sent:
        return _Sent(self.source[rows], self.site[rows], self.pin[rows], self.at[rows])


def attribute(case: Case) -> Claims:
    """Claims sorted by person and true time; rows nobody is enrolled for become `orphans`.

    Of several in one second the order is by terminal and direction, never by which came first.
    """
    sent, sane = _sent(case), case.punches.sane
    at, corrected = _true_time(case, sent)
    person = _people(case, sent, at)
    mine = (person >= 0) & sane
    orphans = sent.source[(person < 0) & sane]
    if not mine.all():
        rows = np.flatnonzero(mine)
        sent, at, corrected, person = sent.take(rows), at[rows], corrected[rows], person[rows]
    same = person[1:] == person[:-1]
    if not ((person[1:] > person[:-1]) | (same & (at[1:] >= at[:-1]))).all():
        order = order_by_owner(person, at)
        sent, at, corrected, person = sent.take(order), at[order], corrected[order], person[order]
        same = person[1:] == person[:-1]
    tied = same & (at[1:] == at[:-1])
    if tied.any():
        order = _order_of_ties(case, tied, sent, person, at)
        sent, corrected = sent.take(order), corrected[order]  # person and moment are the same in any order
    return Claims(
        source=sent.source,
        person=person,
        at=at,
        site=sent.site,
        corrected=corrected,
        orphans=orphans,
        way=_ways(case, sent),
        annulled=_annulled(case, sent, person),
        timeless=_timeless(case, sent),
    )


def _sent(case: Case) -> _Sent:
    punches = case.punches
    return _Sent(np.arange(len(punches)), punches.site, punches.pin, clock.to_instants(punches.wall, case.zone))


def _order_of_ties(case: Case, tied: Bools, sent: _Sent, person: Small, at: Ints) -> Ints:
    """The order that puts punches of a person in one second in one of their own."""
    order = np.arange(at.size)
    rows = np.flatnonzero(np.append(tied, False) | np.append(False, tied))
    codes = np.argsort(np.argsort(np.array([site.code for site in case.sites], object)))
    few = sent.take(rows)
    order[rows] = rows[np.lexsort((_ways(case, few), codes[few.site], at[rows], person[rows]))]
    return order


def _ways(case: Case, sent: _Sent) -> npt.NDArray[np.int8]:
    """The direction of each punch where its terminal's own is declared (§4): a one-way gate, or the state it sends."""
    declared = np.array([DIRECTIONS.index(site.direction) for site in case.sites] or [0], np.int8)
    if not declared.any():
        return np.zeros(sent.source.size, np.int8)
    of_site = declared[sent.site]
    by_state = _STATES[case.punches.state[sent.source]]
    gate = np.where(of_site == DIRECTIONS.index("in"), INWARD, OUTWARD)
    return np.where(of_site == 0, ANY_WAY, np.where(of_site == DIRECTIONS.index("state"), by_state, gate)).astype(
        np.int8
    )


def _annulled(case: Case, sent: _Sent, person: Small) -> Bools:
    """Punches an approved annulment names by person, terminal and the time the terminal sent."""
    found = np.zeros(sent.source.size, np.bool_)
    for paper in case.annulments:
        low, high = rows_of(person, case.person_index.get(paper.employee, -1))
        site, at = case.site_index.get(paper.terminal, -1), clock.instant_seconds(paper.at, case.zone)
        found[low:high] |= (sent.at[low:high] == at) & (sent.site[low:high] == site)
    return found


def _timeless(case: Case, sent: _Sent) -> Bools:
    """Punches made while the clock of their terminal was worth nothing, by the time the terminal sent."""
    by_site: dict[int, list[tuple[int, int]]] = {}
    for span in case.clock_invalids:
        where = case.site_index.get(span.terminal, -1)
        by_site.setdefault(where, []).append((begin_of(span.starts, case.zone), end_of(span.ends, case.zone)))
    worthless = Spans((site, lo, hi, 0) for site, listed in by_site.items() if site >= 0 for lo, hi in union(listed))
    found = np.zeros(sent.source.size, np.bool_)
    rows = np.flatnonzero(worthless.has(sent.site)) if by_site else NOBODY
    found[rows] = worthless.covers(sent.site[rows].astype(np.int64), sent.at[rows])
    return found


def _true_time(case: Case, sent: _Sent) -> tuple[Ints, Bools]:
    """`true time = terminal time - offset` where the offset exceeds the tolerance."""
    if not case.clock_offsets:
        return sent.at, np.zeros(sent.at.size, np.bool_)
    present = np.bincount(sent.site, minlength=len(case.sites)).tolist()
    offsets = Spans(
        (
            site,
            begin_of(offset.starts, case.zone),
            end_of(offset.ends, case.zone),
            offset.offset_seconds,
        )
        for offset in case.clock_offsets
        if (site := case.site_index.get(offset.terminal, -1)) >= 0 and present[site]
    )
    if not len(offsets):
        return sent.at, np.zeros(sent.at.size, np.bool_)
    tolerance = _tolerance(case, sent)
    if isinstance(tolerance, int):
        offsets.value *= np.abs(offsets.value) > tolerance
    seconds = offsets.carried(sent.site.astype(np.int64), sent.at, 0)
    if not isinstance(tolerance, int):
        seconds *= np.abs(seconds) > tolerance
    return sent.at - seconds, seconds != 0


def _tolerance(case: Case, sent: _Sent) -> Ints | int:
    """Seconds a clock may be off before its punches are corrected: the rule of the unit where the terminal stands."""
    book = case.rulebook
    if "clock_tolerance_seconds" not in book.rules.rules:
        return book.policy.clock_tolerance_seconds
    day = clock.to_walls(sent.at, case.zone) // clock.DAY_SECONDS
    places, index = np.unique(np.stack([sent.site.astype(np.int64), day]), axis=1, return_inverse=True)
    values = [
        book.policy_of(case.sites[site].unit, None, clock.from_day_number(on)).clock_tolerance_seconds
        for site, on in places.T.tolist()
    ]
    found: Ints = np.array(values, np.int64)[index]
    return found


def _people(case: Case, sent: _Sent, at: Ints) -> Small:
    """Index of the person each punch belongs to, -1 where no enrolment holds at its true time."""
    codes = {pin: code for code, pin in enumerate(case.punches.pins)}
    width, zone = max(len(codes), 1), case.zone
    sites, people = case.site_index, case.person_index
    always, held = (begin_of(None, zone), end_of(None, zone)), case.enrolments
    site = np.array([sites.get(e.terminal, -1) for e in held], np.int64)
    pin = np.array([codes.get(e.pin, -1) for e in held], np.int64)
    begin = np.array([always[0] if e.from_on is None else begin_of(e.from_on, zone) for e in held], np.int64)
    end = np.array([always[1] if e.to_on is None else end_of(e.to_on, zone) for e in held], np.int64)
    person = np.array([people.get(e.employee, -1) for e in held], np.int64)
    known = (site >= 0) & (pin >= 0) & (person >= 0)
    enrolled = Spans(np.stack([site * width + pin, begin, end, person], axis=1)[known])
    number = np.multiply(sent.site, width, dtype=np.int64)
    number += sent.pin
    return enrolled.carried(number, at, -1).astype(np.int32)


@lru_cache(maxsize=4096)
def begin_of(moment: datetime | date | None, zone: str) -> int:
    """The instant at which validity begins; a date begins at midnight."""
    if moment is None:
        return EARLIEST + 1
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day)  # noqa: DTZ001 - wall time
    return clock.instant_seconds(moment, zone)


@lru_cache(maxsize=4096)
def end_of(moment: datetime | date | None, zone: str) -> int:
    """The instant at which validity has ended; a date is included to its midnight."""
    if moment is None:
        return LATEST - 1
    if not isinstance(moment, datetime):
        following = clock.from_day_number(clock.day_number(moment) + 1)
        moment = datetime(following.year, following.month, following.day)  # noqa: DTZ001 - wall time
    return clock.instant_seconds(moment, zone)
