"""Tables of conduct: thresholds of units, what they propose and what people decided; the index between units.

Nothing here is a sanction: a proposal is a count of facts that somebody has to look at.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Column, Index, text
from sqlmodel import Field, SQLModel

from attendance.store.tables import instant

PROPOSES = ("reminder", "review")
"""What a threshold proposes. The monthly grade is proposed by the rule `grade_thresholds`."""
PROPOSED = (*PROPOSES, "grade")
MEASURES = ("occurrences", "minutes", "reminders")
"""What is counted: counted occurrences, their counted minutes, or reminders that somebody gave."""
PERIODS = ("month", "quarter", "year")
DECISIONS = ("accept", "not", "other")
"""What a person decides on a proposal: do it, do not, do something else and say what."""


def _json() -> Column[Any]:
    return Column(JSON, nullable=False, server_default="[]")


class ThresholdRow(SQLModel, table=True):
    """One version of a threshold of a unit and those below it, from `from_on` to `to_on`, both included.

    Of versions with the same `code` the one of the nearest unit up the tree holds. `types`: the kinds of occurrences
    that count; none: all. Never edited: to end one is to withdraw it and file what is left of it.
    """

    __tablename__: ClassVar[str] = "conduct_threshold"
    id: int | None = Field(default=None, primary_key=True)
    unit_id: int = Field(foreign_key="unit.id", index=True)
    code: str = Field(max_length=32)
    label: str = Field(max_length=200)
    proposes: str = Field(max_length=16)
    measure: str = Field(default="occurrences", max_length=16)
    types: list[str] = Field(default_factory=list, sa_column=_json())
    period: str = Field(default="month", max_length=16)
    at_least: int
    from_on: date
    to_on: date | None = None
    document: str = Field(max_length=200)
    article: str = Field(default="", max_length=64)
    filed_by: str = Field(default="", max_length=64)
    recorded_at: datetime = instant()
    withdrawn_at: datetime | None = instant(nullable=True)


class ProposalRow(SQLModel, table=True):
    """What a threshold (or, without one, the rule of grades) proposes of a person in a unit and period.

    `facts` are what it was counted from, `label` and `document` the words it was counted under. `known` of `due`
    sessions had data. `withdrawn_why`: what became of facts that are none any more. Of a decided one, `facts_now` are
    the facts where they changed afterwards, at `facts_changed_at`.
    """

    __tablename__: ClassVar[str] = "conduct_proposal"
    __table_args__ = (
        Index(
            "ix_conduct_proposal_standing",
            *("about", "employee_id", "unit_id", "from_on"),
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    about: str = Field(max_length=32)
    threshold_id: int | None = Field(default=None, foreign_key="conduct_threshold.id")
    employee_id: int = Field(foreign_key="employee.id", index=True)
    unit_id: int = Field(foreign_key="unit.id", index=True)
    proposes: str = Field(max_length=16)
    grade: str = Field(default="", max_length=64)
    label: str = Field(default="", max_length=200)
    document: str = Field(default="", max_length=200)
    from_on: date
    to_on: date
    figure: int
    at_least: int
    known: int
    due: int
    facts: list[dict[str, Any]] = Field(default_factory=list, sa_column=_json())
    recorded_at: datetime = instant()
    changed_at: datetime | None = instant(nullable=True)
    withdrawn_at: datetime | None = instant(nullable=True)
    withdrawn_why: list[dict[str, Any]] = Field(default_factory=list, sa_column=_json())
    decision: str | None = Field(default=None, max_length=16)
    decision_note: str = ""
    instead: str = Field(default="", max_length=200)
    decided_at: datetime | None = instant(nullable=True)
    decided_by: str = Field(default="", max_length=64)
    decided_by_id: int | None = Field(default=None, foreign_key="app_user.id")
    facts_changed_at: datetime | None = instant(nullable=True)
    facts_now: list[dict[str, Any]] = Field(default_factory=list, sa_column=_json())
    version: int = 1

    @property
    def state(self) -> str:
        """`withdrawn`, `decided`, or `open`."""
        if self.withdrawn_at is not None:
            return "withdrawn"
        return "decided" if self.decision is not None else "open"


class FormulaRow(SQLModel, table=True):
    """One version of the index's formula, of a unit and those below it (none: everywhere).

    `weights`: hundredths that an occurrence of each type weighs. `coverage`: percent of person-sessions with data below
    which a unit is not ranked. `fewest`: people below which a unit has no figure of its own. `excluded`: codes of
    schedules whose people are left out. `kinds`: the kind of each unit by code, where one is named.
    """

    __tablename__: ClassVar[str] = "index_formula"
    id: int | None = Field(default=None, primary_key=True)
    unit_id: int | None = Field(default=None, foreign_key="unit.id", index=True)
    weights: dict[str, int] = Field(sa_column=Column(JSON, nullable=False))
    coverage: int
    fewest: int
    excluded: list[str] = Field(default_factory=list, sa_column=_json())
    kinds: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    from_on: date
    to_on: date | None = None
    document: str = Field(max_length=200)
    filed_by: str = Field(default="", max_length=64)
    recorded_at: datetime = instant()
    withdrawn_at: datetime | None = instant(nullable=True)


class PublicationRow(SQLModel, table=True):
    """The index of a unit's parts in a period as it was published: `content` is canonical JSON, `digest` its SHA-256,
    `known_at` the instant up to which facts were taken into it. Never changed; a later one stands beside it."""

    __tablename__: ClassVar[str] = "index_publication"
    id: int | None = Field(default=None, primary_key=True)
    unit_id: int = Field(foreign_key="unit.id", index=True)
    formula_id: int = Field(foreign_key="index_formula.id")
    from_on: date
    to_on: date
    content: str
    digest: str = Field(max_length=64)
    known_at: datetime = instant()
    published_by: str = Field(default="", max_length=64)
