"""Which sheet of a book is the list, where its header stands and which column is what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from attendance.sheets import fitting, layout, legacy, titles
from attendance.sheets.book import Book, Cell, Sheet, index, letter
from attendance.sheets.dating import dating
from attendance.sheets.fitting import Fit
from attendance.sheets.headers import likeness, title_of
from attendance.sheets.kinds import KINDS, Kind
from attendance.sheets.layout import Header
from attendance.sheets.legacy import Evidence
from attendance.sheets.plain import shown
from attendance.sheets.recognised import Match, Question, Recognised, Unmapped
from attendance.sheets.rows import Dates
from attendance.sheets.saying import Sentence

_LOOKED_AT = 60
_WEIGHED = 20_000
DATED = ("date", "moment", "span")


def recognise(
    book: Book,
    kind: str,
    remembered: Mapping[str, str] | None = None,
    *,
    sheet: str | None = None,
    header_row: int | None = None,
) -> Recognised:
    """Which sheet, which header, which column is what. `sheet` and `header_row` (from 1) override what was found.

    A `header_row` of 0 says that there is none; then `read_rows` needs a mapping. Never raises for what stands in the
    book; what is missing is in `missing` and `questions`. KeyError: unknown kind or sheet.
    """
    wanted = KINDS[kind]
    memory = dict(remembered or {})
    found = []
    for candidate in _candidates(book, sheet):
        evidence = legacy.weigh(_texts(candidate), candidate.legacy_cells.values())
        header, fit = _best(wanted, candidate, memory, evidence, header_row)
        found.append((fit.score(wanted), candidate, header, fit, evidence))
    best = max(found, key=lambda one: one[0])
    _, chosen, header, fit, evidence = best
    others = tuple(
        one.name for _, one, _, other, _ in found if one is not chosen and not other.missing(wanted) and _has_data(one)
    )
    return _told(book, wanted, chosen, header, fit, evidence, others)


def _candidates(book: Book, name: str | None) -> list[Sheet]:
    if name is not None:
        return (
            [next(sheet for sheet in book.sheets if sheet.name == name)]
            if any(sheet.name == name for sheet in book.sheets)
            else _unknown(name)
        )
    visible = [sheet for sheet in book.sheets if not sheet.hidden and sheet.grid]
    return visible or list(book.sheets) or [Sheet("", ())]


def _unknown(name: str) -> list[Sheet]:
    raise KeyError(name)


def _has_data(sheet: Sheet) -> bool:
    return sum(any(cell is not None for cell in row) for row in sheet.grid) > 1


def _texts(sheet: Sheet) -> Iterator[tuple[int, int, str]]:
    left = _WEIGHED
    for row, cells in enumerate(sheet.grid):
        for column, cell in enumerate(cells):
            if isinstance(cell, str) and not cell.isascii():
                yield row, column, cell
                left -= 1
                if left <= 0:
                    return


def _best(
    kind: Kind, sheet: Sheet, memory: Mapping[str, str], evidence: Evidence, header_row: int | None
) -> tuple[Header, Fit]:
    if header_row is not None:
        header = layout.fixed(sheet, header_row - 1)
        return header, _fit(kind, sheet, header, memory, evidence)
    best: tuple[float, Header, Fit] | None = None
    alone: dict[int, int] = {}
    for header in layout.headers(sheet):
        found = _fit(kind, sheet, header, memory, evidence)
        if header.top == header.bottom:
            alone[header.top] = len(found.chosen)
        elif len(found.chosen) <= alone[header.top] or not _names_columns(kind, sheet.grid[header.bottom], evidence):
            continue  # the second row of a header names more columns; else it is the first entry, and would be lost
        score = found.score(kind) - 0.05 * (header.bottom - header.top)
        if best is None or score > best[0] + 1e-6:
            best = score, header, found
    if best is None or not best[2].chosen:
        return layout.fixed(sheet, -1), Fit()
    return best[1], best[2]


def _names_columns(kind: Kind, cells: Sequence[Cell], evidence: Evidence) -> bool:
    """Whether a row reads as names of columns: texts alone, and at least half of them known as such."""
    filled = [cell for cell in cells if cell is not None]
    if not all(isinstance(cell, str) for cell in filled):
        return False
    names = [legacy.convert(str(cell), evidence.encoding) if evidence.encoding else str(cell) for cell in filled]
    known = sum(bool(alike) and alike[0][1] >= 0.7 for alike in (likeness(kind.name, name) for name in names))
    return 2 * known >= len(filled)


def _fit(kind: Kind, sheet: Sheet, header: Header, memory: Mapping[str, str], evidence: Evidence) -> Fit:
    first = layout.first_data_row(sheet, header)
    data = sheet.grid[first : first + _LOOKED_AT]
    return fitting.fit(kind, header, data, memory, names_of(header, evidence))


def names_of(header: Header, evidence: Evidence) -> list[str]:
    """The names of the columns; in a sheet of legacy text those that are legacy text too are converted."""
    encoding = evidence.encoding
    if not encoding:
        return list(header.names)
    return [
        legacy.convert(name, encoding)
        if encoding in legacy.could_be(name) and (evidence.consistent or not legacy.makes_sense(name))
        else name
        for name in header.names
    ]


def _told(
    book: Book, kind: Kind, sheet: Sheet, header: Header, fit: Fit, evidence: Evidence, others: tuple[str, ...]
) -> Recognised:
    names = names_of(header, evidence)
    first = layout.first_data_row(sheet, header)
    questions: list[Question] = []
    for target, columns in fit.rivals.items():
        if target not in fit.chosen:
            continue
        question = _two(kind, sheet, first, target, [fit.chosen[target][0], *columns], names)
        if question is not None:
            questions.append(question)
            del fit.chosen[target]
        else:
            fit.known.update(dict.fromkeys(columns, "duplicate"))
    above = sheet.grid[: max(0, header.top)] if header.top >= 0 else ()
    written = tuple(shown(cell) for row in above for cell in row if isinstance(cell, str))
    encoding = evidence.encoding
    lines = [legacy.convert(line, encoding) if encoding and not legacy.makes_sense(line) else line for line in written]
    period = titles.period([*lines, sheet.name, *_part_of_name(book, sheet)])
    missing = fit.missing(kind)
    free = tuple(letter(at) for at in range(len(names)) if at not in {one[0] for one in fit.chosen.values()})
    questions += [
        Question(
            "column", Sentence("sheets.question.column", {"target": name, "title": title_of(kind.name, name)}), free
        )
        for name in missing
    ]
    dated = {at: names[at] for target, (at, _, _) in fit.chosen.items() if kind.column(target).type in DATED}
    questions += dating(sheet, dated, first, period, book.epoch_1904, Dates()).questions
    if encoding:
        questions.append(_legacy(evidence))
    by_column = {at: target for target, (at, _, _) in fit.chosen.items()}
    return Recognised(
        book=book,
        sheet=sheet,
        kind=kind,
        header_rows=(header.top + 1, max(header.bottom + 1, first)),
        matches=tuple(
            Match(
                letter(at), names[at], target, round(fit.chosen[target][1], 2), _why(fit.chosen[target][2], names[at])
            )
            for at, target in sorted(by_column.items())
        ),
        unmapped=tuple(
            Unmapped(letter(at), names[at], _samples(sheet, first, at), fit.known.get(at, ""))
            for at in range(len(names))
            if at not in by_column and (names[at] or _samples(sheet, first, at))
        ),
        missing=missing,
        questions=tuple(questions),
        titles=tuple(lines),
        year=period[0],
        month=period[1],
        legacy=encoding,
        other_sheets=others,
        headers={letter(at): name for at, name in enumerate(names) if name},
    )


def _part_of_name(book: Book, sheet: Sheet) -> tuple[str, ...]:
    """The file's name speaks of its time only where there is no tab that could."""
    return () if sheet.name else (book.file_name.rsplit(".", 1)[0].replace("_", " "),)


def _why(why: str, header: str) -> Sentence:
    return Sentence(f"sheets.why.{why}", {"header": header})


def _samples(sheet: Sheet, first: int, at: int) -> tuple[str, ...]:
    found: list[str] = []
    for row in sheet.grid[first : first + _LOOKED_AT]:
        if at < len(row) and row[at] is not None:
            found.append(shown(row[at])[:60])
            if len(found) == 3:
                break
    return tuple(found)


def _two(kind: Kind, sheet: Sheet, first: int, target: str, columns: list[int], names: list[str]) -> Question | None:
    """A question where columns that would do equally well hold different things; None where they say the same."""

    def cells(at: int) -> list[Cell]:
        return [row[at] for row in sheet.grid[first:] if at < len(row)]

    if all(cells(columns[0]) == cells(at) or not any(cell is not None for cell in cells(at)) for at in columns[1:]):
        return None
    letters = tuple(letter(at) for at in columns)
    values = {
        "target": target,
        "title": title_of(kind.name, target),
        "columns": ", ".join(f"{at} ({names[index(at)]})" for at in letters),
    }
    return Question("two_columns", Sentence("sheets.question.two_columns", values), letters)


def _legacy(evidence: Evidence) -> Question:
    cells = tuple((row + 1, letter(column), text) for row, column, text in evidence.examples)
    values: dict[str, str | int] = {"encoding": evidence.encoding.upper(), "count": evidence.legacy}
    if cells:
        values |= {"value": cells[0][2], "converted": legacy.convert(cells[0][2], evidence.encoding)}
    else:
        values |= {"value": "", "converted": ""}
    return Question(
        "legacy", Sentence("sheets.question.legacy", values), (evidence.encoding, "none"), evidence.encoding, cells
    )
