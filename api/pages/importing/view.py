"""What the pages of imports show, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from api.pages.importing.drafts import Draft
from attendance.services.imports.filing import Result
from attendance.services.imports.reading import Read
from attendance.sheets import KINDS, Broken, Sentence, index

WRONG_SHOWN = 100
RIGHT_SHOWN = 20
SAMPLES = 3


@dataclass(frozen=True, slots=True)
class ChooseView:
    """`kinds` somebody may bring in, `batches` that were, as rows of the book of imports."""

    kinds: tuple[str, ...]
    kind: str
    batches: tuple[Mapping[str, Any], ...]
    problem: Sentence | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class ColumnView:
    """A column of the sheet and what it is read as (`""`: it is left out)."""

    letter: str
    header: str
    samples: tuple[str, ...]
    target: str


@dataclass(frozen=True, slots=True)
class CellView:
    """`cell` is its name, as D17. `sentences`: what is wrong with it; `is_open`: it may be typed in."""

    cell: str
    header: str
    shown: str
    sentences: tuple[Sentence, ...] = ()
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class RowView:
    """`sentences`: what is wrong with the row and stands in none of its cells."""

    number: int
    state: str
    cells: tuple[CellView, ...]
    sentences: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True)
class MissingView:
    """A column that is needed and was not found; it may be said for all rows. `choices`: value and word."""

    target: str
    choices: tuple[tuple[str, str], ...]
    given: str


@dataclass(frozen=True, slots=True)
class WorkView:
    """A draft as it stands after the last check. `columns` are all of the sheet, `shown` those that are read."""

    token: str
    kind: str
    file_name: str
    sheet: str
    sheets: tuple[str, ...]
    header_row: int
    targets: tuple[str, ...]
    columns: tuple[ColumnView, ...]
    shown: tuple[ColumnView, ...]
    missing: tuple[MissingView, ...]
    questions: tuple[Any, ...]
    notes: tuple[Sentence, ...]
    answers: Mapping[str, str]
    result: Result
    wrong: tuple[RowView, ...]
    right: tuple[RowView, ...]
    is_remembered: bool
    fingerprint: str
    problem: Sentence | None = None

    @property
    def may_file(self) -> bool:
        return not self.result.errors and not self.missing and self.result.new + self.result.changed > 0

    @property
    def may_leave_out(self) -> bool:
        """Whether some rows can be stored without the wrong ones."""
        return bool(self.result.errors) and not self.missing and self.result.new + self.result.changed > 0


@dataclass(frozen=True, slots=True)
class BatchView:
    """One import that was filed; `refused`: why it could not be undone a moment ago."""

    batch: Mapping[str, Any]
    refused: tuple[Sentence, ...] = ()
    more: int = 0
    fresh: bool = False
    days_marked: int = field(default=0)


def work_view(draft: Draft, read: Read, result: Result, *, problem: Sentence | None = None) -> WorkView:
    kind, recognised = KINDS[draft.kind], read.recognised
    samples = {match.column: _samples(read, match.column) for match in recognised.matches}
    samples |= {each.column: each.samples or _samples(read, each.column) for each in recognised.unmapped}
    headers = {letter: recognised.headers.get(letter, "") for letter in {*samples, *recognised.headers}}
    columns = tuple(
        ColumnView(letter, header, samples.get(letter, _samples(read, letter)), read.mapping.get(letter, ""))
        for letter, header in sorted(headers.items(), key=lambda item: index(item[0]))
        if header or letter in read.mapping or not recognised.headers
    )
    shown = tuple(column for column in columns if column.target)
    wrong = [number for number, state in sorted(result.states.items()) if state == "wrong"]
    right = [number for number, state in sorted(result.states.items()) if state not in ("wrong", "unchanged")]
    given = set(read.mapping.values()) | set(draft.constants)
    missing = [target for target in recognised.missing if target not in read.mapping.values()]
    return WorkView(
        token=draft.token,
        kind=draft.kind,
        file_name=draft.book.file_name,
        sheet=recognised.sheet.name,
        sheets=tuple(sheet.name for sheet in draft.book.sheets),
        header_row=recognised.header_rows[1],
        targets=kind.targets,
        columns=columns,
        shown=shown,
        missing=tuple(
            MissingView(target, _choices(draft.kind, target), draft.constants.get(target, ""))
            for target in missing
            if target not in given or target in draft.constants
        ),
        questions=tuple(question for question in recognised.questions if question.code not in ("column",)),
        notes=tuple(note.sentence for note in read.rows.notes),
        answers=draft.answers,
        result=result,
        wrong=tuple(_row(draft, read, result, number, shown) for number in wrong[:WRONG_SHOWN]),
        right=tuple(_row(draft, read, result, number, shown) for number in right[:RIGHT_SHOWN]),
        is_remembered=read.is_remembered,
        fingerprint=read.fingerprint,
        problem=problem,
    )


def _row(draft: Draft, read: Read, result: Result, number: int, shown: Sequence[ColumnView]) -> RowView:
    found: dict[str, list[Sentence]] = {}
    for error in result.errors:
        if error.row == number:
            found.setdefault(error.column, []).append(error.sentence)
    letters = {column.letter for column in shown}
    cells = []
    for column in shown:
        cell = f"{column.letter}{number}"
        sentences = tuple(found.get(column.letter, ()))
        text = draft.mends.get(cell, _shown(read, number, column.letter))
        is_open = bool(sentences) or cell in draft.mends
        cells.append(CellView(cell, column.header or column.letter, text, sentences, is_open))
    rest = tuple(sentence for letter, listed in found.items() if letter not in letters for sentence in listed)
    return RowView(number, result.states[number], tuple(cells), rest)


def _samples(read: Read, letter: str) -> tuple[str, ...]:
    begin = read.recognised.header_rows[1] + 1
    last = len(read.recognised.sheet.grid)
    texts = (_shown(read, number, letter) for number in range(begin, min(last, begin + 12) + 1))
    return tuple(text for text in texts if text)[:SAMPLES]


def _shown(read: Read, number: int, letter: str) -> str:
    grid, column = read.recognised.sheet.grid, index(letter)
    if not 0 < number <= len(grid) or column >= len(grid[number - 1]):
        return ""
    return shown(grid[number - 1][column])


def shown(value: Any) -> str:
    """A raw cell as it looks in the sheet, near enough to know it again."""
    if value is None:
        return ""
    if isinstance(value, Broken):
        return value.shown
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        return f"{value:%d/%m/%Y}" if value.time() == time() else f"{value:%d/%m/%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, timedelta):
        minutes = int(value.total_seconds()) // 60
        return f"{minutes // 60:02}:{minutes % 60:02}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)[:300]


def _choices(kind: str, target: str) -> tuple[tuple[str, str], ...]:
    return tuple((choice.value, choice.words[0]) for choice in KINDS[kind].column(target).choices)
