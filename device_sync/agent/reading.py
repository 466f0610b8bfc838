"""What a site forwards of one pull: all the centre needs to file the facts it would have found by pulling itself.

A u32 length, the facts as JSON (zstd), and the records that were new to the site, packed as the site stored them
(`attendance.store.intake_log.compress`). Passwords, cards and templates are in none of it, for nobody ever asks.
"""

from __future__ import annotations

from typing import Annotated

import orjson
import zstandard
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from attendance.store import intake_log
from device_sync.agent.segment import Unreadable
from device_sync.layouts import OPERATION_BYTES, PUNCH_LAYOUTS

MAX_FACTS_BYTES = 16 * 1024 * 1024
MAX_LOG_BYTES = 64 * 1024 * 1024
_HUGE = 2**62

Count = Annotated[int, Field(ge=0, le=2**31 - 1)]
Seconds = Annotated[int, Field(ge=-(2**31), le=2**31 - 1)]
Digest = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")]


class User(BaseModel):
    """One row of a terminal's user table, without anything secret. `name_bytes` in hexadecimal digits."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    uid: Annotated[int, Field(ge=0, le=0xFFFF)]
    pin: Annotated[str, StringConstraints(max_length=32)]
    name: Annotated[str, StringConstraints(max_length=64)]
    privilege: Annotated[int, Field(ge=0, le=255)]
    name_bytes: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{2}){0,64}$")] = ""
    disabled: bool = False


class Reading(BaseModel):
    """One pull as the site filed it; `site_pull` is its number there, `terminal` the code of the terminal there.

    `outcome` other than `ok` without a `log_digest` is a pull that brought nothing. Otherwise the log was `log_bytes`
    long with that SHA-256; its records from byte `begins_at` follow, and its first `begins_at` bytes had the SHA-256
    `before`, which is what an earlier segment of this chain brought them up to. `site_clock_ahead_seconds` is the
    site's clock minus the centre's when they last spoke, None before that.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    site_pull: Annotated[int, Field(ge=1, le=_HUGE)]
    terminal: Annotated[str, StringConstraints(max_length=64)]
    serial: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None
    firmware: Annotated[str, StringConstraints(max_length=128)] = ""
    started_at: AwareDatetime
    finished_at: AwareDatetime
    read_at: AwareDatetime | None = None
    outcome: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,32}$")]
    message: Annotated[str, StringConstraints(max_length=2000)] = ""
    params: dict[Annotated[str, StringConstraints(max_length=64)], Annotated[str, StringConstraints(max_length=500)]]
    layout: Annotated[str, StringConstraints(max_length=16)] = ""
    clock_offset_seconds: Seconds | None = None
    site_clock_ahead_seconds: Seconds | None = None
    users: Count | None = None
    records_before: Count | None = None
    records_after: Count | None = None
    record_capacity: Count | None = None
    log_bytes: Annotated[int, Field(ge=0, le=MAX_LOG_BYTES)] = 0
    log_digest: Digest = ""
    begins_at: Annotated[int, Field(ge=0, le=MAX_LOG_BYTES)] = 0
    before: Digest = ""
    transfer_seconds: Annotated[float, Field(ge=0, le=1e6)] = 0.0
    user_table: Annotated[tuple[User, ...], Field(max_length=65_536)] | None = None
    user_layout: Annotated[str, StringConstraints(max_length=16)] = ""
    operations: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{32})*$")] | None = None

    @property
    def has_log(self) -> bool:
        return bool(self.log_digest)


def pack_reading(facts: Reading, packed_records: bytes) -> bytes:
    """`packed_records` as `intake_log.compress` answers them; empty where there are none."""
    head = zstandard.ZstdCompressor(level=3).compress(facts.model_dump_json(exclude_defaults=True).encode())
    return len(head).to_bytes(4, "big") + head + packed_records


def unpack_reading(data: bytes) -> tuple[Reading, bytes]:
    """The facts, and the records as they came. Nothing is unpacked beyond bounds. Raises Unreadable."""
    size = int.from_bytes(data[:4], "big")
    head, packed = data[4 : 4 + size], data[4 + size :]
    if len(head) != size:
        raise Unreadable("A reading ends in the middle of its facts.")
    try:
        facts = Reading.model_validate(orjson.loads(_unpack(head, MAX_FACTS_BYTES)))
    except (ValidationError, ValueError) as error:
        raise Unreadable(
            "The facts of a reading are not ones this version knows; the centre may be older than the site."
        ) from error
    records = b""
    if packed:
        _check_size(packed[1:], MAX_LOG_BYTES)
        try:
            records = intake_log.decompress(packed)
        except (zstandard.ZstdError, ValueError) as error:
            raise Unreadable("The records of a reading cannot be unpacked.") from error
    _check(facts, records)
    return facts, records


def _check(facts: Reading, records: bytes) -> None:
    texts = (facts.terminal, facts.serial or "", facts.firmware, facts.message, *facts.params, *facts.params.values())
    if "\0" in "".join(texts) or not (facts.serial or "x").isprintable() or not _is_dated(facts):
        raise Unreadable("The facts of a reading hold texts or dates that cannot be.")
    if not facts.has_log:
        if records or facts.outcome == "ok":
            raise Unreadable("A reading that brought no log cannot be a good one.")
        return
    layout = PUNCH_LAYOUTS.get(facts.layout)
    if layout is None:
        raise Unreadable(f"A reading has the record layout {facts.layout!r}, which this version does not know.")
    if facts.serial is None or facts.read_at is None:
        raise Unreadable("A reading says of no terminal, or of no moment, that it was read.")
    if facts.begins_at % layout.size or len(records) % layout.size or bool(facts.begins_at) != bool(facts.before):
        raise Unreadable("The records of a reading are cut.")
    if facts.begins_at + len(records) != facts.log_bytes:
        raise Unreadable("The records of a reading do not fill the log it speaks of.")
    if facts.operations is not None and len(facts.operations) % (2 * OPERATION_BYTES):
        raise Unreadable("The operation log of a reading is cut.")


def _is_dated(facts: Reading) -> bool:
    """Far enough from the ends of the calendar to be turned into any zone; a site's clock may be decades wrong."""
    moments = (facts.started_at, facts.finished_at, facts.read_at)
    return all(moment is None or 1900 < moment.year < 9000 for moment in moments)


def _unpack(data: bytes, most: int) -> bytes:
    _check_size(data, most)
    try:
        return zstandard.ZstdDecompressor().decompress(data)
    except zstandard.ZstdError as error:
        raise Unreadable("A reading cannot be unpacked.") from error


def _check_size(data: bytes, most: int) -> None:
    """Refuse by the length a frame declares, before a byte of it is unpacked; zstd refuses one that lies."""
    try:
        declared = zstandard.frame_content_size(data)
    except zstandard.ZstdError as error:
        raise Unreadable("A reading cannot be unpacked.") from error
    if not 0 <= declared <= most:
        raise Unreadable(f"A reading would unpack to more than {most // 1024 // 1024} MiB.")
