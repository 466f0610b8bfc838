"""*Bảng tổng hợp tháng* of people: the facts of the discipline block, each with its list and what it rests on.

What was excused, what waits and what is unverified stand apart and count nowhere. There is no grade and no percentage
of a person: a leader writes the remark. Frozen values in no language.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from attendance import clock
from attendance.services import disclosure
from attendance.services.roster import filling
from attendance.store import counted_sessions, duties, listing_violations, office, people, person_months
from attendance.store.counted_sessions import COUNTED
from attendance.store.database import Session
from attendance.store.listing_violations import Wanted
from attendance.store.tree import Spread, StoredTree, meets
from attendance.store.within import NOTHING, Within
from reports.counted import check_sums

COUNTS = ("late", "early", "left_post", "absent", "refused")
"""Occurrences that count: `absent` unexcused sessions, `refused` missing punches whose explanation was refused."""
APART = ("excused", "missing", "no_show", "finding")
"""Beside them: excused whole, missing punches nobody has settled, duties not seen at, findings of inspections."""
BLOCKS = (*COUNTS, *APART)


@dataclass(frozen=True, slots=True)
class Item:
    """`type`: of the violation, kind of the duty, or result of the finding. `at`: wall time, where it has one."""

    on: date
    session: str
    type: str
    minutes: int | None = None
    counted_min: int = 0
    excused_min: int = 0
    at: datetime | None = None
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Cited:
    """A version of a rule on which some line rests."""

    rule: str
    version: str
    document: str
    article: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """One person. `blocks`: the lines of each of BLOCKS, by date; `duties_known` False: the reader may not know them.
    `due`, `known`: person-sessions. `units`: names of the units they served in, in order."""

    number: int
    code: str
    name: str
    units: tuple[str, ...]
    from_on: date
    to_on: date
    due: int
    known: int
    blocks: Mapping[str, tuple[Item, ...]]
    rules: tuple[Cited, ...]
    duties_known: bool = True

    @property
    def unverified(self) -> int:
        return self.due - self.known

    @property
    def counted(self) -> int:
        """Occurrences that count."""
        return sum(len(self.blocks[name]) for name in COUNTS)

    def minutes(self, block: str) -> int:
        """Counted minutes of a block; of excused ones those that were excused."""
        return sum(item.excused_min if block == "excused" else item.counted_min for item in self.blocks[block])


@dataclass(frozen=True, slots=True)
class Seen:
    """Rows the reader may see: of attendance, whose reasons they may know, whose duties."""

    attendance: Within
    reasons: Within = NOTHING
    duties: Within = NOTHING


@dataclass
class _Held:
    blocks: dict[str, list[Item]] = field(default_factory=lambda: {name: [] for name in BLOCKS})
    rules: dict[Cited, None] = field(default_factory=dict)


def people_of(session: Session, within: Within, part: Spread, from_on: date, to_on: date) -> list[int]:
    """Numbers of those who served in a part of the tree on some date of a span, as far as they may be seen."""
    return sorted(
        {
            row.employee_id
            for row in office.assignments_between(session, from_on, to_on)
            if within.sees(row.unit_id, row.employee_id) and meets(part, row.unit_id, row.from_on, row.to_on)
        }
    )


def statements(
    session: Session,
    zone: str,
    now: datetime,
    seen: Seen,
    employees: Collection[int],
    from_on: date,
    to_on: date,
    *,
    part: Spread | None = None,
) -> list[Statement]:
    """One for each person, in the order of their numbers; `part`: of their days in these units alone. Raises
    SumsDiffer where the lines of somebody are not as many as are counted of them."""
    span = (from_on, to_on)
    held: dict[int, _Held] = defaultdict(_Held)
    _violations(session, seen, employees, span, part, held)
    for day in person_months.found_days(session, seen.attendance, employees, *span):
        if part is None or _is_in(part, day.unit_id, day.on):
            held[day.employee_id].blocks["finding"] += [_finding(day.on, each, zone) for each in day.findings]
    if seen.duties != NOTHING:
        _no_shows(session, zone, now, seen.duties, employees, span, part, held)
    sessions: dict[int, list[int]] = {number: [0, 0] for number in employees}
    for row in counted_sessions.of_people(session, seen.attendance, part, *span, employees):
        sessions[row.employee_id][0] += row.due
        sessions[row.employee_id][1] += row.known
    sums = counted_sessions.sums_of_people(session, seen.attendance, part, *span)
    stored, called = StoredTree(session), people.names(session, employees)
    served = person_months.units_of(session, seen.attendance, employees, *span)
    found = []
    for number in sorted(employees):
        code, name = called[number]
        units = (stored.name(stored.codes[unit], to_on) for unit in served.get(number, ()))
        mine = held[number]
        statement = Statement(
            number, code, name, tuple(units), from_on, to_on, sessions[number][0], sessions[number][1],
            blocks={block: tuple(sorted(mine.blocks[block], key=_order)) for block in BLOCKS},
            rules=tuple(sorted(mine.rules, key=lambda each: (each.rule, each.version))),
            duties_known=seen.duties != NOTHING,
        )  # fmt: skip
        counted = sums[number]["counted"] if number in sums else 0
        check_sums(statement.counted, counted, f"occurrences of {code} from {from_on} to {to_on}")
        found.append(statement)
    return found


def _violations(
    session: Session,
    seen: Seen,
    employees: Collection[int],
    span: tuple[date, date],
    part: Spread | None,
    held: dict[int, _Held],
) -> None:
    """One walk over the list, of one person where there is one, else of everybody in the part."""
    wanted = set(employees)
    only = next(iter(wanted)) if len(wanted) == 1 else None
    asked = Wanted(seen.attendance, *span, part=part, employee_id=only)
    for row in listing_violations.every_violation(session, asked):
        if row["employee_id"] not in wanted:
            continue
        mine = held[row["employee_id"]]
        cited = _cited(row["citations"], seen.reasons.sees(row.get("unit_id"), row["employee_id"]))
        mine.rules |= dict.fromkeys(cited)
        hours = next((each.document for each in cited if each.rule.startswith("schedule.")), "")
        mine.blocks[_block(row["type"], row["status"])].append(
            Item(row["date"], row["session"], row["type"], row["minutes"], row["counted_min"], row["excused_min"],
                 basis=hours)
        )  # fmt: skip


def _block(kind: str, status: str) -> str:
    if status == "excused":
        return "excused"
    if status not in COUNTED:
        return "missing"
    return kind if kind in COUNTS else "refused"


def _cited(citations: list[dict[str, Any]], disclosed: bool) -> list[Cited]:
    return [
        Cited(each["rule"], each["version"], each["document"], each.get("article") or "")
        for each in citations
        if disclosed or disclosure.is_open_rule(each["rule"])
    ]


def _finding(on: date, found: Mapping[str, Any], zone: str) -> Item:
    at = datetime.fromisoformat(str(found["at"]))
    return Item(on, "", found["result"], at=clock.to_wall(at, zone) if at.tzinfo else at)


def _no_shows(
    session: Session,
    zone: str,
    now: datetime,
    within: Within,
    employees: Collection[int],
    span: tuple[date, date],
    part: Spread | None,
    held: dict[int, _Held],
) -> None:
    wanted = set(employees)
    lines = [
        line
        for line in duties.lines(session, within, *span)
        if line.employee_id in wanted and (part is None or _is_in(part, line.unit_id, line.starts.date()))
    ]
    for one in filling.standing(session, zone, lines, *span, now=clock.to_wall(now, zone)):
        if one.state == "no_show":
            on = one.line.starts.date()
            held[one.line.employee_id].blocks["no_show"].append(
                Item(on, one.line.desk, one.line.kind, at=one.line.starts)
            )


def _is_in(part: Spread, unit_id: int | None, on: date) -> bool:
    return unit_id is not None and meets(part, unit_id, on, on)


def _order(item: Item) -> tuple[date, str, str]:
    return item.on, item.session, item.type
