"""Thresholds with a scope and a date: whose decision holds, by which path, and that the engine judges by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from attendance.engine.case import Case
from attendance.engine.run import evaluate
from attendance.engine.verdict import DayVerdict, verdicts
from attendance.errors import Invalid, Overlap
from attendance.facts import Unit
from attendance.rules.policy import MEASURES, Policy, checked
from attendance.rules.rulebook import Rulebook
from attendance.rules.scoped import RuleVersion, Scope
from attendance.scenario.document import load
from attendance.scenario.known import case_at

UNITS = [Unit("P"), Unit("A", parent="P"), Unit("A1", parent="A"), Unit("B", parent="P")]
DAY = date(2026, 3, 4)


def says(value: Any, scope: Scope = Scope(), rule: str = "late_grace_minutes", **rest: Any) -> RuleVersion:
    return RuleVersion(rule, value, scope, **rest)


def book(*versions: RuleVersion) -> Rulebook:
    return Rulebook(UNITS, {}, rules=versions)


# whose decision ------------------------------------------------------------------------------------------------------


def test_the_narrowest_scope_wins_and_the_path_to_it_is_told() -> None:
    rules = book(
        says(1, document="nation"),
        says(2, Scope("province", "P"), document="QĐ tỉnh"),
        says(3, Scope("unit", "A"), document="QĐ A"),
        says(4, Scope("person", "E1"), document="QĐ riêng"),
    )
    assert rules.policy_of("B", "E2", DAY).late_grace_minutes == 2
    assert rules.policy_of("A1", "E2", DAY).late_grace_minutes == 3
    assert rules.policy_of("A1", "E1", DAY).late_grace_minutes == 4
    held = rules.traced("late_grace_minutes", "A1", "E1", DAY)
    assert held is not None
    assert held.version.citation.document == "QĐ riêng"
    assert [str(step.version.scope) for step in held.path] == ["nation", "province P", "unit A", "person E1"]
    assert all(step.taken for step in held.path)


def test_a_wider_scope_that_does_not_allow_it_keeps_the_decision() -> None:
    rules = book(
        says(2, Scope("province", "P"), allows=frozenset({"person"})),
        says(3, Scope("unit", "A")),
        says(4, Scope("person", "E1")),
    )
    assert rules.policy_of("A", "E2", DAY).late_grace_minutes == 2
    assert rules.policy_of("A", "E1", DAY).late_grace_minutes == 4
    held = rules.traced("late_grace_minutes", "A", "E1", DAY)
    assert held is not None
    assert [step.taken for step in held.path] == [True, False, True]


def test_both_ends_of_a_version_are_in_it_and_outside_all_the_default_holds() -> None:
    rules = book(
        says(5, Scope("unit", "A"), from_on=date(2026, 3, 1), to_on=date(2026, 3, 31), document="A 1"),
        says(6, Scope("unit", "A"), from_on=date(2026, 4, 1), document="A 2"),
    )
    by_day = {
        on: rules.policy_of("A", None, on).late_grace_minutes
        for on in (date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 1), date(2030, 1, 1))
    }
    assert list(by_day.values()) == [0, 5, 5, 6, 6]
    assert [c.document for c in rules.policy_of("A", None, date(2026, 4, 1)).citations] == ["", "A 2"]
    assert rules.traced("late_grace_minutes", "A", None, date(2026, 2, 1)) is None


def test_two_versions_of_one_rule_and_scope_on_one_date_are_refused() -> None:
    with pytest.raises(Overlap, match="late_grace_minutes for unit A hold on 2026-03-31"):
        book(
            says(5, Scope("unit", "A"), to_on=date(2026, 3, 31)), says(6, Scope("unit", "A"), from_on=date(2026, 3, 31))
        )


def test_every_rule_has_a_measure_and_refuses_what_it_cannot_be() -> None:
    assert set(MEASURES) == {name for name in Policy.__slots__ if name not in ("citation", "cited")}
    for rule in MEASURES:
        assert checked(rule, getattr(Policy(), rule)) == getattr(Policy(), rule)
        with pytest.raises(Invalid, match=rule):
            checked(rule, "bảy")
    assert checked("grade_thresholds", {"A": [0, 1], "B": [2]}) == (("A", 0, 1), ("B", 2, None))
    for wrong in (-1, 1.5, True, "5"):
        with pytest.raises(Invalid, match="whole minutes"):
            checked("late_grace_minutes", wrong)


def test_the_fingerprint_changes_with_a_rule_and_its_document() -> None:
    prints = [book().fingerprint, book(says(5)).fingerprint, book(says(5, document="QĐ")).fingerprint]
    assert len(set(prints)) == 3


# the engine judges by it ---------------------------------------------------------------------------------------------

OFFICE: dict[str, Any] = {
    "scenario": 1,
    "id": "scoped",
    "schedules": {
        "HC": {
            "regime": "per_session",
            "weekdays": ["mon", "tue", "wed", "thu", "fri"],
            "sessions": {"am": ["07:30", "12:00"], "pm": ["13:30", "17:00"]},
        }
    },
    "units": [{"code": "P", "schedule": "HC"}, {"code": "A", "parent": "P"}, {"code": "B", "parent": "P"}],
    "terminals": [{"code": "T-A", "unit": "A"}, {"code": "T-B", "unit": "B"}],
    "employees": [
        {"code": "E1", "assignments": [{"unit": "A", "from": "2026-01-01", "terminals": ["T-A"]}]},
        {"code": "E2", "assignments": [{"unit": "B", "from": "2026-01-01", "terminals": ["T-B"]}]},
        {
            "code": "E3",
            "assignments": [
                {"unit": "A", "from": "2026-01-01", "to": "2026-03-04", "terminals": ["T-A"]},
                {"unit": "B", "from": "2026-03-05", "terminals": ["T-B"]},
            ],
        },
    ],
    "facts": [{"kind": "clock_offset", "terminal": "T-A", "offset_seconds": 90}],
    "punches": [
        {"terminal": terminal, "employee": who, "at": f"2026-03-0{on}T{at}:{second}"}
        for who in ("E1", "E2", "E3")
        for on in (2, 3, 4, 5, 6)
        for at, second, terminal in (
            ("07:36", "00", "T-A"), ("07:36", "50", "T-A"), ("09:00", "00", "T-B"), ("10:00", "00", "T-A"),
            ("11:50", "00", "T-B"), ("13:40", "00", "T-B"), ("13:52", "00", "T-B"), ("16:40", "00", "T-A"),
        )
    ],
    "expect": [],
}  # fmt: skip

STRICT = Policy()
EASY = Policy(
    late_grace_minutes=10, early_grace_minutes=15, duplicate_window_seconds=30, clock_tolerance_seconds=120,
    session_window_minutes=20, repeat_minutes=5, site_policy="home_only", track_mid_session=True,
)  # fmt: skip
ABSENT = Policy(absent_over_minutes=15, track_mid_session=True)


def versions_of(policy: Policy, scope: Scope, **dates: Any) -> list[RuleVersion]:
    return [
        RuleVersion(rule, getattr(policy, rule), scope, **dates)
        for rule in MEASURES
        if getattr(policy, rule) != getattr(STRICT, rule)
    ]


def judged(case: Case) -> dict[tuple[str, date], DayVerdict]:
    found = verdicts(evaluate(case, date(2026, 3, 2), date(2026, 3, 6)))
    return {(v.employee, v.on): replace(v, citations=()) for v in found}


def under(policy: Policy | None = None, rules: list[RuleVersion] | None = None) -> dict[tuple[str, date], DayVerdict]:
    case = case_at(load(OFFICE)[0], datetime(2026, 4, 1))
    units = case.rulebook.tree.units()
    return judged(replace(case, rulebook=Rulebook(units, case.rulebook.schedules, None, policy, rules or [])))


@pytest.mark.parametrize("policy", [EASY, ABSENT], ids=["easy", "absent"])
def test_each_unit_is_judged_as_if_its_policy_were_everybodys(policy: Policy) -> None:
    strict, other = under(STRICT), under(policy)
    mixed = under(rules=versions_of(policy, Scope("unit", "B")) + versions_of(policy, Scope("person", "E1")))
    # the clock of T-A, in unit A, is judged by the rule of A whoever punches there
    at_gate = under(replace(policy, clock_tolerance_seconds=60))
    for (who, on), verdict in mixed.items():
        there = who in ("E1", "E2") or on >= date(2026, 3, 5)
        assert verdict == (at_gate if there else strict)[who, on], (who, on)
    assert strict != other
    assert any(strict[key] != at_gate[key] for key in strict)


def test_a_rule_holds_from_its_first_day_to_its_last() -> None:
    strict, easy = under(STRICT), under(EASY)
    dated = under(rules=versions_of(EASY, Scope(), from_on=date(2026, 3, 3), to_on=date(2026, 3, 4)))
    assert dated == {key: (easy if date(2026, 3, 3) <= key[1] <= date(2026, 3, 4) else strict)[key] for key in strict}


def test_a_verdict_cites_the_version_of_every_rule_that_bore_on_the_day() -> None:
    case = case_at(load(OFFICE)[0], datetime(2026, 4, 1))
    rules = [
        says(5, Scope("unit", "A"), from_on=date(2026, 3, 3), document="QĐ 12", article="2"),
        says((("A", 0, None),), Scope("unit", "A"), rule="grade_thresholds", document="QĐ 13"),
    ]
    office = replace(case, rulebook=Rulebook(case.rulebook.tree.units(), case.rulebook.schedules, rules=rules))
    cited = {v.on: [(c.rule, c.document, c.article) for c in v.citations] for v in verdicts(
        evaluate(office, date(2026, 3, 2), date(2026, 3, 3))) if v.employee == "E1"}  # fmt: skip
    assert cited[date(2026, 3, 2)] == [("schedule.HC", "", ""), ("policy", "", "")]
    assert cited[date(2026, 3, 3)] == [
        ("schedule.HC", "", ""), ("policy", "", ""), ("late_grace_minutes", "QĐ 12", "2"),
    ]  # fmt: skip
