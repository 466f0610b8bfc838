"""Figures of a visit from the list and the marks: each person once, and what nobody knows is no absence."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from attendance.services.visiting import figures
from attendance.services.visiting.figures import FOUND, Figures, FiguresWrong, Listed, Marked, count, find

ARRIVAL = datetime(2026, 3, 17, 1, tzinfo=UTC)
BEFORE, AFTER = ARRIVAL - timedelta(minutes=1), ARRIVAL + timedelta(minutes=30)


def listed(number: int, state: str, **more: object) -> Listed:
    return Listed(number, f"E{number}", f"Người {number}", "A", state, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("state", "mark", "found", "remark"),
    [
        ("seen", "", "present", ""),
        ("seen", "at_post", "present", ""),
        ("seen", "absent", "without_reason", "not_at_post"),
        ("seen", "reason_given", "without_reason", "reason_said"),
        ("not_seen", "", "unknown", "not_checked"),
        ("not_seen", "at_post", "present", "no_punch"),
        ("not_seen", "absent", "without_reason", ""),
        ("not_seen", "reason_given", "without_reason", "reason_said"),
        ("unknown", "", "unknown", "not_read"),
        ("unknown", "at_post", "present", "no_punch"),
        ("unknown", "absent", "without_reason", ""),
        ("excused", "", "with_reason", ""),
        ("excused", "absent", "with_reason", ""),
        ("excused", "at_post", "present", "no_punch"),
    ],
)
def test_list_and_mark_together_say_how_somebody_was_found(state: str, mark: str, found: str, remark: str) -> None:
    marks = {1: Marked(mark)} if mark else {}
    (one,) = find([listed(1, state, approved_at=BEFORE)], marks, ARRIVAL)
    assert (one.found, one.remark) == (found, remark)


@pytest.mark.parametrize(("mark", "found", "remark"), [("", "unknown", "need_not"), ("at_post", "present", "")])
def test_of_who_need_not_punch_no_missing_punch_is_remarked(mark: str, found: str, remark: str) -> None:
    marks = {1: Marked(mark)} if mark else {}
    (one,) = find([listed(1, "unknown", exempt=True)], marks, ARRIVAL)
    assert (one.found, one.remark) == (found, remark)


def test_who_has_a_paper_and_punched_all_the_same_is_not_said_to_have_no_punch() -> None:
    (one,) = find([listed(1, "excused", since=datetime(2026, 3, 17, 7, 25))], {1: Marked("at_post")}, ARRIVAL)
    assert (one.found, one.remark) == ("present", "")


def test_every_person_is_counted_once_whatever_list_and_marks_say() -> None:
    states = ("seen", "not_seen", "excused", "unknown", "not_scheduled")
    people = [listed(number, state) for number, state in enumerate(itertools.islice(itertools.cycle(states), 200))]
    marks = {number: Marked(("at_post", "absent", "reason_given")[number % 3]) for number in range(0, 200, 2)}
    found = count(find(people, marks, ARRIVAL))
    assert found.total == 160
    assert found.total == sum(getattr(found, kind) for kind in FOUND)
    assert found.unknown == 40  # a fifth each: not seen and not known, of whom every second was marked


def test_a_paper_approved_at_the_minute_of_arrival_excuses_nobody_and_stands_apart() -> None:
    then = [listed(1, "excused", paper="approved", approved_at=BEFORE), listed(2, "excused", approved_at=ARRIVAL)]
    found = find(then, {2: Marked("absent")}, ARRIVAL)
    assert [one.found for one in found] == ["with_reason", "without_reason"]
    now = [*then, listed(3, "excused", paper="mission", document="QĐ 4", approved_at=AFTER)]
    now[1] = listed(2, "excused", paper="approved", approved_at=ARRIVAL)
    assert [one.employee for one in figures.papers_after(then, now, ARRIVAL)] == ["E2", "E3"]


def test_late_are_among_those_present_alone() -> None:
    people = [listed(1, "seen", late=12), listed(2, "seen", late=5), listed(3, "seen")]
    assert count(find(people, {2: Marked("absent")}, ARRIVAL)) == Figures(3, 2, 0, 1, 0, 1)


def test_figures_with_somebody_twice_are_refused() -> None:
    twice = find([listed(1, "seen")], {}, ARRIVAL) * 2
    with pytest.raises(FiguresWrong, match="do not add up"):
        count(twice)


def test_a_mark_that_members_dispute_says_so() -> None:
    (one,) = find([listed(1, "seen")], {1: Marked("at_post", disputed=True)}, ARRIVAL)
    assert one.remark == figures.DISPUTED
