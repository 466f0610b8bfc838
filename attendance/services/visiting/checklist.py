"""The checklist of a team: what it looks at in every visit beside who is there. Shipped points, until it edits them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from attendance.errors import Invalid, NotFound
from attendance.store import trail, visit_marks
from attendance.store.database import Session
from attendance.store.trail import Actor
from attendance.store.visit_mark_tables import ABOUT, VisitCheckItemRow
from attendance.store.visit_marks import number_of
from attendance.store.visit_tables import TeamRow, VisitRow

SHIPPED = (
    ("hours_posted", "unit"), ("procedures_posted", "unit"), ("roster_kept", "unit"), ("suggestion_box", "unit"),
    ("name_tag", "person"), ("no_alcohol", "person"),
)  # fmt: skip
"""Points of a team that has edited none, each with what it is asked about; their words are `check.CODE`.

Each is written so that yes is as it should be."""
MOST_POINTS = 30
MOST_LETTERS = 200


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the checklist: `text` as the team wrote it, empty for a shipped one; `ended`: no longer asked."""

    code: str
    text: str
    about: str
    ended: bool = False


def points(session: Session, visit: VisitRow, *, at: datetime) -> list[Point]:
    """The checklist of a visit: what is asked now, once sealed what was asked then, and what was answered meanwhile."""
    until = visit.sealed_at or at
    answered = {row.item for row in visit_marks.checks(session, number_of(visit))}
    rows = visit_marks.items(session, visit.team_id)
    if not any(row.added_at <= until for row in rows):
        return [Point(code, "", about) for code, about in SHIPPED]
    found = []
    for row in rows:
        asked = row.added_at <= until and (row.ended_at is None or row.ended_at > until)
        if asked or row.code in answered:
            found.append(Point(row.code, row.text, row.about, not asked))
    return found


def add(session: Session, team: TeamRow, text: str, about: str, *, by: Actor, at: datetime) -> Point:
    """Put a point on a team's checklist, for this visit and those to come. Raises Invalid."""
    text = " ".join(text.split())
    if not text or len(text) > MOST_LETTERS or not text.isprintable():
        raise Invalid(f"Write what is to be looked at, in at most {MOST_LETTERS} letters.")
    if about not in ABOUT:
        raise Invalid(f"{about[:16]!r} is nothing a point is asked about; write one of {', '.join(ABOUT)}.")
    held = _own(session, team, by, at)
    if len(held) >= MOST_POINTS:
        raise Invalid(f"A checklist has at most {MOST_POINTS} points; take one away first.")
    if any(row.text == text and row.about == about for row in held):
        raise Invalid(f"{text!r} is on the checklist already.")
    row = VisitCheckItemRow(
        team_id=number_of(team), code=secrets.token_hex(8), text=text, about=about, place=max(
            (row.place for row in held), default=0
        ) + 1, added_at=at, added_by=by.name,
    )  # fmt: skip
    visit_marks.add(session, [row])
    trail.record(session, by, "checklist.added", kind="team", key=str(team.id), after={"name": text}, at=at)
    return Point(row.code, row.text, row.about)


def take_away(session: Session, team: TeamRow, code: str, *, by: Actor, at: datetime) -> None:
    """Ask a point no more; what was answered to it stays. Raises NotFound."""
    found = next((row for row in _own(session, team, by, at) if row.code == code), None)
    if found is None:
        raise NotFound("point", code[:32])
    visit_marks.end_item(session, found, by.name, at)
    after = {"name": found.text or found.code}
    trail.record(session, by, "checklist.removed", kind="team", key=str(team.id), after=after, at=at)


def _own(session: Session, team: TeamRow, by: Actor, at: datetime) -> list[VisitCheckItemRow]:
    """The points a team asks; those shipped become its own the first time it edits them."""
    rows = visit_marks.items(session, number_of(team))
    if not rows:
        rows = [
            VisitCheckItemRow(
                team_id=number_of(team), code=code, about=about, place=place, added_at=at, added_by=by.name
            )
            for place, (code, about) in enumerate(SHIPPED)
        ]  # fmt: skip
        visit_marks.add(session, rows)
    return [row for row in rows if row.ended_at is None]
