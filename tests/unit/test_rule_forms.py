"""What people type about rules is read as they mean it, or named as what it is not."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.datastructures import ImmutableMultiDict, QueryParams

from api.pages import rule_forms
from api.pages.rule_forms import Unread, draft_of, last_month, rows_of, span_of, typed, value_of, value_text
from attendance.rules.policy import MEASURES, Policy, checked
from attendance.rules.schedule import ScheduleVersion, session_hours
from attendance.services.rule_drafts import Hours, Threshold, as_file

TODAY = date(2026, 11, 27)


def given(**fields: Any) -> ImmutableMultiDict[str, Any]:
    pairs = [(name.rstrip("_"), value) for name, listed in fields.items() for value in _each(listed)]
    return QueryParams(urlencode(pairs))


def _each(listed: Any) -> list[Any]:
    return listed if isinstance(listed, list) else [listed]


@pytest.mark.parametrize("rule", MEASURES)
def test_what_is_in_force_is_read_again_from_its_own_field(rule: str) -> None:
    held = getattr(Policy(), rule)
    assert checked(rule, value_of(rule, value_text(held))) == held


@pytest.mark.parametrize(
    ("rule", "text", "value"),
    [
        ("late_grace_minutes", "15", 15),
        ("explanation_deadline_workdays", "", None),
        ("absent_over_minutes", "120", 120),
        ("track_mid_session", "yes", True),
        ("site_policy", "home_only", "home_only"),
        ("grade_thresholds", "A 0-2; B 3–4; C: 5+", {"A": [0, 2], "B": [3, 4], "C": [5]}),
    ],
)
def test_values_are_read(rule: str, text: str, value: object) -> None:
    assert value_of(rule, text) == value


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("late_grace_minutes", ""),
        ("late_grace_minutes", "-5"),
        ("late_grace_minutes", "5,5"),
        ("late_grace_minutes", "٥"),
        ("late_grace_minutes", "1000000"),
        ("track_mid_session", "maybe"),
        ("site_policy", "none"),
        ("grade_thresholds", ""),
        ("grade_thresholds", "A: nhiều"),
        ("grade_thresholds", "A: 0-2, A: 3"),
    ],
)
def test_what_is_no_value_is_refused(rule: str, text: str) -> None:
    with pytest.raises(Unread, match="value"):
        value_of(rule, text)


def test_hours_with_a_weekday_of_their_own_are_read_and_written_back() -> None:
    rows = {
        "s_name": ["sáng", "chiều", "am", "", ""], "s_from": ["07:30", "13h30", "07:30", "", ""],
        "s_to": ["12:00", "17:00", "11:30", "", ""], "s_day": ["all", "all", "fri", "all", "all"],
    }  # fmt: skip
    found = typed(given(rule="hours", code="HC", weekday=["mon", "fri"], document="TB 1", **rows))
    draft = draft_of(found)
    assert draft == Hours(
        "HC", {"am": ["07:30", "12:00"], "pm": ["13:30", "17:00"]}, ["mon", "fri"],
        by_weekday={"fri": {"am": ["07:30", "11:30"]}}, document="TB 1",
    )  # fmt: skip
    assert draft_of(typed(QueryParams(urlencode(found.pairs)))) == draft
    (schedule,) = as_file(draft, TODAY, None, "Asia/Ho_Chi_Minh").schedules
    version = schedule.versions[0].value
    assert rows_of(version) == (
        ("am", "07:30", "12:00", "all"), ("pm", "13:30", "17:00", "all"), ("am", "07:30", "11:30", "fri"),
    )  # fmt: skip


def test_every_row_of_hours_in_force_fits_on_the_form() -> None:
    week = tuple((day, (session_hours("am", "07:30", "11:00"),)) for day in range(5))
    version = ScheduleVersion("per_session", (session_hours("am", "07:30", "12:00"),), frozenset(range(5)), week)
    rows = rule_forms.padded(rows_of(version))
    columns = {name: [row[n] for row in rows] for n, name in enumerate(("s_name", "s_from", "s_to", "s_day"))}
    days = ["mon", "tue", "wed", "thu", "fri"]
    draft = draft_of(typed(given(rule="hours", code="HC", weekday=days, **columns)))
    assert isinstance(draft, Hours)
    assert set(draft.by_weekday) == set(days)


@pytest.mark.parametrize(
    "rows",
    [
        {"s_name": ["am"], "s_from": ["07:30"], "s_to": [""], "s_day": ["all"]},
        {"s_name": ["am", "sáng"], "s_from": ["07:30", "13:30"], "s_to": ["12:00", "17:00"], "s_day": ["all", "all"]},
        {"s_name": ["am"], "s_from": ["07:30"], "s_to": ["12:00"], "s_day": ["sun"]},
    ],
)
def test_hours_that_are_none_are_refused(rows: dict[str, list[str]]) -> None:
    with pytest.raises(Unread, match="hours"):
        draft_of(typed(given(rule="hours", code="HC", weekday=["mon"], **rows)))


def test_a_threshold_is_a_draft_of_its_unit() -> None:
    found = typed(given(rule="late_grace_minutes", unit="A", value="5", document="QC 7", article="Điều 2"))
    assert draft_of(found) == Threshold("late_grace_minutes", 5, "A", "QC 7", "Điều 2")
    with pytest.raises(Unread, match="no_rule"):
        draft_of(typed(given(rule="rounding", value="5")))


def test_a_form_without_dates_tries_last_month() -> None:
    assert span_of(typed(given(rule="late_grace_minutes")), TODAY) == (date(2026, 10, 1), date(2026, 10, 31))
    assert last_month(date(2027, 1, 3)) == (date(2026, 12, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("first", "last", "problem"),
    [
        ("1/11", "", "no_date"),
        ("31/2/2026", "1/3/2026", "no_date"),
        ("20/11", "10/11", "backwards"),
        ("20/11", "28/11", "future"),
        ("1/8", "1/11", "too_long"),
    ],
)
def test_a_span_that_cannot_be_tried_is_named(first: str, last: str, problem: str) -> None:
    with pytest.raises(Unread, match=problem):
        span_of(typed(given(rule="late_grace_minutes", first=first, last=last)), TODAY)
