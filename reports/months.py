"""*Bảng chấm công tháng* and *Chốt công* as their pages show them: frozen values, in no language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from attendance import clock
from attendance.engine.locks import MonthState
from attendance.engine.timesheet import Cell
from attendance.services.timesheet import forms
from attendance.services.timesheet.differing import Difference, known_after_lock
from attendance.services.timesheet.forms import Form
from attendance.services.timesheet.kept import PARTS, Kept
from attendance.services.timesheet.obstacles import Obstacle, obstacles, settled
from attendance.services.timesheet.showing import ShownMonth
from attendance.store import month_events, month_sheets, office
from attendance.store.database import Session
from attendance.store.month_sheets import Signed
from attendance.store.tree import StoredTree
from attendance.store.within import Within
from reports.timesheet import Head, Sort, Table, is_day_off, lay_out, used_signs

PROBLEMS = (
    *("month_moved_on", "lock_with_unverified", "not_theirs_to_sign", "reason", "password", "unread", "invalid"),
    "too_many",
)
DONE = ("locked", "reopened", "signed")


@dataclass(frozen=True, slots=True)
class Signature:
    """`name` None: nobody has signed in this part yet."""

    part: str
    name: str | None = None
    role: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MonthRow:
    """A unit in the list of months. `signed`: how many of three; `version` counts its locks."""

    code: str
    name: str
    depth: int
    locked_at: datetime | None
    version: int
    signed: int


@dataclass(frozen=True, slots=True)
class MonthsPage:
    month: date
    before: date
    after: date | None
    rows: tuple[MonthRow, ...]


@dataclass(frozen=True, slots=True)
class SheetPage:
    """A sheet with what stands around it. `live`: the month as it is; `dated_at`: the instant its papers bear, that of
    the lock or the beginning of today."""

    head: Head
    table: Table
    form: Form
    signs: tuple[str, ...]
    masked: bool
    live: bool
    before: date
    after: date | None
    signatures: tuple[Signature, ...]
    today: date
    dated_at: datetime
    holds: bool = True

    @property
    def printed(self) -> Mapping[str, str]:
        """What is printed in place of our signs; a sign that is not there is printed as it is."""
        return self.form.printed

    @property
    def weekend(self) -> tuple[bool, ...]:
        return tuple(is_day_off(kind) for kind in self.table.sheet.kinds)


@dataclass(frozen=True, slots=True)
class PersonDay:
    on: date
    cell: Cell | None
    judged: bool


@dataclass(frozen=True, slots=True)
class PersonMonth:
    """One line of a sheet, day by day."""

    head: Head
    employee: str
    name: str
    days: tuple[PersonDay, ...]
    totals: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A kept version. `reason`: why it was reopened, if it was (empty: not for the reader), by whom and when."""

    version: int
    locked_at: datetime
    locked_by: str
    digest: str
    signatures: tuple[Signature, ...]
    reopened_at: datetime | None = None
    reopened_by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ClosePage:
    """`part`: the part in which the reader may sign next; None: they may not. `later`: days of which something became
    known after the lock."""

    head: Head
    obstacles: tuple[Obstacle, ...]
    lockable: bool
    may_lock: bool
    part: str | None
    waits_for: str | None
    people: int
    versions: tuple[VersionRow, ...]
    later: tuple[tuple[str, str, date], ...]
    problem: str | None = None
    done: str | None = None
    given: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DifferencePage:
    """`against` None: what would be concluded now. `total`: how many days differ, of which `rows` are the first."""

    head: Head
    against: int | None
    rows: tuple[Difference, ...]
    total: int
    masked: bool


def months_page(session: Session, zone: str, month: date, today: date, within: Within) -> MonthsPage:
    """The units the reader sees with the state of their month."""
    states, kept_sheets = month_events.states(session), month_sheets.kept_in(session, month)
    signed = month_sheets.signatures(session, [row.id for row in kept_sheets.values()])
    rows = []
    for unit in StoredTree(session).shown(clock.month_end(month), within):
        if not within.sees(unit.id):
            continue
        state, sheet = states.get((unit.code, month), MonthState()), kept_sheets.get(unit.id)
        is_of_it = sheet is not None and sheet.version == state.version and state.locked_at is not None
        many = len(signed.get(sheet.id, [])) if sheet is not None and is_of_it else 0
        locked_at = clock.to_wall(state.locked_at, zone) if state.locked_at else None
        rows.append(MonthRow(unit.code, unit.name, unit.depth, locked_at, state.version, many))
    return MonthsPage(month, before(month), after(month, today), tuple(rows))


def before(month: date) -> date:
    return _shift(month, -1)


def after(month: date, today: date) -> date | None:
    """The next month, where it has begun."""
    found = _shift(month, 1)
    return found if found <= today else None


def _shift(month: date, by: int) -> date:
    at = month.year * 12 + month.month - 1 + by
    return date(at // 12, at % 12 + 1, 1)


def head_of(session: Session, zone: str, shown: ShownMonth) -> Head:
    """What stands above a sheet, times on the wall of the office."""
    name = StoredTree(session).name(shown.unit.code, clock.month_end(shown.month))
    found = shown.kept
    locked = found.locked_at if found is not None else shown.state.locked_at
    return Head(
        unit=shown.unit.code,
        unit_name=name,
        month=shown.month,
        version=shown.version,
        locked_at=clock.to_wall(locked, zone) if locked is not None else None,
        digest=found.digest if found is not None else "",
        signatures=tuple((s.part, s.name, clock.to_wall(s.signed_at, zone)) for s in found.signatures) if found else (),
    )


def sheet_page(
    session: Session, zone: str, shown: ShownMonth, today: date, *, live: bool, masked: bool, key: Sort
) -> SheetPage:
    """`key`: by what lines are sorted, of the name."""
    head = head_of(session, zone, shown)
    return SheetPage(
        head=head,
        table=lay_out(shown.sheet, key),
        form=forms.form_of(session, shown.unit, clock.month_end(shown.month)),
        signs=tuple(used_signs(shown.sheet)),
        masked=masked,
        live=live,
        before=before(shown.month),
        after=after(shown.month, today),
        signatures=_signatures(shown.kept.signatures if shown.kept else (), zone),
        today=today,
        dated_at=clock.to_instant(head.locked_at or datetime.combine(today, datetime.min.time()), zone),
        holds=shown.kept.holds if shown.kept is not None else True,
    )


def person_month(page: SheetPage, employee: str) -> PersonMonth | None:
    """The line of one person; None: they are not in the sheet."""
    table = page.table
    for line, totals in zip(table.lines, table.totals, strict=True):
        if line.employee == employee:
            days = tuple(
                PersonDay(on, table.sheet.cells[place] if place >= 0 else None, place >= 0)
                for on, place in zip(table.sheet.dates, line.days, strict=True)
            )
            return PersonMonth(page.head, employee, line.name, days, tuple(zip(table.columns, totals, strict=True)))
    return None


def close_page(
    session: Session,
    zone: str,
    now: datetime,
    shown: ShownMonth,
    *,
    reasons: Within,
    explained: Within,
    may_lock: bool,
    part: str | None,
) -> ClosePage:
    """The checklist of an open month; of a locked one its signatures and what became known after it."""
    is_open = shown.state.locked_at is None
    found = (
        obstacles(session, zone, shown.unit, shown.sheet, now, reasons=reasons, explained=explained) if is_open else []
    )
    later = [] if is_open else known_after_lock(session, shown.unit, shown.month)
    return ClosePage(
        head=head_of(session, zone, shown),
        obstacles=tuple(found),
        lockable=is_open and settled(found),
        may_lock=may_lock,
        part=part,
        waits_for=shown.kept.next_part if shown.kept is not None and not is_open else None,
        people=len(shown.sheet.lines),
        versions=versions_of(session, zone, shown, reasons=reasons.sees(office.key(shown.unit))),
        later=tuple(later),
    )


def versions_of(session: Session, zone: str, shown: ShownMonth, *, reasons: bool) -> tuple[VersionRow, ...]:
    """Every kept version with who signed it and, for who may know `reasons`, why it was reopened; the newest first."""
    unit_id = office.key(shown.unit)
    events = month_events.history(session, unit_id, shown.month)
    heads = month_sheets.of_month(session, unit_id, shown.month)
    signed = month_sheets.signatures(session, [row.id for row in heads])
    rows = []
    for row in heads:
        lock = next((event for event in events if not event.reopened and event.at == row.locked_at), None)
        opened = next((event for event in events if event.reopened and event.at > row.locked_at), None)
        rows.append(
            VersionRow(
                version=row.version,
                locked_at=clock.to_wall(row.locked_at, zone),
                locked_by=lock.decided_by if lock is not None else "",
                digest=row.digest,
                signatures=_signatures(signed.get(row.id, []), zone),
                reopened_at=clock.to_wall(opened.at, zone) if opened is not None else None,
                reopened_by=opened.decided_by if opened is not None else "",
                reason=opened.reason if opened is not None and reasons else "",
            )
        )
    return tuple(rows)


def next_part(
    found: Kept | None, user_id: int, employee_id: int | None, *, may_sign: bool, may_lock: bool
) -> str | None:
    """The part in which somebody may sign a locked month now; None: not them, or not now."""
    if found is None or not may_sign or found.next_part is None:
        return None
    if found.next_part != PARTS[0] and not may_lock:
        return None
    for row in found.signatures:
        if row.user_id == user_id or (employee_id is not None and row.employee_id == employee_id):
            return None
    return found.next_part


def with_problem(page: ClosePage, problem: str, given: Mapping[str, str]) -> ClosePage:
    return replace(page, problem=problem if problem in PROBLEMS else "invalid", given=given)


def _signatures(rows: Sequence[Signed], zone: str) -> tuple[Signature, ...]:
    by_part = {row.part: row for row in rows}
    return tuple(
        Signature(part, row.name, row.role, clock.to_wall(row.signed_at, zone)) if (row := by_part.get(part)) else
        Signature(part)
        for part in PARTS
    )  # fmt: skip
