"""A draft as pages write it: what it is tried with, what is said of it beforehand, and what adopting it then does."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from pathlib import Path

import pytest

from attendance.errors import Invalid
from attendance.reading import Refused
from attendance.services import rule_drafts
from attendance.services.papers import deciding, handing_in
from attendance.services.papers.deciding import Decider
from attendance.services.papers.handing_in import Handed
from attendance.services.rule_drafts import Draft, Hours, Threshold
from attendance.services.what_if import TooMuch, compare
from attendance.store import month_events
from attendance.store.database import Database
from attendance.store.trail import Actor
from attendance.store.within import EVERYTHING
from tests.builders import ZONE
from tests.contract.rule_office import ADOPTED_AT, FIRST, LAST, LATER, amounts, conclusions, judge, marks
from tests.contract.test_what_if import differing

HR, OTHER = Actor("hr"), Actor("lãnh đạo")
SHORTER = {"am": ["07:40", "12:00"], "pm": ["13:30", "17:00"]}
DRAFTS: dict[str, Draft] = {
    "grace": Threshold("late_grace_minutes", 10, document="QC 7"),
    "grace of a unit": Threshold("late_grace_minutes", 15, unit="B", document="QC 7"),
    "absent": Threshold("absent_over_minutes", 15, document="QC 7"),
    "none again": Threshold("absent_over_minutes", None, document="QC 7"),
    "grades": Threshold("grade_thresholds", {"A": [0, 1], "B": [2]}, document="QC 7"),
    "hours": Hours("HC", SHORTER, ["mon", "tue", "wed", "thu", "fri"], document="TB 2"),
    "hours of one weekday": Hours(
        "HC", {"am": ["07:30", "12:00"], "pm": ["13:30", "17:00"]}, ["mon", "tue", "wed", "thu", "fri"],
        by_weekday={"fri": SHORTER}, document="TB 2",
    ),
    "first and last": Hours("HC", SHORTER, ["mon", "tue", "wed", "thu", "fri"], "first_last", document="TB 2"),
}  # fmt: skip
EACH = pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[] if name in ("absent", "hours of one weekday") else [pytest.mark.long])
        for name in DRAFTS
    ],
)


def adopted(office: Database, draft: Draft, first: date, last: date | None) -> int:
    file = rule_drafts.as_file(draft, first, last, ZONE)
    with office.writing() as session:
        return rule_drafts.adopt_draft(session, draft, file, at=ADOPTED_AT, actor=HR).marked


@EACH
def test_what_the_trial_lists_is_what_adopting_on_the_same_dates_changes(office: Database, name: str) -> None:
    draft = DRAFTS[name]
    first, last = FIRST + timedelta(days=2), LAST - timedelta(days=1)
    found = compare(office, ZONE, None, rule_drafts.as_file(draft, first, last, ZONE), first, last)
    before = conclusions(office)
    adopted(office, draft, first, last)
    judge(office)
    changed = list(differing(before, conclusions(office)))
    listed = [(change.employee, change.on, change.session) for change in found.changes]
    assert sorted(listed, key=str) == sorted((row for row in changed if first <= row[1] <= last), key=str)
    assert bool(listed) == (name not in ("grades", "none again"))


@EACH
def test_days_before_the_date_stay_and_those_after_follow(office: Database, name: str) -> None:
    turn = date(2026, 3, 9)
    before = conclusions(office)
    adopted(office, DRAFTS[name], turn, None)
    judge(office)
    after = conclusions(office)
    assert {on for _, on, _ in differing(before, after)} <= {
        turn + timedelta(days=n) for n in range((LAST - turn).days + 1)
    }


@EACH
def test_what_is_said_beforehand_is_what_is_marked(office: Database, name: str) -> None:
    draft, turn = DRAFTS[name], date(2026, 3, 9)
    file = rule_drafts.as_file(draft, turn, None, ZONE)
    held = amounts(office)
    with office.reading() as session:
        told = rule_drafts.effect(session, file, LAST, ADOPTED_AT)
    assert amounts(office) == held
    adopted(office, draft, turn, None)
    past = [key for key in marks(office) if key[1] <= LAST]
    assert told.days == len(past)
    assert told.people == len({who for who, _ in past})
    assert (told.first_on, told.last_on) == (
        min((on for _, on in past), default=None), max((on for _, on in past), default=None),
    )  # fmt: skip


def test_what_makes_room_is_named_and_stays_on_its_other_dates(office: Database) -> None:
    adopted(office, Threshold("late_grace_minutes", 4, document="QC 1"), FIRST, None)
    file = rule_drafts.as_file(Threshold("late_grace_minutes", 10, document="QC 7"), date(2026, 3, 9), None, ZONE)
    with office.reading() as session:
        (old,) = rule_drafts.effect(session, file, LAST, ADOPTED_AT).makes_room
    assert (old.from_on, old.citation.document) == (FIRST, "QC 1")


def test_days_of_locked_months_are_counted_apart(office: Database) -> None:
    with office.writing() as session:
        month_events.lock(session, "A", date(2026, 3, 1), moment=ADOPTED_AT, at=ADOPTED_AT)
    file = rule_drafts.as_file(DRAFTS["grace"], FIRST, LAST, ZONE)
    with office.reading() as session:
        told = rule_drafts.effect(session, file, LAST, LATER)
    assert told.locked == 12 * 2 + 7  # E1 and E2 all of the time, E4 until 8 March
    assert told.days == 4 * 12


def test_without_a_document_nothing_is_put_in_force(office: Database) -> None:
    held = hashlib.sha256(Path(office.url.removeprefix("sqlite:///")).read_bytes()).hexdigest()
    with pytest.raises(Invalid, match="rests on a document"):
        adopted(office, Threshold("late_grace_minutes", 10), FIRST, None)
    office.close()
    assert hashlib.sha256(Path(office.url.removeprefix("sqlite:///")).read_bytes()).hexdigest() == held


@pytest.mark.parametrize(
    "draft",
    [
        Threshold("late_grace_minutes", -1),
        Threshold("late_grace_minutes", None),
        Threshold("site_policy", "anywhere"),
        Hours("HC", {"am": ["07:30", "12:00"], "pm": ["11:30", "17:00"]}, ["mon"]),
        Hours("HC", {"am": ["07:30", "25:99"]}, ["mon"]),
        Hours("a/b", SHORTER, ["mon"]),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_judged(draft: Draft) -> None:
    with pytest.raises(Refused):
        rule_drafts.as_file(draft, FIRST, LAST, ZONE)


def test_a_trial_that_would_take_too_long_is_refused_with_its_size(office: Database) -> None:
    file = rule_drafts.as_file(DRAFTS["hours"], FIRST, LAST, ZONE)
    days = (LAST - FIRST).days + 1
    with pytest.raises(TooMuch) as refused:
        compare(office, ZONE, None, file, FIRST, LAST, most=4 * days - 1)
    assert (refused.value.days, refused.value.most) == (4 * days, 4 * days - 1)
    assert compare(office, ZONE, None, file, FIRST, LAST, most=4 * days).changes
    assert compare(office, ZONE, None, file, FIRST, LAST, unit="B", most=days + 5).changes  # E3, and E4 since the 9th


def test_a_decision_says_which_days_it_changes_and_changes_them_once_approved(office: Database) -> None:
    on, other = date(2026, 3, 6), date(2026, 3, 7)
    file = rule_drafts.decision(on, "swapped_off", for_on=other, unit="A", document="TB 5")
    with office.reading() as session:
        told = rule_drafts.effect(session, file, LAST, ADOPTED_AT)
    before = conclusions(office)
    with office.writing() as session:
        handed = Handed(HR, ADOPTED_AT, "TB 5")
        paper = handing_in.calendar(session, handed, on, "swapped_off", for_on=other, unit="A")
    judge(office)
    assert list(differing(before, conclusions(office))) == []  # it is only proposed
    with office.writing() as session:
        deciding.approve(session, ZONE, session.merge(paper), Decider(OTHER, EVERYTHING), at=LATER)
    judge(office)
    changed = {(who, day) for who, day, _ in differing(before, conclusions(office))}
    assert changed == {(who, day) for who in ("E1", "E2", "E4") for day in (on, other)}
    assert (told.people, told.days) == (3, 3 * 4)  # with the days beside them
