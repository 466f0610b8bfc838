"""Minutes of a visit: what the team writes, sealing, annexes and what follows."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.http.schemas.parts import Given, Line
from attendance.services.visiting.signatures import Signature, strokes_of
from attendance.services.visiting.written import LONGEST, MOST_LINES, Conclusion, Person, Written

Text = Annotated[str, StringConstraints(max_length=LONGEST)]
_KEY = "k7mq2w9xtrbn4cps"
_PERSON = {"name": "Ngô Quang Vinh", "post": "Phó Chủ tịch UBND xã"}
_SEEN: Any = Field(default=None, ge=0, le=999_999, description="The version you looked at; 409 where it is another.")


class NamedPerson(Given):
    name: Line = Field(min_length=1, description="Full name.", examples=["Ngô Quang Vinh"])
    post: Line = Field(default="", description="Post.", examples=["Phó Chủ tịch UBND xã"])


class GivenConclusion(Given):
    text: Text = Field(min_length=1, description="What is concluded or asked for.")
    due: dt.date | None = Field(default=None, description="Until when the unit reports.")


class WrittenMinutes(Given):
    """The text of the minutes; figures and lists come from the frozen list and the marks."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"number": "12/BB-ĐKT", "place": "Tân Mai", "unit_side": [_PERSON]}]},
    )
    number: Annotated[Line, StringConstraints(max_length=64)] = Field(default="", description="Number of the document.")
    place: Line = Field(default="", description="Where the minutes are drawn up.")
    basis: Line = Field(default="", description="Decision or plan; the team's own where it is left out.")
    unit_side: list[NamedPerson] = Field(
        default_factory=list, max_length=MOST_LINES, description="Head or deputy of the unit, and others of it."
    )
    witnesses: list[NamedPerson] = Field(default_factory=list, max_length=MOST_LINES, description="Witnesses.")
    desk: Text = Field(default="", description="One-stop desk: roster, staff, name tags, what is posted.")
    papers: Text = Field(default="", description="Regulation, commitments, plan, timesheet and others.")
    other: Text = Field(default="", description="Anything else that was noted.")
    explanation: Text = Field(default="", description="What the unit says.")
    conclusions: list[GivenConclusion] = Field(default_factory=list, max_length=MOST_LINES, description="In order.")
    copies: int = Field(default=2, ge=1, le=20, description="In how many copies.")
    version: int | None = _SEEN

    def written(self) -> Written:
        """As the core takes it."""
        return Written(
            number=self.number,
            place=self.place,
            basis=self.basis,
            unit_side=tuple(Person(one.name, one.post) for one in self.unit_side),
            witnesses=tuple(Person(one.name, one.post) for one in self.witnesses),
            desk=self.desk,
            papers=self.papers,
            other=self.other,
            explanation=self.explanation,
            conclusions=tuple(Conclusion(one.text, one.due) for one in self.conclusions),
            copies=self.copies,
        )


class GivenSignature(Given):
    side: Literal["team", "unit", "witness"] = Field(description="For whom.")
    name: Line = Field(min_length=1, description="Who signs, or refuses to.", examples=["Phan Văn Lực"])
    post: Line = Field(default="", description="Their post.")
    strokes: list[list[list[int]]] = Field(
        default_factory=list, max_length=200, description="Lines of points [x, y] in a box of 1000 by 400."
    )
    refused: Annotated[str, StringConstraints(max_length=1000)] = Field(
        default="", description="Why they did not sign."
    )

    def signature(self) -> Signature:
        """As the core takes it. Raises Invalid."""
        return Signature(self.side, self.name, self.post, strokes_of(self.strokes), self.refused.strip())


_SIGNED = {"side": "team", "name": "Phan Văn Lực", "post": "Trưởng đoàn", "strokes": [[[100, 120], [300, 200]]]}
_REFUSED = {"side": "unit", "name": "Ngô Quang Vinh", "refused": "Không đồng ý với số liệu"}


class SealMinutes(Given):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"password": "mưa rơi trên mái ngói", "version": 3, "signatures": [_SIGNED, _REFUSED]}]
        },
    )
    password: Annotated[str, StringConstraints(min_length=1, max_length=1024)] = Field(
        description="The password of the head of the team, once more."
    )
    signatures: list[GivenSignature] = Field(min_length=2, max_length=8, description="Of both sides, and witnesses.")
    version: int | None = _SEEN


class AddAnnex(Given):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "password": "mưa rơi trên mái ngói",
                    "text": "Bổ sung giấy mời họp số 44 nộp ngày 21/11/2026.",
                    "signatures": [_SIGNED, _REFUSED],
                }
            ]
        },
    )
    password: Annotated[str, StringConstraints(min_length=1, max_length=1024)] = Field(
        description="The password of the head of the team, once more."
    )
    text: Text = Field(min_length=1, description="What has to be added or put right.")
    signatures: list[GivenSignature] = Field(min_length=2, max_length=8, description="Of both sides, and witnesses.")


class FollowupAnswer(Given):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"text": "Đã niêm yết giờ làm việc ở cả hai trụ sở."}]}
    )
    text: Annotated[str, StringConstraints(min_length=1, max_length=4000)] = Field(description="What the unit did.")
    version: int | None = _SEEN


class FollowupDecision(Given):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"act": "done", "note": "Đã kiểm tra."}]})
    act: Literal["done", "not_done"] = Field(description="What was found.")
    note: Annotated[str, StringConstraints(max_length=4000)] = Field(
        default="", description="With `not_done`: what is still missing."
    )
    version: int | None = _SEEN


_STEP = {"act": "answered", "text": "Đã niêm yết.", "by": "hoa", "at": "2026-11-26T09:00:00+07:00"}
_FOLLOWUP: dict[str, Any] = {
    "visit": _KEY, "unit": "X-TAN-MAI", "unit_name": "UBND xã Tân Mai", "minutes": "12/BB-ĐKT",
    "number": 1, "text": "Niêm yết giờ làm việc.", "due": "2026-11-27",
    "state": "answered", "overdue": False, "version": 2, "steps": [_STEP],
}  # fmt: skip
_ANNEX: dict[str, Any] = {
    "number": 1, "content": {"text": "Bổ sung giấy mời số 44."}, "digest": "9f2b" * 16, "before": "53ce" * 16,
}  # fmt: skip
_MINUTES: dict[str, Any] = {
    "visit": _KEY, "sealed": True, "version": None, "code": "7HKQ2M9XWPTA", "digest": "9f2b" * 16, "key": "3f2a" * 8,
    "sealed_at": "2026-11-20T09:12:00+07:00", "content": {"figures": {"total": 42, "present": 36}},
}  # fmt: skip


class FollowupStep(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_STEP]})
    act: str = Field(description="`answered`, `done` or `not_done`.")
    text: str = Field(description="What was said.")
    by: str = Field(description="Account that said it.")
    at: dt.datetime = Field(description="When.")


class Followup(BaseModel):
    """A conclusion of sealed minutes and what became of it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_FOLLOWUP]})
    visit: str = Field(description="Key of the visit.", examples=[_KEY])
    unit: str = Field(description="Code of the unit.", examples=["X-TAN-MAI"])
    unit_name: str = Field(description="What it is called today.", examples=["UBND xã Tân Mai"])
    minutes: str = Field(description="Number of the minutes.", examples=["12/BB-ĐKT"])
    number: int = Field(description="Of the conclusion in its minutes.", examples=[1])
    text: str = Field(description="What is asked of the unit.", examples=["Niêm yết giờ làm việc tại trụ sở hai."])
    due: dt.date | None = Field(description="Until when it reports.", examples=["2026-11-27"])
    state: str = Field(description="`open`, `answered`, `done` or `not_done`.", examples=["open"])
    overdue: bool = Field(description="Whether the deadline passed without a report.", examples=[False])
    version: int = Field(description="Goes up with each step.", examples=[1])
    steps: list[FollowupStep] = Field(description="In order.", examples=[[]])


class Followups(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_FOLLOWUP], "total": 1}]})
    items: list[Followup] = Field(description="Open ones first, by deadline.")
    total: int = Field(description="How many there are here.", examples=[1])


class Annex(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_ANNEX]})
    number: int = Field(description="From 1.", examples=[1])
    content: dict[str, Any] = Field(description="What was sealed.", examples=[{"text": "Bổ sung giấy mời số 44."}])
    digest: str = Field(description="SHA-256 of the canonical content.", examples=["9f2b" * 16])
    before: str = Field(description="Digest of what was sealed before it.", examples=["53ce" * 16])


class Annexes(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_ANNEX], "total": 1}]})
    items: list[Annex] = Field(description="In order.")
    total: int = Field(description="How many there are.", examples=[1])


class Minutes(BaseModel):
    """`sealed` false: as they would be sealed now, for the team alone."""

    model_config = ConfigDict(json_schema_extra={"examples": [_MINUTES]})
    visit: str = Field(description="Key of the visit.", examples=[_KEY])
    sealed: bool = Field(description="Whether they are sealed.", examples=[True])
    version: int | None = Field(description="Of the text, while not sealed.", examples=[None])
    code: str | None = Field(description="On the paper and in its QR code.", examples=["7HKQ2M9XWPTA"])
    digest: str | None = Field(description="SHA-256 of the canonical content.", examples=["9f2b" * 16])
    key: str | None = Field(description="Fingerprint of the key that sealed them.", examples=["3f2a" * 8])
    sealed_at: dt.datetime | None = Field(description="When.", examples=["2026-11-20T09:12:00+07:00"])
    content: dict[str, Any] = Field(
        description="Sections, figures and lists.", examples=[{"figures": {"total": 42, "present": 36}}]
    )
