"""Sites without a road, and what the centre holds of them."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from api.http.schemas.parts import ListFrame

_DIGEST = "9b74c9897bac770ffc029102a200c5de6b1d3c1f0f5f9ef1f7b9a3b2c4d5e6f7"


class Holding(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "site": "BAN-CHA",
                    "chain": "5f0c1d2e3a4b5c6d7e8f901122334455",
                    "number": 1204,
                    "digest": _DIGEST,
                    "stored": 37,
                    "at": "2026-11-20T10:05:12+00:00",
                    "seal": _DIGEST,
                }
            ]
        }
    )
    site: str = Field(description="Code of the site.")
    chain: str = Field(description="Name the site gave its present chain; empty until its first segment has come.")
    number: int = Field(description="Number of the newest segment held; 0: none.")
    digest: str = Field(description="Its digest; it stands for all segments up to it.")
    stored: int = Field(description="Segments that were new in this request.")
    at: dt.datetime = Field(description="The centre's clock.")
    seal: str = Field(description="HMAC-SHA256 of the answer and the nonce under the key made of the site's token.")


class SiteTerminal(BaseModel):
    serial: str = Field(description="Serial number the site reported.")
    name: str = Field(description="Code of the terminal at the site.")
    terminal: str | None = Field(description="Code of the terminal it was accepted as; null: nobody said yet.")
    first_seen_at: dt.datetime = Field(description="When the serial was reported first.")
    waiting: int = Field(description="Segments kept and not filed.")


class Site(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "code": "BAN-CHA",
                    "name": "Điểm bản Chà",
                    "unit": "X-TAN-MAI",
                    "state": "behind",
                    "message": "The site holds 37 segments not yet delivered, until 2026-11-20 17:05: its data are "
                    "late, not absent.",
                    "chain": 1,
                    "number": 1204,
                    "digest": _DIGEST,
                    "received_at": "2026-11-20T10:05:12+00:00",
                    "contacted_at": "2026-11-20T10:05:12+00:00",
                    "undelivered": 37,
                    "undelivered_until": "2026-11-20T10:05:00+00:00",
                    "clock_ahead_seconds": 2,
                    "clock_wrong": False,
                    "version": "0.1.0",
                    "terminals": [
                        {
                            "serial": "BJ2C194260123",
                            "name": "GATE",
                            "terminal": "MCC-07",
                            "first_seen_at": "2026-11-01T01:00:00+00:00",
                            "waiting": 0,
                        }
                    ],
                }
            ]
        }
    )
    code: str = Field(description="Code of the site.")
    name: str = Field(description="What people call it.")
    unit: str = Field(description="Code of the unit it belongs to; its terminals stand in it or below it.")
    state: Literal["new", "ok", "behind", "silent", "forked", "revoked"] = Field(description="How it stands.")
    message: str = Field(description="What is to be known or done; empty when all is well.")
    chain: int = Field(description="Which chain of the site this is, counted from 1.")
    number: int = Field(description="Number of the newest segment held; 0: none.")
    digest: str = Field(description="Its digest.")
    received_at: dt.datetime | None = Field(description="When the newest segment came.")
    contacted_at: dt.datetime | None = Field(description="When the site was heard of last.")
    undelivered: int = Field(description="Segments the site said it holds that have not come.")
    undelivered_until: dt.datetime | None = Field(description="When the newest of these was read there.")
    clock_ahead_seconds: int | None = Field(description="Its clock minus the centre's at the last contact.")
    clock_wrong: bool = Field(description="Whether that is more than a minute.")
    version: str = Field(description="Version of the program there.")
    terminals: list[SiteTerminal] = Field(description="Serials it reported, in the order in which they were seen.")


class SiteList(ListFrame):
    items: list[Site] = Field(description="Sites, by code.")
