"""Teams, plans of visits, and draws."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.http.params import IsoDate
from api.http.schemas.parts import Code, Given, Line, ListFrame

Kind = Literal["surprise", "regular", "self", "party", "elected"]
Part = Literal["head", "secretary", "member"]
Authority = Literal["state", "party", "elected", "internal"]

_MEMBER = {
    "id": 3, "user": "binh.thanhtra", "name": "Phạm Thanh Bình", "part": "head", "post": "Phó Chánh Thanh tra",
    "joined_on": "2026-11-02", "left_on": None,
}  # fmt: skip
_TEAM: dict[str, Any] = {
    "id": 4, "name": "Tổ kiểm tra công vụ", "document": "QĐ 212/QĐ-UBND", "authority": "state", "standing": True,
    "unit": "H", "unit_name": "Tỉnh Sông Mây", "from_on": "2026-11-02", "to_on": "2027-06-30", "state": "holds",
    "members": [_MEMBER], "own": False, "writable": True,
}  # fmt: skip
_VISIT = {
    "key": "5f0c2a5e9d3b4a1f8e7d6c5b4a392817", "unit": "X-TAN-MAI", "unit_name": "Xã Tân Mai",
    "team": "Tổ kiểm tra công vụ", "kind": "surprise", "source": "risk", "state": "planned",
    "planned_for": "2026-12-03", "at": None, "note": "", "own": True,
}  # fmt: skip
_FACTS = {"days": 812, "with_occurrence": 41, "open_questions": 6, "since": None}
_NEVER: dict[str, Any] = {"unit": "X-TAN-MAI", "name": "Xã Tân Mai", "people": 42, "last_visit": None}
_PROPOSED: dict[str, Any] = _NEVER | {"weight": 1207, "facts": _FACTS}
_DRAW: dict[str, Any] = {
    "key": "0b1c2d3e4f5061728394a5b6c7d8e9f0", "team": "Tổ kiểm tra công vụ", "way": "risk", "count": 1,
    "at": "2026-11-24T08:10:00+07:00", "seed_digest": "9f" * 32, "content_digest": "3a" * 32, "published": True,
    "seed": "71" * 32, "taken": ["X-TAN-MAI"],
    "candidates": [
        {"unit": "X-DONG-MAN", "weight": 1120, "facts": _FACTS},
        {"unit": "X-SUOI-NHAN", "weight": 310, "facts": _FACTS},
        {"unit": "X-TAN-MAI", "weight": 1207, "facts": _FACTS},
    ],
}  # fmt: skip


class Member(BaseModel):
    id: int = Field(description="Number of their place in the team.")
    user: str = Field(description="Account.")
    name: str = Field(description="Name as minutes bear it.")
    part: Part = Field(description="What they are in the team.")
    post: str = Field(description="Post as minutes bear it.")
    joined_on: dt.date = Field(description="First day.")
    left_on: dt.date | None = Field(description="The day they left; null: they are in it.")


class Team(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_TEAM]})
    id: int = Field(description="Number of the team.")
    name: str = Field(description="Name.")
    document: str = Field(description="Number of the decision.")
    authority: Authority = Field(description="Whose team it is.")
    standing: bool = Field(description="Not made for one occasion.")
    unit: str | None = Field(description="Top of the units it may visit; null: the whole tree.")
    unit_name: str | None = Field(description="Its name.")
    from_on: dt.date = Field(description="First day of the decision.")
    to_on: dt.date = Field(description="Last day of the decision, included.")
    state: Literal["holds", "later", "expired", "ended"] = Field(description="How it stands today.")
    members: list[Member] = Field(description="Who is and was in it, in the order they came.")
    own: bool = Field(description="Whether you are in it.")
    writable: bool = Field(description="Whether you may change who is in it, and end it.")


class TeamList(ListFrame):
    items: list[Team] = Field(description="Teams whose units you see, and your own; the longest to hold first.")


class NewMember(Given):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"user": "binh.thanhtra"}]})
    user: Code = Field(description="Account, never your own.")
    part: Part = Field(default="member", description="What they are in the team; it has one head.")
    name: Line = Field(default="", description="Name as minutes bear it; left out: that of the person.")
    post: Line = Field(default="", description="Post as minutes bear it.")


class NewTeam(Given):
    model_config = ConfigDict(populate_by_name=True, extra="forbid")
    name: Line = Field(description="Name.", examples=["Tổ kiểm tra công vụ"])
    document: Line = Field(description="Number of the decision.", examples=["QĐ 212/QĐ-UBND"])
    authority: Authority = Field(default="state", description="Whose team it is.")
    standing: bool = Field(default=False, description="Not made for one occasion.")
    unit: Code | None = Field(default=None, description="Top of the units it may visit; null: the whole tree.")
    from_: IsoDate = Field(alias="from", description="First day of the decision.")
    to: IsoDate = Field(description="Last day of the decision, at most 366 days in all.")
    members: list[NewMember] = Field(min_length=1, max_length=30, description="One of them is its head.")


class Ending(Given):
    why: str = Field(default="", max_length=1000, description="Why, for the trail.")


class Visit(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_VISIT]})
    key: str = Field(description="Names the visit in addresses.")
    unit: str = Field(description="Code of the unit.")
    unit_name: str = Field(description="Its name.")
    team: str = Field(description="Name of the team.")
    kind: Kind = Field(description="Unannounced, announced, by the unit itself, by a Party or an elected body.")
    source: Literal["free", "risk", "chance", "observation"] = Field(description="How the unit was come upon.")
    state: Literal["planned", "begun", "ended", "sealed", "dropped"] = Field(description="How far it is.")
    planned_for: dt.date | None = Field(description="Day of the plan; null: none, or not for you to know.")
    at: dt.datetime | None = Field(description="Minute of arrival on the wall; null: not begun.")
    note: str = Field(description="What the team noted with the plan; empty for others.")
    own: bool = Field(description="Whether it is of a team you are in.")


class VisitList(ListFrame):
    items: list[Visit] = Field(description="Plans and visits of your own teams, and visits with sealed minutes.")


class NewVisit(Given):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"unit": "X-TAN-MAI"}]})
    unit: Code = Field(description="Unit to visit, with those below it.")
    team: int | None = Field(
        default=None, ge=1, le=2**31 - 1, description="Number of your team; left out: the only one you are in."
    )
    kind: Kind = Field(default="surprise", description="What kind of visit.")
    source: Literal["free", "risk", "observation"] = Field(default="free", description="How the unit was come upon.")
    planned_for: IsoDate | None = Field(default=None, description="On which day; null: whenever it suits.")
    note: str = Field(default="", max_length=2000, description="For the team alone.")
    begin: bool = Field(
        default=False, description="Begin at once: the list is frozen at this minute, from what was read before."
    )


class Dropping(Given):
    why: str = Field(min_length=1, max_length=2000, description="Why the plan comes to nothing; for the team alone.")


class Facts(BaseModel):
    days: int = Field(description="Days of people of which something is concluded, of the last 90.")
    with_occurrence: int = Field(description="Those of them with something that counts.")
    open_questions: int = Field(description="Days with a missing punch that nobody settled.")
    since: int | None = Field(description="Days since the last visit you may know of; null: none within a year.")


class UnitToVisit(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_PROPOSED]})
    unit: str = Field(description="Code.")
    name: str = Field(description="Name.")
    people: int = Field(description="How many serve in the unit itself today.")
    last_visit: dt.date | None = Field(description="The last visit you may know of; null: none within a year.")
    weight: int = Field(description="What speaks for visiting it, by the formula below.")
    facts: Facts = Field(description="What the weight is made of.")


class UnitsToVisit(ListFrame):
    items: list[UnitToVisit] = Field(description="The units.")


class NeverVisited(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_NEVER]})
    unit: str = Field(description="Code.")
    name: str = Field(description="Name.")
    people: int = Field(description="How many serve in the unit itself today.")
    last_visit: dt.date | None = Field(description="The last visit before this year; null: none within a year.")


class NeverVisitedList(ListFrame):
    items: list[NeverVisited] = Field(description="Units in which somebody serves, by code.")


class Weighed(BaseModel):
    unit: str = Field(description="Code of a unit.")
    weight: int = Field(description="Its weight in the draw.")
    facts: Facts = Field(description="What was known of it then.")


class Draw(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_DRAW]})
    key: str = Field(description="Names the draw.")
    team: str = Field(description="Name of the team.")
    way: Literal["risk", "chance"] = Field(description="Weighed by what was known of the units, or all alike.")
    count: int = Field(description="How many were drawn.")
    at: dt.datetime = Field(description="When.")
    seed_digest: str = Field(description="SHA-256 of the letters of the seed; in the trail since the draw.")
    content_digest: str = Field(description="SHA-256 of the whole draw with its seed; in the trail since the draw.")
    published: bool = Field(description="Whether no visit of it is planned any more.")
    seed: str | None = Field(description="The seed; null until the draw is published.")
    taken: list[str] = Field(description="The units that were taken, in order.")
    candidates: list[Weighed] = Field(description="What was drawn from, by code.")


class DrawList(ListFrame):
    items: list[Draw] = Field(description="Draws of your own teams, and published ones of your units.")


class NewDraw(Given):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"way": "risk", "count": 2}]})
    team: int | None = Field(
        default=None, ge=1, le=2**31 - 1, description="Number of your team; left out: the only one you are in."
    )
    way: Literal["risk", "chance"] = Field(description="Weighed by what is known of the units, or all alike.")
    count: int = Field(ge=1, le=20, description="How many units to draw; at least one more is drawn from.")
    kind: Kind = Field(default="surprise", description="What kind of visits are planned.")
    planned_for: IsoDate | None = Field(default=None, description="On which day; null: whenever it suits.")
