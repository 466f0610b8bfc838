"""Any register as a file: a workbook or a paper in words for people, CSV or JSON with names and codes for programs.

Rows are walked once and written as they come. No cell of any of them is ever calculated by a spreadsheet.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Literal, NamedTuple

from attendance import clock
from reports.register_pdf import write_pdf
from reports.register_table import Column, Register, Value
from reports.register_words import RegisterWords
from reports.register_xlsx import write_xlsx
from reports.safe_cells import inert

__all__ = ["FORMATS", "MEDIA", "RegisterFormat", "RegisterWords", "Written", "write_register"]

RegisterFormat = Literal["xlsx", "pdf", "csv", "json"]
FORMATS: tuple[RegisterFormat, ...] = ("xlsx", "pdf", "csv", "json")
MEDIA = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}


class Written(NamedTuple):
    """How many rows were written, and the numbers of the people they name."""

    rows: int
    people: frozenset[int]


def write_register(register: Register, format: str, path: Path, words: RegisterWords) -> Written:
    """Write a register as one of FORMATS. Raises TooManyRows where a workbook or a paper of ours holds no more.

    CSV and JSON: a share is two columns, `NAME` and `NAME_of`; dates and moments (of the wall, with its offset) are ISO
    text; what is not known is empty, in JSON null.
    """
    write = {"xlsx": write_xlsx, "pdf": write_pdf, "csv": _write_csv, "json": _write_json}[format]
    count = write(register, path, words)
    return Written(count, frozenset(register.people))


def _write_csv(register: Register, path: Path, words: RegisterWords) -> int:
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(_names(register.columns))
        for row in register.rows:
            count += 1
            writer.writerow([_safe(value) for value in _plain(register.columns, row, words.zone)])
    return count


def _write_json(register: Register, path: Path, words: RegisterWords) -> int:
    names, count = _names(register.columns), 0
    with path.open("w", encoding="utf-8") as file:
        file.write("[")
        for count, row in enumerate(register.rows, 1):
            plain = dict(zip(names, _plain(register.columns, row, words.zone), strict=True))
            file.write((",\n" if count > 1 else "\n") + json.dumps(plain, ensure_ascii=False))
        file.write("\n]\n")
    return count


def _names(columns: tuple[Column, ...]) -> list[str]:
    return [
        name for each in columns for name in ([each.name, f"{each.name}_of"] if each.kind == "share" else [each.name])
    ]


def _plain(columns: tuple[Column, ...], row: tuple[Value, ...], zone: str) -> Iterator[str | int | bool | None]:
    for column, value in zip(columns, row, strict=True):
        if column.kind == "share":
            yield from value if isinstance(value, tuple) else (None, None)
        elif isinstance(value, datetime):
            yield clock.local_iso(clock.to_wall(value, zone), zone)
        elif isinstance(value, date):
            yield value.isoformat()
        else:
            assert not isinstance(value, tuple)
            yield value


def _safe(value: str | int | bool | None) -> str | int:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return inert(value) if isinstance(value, str | None) else value
