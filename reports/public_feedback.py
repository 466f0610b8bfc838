"""What citizens see without a login: the form of a counter, the receipt, how it stands. Nothing here names anybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from attendance import clock
from attendance.services.personal.kinds import Office, terms
from attendance.store import observations, office
from attendance.store.citizen_tables import KINDS, FeedbackPointRow, ObservationRow
from attendance.store.database import Session
from attendance.store.tables import UnitRow
from attendance.store.tree import StoredTree

PROBLEMS = (
    "kind", "when", "future", "old", "say_it", "long", "unreadable", "hasty", "stale", "empty_box", "too_many", "code",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kept:
    """How long what is said is kept, and how one can be reached, in months (0: no term set), and whom to ask."""

    text_months: int
    contact_months: int
    office: Office


@dataclass(frozen=True, slots=True)
class PublicForm:
    """The form of a counter; `given` is what was typed, shown again beside what is wrong with it."""

    unit: str
    point: str
    ticket: str
    kept: Kept
    today: date
    kinds: tuple[str, ...] = KINDS
    given: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the citizen takes home. `again`: it had come before."""

    code: str
    unit: str
    point: str
    received_at: datetime
    kept: Kept
    again: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands, as the citizen is told: never a name, never the facts beside it."""

    code: str
    unit: str
    point: str
    kind: str
    state: str
    day: date
    received_at: datetime
    looked_at: datetime | None
    answered_at: datetime | None
    outcome: str
    answer: str
    has_contact: bool


@dataclass(frozen=True, slots=True)
class LookUp:
    """The page on which one asks by code; `standing` None: nothing asked yet, or nothing found."""

    ticket: str
    code: str = ""
    standing: Standing | None = None
    problem: str = ""
    forgotten: bool = False


def kept(session: Session, on: date) -> Kept:
    """The terms in force on a date."""
    found = terms(session, on)
    return Kept(found.kind("observations").months, found.kind("citizen_contacts").months, found.office)


def form_page(session: Session, zone: str, now: datetime, point: FeedbackPointRow, ticket: str) -> PublicForm:
    today = clock.today(now, zone)
    return PublicForm(unit_name(session, point.unit_id, today), point.name, ticket, kept(session, today), today)


def receipt(session: Session, zone: str, now: datetime, row: ObservationRow, code: str, *, again: bool) -> Receipt:
    today = clock.today(now, zone)
    came = clock.to_wall(row.received_at, zone)
    unit = unit_name(session, row.unit_id, today)
    return Receipt(code, unit, _place(session, row), came, kept(session, today), again)


def standing(session: Session, zone: str, now: datetime, row: ObservationRow, code: str) -> Standing:

    def wall(moment: datetime | None) -> datetime | None:
        return clock.to_wall(moment, zone) if moment is not None else None

    return Standing(
        code=code,
        unit=unit_name(session, row.unit_id, clock.today(now, zone)),
        point=_place(session, row),
        kind=row.kind,
        state=row.state,
        day=row.on,
        received_at=clock.to_wall(row.received_at, zone),
        looked_at=wall(row.looked_at),
        answered_at=wall(row.decided_at),
        outcome=row.outcome,
        answer=row.answer,
        has_contact=bool(row.contact),
    )


def _place(session: Session, row: ObservationRow) -> str:
    names = observations.point_names(session, [row.point_id]) if row.point_id is not None else {}
    return names.get(row.point_id or 0, row.desk)


def unit_name(session: Session, unit_id: int, on: date) -> str:
    return StoredTree(session).name(office.code_of(session, UnitRow, unit_id), on)
