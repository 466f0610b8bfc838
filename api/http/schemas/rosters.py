"""Rosters: duties, what must be filled, gaps, who was not there, the public sheet of a week."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.http.params import IsoDate
from api.http.schemas.papers import Moment, Text
from api.http.schemas.parts import Code, Given, Line, ListFrame

DutyKind = Literal["one_stop", "saturday", "night", "holiday", "reception", "duty"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
_KIND = "one_stop (desk), saturday, night, holiday, reception (of citizens, by a leader) or duty (any other)."


class NewDuty(Given):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "employee": "CC-0057",
                    "kind": "one_stop",
                    "desk": "Hộ tịch",
                    "starts": "2026-11-25T07:30:00+07:00",
                    "ends": "2026-11-25T11:30:00+07:00",
                    "document": "Lịch trực tuần 48",
                }
            ]
        }
    )
    employee: Code = Field(description="Code of the person.")
    kind: DutyKind = Field(default="duty", description=_KIND)
    desk: Line = Field(default="", description="Desk, as people call it.")
    unit: Code | None = Field(default=None, description="Whose roster; left out: where the person serves then.")
    starts: Moment = Field(description="When it begins, ISO 8601; without an offset the time of the office.")
    ends: Moment = Field(description="When it ends, at most 48 hours later.")
    counts_as_schedule: bool = Field(default=False, description="On a day without hours it is one that is due.")
    document: Line = Field(default="", description="Number of the roster.")
    note: Text = Field(default="", description="What its author says, for whoever decides.")


class NewSubstitute(Given):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"employee": "CC-0031", "document": "", "note": "Thay chị Hà đi họp"}]}
    )
    employee: Code = Field(description="Who takes the duty over.")
    document: Line = Field(default="", description="Number of the document.")
    note: Text = Field(default="", description="What its author says, for whoever decides.")


class NewPost(Given):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "unit": "X-TAN-MAI",
                    "kind": "one_stop",
                    "desk": "Hộ tịch",
                    "weekdays": ["mon", "tue", "wed", "thu", "fri"],
                    "starts": "07:30",
                    "ends": "11:30",
                    "from": "2026-01-01",
                    "document": "QĐ 15/QĐ-UBND",
                }
            ]
        }
    )
    unit: Code = Field(description="Whose roster.")
    kind: DutyKind = Field(description=_KIND)
    desk: Line = Field(default="", description="Desk, as people call it.")
    weekdays: list[Weekday] = Field(default_factory=list, max_length=7, description="On which weekdays, mon to sun.")
    dates: list[IsoDate] = Field(default_factory=list, max_length=366, description="And on which single dates.")
    starts: TimeOfDay = Field(description="From, as 07:30.")
    ends: TimeOfDay = Field(description="To; at or before the start: on the next day.")
    needed: int = Field(default=1, ge=1, le=50, description="How many people at once.")
    from_: IsoDate | None = Field(default=None, alias="from", description="First date; left out: always.")
    to: IsoDate | None = Field(default=None, description="Last date; left out: open.")
    document: Line = Field(default="", description="The document it rests on.")


class Post(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 3,
                    "version": 1,
                    "unit": "X-TAN-MAI",
                    "kind": "one_stop",
                    "desk": "Hộ tịch",
                    "weekdays": ["mon", "tue", "wed", "thu", "fri"],
                    "dates": [],
                    "starts": "07:30",
                    "ends": "11:30",
                    "needed": 1,
                    "from": "2026-01-01",
                    "to": None,
                    "document": "QĐ 15/QĐ-UBND",
                    "author": "nam.truongphong",
                    "recorded_at": "2025-12-28T02:00:00+00:00",
                    "withdrawn_at": None,
                }
            ]
        }
    )
    id: int = Field(description="Number of the post.")
    version: int = Field(description="1, and 2 once it was taken back; part of its ETag.")
    unit: str = Field(description="Whose roster.")
    kind: str = Field(description=_KIND)
    desk: str = Field(description="Desk.")
    weekdays: list[str] = Field(description="On which weekdays.")
    dates: list[dt.date] = Field(description="On which single dates.")
    starts: str = Field(description="From.")
    ends: str = Field(description="To.")
    needed: int = Field(description="How many people at once.")
    from_: dt.date | None = Field(alias="from", description="First date; null: always.")
    to: dt.date | None = Field(description="Last date; null: open.")
    document: str = Field(description="The document it rests on.")
    author: str = Field(description="Who entered it.")
    recorded_at: dt.datetime = Field(description="When it was entered.")
    withdrawn_at: dt.datetime | None = Field(description="When it was taken back; null: it holds.")


class PostList(ListFrame):
    items: list[Post] = Field(description="Posts by unit, kind, desk and time.")


class Gap(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "post": 3,
                    "unit": "X-TAN-MAI",
                    "kind": "one_stop",
                    "desk": "Hộ tịch",
                    "starts": "2026-11-26T07:30:00+07:00",
                    "ends": "2026-11-26T11:30:00+07:00",
                    "missing": 1,
                }
            ]
        }
    )
    post: int = Field(description="Number of the post.")
    unit: str = Field(description="Whose roster.")
    kind: str = Field(description=_KIND)
    desk: str = Field(description="Desk.")
    starts: dt.datetime = Field(description="From when.")
    ends: dt.datetime = Field(description="Until when.")
    missing: int = Field(description="How many people are not on the roster then.")


class GapList(ListFrame):
    items: list[Gap] = Field(description="Stretches of time in which a post is not filled, by time.")


class Duty(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "paper": 81,
                    "employee": "CC-0057",
                    "name": "Nguyễn Thị Thu Hà",
                    "unit": "X-TAN-MAI",
                    "kind": "one_stop",
                    "desk": "Hộ tịch",
                    "starts": "2026-11-25T07:30:00+07:00",
                    "ends": "2026-11-25T11:30:00+07:00",
                    "in_place_of": None,
                    "state": "kept",
                }
            ]
        }
    )
    paper: int | None = Field(description="Number of the paper that enters it.")
    employee: str = Field(description="Code of the person.")
    name: str = Field(description="Name of the person.")
    unit: str | None = Field(description="Whose roster.")
    kind: str = Field(description=_KIND)
    desk: str = Field(description="Desk.")
    starts: dt.datetime = Field(description="From when.")
    ends: dt.datetime = Field(description="Until when.")
    in_place_of: int | None = Field(description="Paper of the duty it takes over; null: none.")
    state: str = Field(
        description="kept, no_show (the terminals were read past it and nobody was seen), away (on leave or a "
        "mission), unverified (nothing may be concluded), open (not over, or not approved) or refused (does not hold)."
    )


class DutyList(ListFrame):
    items: list[Duty] = Field(description="Duties by unit and time.")


class SheetDuty(BaseModel):
    name: str = Field(description="Who is there.")
    kind: str = Field(description=_KIND)
    desk: str = Field(description="Desk.")
    starts: dt.datetime = Field(description="From when.")
    ends: dt.datetime = Field(description="Until when.")


class SheetDay(BaseModel):
    date: dt.date = Field(description="The date.")
    duties: list[SheetDuty] = Field(description="Who is there, by time.")


class Sheet(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "unit": "X-TAN-MAI",
                    "name": "UBND xã Tân Mai",
                    "from": "2026-11-23",
                    "to": "2026-11-29",
                    "days": [
                        {
                            "date": "2026-11-25",
                            "duties": [
                                {
                                    "name": "Nguyễn Thị Thu Hà",
                                    "kind": "one_stop",
                                    "desk": "Hộ tịch",
                                    "starts": "2026-11-25T07:30:00+07:00",
                                    "ends": "2026-11-25T11:30:00+07:00",
                                }
                            ],
                        }
                    ],
                }
            ]
        }
    )
    unit: str = Field(description="Code of the unit.")
    name: str = Field(description="Name of the unit.")
    from_: dt.date = Field(alias="from", description="Monday of the week.")
    to: dt.date = Field(description="Sunday of the week.")
    days: list[SheetDay] = Field(description="The seven days.")
