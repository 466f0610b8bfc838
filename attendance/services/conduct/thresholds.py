"""Thresholds of a unit: filed with a document, ended from a date on; which of them hold for a unit on a date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from attendance.engine.period import MISSING, OCCURRENCES
from attendance.errors import Invalid, Overlap
from attendance.rules.legal_forms import refuse_legal_form
from attendance.rules.validity import meet
from attendance.store import conduct, office
from attendance.store.conduct_tables import MEASURES, PERIODS, PROPOSES, ThresholdRow
from attendance.store.database import Session
from attendance.store.tables import UnitRow
from attendance.store.trail import Actor, record
from attendance.store.tree import StoredTree

MOST = 10_000
TYPES = tuple(sorted(OCCURRENCES | MISSING))


@dataclass(frozen=True, slots=True)
class NewThreshold:
    """What is filed; `types` empty: every kind of occurrence."""

    unit: str
    code: str
    label: str
    proposes: str
    at_least: int
    from_on: date
    document: str
    measure: str = "occurrences"
    types: tuple[str, ...] = ()
    period: str = "month"
    to_on: date | None = None
    article: str = ""


def file(session: Session, new: NewThreshold, *, by: Actor, at: datetime) -> ThresholdRow:
    """Raises Invalid, NotFound, and Overlap where a version of this unit and code holds on one of its dates."""
    _check(new)
    unit = office.key(office.get(session, UnitRow, new.unit))
    office.hold_unit(session, unit)
    for row in conduct.thresholds(session):
        if (row.unit_id, row.code) == (unit, new.code) and meet((row.from_on, row.to_on), (new.from_on, new.to_on)):
            raise Overlap(f"the threshold {new.code} of unit {new.unit}", max(row.from_on, new.from_on))
    row = ThresholdRow(
        unit_id=unit, code=new.code, label=new.label, proposes=new.proposes, measure=new.measure,
        types=sorted(set(new.types)), period=new.period, at_least=new.at_least, from_on=new.from_on, to_on=new.to_on,
        document=new.document, article=new.article, filed_by=by.name, recorded_at=at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    told = {"unit": new.unit, "code": new.code, "name": new.label, "from": new.from_on, "document": new.document}
    record(session, by, "conduct.threshold_filed", kind="threshold", key=str(row.id), after=told, at=at)
    return row


def end(session: Session, row: ThresholdRow, on: date, *, by: Actor, at: datetime) -> ThresholdRow:
    """Let it hold up to a date, included. Raises Invalid where it begins later or ends already before."""
    if on < row.from_on:
        raise Invalid(f"This threshold holds from {row.from_on}; let it end on that date or later.")
    if row.to_on is not None and row.to_on < on:
        raise Invalid(f"This threshold ends on {row.to_on} already; to let it hold longer, file another version.")
    before = {"to": row.to_on}
    row.to_on = on
    session.add(row)
    record(
        session, by, "conduct.threshold_ended", kind="threshold", key=str(row.id), before=before, after={"to": on},
        at=at,
    )  # fmt: skip
    return row


class InForce:
    """Which versions hold for a unit on a date: by code, that of the nearest unit up the tree of that date."""

    def __init__(self, session: Session) -> None:
        self.rows: Sequence[ThresholdRow] = conduct.thresholds(session)
        self.tree = StoredTree(session)
        self._of = cache(self._found)

    def of(self, unit_id: int | None, on: date) -> dict[str, ThresholdRow]:
        if unit_id is None or not self.rows:
            return {}
        return self._of(unit_id, on)

    def _found(self, unit_id: int, on: date) -> dict[str, ThresholdRow]:
        found: dict[str, ThresholdRow] = {}
        for above in self.tree.path(unit_id, on):
            for row in self.rows:
                if row.unit_id == above and row.from_on <= on and (row.to_on is None or on <= row.to_on):
                    found.setdefault(row.code, row)
        return found


def _check(new: NewThreshold) -> None:
    for name, value, known in (
        ("proposes", new.proposes, PROPOSES), ("measure", new.measure, MEASURES), ("period", new.period, PERIODS),
        *(("types", kind, TYPES) for kind in new.types),
    ):  # fmt: skip
        if value not in known:
            raise Invalid(f"{name} of a threshold cannot be {value[:32]!r}; write {', '.join(known)}.")
    for name, value in (("code", new.code), ("label", new.label), ("document", new.document)):
        if not value.strip():
            raise Invalid(f"A threshold has a {name}; write one.")
    for name, most in (("code", 32), ("label", 200), ("document", 200), ("article", 64)):
        if len(getattr(new, name)) > most:
            raise Invalid(f"The {name} of a threshold has at most {most} letters; shorten it.")
    refuse_legal_form("The label", new.label)
    refuse_legal_form("The code", new.code)
    if not 1 <= new.at_least <= MOST:
        raise Invalid(f"A threshold is reached from a whole number on, from 1 to {MOST}; not {new.at_least}.")
    if new.to_on is not None and new.to_on < new.from_on:
        raise Invalid(f"This threshold would end on {new.to_on}, before it begins on {new.from_on}.")
    if new.measure == "reminders" and (new.types or new.proposes == "reminder"):
        raise Invalid("A threshold over reminders proposes a review and names no kinds of occurrences.")
