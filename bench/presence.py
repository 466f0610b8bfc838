"""Benchmark of presence at a minute in a unit of very many people, against the board of the day over the same ones."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from attendance import clock
from attendance.services.visiting.presence import presence_at
from attendance.store import case_reading
from attendance.store.database import Database, sqlite_url
from bench.measuring import Line, interleave, ratio, spent, timed
from bench.month_office import UNIT, punches
from bench.office import ZONE
from bench.storing import NOW, prepare
from reports.today import today_page

MINUTE = datetime(2026, 5, 20, 8, 20)
BOARD_BAR, READING_BAR = 1.6, 5.0


class Incomplete(AssertionError):
    """The two ways do not see the same people: their time means nothing."""


def bench(folder: Path, people: int, rounds: int) -> list[Line]:
    """Presence as known now and as known then, the board of that day, and the bare reading of the case."""
    path = folder / "presence.db"
    prepare(path, people, punches(people))
    database = Database(sqlite_url(path))
    with database.writing() as session:
        session.execute(
            text("UPDATE assignment SET unit_id = (SELECT id FROM unit WHERE code = :code)"), {"code": UNIT}
        )
    at = clock.to_instant(MINUTE, ZONE)

    def present(known: datetime | None) -> int:
        with database.reading() as session:
            return presence_at(session, ZONE, UNIT, at, known_at=known).counts()["total"]

    def board() -> int:
        with database.reading() as session:
            return sum(today_page(session, ZONE, at).totals.values())

    def reading() -> int:
        with database.reading() as session:
            on = MINUTE.date()
            read = case_reading.read_case(session, ZONE, on - timedelta(days=1), on)
            return len(read.case.people)

    if not present(None) == present(NOW) == board() == reading() == people:
        raise Incomplete(f"{present(None)}, {present(NOW)}, {board()} and {reading()} of {people} people")
    ways = {
        "now": lambda: timed(lambda: present(None)),
        "then": lambda: timed(lambda: present(NOW)),
        "board": lambda: timed(board),
        "reading": lambda: timed(reading),
    }
    seconds = interleave(ways, rounds)
    database.close()
    note = f"{people} people in one unit, {spent(seconds['then'])} here"
    return [
        Line(
            "presence as known then / board of the day", ratio(seconds["then"], seconds["board"]), BOARD_BAR, note=note
        ),
        Line("presence as known then / reading of its case", ratio(seconds["then"], seconds["reading"]), READING_BAR),
        Line("presence as known then / as known now", ratio(seconds["then"], seconds["now"])),
    ]
