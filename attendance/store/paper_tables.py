"""Tables of papers: what people file about people, terminals and months. Withdrawn rows stay; none is overwritten.

Moments of the day are wall time of the office, or of the terminal where they name a punch; `_at` are UTC instants.
A paper excuses nothing before it is approved. A decision is entered once, beside the paper it decides; to decide
otherwise another paper is filed, and the one decided last holds.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from pydantic import NaiveDatetime
from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from attendance.store.tables import instant, wall


class Filed(SQLModel):
    """What every paper has: its number, when it became known, and when it was taken back."""

    document: str = ""
    recorded_at: datetime = instant()
    withdrawn_at: datetime | None = instant(nullable=True)


class Approved(Filed):
    """What a paper of the register says: it counts only once somebody approved the paper."""

    approved_at: datetime | None = instant(nullable=True)
    paper_id: int | None = Field(default=None, foreign_key="paper.id", index=True)


class Decided(Filed):
    """A paper that somebody decides on: `approved` or `refused`. `decision_recorded_at` is when that became known."""

    decision: str | None = None
    decided_at: datetime | None = instant(nullable=True)
    decided_by: str = ""
    decision_recorded_at: datetime | None = instant(nullable=True)


class ExemptionRow(Approved, table=True):
    """Minutes of the day at one end of it, on `dates` or from `from_on` to `to_on`, or a window of wall time."""

    __tablename__: ClassVar[str] = "exemption"
    id: int | None = Field(default=None, primary_key=True)
    employee_id: int = Field(foreign_key="employee.id", index=True)
    code: str
    minutes_per_day: int | None = None
    placement: str = "day_end"
    from_on: date | None = None
    to_on: date | None = None
    dates: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    starts: NaiveDatetime | None = wall(nullable=True)
    ends: NaiveDatetime | None = wall(nullable=True)


class ExplanationRow(Decided, table=True):
    """What a person says of one question mark or violation; `by_head`: the head's own decision, without a paper.

    `minutes`: those claimed, `decided_minutes`: those granted, None: all claimed. `confirmation` is what the direct
    superior said, `confirmed` or `denied`; `confirm_first`: somebody else than the one who decides was there to say it
    when it was handed in. `author` handed it in, which on paper need not be the person. `version` counts its changes.
    """

    __tablename__: ClassVar[str] = "explanation"
    id: int | None = Field(default=None, primary_key=True)
    employee_id: int = Field(foreign_key="employee.id", index=True)
    unit_id: int | None = Field(default=None, foreign_key="unit.id", index=True)
    on: date = Field(sa_column_kwargs={"name": "on_date"}, index=True)
    session: str
    covers: str
    minutes: int | None = None
    ground: str = Field(default="", max_length=32)
    reason: str = ""
    submitted_at: datetime | None = instant(nullable=True)
    author_id: int | None = Field(default=None, foreign_key="app_user.id", index=True)
    author: str = ""
    confirm_first: bool = False
    confirmation: str | None = Field(default=None, max_length=16)
    confirmed_at: datetime | None = instant(nullable=True)
    confirmed_by_id: int | None = Field(default=None, foreign_key="app_user.id")
    confirmed_by: str = ""
    confirmation_note: str = ""
    decided_by_id: int | None = Field(default=None, foreign_key="app_user.id")
    decided_minutes: int | None = None
    decision_note: str = ""
    accepted_after_deadline: bool = False
    by_head: bool = False
    withdrawn_by_id: int | None = Field(default=None, foreign_key="app_user.id")
    withdrawn_by: str = ""
    withdrawal_note: str = ""
    version: int = 1

    @property
    def status(self) -> str:
        """`confirm` or `decide` where it waits for that, else `approved`, `refused` or `withdrawn`."""
        if self.withdrawn_at is not None:
            return "withdrawn"
        waits = "confirm" if self.confirm_first and self.confirmation is None else "decide"
        return self.decision or waits


class AnnulmentRow(Decided, table=True):
    """A punch of this person that shall not count, named by its terminal and the time that terminal sent."""

    __tablename__: ClassVar[str] = "annulment"
    id: int | None = Field(default=None, primary_key=True)
    employee_id: int = Field(foreign_key="employee.id", index=True)
    terminal_id: int = Field(foreign_key="terminal.id", index=True)
    wall_time: NaiveDatetime = wall()
    reason: str = ""


class DutyRow(Approved, table=True):
    """An entry of the roster; it belongs to the date it starts on.

    `unit_id`: whose roster; `in_place_of_id`: the duty it takes over.
    """

    __tablename__: ClassVar[str] = "duty"
    id: int | None = Field(default=None, primary_key=True)
    employee_id: int = Field(foreign_key="employee.id", index=True)
    code: str = "duty"
    starts: NaiveDatetime = wall()
    ends: NaiveDatetime = wall()
    counts_as_schedule: bool = False
    desk: str = ""
    unit_id: int | None = Field(default=None, foreign_key="unit.id", index=True)
    in_place_of_id: int | None = Field(default=None, foreign_key="duty.id")


class OvertimeRow(Approved, table=True):
    """An order of overtime, without which there is none."""

    __tablename__: ClassVar[str] = "overtime"
    id: int | None = Field(default=None, primary_key=True)
    employee_id: int = Field(foreign_key="employee.id", index=True)
    starts: NaiveDatetime = wall()
    ends: NaiveDatetime = wall()


class SiteFactRow(Approved, table=True):
    """On this date (no session: all of it) the person depends on these terminals, by code, instead of their own."""

    __tablename__: ClassVar[str] = "site_fact"
    id: int | None = Field(default=None, primary_key=True)
    employee_id: int = Field(foreign_key="employee.id", index=True)
    on: date = Field(sa_column_kwargs={"name": "on_date"}, index=True)
    session: str | None = None
    terminals: list[str] = Field(sa_column=Column(JSON, nullable=False))


class ProtectionRow(Approved, table=True):
    """A protection by law during these dates, such as `pregnancy_m7`."""

    __tablename__: ClassVar[str] = "protection"
    id: int | None = Field(default=None, primary_key=True)
    employee_id: int = Field(foreign_key="employee.id", index=True)
    code: str
    from_on: date | None = None
    to_on: date | None = None


class ClockOffsetRow(Filed, table=True):
    """Terminal time minus true time in a span of the terminal's time, as somebody found it.

    Inside the span it holds in place of what pulls measured (`clock_span`).
    """

    __tablename__: ClassVar[str] = "clock_offset"
    id: int | None = Field(default=None, primary_key=True)
    terminal_id: int = Field(foreign_key="terminal.id", index=True)
    starts: NaiveDatetime | None = wall(nullable=True)
    ends: NaiveDatetime | None = wall(nullable=True)
    offset_seconds: int


class ClockInvalidRow(Filed, table=True):
    """The terminal's clock was worth nothing in this span of its own time."""

    __tablename__: ClassVar[str] = "clock_invalid"
    id: int | None = Field(default=None, primary_key=True)
    terminal_id: int = Field(foreign_key="terminal.id", index=True)
    starts: NaiveDatetime | None = wall(nullable=True)
    ends: NaiveDatetime | None = wall(nullable=True)


class InspectionRow(Filed, table=True):
    """A visit to a unit at one minute of wall time; who was not found is in `inspection_absence`."""

    __tablename__: ClassVar[str] = "inspection"
    id: int | None = Field(default=None, primary_key=True)
    unit_id: int = Field(foreign_key="unit.id", index=True)
    wall_time: NaiveDatetime = wall()


class InspectionAbsenceRow(SQLModel, table=True):
    """Somebody was not found at work by an inspection."""

    __tablename__: ClassVar[str] = "inspection_absence"
    inspection_id: int = Field(primary_key=True, foreign_key="inspection.id")
    employee_id: int = Field(primary_key=True, foreign_key="employee.id", index=True)


class MonthEventRow(SQLModel, table=True):
    """A month (its first day) of a unit was locked, or reopened with a reason, at an instant. Never taken back."""

    __tablename__: ClassVar[str] = "month_event"
    id: int | None = Field(default=None, primary_key=True)
    unit_id: int = Field(foreign_key="unit.id", index=True)
    month: date
    at: datetime = instant()
    reopened: bool = False
    reason: str = ""
    decided_by: str = ""
    recorded_at: datetime = instant()
