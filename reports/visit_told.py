"""A visit, its minutes and what follows from it, as the API and the commands tell them to programs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import orjson

from attendance import clock
from attendance.services.visiting import beginning, checklist, marking, sealing
from attendance.services.visiting import followups as following
from attendance.services.visiting.minutes import canonical, draft
from attendance.services.visiting.presence import thawed
from attendance.services.visiting.presence_record import Person, Presence
from attendance.services.visiting.reading import ShownVisit
from attendance.store import minutes as kept
from attendance.store.database import Session
from attendance.store.followups import Followed
from attendance.store.tables import UnitRow
from attendance.store.tree import StoredTree
from attendance.store.visit_tables import VisitRow


def on_site(session: Session, zone: str, visit: VisitRow, at: datetime) -> dict[str, Any]:
    """The visit for its team: the frozen list with what was noted, once it began. Reasons of papers are in none."""
    unit = session.get_one(UnitRow, visit.unit_id)
    presence = thawed(session, beginning.frozen_bytes(visit)) if visit.frozen is not None else None
    return {
        "key": visit.key, "state": visit.state, "kind": visit.kind, "unit": unit.code,
        "begun_at": visit.begun_at, "known_at": visit.known_at, "ended_at": visit.ended_at,
        "digest": visit.frozen_digest,
        "working": presence.hours.working if presence else None, "counts": presence.counts() if presence else {},
        "terminals": [
            {"code": each.code, "read_to": local(each.read_to, zone)} for each in presence.terminals
        ] if presence else [],
        "people": _people(session, visit, presence, zone) if presence else [],
        "points": [
            {"code": each.code, "text": each.text, "about": each.about, "ended": each.ended}
            for each in checklist.points(session, visit, at=at)
        ],
        "checks": [
            {"item": each.item, "employee": each.employee, "answer": each.answer, "note": each.note}
            for each in marking.checks(session, visit)
        ],
        "photos": [
            {"digest": each.digest, "employee": each.employee, "size": each.size, "kept": each.there}
            for each in marking.photos(session, visit)
        ],
    }  # fmt: skip


def minutes(session: Session, zone: str, shown: ShownVisit, at: datetime) -> tuple[dict[str, Any], set[int]]:
    """Sealed minutes, or before that as they would be sealed now; and the numbers of the people they show."""
    row = shown.minutes
    if row is None:
        found = draft(session, zone, shown.visit, at=at)
        content = orjson.loads(canonical(found, "", (), zone=zone, closed_at=at))
        del content["closed"], content["signatures"], content["code"]
        people = {one.who.number for one in found.people}
        told: dict[str, Any] = {"version": found.version, "code": None, "digest": None, "key": None, "sealed_at": None}
    else:
        content, people = sealing.content_of(row), set(kept.people(session, row.id))
        told = {"version": None, "code": row.code, "digest": row.digest, "key": row.signing_key}
        told["sealed_at"] = local(clock.to_wall(row.sealed_at, zone), zone)
    return {"visit": shown.visit.key, "sealed": row is not None, **told, "content": content}, people


def annexes(session: Session, shown: ShownVisit) -> dict[str, Any]:
    """The annexes to sealed minutes, in order. Raises NotFound while there are no sealed ones."""
    items = [
        {"number": one.number, "content": sealing.content_of(one), "digest": one.digest, "before": one.before}
        for one in kept.annexes(session, shown.sealed.id)
    ]
    return {"items": items, "total": len(items)}


def followups(session: Session, zone: str, found: Iterable[Followed], today: date) -> dict[str, Any]:
    """Conclusions with what became of them; `unit_name` as units are called today."""
    tree = StoredTree(session)
    items = [
        {
            "visit": one.visit.key,
            "unit": one.unit,
            "unit_name": tree.name(one.unit, today),
            "minutes": one.minutes.number,
            "number": one.row.number,
            "text": one.row.text,
            "due": one.row.due,
            "state": one.row.state,
            "overdue": following.is_overdue(one.row, today),
            "version": one.row.version,
            "steps": [
                {
                    "act": step.act,
                    "text": step.text,
                    "by": step.done_by,
                    "at": local(clock.to_wall(step.done_at, zone), zone),
                }
                for step in one.steps
            ],
        }
        for one in found
    ]
    return {"items": items, "total": len(items)}


def local(wall: datetime | None, zone: str) -> str | None:
    """A moment of the wall with the offset it had."""
    return clock.local_iso(wall, zone) if wall is not None else None


def _people(session: Session, visit: VisitRow, presence: Presence, zone: str) -> list[dict[str, Any]]:
    marks = {mark.employee: mark for mark in marking.marks(session, visit)}
    return [_person(person, marks.get(person.code), presence, zone) for person in presence.people]


def _person(person: Person, mark: marking.Mark | None, presence: Presence, zone: str) -> dict[str, Any]:
    disagree = mark is not None and presence.hours.working
    return {
        "employee": person.code, "name": person.name, "unit": person.unit, "state": person.state,
        "since": local(person.since, zone), "since_at": person.since_at, "last": local(person.last, zone),
        "late": person.late, "excuse": person.excuse.kind if person.excuse else None,
        "document": person.excuse.document if person.excuse and person.excuse.kind == "mission" else "",
        "why": person.why, "read_to": local(person.read_to, zone), "mark": mark.mark if mark else None,
        "note": mark.note if mark else "",
        "contradiction": marking.contradiction(person.state, mark.mark) if disagree and mark else "",
    }  # fmt: skip
