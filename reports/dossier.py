"""*Hồ sơ*: everything that stands behind a violation, or behind the days of a person, as one frozen value.

PDF, JSON and the bundle for machines are made of this value, so that no figure is told twice in two ways. Moments are
wall time of the office. What its reader may not know is not in it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson

from attendance.services.dossier.replaying import Replay
from reports.compared import Compared
from reports.explanation_view import Line, RequestLine
from reports.papers import PaperLine
from reports.trail import LookLine
from reports.view import WhyPage

FORMAT = "attendance-dossier/1"


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose dossier it is, of which dates; `violation`: the id of the one it is about, empty: all of the dates."""

    employee: str
    name: str
    unit: str
    unit_name: str
    from_on: date
    to_on: date
    violation: str = ""


@dataclass(frozen=True, slots=True)
class RawRecord:
    """A punch as it came. `record`: its bytes, None where they are no longer kept. `place`: in the log of pull `pull`,
    from 0. `file`: its name in the bundle."""

    terminal: str
    sequence: int
    pull: int
    place: int
    pin: str
    state: int
    verify: int
    received_at: datetime
    record: bytes | None
    file: str


@dataclass(frozen=True, slots=True)
class BroughtBy:
    """The pull, message or file that brought punches; digests are SHA-256 of the whole log as it came."""

    number: int
    terminal: str
    terminal_name: str
    source: str
    format: str
    file_name: str
    outcome: str
    started_at: datetime
    finished_at: datetime
    read: int
    new: int
    repeated: int
    quarantined: int
    log_bytes: int | None
    log_digest: str
    serial: str
    clock_offset_seconds: int | None
    complete_from: datetime | None
    complete_until: datetime | None


@dataclass(frozen=True, slots=True)
class TerminalSpan:
    """A stretch of a terminal: it was read completely (`read`), out of order (`dead`, `network`), its clock was off by
    `offset_seconds` (`offset`) or worth nothing (`invalid`). Without bound where None."""

    terminal: str
    name: str
    kind: str
    starts: datetime | None
    ends: datetime | None
    offset_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class RuleText:
    """A version of a rule that the day rests on, and what it says: sessions of hours, a threshold, a kind of day."""

    rule: str
    title: str
    version: str
    document: str
    article: str
    valid_from: date | None
    valid_to: date | None
    says: Any


@dataclass(frozen=True, slots=True)
class Sealed:
    """The newest checkpoint that was made known when a dossier was made; `code` as people read it out."""

    number: int
    at: datetime
    code: str


@dataclass(frozen=True, slots=True)
class Ruling:
    """A conclusion as it was stored: its number in the table, its date, the rulebook it rests on."""

    number: int
    on: date
    rulebook: str


@dataclass(frozen=True, slots=True)
class DossierDay:
    """A date. `page`: the day as its page shows it; `records` stand beside its punches, one each.

    `reasons`: whether the reader is told them. `looks` None: not for this reader. `asked`: what was to be explained.
    `changes`: each revision against the one before.
    """

    page: WhyPage
    reasons: bool
    records: tuple[RawRecord, ...]
    terminals: tuple[TerminalSpan, ...]
    rules: tuple[RuleText, ...]
    explanations: tuple[Line, ...]
    asked: tuple[RequestLine, ...]
    changes: tuple[Compared, ...]
    looks: tuple[LookLine, ...] | None
    looks_total: int
    replay: Replay | None


@dataclass(frozen=True, slots=True)
class Dossier:
    """`heads`: chain, number and link of the newest entry of each chain the dossier hangs on, as of `made_at`.

    `sealed` None: no checkpoint was made yet. `idle`: dates of the span on which nothing was due and nothing happened.
    `employee_id`: whose it is, by number; `rulings`: every revision of its days, for who proves them.
    """

    subject: Subject
    zone: str
    made_at: datetime
    days: tuple[DossierDay, ...]
    idle: tuple[date, ...]
    papers: tuple[PaperLine, ...]
    pulls: tuple[BroughtBy, ...]
    heads: tuple[tuple[str, int, str], ...]
    employee_id: int
    sealed: Sealed | None = None
    rulings: tuple[Ruling, ...] = ()

    @property
    def reasons(self) -> bool:
        """Whether the reasons of all its days are told."""
        return all(day.reasons for day in self.days)

    @property
    def code(self) -> str:
        """Twenty digits that stand for `heads`: what is printed on every page."""
        return hashlib.sha256(orjson.dumps(self.heads)).hexdigest()[:20]
