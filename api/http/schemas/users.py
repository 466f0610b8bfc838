"""Accounts and what is granted to them."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from api.http.schemas.parts import Code, Given, Line, ListFrame
from attendance.services.access import Role

_GRANT = {
    "id": 12,
    "user": "binh.thanhtra",
    "role": "inspector",
    "unit": "X-TAN-MAI",
    "starts_at": "2026-11-23T00:00:00Z",
    "ends_at": "2026-12-05T17:00:00Z",
    "document": "QĐ 118/QĐ-UBND",
    "visit": "Kiểm tra công vụ đợt 4",
    "granted_by": "minh.qt",
    "recorded_at": "2026-11-22T09:10:00Z",
    "revoked_at": None,
    "revoked_by": "",
    "state": "holds",
}
_NEW = {
    "role": "inspector",
    "unit": "X-TAN-MAI",
    "ends_at": "2026-12-06T00:00:00+07:00",
    "document": "QĐ 118/QĐ-UBND",
    "visit": "Kiểm tra công vụ đợt 4",
}


class Grant(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_GRANT]})
    id: int = Field(description="Number of the grant.")
    user: str = Field(description="Name under which its holder signs in.")
    role: Role = Field(description="What it allows.")
    unit: str | None = Field(description="Unit it holds for, with those below; null: the whole tree.")
    starts_at: dt.datetime = Field(description="From when it holds.")
    ends_at: dt.datetime | None = Field(description="When it ends, excluded; null: open.")
    document: str = Field(description="The document it rests on.")
    visit: str = Field(description="The inspection or the decision on a team it is for.")
    granted_by: str = Field(description="Who gave it.")
    recorded_at: dt.datetime = Field(description="When it was given.")
    revoked_at: dt.datetime | None = Field(description="When it was taken back; null: it was not.")
    revoked_by: str = Field(description="Who took it back.")
    state: Literal["holds", "later", "ended", "revoked"] = Field(description="How it stands now.")


class User(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": "binh.thanhtra", "employee": "CC-0031", "disabled": False, "grants": [_GRANT]}]
        }
    )
    name: str = Field(description="Name under which one signs in.")
    employee: str | None = Field(description="Code of the person whose account it is.")
    disabled: bool = Field(description="Whether it is closed.")
    grants: list[Grant] = Field(description="Everything ever granted to it, oldest first.")


class UserList(ListFrame):
    items: list[User] = Field(description="Accounts by name.")


class GrantList(ListFrame):
    items: list[Grant] = Field(description="Grants, oldest first.")


class NewGrant(Given):
    model_config = ConfigDict(json_schema_extra={"examples": [_NEW]})
    role: Role = Field(description="What it allows.")
    unit: Code | None = Field(
        default=None, description="Unit it holds for, with those below; null: the whole tree. An official has none."
    )
    starts_at: str | None = Field(
        default=None, max_length=40, description="From when it holds, ISO 8601; default and earliest: now."
    )
    ends_at: str | None = Field(
        default=None, max_length=40, description="When it ends, excluded; an inspector's must have one. Default: open."
    )
    document: Line = Field(default="", description="The document it rests on.")
    visit: Line = Field(default="", description="The inspection or the decision on a team it is for.")


class NewUser(Given):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "binh.thanhtra",
                    "password": "một câu ngắn dễ nhớ",
                    "employee": "CC-0031",
                    "grant": _NEW,
                }
            ]
        }
    )
    name: Code = Field(description="Name to sign in with.")
    password: SecretStr = Field(description="A first password, 10 to 256 characters.")
    employee: Code | None = Field(default=None, description="Code of the person whose account it is.")
    grant: NewGrant | None = Field(default=None, description="A first grant; needed from who sees a part of the tree.")
