"""How full the logs of terminals are, and the day on which one will be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from sqlalchemy import Date, bindparam, insert, update
from sqlmodel import Session, col, select

from attendance.store.health_tables import LogFillRow
from attendance.store.questions import answers, carry_out, core, plain, table_of

LOOK_BACK_DAYS = 28  # four whole weeks: every weekday counts alike, and a new habit shows within a month
LEAST_DAYS = 3  # from a shorter growth nothing is foretold
LONGEST_DAYS = 3660  # ten years: no terminal hangs longer, and farther dates only pretend to be known
FULL_SHARE = 0.8  # terminals.md row 24: a full terminal refuses, hangs or overwrites its oldest records
FULL_WITHIN_DAYS = 30  # clearing a log is decided, written and witnessed: that takes an office weeks, not days
_OF_TERMINAL = core(LogFillRow.terminal_id) == bindparam("terminal")
_COUNTED = plain(LogFillRow).where(_OF_TERMINAL, core(LogFillRow.counted_on) >= bindparam("since", type_=Date()))
_FIRST_COUNT = insert(table_of(LogFillRow))
_NEXT_COUNT = update(table_of(LogFillRow)).where(
    _OF_TERMINAL, core(LogFillRow.counted_on) == bindparam("day", type_=Date())
)


@dataclass(frozen=True, slots=True)
class Fill:
    """How full a log was at its last count. `share` and `full_on` are None where capacity or growth are not known."""

    records: int
    capacity: int | None
    counted_on: date
    full_on: date | None

    @property
    def share(self) -> float | None:
        return self.records / self.capacity if self.capacity else None

    @property
    def is_soon_full(self) -> bool:
        """Whether it is time to plan the clearing of the log."""
        due = self.full_on is not None and self.full_on <= self.counted_on + timedelta(days=FULL_WITHIN_DAYS)
        return due or (self.share is not None and self.share >= FULL_SHARE)


Sample = tuple[date, int]
"""A day, and how many records there were."""


def keep_fill(session: Session, terminal_id: int, on: date, records: int, capacity: int | None) -> Fill:
    """Keep a count, the last of a day for the day; answers the fill of the terminal with it."""
    stored = answers(session, _COUNTED, {"terminal": terminal_id, "since": on - timedelta(days=LOOK_BACK_DAYS)})
    counted = {row.counted_on: (row.records, row.capacity) for row in stored}
    count = {"records": records, "capacity": capacity}
    if on not in counted:
        carry_out(session, _FIRST_COUNT, {"terminal_id": terminal_id, "counted_on": on, **count})
    elif counted[on] != (records, capacity):
        carry_out(session, _NEXT_COUNT, {"terminal": terminal_id, "day": on, **count})
    counted[on] = records, capacity
    return _fill([(day, *counted[day]) for day in sorted(counted)])


def fills(session: Session, today: date, terminal_ids: Iterable[int] | None = None) -> dict[int, Fill]:
    """The fill of each terminal counted within the last weeks; one query, however many there are."""
    # columns, not rows: a page of 500 terminals reads 14,000 of them at each of its refreshes
    query = select(LogFillRow.terminal_id, LogFillRow.counted_on, LogFillRow.records, LogFillRow.capacity)  # type: ignore[call-overload]
    query = query.where(col(LogFillRow.counted_on) >= today - timedelta(days=LOOK_BACK_DAYS))
    if terminal_ids is not None:
        query = query.where(col(LogFillRow.terminal_id).in_(set(terminal_ids)))
    counted: dict[int, list[tuple[date, int, int | None]]] = {}
    in_order = query.order_by(col(LogFillRow.terminal_id), col(LogFillRow.counted_on))
    for number, on, records, capacity in session.exec(in_order):
        counted.setdefault(number, []).append((on, records, capacity))
    return {number: _fill(counts) for number, counts in counted.items()}


def samples(session: Session, terminal_id: int, since: date) -> list[tuple[date, int, int | None]]:
    """Day, records and capacity of one terminal since a date, in order."""
    query = select(LogFillRow).where(LogFillRow.terminal_id == terminal_id, col(LogFillRow.counted_on) >= since)
    rows = session.exec(query.order_by(col(LogFillRow.counted_on)))
    return [(row.counted_on, row.records, row.capacity) for row in rows]


def _fill(counted: Sequence[tuple[date, int, int | None]]) -> Fill:
    """From days in order, each with records and capacity."""
    on, records, capacity = counted[-1]
    return Fill(records, capacity, on, forecast_full([(day, count) for day, count, _ in counted], capacity))


def forecast_full(samples: Sequence[Sample], capacity: int | None) -> date | None:
    """The day on which a log is full, if it goes on growing as it did; None where that cannot be told.

    A straight line through the samples (in order, one a day), from the last time the log fell. A log that is full
    already is full on the day of its last sample.
    """
    if not samples or not capacity:
        return None
    last_on, last = samples[-1]
    if last >= capacity:
        return last_on
    rising = list(samples)
    for place in range(len(samples) - 1, 0, -1):
        if samples[place][1] < samples[place - 1][1]:
            rising = list(samples[place:])
            break
    days = [(on - last_on).days for on, _ in rising]
    if days[0] > -LEAST_DAYS:
        return None
    mean_day = sum(days) / len(days)
    mean_records = sum(records for _, records in rising) / len(rising)
    spread = sum((day - mean_day) ** 2 for day in days)
    slope = sum((day - mean_day) * (records - mean_records) for day, (_, records) in zip(days, rising, strict=True))
    if slope <= 0:
        return None
    left = ceil((capacity - last) * spread / slope)
    return last_on + timedelta(days=left) if left <= LONGEST_DAYS else None
