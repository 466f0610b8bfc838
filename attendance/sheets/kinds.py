"""The seven lists an office hands in, column by column: what each is called, what it holds, what may be left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from attendance.sheets import choices
from attendance.sheets.choices import Choice

Type = Literal["code", "text", "number", "date", "moment", "span", "time", "choice", "yes_no", "weekdays"]
"""code: kept as written, leading zeros too. number: digits, as text. moment: date and time. span: a date, or a moment
where a time is written too. time: `HH:MM`, up to 47:59 for the next day."""


@dataclass(frozen=True, slots=True)
class Column:
    """One canonical column. `default` fills empty cells (None: stays None); a required cell may not be empty.

    `choices`: what a choice may be, each with the words people write. `open`: a text outside the choices is kept as a
    code instead of refused (codes an office made itself). `part_of`: not canonical, but a piece of that column
    (`family_name` of `name`, `days` of `to`), put together by `read_rows`. `longest`: characters at most.
    """

    name: str
    type: Type
    required: bool = False
    default: str | bool | None = None
    choices: tuple[Choice, ...] = ()
    open: bool = False
    part_of: str = ""
    longest: int = 200


@dataclass(frozen=True, slots=True)
class Kind:
    """A list: its canonical columns in the order of the contract, and the parts people split them into."""

    name: str
    columns: tuple[Column, ...]
    parts: tuple[Column, ...] = ()

    def column(self, name: str) -> Column:
        """The canonical column or part of that name. Raises KeyError."""
        for column in (*self.columns, *self.parts):
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.required)

    @property
    def targets(self) -> tuple[str, ...]:
        """Everything a column of a sheet may be mapped to."""
        return tuple(column.name for column in (*self.columns, *self.parts))


def _code(name: str, *, required: bool = False) -> Column:
    return Column(name, "code", required=required, longest=64)


def _office(name: str) -> Column:
    """A unit, by code or, as most sheets have it, by name."""
    return Column(name, "code")


def _document() -> Column:
    return Column("document", "text", default="")


_NAME_PARTS = (
    Column("family_name", "text", part_of="name"),
    Column("given_name", "text", part_of="name"),
)
_DAY_PARTS = (
    Column("date", "date", part_of="from"),
    Column("start_time", "time", part_of="from"),
    Column("end_time", "time", part_of="to"),
    Column("hours", "text", part_of="from"),
    Column("days", "text", part_of="to", longest=16),
    Column("employee_name", "text", part_of="employee"),
)

EMPLOYEES = Kind(
    "employees",
    (
        _code("code", required=True),
        Column("name", "text", required=True),
        _office("unit"),
        _code("schedule"),
        Column("from", "date"),
        Column("to", "date"),
        _code("terminal"),
        Column("pin", "number", longest=32),
    ),
    _NAME_PARTS,
)
UNITS = Kind(
    "units",
    (
        _code("code", required=True),
        Column("name", "text", required=True),
        _office("parent"),
        Column("from", "date"),
        Column("to", "date"),
        _code("schedule"),
    ),
)
SCHEDULES = Kind(
    "schedules",
    (
        _code("schedule", required=True),
        Column("from", "date"),
        Column("to", "date"),
        Column("regime", "choice", default="per_session", choices=choices.REGIMES),
        Column("session", "choice", required=True, choices=choices.SESSIONS_NAMED, open=True, longest=64),
        Column("start", "time", required=True),
        Column("end", "time", required=True),
        Column("weekdays", "weekdays"),
    ),
    (Column("hours", "text", part_of="start"),),
)
CALENDAR = Kind(
    "calendar",
    (
        Column("date", "date", required=True),
        Column("kind", "choice", required=True, choices=choices.DAY_KINDS),
        Column("for", "date"),
        _office("unit"),
        Column("session", "choice", choices=choices.SESSIONS, open=True, longest=64),
        _document(),
    ),
)
ABSENCES = Kind(
    "absences",
    (
        _code("employee", required=True),
        Column("kind", "choice", required=True, choices=choices.ABSENCES),
        Column("code", "choice", choices=choices.ABSENCE_CODES, open=True, longest=64),
        Column("from", "span", required=True),
        Column("to", "span"),
        Column("session", "choice", default="all", choices=choices.SESSIONS, open=True, longest=64),
        _document(),
        Column("approved_at", "span"),
    ),
    _DAY_PARTS,
)
ROSTERS = Kind(
    "rosters",
    (
        _code("employee", required=True),
        Column("code", "choice", default="duty", choices=choices.DUTIES, open=True, longest=64),
        Column("from", "moment", required=True),
        Column("to", "moment", required=True),
        Column("counts_as_schedule", "yes_no", default=False),
        Column("desk", "text", default="", longest=64),
    ),
    _DAY_PARTS,
)
ENROLMENTS = Kind(
    "enrolments",
    (
        _code("terminal"),
        Column("pin", "number", required=True, longest=32),
        _code("employee", required=True),
        Column("from", "date"),
        Column("to", "date"),
    ),
    (Column("employee_name", "text", part_of="employee"),),
)

KINDS: Mapping[str, Kind] = MappingProxyType(
    {kind.name: kind for kind in (EMPLOYEES, UNITS, SCHEDULES, CALENDAR, ABSENCES, ROSTERS, ENROLMENTS)}
)
"""All kinds by name, in the order in which they are best imported into an empty office after units."""
