"""Explanations and decisions for their register: counts by the database, rows of few people at a time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, case, func
from sqlalchemy import select as choose
from sqlmodel import Session, col, select

from attendance.store import listing_explanations
from attendance.store.listing import Row
from attendance.store.paper_tables import ExplanationRow
from attendance.store.register_scope import Chosen


@dataclass(frozen=True, slots=True)
class ExplanationCounts:
    """`states`: how many are in each, of those not taken back: confirm, decide, approved, refused. `withdrawn` beside
    them. `by_head`: decided without a paper of the person. `late`: handed in after the deadline and accepted. `about`:
    by what they are about, most first."""

    states: dict[str, int] = field(default_factory=dict)
    withdrawn: int = 0
    by_head: int = 0
    late: int = 0
    about: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.states.values())


def counts(session: Session, chosen: Chosen) -> ExplanationCounts:
    table = ExplanationRow
    waits = col(table.confirm_first) & col(table.confirmation).is_(None)
    state = case(
        (col(table.withdrawn_at).is_not(None), "withdrawn"),
        (col(table.decision).is_not(None), col(table.decision)),
        (waits, "confirm"),
        else_="decide",
    ).label("standing")
    query = (
        choose(
            state,
            col(table.covers),
            func.count(),
            func.sum(case((col(table.by_head), 1), else_=0)),
            func.sum(case((col(table.accepted_after_deadline), 1), else_=0)),
        )
        .where(*_rows(chosen))
        .group_by("standing", col(table.covers))
    )
    states: dict[str, int] = {}
    about: dict[str, int] = {}
    withdrawn = by_head = late = 0
    for name, covers, count, of_head, accepted_late in session.execute(query):
        if name == "withdrawn":
            withdrawn += count
            continue
        states[name] = states.get(name, 0) + count
        about[covers] = about.get(covers, 0) + count
        by_head += int(of_head)
        late += int(accepted_late)
    return ExplanationCounts(states, withdrawn, by_head, late, dict(sorted(about.items(), key=lambda each: -each[1])))


def people(session: Session, chosen: Chosen) -> list[int]:
    """Numbers of those whose explanations these are."""
    return list(session.exec(select(ExplanationRow.employee_id).where(*_rows(chosen)).distinct()))


def rows(session: Session, chosen: Chosen, numbers: Collection[int]) -> list[Row]:
    """Those of these people, by date and number, as `listing_explanations.told` has them."""
    query = select(ExplanationRow).where(*_rows(chosen), col(ExplanationRow.employee_id).in_(numbers))
    found = session.exec(query.order_by(col(ExplanationRow.on), col(ExplanationRow.id))).all()
    return listing_explanations.told(session, found)


def _rows(chosen: Chosen) -> list[ColumnElement[bool]]:
    table = ExplanationRow
    return chosen.rows(col(table.on), col(table.unit_id), col(table.employee_id))
