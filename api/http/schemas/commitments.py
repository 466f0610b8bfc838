"""Commitments: templates with clauses, who is asked, what was signed, who has signed."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.http.params import IsoDate
from api.http.schemas.parts import Code, Given, Line, ListFrame

_CLAUSES: list[dict[str, Any]] = [
    {"id": "gio", "kind": "late_early_per_month", "limit": 2},
    {"id": "giai-trinh", "kind": "missing_explained_within", "days": 3},
    {"id": "ba-khong", "kind": "text", "text": "Không trễ hẹn, không gây phiền hà."},
]
_DIGEST = "9f2b7c0d5e4a4f0f8c1c6f1f0f7a3d9b2c8e1d4a5b6c7d8e9f00112233445566"
_TEMPLATE: dict[str, Any] = {
    "code": "CA-NHAN", "version": 2, "scope": "person", "unit": None, "heading": "BẢN CAM KẾT",
    "addressee": "Thủ trưởng cơ quan", "basis": "", "opening": "Tôi cam kết:", "responsibility": "",
    "clauses": _CLAUSES, "created_at": "2026-01-05T09:00:00+07:00",
}  # fmt: skip
_ONE: dict[str, Any] = {
    "id": 31, "scope": "person", "employee": "CC-0057", "name": "Nguyễn Thị Thu Hà", "unit": "X-TAN-MAI", "year": 2026,
    "from": "2026-01-05", "to": "2026-12-31", "holds_until": "2026-12-31", "state": "signed", "due": "2026-01-31",
    "asked_at": "2026-01-05T09:00:00+07:00", "signed_at": "2026-01-06T08:12:00+07:00", "confirmed_at": None,
    "confirmed_by": None, "refused_at": None, "refusal_reason": None, "digest": _DIGEST, "template": "CA-NHAN",
    "template_version": 2, "replaces": None, "version": 2,
}  # fmt: skip


class ClauseGiven(Given):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": _CLAUSES})
    id: str | None = Field(
        default=None, max_length=32, description="Names it inside of the commitment; its place if left out."
    )
    kind: str = Field(
        max_length=40,
        description="late_early_per_month (with limit), no_unexcused_session, missing_explained_within (with days), "
        "roster_kept, signed_before (with on), text.",
    )
    limit: int | None = Field(default=None, description="At most so many in a month.")
    days: int | None = Field(default=None, description="Within so many working days.")
    on: IsoDate | None = Field(default=None, description="Last day for signing.")
    text: str = Field(default="", max_length=2000, description="As it is printed; shipped words if left out.")


class NewTemplate(Given):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"code": "CA-NHAN", "heading": "BẢN CAM KẾT", "clauses": _CLAUSES}]},
    )
    code: Code = Field(description="A known code makes its next version.")
    scope: Literal["person", "collective"] = Field(default="person", description="Who signs it.")
    unit: Code | None = Field(default=None, description="For it and those below; the whole office if left out.")
    heading: str = Field(min_length=1, max_length=300, description="What stands on top of the paper.")
    addressee: str = Field(default="", max_length=4000, description="Whom it is addressed to.")
    basis: str = Field(default="", max_length=4000, description="Documents it rests on; empty: none is printed.")
    opening: str = Field(default="", max_length=4000, description="Before the clauses.")
    responsibility: str = Field(default="", max_length=4000, description="After the clauses.")
    clauses: list[ClauseGiven] = Field(min_length=1, max_length=30, description="In the order they are printed.")
    seen: int | None = Field(default=None, ge=0, description="Version you looked at, 0 for a new one; 412 if another.")


class Template(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_TEMPLATE]})
    code: str = Field(description="Code of the template.")
    version: int = Field(description="Counts from 1; what was signed by an older one stays.")
    scope: str = Field(description="person or collective.")
    unit: str | None = Field(description="The top of the part of the tree it is for; null: the whole office.")
    heading: str = Field(description="What stands on top of the paper.")
    addressee: str = Field(description="Whom it is addressed to.")
    basis: str = Field(description="Documents it rests on.")
    opening: str = Field(description="Before the clauses.")
    responsibility: str = Field(description="After the clauses.")
    clauses: list[dict[str, Any]] = Field(description="In the order they are printed.")
    created_at: dt.datetime = Field(description="When this version was written.")


class TemplateList(ListFrame):
    items: list[Template] = Field(description="The newest version of each, by code.")


class Asking(Given):
    model_config = ConfigDict(
        extra="forbid", populate_by_name=True,
        json_schema_extra={"examples": [{"template": "CA-NHAN", "year": 2026, "unit": "X-TAN-MAI"}]},
    )  # fmt: skip
    template: Code = Field(description="Code of the template; its newest version is asked for.")
    year: int | None = Field(default=None, ge=2000, le=2999, description="What is left of a year; or give from and to.")
    from_: IsoDate | None = Field(
        default=None, alias="from", description="First day. Whoever has signed before is asked anew from it."
    )
    to: IsoDate | None = Field(default=None, description="Last day, in the same year; its end if left out.")
    due: IsoDate | None = Field(default=None, description="Last day for signing.")
    employees: list[Code] = Field(default=[], max_length=2000, description="People, for a template people sign.")
    unit: Code | None = Field(default=None, description="Everybody of this unit and those below, beside `employees`.")
    units: list[Code] = Field(default=[], max_length=500, description="Collectives, for a template units sign.")


class Commitment(BaseModel):
    model_config = ConfigDict(populate_by_name=True, json_schema_extra={"examples": [_ONE]})
    id: int = Field(description="Number of the commitment.")
    scope: str = Field(description="person or collective.")
    employee: str | None = Field(description="Code of the person, or of the head who signed for the collective.")
    name: str | None = Field(description="Their name.")
    unit: str = Field(description="The collective; of a person, the unit they are in now.")
    year: int = Field(description="Of which year.")
    from_: dt.date = Field(alias="from", description="First day.")
    to: dt.date = Field(description="Last day as it is written.")
    holds_until: dt.date = Field(description="Last day on which it holds: earlier where another one took its place.")
    state: str = Field(description="asked, refused (noted as not signed), signed, confirmed, withdrawn.")
    due: dt.date | None = Field(description="Last day for signing.")
    asked_at: dt.datetime = Field(description="When it was asked for.")
    signed_at: dt.datetime | None = Field(description="When it was signed; its text is frozen since.")
    confirmed_at: dt.datetime | None = Field(description="When the head confirmed it.")
    confirmed_by: str | None = Field(description="Who confirmed it.")
    refused_at: dt.datetime | None = Field(description="When it was noted that it was not signed.")
    refusal_reason: str | None = Field(description="Why, for whom reasons are; else null.")
    digest: str | None = Field(description="SHA-256 of the signed text; null in lists before it is signed.")
    template: str = Field(description="Code of the template.")
    template_version: int = Field(description="Which version of it.")
    replaces: int | None = Field(description="The commitment in whose place it stands from its first day.")
    version: int = Field(description="Counts its changes.")


class CommitmentText(Commitment):
    digest: str = Field(description="SHA-256 of the text, to be sent with a signature.")
    holds: bool = Field(description="Whether a signed text is as it was signed.")
    heading: str = Field(description="What stands on top of the paper.")
    addressee: str = Field(description="Whom it is addressed to.")
    basis: str = Field(description="Documents it rests on.")
    opening: str = Field(description="Before the clauses.")
    responsibility: str = Field(description="After the clauses.")
    clauses: list[dict[str, Any]] = Field(description="In the order they are printed.")
    canonical: str | None = Field(description="The signed bytes, as text; null before it is signed.")


class CommitmentList(ListFrame):
    items: list[Commitment] = Field(description="By unit, then by name.")


class UnitStanding(BaseModel):
    unit: str = Field(description="Code of the unit; its own people, not those of units below.")
    people: int = Field(description="How many serve there.")
    signed: int = Field(description="How many have signed, confirmed or not.")
    confirmed: int = Field(description="How many of these were confirmed.")
    asked: int = Field(description="How many were asked and have not signed.")
    overdue: int = Field(description="How many of these after the last day for signing.")
    refused: int = Field(description="Of how many it was noted that they do not sign.")
    collective: str = Field(description="State of the collective's own; `none` where it was not asked.")


class NotSigned(BaseModel):
    employee: str = Field(description="Code of the person.")
    name: str = Field(description="Their name.")
    unit: str = Field(description="The unit they are in now.")
    post: str = Field(description="What they lead it as, or empty.")
    state: str = Field(description="none (not asked), asked, refused.")
    commitment: int | None = Field(description="What they are asked to sign.")
    due: dt.date | None = Field(description="Last day for signing.")


class SignedStanding(BaseModel):
    year: int = Field(description="Of which year.")
    people: int = Field(description="Everybody who serves in the units shown.")
    signed: int = Field(description="How many of them have signed.")
    units: list[UnitStanding] = Field(description="By unit, in the order of the tree.")
    not_signed: list[NotSigned] = Field(description="Everybody who has not, leaders first in each unit; at most 2000.")


class AskedFor(BaseModel):
    counts: dict[str, int] = Field(
        description="new, renewed (not signed yet, now by this text), amended (signed, asked anew), already."
    )
    items: list[Commitment] = Field(description="What each of them is asked to sign, or has signed.")


class Signing(Given):
    digest: str = Field(min_length=64, max_length=64, description="Of the text you saw, as the commitment tells it.")
    password: str = Field(min_length=1, max_length=1024, description="Yours, once more.")


class Confirming(Given):
    version: int | None = Field(default=None, ge=1, description="The version you looked at; 409 where it is another.")


class Refusing(Confirming):
    reason: str = Field(
        min_length=1, max_length=1000, description="As the person says it.", examples=["Đề nghị làm rõ mục 2"]
    )


class TakingBack(Confirming):
    why: Line = Field(min_length=1, description="Why nobody has to sign it.", examples=["Mời nhầm đơn vị"])
