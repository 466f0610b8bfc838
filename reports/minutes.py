"""*Biên bản* and *Việc sau kiểm tra*: minutes as their pages show them, and what follows from them. Frozen values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson

from attendance import clock
from attendance.services.impartial import Decider
from attendance.services.visiting import followups as following
from attendance.services.visiting.figures import NEED_NOT, NOT_CHECKED
from attendance.services.visiting.minutes import canonical, draft
from attendance.services.visiting.reading import ShownVisit
from attendance.services.visiting.sealing import content_of
from attendance.services.visiting.written import Written
from attendance.services.visiting.wrong import WHYS
from attendance.store import followups as stored
from attendance.store import minutes as kept
from attendance.store.database import Session
from attendance.store.followups import Followed
from attendance.store.minutes_tables import AnnexRow
from attendance.store.tree import StoredTree
from attendance.store.within import Within

DONE = ("written", "sealed", "annexed", "answered", "decided")
PROBLEMS = (
    *WHYS, "invalid", "not_as_it_was", "password", "too_many", "only_head_seals", "not_theirs_to_decide",
    "figures_wrong", "frozen_differs",
)  # fmt: skip
MOST = 300


@dataclass(frozen=True, slots=True)
class Step:
    act: str
    text: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class FollowupLine:
    """A conclusion; `overdue`: its deadline passed without a report. `at` of steps is wall time."""

    visit: str
    unit: str
    unit_name: str
    minutes: str
    number: int
    text: str
    due: date | None
    state: str
    overdue: bool
    version: int
    steps: tuple[Step, ...]
    may_answer: bool
    may_decide: bool


@dataclass(frozen=True, slots=True)
class FollowupsPage:
    """`overdue`: how many are; `only_overdue`: no others are shown."""

    lines: tuple[FollowupLine, ...]
    overdue: int
    only_overdue: bool
    done: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class AnnexLine:
    """`added_at`: wall time; `signed`: who signed, or refused to and why."""

    number: int
    text: str
    digest: str
    added_at: datetime
    signed: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class MinutesPage:
    """`content`: the canonical JSON, of a draft without code and signatures. `unchecked`: people on the list whom the
    team has not noted and no punch shows. `members`: of the team, as they may sign."""

    key: str
    unit: str
    content: bytes
    state: str
    is_own: bool
    is_head: bool
    written: Written
    version: int
    unchecked: int
    number: str = ""
    code: str = ""
    digest: str = ""
    signing_key: str = ""
    sealed_at: datetime | None = None
    annexes: tuple[AnnexLine, ...] = ()
    followups: tuple[FollowupLine, ...] = ()

    @property
    def sealed(self) -> bool:
        return bool(self.code)

    @property
    def may_seal(self) -> bool:
        return self.is_own and self.is_head and self.state == "ended"

    def told(self) -> dict[str, Any]:
        """The content as JSON values."""
        found: dict[str, Any] = orjson.loads(self.content)
        return found


@dataclass(frozen=True, slots=True)
class VerifyPage:
    """What anybody who has a code is told: nothing personal. Not `known`: there are no minutes of this code.

    `annexed`: digests of the annexes. `compared`: what came of a file that was handed in: same, annex (one of these),
    other, unsealed, or what was changed (`seals.PARTS`).
    """

    code: str
    number: str = ""
    unit_name: str = ""
    arrival: datetime | None = None
    sealed_at: datetime | None = None
    figures: tuple[tuple[str, int], ...] = ()
    total: int = 0
    digest: str = ""
    pdf_digest: str = ""
    signing_key: str = ""
    annexed: tuple[str, ...] = ()
    compared: tuple[str, ...] = ()
    too_many: bool = False

    @property
    def annexes(self) -> int:
        return len(self.annexed)

    @property
    def known(self) -> bool:
        return bool(self.digest)


def minutes_page(
    session: Session, zone: str, shown: ShownVisit, *, user_id: int, by: Decider, today: date, at: datetime
) -> MinutesPage:
    """`by.within`: the units for which the reader answers for visits."""
    visit, row = shown.visit, shown.minutes
    members = kept.members(session, visit.team_id)
    is_head = any(one.part == "head" and one.user_id == user_id for one in members)
    unit = kept.unit_of(session, visit).code
    if row is None:
        found = draft(session, zone, visit, at=at)
        return MinutesPage(
            key=visit.key, unit=unit, content=canonical(found, "", (), zone=zone, closed_at=at), state=visit.state,
            is_own=shown.is_own, is_head=is_head, written=found.written, version=found.version,
            unchecked=sum(one.remark in (NOT_CHECKED, NEED_NOT) for one in found.people),
        )  # fmt: skip
    return MinutesPage(
        key=visit.key, unit=unit, content=kept.unpack(row.content), state=visit.state, is_own=shown.is_own,
        is_head=is_head, written=Written(), version=0, unchecked=0, number=row.number, code=row.code,
        digest=row.digest, signing_key=row.signing_key, sealed_at=clock.to_wall(row.sealed_at, zone),
        annexes=tuple(_annex(one, zone) for one in kept.annexes(session, row.id)),
        followups=followup_lines(session, zone, stored.of_minutes(session, row.id), by, today),
    )  # fmt: skip


def followups_page(
    session: Session, zone: str, within: Within, teams: Iterable[int], by: Decider, today: date, *, only_overdue: bool
) -> FollowupsPage:
    """Conclusions of units the reader sees and of visits of these teams."""
    found = stored.within(session, within, teams, overdue_on=None, limit=MOST)
    late = following.overdue(found, today)
    lines = followup_lines(session, zone, late if only_overdue else found, by, today)
    return FollowupsPage(lines, len(late), only_overdue)


def followup_lines(
    session: Session, zone: str, found: Iterable[Followed], by: Decider, today: date
) -> tuple[FollowupLine, ...]:
    tree = StoredTree(session)
    return tuple(
        FollowupLine(
            visit=one.visit.key, unit=one.unit, unit_name=tree.name(one.unit, today),
            minutes=one.minutes.number or one.minutes.code, number=one.row.number,
            text=one.row.text, due=one.row.due, state=one.row.state, overdue=following.is_overdue(one.row, today),
            version=one.row.version,
            steps=tuple(
                Step(step.act, step.text, step.done_by, clock.to_wall(step.done_at, zone)) for step in one.steps
            ),
            may_answer=one.row.state != "done" and by.within.sees(one.row.unit_id),
            may_decide=one.row.state != "done" and following.may_decide(session, one, by, today),
        )
        for one in found
    )  # fmt: skip


def verify_page(session: Session, zone: str, code: str) -> VerifyPage:
    """What a code of sealed minutes tells; neutral for a code there is none of."""
    row = kept.of_code(session, code)
    if row is None:
        return VerifyPage(code)
    told = content_of(row)
    figures = told["figures"]
    return VerifyPage(
        code=row.code, number=row.number, unit_name=told["unit"]["name"],
        arrival=datetime.fromisoformat(told["arrival"]).replace(tzinfo=None),
        sealed_at=clock.to_wall(row.sealed_at, zone), total=figures["total"],
        figures=tuple(
            (name, figures[name]) for name in ("present", "late", "with_reason", "without_reason", "unknown")
        ),
        digest=row.digest, pdf_digest=row.pdf_digest, signing_key=row.signing_key,
        annexed=tuple(one.digest for one in kept.annexes(session, row.id)),
    )  # fmt: skip


def _annex(row: AnnexRow, zone: str) -> AnnexLine:
    told = content_of(row)
    signed = tuple((one["side"], one["name"], one["refused"]) for one in told["signatures"])
    return AnnexLine(row.number, told["text"], row.digest, clock.to_wall(row.added_at, zone), signed)
