"""One adoption of a rule file: what it files, what stood already, what it cut to make room, and what it may not do.

A version that is cut is withdrawn and its rest filed anew, so that what was known before can still be asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlmodel import Session

from attendance.reading import Refusal
from attendance.rules.overlay import span_of
from attendance.rules.schedule import ScheduleVersion
from attendance.rules.scoped import RuleVersion, Scope
from attendance.rules.validity import Span, cut_all, meet, words
from attendance.rules.written import Written
from attendance.store import office
from attendance.store.tables import CalendarEntryRow, EmployeeRow, RuleVersionRow, ScheduleVersionRow, UnitRow

Version = TypeVar("Version", RuleVersion, ScheduleVersion)

_ROOM = "adopt with --replace, which keeps it on the dates the file does not cover, or change the dates of the file"


@dataclass(slots=True)
class Filing:
    """`spans` are the dates of what is new. With `refusals` nothing of it may be kept: the caller raises them all."""

    session: Session
    scope: Scope
    replace: bool
    at: datetime
    filed: int = 0
    standing: int = 0
    announced: int = 0
    cut: list[str] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)

    @property
    def unit_id(self) -> int | None:
        if self.scope.kind not in ("province", "unit"):
            return None
        return office.key(office.get(self.session, UnitRow, self.scope.code))

    @property
    def employee_id(self) -> int | None:
        if self.scope.kind != "person":
            return None
        return office.key(office.get(self.session, EmployeeRow, self.scope.code))

    def make_room(
        self,
        what: str,
        stored: Sequence[tuple[RuleVersionRow | ScheduleVersionRow, Version]],
        written: Sequence[Written[Version]],
        same: Callable[[Version, Version], bool],
    ) -> list[Version]:
        """The versions that do not stand yet. Stored ones that hold on their dates give way, or they are refused."""
        new = [w for w in written if not any(same(w.value, held) for _, held in stored)]
        self.standing += len(written) - len(new)
        taken = [span_of(w.value) for w in new]
        for row, held in stored:
            meeting = [w for w in new if meet(span_of(held), span_of(w.value))]
            if not meeting:
                continue
            said = f"{what} is stored {words(span_of(held))}{under(held.citation.document)}"
            if not self.replace:
                for w in meeting:
                    self.refuse(w.path, f"{said}; {_ROOM}")
                continue
            self.cut.append(said)
            self.withdraw(row)
            for begins, ends in cut_all(span_of(held), taken):
                self.session.add(type(row)(**_copy(row), from_on=begins, to_on=ends, recorded_at=self.at))
        return [w.value for w in new]

    def add(self, row: RuleVersionRow | ScheduleVersionRow | CalendarEntryRow, span: Span) -> None:
        self.session.add(row)
        self.session.flush()
        self.filed += 1
        self.spans.append(span)

    def withdraw(self, row: RuleVersionRow | ScheduleVersionRow | CalendarEntryRow) -> None:
        row.withdrawn_at = self.at
        self.session.add(row)

    def refuse(self, path: str, sentence: str, code: str = "overlap") -> None:
        """Each place of the file is refused once."""
        if all(refusal.path != path for refusal in self.refusals):
            self.refusals.append(Refusal(path, code, sentence))


def under(document: str) -> str:
    return f", {document}" if document else ""


def _copy(row: RuleVersionRow | ScheduleVersionRow) -> dict[str, Any]:
    """What a row says, without its number, its dates and when it was known."""
    return row.model_dump(exclude={"id", "from_on", "to_on", "recorded_at", "withdrawn_at"})
