"""What goes to the emulation council: of units the index, of persons facts alone, by name, in no ranking and no score.

Written as CSV, JSON or a workbook in which no cell can become a formula.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import xlsxwriter

from attendance.errors import Invalid
from attendance.services.conduct.good import OnDuty
from attendance.services.periods import Span
from attendance.services.unit_index.schedules import EXEMPT, Schedules
from attendance.services.unit_index.standing import Standing
from attendance.store import counted_sessions, people
from attendance.store.database import Session
from attendance.store.tree import Spread, StoredTree
from attendance.store.within import Within
from reports.safe_cells import inert

FORMATS = ("xlsx", "csv", "json")
WHATS = ("units", "persons")
PAPERS = {"units": "index_units", "persons": "emulation_persons"}
"""What each is called among exports."""
UNITS = (
    "unit", "name", "kind", "people", "due", "known", "coverage", "occurrences", "weighed", "index", "rank", "reason",
)  # fmt: skip
PERSONS = (
    "employee", "name", "unit", "due", "known", "counted", "minutes", "late", "early", "absent", "left_post",
    "missing", "excused", "pending", "duties_kept", "duties_over", "note",
)  # fmt: skip

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """Columns by name, and rows of them; texts, whole numbers or None."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    head: dict[str, Any]


def of_units(found: Standing) -> Table:
    """A row for each line of the index, in its order; index and coverage as written, with one decimal."""
    rows = [
        {
            "unit": line.code, "name": line.name, "kind": line.group, "people": line.people, "due": line.due,
            "known": line.known, "coverage": decimal(line.coverage), "occurrences": sum(line.times.values()),
            "weighed": f"{line.lost // 100}.{line.lost % 100:02}", "index": decimal(line.tenths), "rank": line.rank,
            "reason": line.reason,
        }
        for line in found.lines
    ]  # fmt: skip
    return Table("units", UNITS, tuple(rows), _head(found.unit, (found.from_on, found.to_on)))


def of_persons(
    session: Session,
    within: Within,
    part: Spread | None,
    unit: str,
    span: Span,
    duties: Sequence[OnDuty],
    key: Callable[[str], Any],
) -> Table:
    """A row for each person with a session due, by `key` of the name. `note`: `exempt` who need not punch."""
    stored = StoredTree(session)
    schedules = Schedules(session, stored, set(), None)
    sums: dict[int, Row] = {}
    most: dict[int, int] = {}
    for row in counted_sessions.of_people(session, within, part, *span):
        held = sums.setdefault(row.employee_id, {"unit": "", "due": 0, "known": 0, "note": ""})
        held["due"] += row.due
        held["known"] += row.known
        if row.unit_id is not None and row.due >= most.get(row.employee_id, 0):
            most[row.employee_id] = row.due
            held["unit"] = stored.codes[row.unit_id]
            left_out = schedules.left_out(row.unit_id, row.schedule_id, row.last_on)
            held["note"] = EXEMPT if left_out == EXEMPT else ""
    occurred = counted_sessions.sums_of_people(session, within, part, *span)
    names = people.names(session, sums)
    kept = {each.employee: each for each in duties}
    rows = []
    for person, held in sums.items():
        code, name = names[person]
        times, duty = occurred.get(person) or {}, kept.get(code)
        rows.append(
            held
            | {"employee": code, "name": name}
            | {kind: times.get(kind, 0) for kind in ("counted", "minutes", "late", "early", "absent", "left_post")}
            | {"missing": times.get("missing_in", 0) + times.get("missing_out", 0)}
            | {"excused": times.get("excused", 0), "pending": times.get("pending", 0)}
            | {"duties_kept": duty.kept if duty else 0, "duties_over": duty.over if duty else 0}
        )
    rows.sort(key=lambda row: (key(row["name"]), row["employee"]))
    return Table("persons", PERSONS, tuple(rows), _head(unit, span))


def write(table: Table, format: str, heads: Callable[[str], str], say: Callable[[str, str], str]) -> bytes:
    """The bytes of a file. `heads` names a column and `say` a code for people; JSON keeps both. Raises Invalid."""
    if format not in FORMATS:
        raise Invalid(f"{format[:10]!r} is no format of this export; write {', '.join(FORMATS)}.")
    if format == "json":
        return json.dumps(table.head | {"rows": list(table.rows)}, ensure_ascii=False, indent=1).encode()
    cells = [[_cell(row[name], name, say) for name in table.columns] for row in table.rows]
    heading = [heads(name) for name in table.columns]
    return _csv(heading, cells) if format == "csv" else _xlsx(table.name, heading, cells)


def decimal(tenths: int | None) -> str | None:
    """979 as 97.9."""
    return None if tenths is None else f"{tenths // 10}.{tenths % 10}"


def _head(unit: str, span: Span) -> dict[str, Any]:
    return {"unit": unit, "from": span[0].isoformat(), "to": span[1].isoformat()}


def _cell(value: Any, name: str, say: Callable[[str, str], str]) -> str | int:
    if value is None:
        return ""
    if isinstance(value, str):
        return inert(say(name, value))
    return int(value)


def _csv(heading: list[str], cells: list[list[str | int]]) -> bytes:
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerows([heading, *cells])
    return written.getvalue().encode("utf-8-sig")


def _xlsx(name: str, heading: list[str], cells: list[list[str | int]]) -> bytes:
    made = io.BytesIO()
    given = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(made, given) as book:
        book.set_properties({"created": datetime(2000, 1, 1)})  # noqa: DTZ001 - the same figures are the same bytes
        sheet = book.add_worksheet(name)
        head = book.add_format({"bold": True, "bg_color": "#E8EEF4", "border": 1, "text_wrap": True, "valign": "top"})
        text = book.add_format({"num_format": "@"})
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        for at, title in enumerate(heading):
            sheet.set_column(at, at, 26 if at in (1, 2) else 13)
            sheet.write_string(0, at, title, head)
        for down, row in enumerate(cells, 1):
            for at, value in enumerate(row):
                if isinstance(value, int):
                    sheet.write_number(down, at, value)
                else:
                    sheet.write_string(down, at, value, text)
    return made.getvalue()
