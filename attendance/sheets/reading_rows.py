"""From a recognised sheet to typed rows, with every cell that is not clear as an error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attendance.sheets import legacy, texts
from attendance.sheets.book import Cell, index, letter
from attendance.sheets.completing import Draft, complete
from attendance.sheets.converting import Converter
from attendance.sheets.dating import dating
from attendance.sheets.kinds import Column, Kind
from attendance.sheets.plain import shown
from attendance.sheets.problems import Problem
from attendance.sheets.recognised import Recognised
from attendance.sheets.recognising import DATED, _texts
from attendance.sheets.repeating import Repeats
from attendance.sheets.rows import CellError, Dates, Note, Row, Rows, Value
from attendance.sheets.saying import Sentence
from attendance.sheets.skipping import Skipper
from attendance.sheets.typing_cells import typist, typists

Grid = tuple[tuple[Cell, ...], ...]
Mends = Mapping[tuple[int, str], str]


def read_rows(
    recognised: Recognised,
    mapping: Mapping[str, str] | None = None,
    mends: Mends | None = None,
    legacy: str | None = None,
    dates: Dates | None = None,
    *,
    constants: Mapping[str, str] | None = None,
) -> Rows:
    """Typed rows with errors by cell; a cell that is not clear is an error, never a guess.

    `mapping`: column letter → target (`""`: leave out), in place of what was recognised. `mends`: {(row, column
    letter): text} stand in place of what the file says. `legacy`: `tcvn3`, `vni` (convert) or `none` (text is right as
    it stands). `dates`: answers about order and year. `constants`: canonical column → text for all rows, where the
    sheet has no such column (kind=leave). Raises ValueError for a mapping to an unknown target, or two of one.
    """
    return _Reading(recognised, mapping, mends or {}, legacy or "", dates or Dates(), constants or {}).rows()


class _Reading:
    """One pass over a sheet."""

    def __init__(
        self,
        recognised: Recognised,
        mapping: Mapping[str, str] | None,
        mends: Mends,
        answer: str,
        dates: Dates,
        constants: Mapping[str, str],
    ) -> None:
        self.recognised, self.kind, self.sheet = recognised, recognised.kind, recognised.sheet
        self.first = recognised.header_rows[1]
        self.mends = {(row - 1, index(column)): text for (row, column), text in mends.items()}
        self.columns = _columns(self.kind, recognised.mapping if mapping is None else mapping)
        self.errors: list[CellError] = []
        evidence = _evidence(recognised)
        self.converter = Converter(self.sheet, evidence, answer)
        dated = {at: self._name(at) for target, at in self.columns.items() if self.kind.column(target).type in DATED}
        period = (recognised.year, recognised.month)
        book = recognised.book
        self.dating = dating(self.sheet, dated, self.first, period, book.epoch_1904, dates)
        self.typists = typists(self.kind, self.columns, self.sheet, self.first, self.dating.senses)
        self.constants = self._constants(constants)
        self.fill = self._filled_down()
        self.repeats = Repeats(self.kind)
        self.skipper = Skipper(
            _readable(self.sheet.grid, evidence.encoding),
            self.sheet.merged,
            self.first,
            _core(self.kind, self.columns),
            frozenset(self.columns.values()),
            [self._name(at) for at in range(len(self.sheet.grid[0]) if self.sheet.grid else 0)],
            frozenset(index(one.column) for one in recognised.unmapped if one.known == "ordinal"),
            people=self.kind.name in ("employees", "absences", "rosters", "enrolments"),
        )

    def rows(self) -> Rows:
        found: list[Row] = []
        skipped: list[tuple[int, str]] = []
        grouped: list[int] = []
        read = 0
        mended = {row for row, _ in self.mends}
        for row in range(self.first, len(self.sheet.grid)):
            why = self.skipper.why(row, row in mended)
            if why:
                if why != "blank":
                    skipped.append((row + 1, why))
                continue
            read += 1
            before = len(self.errors)
            draft = self._draft(row)
            if self._unit_of_group(draft):
                grouped.append(row + 1)
            made = self._made(row, draft)
            if len(self.errors) == before:
                found.append(made)
        notes = self._notes(found, skipped, grouped)
        return Rows(tuple(found), tuple(self.errors), notes, tuple(skipped), read)

    def _draft(self, row: int) -> Draft:
        draft = Draft({}, set(), {}, frozenset(self.columns), frozenset(self._stored(row)))
        for target, at in self.columns.items():
            value, place = self._cell(row, at)
            if value is None:
                continue
            draft.texts[target] = shown(value)
            try:
                if isinstance(value, str) and place is not None:
                    value = self.converter.text(*place, value)
                    draft.texts[target] = shown(value)
                draft.values[target] = self.typists[target].value(value)
            except Problem as problem:
                self._refuse(row, target, problem, draft)
        return draft

    def _made(self, row: int, draft: Draft) -> Row:
        def refuse(target: str, problem: Problem) -> None:
            self._refuse(row, target, problem, draft)

        for target, value in self.constants.items():
            if draft.lacks(target):
                draft.values[target] = value
        complete(self.kind, draft, refuse)
        values: dict[str, Value] = {}
        for column in self.kind.columns:
            value = draft.values.get(column.name)
            if value is None and column.required and column.name not in draft.wrong and not self._named(draft, column):
                refuse(_source(self.kind, column.name, self.columns), Problem("required"))
            values[column.name] = column.default if value is None else value
        if "employee_name" in self.columns:
            values["employee_name"] = draft.values.get("employee_name")
        made = Row(row + 1, values, {target: f"{letter(at)}{row + 1}" for target, at in self.columns.items()})
        if not draft.wrong:
            again = self.repeats.refuses(made)
            if again is not None:
                refuse(*again)
        return made

    def _named(self, draft: Draft, column: Column) -> bool:
        """A person may stand in a list by name alone; whoever files it finds out who that is, or asks."""
        return column.name == "employee" and "employee" not in self.columns and bool(draft.get("employee_name"))

    def _cell(self, row: int, at: int) -> tuple[Cell, tuple[int, int] | None]:
        """The cell as mended, or of the merged area it lies in, or as it stands; and its place if it is of the file."""
        mended = self.mends.get((row, at))
        if mended is not None:
            return texts.raw(mended), None
        cells = self.sheet.grid[row]
        value = cells[at] if at < len(cells) else None
        if value is None and (row, at) in self.fill:
            row, at = self.fill[row, at]
            value = self.sheet.grid[row][at]
        return value, (row, at)

    def _stored(self, row: int) -> list[str]:
        """Targets whose cell is a real date of the file, not a text."""
        cells = self.sheet.grid[row]
        return [
            target
            for target, at in self.columns.items()
            if at < len(cells) and not isinstance(cells[at], str) and (row, at) not in self.mends
        ]

    def _refuse(self, row: int, target: str, problem: Problem, draft: Draft) -> None:
        at = self.columns.get(target)
        column = self.kind.column(target)
        if target in draft.wrong:
            return
        draft.wrong.add(target)
        if column.part_of:
            draft.wrong.add(column.part_of)
        header = self._name(at) if at is not None else ""
        value = draft.texts.get(target, "")
        sentence = Sentence(
            f"sheets.error.{problem.code}", {"value": value, "header": header or target, **problem.values}
        )
        where = letter(at) if at is not None else ""
        self.errors.append(CellError(row + 1, where, header, target, value, problem.code, sentence))

    def _name(self, at: int) -> str:
        return self.recognised.headers.get(letter(at), "")

    def _unit_of_group(self, draft: Draft) -> bool:
        """People under a heading such as `Phòng Nội vụ`, in a sheet without a column for it, are of that unit."""
        if self.kind.name != "employees" or "unit" in self.columns or not self.skipper.group:
            return False
        draft.values["unit"] = draft.texts["unit"] = self.skipper.group
        return True

    def _constants(self, constants: Mapping[str, str]) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for target, text in constants.items():
            try:
                found[target] = typist(self.kind, target)(self.kind.column(target)).value(text)
            except KeyError as error:
                raise ValueError(target) from error
            except Problem as problem:
                values: dict[str, Any] = {"value": text, "header": target, **problem.values}
                sentence = Sentence(f"sheets.error.{problem.code}", values)
                self.errors.append(CellError(0, "", "", target, text, problem.code, sentence))
        return found

    def _filled_down(self) -> dict[tuple[int, int], tuple[int, int]]:
        """Cells below the first of an area that is merged over rows, each with the cell that holds its value."""
        used = set(self.columns.values())
        return {
            (row, area.left): (area.top, area.left)
            for area in self.sheet.merged
            if area.bottom > area.top >= self.first and area.left == area.right and area.left in used
            for row in range(area.top + 1, min(area.bottom + 1, len(self.sheet.grid)))
        }

    def _notes(self, found: list[Row], skipped: list[tuple[int, str]], grouped: list[int]) -> tuple[Note, ...]:
        notes = []
        for why in dict.fromkeys(reason for _, reason in skipped):
            rows = tuple(row for row, reason in skipped if reason == why)
            notes.append(_note(f"skipped_{why}", rows))
        hidden = tuple(row.number for row in found if row.number - 1 in self.sheet.hidden_rows)
        if hidden:
            notes.append(_note("hidden_rows", hidden))
        filled = set(self.dating.filled)
        years = tuple(row.number for row in found if row.number in filled)
        if years:
            notes.append(_note("year_filled", years, year=self.dating.year or 0))
        if grouped:
            notes.append(_note("unit_of_group", tuple(grouped)))
        if self.kind.name == "employees" and "unit" in self.columns:
            empty = tuple(row.number for row in found if row.values["unit"] is None)
            if empty:
                notes.append(_note("unit_empty", empty))
        if self.recognised.other_sheets:
            names = ", ".join(self.recognised.other_sheets)
            notes.append(
                Note("other_sheets", Sentence("sheets.note.other_sheets", {"names": names, "sheet": self.sheet.name}))
            )
        return tuple(notes)


def _note(code: str, rows: tuple[int, ...], **values: int) -> Note:
    listed = ", ".join(map(str, rows[:10])) + ("…" if len(rows) > 10 else "")
    return Note(code, Sentence(f"sheets.note.{code}", {"rows": listed, "count": len(rows), **values}), rows)


def _columns(kind: Kind, mapping: Mapping[str, str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for column, target in mapping.items():
        if not target:
            continue
        if target not in kind.targets:
            raise ValueError(f"{target!r} is no column of {kind.name}; it is one of {', '.join(kind.targets)}")
        if target in found:
            raise ValueError(f"Two columns are mapped to {target!r}: {letter(found[target])} and {column}")
        found[target] = index(column)
    return {target: found[target] for target in kind.targets if target in found}


def _readable(grid: Grid, encoding: str) -> Grid:
    """The grid for finding totals and signatures in it: legacy text as probably meant. No value comes of it."""
    if not encoding:
        return grid
    return tuple(
        tuple(
            legacy.convert(cell, encoding) if isinstance(cell, str) and not legacy.makes_sense(cell) else cell
            for cell in row
        )
        for row in grid
    )


def _sources(kind: Kind, name: str) -> tuple[str, ...]:
    """The targets whose cells may give a required value."""
    return (name, *(part.name for part in kind.parts if part.part_of == name))


def _core(kind: Kind, columns: Mapping[str, int]) -> list[list[int]]:
    """For each required value the columns it may come from, where there are any."""
    found = [[columns[one] for one in _sources(kind, name) if one in columns] for name in kind.required]
    return [one for one in found if one]


def _source(kind: Kind, name: str, columns: Mapping[str, int]) -> str:
    """Where a missing value is best filled in."""
    return next((one for one in _sources(kind, name) if one in columns), name)


def _evidence(recognised: Recognised) -> legacy.Evidence:
    return legacy.weigh(_texts(recognised.sheet), recognised.sheet.legacy_cells.values())
