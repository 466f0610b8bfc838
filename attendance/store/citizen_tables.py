"""Tables of what citizens say: counters with a code to scan, observations, and scores of surveys.

Nothing here points at a person whose attendance is kept, and nothing of attendance points here: an observation is never
a violation.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from pydantic import NaiveDatetime
from sqlalchemy import Column, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from attendance.store.tables import instant, wall

FORM, BOX, HOTLINE, LETTER, SURVEY = CHANNELS = ("form", "box", "hotline", "letter", "survey")
"""How an observation came: the form behind the code at a counter, suggestion box, hotline, letter, survey."""
KINDS = ("empty", "closed", "wait", "manner", "praise", "other")
"""What is said: nobody at the counter, not open in its hours, a long wait, manner, praise, something else."""
RECEIVED, LOOKING, ANSWERED = STATES = ("received", "looking", "answered")
OUTCOMES = ("borne_out", "not_borne_out", "cannot_tell")
"""What a person found beside the facts."""


class FeedbackPointRow(SQLModel, table=True):
    """A counter with a printed code. `token` is what the code leads to, drawn by chance; renewing it makes the sheets
    printed before worthless. `desk` as rosters write it, empty where no desk is meant."""

    __tablename__: ClassVar[str] = "feedback_point"
    id: int | None = Field(default=None, primary_key=True)
    unit_id: int = Field(foreign_key="unit.id", index=True)
    name: str = Field(max_length=120)
    desk: str = Field(default="", max_length=120)
    token: str = Field(max_length=64, unique=True)
    created_by: str = Field(default="", max_length=64)
    created_by_id: int | None = Field(default=None, foreign_key="app_user.id")
    created_at: datetime = instant()
    renewed_at: datetime | None = instant(nullable=True)
    revoked_at: datetime | None = instant(nullable=True)
    revoked_by: str = Field(default="", max_length=64)


class ObservationRow(SQLModel, table=True):
    """What a citizen said of a unit: `on` the date, `wall_time` the minute where they knew it.

    `text` and `answer` may name people; `contact` (sealed) is the citizen's. `code_digest`: SHA-256 of the code by
    which the citizen asks how it stands. `sender`: a keyed digest of where a form came from, kept for a day.
    """

    __tablename__: ClassVar[str] = "observation"
    id: int | None = Field(default=None, primary_key=True)
    unit_id: int = Field(foreign_key="unit.id", index=True)
    point_id: int | None = Field(default=None, foreign_key="feedback_point.id", index=True)
    channel: str = Field(max_length=16)
    kind: str = Field(max_length=16)
    desk: str = Field(default="", max_length=120)
    on: date = Field(sa_column_kwargs={"name": "on_date"}, index=True)
    wall_time: NaiveDatetime | None = wall(nullable=True)
    text: str = ""
    contact: bytes = Field(default=b"", sa_column=Column(LargeBinary, nullable=False))
    document: str = Field(default="", max_length=200)
    code_digest: str = Field(max_length=64, unique=True)
    sender: str = Field(default="", max_length=32)
    state: str = Field(default=RECEIVED, max_length=16, index=True)
    received_at: datetime = instant(index=True)
    taken_by: str = Field(default="", max_length=64)
    taken_by_id: int | None = Field(default=None, foreign_key="app_user.id")
    looked_at: datetime | None = instant(nullable=True)
    looked_by: str = Field(default="", max_length=64)
    looked_by_id: int | None = Field(default=None, foreign_key="app_user.id")
    outcome: str = Field(default="", max_length=16)
    reason: str = ""
    answer: str = ""
    decided_at: datetime | None = instant(nullable=True)
    decided_by: str = Field(default="", max_length=64)
    decided_by_id: int | None = Field(default=None, foreign_key="app_user.id")
    visit_asked_at: datetime | None = instant(nullable=True)
    visit_asked_by: str = Field(default="", max_length=64)
    visit_asked_by_id: int | None = Field(default=None, foreign_key="app_user.id")
    version: int = 1


class ObservationVisitRow(SQLModel, table=True):
    """A visit that was planned on an observation: told to the team alone, as the plan itself."""

    __tablename__: ClassVar[str] = "observation_visit"
    __table_args__ = (UniqueConstraint("observation_id", "visit_id"),)
    id: int | None = Field(default=None, primary_key=True)
    observation_id: int = Field(foreign_key="observation.id", index=True)
    visit_id: int = Field(foreign_key="visit.id", index=True)
    opened_at: datetime = instant()


class SurveyScoreRow(SQLModel, table=True):
    """What a survey of citizens gave a unit in a quarter, imported: `score` out of `scale`, `n` people asked.

    It stands beside figures of attendance and enters none. Another one for the same quarter takes its place.
    """

    __tablename__: ClassVar[str] = "survey_score"
    id: int | None = Field(default=None, primary_key=True)
    unit_id: int = Field(foreign_key="unit.id", index=True)
    year: int
    quarter: int
    score: float
    scale: float
    n: int
    document: str = Field(max_length=200)
    recorded_by: str = Field(default="", max_length=64)
    recorded_by_id: int | None = Field(default=None, foreign_key="app_user.id")
    recorded_at: datetime = instant()
    replaced_at: datetime | None = instant(nullable=True)
