"""What stands on the demo's terminals besides punches: names as old firmware keeps them, and how their logs filled."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from api.cli.demo.office import DemoOffice
from api.cli.demo.setting import DemoTerminal
from attendance.letters import without_marks
from attendance.store import log_fill, office
from attendance.store.database import Database
from attendance.store.tables import TerminalRow

ROOM = 100_000
NEARLY_FULL = 1.06
"""Records a nearly full log can hold, for each it has."""
FIRST_STRANGER = 900


def users_of(built: DemoOffice, code: str) -> list[tuple[int, str, str]]:
    """Place, number and name: the names people have, without marks; one was given to somebody else meanwhile."""
    names = {employee.code: employee.name for employee in built.employees}
    held = {each.pin: names[each.employee] for each in built.enrolments if each.terminal == code}
    rows = [(uid, pin, without_marks(name).upper()) for uid, (pin, name) in enumerate(held.items(), 1)]
    if code == "T-H" and len(rows) > 2:
        rows[2] = (*rows[2][:2], "LE THI MAU")
    return rows


def strangers(code: str) -> list[tuple[int, str, str]]:
    """Users nobody was enrolled under: two who came lately, at the gate."""
    return [(FIRST_STRANGER, "901", "PHAM VAN THU"), (FIRST_STRANGER + 1, "902", "")] if code == "T-H" else []


def capacity_of(terminal: DemoTerminal, records: int) -> int:
    """How many records it holds."""
    return max(10, round(records * NEARLY_FULL)) if terminal.behaviour == "flaky" else ROOM


def file_filling(database: Database, built: DemoOffice) -> None:
    """How many records each log held at the end of each day before today, as a pull of that day would have counted."""
    with database.writing() as session:
        for terminal in built.terminals:
            if terminal.behaviour == "dead":
                continue
            log = built.punches[terminal.code]
            number = office.key(office.get(session, TerminalRow, terminal.code))
            by_day = Counter(punch.wall_time.date() for punch in log)
            capacity, held = capacity_of(terminal, len(log)), 0
            for shift in range((built.today - built.first_on).days):
                on = built.first_on + timedelta(days=shift)
                held += by_day[on]
                log_fill.keep_fill(session, number, on, held, capacity)
