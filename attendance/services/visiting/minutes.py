"""The minutes of a visit as a value: its frozen list, what the team noted and what it wrote, put together.

The canonical JSON of it is what is sealed; the PDF is drawn from that JSON alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import orjson

from attendance import clock
from attendance.services.visiting import checklist, listed, marking, written
from attendance.services.visiting.beginning import NotBegun, frozen_list
from attendance.services.visiting.figures import (
    WITH_REASON,
    WITHOUT_REASON,
    Figures,
    Found,
    Listed,
    Marked,
    count,
    find,
    papers_after,
)
from attendance.services.visiting.presence import named, presence_at
from attendance.services.visiting.signatures import Signature
from attendance.services.visiting.written import Written
from attendance.store import minutes as stored
from attendance.store.database import Session
from attendance.store.paper_register import NotAsItWas
from attendance.store.trail import Actor, record
from attendance.store.visit_tables import SEALED, TeamRow, VisitRow

FORM = 1
"""Number of the canonical form: what was sealed says by which one."""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the team; `part`: head, secretary or member."""

    name: str
    post: str
    part: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to a point of the checklist. `code` of a shipped point, else `text` as the team wrote it."""

    code: str
    text: str
    employee: str
    answer: str
    note: str


@dataclass(frozen=True, slots=True)
class Minutes:
    """Minutes before they are sealed. `arrival`: wall time; `working`: whether it was working time there.

    `hours`: the document of the hours in force; `list_digest`: SHA-256 of the frozen list. `later`: papers that were
    approved at the arrival or after it.
    """

    visit: str
    kind: str
    unit: str
    unit_name: str
    arrival: datetime
    working: bool
    hours: str
    team: str
    document: str
    members: tuple[Member, ...]
    written: Written
    version: int
    people: tuple[Found, ...]
    figures: Figures
    later: tuple[Listed, ...]
    answers: tuple[Answer, ...]
    list_digest: str
    known_at: datetime
    state: str

    @property
    def not_found(self) -> tuple[Found, ...]:
        """Those who were not at work, with a reason or without."""
        return tuple(one for one in self.people if one.found in (WITH_REASON, WITHOUT_REASON))


def draft(session: Session, zone: str, visit: VisitRow, *, at: datetime) -> Minutes:
    """The minutes of a visit as they would be sealed now. Raises NotBegun before the list is frozen."""
    if visit.wall_time is None or visit.known_at is None:
        raise NotBegun
    arrival = clock.to_instant(visit.wall_time, zone)
    then = listed.of_presence(named(session, frozen_list(visit)))
    unit = stored.unit_of(session, visit)
    now = listed.of_presence(presence_at(session, zone, unit.code, arrival, known_at=at))
    marks = {
        one.employee_id: Marked(one.mark, one.note, one.disputed is not None) for one in marking.marks(session, visit)
    }
    people = find(then.people, marks, arrival) if then.working else ()
    team = session.get_one(TeamRow, visit.team_id)
    row = stored.draft(session, visit.id or 0)
    return Minutes(
        visit=visit.key,
        kind=visit.kind,
        unit=unit.code,
        unit_name=then.unit_name,
        arrival=visit.wall_time,
        working=then.working,
        hours=then.hours,
        team=team.name,
        document=team.document,
        members=tuple(
            Member(one.name, one.post, one.part) for one in stored.members(session, visit.team_id)
        ),
        written=written.from_plain(row.written) if row is not None else Written(basis=team.document),
        version=row.version if row is not None else 0,
        people=people,
        figures=count(people),
        later=papers_after(then.people, now.people, arrival) if then.working else (),
        answers=_answers(session, visit, at),
        list_digest=visit.frozen_digest,
        known_at=visit.known_at,
        state=visit.state,
    )  # fmt: skip


def canonical(minutes: Minutes, code: str, signatures: Iterable[Signature], *, zone: str, closed_at: datetime) -> bytes:
    """The one JSON text that is digested and signed: the same minutes give the same bytes, anywhere."""
    content = {
        "form": f"minutes {FORM}",
        "code": code,
        "visit": minutes.visit,
        "kind": minutes.kind,
        "unit": {"code": minutes.unit, "name": minutes.unit_name},
        "arrival": clock.local_iso(minutes.arrival, zone),
        "closed": clock.local_iso(clock.to_wall(closed_at, zone), zone),
        "working": minutes.working,
        "hours": minutes.hours,
        "team": {
            "name": minutes.team,
            "document": minutes.document,
            "members": [asdict(one) for one in minutes.members],
        },
        "written": minutes.written.plain(),
        "figures": asdict(minutes.figures),
        "people": [_person(one, zone) for one in minutes.people],
        "later": [_listed(one, zone) for one in minutes.later],
        "answers": [asdict(one) for one in minutes.answers],
        "list_digest": minutes.list_digest,
        "known_at": clock.local_iso(clock.to_wall(minutes.known_at, zone), zone),
        "signatures": [one.plain() for one in signatures],
    }
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)


def keep_written(
    session: Session, visit: VisitRow, given: Written, *, by: Actor, at: datetime, version: int | None
) -> int:
    """Keep what the team wrote; answers its version. Raises Invalid, NotAsItWas where somebody else was faster."""
    visit = stored.hold(session, visit.id or 0)  # two who write first, or one while another seals, come in turn
    if visit.state == SEALED:
        raise NotAsItWas("These minutes are sealed; what is to be added now goes into an annex.")
    if visit.wall_time is None:
        raise NotBegun
    kept = stored.keep_draft(
        session,
        visit.id or 0,
        written.checked(given, visit.wall_time.date()).plain(),
        by=by.name[:64],
        at=at,
        version=version,
    )
    if kept is None:
        raise NotAsItWas("Another member of the team has written meanwhile; look at the minutes as they are now.")
    record(session, by, "minutes.written", kind="visit", key=visit.key, after={"version": kept.version}, at=at)
    return kept.version


def _answers(session: Session, visit: VisitRow, at: datetime) -> tuple[Answer, ...]:
    points = {one.code: one for one in checklist.points(session, visit, at=at)}
    order = {code: place for place, code in enumerate(points)}
    found = [one for one in marking.checks(session, visit) if one.item in points]
    return tuple(
        Answer(one.item if not points[one.item].text else "", points[one.item].text, one.employee, one.answer, one.note)
        for one in sorted(found, key=lambda one: (order[one.item], one.employee))
    )


def _person(one: Found, zone: str) -> dict[str, Any]:
    return {**_listed(one.who, zone), "found": one.found, "remark": one.remark, "note": one.note}


def _listed(one: Listed, zone: str) -> dict[str, Any]:
    approved = one.approved_at
    return {
        "employee": one.employee,
        "name": one.name,
        "unit": one.unit,
        "since": one.since.isoformat() if one.since else None,
        "late": one.late,
        "paper": one.paper,
        "document": one.document,
        "approved": clock.local_iso(clock.to_wall(approved, zone), zone) if approved else None,
    }
