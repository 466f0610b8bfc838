"""One person's day in the tables of a judgement: what every statement looks up, in wall time and codes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

import numpy as np

from attendance import clock
from attendance.engine.case import Case
from attendance.engine.columns import Claims, Due, Groups, Paired
from attendance.engine.judge import Evidence
from attendance.engine.run import Judgement
from attendance.engine.standing import day_of_claims
from attendance.engine.windows import EXEMPT
from attendance.rules.policy import Policy
from attendance.rules.rulebook import DayPlan
from attendance.services.explain.statements import Difference, Length, Phrase, Span, Terminals, Value, Word, phrase

Stretch = tuple[int, int]
"""A half-open stretch of moments in epoch seconds."""


@dataclass(frozen=True)
class DayLook:
    """`row` is the day's row of Days; sessions are called by their row of Due, punches by their row of Claims."""

    judgement: Judgement
    row: int

    @property
    def case(self) -> Case:
        return self.judgement.case

    @property
    def due(self) -> Due:
        return self.judgement.expected.due

    @property
    def groups(self) -> Groups:
        return self.judgement.expected.groups

    @property
    def claims(self) -> Claims:
        return self.judgement.claims

    @property
    def paired(self) -> Paired:
        return self.judgement.paired

    @property
    def evidence(self) -> Evidence:
        return self.judgement.evidence

    @cached_property
    def on(self) -> date:
        return clock.from_day_number(int(self.judgement.expected.days.day[self.row]))

    @cached_property
    def employee(self) -> str:
        return self.case.people[int(self.judgement.expected.days.person[self.row])]

    @cached_property
    def plan(self) -> DayPlan:
        days = self.judgement.expected.days
        return days.plans[int(days.plan[self.row])]

    @cached_property
    def sessions(self) -> range:
        days = self.judgement.expected.days
        return range(int(days.first[self.row]), int(days.first[self.row] + days.count[self.row]))

    @cached_property
    def policy(self) -> Policy:
        return self.policy_of(self.row)

    def policy_of(self, row: int) -> Policy:
        days = self.judgement.expected.days
        return days.policies[int(days.policy[row])]

    @cached_property
    def punches(self) -> list[int]:
        """The claims that stand on this date, in order of time."""
        home = day_of_claims(self.case, self.judgement.expected, self.claims, self.paired.window)
        found: list[int] = np.flatnonzero(home == self.row).tolist()
        return found

    def wall(self, moment: int) -> datetime:
        return clock.to_wall(datetime.fromtimestamp(int(moment), clock.UTC), self.case.zone)

    def moment(self, wall: datetime) -> int:
        return clock.instant_seconds(wall, self.case.zone)

    def known(self, at: datetime) -> datetime:
        """When a paper was handed in or decided, as wall time; case files write wall time, the database instants."""
        return clock.to_wall(at, self.case.zone) if at.tzinfo else at

    def span(self, stretch: Stretch) -> Span:
        return Span(self.wall(stretch[0]), self.wall(stretch[1]))

    def place(self, session: int) -> int:
        """The place of a session among the day's."""
        return session - self.sessions.start

    def name(self, session: int) -> str:
        return self.due.names[int(self.due.name[session])]

    def word(self, session: int) -> Value:
        """The session by its name, with the date where it is another day's."""
        named = Word("session", self.name(session))
        row = int(self.due.day_row[session])
        if row == self.row:
            return named
        on = clock.from_day_number(int(self.judgement.expected.days.day[row]))
        return phrase("session.on", session=named, date=on)

    def regime(self, group: int) -> int:
        return int(self.groups.regime[group])

    def group(self, session: int) -> int:
        """The group of a session, -1 where nothing of it is left to be there for."""
        return int(self.due.group[session])

    def is_exempt(self, session: int) -> bool:
        return self.group(session) >= 0 and self.regime(self.group(session)) == EXEMPT

    def together(self, group: int) -> list[int]:
        """The sessions of a group, also those of other dates."""
        rows = np.arange(int(self.groups.first_due[group]), int(self.groups.last_due[group]) + 1)
        return [at for at in rows.tolist() if self.due.group[at] == group]

    def spokesman(self, group: int) -> int:
        """The session of the day at which is said what is true of a whole group: where a missing punch stands."""
        mine = [at for at in self.together(group) if at in self.sessions]
        out_missing = self.paired.lone[group] and self.paired.lone_is_in[group]
        return mine[-1] if out_missing and self.groups.last_due[group] in self.sessions else mine[0]

    def members(self, group: int) -> list[int]:
        """The punches of a group that count, in order of time."""
        paired = self.paired
        found: list[int] = np.flatnonzero(paired.kept & paired.counts & (paired.group == group)).tolist()
        return found

    def whole(self, session: int) -> Stretch:
        return int(self.due.start[session]), int(self.due.end[session])

    def free(self, session: int) -> list[Stretch]:
        """What no leave, mission or exemption takes of a session."""
        return free_of(self.due, session)

    def sites(self, depends: int) -> tuple[int, ...]:
        return self.judgement.expected.depend_sets[depends]

    def terminals(self, sites: Iterable[int]) -> Terminals:
        return Terminals(tuple(self.case.sites[site].code for site in sites))

    def required(self, group: int) -> Stretch:
        """The required moments of a group, those of a duty that touches it included."""
        return int(self.groups.stretch_from[group]), int(self.groups.stretch_to[group])

    def window(self, group: int) -> Stretch:
        return int(self.due.window_lo[int(self.groups.first_due[group])]), int(self.groups.window_hi[group])


def free_of(due: Due, session: int) -> list[Stretch]:
    """The stretches that are left of a session, in order of time."""
    pairs = ((int(a[session]), int(b[session])) for a, b in zip(due.free_from, due.free_to, strict=True))
    return [(begin, end) for begin, end in pairs if begin < end]


def length(stretches: Iterable[Stretch]) -> int:
    return sum(end - begin for begin, end in stretches)


def difference(look: DayLook, later: int, earlier: int) -> dict[str, Value]:
    """What stands in a subtraction: both moments and what lies between them in true time."""
    return {"difference": Difference(look.wall(later), look.wall(earlier)), "length": Length(later - earlier)}


def clock_change(look: DayLook, later: int, earlier: int) -> Phrase | None:
    """Said where the office's clocks were changed in between, so that wall times subtract to something else."""
    shown = look.wall(later) - look.wall(earlier)
    return None if shown.total_seconds() == later - earlier else phrase("sum.clock_change")
