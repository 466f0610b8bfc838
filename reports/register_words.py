"""How one register is said to people: its heads, codes, figures and charts in words, for paper, workbook and page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from attendance import clock
from reports.register_table import Column, Value


@dataclass(frozen=True, slots=True)
class RegisterWords:
    """A register in one language. `at`: when it was asked for, aware; instants are told on the wall of `zone`.

    `head`: label and value of what it was narrowed by and as known at. `heads`: by name of a column. `figures`: label
    and value (`12/345 (3,5%)`). `bars`: title, and (label, value) pairs. `say`: the word of a code in a group. `paper`:
    fixed words of a printed register.
    """

    lang: str
    zone: str
    at: datetime
    title: str
    office: str
    head: tuple[tuple[str, str], ...]
    heads: Mapping[str, str]
    figures: tuple[tuple[str, str], ...]
    bars: tuple[tuple[str, tuple[tuple[str, int], ...]], ...]
    notes: tuple[str, ...]
    say: Callable[[str, str], str]
    moment: Callable[[datetime], str]
    number: Callable[[int], str]
    paper: Callable[[str], str]

    def cell(self, column: Column, value: Value) -> str:
        """A cell as people read it; empty for what is not known."""
        match column.kind, value:
            case _, None:
                return ""
            case "code", str():
                return self.code(column, value)
            case "date", date():
                return f"{value:%d/%m/%Y}"
            case "moment", datetime():
                return self.moment(clock.to_wall(value, self.zone))
            case "share", (int(n), int(whole)):
                return f"{self.number(n)}/{self.number(whole)}"
            case "yes", bool():
                return self.paper("yes" if value else "no")
            case "integer", int():
                return self.number(value)
        return str(value)

    def code(self, column: Column, value: str) -> str:
        """A code in words, as a cell begins."""
        if not column.words or not value:
            return value
        word = self.say(column.words, value)
        return word[:1].upper() + word[1:] if word != value else word
