"""What an explanation is made of: statements that name a message and its values, in no language.

A statement is one sentence to be; its `key` names the message, its values have types, so that each face of the product
writes minutes, times and names as its readers do. Texts among the values (documents, codes) are printed as they stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeAlias

PARTS = (
    "day",  # what kind of day, how it is judged
    "hours",  # required times and what moved them
    "pair",  # which punches stand for in and out, and why
    "cover",  # whether the terminals let anything be concluded
    "verdict",  # what is concluded
    "sum",  # its arithmetic
    "paper",  # explanations and decisions
    "rule",  # the rules it rests on
    "balance",  # the minutes of a session
    "punch",  # one statement for every punch of the day
    "terminal",  # how far each terminal was read, outages, clocks
    "beside",  # duties, overtime, inspections, the lock of the month
    "book",  # all rules of the day
    "ledger",  # the minutes of the day
)


@dataclass(frozen=True, slots=True)
class Minutes:
    minutes: int


@dataclass(frozen=True, slots=True)
class Seconds:
    """A threshold that is set in seconds."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Workdays:
    workdays: int


@dataclass(frozen=True, slots=True)
class Length:
    """A length of time that need not be whole minutes."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Offset:
    """How far a clock was off; above 0 it was fast."""

    offset_seconds: int


@dataclass(frozen=True, slots=True)
class Span:
    """From a moment to a moment, wall time; None is without bound."""

    starts: datetime | None
    ends: datetime | None


@dataclass(frozen=True, slots=True)
class Difference:
    """One moment less an earlier one, wall time."""

    later: datetime
    earlier: datetime


@dataclass(frozen=True, slots=True)
class Stamp:
    """A moment that is always said with its date."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Word:
    """A code of a vocabulary; one without a word is printed as it stands."""

    group: str
    code: str


@dataclass(frozen=True, slots=True)
class Terminals:
    terminals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule by its id, for which a reader may know a name."""

    rule: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """A part of a sentence with values of its own."""

    key: str
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Notes:
    """Parts that follow each other without anything between, each with its own signs; possibly none."""

    notes: tuple[Phrase, ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """Parts of which each stands for itself."""

    items: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Sum:
    """Parts that add up to something."""

    parts: tuple[Phrase, ...]


Value: TypeAlias = (
    datetime
    | date
    | int
    | str
    | Minutes
    | Seconds
    | Workdays
    | Length
    | Offset
    | Span
    | Difference
    | Stamp
    | Word
    | Terminals
    | Rule
    | Phrase
    | Notes
    | Listing
    | Sum
)


Told: TypeAlias = tuple[str, dict[str, Value]]
"""Key and values of a statement that has no place yet."""


@dataclass(frozen=True, slots=True)
class Statement:
    """`session`: the place of the one it speaks of among the day's (None: the day); `violation` that of the occurrence;
    `punch` the row of the punch it is about. A `datetime` among the values is wall time, said with its date only where
    it is another day's.
    """

    part: str
    key: str
    values: Mapping[str, Value] = field(default_factory=dict)
    session: int | None = None
    violation: int | None = None
    punch: int | None = None


def phrase(key: str, **values: Value) -> Phrase:
    return Phrase(key, values)


def notes(*phrases: Phrase | None) -> Notes:
    """The phrases that are there."""
    return Notes(tuple(each for each in phrases if each is not None))
