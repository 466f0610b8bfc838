"""Versions of the formula: filed with a document, ended from a date on; which one holds for a unit and period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from attendance.engine.period import MISSING, OCCURRENCES
from attendance.errors import Invalid, NotFound, Overlap
from attendance.rules.validity import meet
from attendance.store import index_formulas, office
from attendance.store.conduct_tables import FormulaRow
from attendance.store.database import Session
from attendance.store.tables import ScheduleRow, UnitRow
from attendance.store.trail import Actor, record
from attendance.store.tree import StoredTree

TYPES = tuple(sorted(OCCURRENCES | MISSING))
HEAVIEST = 1_000
FEWEST = 5
"""No formula lets fewer people than this have a figure of their own."""


@dataclass(frozen=True, slots=True)
class NewFormula:
    """What is filed; `unit` None: everywhere. A type without a weight weighs nothing."""

    unit: str | None
    weights: Mapping[str, int]
    from_on: date
    document: str
    coverage: int = 80
    fewest: int = FEWEST
    excluded: tuple[str, ...] = ()
    kinds: Mapping[str, str] = field(default_factory=dict)
    to_on: date | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A stored version of the formula, as `FormulaRow` documents it."""

    id: int
    unit_id: int | None
    weights: dict[str, int]
    coverage: int
    fewest: int
    excluded: tuple[str, ...]
    kinds: dict[str, str]
    from_on: date
    to_on: date | None
    document: str


def rule_of(row: FormulaRow) -> Rule:
    return Rule(
        row.id or 0, row.unit_id, dict(row.weights), row.coverage, row.fewest, tuple(row.excluded), dict(row.kinds),
        row.from_on, row.to_on, row.document,
    )  # fmt: skip


def file(session: Session, new: NewFormula, *, by: Actor, at: datetime) -> FormulaRow:
    """Raises Invalid, NotFound, and Overlap where a version of the same unit holds on one of its dates."""
    _check(session, new)
    unit = office.key(office.get(session, UnitRow, new.unit)) if new.unit is not None else None
    office.hold_unit(session, unit)
    for row in index_formulas.formulas(session):
        if row.unit_id == unit and meet((row.from_on, row.to_on), (new.from_on, new.to_on)):
            raise Overlap(f"the index formula of {new.unit or 'the whole office'}", max(row.from_on, new.from_on))
    row = FormulaRow(
        unit_id=unit, weights=dict(new.weights), coverage=new.coverage, fewest=new.fewest,
        excluded=sorted(set(new.excluded)), kinds=dict(new.kinds), from_on=new.from_on, to_on=new.to_on,
        document=new.document, filed_by=by.name, recorded_at=at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    told = {"unit": new.unit, "from": new.from_on, "document": new.document}
    record(session, by, "index.formula_filed", kind="formula", key=str(row.id), after=told, at=at)
    return row


def end(session: Session, row: FormulaRow, on: date, *, by: Actor, at: datetime) -> FormulaRow:
    """Let it hold up to a date, included. Raises Invalid."""
    if on < row.from_on or (row.to_on is not None and row.to_on < on):
        raise Invalid(f"This formula holds from {row.from_on} to {row.to_on or 'now'}; give a date of that time.")
    before = {"to": row.to_on}
    row.to_on = on
    session.add(row)
    record(
        session, by, "index.formula_ended", kind="formula", key=str(row.id), before=before, after={"to": on}, at=at
    )  # fmt: skip
    return row


def in_force(session: Session, tree: StoredTree, unit_id: int, on: date) -> Rule | None:
    """The version of the nearest unit up the tree on a date, which is the last of a period; None: there is none."""
    rows = [
        row for row in index_formulas.formulas(session) if row.from_on <= on and (row.to_on is None or on <= row.to_on)
    ]
    for above in (*tree.path(unit_id, on), None):
        for row in rows:
            if row.unit_id == above:
                return rule_of(row)
    return None


def _check(session: Session, new: NewFormula) -> None:
    unknown = sorted(set(new.weights) - set(TYPES))
    if unknown or not new.weights:
        raise Invalid(f"Weights are of {', '.join(TYPES)}; {unknown[0] if unknown else 'none'} was given.")
    for kind, weight in new.weights.items():
        if not 0 <= weight <= HEAVIEST:
            raise Invalid(f"The weight of {kind} is {weight}; write hundredths of a session, from 0 to {HEAVIEST}.")
    if not 0 <= new.coverage <= 100:
        raise Invalid(f"The least coverage is a percentage from 0 to 100, not {new.coverage}.")
    if new.fewest < FEWEST:
        raise Invalid(f"No unit of fewer than {FEWEST} people has a figure of its own; write {FEWEST} or more.")
    if not new.document.strip():
        raise Invalid("A formula has a document; write its number.")
    if len(new.document) > 200:
        raise Invalid("The document of a formula has at most 200 letters; shorten it.")
    if new.to_on is not None and new.to_on < new.from_on:
        raise Invalid(f"This formula would end on {new.to_on}, before it begins on {new.from_on}.")
    for code in new.excluded:
        if office.find(session, ScheduleRow, code) is None:
            raise NotFound("schedule", code)
    for code in new.kinds:
        office.get(session, UnitRow, code)
