"""All data of one person: one JSON document, made piece by piece; what it is made of is described in SECTIONS.

    {"schema": "attendance/personal-data/1", "at", "person": {"code", "name", "accounts", "known_since"},
     "reasons_told", "sections": [{"name", "kind", "purpose": {"vi", "en"}, "issued_under", "rows": [...]}],
     "left_out": [...]}

Names of other people are left out, and secrets. Times are ISO 8601; times of terminals have no offset where the
terminal sent none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from attendance import clock
from attendance.services import disclosure
from attendance.services.personal.kinds import Terms, terms
from attendance.store import personal_export
from attendance.store.database import Session
from attendance.store.personal_export import Subject
from attendance.store.personal_schema import HELD, Held
from attendance.store.trail import Actor, record

SCHEMA = "attendance/personal-data/1"
LEFT_OUT = (
    "names of other people, also of those who decided; their role is told",
    "passwords, keys and their digests",
    "records of a terminal that cannot be read, which nobody can say whose they are",
    "the copies of the database that the office keeps against loss",
)
_FEW = 64
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the export: `rows` are read as they are asked for, once."""

    name: str
    kind: str
    rows: Iterable[Row]


def note_export(session: Session, employee_id: int, *, actor: Actor, why: str, at: datetime) -> None:
    """Write down that all data of a person are handed over; before any of them leaves."""
    code = personal_export.subject(session, employee_id).code
    record(session, actor, "personal_data.exported", kind="employee", key=code, employees=[employee_id], why=why, at=at)


def sections(session: Session, employee_id: int, zone: str, *, reasons: bool) -> Iterator[Section]:
    """Every part, in the order of the kinds of data; without reasons where these may not be told."""
    who = personal_export.subject(session, employee_id)
    for name, held in personal_export.tables():
        yield Section(name, held.kind, _masked(name, held, personal_export.rows(session, who, name, held), reasons))
    beside: tuple[tuple[str, str, Callable[[], Iterator[Row]]], ...] = (
        ("punches", "punches", lambda: personal_export.punches(session, who, zone)),
        ("terminal_users", "enrolments", lambda: personal_export.terminal_users(session, who)),
        ("differences", "diagnostics", lambda: personal_export.differences(session, who)),
        ("photographs", "photos", lambda: personal_export.photographs(session, who)),
        ("looks", "trail", lambda: personal_export.trail(session, who, looks=True, details=False)),
        ("changes", "trail", lambda: personal_export.trail(session, who, looks=False, details=reasons)),
        ("own_acts", "trail", lambda: personal_export.own_acts(session, who)),
    )
    for name, kind, rows in beside:
        yield Section(name, kind, rows())


def person(session: Session, employee_id: int) -> dict[str, Any]:
    """Who it is, as the head of the export has it."""
    who = personal_export.subject(session, employee_id)
    return _person(who)


def document(
    session: Session,
    employee_id: int,
    zone: str,
    *,
    reasons: bool,
    at: datetime,
    counted: Callable[[int], None] = lambda _: None,
) -> Iterator[bytes]:
    """The export as JSON, in pieces; no more than a few hundred rows are held at a time. `counted` is told of them."""
    held: Terms = terms(session, clock.today(at, zone))
    head = {"schema": SCHEMA, "at": at, "person": person(session, employee_id), "reasons_told": reasons}
    yield _dump(head)[:-1] + b',"sections":['
    for number, section in enumerate(sections(session, employee_id, zone, reasons=reasons)):
        kind = held.kind(section.kind)
        told = {"name": section.name, "kind": kind.code, "purpose": kind.purpose, "issued_under": kind.issued_under}
        yield (b"," if number else b"") + _dump(told)[:-1] + b',"rows":['
        first = True
        for piece in _pieces(section.rows):
            counted(len(piece))
            yield (b"" if first else b",") + b",".join(map(_dump, piece))
            first = False
        yield b"]}"
    yield b'],"left_out":' + _dump(LEFT_OUT) + b"}"


def _person(who: Subject) -> dict[str, Any]:
    names = [name for _, name in who.accounts]
    return {"code": who.code, "name": who.name, "accounts": names, "known_since": who.recorded_at}


def _masked(name: str, held: Held, rows: Iterator[Row], reasons: bool) -> Iterator[Row]:
    if reasons:
        yield from rows
        return
    for row in rows:
        if name == "ruling":
            yield disclosure.masked(row)
        elif name in HELD and held.reasons:
            yield {key: None if key in held.reasons else value for key, value in row.items()}
        else:
            yield row


def _pieces(rows: Iterable[Row]) -> Iterator[list[Row]]:
    piece: list[Row] = []
    for row in rows:
        piece.append(row)
        if len(piece) == _FEW:
            yield piece
            piece = []
    if piece:
        yield piece


def _dump(value: Any) -> bytes:
    return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS)
