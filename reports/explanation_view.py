"""*Giải trình* in frozen values: what waits for whom, the form, and one explanation with all that happened to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from attendance.services.explanations.proposals import Fact
from attendance.store import listing_explanations
from reports.view import UnitOption

TABS = ("write", "confirm", "decide", "asked", "closed")
CLOSED = ("approved", "refused", "withdrawn", "moot")
DONE = ("handed_in", "asked", "confirmed", "denied", "approved", "refused", "withdrawn", "attached")
PROBLEMS = (
    "invalid", "not_theirs_to_decide", "not_as_it_was", "not_confirmed", "after_deadline", "no_note", "minutes",
    "moment",
)  # fmt: skip
FILE_PROBLEMS = ("kind", "damaged", "active", "empty", "too_large", "too_many")
PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """An explanation. Moments are wall time of the office; texts and `ground` are empty where not for the reader.

    `due_on`: its deadline, None: there is none; `late`: it came after that.
    """

    id: int
    version: int
    status: str
    violation: str
    stands: bool
    employee: str
    name: str
    unit: str
    day: date
    session: str
    covers: str
    minutes: int | None
    ground: str
    reason: str
    document: str
    attachments: tuple[Mapping[str, Any], ...]
    by_head: bool
    author: str
    submitted_at: datetime | None
    recorded_at: datetime
    confirmation: str | None
    confirmed_by: str
    confirmed_at: datetime | None
    confirmation_note: str
    decision: str | None
    decided_by: str
    decided_at: datetime | None
    decided_minutes: int | None
    decision_note: str
    accepted_after_deadline: bool
    withdrawn_by: str
    withdrawn_at: datetime | None
    withdrawal_note: str
    due_on: date | None = None
    late: bool = False

    @property
    def is_open(self) -> bool:
        return self.status in listing_explanations.OPEN


@dataclass(frozen=True, slots=True)
class ToWrite:
    """A violation its person may explain; `asked_by` empty: nobody asked. `days_left` None: no deadline."""

    violation: str
    day: date
    session: str
    type: str
    minutes: int | None
    asked_by: str
    due_on: date | None
    days_left: int | None


@dataclass(frozen=True, slots=True)
class RequestLine:
    """Somebody who was asked; `state`: open, answered or closed."""

    violation: str
    explanation: int | None
    state: str
    employee: str
    name: str
    day: date
    session: str
    covers: str
    due_on: date | None
    days_left: int | None
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class InboxFilter:
    unit: str = ""
    covers: str = ""
    from_on: date | None = None
    to_on: date | None = None

    @property
    def is_set(self) -> bool:
        return bool(self.unit or self.covers or self.from_on or self.to_on)


@dataclass(frozen=True, slots=True)
class InboxPage:
    """`tabs`: those the reader has, each with how much waits there (None: not counted)."""

    tab: str
    tabs: tuple[tuple[str, int | None], ...]
    lines: tuple[Line, ...]
    to_write: tuple[ToWrite, ...]
    requests: tuple[RequestLine, ...]
    total: int
    page: int
    filter: InboxFilter
    units: tuple[UnitOption, ...]
    done: str = ""

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


@dataclass(frozen=True, slots=True)
class QuestionView:
    """What is to be explained, and until when. `locked`: its month is, so that a decision shows once it is reopened."""

    violation: str
    employee: str
    name: str
    unit: str
    day: date
    session: str
    type: str
    minutes: int | None
    status: str
    due_on: date | None
    days_left: int | None
    locked: bool


@dataclass(frozen=True, slots=True)
class FormPage:
    """The form. `own`: by the person themselves; `waiting`: number of the explanation that waits already.

    `may_decide`, `may_ask`: what the reader may do in place of it; `asked`: who asked for it, with which words.
    """

    question: QuestionView
    facts: tuple[Fact, ...]
    own: bool
    may_file: bool
    may_ask: bool
    may_decide: bool
    waiting: int | None
    is_open: bool
    asked: tuple[tuple[str, datetime, str], ...]
    grounds: tuple[str, ...]
    today: date
    problem: str = ""
    file: tuple[str, str] = ("", "")
    given: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OnePage:
    """One explanation. `needs_confirmation`: whoever decides now has to say that it shall do without.

    `superior`: who confirms, as far as a head is named; `minutes`: those of the violation.
    """

    line: Line
    question: QuestionView | None
    facts: tuple[Fact, ...]
    asked: tuple[tuple[str, datetime, str], ...]
    knows_reasons: bool
    own: bool
    superior: str
    may_confirm: bool
    may_decide: bool
    may_decide_again: bool
    may_withdraw: bool
    needs_confirmation: bool
    done: str = ""
    problem: str = ""
    file: tuple[str, str] = ("", "")
    given: Mapping[str, str] = field(default_factory=dict)
