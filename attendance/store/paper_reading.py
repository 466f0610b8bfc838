"""Papers as facts of a case: what was known of each at a moment, and when it became known.

The same meaning of `as_of` as in case files: a paper counts once it is approved and recorded, a decision once it is
made and recorded; what was withdrawn by then does not. In a case every moment is wall time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, TypeVar

from sqlmodel import Session

from attendance import clock
from attendance.engine.after_lock import Learned, Personal
from attendance.facts import (
    Annulment,
    Duty,
    Exemption,
    Explanation,
    Inspection,
    Leave,
    Mission,
    OvertimeOrder,
    Protection,
    SiteFact,
)
from attendance.store.known_rows import Dated
from attendance.store.paper_tables import (
    AnnulmentRow,
    DutyRow,
    ExemptionRow,
    ExplanationRow,
    InspectionAbsenceRow,
    InspectionRow,
    OvertimeRow,
    ProtectionRow,
    SiteFactRow,
)
from attendance.store.questions import (
    BEGINS,
    ENDS,
    FIRST,
    LAST,
    Question,
    among,
    answers,
    core,
    in_force,
    listed,
    overlapping,
    plain,
    values_of,
)
from attendance.store.tables import AbsenceRow

FEW = 500  # people a query names; of more, all rows are read and sifted here
Granted = TypeVar("Granted", bound=AbsenceRow | ExemptionRow | DutyRow | OvertimeRow | SiteFactRow)
_ABSENCES = Question(
    AbsenceRow,
    core(AbsenceRow.on).between(FIRST, LAST)
    | (core(AbsenceRow.on).is_(None) & overlapping(AbsenceRow.starts, AbsenceRow.ends)),
    of=AbsenceRow.employee_id,
    granted=True,
)
_EXEMPTIONS = Question(
    ExemptionRow,
    in_force(ExemptionRow.from_on, ExemptionRow.to_on),
    overlapping(ExemptionRow.starts, ExemptionRow.ends),
    of=ExemptionRow.employee_id,
    granted=True,
)
DUTIES = Question(DutyRow, overlapping(DutyRow.starts, DutyRow.ends), of=DutyRow.employee_id, granted=True)
_ORDERS = Question(
    OvertimeRow, overlapping(OvertimeRow.starts, OvertimeRow.ends), of=OvertimeRow.employee_id, granted=True
)
_SITE_FACTS = Question(SiteFactRow, core(SiteFactRow.on).between(FIRST, LAST), of=SiteFactRow.employee_id, granted=True)
_EXPLANATIONS = Question(ExplanationRow, core(ExplanationRow.on).between(FIRST, LAST), of=ExplanationRow.employee_id)
_ANNULMENTS = Question(
    AnnulmentRow,
    core(AnnulmentRow.decision).is_not(None),
    core(AnnulmentRow.wall_time).between(BEGINS, ENDS),
    of=AnnulmentRow.employee_id,
)
_PROTECTIONS = Question(
    ProtectionRow, in_force(ProtectionRow.from_on, ProtectionRow.to_on), of=ProtectionRow.employee_id, granted=True
)
_INSPECTIONS = Question(InspectionRow, core(InspectionRow.wall_time).between(BEGINS, ENDS))
_FOUND_ABSENT = (
    plain(InspectionAbsenceRow)
    .where(among(InspectionAbsenceRow.inspection_id, "inspections"))
    .order_by(core(InspectionAbsenceRow.employee_id))
)
Moments = tuple[datetime | None, ...]
Known = tuple[Personal, Moments]
"""A fact, and the instants at which something of it became known, or was taken back."""


@dataclass(frozen=True)
class Asked:
    """Whose papers (codes by number) are read, from which date to which, as known at `as_of` (None: now).

    `withdrawn`: also those taken back by then, for whoever asks what changed.
    """

    session: Session
    zone: str
    people: Mapping[int | None, str]
    terminals: Mapping[int | None, str]
    units: Mapping[int | None, str]
    first: date
    last: date
    as_of: datetime | None = None
    withdrawn: bool = False

    @cached_property
    def _values(self) -> dict[str, Any]:
        values = values_of(self.first, self.last, self.as_of)
        return values | {"people": listed(self.people)} if len(self.people) <= FEW else values

    def rows(self, question: Question[Dated]) -> Sequence[Dated]:
        """The answer to a question: as known at `as_of`, and of these people alone where they are few."""
        return question.ask(self.session, self._values, withdrawn=self.withdrawn)

    def wall(self, moment: datetime | None) -> datetime | None:
        return clock.to_wall(moment, self.zone) if moment is not None else None

    def is_known(self, moment: datetime | None) -> bool:
        return self.as_of is None or moment is None or moment <= self.as_of


def read_papers(asked: Asked) -> dict[str, Any]:
    """The papers of a case, by the names `Case` has for them."""
    leaves, missions = _absences(asked)
    return {
        "leaves": _facts(leaves),
        "missions": _facts(missions),
        "exemptions": _facts(_exemptions(asked)),
        "explanations": _facts(_explanations(asked)),
        "annulments": _facts(_annulments(asked)),
        "duties": _facts(_duties(asked)),
        "overtime_orders": _facts(_overtime_orders(asked)),
        "site_facts": _facts(_site_facts(asked)),
        "inspections": _facts(_inspections(asked)),
        "protections": tuple(
            Protection(asked.people[row.employee_id], row.code, row.from_on, row.to_on)
            for row in asked.rows(_PROTECTIONS)
            if row.employee_id in asked.people
        ),
    }


def read_duties(asked: Asked) -> list[Duty]:
    """The roster alone: it says how far around the dates the rest must be read."""
    return [duty for duty, _ in _duties(asked)]


def learned_papers(asked: Asked) -> Iterator[Learned]:
    """Every paper of a person with the instants at which it became known, was decided, or was taken back."""
    for papers in (
        *_absences(asked), _exemptions(asked), _explanations(asked), _annulments(asked), _duties(asked),
        _overtime_orders(asked), _site_facts(asked), _inspections(asked),
    ):  # fmt: skip
        yield from (Learned(fact, moments) for fact, moments in papers)


def _facts(papers: Iterable[Known]) -> tuple[Personal, ...]:
    return tuple(fact for fact, _ in papers)


def _granted(asked: Asked, question: Question[Granted]) -> Iterator[tuple[Granted, str, Moments]]:
    """Approved papers of the people asked for: the row, whose it is, and since when it counts."""
    for row in asked.rows(question):
        if row.employee_id in asked.people and row.approved_at is not None:
            yield row, asked.people[row.employee_id], (max(row.recorded_at, row.approved_at), row.withdrawn_at)


def _absences(asked: Asked) -> tuple[list[Known], list[Known]]:
    """Leave, and missions."""
    leaves: list[Known] = []
    missions: list[Known] = []
    for row, who, moments in _granted(asked, _ABSENCES):
        approved = asked.wall(row.approved_at)
        if row.kind == "leave" and row.on is not None:
            leaves.append((Leave(who, row.code, row.on, row.session, approved, row.document), moments))
        elif row.kind == "mission" and row.starts and row.ends:
            missions.append((Mission(who, row.starts, row.ends, approved, row.document), moments))
    return leaves, missions


def _exemptions(asked: Asked) -> Iterator[Known]:
    for row, who, moments in _granted(asked, _EXEMPTIONS):
        exemption = Exemption(
            employee=who,
            code=row.code,
            minutes_per_day=row.minutes_per_day,
            placement=row.placement,
            from_on=row.from_on,
            to_on=row.to_on,
            dates=tuple(date.fromisoformat(on) for on in row.dates),
            starts=row.starts,
            ends=row.ends,
            approved_at=asked.wall(row.approved_at),
        )
        yield exemption, moments


def _duties(asked: Asked) -> Iterator[tuple[Duty, Moments]]:
    for row, who, moments in _granted(asked, DUTIES):
        approved = asked.wall(row.approved_at)
        yield Duty(who, row.code, row.starts, row.ends, row.counts_as_schedule, approved), moments


def _overtime_orders(asked: Asked) -> Iterator[Known]:
    for row, who, moments in _granted(asked, _ORDERS):
        yield OvertimeOrder(who, row.starts, row.ends, asked.wall(row.approved_at)), moments


def _site_facts(asked: Asked) -> Iterator[Known]:
    for row, who, moments in _granted(asked, _SITE_FACTS):
        yield SiteFact(who, row.on, row.session, tuple(row.terminals), asked.wall(row.approved_at)), moments


def _explanations(asked: Asked) -> Iterator[Known]:
    """Papers handed in or decided by then; one that was not decided yet has no decision."""
    for row in asked.rows(_EXPLANATIONS):
        decided = _is_decided(asked, row)
        if row.employee_id not in asked.people or not (decided or _is_pending(asked, row)):
            continue
        paper = Explanation(
            employee=asked.people[row.employee_id],
            on=row.on,
            session=row.session,
            covers=row.covers,
            minutes=row.decided_minutes if decided and row.decided_minutes is not None else row.minutes,
            submitted_at=asked.wall(row.submitted_at),
            decision=row.decision if decided else None,
            decided_at=asked.wall(row.decided_at) if decided else None,
            accepted_after_deadline=decided and row.accepted_after_deadline,
            by_head=row.by_head,
        )
        handed_in = max(row.recorded_at, row.submitted_at or row.recorded_at)
        yield paper, (handed_in, _decided_since(row) if decided else None, row.withdrawn_at)


def _is_pending(asked: Asked, row: ExplanationRow) -> bool:
    return not row.by_head and asked.is_known(row.submitted_at)


def _annulments(asked: Asked) -> Iterator[Known]:
    for row in asked.rows(_ANNULMENTS):
        meant = asked.withdrawn or row.decision == "approved"  # whoever asks what changed is told of refusals too
        if meant and row.employee_id in asked.people and _is_decided(asked, row):
            terminal, decided = asked.terminals[row.terminal_id], asked.wall(row.decided_at)
            paper = Annulment(asked.people[row.employee_id], terminal, row.wall_time, row.reason, decided)
            yield paper, (_decided_since(row), row.withdrawn_at)


def _is_decided(asked: Asked, row: ExplanationRow | AnnulmentRow) -> bool:
    known = asked.is_known(row.decided_at) and asked.is_known(row.decision_recorded_at)
    return row.decision is not None and known


def _decided_since(row: ExplanationRow | AnnulmentRow) -> datetime | None:
    """When a decision was both made and recorded."""
    return max((at for at in (row.decided_at, row.decision_recorded_at) if at is not None), default=None)


def _inspections(asked: Asked) -> Iterator[Known]:
    rows = asked.rows(_INSPECTIONS)
    if not rows:
        return
    absent: dict[int, list[str]] = {}
    for seen in answers(asked.session, _FOUND_ABSENT, {"inspections": listed([row.id for row in rows])}):
        if seen.employee_id in asked.people:
            absent.setdefault(seen.inspection_id, []).append(asked.people[seen.employee_id])
    for row in rows:
        visited = clock.to_instant(row.wall_time, asked.zone)
        if row.id in absent and asked.is_known(visited):
            visit = Inspection(asked.units[row.unit_id], row.wall_time, tuple(absent[row.id]))
            yield visit, (max(row.recorded_at, visited), row.withdrawn_at)
