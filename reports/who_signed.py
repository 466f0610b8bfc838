"""Who has signed a commitment and who has not: people and collectives by unit, leaders on the same list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from attendance import clock
from attendance.services.commitments.standing import SIGNED, holding, is_overdue, state_of, waiting
from attendance.store import commitments, heads, people
from attendance.store.commitment_tables import COLLECTIVE, PERSON, CommitmentRow
from attendance.store.database import Session
from attendance.store.tree import StoredTree, UnitOn
from attendance.store.within import Within

SHOWN_STATES = ("none", "asked", "overdue", "refused", "signed", "confirmed", "leaders")
"""What a list can be narrowed to."""


@dataclass(frozen=True, slots=True)
class Line:
    """A person or (no `employee`) a collective. `commitment`: the one that holds, or that is asked for where none
    does; `waiting`: one that is asked for and not signed, also beside one that holds.

    `post`: what they lead their unit as, or empty. `signed_in`: the unit they signed in where it is another by now.
    `left`: they serve nowhere any more.
    """

    unit: str
    employee: str
    name: str
    post: str
    state: str
    commitment: int | None
    waiting: int | None
    from_on: date | None
    to_on: date | None
    due_on: date | None
    is_overdue: bool
    signed_at: datetime | None
    confirmed_at: datetime | None
    signed_in: str = ""
    left: bool = False


@dataclass(frozen=True, slots=True)
class UnitSigned:
    """How many of a unit's own people (not of those below) have signed: `signed` of `people`; the others by state."""

    unit: UnitOn
    people: int
    signed: int
    confirmed: int
    asked: int
    overdue: int
    refused: int
    collective: Line | None


@dataclass(frozen=True, slots=True)
class SignedFilter:
    year: int
    unit: str = ""
    state: str = ""

    @property
    def is_set(self) -> bool:
        return bool(self.unit or self.state)


@dataclass(frozen=True, slots=True)
class WhoSigned:
    """`counts`: people, signed, confirmed, asked, overdue, refused, none of everybody in the units shown; `units` those
    with people, or a collective that was asked. `lines`: one page of `total`. `left`: who was asked and serves nowhere
    any more, in no count."""

    today: date
    filter: SignedFilter
    years: tuple[int, ...]
    choices: tuple[UnitOn, ...]
    units: tuple[UnitSigned, ...]
    counts: Mapping[str, int]
    collectives: Mapping[str, int]
    lines: tuple[Line, ...]
    total: int
    left: tuple[Line, ...] = ()
    page: int = 1
    pages: int = 1
    done: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


def who_signed(
    session: Session,
    zone: str,
    now: datetime,
    within: Within,
    asked: SignedFilter,
    *,
    key: Callable[[str], Any],
    page: int = 1,
    size: int = 50,
) -> WhoSigned:
    """Everybody who serves on the last day of a year that has come, each with the commitment of that year.

    A person's commitment stands with the unit they are in now. `key` puts names into order.
    """
    today = clock.today(now, zone)
    on = min(today, date(asked.year, 12, 31)) if asked.year <= today.year else today
    tree = StoredTree(session)
    shown = [unit for unit in tree.shown(on, within) if _looks_after(within, unit)]
    chosen = tree.numbers.get(asked.unit) if asked.unit else None
    only = tree.below([chosen], on) if chosen is not None else None
    rows = commitments.in_year(session, asked.year)
    until = commitments.held_until(session, rows, zone)
    by_person, by_unit = _grouped(rows)
    serving = dict(commitments.serving(session, within, only, on))
    gone = _gone(session, rows, serving, within, only, on)
    names = people.names(session, [*serving, *gone])
    posts = posts_on(session, on)
    lay = _Laying(zone, today, on, tree.codes, until)
    lines = [
        lay.line(unit, by_person.get(person, ()), names[person], posts.get((unit, person), ""))
        for person, unit in serving.items()
        if person in names
    ]
    order = {unit.code: place for place, unit in enumerate(shown)}
    lines.sort(key=lambda one: (order.get(one.unit, len(order)), not one.post, key(one.name), one.employee))
    left = [lay.line(unit, by_person[person], names[person], "", left=True) for person, unit in gone.items()]
    groups: dict[str, list[Line]] = {}
    for line in lines:
        groups.setdefault(line.unit, []).append(line)
    places = [unit for unit in shown if only is None or unit.id in only]
    collectives = {
        unit.code: lay.line(unit.id, by_unit[unit.id], ("", unit.name), "") for unit in places if unit.id in by_unit
    }
    units = tuple(
        _unit(unit, groups.get(unit.code, []), collectives.get(unit.code))
        for unit in places
        if unit.code in groups or unit.code in collectives
    )
    kept = [line for line in lines if _is_asked(line, asked.state)]
    pages = max(1, -(-len(kept) // size))
    page = min(max(page, 1), pages)
    return WhoSigned(
        today=today,
        filter=asked,
        years=tuple(sorted({*commitments.years(session), today.year}, reverse=True)),
        choices=tuple(shown),
        units=units,
        counts=counts_of(lines),
        collectives=counts_of(collectives.values()),
        lines=tuple(kept[(page - 1) * size : page * size]),
        total=len(kept),
        left=tuple(sorted(left, key=lambda one: key(one.name))),
        page=page,
        pages=pages,
    )


def placed(session: Session, within: Within, year: int, today: date) -> list[tuple[CommitmentRow, int]]:
    """The commitments of a year that may be seen, each with the unit it stands with today."""
    serving = dict(commitments.serving(session, within, None, today))
    rows = commitments.in_year(session, year)
    gone = _gone(session, rows, serving, within, None, today)
    found = []
    for row in rows:
        if row.scope == COLLECTIVE:
            unit = row.unit_id if within.names(row.unit_id) else None
        else:
            unit = serving.get(row.employee_id or 0, gone.get(row.employee_id or 0))
        if unit is not None:
            found.append((row, unit))
    return found


def counts_of(lines: Iterable[Line]) -> dict[str, int]:
    """How many there are, and in which state; `signed` counts those confirmed too."""
    found: Counter[str] = Counter(people=0, signed=0, confirmed=0, asked=0, overdue=0, refused=0, none=0)
    for line in lines:
        found["people"] += 1
        found["overdue"] += line.is_overdue
        if line.state in SIGNED:
            found["signed"] += 1
        if line.state != "signed":
            found[line.state] += 1
    return dict(found)


@dataclass(frozen=True, slots=True)
class _Laying:
    zone: str
    today: date
    on: date
    codes: Mapping[int, str]
    until: Mapping[int, date]

    def line(
        self, unit: int, rows: Sequence[CommitmentRow], named: tuple[str, str], post: str, *, left: bool = False
    ) -> Line:
        held, open_ = holding(rows, self.until, self.on), waiting(rows)
        is_signed = held is not None and held.signed_at is not None
        elsewhere = held is not None and is_signed and held.scope == PERSON and held.unit_id != unit
        return Line(
            unit=self.codes[unit],
            employee=named[0],
            name=named[1],
            post=post,
            state=state_of(held),
            commitment=held.id if held is not None else None,
            waiting=open_.id if open_ is not None else None,
            from_on=held.from_on if held is not None else None,
            to_on=self.until[held.id or 0] if held is not None else None,
            due_on=open_.due_on if open_ is not None else None,
            is_overdue=is_overdue(open_, self.today),
            signed_at=self._wall(held.signed_at) if held is not None else None,
            confirmed_at=self._wall(held.confirmed_at) if held is not None else None,
            signed_in=self.codes[held.unit_id] if held is not None and elsewhere else "",
            left=left,
        )

    def _wall(self, at: datetime | None) -> datetime | None:
        return clock.to_wall(at, self.zone) if at is not None else None


def _looks_after(within: Within, unit: UnitOn) -> bool:
    """Whether its people may be listed; who merely serves there is shown themselves."""
    return within.sees(unit.id) or unit.id in within.served


def _grouped(
    rows: Iterable[CommitmentRow],
) -> tuple[dict[int, list[CommitmentRow]], dict[int, list[CommitmentRow]]]:
    by_person: dict[int, list[CommitmentRow]] = {}
    by_unit: dict[int, list[CommitmentRow]] = {}
    for row in rows:
        if row.scope == COLLECTIVE:
            by_unit.setdefault(row.unit_id, []).append(row)
        elif row.employee_id is not None:
            by_person.setdefault(row.employee_id, []).append(row)
    return by_person, by_unit


def _gone(
    session: Session, rows: Iterable[CommitmentRow], serving: Mapping[int, int], within: Within,
    only: frozenset[int] | None, on: date,
) -> dict[int, int]:  # fmt: skip
    """Those who were asked and serve nowhere on the date, each with the unit they were in."""
    found = {
        row.employee_id: row.unit_id
        for row in rows
        if row.employee_id is not None
        and row.employee_id not in serving
        and within.sees(row.unit_id, row.employee_id)
        and (only is None or row.unit_id in only)
    }
    elsewhere = commitments.serving_somewhere(session, list(found), on)
    return {person: unit for person, unit in found.items() if person not in elsewhere}


def posts_on(session: Session, on: date) -> dict[tuple[int, int], str]:
    """Who leads what on a date, and as what: the kind of head by (unit, person)."""
    return {
        (unit, term.employee_id): term.kind
        for unit, terms in heads.leading_on(session, on).items()
        for term in reversed(terms)
    }


def _unit(unit: UnitOn, lines: Sequence[Line], collective: Line | None) -> UnitSigned:
    counts = counts_of(lines)
    return UnitSigned(
        unit=unit,
        people=counts["people"],
        signed=counts["signed"],
        confirmed=counts["confirmed"],
        asked=counts["asked"],
        overdue=counts["overdue"],
        refused=counts["refused"],
        collective=collective,
    )


def _is_asked(line: Line, state: str) -> bool:
    if state == "overdue":
        return line.is_overdue
    if state == "leaders":
        return bool(line.post)
    return not state or line.state == state
