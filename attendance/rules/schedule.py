"""Official hours: dated versions of the sessions of a week. Seasons are versions; a gap between them is an error."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from attendance.errors import NoVersionInForce
from attendance.rules.citation import Citation

REGIMES = ("per_session", "first_last", "check_in_only", "exempt")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class SessionHours:
    """A session in minutes from 00:00 of its date; `ends > starts`, and 24:00 or later lies on the next day."""

    name: str
    starts: int
    ends: int


@dataclass(frozen=True, slots=True)
class ScheduleVersion:
    """The hours in force from `from_on` to `to_on`, both included (None: open)."""

    regime: str
    sessions: tuple[SessionHours, ...]
    weekdays: frozenset[int]  # 0 = Monday
    by_weekday: tuple[tuple[int, tuple[SessionHours, ...]], ...] = ()
    from_on: date | None = None
    to_on: date | None = None
    recorded_at: datetime | None = None
    citation: Citation = field(default=Citation("schedule"))

    def covers(self, on: date) -> bool:
        return (self.from_on is None or self.from_on <= on) and (self.to_on is None or on <= self.to_on)

    def sessions_of(self, weekday: int) -> tuple[SessionHours, ...]:
        """Sessions of a weekday in order of time, whether or not the schedule names that weekday.

        Other hours for a weekday hold only where the schedule names it.
        """
        return dict(self.by_weekday).get(weekday, self.sessions) if weekday in self.weekdays else self.sessions

    @property
    def names(self) -> tuple[str, ...]:
        """Every session name of this version, in order of first appearance by time."""
        listed = [hours.name for hours in self.sessions]
        for _, sessions in self.by_weekday:
            listed.extend(hours.name for hours in sessions if hours.name not in listed)
        return tuple(listed)


@dataclass(frozen=True, slots=True)
class Schedule:
    code: str
    versions: tuple[ScheduleVersion, ...]

    def on(self, day: date) -> ScheduleVersion:
        """The version in force. Raises NoVersionInForce naming schedule and date."""
        for version in self.versions:
            if version.covers(day):
                return version
        raise NoVersionInForce(f"schedule {self.code}", day)


def parse_minutes(text: str) -> int:
    """Minutes from 00:00 of 'HH:MM', up to 47:59. Raises ValueError on anything else."""
    hours, separator, minutes = text.partition(":")
    if (
        not separator
        or not (hours.isdecimal() and minutes.isdecimal())
        or len(minutes) != 2
        or len(hours) not in (1, 2)
    ):
        raise ValueError(f"{text!r} is not a time of day; write it as HH:MM, for example 07:30")
    total = int(hours) * 60 + int(minutes)
    if int(minutes) > 59 or int(hours) > 47:
        raise ValueError(f"{text!r} is not a time of day; write it as HH:MM, for example 07:30")
    return total


def session_hours(name: str, start: str, end: str) -> SessionHours:
    """A session from two times of day; an end at or before the start lies on the next day."""
    starts, ends = parse_minutes(start), parse_minutes(end)
    return SessionHours(name, starts, ends if ends > starts else ends + 24 * 60)


def times_of(hours: SessionHours) -> list[str]:
    """A session as it is written: start and end as HH:MM, so that `session_hours` reads the same again."""
    ends = hours.ends if hours.ends < 24 * 60 else hours.ends - 24 * 60
    return [f"{minutes // 60:02}:{minutes % 60:02}" for minutes in (hours.starts, ends)]
