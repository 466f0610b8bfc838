"""What stands in the catalogue of papers: what one needs to be asked, who may ask, and how it is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from attendance.services.access import Permission
from attendance.store.database import Session
from attendance.store.within import Within
from reports.register_table import Register

Need = Literal["unit", "employee", "month", "span", "year", "violation"]
"""What is asked with it. A unit may be left out unless the entry says it must be named."""
Format = Literal["xlsx", "pdf", "csv", "json", "bundle"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A paper as it is asked for by one reader; codes are not checked yet.

    `within`: what the reader may see for the permission of the entry. `elsewhere`: the same for another permission
    (`asked.elsewhere("reasons.read")`). `from_on`, `to_on`: a month or year is its first and last day. `others`: what
    an entry asks besides, by name. `at`: now, aware.
    """

    within: Within
    elsewhere: Callable[[Permission], Within]
    zone: str
    today: date
    at: datetime
    lang: str
    unit: str | None = None
    employee: str | None = None
    from_on: date | None = None
    to_on: date | None = None
    others: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Made:
    """What was written: how many rows it has, and the numbers of the people it names. `is_official`: its PDF bears the
    signature of the office, where the office has a certificate."""

    rows: int
    people: frozenset[int]
    is_official: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A paper of the catalogue. `key`: its name in addresses and commands. `needs` and `formats` in the order they are
    offered in. `write`: makes the file; raises Invalid, NotFound. `preview`: the same as a register of which the page
    shows the first rows; None: the page shows the PDF. `is_long`: made in the background unless it is small.
    `most_days`: of a span.
    """

    key: str
    permission: Permission
    needs: tuple[Need, ...]
    formats: tuple[Format, ...]
    write: Callable[[Session, Asked, Format, Path], Made]
    preview: Callable[[Session, Asked], Register] | None = None
    must: frozenset[Need] = frozenset()
    is_long: bool = False
    most_days: int = 731
