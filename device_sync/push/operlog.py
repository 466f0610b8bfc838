"""`table=OPERLOG` and the user table: what was done at the terminal and who is on it, without their secrets.

A terminal sends passwords in clear text, card numbers and templates in the same bodies. Nothing of those is kept: each
line is written anew from the fields that may be, and lines of any other kind are dropped unread. Source: terminals.md
3.1 (OPLOG and USER lines), 3 (tabledata).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from device_sync.push.batch import Batch, lines_of, no_records
from device_sync.push.rtlog import pairs

OPERLOG = "operlog"
USERS = "user"

_KEPT = (b"uid", b"pin", b"name", b"pri", b"privilege", b"grp", b"group", b"disable")
_OPERATION = re.compile(
    rb"OPLOG (\d{1,5})\t(\d{1,14})\t(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)((?:\t-?\d{0,12}){0,6})\t*", re.IGNORECASE
)
_PIN = re.compile(rb"[0-9A-Za-z._-]{1,24}")
_DIGITS = re.compile(rb"\d{0,10}")
MAX_NAME = 96


@dataclass(frozen=True, slots=True)
class PushedOperation:
    """One line of the terminal's own operation log; `at` is its wall time as written, `objects` up to four numbers."""

    code: int
    by: str
    at: str
    objects: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PushedUser:
    """A user as the terminal has them, the name in the bytes it came in; no password, no card."""

    pin: str
    name_bytes: bytes
    privilege: int


@dataclass(frozen=True, slots=True)
class Operations:
    """A body of OPERLOG or of users. `batch.kept` holds its OPLOG lines and its users, each without secrets."""

    batch: Batch
    operations: tuple[PushedOperation, ...]
    users: tuple[PushedUser, ...]


def read_operlog(body: bytes) -> Operations:
    """Every line of the body: an operation, a user, or dropped and counted. Raises TooManyLines."""
    return _read(OPERLOG, body, b"USER ")


def read_users(body: bytes) -> Operations:
    """The same for `tabledata&tablename=user`, whose lines begin with the name of the table or with nothing."""
    return _read(USERS, body, b"user ")


def _read(kind: str, body: bytes, tag: bytes) -> Operations:
    kept: list[bytes] = []
    operations: list[PushedOperation] = []
    users: list[PushedUser] = []
    dropped = 0
    for line in lines_of(body):
        found = _OPERATION.fullmatch(line) if kind == OPERLOG else None
        if found is not None:
            operations.append(_operation(found))
            kept.append(line.rstrip(b"\t"))
            continue
        user = _user(line, tag, kind == USERS)
        if user is None:
            dropped += 1
            continue
        users.append(user[0])
        kept.append(user[1])
    counts = {"operations": len(operations), "users": len(users), "dropped": dropped}
    return Operations(Batch(kind, b"\n".join(kept), no_records(), counts=counts), tuple(operations), tuple(users))


def _operation(found: re.Match[bytes]) -> PushedOperation:
    objects = tuple(int(each) for each in found[4].split(b"\t") if each not in (b"", b"-"))
    return PushedOperation(int(found[1]), found[2].decode(), found[3].decode(), objects[:4])


def _user(line: bytes, tag: bytes, bare: bool) -> tuple[PushedUser, bytes] | None:
    """A user and the line that may be kept of them; None for any other line."""
    if line[: len(tag)].lower() == tag.lower():
        line = line[len(tag) :]
    elif not bare:
        return None
    fields = pairs(line)
    if not fields or not _PIN.fullmatch(fields.get(b"pin", b"")):
        return None
    clean = {name: value for name in _KEPT if (value := fields.get(name)) is not None and _harmless(name, value)}
    privilege = clean.get(b"pri") or clean.get(b"privilege") or b"0"
    name = clean.get(b"name", b"")
    shown = PushedUser(clean[b"pin"].decode(), name, int(privilege))
    return shown, tag + b"\t".join(name + b"=" + value for name, value in clean.items())


def _harmless(name: bytes, value: bytes) -> bool:
    if name == b"name":
        return len(value) <= MAX_NAME and b"\0" not in value
    return name == b"pin" or _DIGITS.fullmatch(value) is not None
