"""Whose punch is it, and when was it truly made: punches × enrolments × clock offsets → claims.

(terminal, number) is resolved by the enrolment valid at the true time of the punch, never by number alone. The clock
offset is looked up by the time the terminal sent; within the tolerance nothing is corrected.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

import numpy as np

from attendance import clock
from attendance.engine.case import Case
from attendance.engine.columns import Claims
from attendance.engine.spans import EARLIEST, LATEST, Bools, Ints, Spans, order_by_owner


def attribute(case: Case) -> Claims:
    """Claims sorted by person and true time; rows nobody is enrolled for become `orphans`."""
    punches = case.punches
    sent = clock.to_instants(punches.wall, case.zone)
    at, corrected = _true_time(case, sent)
    person = _people(case, at)
    mine = np.flatnonzero((person >= 0) & punches.sane)
    order = mine[order_by_owner(person[mine].astype(np.int32), at[mine])]
    return Claims(
        source=order.astype(np.int64),
        person=person[order].astype(np.int32),
        at=at[order],
        site=punches.site[order],
        corrected=corrected[order],
        orphans=np.flatnonzero((person < 0) & punches.sane).astype(np.int64),
    )


def _true_time(case: Case, sent: Ints) -> tuple[Ints, Bools]:
    """`true time = terminal time - offset` where the offset exceeds the tolerance."""
    tolerance = case.rulebook.policy.clock_tolerance_seconds
    offsets = Spans(
        (
            case.site_index[offset.terminal],
            _begin(offset.starts, case.zone),
            _end(offset.ends, case.zone),
            offset.offset_seconds,
        )
        for offset in case.clock_offsets
        if offset.terminal in case.site_index
    )
    if not len(offsets):
        return sent, np.zeros(sent.size, np.bool_)
    row = offsets.find(case.punches.site.astype(np.int64), sent)
    seconds = np.where(row >= 0, offsets.value[row], 0)
    corrected = np.abs(seconds) > tolerance
    return np.where(corrected, sent - seconds, sent), corrected


def _people(case: Case, at: Ints) -> Ints:
    """Index of the person each punch belongs to, -1 where no enrolment holds at its true time."""
    codes = {pin: code for code, pin in enumerate(case.punches.pins)}
    width, zone = max(len(codes), 1), case.zone
    sites, people = case.site_index, case.person_index
    enrolled = Spans(
        (
            sites[enrolment.terminal] * width + codes[enrolment.pin],
            _begin(enrolment.from_on, zone),
            _end(enrolment.to_on, zone),
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
def _begin(moment: datetime | date | None, zone: str) -> int:
    """The instant at which validity begins; a date begins at midnight."""
    if moment is None:
        return EARLIEST + 1
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day)  # noqa: DTZ001 - wall time
    return clock.instant_seconds(moment, zone)


@lru_cache(maxsize=4096)
def _end(moment: datetime | date | None, zone: str) -> int:
    """The instant at which validity has ended; a date is included to its midnight."""
    if moment is None:
        return LATEST - 1
    if not isinstance(moment, datetime):
        following = clock.from_day_number(clock.day_number(moment) + 1)
        moment = datetime(following.year, following.month, following.day)  # noqa: DTZ001 - wall time
    return clock.instant_seconds(moment, zone)
