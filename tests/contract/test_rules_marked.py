"""Exactly the days a change of the rules touches are judged again, and none whose conclusion differs is missed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from attendance.services.evaluate import evaluate_span
from attendance.services.rules import adopt
from attendance.store import papers_roster
from attendance.store.database import Database
from tests import builders
from tests.contract.rule_office import (
    ADOPTED_AT,
    FIRST,
    IN_A,
    IN_B,
    LAST,
    LATER,
    MOVED_ON,
    PEOPLE,
    STOPPAGE,
    conclusions,
    days,
    grace,
    hours,
    judge,
    marks,
    rules,
)


def expected(people: dict[str, tuple[date, date]], first: date, last: date) -> set[tuple[str, date]]:
    """Their dates of a span and the one before and after, on which terminals were read."""
    day = timedelta(days=1)
    found = set()
    for who, (begins, ends) in people.items():
        touched = [on for on in days(first, last) if begins <= on <= ends]
        found |= {(who, on + around) for on in touched for around in (-day, day * 0, day)}
    return {(who, on) for who, on in found if FIRST <= on <= LAST + day}


ALWAYS = (date.min, date.max)
EVERYBODY = dict.fromkeys(PEOPLE, ALWAYS)
MOVER_A, MOVER_B = (date.min, MOVED_ON - timedelta(days=1)), (MOVED_ON, date.max)
STAFF_OF_A = {"E1": ALWAYS, "E2": ALWAYS, "E4": MOVER_A}


@pytest.mark.parametrize(
    ("sections", "scope", "people", "span", "cause"),
    [
        (grace(5, from_="2026-03-05", to="2026-03-06"), "nation = true", EVERYBODY,
         (date(2026, 3, 5), date(2026, 3, 6)), "rule"),
        (grace(5, from_="2026-03-05"), IN_A, STAFF_OF_A, (date(2026, 3, 5), LAST), "rule"),
        (grace(5, to="2026-03-10"), IN_B, {"E3": ALWAYS, "E4": MOVER_B}, (FIRST, date(2026, 3, 10)), "rule"),
        (grace(5, from_="2026-03-05", to="2026-03-05"), 'person = "E2"', {"E2": ALWAYS},
         (date(2026, 3, 5), date(2026, 3, 5)), "rule"),
        (STOPPAGE, IN_A, STAFF_OF_A, (date(2026, 3, 4), date(2026, 3, 4)), "calendar"),
        (hours("HC", "07:00", from_="2026-03-12"), "nation = true", EVERYBODY,
         (date(2026, 3, 12), LAST + timedelta(days=1)), "rule"),
        (grace(5, from_="2026-06-01"), "nation = true", {}, (FIRST, FIRST), "rule"),
        ('[[rule]]\nid = "grade_thresholds"\nvalue = {A = [0]}\n', "nation = true", {}, (FIRST, FIRST), "rule"),
        (grace(0), IN_A, STAFF_OF_A, (FIRST, LAST + timedelta(days=1)), "rule"),
        ('[[entry]]\ndate = 2026-03-05\nkind = "holiday"\nstatus = "announced"\n', IN_A, {}, (FIRST, FIRST), ""),
    ],
    ids=["nation", "unit", "moved", "person", "stoppage", "hours", "future", "grades", "same-value-cited", "announced"],
)  # fmt: skip
def test_exactly_the_days_a_rule_touches_are_judged_again(
    office: Database,
    sections: str,
    scope: str,
    people: dict[str, tuple[date, date]],
    span: tuple[date, date],
    cause: str,
) -> None:
    done = adopt(office, rules(sections, scope), replace=True, at=ADOPTED_AT)
    found = marks(office)
    assert set(found) == expected(people, *span)
    assert done.marked == len(found)
    assert set(found.values()) <= {cause}


def test_a_day_on_which_a_narrower_rule_holds_is_not_touched_by_a_wider_one(office: Database) -> None:
    adopt(office, rules(grace(9, from_="2026-03-01"), IN_A), at=ADOPTED_AT)
    judge(office)
    adopt(office, rules(grace(5, from_="2026-03-01")), at=LATER)
    assert {who for who, _ in marks(office)} == {"E3", "E4"}
    assert min(on for who, on in marks(office) if who == "E4") == MOVED_ON - timedelta(days=1)


@pytest.mark.parametrize(
    "sections",
    [grace(10, from_="2026-03-04"), STOPPAGE, hours("HC", "07:20", from_="2026-03-06", to="2026-03-10")],
    ids=["grace", "stoppage", "hours"],
)
def test_no_day_whose_conclusion_differs_is_missed(office: Database, sections: str) -> None:
    before = conclusions(office)
    adopt(office, rules(sections), replace=True, at=ADOPTED_AT)
    marked = set(marks(office))
    evaluate_span(office, builders.ZONE, ADOPTED_AT, FIRST, LAST)
    after = conclusions(office)
    differs = {key for key in after if after[key] != before[key]}
    assert differs
    assert differs <= marked


def test_days_whose_deadline_runs_over_a_changed_date_are_judged_again(office: Database) -> None:
    adopt(office, rules('[[rule]]\nid = "explanation_deadline_workdays"\nvalue = 3\n'), at=ADOPTED_AT)
    judge(office)
    adopt(office, rules(STOPPAGE.replace("03-04", "03-11"), IN_B), at=LATER)
    mine = sorted(on.day for who, on in marks(office) if who == "E3")
    assert mine == [5, 6, 7, 8, 9, 10, 11, 12], (
        "Friday the 6th is three working days before the 11th; and its neighbours"
    )


def test_where_dates_are_joined_the_second_ones_are_judged_again_too(office: Database) -> None:
    with office.writing() as session:
        papers_roster.add_duty(
            session,
            "E1",
            datetime(2026, 3, 4, 22),
            datetime(2026, 3, 5, 6),
            approved_at=ADOPTED_AT,
            at=ADOPTED_AT,
        )
    judge(office)
    adopt(office, rules(grace(5, from_="2026-03-05", to="2026-03-05")), at=LATER)
    found = {who: sorted(on.day for name, on in marks(office) if name == who) for who in ("E1", "E2")}
    assert found == {"E1": [3, 4, 5, 6, 7], "E2": [4, 5, 6]}
