"""Every punch of a span in the order of terminals and their numbers, a piece at a time, however many there are.

Nothing is ever inserted below a number of a terminal, so that a walk goes on behind any row without gap or double, also
while terminals are read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import BigInteger, Integer, bindparam, select
from sqlmodel import Session

from attendance import clock
from attendance.store import people, punch_log
from attendance.store.database import Database
from attendance.store.evidence_tables import PunchBlockRow
from attendance.store.export_rows import PIECE, Asked, Piece
from attendance.store.listing_punches import NOBODY, Ints, holding, in_spread
from attendance.store.punch_log import StoredPunches
from attendance.store.questions import Question, answers, codes, core, listed, plain
from attendance.store.tables import AssignmentRow, EnrolmentRow, TerminalRow, UnitRow

COLUMNS = (
    "terminal", "sequence", "at", "pin", "employee", "name", "unit", "state", "verify", "received_at", "pull",
    "log_position",
)  # fmt: skip
_FEW_BLOCKS = 500
_B = {name: core(getattr(PunchBlockRow, name)) for name in ("id", "terminal_id", "first_sequence", "count")}
_HEADS = (
    select(_B["id"], _B["count"])
    .where(
        _B["terminal_id"] == bindparam("terminal", type_=Integer()),
        _B["first_sequence"] + _B["count"] > bindparam("behind", type_=BigInteger()) + 1,
        _B["id"] <= bindparam("block", type_=BigInteger()),
        core(PunchBlockRow.max_wall) >= bindparam("low", type_=BigInteger()),
        core(PunchBlockRow.min_wall) <= bindparam("high", type_=BigInteger()),
    )
    .order_by(_B["first_sequence"])
    .limit(_FEW_BLOCKS)
)
_BLOCKS = plain(PunchBlockRow).where(
    _B["terminal_id"] == bindparam("terminal", type_=Integer()),
    _B["id"].in_(bindparam("ids", expanding=True, type_=BigInteger())),
)
_SITES = select(core(TerminalRow.id), core(TerminalRow.code), core(TerminalRow.unit_id))
_ENROLLED = Question(EnrolmentRow, core(EnrolmentRow.terminal_id) == bindparam("terminal", type_=Integer()))
_SERVING = Question(AssignmentRow, of=AssignmentRow.employee_id)


@dataclass(frozen=True, slots=True)
class _Site:
    """A terminal and who was known to be whom on it."""

    number: int
    code: str
    unit: int
    enrolled: tuple[Any, ...]
    serving: tuple[Any, ...]
    names: dict[int, tuple[str, str]]


def pieces(database: Database, asked: Asked) -> Iterator[Piece]:
    """Rows of COLUMNS by terminal code and number. A punch is of whom and where `listing_punches` says it is; `at` is
    the terminal's time as it stood, in the zone. No transaction is open between two pieces."""
    with database.reading() as session:
        units = {number: code for number, code in codes(session, UnitRow).items() if number is not None}
        sites = sorted((row.code, row.id, row.unit_id) for row in answers(session, _SITES))
    from_code, behind = asked.after or ("", 0)
    for code, number, unit in sites:
        if code < from_code:
            continue
        done = behind if code == from_code else 0
        site = None
        while True:
            with database.reading() as session:
                blocks = _next_blocks(session, asked, number, done)
                if not blocks:
                    break
                site = site or _site(session, asked, code, number, unit)
            for part in _parts(blocks, done):
                if (piece := _piece(part, asked, site, units)).rows:
                    yield piece
            done = blocks[-1].first_sequence + blocks[-1].count - 1


def _next_blocks(session: Session, asked: Asked, terminal: int, behind: int) -> list[PunchBlockRow]:
    """The next blocks of a terminal, of about a piece in all: as many small ones, or one that is larger."""
    low, high = _walls(asked)
    values = {"terminal": terminal, "behind": behind, "block": asked.snapshot.block, "low": low, "high": high}
    chosen: list[int] = []
    count = 0
    for head in answers(session, _HEADS, values):
        if chosen and count + head.count > PIECE:
            break
        chosen.append(head.id)
        count += head.count
    found = answers(session, _BLOCKS, {"terminal": terminal, "ids": chosen}) if chosen else ()
    return sorted(found, key=lambda block: block.first_sequence)


def _parts(blocks: list[PunchBlockRow], behind: int) -> Iterator[StoredPunches]:
    if len(blocks) > 1:
        found = punch_log.joined(blocks)
        yield found.take(found.sequence > behind)
        return
    (block,) = blocks
    for begin in range(max(0, behind + 1 - block.first_sequence), block.count, PIECE):
        yield punch_log.joined([punch_log.cut(block, begin, min(begin + PIECE, block.count))])


def _site(session: Session, asked: Asked, code: str, number: int, unit: int) -> _Site:
    known = {"as_of": asked.snapshot.at, "terminal": number}
    enrolled = tuple(_ENROLLED.ask(session, known))
    who = {row.employee_id for row in enrolled}
    serving = tuple(_SERVING.ask(session, known | {"people": listed(who)})) if who else ()
    return _Site(number, code, unit, enrolled, serving, people.names(session, who))


def _walls(asked: Asked) -> tuple[int, int]:
    first, last = clock.day_number(asked.from_on), clock.day_number(asked.to_on)
    return first * clock.DAY_SECONDS, (last + 1) * clock.DAY_SECONDS - 1


def _piece(found: StoredPunches, asked: Asked, site: _Site, units: dict[int, str]) -> Piece:
    low, high = _walls(asked)
    found = found.take((found.wall >= low) & (found.wall <= high))
    day = found.wall // clock.DAY_SECONDS
    pin = {name: number for number, name in enumerate(found.pins)}
    spans = [(pin[row.pin], row.from_on, row.to_on, row.employee_id) for row in site.enrolled if row.pin in pin]
    person = holding(found.pin.astype(np.int64), day, spans)
    served = [(row.employee_id, row.from_on, row.to_on, row.unit_id) for row in site.serving]
    unit = np.where(person == NOBODY, site.unit, holding(person, day, served))
    seen = _seen(asked, day, person, unit)
    found, person, unit = found.take(seen), person[seen], unit[seen]
    named = [site.names.get(number, (None, None)) for number in person.tolist()]
    rows = list(
        zip(
            [site.code] * len(found),
            found.sequence.tolist(),
            _at(found.wall, asked.zone),
            [found.pins[number] for number in found.pin.tolist()],
            [code for code, _ in named],
            [name for _, name in named],
            [units.get(number) for number in unit.tolist()],
            found.state.tolist(),
            found.verify.tolist(),
            [_received(second) for second in found.received.tolist()],
            found.pull.tolist(),
            found.index.tolist(),
            strict=True,
        )
    )
    return Piece(rows, frozenset(np.unique(person).tolist()) - {NOBODY}, [])


def _seen(asked: Asked, day: Ints, person: Ints, unit: Ints) -> npt.NDArray[np.bool_]:
    within = asked.within
    seen = np.ones(day.size, np.bool_)
    if within.units is not None:
        seen &= np.isin(unit, np.array(sorted(within.units), np.int64))
        if within.employee is not None:
            seen |= person == within.employee
    if within.only is not None:
        seen &= np.isin(unit, np.array(sorted(within.only), np.int64))
    return seen if asked.part is None else seen & in_spread(unit, day, asked.part)


def _at(wall: Ints, zone: str) -> list[str]:
    """Wall seconds as ISO 8601 with the offset there."""
    offsets = wall - clock.to_instants(wall, zone)
    texts = np.datetime_as_string(wall.astype("M8[s]"))
    ends = {offset: _offset(offset) for offset in np.unique(offsets).tolist()}
    if len(ends) == 1:
        return np.char.add(texts, next(iter(ends.values()))).tolist()  # type: ignore[no-any-return]
    return [text + ends[offset] for text, offset in zip(texts.tolist(), offsets.tolist(), strict=True)]


def _offset(seconds: int) -> str:
    minutes = abs(seconds) // 60
    return f"{'-' if seconds < 0 else '+'}{minutes // 60:02}:{minutes % 60:02}"


@lru_cache(maxsize=1024)
def _received(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).isoformat()
