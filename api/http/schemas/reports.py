"""Papers of the catalogue, and those that are made in the background."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from api.http.schemas.parts import Code, Given, ListFrame

Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$", max_length=10)]
_JOB = {
    "id": "5f0c1a2b3c4d5e6f70818293",
    "report": "violations",
    "format": "xlsx",
    "asked": {"unit": "X-TAN-MAI", "from": "2026-01-01", "to": "2026-06-30"},
    "state": "running",
    "rows": 41500,
    "asked_at": "2026-11-24T09:00:00+07:00",
    "ended_at": None,
    "known_at": None,
    "size": None,
    "digest": None,
    "problem": None,
    "sentence": None,
    "file": None,
}


class ReportItem(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "key": "timesheet",
                    "title": "Bảng chấm công tháng",
                    "for": "Cán bộ tổ chức và kế toán, để trả lương và lưu hồ sơ.",
                    "purpose": "month",
                    "permission": "months.read",
                    "asks": ["unit", "month"],
                    "must": ["unit"],
                    "formats": ["xlsx", "pdf", "csv", "json"],
                    "long": False,
                }
            ]
        }
    )
    key: str = Field(description="Its name in addresses, orders and commands.")
    title: str = Field(description="What it is called, in the office's language.")
    for_: str = Field(alias="for", description="For whom it is.")
    purpose: str = Field(description="For what it is made: `month`, `hours`, `compared`, `control`, `data`, `other`.")
    permission: str = Field(description="What one must be allowed to do.")
    asks: list[str] = Field(description="What it can be asked with.")
    must: list[str] = Field(description="What it must be asked with.")
    formats: list[str] = Field(description="What it is made as; the first unless another is asked for.")
    long: bool = Field(description="Whether it may take long: order it to be made in the background.")


class ReportList(ListFrame):
    items: list[ReportItem] = Field(description="By purpose.")


class ReportOrder(Given):
    """A paper to be made in the background."""

    model_config = Given.model_config | {
        "json_schema_extra": {
            "examples": [{"report": "violations", "format": "xlsx", "from": "2026-01-01", "to": "2026-06-30"}]
        }
    }
    report: Code = Field(description="`key` of the paper.")
    format: Annotated[str, StringConstraints(max_length=20)] = Field("", description="Default: the first it has.")
    lang: Literal["vi", "en"] | None = Field(None, description="Language of what people read.")
    unit: Code | None = Field(None, description="Code of a unit.")
    employee: Code | None = Field(None, description="Code of a person.")
    month: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}$", max_length=7)] | None = Field(
        None, description="As 2026-11."
    )
    from_: Day | None = Field(None, alias="from", description="First date, included.")
    to: Day | None = Field(None, description="Last date, included.")
    year: Annotated[str, StringConstraints(pattern=r"^\d{4}$", max_length=4)] | None = Field(
        None, description="As 2026."
    )
    violation: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = Field(
        None, description="`id` of a violation."
    )


class ReportJob(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_JOB]})
    id: str = Field(description="Its name, which nobody can guess.")
    report: str = Field(description="`key` of the paper.")
    format: str = Field(description="What it is made as.")
    asked: dict[str, str] = Field(description="What it was asked with.")
    state: str = Field(
        description="`waiting`, `running`, `done`, `failed`; `gone`: the file was taken away, as data it told of are "
        "erased."
    )
    rows: int = Field(description="How many rows are written so far; of a paper that is made: in all.")
    asked_at: AwareDatetime = Field(description="When it was ordered.")
    ended_at: AwareDatetime | None = Field(description="When it was made, or could not be.")
    known_at: AwareDatetime | None = Field(description="The moment it tells of: what was known then.")
    size: int | None = Field(description="Bytes of the file.")
    digest: str | None = Field(description="SHA-256 of the file, in hexadecimal.")
    problem: str | None = Field(description="Why it could not be made, as a code.")
    sentence: str | None = Field(description="The same in a sentence.")
    file: str | None = Field(description="Address of the file, once it is made.")


class ReportJobList(ListFrame):
    items: list[ReportJob] = Field(description="The newest first.")
