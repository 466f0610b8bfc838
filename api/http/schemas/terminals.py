"""Terminals, pulls, raw punches, imported files."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from api.http.schemas.parts import Code, Given, Line, ListFrame
from api.http.schemas.terminal_health import Alarm, TerminalState
from api.keys import MAX_COMM_KEY

_DIGEST = "9b74c9897bac770ffc029102a200c5de6b1d3c1f0f5f9ef1f7b9a3b2c4d5e6f7"


class Seconds(BaseModel):
    transfer: float = Field(default=0.0, description="Bringing the bytes.")
    decode: float = Field(default=0.0, description="Understanding them.")
    store: float = Field(default=0.0, description="Storing what was new.")


class PullCounts(BaseModel):
    outcome: str = Field(description="`ok`, or the name of what went wrong: unreachable, refused, garbled, changed, …")
    message: str = Field(description="One sentence for people; empty when all went well.")
    read: int = Field(description="Records in the log.")
    new: int = Field(description="Of these not known before.")
    repeated: int = Field(description="Of these known already.")
    quarantined: int = Field(description="Of these kept aside because they cannot be believed or read.")
    clock_offset_seconds: int | None = Field(description="Terminal time minus true time; null: not measured.")
    complete_until: dt.datetime | None = Field(
        description="Terminal time up to which the log is complete; null: nothing new is known."
    )
    seconds: dict[str, float] = Field(description="Time spent, by step: transfer, decode, store.")


class PullResult(PullCounts):
    terminal: str = Field(description="Code of the terminal.")


class PullAnswer(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "pulls": [
                        {
                            "terminal": "MCC-01",
                            "outcome": "ok",
                            "read": 11902,
                            "new": 41,
                            "repeated": 11861,
                            "quarantined": 0,
                            "clock_offset_seconds": 2,
                            "complete_until": "2026-11-20T17:05:11+07:00",
                            "message": "",
                            "seconds": {"transfer": 0.81, "decode": 0.01, "store": 0.02},
                        }
                    ]
                }
            ]
        }
    )
    pulls: list[PullResult] = Field(description="What was pulled, one entry per terminal.")


class Pull(PullCounts):
    id: int = Field(description="Number of the pull; punches name it.")
    source: str = Field(description="`pull`, `push`, `file`, or `agent`: pulled at a site and forwarded.")
    format: str = Field(description="How the bytes were laid out.")
    file_name: str = Field(description="Name of the file, if it was one.")
    started_at: dt.datetime = Field(description="When it began.")
    finished_at: dt.datetime = Field(description="When it had ended.")
    serial: str | None = Field(description="Serial number the terminal answered with.")
    firmware: str | None = Field(description="Firmware it answered with.")
    log_bytes: int | None = Field(description="Bytes of the whole log.")
    log_digest: str | None = Field(description="SHA-256 of these bytes.")
    complete_from: dt.datetime | None = Field(description="Terminal time from which the log is complete.")


class TerminalPull(Pull):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "terminal": "MCC-01",
                    "id": 812,
                    "source": "pull",
                    "format": "zk40",
                    "file_name": "",
                    "started_at": "2026-11-20T10:05:10+00:00",
                    "finished_at": "2026-11-20T10:05:12+00:00",
                    "outcome": "ok",
                    "message": "",
                    "serial": "BJ2C194260123",
                    "firmware": "Ver 6.60",
                    "clock_offset_seconds": 2,
                    "read": 11902,
                    "new": 41,
                    "repeated": 11861,
                    "quarantined": 0,
                    "log_bytes": 476084,
                    "log_digest": _DIGEST,
                    "complete_from": "2026-11-20T16:00:09+07:00",
                    "complete_until": "2026-11-20T17:05:11+07:00",
                    "seconds": {"transfer": 0.81, "decode": 0.01, "store": 0.02},
                }
            ]
        }
    )
    terminal: str = Field(description="Code of the terminal.")


class PullList(ListFrame):
    items: list[TerminalPull] = Field(description="Pulls, newest first.")


class Terminal(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "code": "MCC-01",
                    "name": "Máy chấm công cổng chính",
                    "unit": "X-TAN-MAI",
                    "host": "192.168.1.201",
                    "port": 4370,
                    "transport": "tcp",
                    "has_comm_key": True,
                    "serial": "BJ2C194260123",
                    "layout": None,
                    "direction": "none",
                    "first_sane_on": "2010-01-01",
                    "poll_seconds": 300,
                    "live": False,
                    "recorded_at": "2026-09-30T03:00:00+00:00",
                    "complete_until": "2026-11-20T17:05:11+07:00",
                    "last_pull": None,
                    "health": None,
                    "alarms": [],
                }
            ]
        }
    )
    code: str = Field(description="Code of the terminal.")
    name: str = Field(description="Where it hangs.")
    unit: str = Field(description="Unit it belongs to.")
    host: str | None = Field(description="IP address; null: it is read from files.")
    port: int = Field(description="Port.")
    transport: str = Field(description="`tcp` or `udp`.")
    has_comm_key: bool = Field(description="Whether a communication key was given; it is never shown.")
    serial: str | None = Field(description="Serial number learned at the first pull; another is refused.")
    layout: str | None = Field(description="Record layout an administrator named; null: told by its content.")
    direction: str = Field(description="`in`, `out` or `none`.")
    first_sane_on: dt.date = Field(description="Punches before this date are not believed.")
    poll_seconds: int = Field(description="How often it is pulled, in seconds.")
    live: bool = Field(description="Whether it is listened to between pulls, for hints on the pages.")
    recorded_at: dt.datetime = Field(description="When it was entered here.")
    complete_until: dt.datetime | None = Field(description="Terminal time up to which its log is complete.")
    last_pull: Pull | None = Field(description="The last attempt, whatever became of it.")
    health: TerminalState | None = Field(description="How it is and what to do next; null right after it was added.")
    alarms: list[Alarm] = Field(description="Alarms that are open, in the order they were raised.")


class TerminalList(ListFrame):
    items: list[Terminal] = Field(description="Terminals by code.")


class NewTerminal(Given):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "code": "MCC-01",
                    "name": "Máy chấm công cổng chính",
                    "unit": "X-TAN-MAI",
                    "host": "192.168.1.201",
                    "comm_key": 123456,
                }
            ]
        }
    )
    code: Code = Field(description="1 to 64 letters, digits or signs, without '/'.")
    unit: Code = Field(description="Unit it belongs to.")
    name: Line = Field(default="", description="Where it hangs; default: the code.")
    host: Line | None = Field(default=None, description="IP address inside the allowed networks; no host names.")
    port: int = Field(default=4370, ge=1, le=65535, description="Port.")
    transport: Literal["tcp", "udp"] = Field(default="tcp", description="How it is spoken to.")
    poll_seconds: int = Field(default=300, ge=30, le=86_400, description="How often it is pulled, in seconds.")
    live: bool = Field(default=False, description="Whether to listen to it between pulls, for hints on the pages.")
    layout: Literal["auto", "zk8a", "zk8b", "zk16", "zk40", "zk49"] = Field(
        default="auto", description="How its records are laid out; `auto`: told by their content."
    )
    comm_key: SecretStr | None = Field(
        default=None,
        description=f"Communication key, 0 to {MAX_COMM_KEY}. Write only: no answer ever contains it.",
        json_schema_extra={"type": "integer", "writeOnly": True, "minimum": 0, "maximum": MAX_COMM_KEY},
    )

    @field_validator("comm_key", mode="before")
    @classmethod
    def _hide(cls, given: Any) -> Any:
        """A number that no `repr` of the model shows."""
        if given is None or isinstance(given, SecretStr):
            return given
        if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given <= MAX_COMM_KEY:
            raise ValueError(f"write a number from 0 to {MAX_COMM_KEY}")
        return SecretStr(str(given))

    def secret_comm_key(self) -> int | None:
        return int(self.comm_key.get_secret_value()) if self.comm_key is not None else None


class PunchPull(BaseModel):
    id: int = Field(description="Number of the pull.")
    source: str = Field(description="`pull`, `push`, `file`, or `agent`: pulled at a site and forwarded.")
    file_name: str = Field(description="Name of the file, if it was one.")
    started_at: dt.datetime = Field(description="When it began.")
    log_digest: str | None = Field(description="SHA-256 of the whole log as it came.")


class Punch(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "terminal": "MCC-01",
                    "sequence": 11874,
                    "pin": "57",
                    "employee": "CC-0057",
                    "unit": "X-TAN-MAI",
                    "at": "2026-11-20T07:42:10+07:00",
                    "state": 0,
                    "verify": 1,
                    "received_at": "2026-11-20T00:45:11+00:00",
                    "log_position": 11873,
                    "quarantined": False,
                    "pull_id": 812,
                    "pull": {
                        "id": 812,
                        "source": "pull",
                        "file_name": "",
                        "started_at": "2026-11-20T00:45:10+00:00",
                        "log_digest": _DIGEST,
                    },
                }
            ]
        }
    )
    terminal: str = Field(description="Code of the terminal.")
    sequence: int = Field(description="Number in that terminal's log, from 1; it never changes.")
    pin: str = Field(description="User number as the terminal wrote it.")
    employee: str | None = Field(description="Whose number it was on that date; null: nobody's.")
    unit: str | None = Field(description="Where they served on that date; of nobody's punch the terminal's unit.")
    at: dt.datetime = Field(description="What the terminal's clock said, uncorrected, in the office's zone.")
    state: int = Field(description="State key of the terminal, 0 to 255.")
    verify: int = Field(description="How the person was recognised, as the terminal codes it.")
    received_at: dt.datetime = Field(description="When it arrived here.")
    log_position: int = Field(description="Position in the log or file it came in, from 0.")
    quarantined: Literal[False] = Field(description="What is in this list was believed.")
    pull_id: int = Field(description="The pull that brought it.")
    pull: PunchPull = Field(description="That pull.")


class PunchList(ListFrame):
    items: list[Punch] = Field(description="Punches by terminal time, terminal and number.")


class ImportAnswer(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "file": "1_attlog.dat",
                    "terminal": "MCC-01",
                    "format": "attlog",
                    "read": 11902,
                    "new": 11902,
                    "repeated": 0,
                    "quarantined": 0,
                    "reasons": {},
                }
            ]
        }
    )
    file: str = Field(description="Name of the file.")
    terminal: str = Field(description="Code of the terminal.")
    format: str = Field(description="What the file was recognised as.")
    read: int = Field(description="Rows: new + repeated + quarantined.")
    new: int = Field(description="Rows not known before.")
    repeated: int = Field(description="Rows known already.")
    quarantined: int = Field(description="Rows kept aside.")
    reasons: dict[str, int] = Field(description="Why rows were kept aside, and how many.")


class ClockJump(BaseModel):
    line: int = Field(description="Line of the file at which the time fell back.")
    from_: dt.datetime = Field(alias="from", description="Terminal time of the row before.")
    to: dt.datetime = Field(description="Terminal time of this row.")


class PreviewAnswer(BaseModel):
    """What an import would do: read = new + repeated + quarantined, repeated = repeated_in_file + already_stored."""

    preview: Literal[True] = Field(default=True, description="That nothing was stored.")
    file: str = Field(description="Name of the file.")
    terminal: str | None = Field(description="Code of the terminal.")
    terminal_known: bool = Field(description="Whether it is there already.")
    format: str = Field(description="What the file was recognised as: attlog, agl, csv, report or push.")
    read: int = Field(description="Rows of the file.")
    readable: int = Field(description="Rows that read as a punch, whatever their date.")
    new: int = Field(description="Rows that would be stored.")
    repeated: int = Field(description="Rows that are known already or stand in the file before.")
    repeated_in_file: int = Field(description="Of these in the file before.")
    already_stored: int = Field(description="Of these stored by an earlier pull, push or file.")
    quarantined: int = Field(description="Rows that would be kept aside.")
    reasons: dict[str, int] = Field(description="Why they would be, and how many.")
    lines: dict[str, list[int]] = Field(description="The first lines of each reason.")
    sentences: dict[str, str] = Field(description="What each reason means, in English.")
    first: dt.datetime | None = Field(description="Terminal time of the earliest believable row.")
    last: dt.datetime | None = Field(description="Terminal time of the latest believable row.")
    numbers: int = Field(description="Numbers with a believable row.")
    strangers: int = Field(description="Of these nobody was ever enrolled under on this terminal.")
    stranger_numbers: list[str] = Field(description="The first of them.")
    clock_jumps: int = Field(description="How often the time falls back by over ten minutes, in the order of the file.")
    jumps: list[ClockJump] = Field(description="The first of these.")
    notes: list[str] = Field(description="What else to know of the file, in English.")
