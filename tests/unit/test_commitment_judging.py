"""Clauses against facts: each rule of decision 43 as a small case, then many at random against a slow obvious judge."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest

from attendance.services.commitments.clauses import Clause
from attendance.services.commitments.facts import Answer, Days, Facts, Found, Occurred, OnDuty, Term
from attendance.services.commitments.judging import judge_clauses, judge_terms
from tests.oracle import commitments as oracle

JANUARY, DECEMBER = date(2026, 1, 1), date(2026, 12, 31)
TODAY = date(2026, 5, 20)
KNOWN = tuple(Days(date(2026, month, 1), 20) for month in range(1, 13))
LATE = Clause("1", "late_early_per_month", limit=2)
SESSION = Clause("2", "no_unexcused_session")
MISSING = Clause("3", "missing_explained_within", days=3)
ROSTER = Clause("4", "roster_kept")


def happened(on: date, type: str = "late", status: str = "counted", **more: object) -> Occurred:
    minutes = None if type.startswith("missing") else 10
    return replace(Occurred(1, on, "am", type, 7, minutes, 0, minutes or 0, status), **more)  # type: ignore[arg-type]


def judge(clause: Clause, *occurrences: Occurred, today: date = TODAY, **more: object):
    facts = replace(Facts(occurrences, days=KNOWN), **more)  # type: ignore[arg-type]
    return judge_clauses([clause], facts, JANUARY, DECEMBER, today).clauses[0]


def may(day: int) -> date:
    return date(2026, 5, day)


def test_a_month_is_broken_by_one_more_than_the_limit_and_says_by_which() -> None:
    two = judge(LATE, happened(may(4)), happened(may(6), "early"))
    assert (two.state, two.n, two.of) == ("at_risk", 2, 2)
    three = judge(LATE, happened(may(4)), happened(may(6), "early"), happened(may(12)))
    assert (three.state, three.n, three.of) == ("broken", 3, 2)
    assert [item.on for item in three.items if item.breaks] == [may(12)]


def test_a_full_month_that_is_over_is_kept_and_months_are_not_added_up() -> None:
    found = judge(LATE, *(happened(date(2026, month, day)) for month in (3, 4) for day in (6, 7)))
    assert found.state == "kept"
    assert [(each.month.month, each.n, each.state) for each in found.months if each.n] == [
        (3, 2, "kept"),
        (4, 2, "kept"),
    ]


def test_fully_excused_ones_are_listed_and_do_not_count_and_partly_excused_ones_do() -> None:
    found = judge(LATE, happened(may(4), status="excused"), happened(may(5), status="partly_excused"), happened(may(6)))
    assert (found.state, found.n) == ("at_risk", 2)
    assert [(item.counts, item.why) for item in found.items] == [
        ("no", "excused"), ("yes", "partly_excused"), ("yes", "counted"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "counts", "why"),
    [
        ({}, "yes", "counted"),
        ({"due_on": TODAY}, "maybe", "may_explain"),
        ({"due_on": TODAY - timedelta(days=1)}, "yes", "counted"),
        ({"answer": Answer(may(18), is_open=True), "due_on": may(10)}, "maybe", "waiting"),
        ({"answer": Answer(may(18), is_open=True, open_late=True)}, "yes", "explained_late"),
        ({"answer": Answer(may(18), decision="refused"), "due_on": TODAY}, "yes", "refused"),
        ({"answer": Answer(may(18), decision="approved")}, "yes", "explained_late"),
        ({"answer": Answer(may(18), is_open=True), "locked": True}, "yes", "counted"),
        ({"due_on": TODAY, "locked": True}, "yes", "counted"),
    ],
)
def test_what_an_explanation_does(changed: dict[str, object], counts: str, why: str) -> None:
    item = judge(LATE, happened(may(4), **changed)).items[0]
    assert (item.counts, item.why) == (counts, why)


def test_what_may_still_be_excused_puts_at_risk_and_breaks_nothing() -> None:
    three = [happened(may(day), due_on=TODAY) for day in (18, 19, 20)]
    found = judge(LATE, *three)
    assert (found.state, found.n, found.maybe) == ("at_risk", 0, 3)
    assert judge(LATE, *three, today=TODAY + timedelta(days=1)).state == "broken"


def test_a_limit_of_none_is_broken_by_the_first_and_not_at_risk_before() -> None:
    none = replace(LATE, limit=0)
    assert judge(none).state == "kept"
    assert judge(none, happened(may(4), due_on=TODAY)).state == "at_risk"
    assert judge(none, happened(may(4))).state == "broken"


def test_of_a_limit_that_changes_in_a_month_each_occurrence_has_that_of_its_own_date() -> None:
    before = Term(JANUARY, may(14), (LATE,))
    stricter = Term(may(15), DECEMBER, (replace(LATE, limit=1),))
    two = [happened(may(4)), happened(may(6))]
    june = date(2026, 6, 2)

    def judged(*occurrences: Occurred, after: Term = stricter):
        return judge_terms([before, after], Facts(occurrences, days=KNOWN), june).clauses[0]

    assert judged(*two).state == "kept"  # what was allowed stays allowed
    one_more = judged(*two, happened(may(20)))
    assert (one_more.state, one_more.n, one_more.of) == ("broken", 3, 1)
    assert [item.on for item in one_more.items if item.breaks] == [may(20)]
    kinder = replace(stricter, clauses=(replace(LATE, limit=5),))
    assert judged(*two, happened(may(12)), after=kinder).state == "broken"  # and what was broken stays broken


def test_what_lies_outside_of_its_time_or_after_today_does_not_count() -> None:
    facts = Facts((happened(may(4)), happened(may(29)), happened(date(2026, 2, 27))), days=KNOWN)
    found = judge_clauses([LATE], facts, date(2026, 3, 1), DECEMBER, TODAY).clauses[0]
    assert [item.on for item in found.items] == [may(4)]


def test_a_session_missed_breaks_a_finding_stands_beside() -> None:
    assert judge(SESSION).state == "kept"
    assert judge(SESSION, happened(may(4), "absent")).state == "broken"
    assert judge(SESSION, happened(may(4), "absent", "excused")).state == "kept"
    found = judge(SESSION, findings=(Found(1, may(5), 7),))
    assert (found.state, [(item.kind, item.counts) for item in found.items]) == ("kept", [("inspection", "no")])


def test_a_refused_missing_punch_is_a_session_only_where_the_rule_of_the_office_makes_it_one() -> None:
    assert judge(SESSION, happened(may(4), "missing_out")).state == "kept"
    counted = happened(may(4), "missing_out", counted_min=210, answer=Answer(decision="refused"))
    assert judge(SESSION, counted).state == "broken"


@pytest.mark.parametrize(
    ("answer", "today", "expected"),
    [
        (Answer(may(7), is_open=True), TODAY, ("no", "in_time", 1, 1, "kept")),
        (Answer(may(7), decision="refused"), TODAY, ("no", "in_time", 1, 1, "kept")),
        (Answer(may(8), decision="approved"), TODAY, ("yes", "handed_in_late", 0, 1, "broken")),
        (Answer(may(8), decision="approved", accepted_after=True), TODAY, ("no", "accepted_late", 1, 1, "kept")),
        (Answer(decision="approved", by_head_on=may(15)), TODAY, ("no", "settled", 0, 0, "kept")),
        (Answer(decision="refused", by_head_on=may(6)), TODAY, ("no", "settled", 0, 0, "kept")),
        (Answer(decision="refused", by_head_on=may(15)), TODAY, ("yes", "not_explained", 0, 1, "broken")),
        (Answer(), may(7), ("maybe", "may_explain", 0, 0, "at_risk")),
        (Answer(), may(8), ("yes", "not_explained", 0, 1, "broken")),
    ],
)
def test_handing_in_is_what_was_promised_of_a_missing_punch(
    answer: Answer, today: date, expected: tuple[str, str, int, int, str]
) -> None:
    found = judge(MISSING, happened(may(4), "missing_in", "pending", answer=answer, explain_by=may(7)), today=today)
    assert (found.items[0].counts, found.items[0].why, found.n, found.of, found.state) == expected


def test_duties_that_leave_took_or_nobody_knows_of_are_in_neither_number() -> None:
    duties = tuple(
        OnDuty(1, may(day), "desk", 7, state)
        for day, state in enumerate(("kept", "away", "unverified", "open", "kept"), 4)
    )
    found = judge(ROSTER, duties=duties)
    assert (found.state, found.n, found.of) == ("kept", 2, 2)
    missed = judge(ROSTER, duties=(*duties, OnDuty(1, may(12), "desk", 7, "no_show")))
    assert (missed.state, missed.n, missed.of) == ("broken", 2, 3)
    excused = happened(may(12), "absent", "excused")
    assert judge(ROSTER, excused, duties=(*duties, OnDuty(1, may(12), "desk", 7, "no_show"))).state == "kept"
    assert judge(ROSTER, duties=(OnDuty(1, may(4), "desk", 7, "unverified"),)).state == "open"


def test_signing_has_a_last_day() -> None:
    clause = Clause("5", "signed_before", on=date(2026, 1, 31))
    assert judge(clause, signed_on=date(2026, 1, 31)).state == "kept"
    assert judge(clause, signed_on=date(2026, 2, 1)).state == "broken"
    assert judge(clause, today=date(2026, 1, 31)).state == "open"
    assert judge(clause, today=date(2026, 2, 1)).state == "broken"


def test_of_what_nobody_knows_nothing_is_said() -> None:
    unknown = tuple(replace(each, known=0, unknown=20) for each in KNOWN)
    judged = judge_clauses([LATE, SESSION, MISSING], Facts(days=unknown), JANUARY, DECEMBER, TODAY)
    assert {each.state for each in judged.clauses} == {judged.state} == {"open"}
    assert (judged.known_days, judged.unknown_days) == (0, 100)


KINDS = ("late_early_per_month", "no_unexcused_session", "missing_explained_within")


def some_facts(dice: random.Random) -> Facts:
    def day(on: date, low: int, high: int) -> date | None:
        return dice.choice([None, on + timedelta(days=dice.randint(low, high))])

    def one() -> Occurred:
        on = dice.choice([date(2026, 3, 28), date(2026, 4, 28)]) + timedelta(days=dice.randint(0, 12))
        kind = dice.choice(["late", "early", "absent", "missing_in", "missing_out"])
        answer = Answer(
            day(on, 0, 9), dice.random() < 0.3, dice.random() < 0.3, dice.choice([None, None, "approved", "refused"]),
            dice.random() < 0.1, dice.choice([None, None, day(on, 0, 9)]),
        )  # fmt: skip
        status = dice.choice(["counted", "counted", "partly_excused", "excused"])
        return happened(
            on, kind, status, session=dice.choice(["am", "pm"]), answer=answer, locked=dice.random() < 0.2,
            due_on=day(on, 0, 9), explain_by=day(on, 0, 6), counted_min=dice.choice([0, 10]),
        )  # fmt: skip

    months = [date(2026, month, 1) for month in (3, 4, 5)]
    days = tuple(Days(month, dice.choice([0, 20]), dice.choice([0, 3])) for month in months)
    return Facts(tuple(one() for _ in range(dice.randint(0, 7))), days=days)


def some_terms(dice: random.Random) -> list[Term]:
    cuts = sorted(dice.sample(range(1, 75), dice.randint(2, 4)))
    found = []
    for first, after in pairwise(cuts):
        clauses = (
            Clause("1", "late_early_per_month", limit=dice.randint(0, 3)),
            *((SESSION,) if dice.random() < 0.9 else ()),
            Clause("3", "missing_explained_within", days=3),
        )
        begins = date(2026, 3, 1) + timedelta(days=first)
        ends = date(2026, 3, 1) + timedelta(days=after - dice.choice([1, 1, 1, 4]))
        if begins <= ends:
            found.append(Term(begins, ends, clauses))
    return found


def test_it_agrees_with_the_slow_judge() -> None:
    dice = random.Random(20261128)
    seen: dict[str, set[str]] = {kind: set() for kind in KINDS}
    for _ in range(1500):
        terms, facts = some_terms(dice), some_facts(dice)
        today = date(2026, 3, 25) + timedelta(days=dice.randint(0, 60))
        if not terms:
            continue
        judged = {each.clause.kind: each for each in judge_terms(terms, facts, today).clauses}
        for kind in KINDS:
            if kind not in judged:
                continue
            expected = oracle.state_of(kind, terms, facts, today)
            assert judged[kind].state == expected, (kind, terms, facts, today)
            seen[kind].add(expected)
    assert all(states == {"kept", "at_risk", "broken", "open"} for states in seen.values())
