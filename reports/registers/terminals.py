"""Registers of what terminals did: their health, numbers that are nobody's, records that could not be taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta

from attendance import clock
from attendance.errors import Invalid
from attendance.services.terminal_health import STATES, TerminalHealth, terminals_health
from attendance.store import office, register_terminals, terminal_places
from attendance.store.database import Session
from attendance.store.register_terminals import Attempts, Unowned
from attendance.store.tables import TerminalRow
from attendance.store.tree import StoredTree
from reports.register_table import Column, Figure, Register, Value
from reports.registers.asking import Asked, NameKey, below_now, span

MOST_BARS = 12
RETIRED = "retired"
_PLACE = (
    Column("terminal", "text", 12),
    Column("terminal_name", "text", 22),
    Column("unit", "text", 12, printed=False),
    Column("unit_name", "text", 24),
)
HEALTH = (
    *_PLACE,
    Column("health_state", "code", 18, "register_terminal"),
    Column("health_since", "moment", 16),
    Column("last_whole", "moment", 16),
    Column("data_until", "moment", 16),
    Column("clock_seconds", "integer", 10),
    Column("depending", "integer", 9),
    Column("readings", "share", 10),
    Column("new_punches", "integer", 10),
    Column("set_aside", "integer", 9),
    Column("alarms", "integer", 8),
    Column("health_reason", "text", 16, printed=False),
    Column("serial", "text", 18, printed=False),
)
ORPHANS = (
    *_PLACE,
    Column("pin", "text", 12),
    Column("punches", "integer", 9),
    Column("days", "integer", 9),
    Column("first_punch", "moment", 16),
    Column("last_punch", "moment", 16),
    Column("other_dates", "yes", 14),
)
QUARANTINE = (
    *_PLACE,
    Column("set_aside_at", "moment", 16),
    Column("set_aside_reason", "code", 34, "set_aside"),
    Column("position", "integer", 9),
    Column("file", "text", 18),
    Column("pull", "integer", 9),
    Column("record", "text", 40),
    Column("record_hex", "text", 40, printed=False),
)


def terminal_health_register(session: Session, asked: Asked, _key: NameKey) -> Register:
    """Every terminal as it is now, and how the attempts to read it in the span ended; by code. `depending`: people who
    depend on it today; `readings`: attempts that brought a whole log, of all; `clock_seconds`: ahead of true time."""
    from_on, to_on = span(asked)
    rows = _terminals(session, asked)
    health = {each.facts.id: each for each in terminals_health(
        session, asked.zone, asked.at, [office.key(row) for row in rows]
    )}  # fmt: skip
    tried = register_terminals.attempts(session, *_instants(asked, from_on, to_on))
    in_use = [row for row in rows if row.in_use]
    states = Counter(health[office.key(row)].state or RETIRED for row in rows)
    of_these = [tried.get(office.key(row), Attempts()) for row in rows]
    return Register(
        key="terminals",
        columns=HEALTH,
        rows=_health_rows(session, asked, rows, health, tried),
        figures=(
            Figure("terminals_healthy", states["healthy"], len(in_use)),
            Figure("terminals_readings", sum(each.whole for each in of_these), sum(each.tried for each in of_these)),
            Figure("terminals_new", sum(each.new for each in of_these)),
            Figure(
                "terminals_set_aside", sum(each.set_aside for each in of_these), sum(each.read for each in of_these)
            ),
        ),
        bars={
            "terminals_by_state": tuple(
                (f"register_terminal.{state}", states[state]) for state in (*STATES, RETIRED) if states[state]
            )
        }
        if rows
        else {},
        span=(from_on, to_on),
    )


def orphan_register(session: Session, asked: Asked, _key: NameKey) -> Register:
    """Numbers under which somebody punched while they were nobody's, by terminal and number; dates as the terminal told
    them. `other_dates`: on other dates of the span the number is somebody's."""
    from_on, to_on = span(asked)
    rows = _terminals(session, asked)
    found: list[tuple[TerminalRow, Unowned]] = []
    total = 0
    for row in rows:
        unowned, punches = register_terminals.unowned(session, office.key(row), from_on, to_on)
        found += ((row, each) for each in unowned)
        total += punches
    by_terminal: Counter[str] = Counter()
    for row, each in found:
        by_terminal[f"{row.code} · {row.name}" if row.name else row.code] += each.punches
    return Register(
        key="orphans",
        columns=ORPHANS,
        rows=_orphan_rows(session, asked, found),
        figures=(
            Figure("orphan_punches", sum(each.punches for _, each in found), total),
            Figure("orphan_numbers", len(found)),
            Figure("orphan_terminals", len(by_terminal), len(rows)),
        ),
        bars={"orphans_by_terminal": tuple(by_terminal.most_common(MOST_BARS))} if found else {},
        notes=("orphans_kept",),
        span=(from_on, to_on),
    )


def quarantine_register(session: Session, asked: Asked, _key: NameKey) -> Register:
    """Records that came in the span and could not be taken, in the order of arrival. `record`: as text where it is
    text; `record_hex`: its bytes; `position`: in the log or file it came in, from 0; `pull`: what brought it."""
    from_on, to_on = span(asked)
    rows = _terminals(session, asked)
    numbers, moments = [office.key(row) for row in rows], _instants(asked, from_on, to_on)
    reasons = register_terminals.set_aside_by_reason(session, numbers, *moments)
    tried = register_terminals.attempts(session, *moments)
    read = sum(tried[number].read for number in numbers if number in tried)
    return Register(
        key="quarantine",
        columns=QUARANTINE,
        rows=_quarantine_rows(session, asked, rows, moments),
        figures=(
            Figure("quarantined", sum(reasons.values()), max(read, sum(reasons.values()))),
            Figure("quarantine_reasons", len(reasons)),
        ),
        bars={"quarantine_by_reason": tuple((f"set_aside.{reason}", count) for reason, count in reasons.items())}
        if reasons
        else {},
        notes=("quarantine_kept",),
        span=(from_on, to_on),
    )


def _terminals(session: Session, asked: Asked) -> list[TerminalRow]:
    """Those the reader sees, of the unit asked for, by code."""
    if asked.employee is not None:
        raise Invalid("A register of terminals is of a unit, not of a person; leave the person out.")
    within = below_now(session, asked)
    return sorted((row for row in office.terminals(session) if within.sees(row.unit_id)), key=lambda row: row.code)


def _instants(asked: Asked, from_on: date, to_on: date) -> tuple[datetime, datetime]:
    begins, ends = (datetime.combine(on, time()) for on in (from_on, to_on + timedelta(days=1)))
    return clock.to_instant(begins, asked.zone), clock.to_instant(ends, asked.zone)


def _place(tree: StoredTree, row: TerminalRow, on: date) -> tuple[str, str, str, str]:
    unit = tree.codes[row.unit_id]
    return row.code, row.name, unit, tree.name(unit, on)


def _health_rows(
    session: Session, asked: Asked, rows: Sequence[TerminalRow], health: Mapping[int, TerminalHealth],
    tried: Mapping[int, Attempts],
) -> Iterator[tuple[Value, ...]]:  # fmt: skip
    tree = StoredTree(session)
    depending = terminal_places.dependants(session, rows, asked.today, asked.within)
    for row in rows:
        number = office.key(row)
        known, attempts = health[number], tried.get(number, Attempts())
        facts = known.facts
        yield (
            *_place(tree, row, asked.today),
            known.state or RETIRED,
            known.since,
            facts.last_ok_at,
            clock.to_instant(facts.data_until, asked.zone) if facts.data_until is not None else None,
            facts.clock_offset_seconds,
            sum(depending[number].values()),
            (attempts.whole, attempts.tried),
            attempts.new,
            attempts.set_aside,
            len(known.alarms),
            known.reason,
            facts.serial or "",
        )


def _orphan_rows(
    session: Session, asked: Asked, found: Sequence[tuple[TerminalRow, Unowned]]
) -> Iterator[tuple[Value, ...]]:
    tree = StoredTree(session)
    for row, each in found:
        first, last = (clock.to_instant(wall, asked.zone) for wall in (each.first, each.last))
        yield *_place(tree, row, asked.today), each.pin, each.punches, each.days, first, last, each.other


def _quarantine_rows(
    session: Session, asked: Asked, rows: Sequence[TerminalRow], moments: tuple[datetime, datetime]
) -> Iterator[tuple[Value, ...]]:
    tree, by_number = StoredTree(session), {office.key(row): row for row in rows}
    for each in register_terminals.set_aside(session, list(by_number), *moments):
        yield (
            *_place(tree, by_number[each.terminal_id], asked.today),
            each.recorded_at,
            each.reason,
            each.position,
            each.file,
            each.pull_id,
            _as_text(each.record),
            bytes(each.record).hex(" "),
        )


def _as_text(record: bytes) -> str:
    """A line of a file as it stands; a record of a terminal as its bytes."""
    try:
        text = bytes(record).decode("utf-8").strip("\r\n")
    except UnicodeDecodeError:
        return bytes(record).hex(" ")
    return text if text.replace("\t", "").isprintable() else bytes(record).hex(" ")
