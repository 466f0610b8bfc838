"""Units on a date, their history, their heads and their houses."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.http.params import IsoDate
from api.http.schemas.parts import Code, Given, Line, ListFrame

_COMMUNE = {
    "code": "X-TAN-MAI",
    "name": "UBND xã Tân Mai",
    "parent": "T-SONG-MAY",
    "schedule": "HANH-CHINH",
    "from": "2025-07-01",
    "to": None,
}
_DOCUMENT = "NQ 1656/NQ-UBTVQH15"
_VERSION = {
    "name": "UBND xã Tân Mai",
    "parent": "T-SONG-MAY",
    "schedule": "HANH-CHINH",
    "from": "2025-07-01",
    "to": None,
    "into": None,
    "document": _DOCUMENT,
    "recorded_at": "2025-06-20T02:00:00+00:00",
}
_HEAD = {
    "id": 3,
    "employee": "CC-0012",
    "name": "Lê Văn Bình",
    "kind": "head",
    "from": "2025-07-01",
    "to": None,
    "document": "QĐ 15/QĐ-UBND",
    "recorded_at": "2025-06-30T02:00:00+00:00",
}
_PLACE = {"id": 2, "unit": "X-DONG-MAN", "name": "Trụ sở cũ xã Đồng Mận", "address": "Thôn 3", "terminals": ["MCC-04"]}

HeadKind = Literal["head", "acting", "deputy"]


def _examples(*examples: dict[str, Any]) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": list(examples)})


def _given(*examples: dict[str, Any]) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"examples": list(examples)})


class Unit(BaseModel):
    model_config = _examples(_COMMUNE)
    code: str = Field(description="Code of the unit; it keeps it for ever.")
    name: str = Field(description="Name on the date asked for.")
    parent: str | None = Field(description="Unit above on that date; null at the top of what one sees.")
    schedule: str | None = Field(
        description="Hours of people who have none of their own; null: those of the unit above."
    )
    from_: dt.date | None = Field(alias="from", description="First date of its life; null: always.")
    to: dt.date | None = Field(description="Last date of its life; null: open.")


class UnitList(ListFrame):
    items: list[Unit] = Field(description="Units by code.")


class NewUnit(Given):
    model_config = _given(
        {
            "code": "X-TAN-MAI",
            "name": "UBND xã Tân Mai",
            "parent": "T-SONG-MAY",
            "from": "2025-07-01",
            "document": _DOCUMENT,
        }
    )
    code: Code = Field(description="1 to 64 letters, digits or signs, without '/'.")
    name: Line = Field(default="", description="Name as people know it; default: the code.")
    parent: Code | None = Field(default=None, description="Unit above; needed where one does not see the whole tree.")
    schedule: Code | None = Field(default=None, description="Hours of people who have none of their own.")
    from_: IsoDate | None = Field(default=None, alias="from", description="First date; left out: it was always there.")
    to: IsoDate | None = Field(default=None, description="Last date; left out: open.")
    document: Line = Field(default="", description="The decision it rests on.")


class UnitVersion(BaseModel):
    model_config = _examples(_VERSION)
    name: str = Field(description="Name on these dates.")
    parent: str | None = Field(description="Unit above; null at the top of what one sees.")
    schedule: str | None = Field(description="Hours of its own; null: those of the unit above.")
    from_: dt.date | None = Field(alias="from", description="First date; null: always.")
    to: dt.date | None = Field(description="Last date; null: open.")
    into: str | None = Field(description="Unit it became part of after the last date.")
    document: str = Field(description="The decision it rests on.")
    recorded_at: dt.datetime = Field(description="When it became known here.")


class Head(BaseModel):
    model_config = _examples(_HEAD)
    id: int = Field(description="Number of the term.")
    employee: str = Field(description="Code of the person.")
    name: str = Field(description="Name of the person.")
    kind: HeadKind = Field(description="The head, somebody acting for them or for nobody, a deputy.")
    from_: dt.date = Field(alias="from", description="First date.")
    to: dt.date | None = Field(description="Last date; null: open.")
    document: str = Field(description="The decision it rests on.")
    recorded_at: dt.datetime = Field(description="When it became known here.")


class HeadList(ListFrame):
    items: list[Head] = Field(description="Terms by date.")


class NewHead(Given):
    model_config = _given(
        {"employee": "CC-0012", "kind": "head", "from": "2025-07-01", "to": None, "document": "QĐ 15/QĐ-UBND"}
    )
    employee: Code = Field(description="Code of the person.")
    kind: HeadKind = Field(default="head", description="One head and one acting head at a time; deputies side by side.")
    from_: IsoDate = Field(alias="from", description="First date.")
    to: IsoDate | None = Field(default=None, description="Last date; left out: open.")
    document: Line = Field(default="", description="The decision it rests on.")


class Ending(Given):
    model_config = _given({"to": "2025-06-30", "document": "QĐ 99/QĐ-UBND"})
    to: IsoDate = Field(description="Last date.")
    document: Line = Field(default="", description="The decision it rests on.")


class Withdrawing(Given):
    model_config = _given({"why": "Nhập nhầm người"})
    why: Line = Field(min_length=1, description="Why it was a mistake, for whoever reads the trail.")


class Place(BaseModel):
    model_config = _examples(_PLACE)
    id: int = Field(description="Number of the house.")
    unit: str = Field(description="Unit it was recorded for: this one, or one that became part of it.")
    name: str = Field(description="What people call it.")
    address: str = Field(description="Where it is.")
    terminals: list[str] = Field(description="Terminals that hang there.")


class PlaceList(ListFrame):
    items: list[Place] = Field(description="Houses in the order they were recorded.")


class NewPlace(Given):
    model_config = _given({"name": "Trụ sở cũ xã Đồng Mận", "address": "Thôn 3", "terminals": ["MCC-04"]})
    name: Line = Field(min_length=1, description="What people call it; said again, it adds terminals.")
    address: Line = Field(default="", description="Where it is.")
    terminals: list[Code] = Field(default_factory=list, max_length=50, description="Terminals that hang there.")


class UnitHistory(BaseModel):
    model_config = _examples(
        {
            "code": "X-TAN-MAI",
            "version": 4,
            "versions": [_VERSION],
            "merged": ["X-DONG-MAN"],
            "heads": [_HEAD],
            "places": [_PLACE],
        }
    )
    code: str = Field(description="Code of the unit.")
    version: int = Field(description="Counts its changes; send it as `If-Match` with the next one.")
    versions: list[UnitVersion] = Field(description="What it was on which dates, by date.")
    merged: list[str] = Field(description="Units that have become part of it by today.")
    heads: list[Head] = Field(description="Who leads it today: whoever acts, the head, deputies; empty: nobody.")
    places: list[Place] = Field(description="Its houses today, with those of units that became part of it.")


class Renaming(Given):
    model_config = _given({"name": "UBND xã Tân Mai", "on": "2025-07-01", "document": _DOCUMENT})
    name: Line = Field(min_length=1, description="The new name.")
    on: IsoDate = Field(description="First date on which it holds.")
    document: Line = Field(default="", description="The decision it rests on.")


class Moving(Given):
    model_config = _given({"parent": "T-SONG-MAY", "on": "2025-07-01", "document": _DOCUMENT})
    parent: Code | None = Field(description="The unit above from then on; null: it stands at the top.")
    on: IsoDate = Field(description="First date on which it holds.")
    document: Line = Field(default="", description="The decision it rests on.")


class Rehouring(Given):
    model_config = _given({"schedule": "HANH-CHINH", "on": "2025-07-01", "document": "QĐ 15/QĐ-UBND"})
    schedule: Code | None = Field(description="Hours from then on; null: those of the unit above.")
    on: IsoDate = Field(description="First date on which they hold.")
    document: Line = Field(default="", description="The decision it rests on.")


class UnitEnding(Given):
    model_config = _given({"to": "2025-06-30", "document": _DOCUMENT})
    to: IsoDate | None = Field(description="Last date; null: it goes on after all.")
    document: Line = Field(default="", description="The decision it rests on.")


class Merging(Given):
    model_config = _given({"into": "X-TAN-MAI", "on": "2025-07-01", "move_people": True, "document": _DOCUMENT})
    into: Code = Field(description="The unit it becomes part of; it must be there on that date.")
    on: IsoDate = Field(description="First date on which it is part of the other.")
    move_people: bool = Field(default=False, description="Assign its people to the other unit from that date on.")
    document: Line = Field(default="", description="The decision it rests on.")


class UnitChanged(BaseModel):
    model_config = _examples({"code": "X-TAN-MAI", "version": 4, "marked": 84})
    code: str = Field(description="Code of the unit.")
    version: int = Field(description="Its version now.")
    marked: int = Field(description="Days that wait to be judged again, in all.")


class UnitEnded(UnitChanged):
    model_config = _examples(
        {
            "code": "X-DONG-MAN",
            "version": 2,
            "marked": 84,
            "moved": ["CC-0057"],
            "to_move": [],
            "terminals": ["MCC-04"],
        }
    )
    moved: list[str] = Field(description="People who serve in the other unit now.")
    to_move: list[str] = Field(description="People whose assignments go on after the end: they are still to be moved.")
    terminals: list[str] = Field(
        description="Terminals in it: after a merger the other unit's, else still to be moved or put out of use."
    )


class Transfer(Given):
    model_config = _given({"unit": "X-TAN-MAI", "on": "2025-07-16", "document": "QĐ 40/QĐ-UBND"})
    unit: Code = Field(description="The unit in which they serve from then on.")
    on: IsoDate = Field(description="First date there; the assignment before ends the day before.")
    schedule: Code | None = Field(default=None, description="Hours of their own; left out: those of the unit.")
    terminals: list[Code] = Field(
        default_factory=list, max_length=50, description="Terminals they depend on; empty: those of the unit."
    )
    document: Line = Field(default="", description="The decision it rests on.")
