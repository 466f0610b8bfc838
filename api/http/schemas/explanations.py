"""Explanations: what was asked, said, confirmed, decided."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.http.params import IsoDate
from api.http.schemas.papers import Moment, Text
from api.http.schemas.parts import Given, Line, ListFrame

ExplanationStatus = Literal["confirm", "decide", "approved", "refused", "withdrawn"]
Ground = Literal[
    "force_majeure", "mission_without_paper", "forgot_punch", "finger_not_read", "terminal_fault", "family_emergency",
    "meeting_elsewhere", "other",
]  # fmt: skip
Covers = Literal["late", "early", "absent", "left_post", "missing_in", "missing_out", "unverified"]
ViolationName = Annotated[str, StringConstraints(min_length=1, max_length=1000)]

_EXPLANATION = {
    "id": 12,
    "version": 3,
    "status": "approved",
    "violation": "57-20261120-am-late",
    "stands": True,
    "employee": "CC-0057",
    "name": "Nguyễn Thị Thu Hà",
    "unit": "X-TAN-MAI",
    "date": "2026-11-20",
    "session": "am",
    "covers": "late",
    "minutes": None,
    "ground": "finger_not_read",
    "reason": "Máy không nhận vân tay, tôi đã báo bảo vệ.",
    "document": "",
    "attachments": [{"digest": "9f86d081…", "file_name": "cong.jpg", "media_type": "image/jpeg", "size": 214_003}],
    "by_head": False,
    "author": "ha.nguyen",
    "submitted_at": "2026-11-20T02:00:00+00:00",
    "recorded_at": "2026-11-20T02:00:00+00:00",
    "confirmation": "confirmed",
    "confirmed_by": "nam.truongphong",
    "confirmed_at": "2026-11-20T03:00:00+00:00",
    "confirmation_note": "Tôi có mặt lúc đó",
    "decision": "approved",
    "decided_by": "lan.chutich",
    "decided_at": "2026-11-20T04:00:00+00:00",
    "decided_minutes": None,
    "decision_note": "Đồng ý",
    "accepted_after_deadline": False,
    "withdrawn_by": None,
    "withdrawn_at": None,
    "withdrawal_note": "",
}


class Attachment(BaseModel):
    digest: str = Field(description="SHA-256 of its bytes, by which it is fetched.")
    file_name: str = Field(description="What it was called, without signs a file name cannot have.")
    media_type: str = Field(description="image/jpeg, image/png or application/pdf, as its bytes say.")
    size: int = Field(description="Bytes.")


class Explanation(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_EXPLANATION]})
    id: int = Field(description="Number of the explanation.")
    version: int = Field(description="Grows by one with each thing that happens to it; part of its ETag.")
    status: ExplanationStatus = Field(
        description="`confirm`: waits for the direct superior. `decide`: waits for a decision. Else how it ended."
    )
    violation: str = Field(description="Id of what it is about; of unverified minutes it ends in `-unverified`.")
    stands: bool = Field(description="Whether the newest verdict still has what it is about.")
    employee: str = Field(description="Code of the person.")
    name: str = Field(description="Name of the person.")
    unit: str | None = Field(description="Where they served on that date.")
    date: dt.date = Field(description="The date it is about.")
    session: str = Field(description="The session, or `all`.")
    covers: Covers = Field(description="A type of violation, or `unverified`.")
    minutes: int | None = Field(description="Minutes it claims; null: all of them.")
    ground: str = Field(description="What it rests on. Empty also where it is not for the reader.")
    reason: str = Field(description="What is said. Empty also where it is not for the reader.")
    document: str = Field(description="Number of a document. Empty also where it is not for the reader.")
    attachments: list[Attachment] = Field(description="What is attached. Empty also where it is not for the reader.")
    by_head: bool = Field(description="Whether it is a decision without anybody's explanation.")
    author: str = Field(description="Who handed it in; empty: before this was recorded.")
    submitted_at: dt.datetime | None = Field(description="When the person handed it in.")
    recorded_at: dt.datetime = Field(description="When it was entered here.")
    confirmation: str | None = Field(description="`confirmed` or `denied`; null: nobody said yet.")
    confirmed_by: str | None = Field(description="Who said so.")
    confirmed_at: dt.datetime | None = Field(description="When.")
    confirmation_note: str = Field(description="With which words. Empty also where it is not for the reader.")
    decision: str | None = Field(description="`approved` or `refused`; null: not decided.")
    decided_by: str | None = Field(description="Who decided.")
    decided_at: dt.datetime | None = Field(description="When.")
    decided_minutes: int | None = Field(description="Minutes granted; null: all it claims.")
    decision_note: str = Field(description="The reason. Empty also where it is not for the reader.")
    accepted_after_deadline: bool = Field(description="It came after the deadline and was accepted after all.")
    withdrawn_by: str | None = Field(description="Who took it back.")
    withdrawn_at: dt.datetime | None = Field(description="When.")
    withdrawal_note: str = Field(description="With which words. Empty also where it is not for the reader.")


class ExplanationList(ListFrame):
    items: list[Explanation] = Field(description="Explanations and decisions, the newest first.")


class NewExplanation(Given):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"ground": "forgot_punch", "text": "Tôi quên chấm công khi về lúc 17 giờ 05."}]}
    )
    ground: Ground = Field(description="What it rests on.")
    text: Text = Field(default="", description="What happened; may be left out where a document says it.")
    minutes: int | None = Field(default=None, ge=1, le=1440, description="Minutes it claims; left out: all of them.")
    document: Line = Field(default="", description="Number of a document that says it.")
    submitted_at: Moment | None = Field(
        default=None, description="When the person handed a paper in that is entered for them; left out: now."
    )


class Confirming(Given):
    model_config = ConfigDict(json_schema_extra={"examples": [{"confirmation": "confirmed", "note": "Đúng như vậy"}]})
    confirmation: Literal["confirmed", "denied"] = Field(default="confirmed", description="Whether it was so.")
    note: Text = Field(default="", description="What to say with it; who denies must say why.")


class DecidingOnExplanation(Given):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"decision": "approved", "minutes": 10, "note": "Chấp nhận 10 phút kẹt cầu"}]}
    )
    decision: Literal["approved", "refused"] = Field(description="Whether it is accepted, whole or in part.")
    minutes: int | None = Field(default=None, ge=1, le=1440, description="Minutes granted; left out: all it claims.")
    note: Text = Field(min_length=1, description="The reason, which the person will read.")
    accepted_after_deadline: bool = Field(default=False, description="It counts though it came after its deadline.")
    without_confirmation: bool = Field(default=False, description="Do without the word of the direct superior.")


class DecidingAlone(Given):
    model_config = ConfigDict(json_schema_extra={"examples": [{"decision": "refused", "reason": "Không có lý do"}]})
    decision: Literal["approved", "refused"] = Field(
        description="`approved` excuses it, `refused` lets it stand and closes the question."
    )
    minutes: int | None = Field(default=None, ge=1, le=1440, description="Minutes excused; left out: all.")
    reason: Text = Field(min_length=1, description="The reason, which the person will read.")


class TakingBack(Given):
    model_config = ConfigDict(json_schema_extra={"examples": [{"note": "Gửi nhầm ngày"}]})
    note: Text = Field(default="", description="What to say with it.")


class Asking(Given):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"violations": ["57-20261120-am-late"], "note": "Mời đồng chí giải trình"}]}
    )
    violations: list[ViolationName] = Field(min_length=1, max_length=500, description="Ids of what is to be explained.")
    note: Text = Field(default="", description="What to say to the people who are asked.")
    due_on: IsoDate | None = Field(default=None, description="Until when; left out: the deadline of the rules, if any.")


class AskedFor(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"asked": ["57-20261120-am-late"], "not_needed": []}]})
    asked: list[str] = Field(description="Ids of what people were asked to explain now.")
    not_needed: list[str] = Field(description="Ids of what was asked, explained or settled before.")


_REQUEST = {
    "id": 3,
    "state": "open",
    "violation": "57-20261120-am-late",
    "explanation": None,
    "employee": "CC-0057",
    "name": "Nguyễn Thị Thu Hà",
    "unit": "X-TAN-MAI",
    "date": "2026-11-20",
    "session": "am",
    "covers": "late",
    "note": "Mời đồng chí giải trình",
    "due_on": "2026-11-25",
    "asked_by": "nam.truongphong",
    "asked_at": "2026-11-20T02:00:00+00:00",
}


class ExplanationRequest(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_REQUEST]})
    id: int = Field(description="Number of the request.")
    state: Literal["open", "answered", "closed"] = Field(description="Whether it waits, was answered or decided.")
    violation: str = Field(description="Id of what is to be explained.")
    explanation: int | None = Field(description="Number of the explanation that came of it.")
    employee: str = Field(description="Code of the person who was asked.")
    name: str = Field(description="Name of that person.")
    unit: str | None = Field(description="Where they served on that date.")
    date: dt.date = Field(description="The date it is about.")
    session: str = Field(description="The session.")
    covers: Covers = Field(description="A type of violation, or `unverified`.")
    note: str = Field(description="What was said with it. Empty also where it is not for the reader.")
    due_on: dt.date | None = Field(description="Until when; null: no deadline.")
    asked_by: str = Field(description="Who asked.")
    asked_at: dt.datetime = Field(description="When.")


class ExplanationRequestList(ListFrame):
    items: list[ExplanationRequest] = Field(description="Who was asked to explain what, the newest first.")
