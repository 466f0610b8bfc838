"""A register as columns and rows, whatever is made of it: a preview, a workbook, a paper, data for programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from attendance.errors import Invalid
from reports.progress import counted

Kind = Literal["text", "code", "date", "moment", "integer", "share", "yes"]
Value = str | int | bool | date | datetime | tuple[int, int] | None


class TooManyRows(Invalid):
    """More rows than a workbook or a paper of ours holds."""

    code = "too_many_rows"


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `name` heads it in data for programs. `width`: in letters. `printed`: whether it is on paper.

    `kind`: text (of people), code (said to people in words of the catalogue's group `words`, as it is to programs),
    date, moment (aware), integer, share (n and N, printed as n/N), yes.
    """

    name: str
    kind: Kind = "text"
    width: int = 14
    words: str = ""
    printed: bool = True


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure at the head of a register. `name`: key of its label. `of`: out of how many; None: a plain count."""

    name: str
    value: int
    of: int | None = None


@dataclass(frozen=True, slots=True)
class Register:
    """A register as it was asked for. `rows` has a value per column and is walked once. `people`: whom a walk has named
    so far, by number. `bars`: key of a chart and its (label, value) pairs, drawn on paper and page. `notes`: keys of
    sentences that stand at its head. `span`: the dates it is of, both included.
    """

    key: str
    columns: tuple[Column, ...]
    rows: Iterable[tuple[Value, ...]]
    people: set[int] = field(default_factory=set)
    figures: tuple[Figure, ...] = ()
    bars: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    span: tuple[date, date] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "rows", counted(self.rows))
