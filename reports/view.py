"""What each page shows, as frozen values: filled by `reports` and the routers, read by the templates, judged by no one.

Every datetime here is local wall time of the office, ready to be printed. Codes (states, types, causes) are
translated by the pages; names of people, units, terminals and documents are printed as they stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal, get_args

from attendance.services.explain.statements import Statement
from attendance.services.terminal_health import State
from reports.visit_findings import VisitFinding

if TYPE_CHECKING:
    from reports.compared import Compared
    from reports.explained import Explained
    from reports.trail import LookLine

PersonState = Literal["present", "late", "absent", "excused", "unknown", "not_scheduled"]
PunchUse = Literal[
    "in", "out", "evidence", "ignored", "annulled", "off_site", "invalid_clock", "off_schedule", "overtime", "duty",
    "quarantined",
]  # fmt: skip
Span = tuple[datetime, datetime, str]

# The vocabularies below are what the catalogues must know; the test of completeness walks them.
PERSON_STATES = ("present", "late", "absent", "excused", "unknown", "not_scheduled")
DAY_KINDS = (
    "workday",
    "weekend",
    "holiday",
    "compensation",
    "swapped_off",
    "swapped_work",
    "stoppage",
    "not_employed",
    "no_hours",
)
SESSION_STATES = ("judged", "unverified", "leave", "mission", "absent", "exempt", "pending", "stoppage")
COVER_KINDS = ("leave", "mission", "exemption", "duty", "grace", "explanation")
PUNCH_USES = get_args(PunchUse)
VIOLATION_TYPES = ("late", "early", "absent", "missing_in", "missing_out", "left_post")
VIOLATION_STATUSES = ("counted", "partly_excused", "excused", "pending")
LEDGER_PARTS = ("scheduled", "credited", "leave", "unverified", "counted", "worked")
SYMBOLS = ("+", "Ô", "Cô", "Ts", "T", "P", "H", "Nb", "No", "N", "LĐ", "CT", "L", "NB", "NX", "KP", "?", "-", "CP")
FLAGS = (
    "terminal_not_synced",
    "terminal_outage",
    "terminal_clock_invalid",
    "clock_corrected",
    "duplicates_ignored",
    "off_schedule_punch",
    "off_site_punch",
    "odd_inner_punch",
    "punch_annulled",
    "explanation_after_deadline",
    "fact_after_lock",
    "not_enrolled",
    "exempt",
    "mission_approved_after_inspection",
)
REVISION_CAUSES = (
    "first",
    "evaluated",
    "punch",
    "paper",
    "rule",
    "calendar",
    "assignment",
    "explanation",
    "coverage",
    "clock",
    "lock",
    "reopened",
)


@dataclass(frozen=True, slots=True)
class TerminalFreshness:
    """`state` None: out of use. `reason` and `next_step` name sentences that `params` fill.

    `alarms` nobody has ended, newest first: the kind names a sentence that the values beside it fill.
    """

    code: str
    name: str
    data_until: datetime | None
    state: State | None
    reason: str = "ok"
    next_step: str = "ok"
    params: dict[str, Any] = field(default_factory=dict)
    since: datetime | None = None
    clock_offset_seconds: int | None = None
    alarms: tuple[tuple[str, Mapping[str, Any]], ...] = ()


@dataclass(frozen=True, slots=True)
class TodayPerson:
    employee: str
    name: str
    state: PersonState
    since: datetime | None = None
    minutes: int | None = None
    excuse: Literal["leave", "mission"] | None = None
    violation_id: str | None = None
    number: int = 0


@dataclass(frozen=True, slots=True)
class TodayUnit:
    """A unit with the people who serve in it (not those of the units below), `depth` 0 at the top of the tree."""

    code: str
    name: str
    depth: int
    people: tuple[TodayPerson, ...]
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class TodayBranch:
    """A unit with those below it; `counts` are of all of them together."""

    unit: TodayUnit
    counts: dict[str, int]
    below: tuple[TodayBranch, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """Who is in another state than at `since`, by the state they are in now; `since` None: nothing to compare with."""

    since: datetime | None = None
    people: Mapping[str, tuple[TodayPerson, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TodayPage:
    """`only` narrows the lists to one state; totals and counts stay those of everyone. `unit`: the unit that all of it
    is about. `opened`: codes of the units whose people are named, None: all. `changes` None: not told here.

    `pullable` and `pullable_units`: codes of the terminals the reader may have read now, and of units with such ones.
    """

    day: date
    now: datetime
    totals: dict[str, int]
    units: tuple[TodayUnit, ...]
    terminals: tuple[TerminalFreshness, ...]
    demo: bool
    provisional: bool
    day_kind: str
    only: str | None = None
    pullable: frozenset[str] = frozenset()
    pullable_units: frozenset[str] = frozenset()
    unit: str | None = None
    opened: frozenset[str] | None = None
    changes: Changes | None = None
    tag: str = ""

    @property
    def tree(self) -> tuple[TodayBranch, ...]:
        """The units as a tree, without branches that hold nobody."""
        found, _ = _branches(self.units, 0, 0)
        return found

    def listed(self, unit: TodayUnit) -> tuple[TodayPerson, ...]:
        """Those of a unit who are in the state that is asked for."""
        return tuple(person for person in unit.people if self.only is None or person.state == self.only)

    def names(self, unit: TodayUnit) -> bool:
        """Whether the people of a unit are named on the page."""
        return self.opened is None or unit.code in self.opened

    @property
    def named(self) -> frozenset[int]:
        """Numbers of everybody the page names."""
        changed = self.changes.people.values() if self.changes is not None else ()
        shown = (self.listed(unit) for unit in self.units if self.names(unit))
        return frozenset(person.number for people in (*shown, *changed) for person in people)


def _branches(units: tuple[TodayUnit, ...], at: int, depth: int) -> tuple[tuple[TodayBranch, ...], int]:
    """The branches from a place of a list on, in which each unit stands before those below it, and where they end."""
    found = []
    while at < len(units) and units[at].depth >= depth:
        unit = units[at]
        below, at = _branches(units, at + 1, unit.depth + 1)
        parts = (unit.counts, *(branch.counts for branch in below))
        counts = {state: sum(part.get(state, 0) for part in parts) for state in PERSON_STATES}
        if any(counts.values()):
            found.append(TodayBranch(unit, counts, below))
    return tuple(found), at


@dataclass(frozen=True, slots=True)
class DayPunch:
    """`at` is the true time that was judged, `terminal_time` what the terminal said; `row` names it in statements."""

    at: datetime
    terminal_time: datetime
    terminal: str
    terminal_name: str
    use: PunchUse
    note: str | None
    sequence: int
    pull_id: int
    pull_started_at: datetime
    pull_digest: str
    log_index: int
    source: Literal["pull", "push", "agent", "file"]
    row: int = -1


@dataclass(frozen=True, slots=True)
class DaySession:
    """`required_from` and `required_to` are what is left to be met; None: nothing is required at that side."""

    name: str
    starts: datetime
    ends: datetime
    required_from: datetime | None
    required_to: datetime | None
    state: str
    covered: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class DayViolation:
    """`starts` and `ends` place a stretch that the session's required times do not place (`left_post`)."""

    id: str
    type: str
    session: str
    minutes: int | None
    excused_min: int
    counted_min: int
    status: str
    starts: datetime | None = None
    ends: datetime | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """`document` empty: the rule is the office's own setting and is not printed as law."""

    rule_id: str
    title: str
    version: str
    document: str
    article: str
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Revision:
    number: int
    recorded_at: datetime
    cause: str
    summary: str


@dataclass(frozen=True, slots=True)
class DayBeside:
    """`unit`: the code of where the person served on that day. `before_on` and `after_on`: their nearest days of work
    that were concluded and that the reader may see. `looks` None: not for this reader. `explained`: how each violation
    stands as a question, by its id. `month_page`: the reader may see the month of the unit; `may_file`: they may
    hand in a paper for this day; `visits`: sealed minutes by which they were not found at work."""

    unit: str = ""
    before_on: date | None = None
    after_on: date | None = None
    looks: tuple[LookLine, ...] | None = None
    looks_total: int = 0
    compared: Compared | None = None
    is_own: bool = False
    explained: Mapping[str, Explained] = field(default_factory=dict)
    month_page: bool = False
    may_file: bool = False
    visits: tuple[VisitFinding, ...] = ()


@dataclass(frozen=True, slots=True)
class WhyPage:
    """One person's day; with `focus`, one violation of it. `statements` say how it came about, in no language.

    `terminal_names` by code and `rule_titles` by rule are what readers call them. `beside`: what the page adds for who
    reads it.
    """

    employee: str
    name: str
    unit_name: str
    day: date
    day_kind: str
    sessions: tuple[DaySession, ...]
    punches: tuple[DayPunch, ...]
    violations: tuple[DayViolation, ...]
    focus: DayViolation | None
    flags: tuple[str, ...]
    ledger: dict[str, int]
    symbols: dict[str, str]
    citations: tuple[Citation, ...]
    coverage: tuple[TerminalFreshness, ...]
    revisions: tuple[Revision, ...]
    statements: tuple[Statement, ...] = ()
    terminal_names: dict[str, str] = field(default_factory=dict)
    rule_titles: dict[str, str] = field(default_factory=dict)
    rulebook: str = ""
    provisional: bool = False
    unit: str = ""
    beside: DayBeside = DayBeside()


@dataclass(frozen=True, slots=True)
class UnitOption:
    code: str
    name: str
    depth: int = 0


SIGN_IN_PROBLEMS = (
    *("wrong", "expired", "locked"),
    *("openid_away", "openid_refused", "openid_untrusted", "openid_stale", "openid_unknown"),
)


@dataclass(frozen=True, slots=True)
class SignInPage:
    """`next` is a path of this site to return to; `problem` is one of SIGN_IN_PROBLEMS; `provider` is the name of a
    province's own sign-in, if there is one."""

    next: str = "/"
    username: str = ""
    problem: str | None = None
    demo_logins: tuple[tuple[str, str, str], ...] = ()  # role code, name, password: shown in the demo alone
    provider: str = ""


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """`status` 401 is an expired sign-in; `incident` is what support can look up in the log."""

    status: int
    incident: str | None = None


@dataclass(frozen=True, slots=True)
class User:
    """Who looks at a page. `may`: everything they are allowed somewhere; the navigation offers nothing else. `remind`:
    their role should have a second factor, and this account has none. `is_person`: somebody stands behind it."""

    name: str
    role: str
    may: frozenset[str] = frozenset()
    remind: bool = False
    is_person: bool = False
