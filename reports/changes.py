"""What changed on the board of a day since somebody last looked at it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from attendance import clock
from attendance.store.last_looks import LastLook
from reports.view import PERSON_STATES, Changes, TodayPage, TodayPerson

PAGE = "today"


def as_seen(page: TodayPage) -> dict[str, Any]:
    """What is kept of a board: its day, and who was in which state, by number."""
    states: dict[str, list[int]] = {state: [] for state in PERSON_STATES}
    for unit in page.units:
        for person in unit.people:
            states[person.state].append(person.number)
    return {"day": page.day.isoformat(), "states": states}


def visited(last: LastLook | None, page: TodayPage, at: datetime) -> LastLook:
    """The look of a visit: a new one is compared with what was seen before, one of the same sitting goes on.

    What another day showed is compared with nothing.
    """
    seen = as_seen(page)
    if last is None or last.seen.get("day") != seen["day"]:
        return LastLook(at, seen)
    if last.is_over(at):
        return LastLook(at, seen, last.seen_at, last.seen)
    return LastLook(at, seen, last.compared_at, last.compared)


def renewed(last: LastLook) -> LastLook:
    """The same look, from now on compared with what it showed last."""
    return LastLook(last.seen_at, last.seen, last.seen_at, last.seen)


def changes(look: LastLook | None, page: TodayPage, zone: str) -> Changes:
    """Who is in another state than before; people who were not on the board then are left out."""
    if look is None or look.compared is None or look.compared_at is None:
        return Changes()
    if look.compared.get("day") != page.day.isoformat():
        return Changes()
    before = {number: state for state, numbers in look.compared["states"].items() for number in numbers}
    found: dict[str, list[TodayPerson]] = {}
    for unit in page.units:
        for person in unit.people:
            if before.get(person.number, person.state) != person.state:
                found.setdefault(person.state, []).append(person)
    ordered = {state: tuple(found[state]) for state in PERSON_STATES if state in found}
    return Changes(clock.to_wall(look.compared_at, zone), ordered)
