"""*Vi phạm*: the list of violations as the page shows it, and its filter as it stands in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode

from attendance.services import reviewing
from attendance.store import explained, listing_violations
from attendance.store.database import Session
from attendance.store.listing import Row
from attendance.store.listing_keys import ViolationKey, read_violation_id
from attendance.store.listing_violations import Wanted
from attendance.store.tree import Spread, StoredTree
from attendance.store.within import Within
from reports.view import VIOLATION_STATUSES, VIOLATION_TYPES, UnitOption

EXPLAINED = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class ViolationFilter:
    """As it stands in the address: `?unit=&type=&status=&person=&over=&explained=&from=&to=`.

    `typed_from` and `typed_to` are what somebody wrote there; `-7` is another date tomorrow. A value that is none of
    the known ones filters nothing.
    """

    unit: str = ""
    type: str = ""
    status: str = ""
    person: str = ""
    over: int | None = None
    explained: str = ""
    from_on: date = date.min
    to_on: date = date.max
    typed_from: str = ""
    typed_to: str = ""

    def wanted(self, within: Within, part: Spread | None) -> Wanted:
        """What the list is asked for, among the rows that may be seen."""
        return Wanted(
            within,
            self.from_on,
            self.to_on,
            part=part,
            person=self.person,
            type=self.type if self.type in VIOLATION_TYPES else None,
            status=self.status if self.status in VIOLATION_STATUSES else None,
            over=self.over,
            explained=EXPLAINED.get(self.explained),
        )

    @property
    def values(self) -> Mapping[str, str]:
        """The names and values of the address that are set."""
        named = {
            "unit": self.unit,
            "type": self.type,
            "status": self.status,
            "person": self.person,
            "over": "" if self.over is None else str(self.over),
            "explained": self.explained,
            "from": self.typed_from,
            "to": self.typed_to,
        }
        return {name: value for name, value in named.items() if value}

    @property
    def query(self) -> str:
        return urlencode(self.values)


@dataclass(frozen=True, slots=True)
class ViolationRow:
    """`stamp` is how it was seen; `question` one of `explained.STATES`, empty where nobody asked, and `explanation` the
    number of what was said or decided last."""

    id: str
    employee: str
    name: str
    unit_name: str
    day: date
    type: str
    session: str
    minutes: int | None
    counted_min: int
    status: str
    stamp: str = ""
    question: str = ""
    explanation: int = 0


@dataclass(frozen=True, slots=True)
class SavedView:
    number: int
    name: str
    query: str
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What became of the rows that were acted on: `answers` with the row as it stands now, None where there is none."""

    verb: str
    answers: tuple[tuple[str, ViolationRow | None], ...]

    def count(self, result: str) -> int:
        return sum(found == result for found, _ in self.answers)


@dataclass(frozen=True, slots=True)
class ViolationsPage:
    """`first` rows stand before these of `total`; `before` and `after` are the cursors of the pages beside this one.

    `verbs`: what the reader may do with chosen rows somewhere. `shown`: the saved view these filters are.
    """

    rows: tuple[ViolationRow, ...]
    total: int
    units: tuple[UnitOption, ...]
    filter: ViolationFilter = field(default_factory=ViolationFilter)
    first: int = 0
    before: str | None = None
    after: str | None = None
    people: frozenset[int] = frozenset()
    verbs: tuple[str, ...] = ()
    views: tuple[SavedView, ...] = ()
    reviewed: Reviewed | None = None
    problem: str = ""
    note: str = ""
    chosen: frozenset[str] = frozenset()

    @property
    def shown(self) -> SavedView | None:
        return next((view for view in self.views if view.query == self.filter.query), None)


def violations_page(
    session: Session,
    *,
    part: Spread | None,
    visible: Within,
    asked: ViolationFilter,
    page_size: int,
    after: str | None = None,
    before: str | None = None,
) -> ViolationsPage:
    """Violations in the units that are `visible` to the reader, newest first, and of these only those of `part`.

    The filter offers the units there were on the last date. Raises Invalid for a cursor that is none.
    """
    stored = StoredTree(session)
    wanted = asked.wanted(visible, part)
    listed = listing_violations.violations(
        session, wanted, limit=page_size, after=after, before=before, newest_first=True
    )
    return ViolationsPage(
        rows=shown_rows(session, stored, listed.rows),
        total=listed.total,
        units=tuple(UnitOption(row.code, row.name, row.depth) for row in stored.shown(asked.to_on, visible)),
        filter=asked,
        first=listed.first,
        before=listed.before,
        after=listed.after,
        people=listed.people,
    )


def shown_rows(session: Session, stored: StoredTree, rows: list[Row]) -> tuple[ViolationRow, ...]:
    """Rows of the list as the page shows them."""
    keys: dict[str, ViolationKey] = {row["id"]: key for row in rows if (key := read_violation_id(row["id"]))}
    standings = explained.standings(session, keys.values())
    found = []
    for row in rows:
        standing = standings.get(keys[row["id"]], explained.NOTHING)
        found.append(
            ViolationRow(
                id=row["id"],
                employee=row["employee"],
                name=row["name"],
                unit_name=stored.name(row["unit"], row["date"]) if row["unit"] else "",
                day=row["date"],
                type=row["type"],
                session=row["session"],
                minutes=row["minutes"],
                counted_min=row["counted_min"],
                status=row["status"],
                stamp=reviewing.stamp(row["revision"], standing),
                question=standing.state,
                explanation=standing.number,
            )
        )
    return tuple(found)
