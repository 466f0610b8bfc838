"""What the templates of the wizard are given."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from api.pages.terminal_pages.adding.drafts import Draft
from api.pages.terminal_pages.asked import Reading
from attendance.services.matching import Person, WorkList
from attendance.store.tree import UnitOn
from device_sync.checking import CLOCK_TOLERANCE_SECONDS, NEARLY_FULL, STEPS, Step
from device_sync.networks import HostNetwork

PAGES = ("find", "test", "name", "people", "history", "safety")
PROBLEMS = (
    "busy", "many", "consent", "network_text", "network_wide", "network_allowed", "no_network", "address", "network",
    "port", "key", "gone", "name", "code", "code_taken", "code_reserved", "unit", "place", "every", "direction",
    "unknown", "date", "date_future", "serial_known", "address_known", "pairs_taken",
)  # fmt: skip
CHECKS = ("key", "clock", "memory", "menu", "network")


@dataclass(frozen=True, slots=True)
class Beginning:
    """The first page: where to look, or which address to try."""

    networks: tuple[HostNetwork, ...]
    given: dict[str, str] = field(default_factory=dict)
    problem: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A line of the safety card: `good`, `look` (do something about it), or `ask` (only a person can tell)."""

    name: str
    state: str
    values: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AddingView:
    """One step of the wizard. `steps` are those of trying, the ones to come hollow; `work` is of the people."""

    draft: Draft
    step: str
    problem: str = ""
    about: str = ""
    units: tuple[UnitOn, ...] = ()
    places: tuple[str, ...] = ()
    directions: tuple[str, ...] = ()
    given: dict[str, str] = field(default_factory=dict)
    work: WorkList | None = None
    has_people: bool = True
    today: date = date.min
    reading: Reading | None = None
    checks: tuple[Check, ...] = ()

    @property
    def chosen(self) -> dict[str, str]:
        """Whose each number is, as it was chosen on the page before."""
        return dict(self.draft.pairs)

    @property
    def left_over(self) -> tuple[Person, ...]:
        """People who should have a number and for whom none is proposed."""
        if self.work is None:
            return ()
        proposed = {entry.proposal.person.code for entry in self.work.unmatched if entry.proposal}
        return tuple(person for person in self.work.without_number if person.code not in proposed)

    @property
    def steps(self) -> tuple[Step, ...]:
        trial = self.draft.trial
        told = trial.steps if trial is not None else []
        doing = "doing" if trial is not None and trial.is_running else "not_tried"
        rest = STEPS[len(told) :]
        return (*told, *(Step(name, doing if place == 0 else "not_tried") for place, name in enumerate(rest)))

    @property
    def suggested_from(self) -> date | None:
        """From which date on the history may count: the first of this month, or of the log where that is later."""
        first = self.today.replace(day=1)
        begins = self.draft.trial.first if self.draft.trial is not None else None
        return max(first, begins) if begins is not None and begins <= self.today else first

    @property
    def estimated_seconds(self) -> int:
        """How long the first reading takes: as the trial did, and storing what it brought."""
        trial = self.draft.trial
        return 1 if trial is None else max(1, round(trial.transfer_seconds + (trial.records or 0) / 50_000))


def safety(draft: Draft) -> tuple[Check, ...]:
    """What to look at before one goes on, by what the trial showed."""
    trial = draft.trial
    assert trial is not None
    offset, share = trial.offset_seconds, (trial.records or 0) / trial.capacity if trial.capacity else None
    is_off = offset is None or abs(offset) > CLOCK_TOLERANCE_SECONDS
    guarded = None if trial.users is None else any(user.privilege for user in trial.users)
    return (
        Check("key", "good" if draft.comm_key else "look"),
        Check("clock", "look" if is_off else "good", {"offset": offset}),
        Check("memory", "ask" if share is None else "look" if share >= NEARLY_FULL else "good",
              {"percent": None if share is None else int(share * 100)}),
        Check("menu", "ask" if guarded is None else "good" if guarded else "look"),
        Check("network", "ask"),
    )  # fmt: skip
