"""Registers as tests make them: of the office of `register_office`, as values and as files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import api.http.app  # noqa: F401 - the catalogue is made of its rooms
from api.reporting import registers, violations
from api.reporting.entry import Asked, Entry
from attendance import clock
from attendance.store.database import Database
from attendance.store.within import EVERYTHING
from reports.register_table import Register
from tests.builders import ZONE
from tests.register_office import FIRST, LAST, NOW

ENTRIES = {entry.key: entry for entry in (*registers.ENTRIES, *violations.ENTRIES)}


def asking(**more: Any) -> Asked:
    given: dict[str, Any] = {
        "within": EVERYTHING, "elsewhere": lambda _: EVERYTHING, "zone": ZONE, "today": clock.today(NOW, ZONE),
        "at": NOW, "lang": "vi", "from_on": FIRST, "to_on": LAST,
    }  # fmt: skip
    return Asked(**given | more)


class Made:
    """A register as it was made: rows as dictionaries, figures by name."""

    def __init__(self, register: Register) -> None:
        names = [column.name for column in register.columns]
        self.rows = [dict(zip(names, row, strict=True)) for row in register.rows]
        self.figures = {each.name: (each.value, each.of) for each in register.figures}
        self.bars, self.notes, self.people = register.bars, register.notes, register.people


def file_of(database: Database, entry: Entry, format: str, folder: Path, **more: Any) -> tuple[bytes, int]:
    path = folder / f"{entry.key}.{format}"
    with database.reading() as session:
        rows = entry.write(session, asking(**more), format, path).rows  # type: ignore[arg-type]
    return path.read_bytes(), rows
