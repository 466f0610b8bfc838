"""Sessions one has, and tokens made for programs."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from api.http.params import IsoDate
from api.http.schemas.parts import Given, ListFrame
from attendance.services.access import Permission


class Session(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 311,
                    "kind": "session",
                    "created_at": "2026-11-24T00:31:05Z",
                    "seen_at": "2026-11-24T03:10:44Z",
                    "expires_at": "2026-11-24T12:31:05Z",
                    "address": "10.20.30.40",
                    "browser": "firefox/windows",
                    "second_factor": True,
                    "this": False,
                }
            ]
        }
    )
    id: int = Field(description="Number of the session.")
    kind: Literal["session", "bearer"] = Field(description="Pages, or a token of eight hours.")
    created_at: dt.datetime = Field(description="When it began.")
    seen_at: dt.datetime = Field(description="When it was last used, to the minute; of a token: when it began.")
    expires_at: dt.datetime = Field(description="When it ends at the latest.")
    address: str = Field(description="Address it was opened from; empty if not known.")
    browser: str = Field(description="Browser and system it was opened with; empty if not known.")
    second_factor: bool = Field(description="Whether a second factor was given.")
    this: bool = Field(description="Whether it is the one that asks.")


class SessionList(ListFrame):
    items: list[Session] = Field(description="The ones used last first.")


class Ended(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"ended": 2}]})
    ended: int = Field(description="How many ended.")


_TOKEN = {
    "id": 7,
    "name": "Phần mềm tổng hợp của tỉnh",
    "scopes": ["attendance.read", "papers.read"],
    "read_only": True,
    "created_at": "2026-11-24T03:10:44Z",
    "expires_at": "2027-03-31T17:00:00Z",
    "seen_at": None,
}


class ApiToken(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_TOKEN]})
    id: int = Field(description="Number of the token.")
    name: str = Field(description="What it is for.")
    scopes: list[Permission] = Field(description="What it may be used for, as far as its owner may at that moment.")
    read_only: bool = Field(description="Whether it only reads.")
    created_at: dt.datetime = Field(description="When it was made.")
    expires_at: dt.datetime = Field(description="When it ends.")
    seen_at: dt.datetime | None = Field(description="When it was last used, to ten minutes; null: never.")


class ApiTokenList(ListFrame):
    items: list[ApiToken] = Field(description="Tokens that are good at present, the newest first.")


class NewApiToken(Given):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Phần mềm tổng hợp của tỉnh",
                    "scopes": ["attendance.read", "papers.read"],
                    "read_only": True,
                    "to": "2027-03-31",
                }
            ]
        }
    )
    name: str = Field(min_length=1, max_length=64, description="What it is for.")
    scopes: list[Permission] = Field(min_length=1, max_length=100, description="What it may be used for, and no more.")
    read_only: bool = Field(default=True, description="Whether it only reads.")
    to: IsoDate = Field(description="Its last day, within a year.")


class MadeApiToken(ApiToken):
    model_config = ConfigDict(
        json_schema_extra={"examples": [_TOKEN | {"token": "att_3yq0b2v7Xl0cWQ5mJd9sK4nTzE8hR1uAfGiPoY6LrMw"}]}
    )
    token: str = Field(description="Send it as `Authorization: Bearer …`; it is shown this once.")


class FirstPassword(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"password": "7kq2-mx9f-hdp3-wra6", "expires_at": "2026-11-27T03:10:44Z"}]}
    )
    password: str = Field(description="Opens the change of it and nothing else; shown this once.")
    expires_at: dt.datetime = Field(description="Until when it is good.")
