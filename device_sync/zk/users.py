"""The user table of a terminal: whose is which place, without passwords, cards and templates, which are never kept.

Source: terminals.md 1.7 (users of 28 and 72 bytes; names cut, in whatever alphabet the firmware writes).
"""

from __future__ import annotations

import unicodedata

import numpy as np
import numpy.typing as npt

from device_sync.layouts import USER_LAYOUTS
from device_sync.terminal import TerminalUser
from device_sync.zk.records import COUNT_BYTES

DISABLED = 1
PRIVILEGES = (0, 2, 6, 14)
BAR = 0.6


def parse_users(table: bytes, counted: int | None = None) -> tuple[str, tuple[TerminalUser, ...]] | None:
    """The name of the layout and the users in the order of the table; None when the bytes are no such table.

    `counted` is how many users the terminal says it has. An empty table has the layout ''.
    """
    body = len(table) - COUNT_BYTES
    if body < 0 or int.from_bytes(table[:COUNT_BYTES], "little") != body:
        return None
    if body == 0:
        return "", ()
    found = {
        name: (_score(rows), rows)
        for name, dtype in USER_LAYOUTS.items()
        if body % dtype.itemsize == 0
        for rows in [np.frombuffer(table, dtype, offset=COUNT_BYTES)]
    }
    agreeing = {name: each for name, each in found.items() if each[1].size == counted}
    usable = [(each[0], name, each[1]) for name, each in (agreeing or found).items() if each[0] >= BAR]
    if not usable:
        return None
    _, name, rows = max(usable, key=lambda each: each[0])
    return name, _users(rows)


def read_name(raw: bytes) -> str:
    """What can be read of a name: UTF-8, else Chinese, Vietnamese or Western letters, whichever the bytes look like.

    A guess, for people to look at; the bytes are kept beside it.
    """
    whole = _without_cut_letter(raw)
    for encoding in _encodings(raw):
        try:
            text = (whole if encoding == "utf-8" else raw).decode(encoding)
        except UnicodeDecodeError:
            continue
        if all(letter.isprintable() for letter in text):
            return unicodedata.normalize("NFC", text)
    return raw.decode("latin-1")


def _score(rows: npt.NDArray[np.void]) -> float:
    """The share of rows that look like users: a place, a usual privilege, a number, a name padded with NUL."""
    raw = np.ascontiguousarray(rows["name"]).view(np.uint8).reshape(rows.size, -1)
    ended = np.maximum.accumulate(raw == 0, axis=1)
    named = np.where(ended, raw == 0, raw >= 0x20).all(axis=1)
    usual = np.isin(rows["privilege"] & ~np.uint8(DISABLED), PRIVILEGES)
    numbered = np.array([bool(pin) for pin in _pins(rows)], np.bool_)
    distinct = np.unique(rows["uid"]).size / rows.size
    return float((named & usual & numbered & (rows["uid"] != 0)).mean()) * distinct


def _pins(rows: npt.NDArray[np.void]) -> list[str]:
    """The user numbers, '' where none can be read."""
    if "user_id" in (rows.dtype.names or ()):
        # the oldest firmware knows no number but the place itself
        return [str(number or uid) for number, uid in zip(rows["user_id"].tolist(), rows["uid"].tolist(), strict=True)]
    texts = [raw.split(b"\0", 1)[0].decode("latin-1") for raw in rows["pin"].tolist()]
    return [text if text.strip() and text.isascii() and text.isprintable() else "" for text in texts]


def _users(rows: npt.NDArray[np.void]) -> tuple[TerminalUser, ...]:
    names = [raw.split(b"\0", 1)[0] for raw in rows["name"].tolist()]
    columns = (rows["uid"].tolist(), _pins(rows), names, rows["privilege"].tolist())
    return tuple(
        TerminalUser(uid, pin, read_name(raw), privilege & ~DISABLED, raw, bool(privilege & DISABLED))
        for uid, pin, raw, privilege in zip(*columns, strict=True)
    )


def _without_cut_letter(raw: bytes) -> bytes:
    """Terminals cut a name after so many bytes, in the middle of a letter if it falls so."""
    for length in (1, 2, 3):
        last = raw[-length:]
        if last and last[0] >= 0xC0:
            expected = 2 if last[0] < 0xE0 else 3 if last[0] < 0xF0 else 4
            return raw[:-length] if len(last) < expected else raw
    return raw


def _encodings(raw: bytes) -> tuple[str, ...]:
    latin = any(chr(byte).isalpha() for byte in raw if byte < 0x80)
    return ("utf-8", "cp1258", "latin-1") if latin else ("utf-8", "gb18030", "cp1258", "latin-1")
