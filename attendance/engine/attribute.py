"""Whose punch is it, when was it truly made, what is it worth: punches × enrolments × clock offsets → claims.

(terminal, number) is resolved by the enrolment valid at the true time of the punch, never by number alone. The clock
offset is looked up by the time the terminal sent; within the tolerance nothing is corrected.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from attendance import clock
from attendance.engine.case import Case
from attendance.engine.columns import ANY_WAY, INWARD, OUTWARD, Claims
from attendance.engine.spans import EARLIEST, LATEST, Bools, Ints, Spans, order_by_owner, union
from attendance.facts import DIRECTIONS

_STATES = np.full(256, ANY_WAY, np.int8)
_STATES[[0, 3, 4]] = INWARD
_STATES[[1, 2, 5]] = OUTWARD


def attribute(case: Case) -> Claims:
    """Claims sorted by person and true time; rows nobody is enrolled for become `orphans`.

    Of several in one second the order is by terminal and direction, never by which came first.
    """
    punches = case.punches
    sent = clock.to_instants(punches.wall, case.zone)
    at, corrected = _true_time(case, sent)
    person = _people(case, at)
    mine = np.flatnonzero((person >= 0) & punches.sane)
    order = mine[order_by_owner(person[mine].astype(np.int32), at[mine])]
    _order_ties(case, order, person, at)
    return Claims(
        source=order.astype(np.int64),
        person=person[order].astype(np.int32),
        at=at[order],
        site=punches.site[order],
        corrected=corrected[order],
        orphans=np.flatnonzero((person < 0) & punches.sane).astype(np.int64),
        way=_ways(case, order),
        annulled=_annulled(case, sent, person)[order] if case.annulments else np.zeros(order.size, np.bool_),
        timeless=_timeless(case, sent)[order] if case.clock_invalids else np.zeros(order.size, np.bool_),
    )


def _order_ties(case: Case, order: Ints, person: Ints, at: Ints) -> None:
    """Puts punches of a person in one second in an order of their own, in place."""
    who, moment = person[order], at[order]
    tied = (who[1:] == who[:-1]) & (moment[1:] == moment[:-1])
    if not tied.any():
        return
    rows = np.flatnonzero(np.append(tied, False) | np.append(False, tied))
    codes = np.argsort(np.argsort(np.array([site.code for site in case.sites], object)))
    sites = codes[case.punches.site[order[rows]]]
    order[rows] = order[rows[np.lexsort((_ways(case, order[rows]), sites, moment[rows], who[rows]))]]


def _ways(case: Case, rows: Ints) -> npt.NDArray[np.int8]:
    """The direction of each punch where its terminal's own is declared (§4): a one-way gate, or the state it sends."""
    declared = np.array([DIRECTIONS.index(site.direction) for site in case.sites] or [0], np.int8)
    if not declared.any():
        return np.zeros(rows.size, np.int8)
    of_site = declared[case.punches.site[rows]]
    by_state = _STATES[case.punches.state[rows]]
    gate = np.where(of_site == DIRECTIONS.index("in"), INWARD, OUTWARD)
    return np.where(of_site == 0, ANY_WAY, np.where(of_site == DIRECTIONS.index("state"), by_state, gate)).astype(
        np.int8
    )


def _annulled(case: Case, sent: Ints, person: Ints) -> Bools:
    """Punches an approved annulment names by person, terminal and the time the terminal sent."""
    named = {
        (case.person_index.get(paper.employee, -1), case.site_index.get(paper.terminal, -1), at)
        for paper in case.annulments
        for at in (clock.instant_seconds(paper.at, case.zone),)
    }
    found = np.zeros(sent.size, np.bool_)
    perhaps = np.flatnonzero(np.isin(sent, np.array([at for _, _, at in named], np.int64)) & (person >= 0))
    claims = zip(person[perhaps].tolist(), case.punches.site[perhaps].tolist(), sent[perhaps].tolist(), strict=True)
    found[perhaps] = [claim in named for claim in claims]
    return found


def _timeless(case: Case, sent: Ints) -> Bools:
    """Punches made while the clock of their terminal was worth nothing, by the time the terminal sent."""
    by_site: dict[int, list[tuple[int, int]]] = {}
    for span in case.clock_invalids:
        where = case.site_index.get(span.terminal, -1)
        by_site.setdefault(where, []).append((begin_of(span.starts, case.zone), end_of(span.ends, case.zone)))
    worthless = Spans((site, lo, hi, 0) for site, listed in by_site.items() if site >= 0 for lo, hi in union(listed))
    return worthless.covers(case.punches.site.astype(np.int64), sent)


def _true_time(case: Case, sent: Ints) -> tuple[Ints, Bools]:
    """`true time = terminal time - offset` where the offset exceeds the tolerance."""
    offsets = Spans(
        (
            case.site_index[offset.terminal],
            begin_of(offset.starts, case.zone),
            end_of(offset.ends, case.zone),
            offset.offset_seconds,
        )
        for offset in case.clock_offsets
        if offset.terminal in case.site_index
    )
    if not len(offsets):
        return sent, np.zeros(sent.size, np.bool_)
    row = offsets.find(case.punches.site.astype(np.int64), sent)
    seconds = np.where(row >= 0, offsets.value[row], 0)
    corrected = np.abs(seconds) > _tolerance(case, sent)
    return np.where(corrected, sent - seconds, sent), corrected


def _tolerance(case: Case, sent: Ints) -> Ints | int:
    """Seconds a clock may be off before its punches are corrected: the rule of the unit where the terminal stands."""
    book, punches = case.rulebook, case.punches
    if "clock_tolerance_seconds" not in book.rules.rules:
        return book.policy.clock_tolerance_seconds
    day = clock.to_walls(sent, case.zone) // clock.DAY_SECONDS
    places, index = np.unique(np.stack([punches.site.astype(np.int64), day]), axis=1, return_inverse=True)
    values = [
        book.policy_of(case.sites[site].unit, None, clock.from_day_number(on)).clock_tolerance_seconds
        for site, on in places.T.tolist()
    ]
    found: Ints = np.array(values, np.int64)[index]
    return found


def _people(case: Case, at: Ints) -> Ints:
    """Index of the person each punch belongs to, -1 where no enrolment holds at its true time."""
    codes = {pin: code for code, pin in enumerate(case.punches.pins)}
    width, zone = max(len(codes), 1), case.zone
    sites, people = case.site_index, case.person_index
    enrolled = Spans(
        (
            sites[enrolment.terminal] * width + codes[enrolment.pin],
            begin_of(enrolment.from_on, zone),
            end_of(enrolment.to_on, zone),
            people[enrolment.employee],
        )
        for enrolment in case.enrolments
        if enrolment.pin in codes and enrolment.employee in people and enrolment.terminal in sites
    )
    row = enrolled.find(case.punches.site.astype(np.int64) * width + case.punches.pin, at)
    if not len(enrolled):
        return row
    return np.where(row >= 0, enrolled.value[row], -1)


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
