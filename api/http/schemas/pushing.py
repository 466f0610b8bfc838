"""Terminals that push: what is known of them, and what an administrator decides."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from api.http.schemas.parts import Code, Given, Line, ListFrame


class PushingTerminal(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "serial": "CQZ7224460123",
                    "status": "pending",
                    "terminal": None,
                    "shape": "att",
                    "device": "SpeedFace-V5L",
                    "firmware": "ZAM170-NF-1.8.25",
                    "push_version": "2.4.1",
                    "records": "1204",
                    "address": "192.168.1.201",
                    "bound_to": None,
                    "refused_address": None,
                    "refused_at": None,
                    "first_seen_at": "2026-11-20T01:00:00+00:00",
                    "last_seen_at": "2026-11-20T01:05:00+00:00",
                    "decided_by": "",
                    "decided_at": None,
                    "photo_days": 0,
                    "complete_until": None,
                    "open_questions": 0,
                    "differences": 0,
                }
            ]
        }
    )
    serial: str = Field(description="Serial number it names; it proves nothing by itself.")
    status: Literal["pending", "approved", "refused"] = Field(description="What was decided about it.")
    terminal: str | None = Field(description="Code of the terminal it is; null: not decided.")
    shape: Literal["att", "acc"] = Field(description="Which protocol it speaks: attendance or access control.")
    device: str | None = Field(description="Model, as it says.")
    firmware: str = Field(description="Firmware, as it says.")
    push_version: str = Field(description="Version of the protocol, as it says.")
    records: str | None = Field(description="How many records it holds, as it says.")
    address: str = Field(description="Address it called from last.")
    bound_to: str | None = Field(description="Network it may call from; null: not decided.")
    refused_address: str | None = Field(description="Another address that used its serial number; null: none.")
    refused_at: dt.datetime | None = Field(description="When that was, last.")
    first_seen_at: dt.datetime = Field(description="When it called first.")
    last_seen_at: dt.datetime = Field(description="When it called last, to the minute.")
    decided_by: str = Field(description="Who decided; empty: nobody yet.")
    decided_at: dt.datetime | None = Field(description="When that was.")
    photo_days: int = Field(description="For how many days its photographs are kept; 0: they are not taken.")
    complete_until: dt.datetime | None = Field(description="Terminal time up to which its log is complete.")
    open_questions: int = Field(description="Questions it has not answered yet.")
    differences: int = Field(description="Punches that only the push or only the pull says.")


class PushingList(BaseModel):
    items: list[PushingTerminal] = Field(description="Those that wait first, then by serial number.")


class Approval(Given):
    model_config = ConfigDict(json_schema_extra={"examples": [{"terminal": "MCC-01", "network": "192.168.1.0/24"}]})
    terminal: Code | None = Field(default=None, description="Code of the terminal it is; default: known by its number.")
    create: Code | None = Field(default=None, description="Code of a terminal to be made for it.")
    unit: Code | None = Field(default=None, description="Unit of a terminal to be made; default: the first.")
    network: Line | None = Field(
        default=None, description="Network it may call from; default: the address it called from last."
    )
    photos: bool | None = Field(default=None, description="Keep the photographs it takes, for 30 days each.")


class Decision(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"serial": "CQZ7224460123", "status": "approved", "terminal": "MCC-01"}]}
    )
    serial: str = Field(description="Serial number.")
    status: Literal["approved", "refused"] = Field(description="What was decided.")
    terminal: str | None = Field(description="Code of its terminal.")


class PushDifference(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "terminal": "MCC-01",
                    "side": "pushed_only",
                    "pin": "57",
                    "at": "2026-11-20T07:29:58+07:00",
                    "state": 0,
                    "verify": 1,
                    "found_at": "2026-11-21T18:30:00+00:00",
                }
            ]
        }
    )
    terminal: str = Field(description="Code of the terminal.")
    side: Literal["pushed_only", "pulled_only"] = Field(
        description="`pushed_only`: it was pushed and is not in the log that was read, so somebody else may have "
        "sent it. `pulled_only`: it is in the log and was never pushed."
    )
    pin: str = Field(description="User number as the terminal wrote it.")
    at: dt.datetime = Field(description="What the terminal's clock said.")
    state: int = Field(description="State key of the terminal, 0 to 255.")
    verify: int = Field(description="How the person was recognised, as the terminal codes it.")
    found_at: dt.datetime = Field(description="When the two sides were compared and it was found.")


class PushDifferenceList(ListFrame):
    items: list[PushDifference] = Field(description="Differences by terminal time.")
