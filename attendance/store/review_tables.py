"""The table of reviews of commitments: what was known at the end of one, and what its head says of it."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlmodel import Field, SQLModel

from attendance.store.tables import instant

OUTCOMES = ("kept", "partly", "not_kept", "not_enough_known")
"""What a person concludes. Nothing proposes one of them."""


class CommitmentReviewRow(SQLModel, table=True):
    """A commitment was reviewed, once and for good. `employee_id`: the person it is of; None: of a collective.

    `content`: canonical JSON of the facts as known at `known_at` with the outcome and the digest of `salt` and
    `remark`; `digest` its SHA-256. What becomes known later is told beside it and changes nothing of it.
    """

    __tablename__: ClassVar[str] = "commitment_review"
    id: int | None = Field(default=None, primary_key=True)
    commitment_id: int = Field(foreign_key="commitment.id", unique=True)
    employee_id: int | None = Field(default=None, foreign_key="employee.id", index=True)
    outcome: str = Field(max_length=16)
    remark: str
    salt: str = Field(max_length=32)
    content: str
    digest: str = Field(max_length=64)
    known_at: datetime = instant()
    reviewed_at: datetime = instant()
    reviewed_by: str = Field(max_length=200)
    reviewed_by_id: int | None = Field(default=None, foreign_key="app_user.id")
