"""What a sheet was taken for: where its header stands, which column is what and why, and what has to be asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from attendance.sheets.book import Book, Sheet
from attendance.sheets.kinds import Kind
from attendance.sheets.saying import Sentence


@dataclass(frozen=True, slots=True)
class Match:
    """A column of the sheet taken for a target. `score` from 0 to 1; `why` says what speaks for it.

    `target` is a canonical column of the kind, or one of its `parts` (such as `family_name`, `days`).
    """

    column: str
    header: str
    target: str
    score: float
    why: Sentence


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A column of the sheet that is not read, with its first values for the person who maps it by hand.

    `known` is set where the column was understood and left out on purpose (`phone`, `identity_card`, `ordinal`, …).
    """

    column: str
    header: str
    samples: tuple[str, ...] = ()
    known: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """Something that the file does not show and that nobody guesses. `answer_by` is the argument of `read_rows`.

    code `date_order` (`dates=Dates(order="dmy" or "mdy")`), `swapped_dates` (`dates=Dates(stored="as_stored" or
    "swapped")`), `year` (`dates=Dates(year=2026)`), `legacy` (`legacy="tcvn3"`, `"vni"` or `"none"`),
    `column` (required and not found: `mapping` or `constants`), `two_columns` (two are as good: `mapping`).
    `suggested` is what is most likely, to be confirmed. `cells` are examples, as (row, column letter, text).
    """

    code: str
    sentence: Sentence
    choices: tuple[str, ...] = ()
    suggested: str = ""
    cells: tuple[tuple[int, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Recognised:
    """How a book will be read. Rows are numbered from 1 as Excel does, columns by letter.

    `header_rows` are the first and last row of the header; data begins below. `missing` are required columns that no
    column was found for. `dated`: year and month that the titles speak of (None where they do not).
    """

    book: Book
    sheet: Sheet
    kind: Kind
    header_rows: tuple[int, int]
    matches: tuple[Match, ...]
    unmapped: tuple[Unmapped, ...] = ()
    missing: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    titles: tuple[str, ...] = ()
    year: int | None = None
    month: int | None = None
    legacy: str = ""
    other_sheets: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def mapping(self) -> dict[str, str]:
        """Column letter → target, as `read_rows` takes it; a person may change it and hand it back."""
        return {match.column: match.target for match in self.matches}

    @property
    def complete(self) -> bool:
        """Whether every required column was found, so that nobody has to touch the mapping."""
        return not self.missing

    def memory(self, mapping: Mapping[str, str] | None = None) -> dict[str, str]:
        """Folded header → target (`""`: left out), to be remembered for the next file like this one.

        `recognise(book, kind, remembered=…)` takes what this gives; a remembered choice wins over every synonym.
        """
        from attendance.sheets.headers import fold

        chosen = self.mapping if mapping is None else dict(mapping)
        return {fold(header): chosen.get(column, "") for column, header in self.headers.items() if header}
