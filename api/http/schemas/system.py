"""How the installation is, and its backups."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.http.schemas.parts import ListFrame


class SystemFinding(BaseModel):
    """One thing an administrator looks after."""

    reason: str = Field(description="What it is about, for programs.", examples=["backup_old"])
    level: Literal["good", "look", "bad"] = Field(description="`bad`: something is lost or will be, if nobody acts.")
    sentence: str = Field(
        description="It in words, in the language of the office.",
        examples=["Bản sao lưu gần nhất đã cũ: lúc 05:00 21/11/2026, cách đây 74 giờ."],
    )
    next_step: str = Field(description="What to do; empty where nothing is.")
    values: dict[str, Any] = Field(description="The values of the sentence.")


class SystemHealth(BaseModel):
    well: bool = Field(description="Whether nothing is `bad`.")
    findings: list[SystemFinding] = Field(description="The worst first.")


class Backup(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "at": "2026-11-24T05:00:03+07:00",
                    "file": "attendance-20261124-050003.backup",
                    "size": 1_830_412,
                    "sha256": "9b74c9897bac770ffc029102a200c5de6b1d3c1f0f5f9ef1f7b9a3b2c4d5e6f7",
                    "source": "schedule",
                    "by": "timetable",
                    "outcome": "ok",
                }
            ]
        }
    )
    at: dt.datetime = Field(description="The moment that the backup shows.")
    file: str = Field(description="Name of the file in the folder of the backups.")
    size: int = Field(description="In bytes.")
    sha256: str = Field(description="Of the file; empty where none was made.")
    source: Literal["schedule", "console", "page", "api", "restore"] = Field(description="How it came about.")
    by: str = Field(description="Who had it made.")
    outcome: str = Field(description="`ok`, or what went wrong.")


class BackupList(ListFrame):
    items: list[Backup] = Field(description="Newest first.")
