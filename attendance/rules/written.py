"""What a rule file says, each part with its place in the file, so that a later mistake can still be named by it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Generic, TypeVar

from attendance.rules.calendar import CalendarEntry
from attendance.rules.kinds import ExemptionKind, LeaveKind, as_version
from attendance.rules.schedule import ScheduleVersion
from attendance.rules.scoped import NATION, RuleVersion, Scope
from attendance.rules.validity import gaps

STATUSES = ("confirmed", "announced")

Value = TypeVar("Value", covariant=True)


@dataclass(frozen=True, slots=True)
class Written(Generic[Value]):
    """A value and its path in the file."""

    path: str
    value: Value


@dataclass(frozen=True, slots=True)
class WrittenSchedule:
    path: str
    code: str
    name: str
    versions: tuple[Written[ScheduleVersion], ...]


@dataclass(frozen=True, slots=True)
class WrittenEntry:
    """A decision about a date. One that is only `announced` decides nothing until an administrator confirms it."""

    path: str
    entry: CalendarEntry
    status: str = "confirmed"


@dataclass(frozen=True, slots=True)
class Gap:
    """Dates between two versions of a schedule that none of them covers: judging them is refused."""

    path: str
    schedule: str
    from_on: date
    to_on: date

    @property
    def sentence(self) -> str:
        return (
            f"schedule {self.schedule} has no hours from {self.from_on} to {self.to_on}; days in it cannot be judged "
            "until a version covers them"
        )


@dataclass(frozen=True, slots=True)
class RuleFile:
    """One file of rules of one scope. `scope.code` is the province, unit or person as it is written."""

    source: str
    title: str = ""
    scope: Scope = NATION
    rules: tuple[Written[RuleVersion], ...] = ()
    schedules: tuple[WrittenSchedule, ...] = ()
    entries: tuple[WrittenEntry, ...] = ()
    leaves: tuple[Written[LeaveKind], ...] = ()
    exemptions: tuple[Written[ExemptionKind], ...] = ()

    def versions(self) -> tuple[Written[RuleVersion], ...]:
        """Thresholds and kinds alike, as rules of the file's scope."""
        kinds = [Written(written.path, as_version(written.value, self.scope)) for written in self.leaves]
        kinds += [Written(written.path, as_version(written.value, self.scope)) for written in self.exemptions]
        return (*self.rules, *kinds)

    def gaps(self) -> tuple[Gap, ...]:
        return tuple(
            Gap(schedule.path, schedule.code, begins, ends)
            for schedule in self.schedules
            for begins, ends in gaps((v.value.from_on, v.value.to_on) for v in schedule.versions)
        )

    def counts(self) -> dict[str, int]:
        """How much of each section it holds."""
        return {
            "rules": len(self.rules),
            "schedule_versions": sum(len(schedule.versions) for schedule in self.schedules),
            "calendar": len(self.entries),
            "leave": len(self.leaves),
            "exemptions": len(self.exemptions),
        }

    def under_schedule(self, code: str) -> RuleFile:
        """The same file with its one schedule under another code. Raises ValueError where it has none or several."""
        (only,) = self.schedules
        versions = tuple(
            Written(
                written.path,
                replace(written.value, citation=replace(written.value.citation, rule=f"schedule.{code}")),
            )
            for written in only.versions
        )
        return replace(self, schedules=(replace(only, code=code, name="", versions=versions),))
