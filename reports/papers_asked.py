"""*Báo cáo* as its pages show it: the papers there are, one with what it is asked with and its first rows, and those
that are made in the background. Frozen values in no language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from reports.register_table import Column, Figure, Value

SHOWN_ROWS = 50
LARGE = 500
"""A paper of more rows is best made in the background."""
PROBLEMS = ("must", "dates", "quarter", "no_person", "invalid", "too_many_rows", "too_many_jobs", "not_ready", "gone")
DONE = ("ordered", "dropped")


@dataclass(frozen=True, slots=True)
class JobLine:
    """`wall` times are those of the office. `until`: the last date on which it can be fetched."""

    name: str
    paper: str
    format: str
    asked: Mapping[str, str]
    state: str
    rows: int
    asked_at: datetime
    ended_at: datetime | None
    until: date | None
    size: int
    problem: str

    @property
    def is_going(self) -> bool:
        return self.state in ("waiting", "running")


@dataclass(frozen=True, slots=True)
class Paper:
    """One line of the catalogue."""

    key: str
    formats: tuple[str, ...]
    is_long: bool


@dataclass(frozen=True, slots=True)
class ReportsPage:
    """`groups`: purpose and its papers, in the order they are shown."""

    groups: tuple[tuple[str, tuple[Paper, ...]], ...]
    jobs: tuple[JobLine, ...]
    problem: str = ""
    done: str = ""


@dataclass(frozen=True, slots=True)
class UnitChoice:
    code: str
    name: str
    depth: int


@dataclass(frozen=True, slots=True)
class Preview:
    """The first rows of a paper. `more`: there are others; `many`: more than LARGE of them."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    figures: tuple[Figure, ...]
    bars: tuple[tuple[str, tuple[tuple[str, int], ...]], ...]
    notes: tuple[str, ...]
    more: bool
    many: bool
    total: int | None
    people: frozenset[int]


@dataclass(frozen=True, slots=True)
class PaperPage:
    """`names`: what the paper is asked with; `given`: what was said of it, as it stands in the form. `person`: who the
    words for a person were found to be; `persons`: who they may be. `pdf`: the address of the paper to be looked at,
    where it is no register."""

    paper: Paper
    names: tuple[str, ...]
    must: frozenset[str]
    given: Mapping[str, str]
    asked: Mapping[str, str]
    units: tuple[UnitChoice, ...] = ()
    months: tuple[date, ...] = ()
    years: tuple[int, ...] = ()
    person: tuple[str, str] | None = None
    persons: tuple[tuple[str, str], ...] = ()
    more_persons: bool = False
    preview: Preview | None = None
    pdf: str = ""
    problem: str = ""

    @property
    def is_made(self) -> bool:
        """Whether there is something to be fetched."""
        return self.preview is not None or bool(self.pdf)

    @property
    def is_large(self) -> bool:
        return self.paper.is_long and (self.preview is None or self.preview.many)
