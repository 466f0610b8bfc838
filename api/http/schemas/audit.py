"""Entries of the trail, and looks at oneself."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from api.http.schemas.parts import ListFrame

_ENTRY = {
    "seq": 1204,
    "at": "2026-11-20T10:05:12.250000+00:00",
    "actor": "hr",
    "role": "hr",
    "via": "api",
    "address": "10.20.30.40",
    "act": "employee.renamed",
    "kind": "employee",
    "key": "CC-0057",
    "employees": ["CC-0057"],
    "people": 1,
    "why": "Đính chính theo hồ sơ",
    "before": {"name": "Nguyễn Thị Hà"},
    "after": {"name": "Nguyễn Thị Thu Hà"},
    "erased": None,
}


class TrailEntry(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_ENTRY]})
    seq: int = Field(description="Number of the entry, without gaps.")
    at: dt.datetime = Field(description="When it was done.")
    actor: str = Field(description="Who did it: an account, or who gave a command on the machine.")
    role: str = Field(description="The role in which they did; empty for commands.")
    via: str = Field(description="`api`, `page`, `console`, `job` or `terminal`.")
    address: str = Field(description="Where the request came from; empty for commands.")
    act: str = Field(description="What was done; `looked`: records of people were shown.")
    kind: str = Field(description="To what kind of object; of a look, which view.")
    key: str = Field(description="To which of them.")
    employees: list[str] = Field(description="Codes of the people it is about, at most 50.")
    people: int = Field(description="How many people it is about.")
    why: str = Field(description="The reason given, if any.")
    before: Any = Field(description="What stood there before, or null.")
    after: Any = Field(description="What stands there since, or null.")
    erased: int | None = Field(description="Number of the entry by which reason, before and after were erased.")


class TrailList(ListFrame):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"items": [_ENTRY], "total": 1204, "limit": 100, "offset": 0, "next": "1204"}],
        }
    )
    items: list[TrailEntry] = Field(description="Entries, newest first.")


class Look(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "seq": 1207,
                    "at": "2026-11-20T10:09:40.000000+00:00",
                    "actor": "binh.thanhtra",
                    "role": "inspector",
                    "via": "page",
                    "view": "day",
                    "record": "2026-11-19",
                    "lost": False,
                }
            ]
        }
    )
    seq: int = Field(description="Number of the entry in the trail.")
    at: dt.datetime = Field(description="When it was shown.")
    actor: str = Field(description="Who saw it.")
    role: str = Field(description="The role in which they did; empty for commands on the machine.")
    via: str = Field(description="`api`, `page` or `console`.")
    view: str = Field(description="What was shown: `today`, `day`, `punches`, `verdicts`, `violations` and others.")
    record: str = Field(description="Which record, such as the date of a day; empty: several were shown together.")
    lost: bool = Field(
        description="Looks that could not be written down one by one, for want of space; by whom is lost."
    )


class LookList(ListFrame):
    items: list[Look] = Field(description="Looks, newest first.")
