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


class TerminalAgain(BaseModel):
    terminal: str = Field(description="Its code.")
    way: Literal["pull", "push", "file"] = Field(description="How it is read.")
    state: Literal["waiting", "read", "gap"] = Field(
        description="`waiting`: not read again yet; `gap`: it was, and its log no longer reaches back to the backup."
    )
    read_until: dt.datetime | None = Field(description="Until when it is read completely.")


class LostAct(BaseModel):
    """Something that was entered after the backup and is not in this database."""

    at: dt.datetime = Field(description="When it was entered.")
    act: str = Field(description="What was done, as in the trail.", examples=["paper.approved"])
    kind: str = Field(description="Of what.", examples=["paper"])
    key: str = Field(description="Which of them.")
    by: str = Field(description="Who did it.")


class Restoration(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 1, "from": "2026-11-24T05:00:03+07:00", "to": "2026-11-26T09:12:40+07:00",
                    "file": "attendance-20261124-050003.backup", "by": "root",
                    "terminals": [
                        {"terminal": "T-A", "way": "pull", "state": "read", "read_until": "2026-11-26T09:15:00+07:00"}
                    ],
                    "lost_is_known": True, "lost_total": 1,
                    "lost": [
                        {"at": "2026-11-25T08:00:00+07:00", "act": "paper.approved", "kind": "paper", "key": "41",
                         "by": "lan"}
                    ],
                    "settled_at": None, "settled_by": "", "note": "",
                }
            ]
        }
    )  # fmt: skip
    id: int = Field(description="Its number.")
    from_: dt.datetime = Field(alias="from", description="The moment the backup shows.")
    to: dt.datetime = Field(description="When it was put back: in between nothing is known but what is read again.")
    file: str = Field(description="Name of the backup.")
    by: str = Field(description="Who put it back.")
    terminals: list[TerminalAgain] = Field(description="Those in use.")
    lost_is_known: bool = Field(description="Whether what stood there before could tell what was entered since.")
    lost_total: int = Field(description="How many acts.")
    lost: list[LostAct] = Field(description="The first 500.")
    settled_at: dt.datetime | None = Field(description="Since when somebody says that it was entered again.")
    settled_by: str = Field(description="Who said so; empty: nobody.")
    note: str = Field(description="What they said.")


class RestorationList(ListFrame):
    items: list[Restoration] = Field(description="Newest first.")


class Settling(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"note": "Đã nhập lại 3 đơn nghỉ theo sổ công văn đến."}]}
    )
    note: str = Field(min_length=1, max_length=1000, description="What was entered again, and how one knows.")


class Drill(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "at": "2026-11-24T06:00:10+07:00", "file": "attendance-20261124-050003.backup",
                    "data_at": "2026-11-24T05:00:03+07:00", "seconds": 12.4, "size": 1_830_412, "rows": 48_112,
                    "days": 198, "differing": 0, "outcome": "ok", "message": "", "source": "schedule",
                    "by": "timetable",
                }
            ]
        }
    )  # fmt: skip
    at: dt.datetime = Field(description="When it was tried.")
    file: str = Field(description="Name of the backup.")
    data_at: dt.datetime | None = Field(description="The moment the backup shows.")
    seconds: float = Field(description="From the file to a database that was verified.", examples=[12.4])
    size: int = Field(description="Of the file, in bytes.")
    rows: int = Field(description="Put back.")
    days: int = Field(description="Judged again, drawn from all of them.")
    differing: int = Field(description="Of these, judged otherwise than stored.")
    outcome: str = Field(description="`ok`, or what went wrong.")
    message: str = Field(description="What went wrong, in a sentence; empty where nothing did.")
    source: Literal["schedule", "console"] = Field(description="How it came about.")
    by: str = Field(description="Who had it tried.")


class DrillList(ListFrame):
    items: list[Drill] = Field(description="Newest first.")
