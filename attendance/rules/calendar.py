"""The working calendar: dated entries with documents that decide what kind of day it is for a unit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from attendance.rules.citation import Citation

DAY_KINDS = (
    "not_employed",
    "workday",
    "weekend",
    "holiday",
    "compensation",
    "swapped_off",
    "swapped_work",
    "stoppage",
)
WORKING_KINDS = frozenset({"workday", "swapped_work"})
ENTRY_KINDS = frozenset(DAY_KINDS) - {"not_employed"}


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One decision about one date. `unit` None: the whole tree. `session` None: the whole day.

    `pair_on` is the other half of a swap: the date whose hours a worked Saturday follows.
    """

    on: date
    kind: str
    unit: str | None = None
    session: str | None = None
    pair_on: date | None = None
    recorded_at: datetime | None = None
    citation: Citation = field(default=Citation("calendar"))


@dataclass(frozen=True, slots=True)
class DayRuling:
    """What the calendar says of a date for a unit: a whole-day entry, or entries for sessions, or nothing."""

    whole: CalendarEntry | None
    sessions: tuple[CalendarEntry, ...] = ()


NOTHING = DayRuling(None)


class Calendar:
    """Entries by date; of several for the same unit and session the one recorded last holds."""

    def __init__(self, entries: Iterable[CalendarEntry] = ()) -> None:
        self._by_date: dict[date, list[CalendarEntry]] = defaultdict(list)
        for entry in entries:
            self._by_date[entry.on].append(entry)

    def entries(self) -> list[CalendarEntry]:
        """All entries by date."""
        return [entry for day in sorted(self._by_date) for entry in self._by_date[day]]

    def of(self, on: date, path: Sequence[str]) -> DayRuling:
        """What holds on a date for the unit whose path up the tree is given, nearest first.

        The nearest unit wins; a whole-day entry wins over entries for sessions; kind `workday` takes an entry back.
        """
        entries = self._by_date.get(on)
        if not entries:
            return NOTHING
        distance = {unit: step for step, unit in enumerate(path)}
        nearest: dict[str | None, tuple[int, CalendarEntry]] = {}
        for entry in _by_recorded(entries):
            step = len(path) if entry.unit is None else distance.get(entry.unit)
            if step is None:
                continue
            held = nearest.get(entry.session)
            if held is None or step <= held[0]:
                nearest[entry.session] = (step, entry)
        if None in nearest:
            return DayRuling(nearest[None][1])
        return DayRuling(None, tuple(entry for _, entry in nearest.values()))


def _by_recorded(entries: Sequence[CalendarEntry]) -> list[CalendarEntry]:
    """In the order in which they became known; entries known always come first, in the order written."""
    return sorted(entries, key=lambda entry: (entry.recorded_at is not None, entry.recorded_at or datetime.min))  # noqa: DTZ901
