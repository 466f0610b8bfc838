"""Sheets as people hand them in, for commands, API and pages: what they said of it is read, what came of it is told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Literal, cast

import orjson

from api import sheet_speech
from api.pages.i18n import Translator
from attendance.errors import Invalid
from attendance.services.imports.filing import Result
from attendance.services.imports.reading import ORDERS, Choices, Read
from attendance.sheets import Book, CellError, Dates, Sentence, index, letter, read_book, read_pasted

MAX_ERRORS = 1_000
"""So many wrong cells are told one by one; all of them are counted."""
MAX_MENDS = 5_000
_CELL = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
FIRST_YEAR, LAST_YEAR = 1990, 2200


def open_sheet(data: bytes, file_name: str) -> tuple[Book, str]:
    """A file as a book, and the digest of its bytes. Raises BookRefused."""
    # a name out of a badly packed archive may hold bytes that are no text, which no database takes
    file_name = "".join(sign if sign.isprintable() else "_" for sign in file_name)
    return read_book(data, file_name), sha256(data).hexdigest()


def open_pasted(text: str) -> tuple[Book, str]:
    """A block from the clipboard as a book, and the digest of its text. Raises BookRefused."""
    return read_pasted(text), sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def choices_of(
    *,
    mapping: Mapping[str, str] | None = None,
    mends: Mapping[str, str] | None = None,
    dates: str | None = None,
    year: str | int | None = None,
    stored: str | None = None,
    legacy: str | None = None,
    sheet: str | None = None,
    header_row: str | int | None = None,
    constants: Mapping[str, str] | None = None,
) -> Choices:
    """What a person said, checked. `dates`: day-first or month-first; `mends`: text by cell, as in `D17`.

    `stored`: `as_stored` or `swapped`, for real dates that a foreign Excel may have turned round. Raises Invalid.
    """
    if dates and dates not in ORDERS:
        raise Invalid(f"{dates[:40]!r} does not say where the day stands; write {' or '.join(ORDERS)}.")
    if stored and stored not in ("as_stored", "swapped"):
        raise Invalid(f"{stored[:40]!r} does not say how dates are stored; write as_stored or swapped.")
    wanted = None
    if year:
        if not str(year).isdecimal() or not FIRST_YEAR <= int(year) <= LAST_YEAR:
            raise Invalid(f"{str(year)[:40]!r} is no year; write one from {FIRST_YEAR} to {LAST_YEAR}.")
        wanted = int(year)
    if header_row and not str(header_row).isdecimal():
        raise Invalid(f"{str(header_row)[:40]!r} is no row; write the number of the row the headers stand in.")
    order = cast(Literal["dmy", "mdy"] | None, ORDERS[dates] if dates else None)
    answered = Dates(order, wanted, cast(Literal["as_stored", "swapped"] | None, stored or None))
    return Choices(
        mapping=mapping,
        mends=dict(read_mend(cell, text) for cell, text in (mends or {}).items()),
        legacy=legacy or None,
        dates=answered if answered != Dates() else None,
        sheet=sheet or None,
        header_row=min(int(header_row), 1_000_000) if header_row else None,
        constants=dict(constants or {}),
    )


def read_mend(cell: str, text: str) -> tuple[tuple[int, str], str]:
    """`D17` and what shall stand there. Raises Invalid."""
    found = _CELL.fullmatch(cell.strip().upper())
    if found is None:
        raise Invalid(f"{cell[:20]!r} is not a cell; write it as D17.")
    return (int(found[2]), found[1]), text


def read_json_object(text: str, what: str, most: int) -> dict[str, str]:
    """A JSON object of texts. Raises Invalid."""
    if not text.strip():
        return {}
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise Invalid(f'{what} is a JSON object of texts, such as {{"D17": "24/11/2026"}}.')
    if len(found) > most:
        raise Invalid(f"{what} has {len(found)} entries; at most {most} are taken.")
    return found


def tell(t: Translator, sentence: Sentence) -> str:
    """A sentence of the room of sheets, or of the filing, in a language."""
    if sentence.key.startswith("sheets."):
        return sheet_speech.tell(sentence, t.lang)
    values: dict[str, Any] = dict(sentence.values)
    if "thing" in values:
        values["thing"] = t.label("imports.thing", str(values["thing"]))
    return t(sentence.key, **values) if values else t(sentence.key)


def where(error: CellError) -> str:
    """`row 17, column D (Đơn vị)`"""
    column = f", column {error.column}" if error.column else ""
    name = error.header or error.target
    return f"row {error.row}{column}{f' ({name})' if name else ''}"


def error_json(t: Translator, error: CellError) -> dict[str, Any]:
    return {
        "row": error.row,
        "column": error.column,
        "header": error.header,
        "target": error.target,
        "value": error.value,
        "code": error.code,
        "message": tell(t, error.sentence),
    }


def result_json(t: Translator, result: Result, read: Read) -> dict[str, Any]:
    """What came of a sheet: counts, the first wrong cells, how its columns were read, and what it leaves open."""
    return {
        "kind": result.kind,
        "file": result.source.file_name,
        "sheet": read.recognised.sheet.name,
        "dry_run": result.dry_run,
        "stored": result.is_taken,
        "batch": result.batch,
        "read": result.read,
        "new": result.new,
        "changed": result.changed,
        "unchanged": result.unchanged,
        "wrong": result.wrong,
        "left_out": result.left_out,
        "days_marked": result.days_marked,
        "mapping": dict(sorted(read.mapping.items(), key=lambda item: index(item[0]))),
        "remembered": read.is_remembered,
        "missing": list(read.recognised.missing),
        "questions": [
            {
                "code": question.code,
                "message": tell(t, question.sentence),
                "choices": list(question.choices),
                "suggested": question.suggested,
            }
            for question in read.recognised.questions
        ],
        "notes": [{"code": note.code, "message": tell(t, note.sentence)} for note in read.rows.notes],
        "errors": [error_json(t, error) for error in result.errors[:MAX_ERRORS]],
        "errors_total": len(result.errors),
    }


__all__ = [
    "MAX_ERRORS",
    "MAX_MENDS",
    "choices_of",
    "error_json",
    "letter",
    "open_pasted",
    "open_sheet",
    "tell",
    "where",
]
