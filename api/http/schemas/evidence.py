"""Checkpoints over the chains, and what was held against them."""

from __future__ import annotations

import datetime as dt

from pydantic import BaseModel, ConfigDict, Field

from api.http.schemas.parts import ListFrame

_NOTE = (
    "Sở Nội vụ tỉnh An Bình\n1204\nyv66vg...=\nnumber 12\ntime 2026-11-28T17:00:04Z\nchains 5\n"
    "trail 812:7c1e...\nkey 3f0c...\nprevious 9a41...\n\n\u2014 3f0c... rWU4...=\n"
)
_SENT = {"way": "mail", "address": "noivu@example.vn", "at": "2026-11-28T17:00:06Z", "wrong": ""}
_POINT = {
    "number": 12, "at": "2026-11-28T17:00:04Z", "occasion": "day", "size": 1204, "chains": 5, "origin": "Sở Nội vụ",
    "root": "cafebabe" * 8, "digest": "9a41c2d3" * 8, "code": "45YT-ZHPE-N424-T1B6-W2J1", "key": "3f0c" * 8,
    "text": _NOTE, "heads": "+ papers 812 cafebabe\n", "sent": [_SENT],
}  # fmt: skip


class Sent(BaseModel):
    way: str = Field(description="`file`, `mail`, `post` or `stamp`.")
    address: str = Field(description="Where to: an address of mail, the name of a server or of a file.")
    at: dt.datetime = Field(description="When it was last tried.")
    wrong: str = Field(description="Why it was not taken; empty: it was.")


class CheckpointAnswer(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_POINT]})
    number: int = Field(description="Counted from 1, without gaps.")
    at: dt.datetime = Field(description="When it was made, UTC.")
    occasion: str = Field(description="`day`, `visit` (minutes were sealed) or `asked`.")
    size: int = Field(description="Entries of all chains.")
    chains: int = Field(description="How many chains there are.")
    origin: str = Field(description="The office.")
    root: str = Field(description="Root of the tree over all chains, hexadecimal.")
    digest: str = Field(description="SHA-256 of the signed part, hexadecimal.")
    code: str = Field(description="The beginning of the digest as people read it out.")
    key: str = Field(description="Fingerprint of the key that signed it.")
    text: str = Field(description="The signed note, as it is mailed and printed.")
    heads: str = Field(description="What the root is made of, one line for each chain; belongs below the note.")
    sent: list[Sent] = Field(description="The last attempt to make it known in each way.")


class CheckpointList(ListFrame):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [_POINT], "total": 12, "limit": 100, "offset": 0, "next": None}]}
    )
    items: list[CheckpointAnswer] = Field(description="Checkpoints, the newest first.")
