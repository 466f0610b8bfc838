"""Personal data: the notice, requests, terms, destruction."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.http.params import IsoDate
from api.http.schemas.parts import Code, Given, Line, ListFrame

RequestKindCode = Literal[
    "access", "correction", "deletion", "restriction", "objection", "complaint", "consent_withdrawal"
]
Text = Annotated[str, StringConstraints(max_length=4000, strip_whitespace=True)]
Said = Annotated[str, StringConstraints(min_length=1, max_length=4000, strip_whitespace=True)]
Moment = Annotated[str, StringConstraints(max_length=40)]


class Words(BaseModel):
    vi: str = Field(description="In Vietnamese.")
    en: str = Field(description="In English.")


class DataKind(BaseModel):
    code: str = Field(description="Name of the kind.", examples=["punches"])
    holds: Words = Field(description="What is kept.")
    purpose: Words = Field(description="What for.")
    issued_under: str = Field(description="The text in force it rests on; empty: none was established.")
    seen_by: Words = Field(description="Who may see it.")
    months: int = Field(description="How long it is kept; 0: as long as the office exists.")
    counted_from: Words = Field(description="From when that counts.")
    sensitive: bool = Field(description="Whether it is treated as sensitive.")


class HeldKind(DataKind):
    destroyed_by: str = Field(description="How it is destroyed; empty: it cannot be, see `kept_because`.")
    kept_because: Words = Field(description="Why it is kept beyond its term, if it is.")
    approvals: int = Field(description="How many people must agree to its destruction.")
    documents: dict[str, str] = Field(description="What the office's own values rest on, by field.")


class RequestTerm(BaseModel):
    code: str = Field(description="Name of the kind of request.", examples=["access"])
    answer_workdays: int = Field(description="Working days in which it is answered.")
    answer_issued_under: str = Field(description="The text in force this rests on; empty: none was established.")
    days: int = Field(description="Days in which it is carried out; 0: no term.")
    issued_under: str = Field(description="The text in force that rests on; empty: none was established.")
    extension_days: int = Field(description="Days by which that may be extended once; 0: not at all.")


class NoticeAnswer(BaseModel):
    digest: str = Field(description="SHA-256 of what is told: another one is another notice, to be read anew.")
    issued_under: str = Field(description="The texts the notice is issued under.")
    office: dict[str, str] = Field(description="Who answers for the data: controller, address, contact, officer.")
    kinds: list[DataKind] = Field(description="What is kept, what for, how long, who sees it.")
    requests: list[RequestTerm] = Field(description="What one may ask for, and by when it is answered.")
    read_at: dt.datetime | None = Field(description="When the reader said that they read it; null: not yet.")


class NoticeRead(Given):
    digest: Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")] = Field(description="Of the notice read.")
    language: Literal["vi", "en"] = Field(default="vi", description="In which language.")


class Reading(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"read_at": "2026-11-20T01:05:00+00:00"}]})
    read_at: dt.datetime = Field(description="When they said so first.")


class Reader(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"code": "CC-0057", "name": "Nguyễn Thị Thu Hà", "read_at": None}]}
    )
    code: str = Field(description="Code of the person.", examples=["CC-0057"])
    name: str = Field(description="Name of the person.", examples=["Nguyễn Thị Thu Hà"])
    read_at: dt.datetime | None = Field(description="When they read the notice as it stands; null: not yet.")


class ReaderList(ListFrame):
    items: list[Reader] = Field(description="Who serves, by code.")


class OwnRequest(Given):
    kind: RequestKindCode = Field(description="What is asked for.")
    text: Text = Field(
        default="", description="In one's own words.", examples=["Xin bản sao dữ liệu chấm công của tôi"]
    )


class NewRequest(OwnRequest):
    employee: Code = Field(description="Code of the person who asks.", examples=["CC-0057"])
    way: Literal["in_person", "letter", "email", "phone"] = Field(description="How it came.")
    received_at: Moment | None = Field(
        default=None, description="When it came; now if left out.", examples=["2026-11-20T09:00:00+07:00"]
    )


class Told(Given):
    text: Said = Field(description="What the person is told.", examples=["Bản sao gửi kèm công văn 15/CV-VP"])


class PersonalRequest(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 7, "employee": "CC-0057", "name": "Nguyễn Thị Thu Hà", "kind": "access", "way": "letter",
                    "text": "Xin bản sao dữ liệu chấm công của tôi", "received_at": "2026-11-20T02:00:00+00:00",
                    "answer_by": "2026-11-25", "complete_by": "2026-11-30", "overdue": "", "state": "received",
                    "answer": "", "answered_at": None, "answered_by": "", "completed_at": None, "completed_by": "",
                    "extended_days": 0, "extension_reason": "", "entered_by": "hr.lan",
                }
            ]
        }
    )  # fmt: skip
    id: int = Field(description="Number in the register.")
    employee: str = Field(description="Code of the person who asks.")
    name: str = Field(description="Name of the person.")
    kind: str = Field(description="What is asked for.")
    way: str = Field(description="How it came: in_person, letter, email, phone, page.")
    text: str = Field(description="In the person's own words.")
    received_at: dt.datetime = Field(description="When it came.")
    answer_by: dt.date = Field(description="Last date to answer: working days by the calendar in force.")
    complete_by: dt.date | None = Field(description="Last date to carry it out; null: no term is set.")
    overdue: Literal["", "answer", "completion"] = Field(description="Which of the two has passed.")
    state: Literal["received", "answered", "completed", "refused", "withdrawn"] = Field(description="How it stands.")
    answer: str = Field(description="What the person was told.")
    answered_at: dt.datetime | None = Field(description="When.")
    answered_by: str = Field(description="By whom.")
    completed_at: dt.datetime | None = Field(description="When it was carried out.")
    completed_by: str = Field(description="By whom.")
    extended_days: int = Field(description="Days by which the term was extended; 0: it was not.")
    extension_reason: str = Field(description="Why it was.")
    entered_by: str = Field(description="Who entered it.")


class PersonalRequestList(ListFrame):
    items: list[PersonalRequest] = Field(description="Overdue ones first, then open ones by term, then closed ones.")


class TermsAnswer(BaseModel):
    kinds: list[HeldKind] = Field(description="Kinds of data.")
    requests: list[RequestTerm] = Field(description="Kinds of requests.")
    office: dict[str, Any] = Field(description="Who answers for the data, and what the office decided about names.")
    settings: list[dict[str, Any]] = Field(description="Every value the office set, withdrawn ones too.")


class NewSetting(Given):
    subject: Line = Field(description="`data.KIND`, `request.KIND` or `office`.", examples=["data.punches"])
    field: Line = Field(description="What is set: months, purpose.vi, issued_under, …", examples=["months"])
    value: int | bool | Annotated[str, StringConstraints(max_length=2000)] = Field(
        description="The value.", examples=[60]
    )
    from_on: IsoDate = Field(alias="from", description="Since when it holds.", examples=["2026-12-01"])
    document: Line = Field(description="The document it rests on.", examples=["QĐ 12/QĐ-UBND"])


class Setting(BaseModel):
    id: int = Field(description="Number of the setting.")
    subject: str = Field(description="What it is about.")
    field: str = Field(description="What is set.")
    value: Any = Field(description="The value.")
    from_: dt.date = Field(alias="from", description="Since when it holds.")
    document: str = Field(description="The document it rests on.")


class Agreement(BaseModel):
    name: str = Field(description="Who agreed.")
    at: dt.datetime = Field(description="When.")
    document: str = Field(description="By which document.")


class Destruction(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 3, "kind": "photos", "before": "2026-10-24", "term_months": 1, "issued_under": "",
                    "due": {"photographs": 41, "from": "2026-09-01", "to": "2026-10-23"},
                    "proposed_at": "2026-11-24T20:30:00+00:00", "proposed_by": "retention", "state": "proposed",
                    "needed": 1, "document": "", "approvals": [], "destroyed": {}, "decided_at": None,
                    "refused_why": "", "done_at": None,
                }
            ]
        }
    )  # fmt: skip
    id: int = Field(description="Number of the record.")
    kind: str = Field(description="Kind of data.")
    before: dt.date = Field(description="What lies before this date.")
    term_months: int = Field(description="The term it was proposed under.")
    issued_under: str = Field(description="The text in force the term rests on; empty: none was established.")
    due: dict[str, Any] = Field(description="What was found, counted and dated; nobody is named.")
    proposed_at: dt.datetime = Field(description="When it was proposed.")
    proposed_by: str = Field(description="By whom; `retention` is the job.")
    state: Literal["proposed", "approved", "done", "refused"] = Field(description="How it stands.")
    needed: int = Field(description="How many people must agree, none of whom proposed it.")
    document: str = Field(description="The document of the decision.")
    approvals: list[Agreement] = Field(description="Who agreed.")
    destroyed: dict[str, int] = Field(description="What was destroyed, counted.")
    decided_at: dt.datetime | None = Field(description="When it was decided.")
    refused_why: str = Field(description="Why it was refused.")
    done_at: dt.datetime | None = Field(description="When it was carried out.")


class DestructionList(ListFrame):
    items: list[Destruction] = Field(description="Those that wait first, then the newest.")


class Approval(Given):
    document: Annotated[str, StringConstraints(min_length=1, max_length=400, strip_whitespace=True)] = Field(
        description="The document of the decision.", examples=["QĐ 45/QĐ-UBND ngày 20/11/2026"]
    )


class Refusal(Given):
    why: Annotated[str, StringConstraints(min_length=1, max_length=400, strip_whitespace=True)] = Field(
        description="Why nothing is destroyed.", examples=["Đang có khiếu nại chưa giải quyết xong"]
    )


class PersonExport(BaseModel):
    """Everything that is kept on one person."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "schema": "attendance/personal-data/1",
                    "at": "2026-11-24T02:00:00+00:00",
                    "person": {
                        "code": "CC-0057", "name": "Nguyễn Thị Thu Hà", "accounts": ["ha.nguyen"],
                        "known_since": "2026-01-05T02:00:00+00:00",
                    },
                    "reasons_told": True,
                    "sections": [
                        {
                            "name": "assignment", "kind": "people",
                            "purpose": {"vi": "Biết ai phải có mặt ở đâu", "en": "To know who is expected where"},
                            "issued_under": "",
                            "rows": [{"id": 1, "unit": "X-TAN-MAI", "from_on": "2026-01-05", "to_on": None}],
                        }
                    ],
                    "left_out": ["names of other people, also of those who decided; their role is told"],
                }
            ]
        }
    )  # fmt: skip
    schema_: str = Field(alias="schema", description="Name and version of this document.")
    at: dt.datetime = Field(description="When it was made.")
    person: dict[str, Any] = Field(description="Code, name, accounts, since when they are known.")
    reasons_told: bool = Field(description="Whether reasons of papers are in it.")
    sections: list[dict[str, Any]] = Field(
        description="One per table that holds something: name, kind of data, purpose, issued_under, rows as stored."
    )
    left_out: list[str] = Field(description="What is not in it.")
