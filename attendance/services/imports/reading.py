"""From a book to typed rows: recognised, with what was remembered of sheets like it and what a person chose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from attendance.errors import Invalid
from attendance.services.imports.filing import Source
from attendance.sheets import KINDS, Book, Dates, Recognised, Rows, read_rows, recognise
from attendance.sheets.headers import fold
from attendance.store import import_batches
from attendance.store.database import Database
from attendance.store.trail import Actor

LEGACIES = ("tcvn3", "vni", "none")
ORDERS: Mapping[str, str] = {"day-first": "dmy", "month-first": "mdy"}


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person said of a sheet. `mapping`: column letter or header → canonical column (`""`: left out).

    `header_row`: the row of the headers, counted as Excel does. `mends`: text in place of a cell, by row and column
    letter. `constants`: canonical column → text for every row.
    """

    mapping: Mapping[str, str] | None = None
    mends: Mapping[tuple[int, str], str] = field(default_factory=dict)
    legacy: str | None = None
    dates: Dates | None = None
    sheet: str | None = None
    header_row: int | None = None
    constants: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Read:
    """A sheet as it will be filed. `mapping`: by column letter; `is_remembered`: it is that of an earlier sheet."""

    recognised: Recognised
    mapping: Mapping[str, str]
    rows: Rows
    source: Source
    fingerprint: str
    is_remembered: bool


def read_sheet(database: Database, book: Book, digest: str, kind: str, choices: Choices) -> Read:
    """Typed rows of the sheet that looks like this kind, or of the one chosen. Raises Invalid for choices that cannot
    be, such as a column that this kind does not have.
    """
    if kind not in KINDS:
        raise Invalid(f"{kind!r} is no kind of sheet; write one of {', '.join(KINDS)}.")
    if choices.sheet is not None and choices.sheet not in {sheet.name for sheet in book.sheets}:
        raise Invalid(f"There is no sheet {choices.sheet!r}; it has {', '.join(s.name for s in book.sheets)[:300]}.")
    if choices.legacy not in (None, *LEGACIES):
        raise Invalid(f"{choices.legacy!r} is no old encoding; write one of {', '.join(LEGACIES)}.")
    found = recognise(book, kind, sheet=choices.sheet, header_row=choices.header_row or None)
    if choices.header_row is None and found.header_rows == (0, 0):  # headers in words nobody foresaw
        found = recognise(book, kind, sheet=choices.sheet, header_row=_first_of_words(found))
    mark = fingerprint(found)
    with database.reading() as session:
        remembered = import_batches.remembered(session, kind, mark)
    if remembered is not None:
        found = recognise(book, kind, remembered, sheet=choices.sheet, header_row=found.header_rows[1] or None)
    mapping = found.mapping | _by_letter(found, kind, choices.mapping or {})
    mapping = {letter: target for letter, target in mapping.items() if target}
    _check_constants(kind, choices.constants)
    twice = [target for target, times in Counter(mapping.values()).items() if times > 1]
    if twice:
        raise Invalid(f"Two columns are read as {twice[0]}; name one of them, and leave the other out.")
    rows = read_rows(
        found, mapping, dict(choices.mends), choices.legacy, choices.dates, constants=dict(choices.constants)
    )
    named = {found.headers.get(letter, "") or letter: target for letter, target in mapping.items()}
    source = Source(book.file_name, digest, found.headers, named)
    return Read(found, mapping, rows, source, mark, remembered is not None)


def fingerprint(recognised: Recognised) -> str:
    """The same for every sheet with these headers in this order, however they are written."""
    headers = "\n".join(fold(recognised.headers[letter]) for letter in recognised.headers)
    return sha256(headers.encode()).hexdigest()


def remember(database: Database, kind: str, read: Read, *, actor: Actor, now: datetime) -> None:
    """The next sheet with these headers is read as this one was."""
    with database.writing() as session:
        mapping = read.recognised.memory(read.mapping)
        import_batches.remember(session, kind, read.fingerprint, mapping, actor.name, now)


def forget(database: Database, kind: str, mark: str) -> bool:
    """The next sheet with these headers is recognised anew. Whether there was something to forget."""
    with database.writing() as session:
        return import_batches.forget(session, kind, mark)


def _by_letter(found: Recognised, kind: str, wished: Mapping[str, str]) -> dict[str, str]:
    """A mapping by column letter, from one by letters or headers. A target that moves leaves its old column."""
    targets = KINDS[kind].targets
    letters = {fold(header): letter for letter, header in found.headers.items() if header}
    known = {*found.headers, *found.mapping, *(each.column for each in found.unmapped)}
    chosen: dict[str, str] = {}
    for name, target in wished.items():
        letter = letters.get(fold(name)) or (name.strip().upper() if name.strip().upper() in known else None)
        if letter is None:
            headers = ", ".join(header for header in found.headers.values() if header)
            raise Invalid(f"The sheet has no column {name[:60]!r}; it has {headers[:300]}.")
        if target and target not in targets:
            raise Invalid(f"{target[:60]!r} is no column of {kind}; write one of {', '.join(targets)}.")
        chosen[letter] = target
    taken = {target for target in chosen.values() if target}
    return {letter: "" for letter, target in found.mapping.items() if target in taken} | chosen


def _first_of_words(found: Recognised) -> int | None:
    """The first row that has a different word in each of its cells, as headers have; None: there is none."""
    for number, cells in enumerate(found.sheet.grid[:15], 1):
        words = [cell for cell in cells if cell is not None]
        if len(words) > 1 and all(isinstance(word, str) for word in words) and len(set(map(str, words))) == len(words):
            return number if number < len(found.sheet.grid) else None
    return None


def _check_constants(kind: str, constants: Mapping[str, str]) -> None:
    unknown = [name for name in constants if name not in KINDS[kind].targets]
    if unknown:
        raise Invalid(f"{unknown[0][:60]!r} is no column of {kind}; write one of {', '.join(KINDS[kind].targets)}.")
