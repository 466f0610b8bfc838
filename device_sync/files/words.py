"""What terminals and programs write in place of our names and numbers, in English and Vietnamese."""

from __future__ import annotations

import re

from attendance.letters import without_marks

_NOT_LETTER = re.compile(r"[^a-z]")
WORD = re.compile(rb" *[A-Za-z\x80-\xff][A-Za-z\x80-\xff ./_-]{0,31}")

STATES: dict[str, int] = {
    "cin": 0, "checkin": 0, "in": 0, "dutyon": 0, "vao": 0,
    "cout": 1, "checkout": 1, "out": 1, "dutyoff": 1, "ra": 1,
    "breakout": 2, "outback": 2, "goout": 2, "rangoai": 2,
    "breakin": 3, "back": 3, "goback": 3, "vaolai": 3,
    "overtimein": 4, "otin": 4, "overtimeon": 4, "tangcavao": 4,
    "overtimeout": 5, "otout": 5, "overtimeoff": 5, "tangcara": 5,
}  # fmt: skip
MODES: dict[str, int] = {
    "fp": 1, "finger": 1, "fingerprint": 1, "vantay": 1,
    "pw": 3, "pwd": 3, "password": 3, "matkhau": 3,
    "card": 4, "rf": 4, "the": 4,
    "face": 15, "khuonmat": 15,
    "palm": 25, "longbantay": 25,
}  # fmt: skip

# In the order in which they are believed: the first that a header names once is the column meant.
PINS = ("pin", "acno", "machamcong", "userid", "userno", "enrollnumber", "enrollid", "employeeid", "empid")
PINS += ("employeecode", "employeeno")
MOMENTS = ("at", "datetime", "timelog", "punchtime", "time", "thoigian", "ngaygio", "thoigiancham")
DATES = ("date", "ngay", "punchdate", "ngaycham")
TIMES = ("time", "gio", "punchtime", "giocham")
STATE_NAMES = ("state", "status", "punchstate", "inout", "vaora", "trangthai")
MODE_NAMES = ("verify", "verifycode", "verifymode", "verifytype", "verification", "kieuxacthuc")


def bare(cell: bytes) -> str:
    """The letters a to z of a cell, without marks; bytes that are no UTF-8 are read as Latin-1."""
    try:
        text = cell.decode("utf-8")
    except UnicodeDecodeError:
        text = cell.decode("latin-1")
    return _NOT_LETTER.sub("", without_marks(text))
