"""How signs are printed: the shipped mapping, and what the office says in its place."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files

from attendance.errors import Invalid
from attendance.store import month_sheets
from attendance.store.database import Session
from attendance.store.month_tables import PrintedSignRow
from attendance.store.trail import Actor, record

WORK = ("+", "CT")
LEAVE = ("P", "Ô", "Cô", "Ts", "T", "H", "Nb", "No", "N", "LĐ", "CP")
DAYS_OFF = ("L", "NB", "NX")
OTHERS = ("KP", "?", "-")
SIGNS = (*WORK, *LEAVE, *DAYS_OFF, *OTHERS)
"""In the order of legend and totals; a sign of the office's own comes after those of leave."""
_LONGEST = 8


@cache
def shipped() -> Mapping[str, str]:
    text = files("attendance.services.timesheet").joinpath("signs.toml").read_text(encoding="utf-8")
    return {str(sign): str(printed) for sign, printed in tomllib.loads(text)["printed"].items()}


def printed(session: Session) -> Mapping[str, str]:
    """What is printed in place of our signs; a sign that is not there is printed as it is."""
    found = {**shipped(), **month_sheets.printed_signs(session)}
    return {sign: other for sign, other in found.items() if other != sign}


def print_as(session: Session, sign: str, other: str, *, document: str, actor: Actor, at: datetime) -> PrintedSignRow:
    """From now on a sign is printed as another. Raises Invalid."""
    if sign not in SIGNS:
        raise Invalid(f"{sign!r} is no sign of the sheet; write one of {' '.join(SIGNS)}.")
    if not other.strip() or len(other) > _LONGEST or not other.isprintable():
        raise Invalid(f"{other[:20]!r} cannot be printed as a sign; write one to {_LONGEST} letters.")
    before = {"sign": sign, "printed": {**shipped(), **month_sheets.printed_signs(session)}.get(sign, sign)}
    row = month_sheets.print_as(session, sign, other.strip(), document=document, by=actor.name, at=at)
    after = {"sign": sign, "printed": row.printed, "document": document}
    record(session, actor, "sign.printed_as", kind="sign", key=sign, before=before, after=after, at=at)
    return row
