"""Who holds a desk at the minute of arrival: somebody of its own unit, for desks of two units bear the same name."""

from __future__ import annotations

from datetime import datetime

from attendance.services.roster.filling import Slot
from attendance.services.visiting.presence_record import Hours, Person, Post, Presence
from reports.visit import desk_at

AT, STARTS, ENDS = (datetime(2026, 11, 24, hour) for hour in (8, 7, 11))


def test_a_desk_of_another_unit_with_the_same_name_fills_nothing() -> None:
    post = (Post("one_stop", "Quầy 1", STARTS, ENDS),)
    people = tuple(
        Person(number, code, unit, "seen", name, posts=post)
        for number, code, unit, name in ((1, "E1", "X1", "Lan"), (2, "E2", "X2", "Hoa"))
    )
    presence = Presence("H", "Tỉnh", "Asia/Ho_Chi_Minh", AT, None, Hours("workday"), (), people)
    found = [desk_at(Slot(1, 1, unit, "one_stop", "Quầy 1", STARTS, ENDS, 1), presence) for unit in ("X1", "X3")]
    assert [(each.missing, each.holders) for each in found] == [(0, (("Lan", "seen"),)), (1, ())]
