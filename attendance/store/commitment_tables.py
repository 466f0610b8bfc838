"""Tables of commitments: what is promised, who was asked to promise it, who did, and who confirmed it.

A signed text stays as it was signed. Another one from a later date is a row of its own that names the first.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from attendance.store.tables import instant

PERSON, COLLECTIVE = SCOPES = ("person", "collective")
"""Who promises: somebody for themselves, or a unit by its head."""


class CommitmentTemplateRow(SQLModel, table=True):
    """A version of a template, written once: a change is the next version of the same code.

    `unit_id`: the top of the part of the tree it is for (None: all of it). `addressee`, `basis`, `opening` and
    `responsibility` are paragraphs as they are printed, empty where there is none; `clauses` as
    `services/commitments/clauses.py` reads them. `withdrawn_at`: nobody is asked by it any more.
    """

    __tablename__: ClassVar[str] = "commitment_template"
    __table_args__ = (UniqueConstraint("code", "version"),)
    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(max_length=32)
    version: int = 1
    scope: str = Field(default=PERSON, max_length=16)
    unit_id: int | None = Field(default=None, foreign_key="unit.id", index=True)
    heading: str = Field(default="", max_length=300)
    addressee: str = ""
    basis: str = ""
    opening: str = ""
    responsibility: str = ""
    clauses: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    created_by: str = Field(default="", max_length=64)
    created_by_id: int | None = Field(default=None, foreign_key="app_user.id")
    created_at: datetime = instant()
    withdrawn_at: datetime | None = instant(nullable=True)


class CommitmentRow(SQLModel, table=True):
    """A person (`employee_id`) or a collective (none) was asked to promise something from `from_on` to `to_on`.

    `unit_id`: the collective, or the unit in which the person was when asked and, from signing on, when they signed.
    `head_id`: the person who signed for a collective, as its head. `clauses` hold from the moment of asking; `content`
    is the canonical JSON of the whole text, frozen at signing, `digest` its SHA-256. It bears the digest of `salt` and
    `name`, so that a name can be erased and the text stay as it was signed.

    `replaces_id`: the commitment in whose place this one stands from `from_on`, once it is signed; the other stays.
    `refused_at`: the head noted that it was not signed, and why; it may be signed later all the same. `withdrawn_at`:
    it was asked for by mistake. `version` counts changes, for whoever acts from a page that may be old.
    """

    __tablename__: ClassVar[str] = "commitment"
    id: int | None = Field(default=None, primary_key=True)
    template_id: int = Field(foreign_key="commitment_template.id", index=True)
    scope: str = Field(default=PERSON, max_length=16)
    employee_id: int | None = Field(default=None, foreign_key="employee.id", index=True)
    unit_id: int = Field(foreign_key="unit.id", index=True)
    head_id: int | None = Field(default=None, foreign_key="employee.id", index=True)
    year: int = Field(index=True)
    from_on: date
    to_on: date
    due_on: date | None = None
    clauses: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    asked_by: str = Field(default="", max_length=64)
    asked_by_id: int | None = Field(default=None, foreign_key="app_user.id")
    asked_at: datetime = instant()
    content: str = ""
    digest: str = Field(default="", max_length=64)
    name: str = Field(default="", max_length=200)
    salt: str = Field(default="", max_length=32)
    signed_at: datetime | None = instant(nullable=True)
    signed_by_id: int | None = Field(default=None, foreign_key="app_user.id")
    confirmed_at: datetime | None = instant(nullable=True)
    confirmed_by: str = Field(default="", max_length=200)
    confirmed_by_id: int | None = Field(default=None, foreign_key="app_user.id")
    refused_at: datetime | None = instant(nullable=True)
    refused_by: str = Field(default="", max_length=64)
    refused_by_id: int | None = Field(default=None, foreign_key="app_user.id")
    refusal_reason: str = ""
    withdrawn_at: datetime | None = instant(nullable=True)
    withdrawn_by: str = Field(default="", max_length=64)
    withdrawn_by_id: int | None = Field(default=None, foreign_key="app_user.id")
    replaces_id: int | None = Field(default=None, foreign_key="commitment.id", index=True)
    version: int = 1
