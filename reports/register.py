"""The register of violations as frames, and as files in which no cell can become a formula.

The rows and their order are those of the list that was asked for; a long one is read and written a piece at a time.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xlsxwriter

from attendance.errors import Invalid
from attendance.store import listing_violations
from attendance.store.database import Session
from attendance.store.listing_violations import PIECE, Wanted
from reports.safe_cells import inert

if TYPE_CHECKING:  # it is large, and a service that makes no register has no need of it
    import pandas as pd

COLUMNS = {
    "date": "work date (ISO)",
    "employee": "code of the person, text",
    "name": "name of the person",
    "unit": "code of the unit of the assignment valid that day",
    "session": "am, pm, or the schedule's own name",
    "type": "late, early, absent, missing_in, missing_out, left_post",
    "minutes": "whole minutes; empty for a missing punch",
    "excused_min": "whole minutes an approved explanation excuses",
    "counted_min": "whole minutes that count",
    "status": "counted, pending, excused, partly_excused",
    "document": "what the hours were issued under",
}
FORMATS = ("xlsx", "csv", "json")
MEDIA = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}
MOST_ROWS = 200_000
"""So many rows a spreadsheet of ours holds: more than anybody reads, and made in well under a minute."""
TEXTS = ("employee", "name", "unit", "session", "type", "status", "document")
_WIDTHS = {"date": 12, "employee": 14, "name": 30, "unit": 22, "session": 12, "type": 26, "status": 20, "document": 26}


class TooManyRows(Invalid):
    """More rows than a spreadsheet of ours holds."""

    code = "too_many_rows"


@dataclass(frozen=True, slots=True)
class Words:
    """How a register for people is headed and what its codes are called; a code without a word stands as it is."""

    sheet: str = "violations"
    heads: Mapping[str, str] = field(default_factory=dict)
    say: Callable[[str, str], str] = lambda _column, code: code


PLAIN = Words()


def frames(
    session: Session, wanted: Wanted, seen: Callable[[frozenset[int]], None], *, newest_first: bool = False
) -> Iterator[pd.DataFrame]:
    """Violations as listed, columns as documented in COLUMNS; `seen` is told the numbers of the people of each frame.

    There is one frame at least.
    """
    import pandas as pd

    rows = listing_violations.every_violation(session, wanted, newest_first=newest_first)
    first = True
    while (piece := list(islice(rows, PIECE))) or first:
        first = False
        seen(frozenset(row["employee_id"] for row in piece))
        for row in piece:
            row["document"] = next((c["document"] for c in row["citations"] if c["rule"].startswith("schedule.")), "")
        frame = pd.DataFrame(piece, columns=list(COLUMNS))
        for name in ("minutes", "excused_min", "counted_min"):
            frame[name] = frame[name].astype("Int64")
        yield frame


def violations_register(session: Session, wanted: Wanted) -> pd.DataFrame:
    """The whole register in one frame."""
    import pandas as pd

    return pd.concat(frames(session, wanted, lambda _: None), ignore_index=True)


def write(parts: Iterator[pd.DataFrame], format: str, path: Path, words: Words = PLAIN) -> int:
    """Write a register as a file; answers how many rows it has. Raises TooManyRows for a spreadsheet.

    CSV and JSON are for programs and keep the codes; `words` are those of the spreadsheet.
    """
    return {"xlsx": _write_xlsx, "csv": _write_csv, "json": _write_json}[format](parts, path, words)


def _write_csv(parts: Iterator[pd.DataFrame], path: Path, _words: Words) -> int:
    """Text cells begin with no sign that a spreadsheet would read as a formula."""
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        for frame in parts:
            safe = frame.copy()
            for name in TEXTS:
                safe[name] = safe[name].map(inert)
            safe.to_csv(file, index=False, header=not count, lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL)
            count += len(frame)
            if not len(frame):
                break
    return count


def _write_json(parts: Iterator[pd.DataFrame], path: Path, _words: Words) -> int:
    count = 0
    with path.open("w", encoding="utf-8") as file:
        file.write("[")
        for frame in parts:
            for row in frame.itertuples(index=False):
                plain = {name: _plain(value) for name, value in zip(COLUMNS, row, strict=True)}
                file.write((",\n" if count else "\n") + json.dumps(plain, ensure_ascii=False))
                count += 1
        file.write("\n]\n")
    return count


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if _is_missing(value):
        return None
    return value if isinstance(value, str | None) else int(value)


def _is_missing(value: Any) -> bool:
    """Whether a minute of a frame is not known."""
    import pandas as pd

    return value is pd.NA


def _write_xlsx(parts: Iterator[pd.DataFrame], path: Path, words: Words) -> int:
    """Codes are text with every zero, dates are dates, the head stays in sight and repeats on paper."""
    given = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    count = 0
    with xlsxwriter.Workbook(str(path), given) as book:
        sheet = book.add_worksheet(words.sheet[:31])
        head = book.add_format({"bold": True, "bg_color": "#E8EEF4", "border": 1, "text_wrap": True, "valign": "top"})
        day, text = book.add_format({"num_format": "dd/mm/yyyy"}), book.add_format({"num_format": "@"})
        for at, name in enumerate(COLUMNS):
            sheet.set_column(at, at, _WIDTHS.get(name, 10))
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        for at, name in enumerate(COLUMNS):
            sheet.write_string(0, at, words.heads.get(name, name), head)
        for frame in parts:
            if count + len(frame) > MOST_ROWS:
                raise TooManyRows(
                    f"This list has more than {MOST_ROWS:,} rows; ask for fewer days at a time, or for CSV."
                )
            for row in frame.itertuples(index=False):
                count += 1
                for at, (name, value) in enumerate(zip(COLUMNS, row, strict=True)):
                    if name == "date":
                        sheet.write_datetime(count, at, value, day)
                    elif name in TEXTS:
                        sheet.write_string(count, at, words.say(name, value or ""), text)
                    elif not _is_missing(value):
                        sheet.write_number(count, at, int(value))
        sheet.autofilter(0, 0, max(1, count), len(COLUMNS) - 1)
    return count
