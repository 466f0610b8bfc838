"""How commitments stand, and their reviews."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.http.schemas.parts import Given, ListFrame

_ITEM: dict[str, Any] = {
    "on": "2026-03-05", "employee": "CC-0057", "unit": "X-TAN-MAI", "head": None, "kind": "late", "session": "am",
    "minutes": 20, "counted_min": 20, "status": "counted", "counts": "yes", "why": "refused", "until": None,
    "breaks": True,
}  # fmt: skip
_MONTH: dict[str, Any] = {"month": "2026-03-01", "state": "broken", "n": 3, "maybe": 0, "limit": 2}
_CLAUSE: dict[str, Any] = {
    "id": "gio", "kind": "late_early_per_month", "limit": 2, "days": None, "on": None, "text": "", "state": "broken",
    "n": 3, "of": 2, "maybe": 0, "elsewhere": 0, "months": [_MONTH], "items": [_ITEM],
}  # fmt: skip
_PROGRESS: dict[str, Any] = {
    "commitment": 31, "state": "broken", "from": "2026-01-08", "to": "2026-12-31", "is_over": False,
    "known_at": "2026-11-28T17:00:00+07:00", "known_days": 214, "unknown_days": 2, "heads": [], "clauses": [_CLAUSE],
}  # fmt: skip
_DIGEST = "4f2b7c0d5e4a4f0f8c1c6f1f0f7a3d9b2c8e1d4a5b6c7d8e9f00112233445566"
_REVIEW: dict[str, Any] = {
    "facts": _PROGRESS, "facts_digest": _DIGEST, "obstacle": None, "outcome": None, "remark": None, "reviewed_by": None,
    "reviewed_at": None, "digest": None, "holds": True, "moved_on": False,
}  # fmt: skip
_SUMMARY: dict[str, Any] = {
    "commitment": 31, "employee": "CC-0057", "name": "Nguyễn Thị Thu Hà", "unit": "X-TAN-MAI", "post": None,
    "state": "kept", "known_days": 214, "unknown_days": 2, "is_over": False, "outcome": None,
    "clauses": [{"kind": "late_early_per_month", "state": "kept", "n": 1, "of": 2, "maybe": 0}],
}  # fmt: skip


class Item(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_ITEM]})
    on: dt.date = Field(description="Its date.")
    employee: str = Field(description="Code of the person.")
    unit: str | None = Field(description="The unit they served in on the date.")
    head: str | None = Field(description="Of a collective: code of its head in office on the date.")
    kind: str = Field(description="A type of violation, duty, or inspection (found absent without a reason).")
    session: str = Field(description="The session; of a duty its kind.")
    minutes: int | None = Field(description="Of a violation; null for a missing punch.")
    counted_min: int = Field(description="Minutes that no explanation excused.")
    status: str = Field(description="Status of the violation.")
    counts: str = Field(description="yes, no, or maybe while a decision or a deadline is open.")
    why: str = Field(description="Why it counts or does not.")
    until: dt.date | None = Field(description="The deadline it turns on.")
    breaks: bool = Field(description="With this one the clause was broken.")


class Month(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_MONTH]})
    month: dt.date = Field(description="Its first day.")
    state: str = Field(description="kept, at_risk, broken or open.")
    n: int = Field(description="Late arrivals and early departures that count.")
    maybe: int = Field(description="Those that may yet.")
    limit: int = Field(description="At most so many, by what held at the end of the month or holds today.")


class ClauseStanding(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_CLAUSE]})
    id: str = Field(description="Its id in the commitment.")
    kind: str = Field(description="What is counted; text: nothing is.")
    limit: int | None = Field(default=None, description="At most so many in a month.")
    days: int | None = Field(default=None, description="Within so many working days.")
    on: dt.date | None = Field(default=None, description="Last day for signing.")
    text: str = Field(description="As it is printed.")
    state: str = Field(description="kept, at_risk, broken or open.")
    n: int = Field(description="Of the month that speaks most against it; sessions missed; explained in time; kept.")
    of: int | None = Field(description="What n is held against; null where nothing is counted.")
    maybe: int = Field(description="Items nobody has decided.")
    elsewhere: int = Field(description="Items of units the reader does not see; they are in the figures.")
    months: list[Month] = Field(description="Month by month.")
    items: list[Item] = Field(description="The list behind the figures, by date; those that do not count too.")


class Heading(BaseModel):
    model_config = ConfigDict(populate_by_name=True, json_schema_extra={"examples": [
        {"employee": "CC-0002", "kind": "head", "from": "2025-06-01", "to": None}]})  # fmt: skip
    employee: str = Field(description="Code of who led the collective.")
    kind: str = Field(description="head or acting.")
    from_: dt.date = Field(alias="from", description="From when.")
    to: dt.date | None = Field(description="Until when.")


class ProgressTold(BaseModel):
    model_config = ConfigDict(populate_by_name=True, json_schema_extra={"examples": [_PROGRESS]})
    commitment: int = Field(description="Number of the commitment.")
    state: str = Field(description="kept, at_risk, broken or open, of all clauses together.")
    from_: dt.date | None = Field(alias="from", description="The first day that counts; null: nothing is signed.")
    to: dt.date | None = Field(description="The last one.")
    is_over: bool = Field(description="Whether that day has passed.")
    known_at: dt.datetime = Field(description="As known when.")
    known_days: int = Field(description="Working days of which all is known.")
    unknown_days: int = Field(description="Working days of which something is not: neither for nor against anybody.")
    heads: list[Heading] = Field(description="Of a collective, who led it.")
    clauses: list[ClauseStanding] = Field(description="In the order of the newest text.")


class ReviewTold(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_REVIEW]})
    facts: ProgressTold = Field(description="As they were when it was reviewed; before that, as they are now.")
    facts_digest: str = Field(description="Name it when you review what you saw.")
    obstacle: str | None = Field(description="Why it cannot be reviewed: not_signed, replaced, not_over; else null.")
    outcome: str | None = Field(description="kept, partly, not_kept or not_enough_known: what a person concluded.")
    remark: str | None = Field(description="What they wrote.")
    reviewed_by: str | None = Field(description="Who did.")
    reviewed_at: dt.datetime | None = Field(description="When.")
    digest: str | None = Field(description="SHA-256 of the frozen sheet.")
    holds: bool = Field(description="Whether it is as it was written.")
    moved_on: bool = Field(description="Whether more became known since, which changes nothing of it.")


class Reviewing(Given):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [
            {"outcome": "kept", "remark": "Thực hiện tốt, chưa có lượt nào bị tính.", "facts_digest": _DIGEST}]},
    )  # fmt: skip
    outcome: Literal["kept", "partly", "not_kept", "not_enough_known"] = Field(description="What you conclude.")
    remark: str = Field(min_length=1, max_length=2000, description="In a few words, and why.")
    facts_digest: str = Field(min_length=64, max_length=64, description="Of the facts you saw.")


class ClauseFigure(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_SUMMARY["clauses"][0]]})
    kind: str = Field(description="What is counted.")
    state: str = Field(description="kept, at_risk, broken or open.")
    n: int = Field(description="See getCommitmentProgress.")
    of: int | None = Field(description="What n is held against.")
    maybe: int = Field(description="Items nobody has decided.")


class Summary(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_SUMMARY]})
    commitment: int = Field(description="Number of the commitment.")
    employee: str | None = Field(description="Code of the person; null: of a collective.")
    name: str = Field(description="Their name, or that of the unit.")
    unit: str = Field(description="The collective; of a person, the unit they are in now.")
    post: str | None = Field(description="What they lead their unit as.")
    state: str = Field(description="kept, at_risk, broken or open.")
    known_days: int = Field(description="Working days of which all is known.")
    unknown_days: int = Field(description="Working days of which something is not.")
    is_over: bool = Field(description="Whether its time is over.")
    outcome: str | None = Field(description="What a review concluded.")
    clauses: list[ClauseFigure] = Field(description="Those that are counted.")


class ProgressListTold(ListFrame):
    items: list[Summary] = Field(description="Collectives first, then people by unit, leaders before others.")
