"""The same minute as known then and as known now: person by person, and what became known in between. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from attendance.services.visiting.presence_record import Person, Presence

MARKS = ("listed", "unlisted", "unit", "hours", "paper", "punch", "read", "roster")
"""What may differ of a person: they came on the list or went off it, serve elsewhere, other hours or thresholds hold,
a paper came or went, punches did, the terminals were read further, the roster changed."""

_ASPECTS: dict[str, Callable[[Person], object]] = {
    "unit": lambda person: person.unit,
    "hours": lambda person: (person.session, person.starts, person.ends),
    "paper": lambda person: person.excuse,
    "punch": lambda person: (person.since, person.since_at, person.last, person.last_at),
    "roster": lambda person: person.posts,
}


@dataclass(frozen=True, slots=True)
class Pair:
    """One person in both lists, None where they are not in it; `marks` are those of MARKS that hold."""

    then: Person | None
    now: Person | None
    marks: tuple[str, ...]

    @property
    def either(self) -> Person:
        """The person, as known now where they are on the list now."""
        found = self.now or self.then
        assert found is not None
        return found


def compare(then: Presence, now: Presence) -> tuple[Pair, ...]:
    """Everybody on either list: in the order of the one known now, then those who are on the other alone."""
    earlier = {person.number: person for person in then.people}
    later = {person.number for person in now.people}
    pairs = [_pair(earlier.get(person.number), person) for person in now.people]
    return (*pairs, *(_pair(person, None) for person in then.people if person.number not in later))


def _pair(then: Person | None, now: Person | None) -> Pair:
    if then is None or now is None:
        return Pair(then, now, ("listed" if then is None else "unlisted",))
    marks = {mark for mark, of in _ASPECTS.items() if of(then) != of(now)}
    if (then.state, then.why) != (now.state, now.why) and (then.why == "not_read" or now.why == "not_read"):
        marks.add("read")
    elif not marks and (then.state, then.why, then.late) != (now.state, now.why, now.late):
        marks.add("hours" if then.late != now.late else "read")
    return Pair(then, now, tuple(mark for mark in MARKS if mark in marks))
