"""Rule files: what a good one says, and that every mistake in a bad one is named by its place and its kind."""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attendance.reading import Refusal, Refused
from attendance.rules.calendar import Calendar
from attendance.rules.rule_file import read_rule_file
from attendance.rules.schedule import SessionHours
from attendance.rules.scoped import Scope
from attendance.rules.shipped import NAMES, shipped
from attendance.rules.toml_reading import parse_toml
from tests.unit.rule_files import DROP, WHOLE, spoiled, whole

V0 = ("schedule", 0, "versions", 0)
Place = tuple[str | int, ...]
DOCS = Path(__file__).parents[2] / "docs"


def refused(document: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as caught:
        read_rule_file(document, "file.toml")
    for refusal in caught.value.refusals:
        assert refusal.sentence
        assert refusal.sentence.isprintable()
    return [(refusal.path, refusal.code) for refusal in caught.value.refusals]


def test_a_whole_file_says_what_stands_in_it() -> None:
    found = read_rule_file(whole(), "file.toml")
    assert (found.scope, found.title) == (Scope("unit", "A"), "Quy chế mẫu")
    assert [(w.path, w.value.rule, w.value.value) for w in found.rules] == [
        ("rule[0]", "late_grace_minutes", 5),
        ("rule[1].versions[0]", "absent_over_minutes", None),
        ("rule[1].versions[1]", "absent_over_minutes", 120),
        ("rule[2]", "grade_thresholds", (("A", 0, 1), ("B", 2, 3), ("C", 4, None))),
    ]
    grace = found.rules[0].value
    assert (grace.allows, grace.article, grace.recorded_at) == (
        frozenset({"person"}),
        "2",
        datetime(2025, 12, 20, 8),
    )
    (hours,) = found.schedules
    winter = hours.versions[0].value
    assert (hours.code, winter.sessions) == ("HC", (SessionHours("am", 450, 720), SessionHours("pm", 810, 1020)))
    assert winter.by_weekday == ((5, (SessionHours("am", 450, 690),)),)
    assert winter.citation.document == "TB 5/TB-MAU"
    assert [(w.path, w.entry.on, w.entry.kind, w.status) for w in found.entries] == [
        ("entry[0].dates[0]", date(2026, 6, 1), "stoppage", "confirmed"),
        ("entry[0].dates[1]", date(2026, 6, 2), "stoppage", "confirmed"),
        ("entry[1]", date(2026, 7, 3), "swapped_off", "confirmed"),
        ("entry[2]", date(2026, 7, 11), "swapped_work", "confirmed"),
        ("entry[3]", date(2026, 8, 3), "holiday", "announced"),
    ]
    assert {w.value.rule for w in found.versions()} >= {"leave.R", "exemption.union"}
    assert found.counts() == {"rules": 4, "schedule_versions": 2, "calendar": 5, "leave": 1, "exemptions": 1}


MISTAKES: list[tuple[Place, Any, str, str]] = [
    (("rules",), DROP, "rules", "wrong_type"),
    (("rules",), 2, "rules", "unknown_kind"),
    (("rules",), True, "rules", "wrong_type"),
    (("colour",), "blue", "colour", "unknown_key"),
    (("title",), 7, "title", "wrong_type"),
    (("title",), "two\nlines", "title", "wrong_type"),
    (("scope",), DROP, "scope", "wrong_type"),
    (("scope",), {}, "scope", "wrong_type"),
    (("scope",), "nation", "scope", "wrong_type"),
    (("scope", "nation"), True, "scope", "wrong_type"),
    (("scope",), {"nation": False}, "scope.nation", "wrong_type"),
    (("scope",), {"nation": "Việt Nam"}, "scope.nation", "wrong_type"),
    (("scope", "unit"), 7, "scope.unit", "wrong_type"),
    (("scope", "unit"), "A/B", "scope.unit", "wrong_type"),
    (("scope", "district"), "X", "scope.district", "unknown_key"),
    (("rule",), {"id": "late_grace_minutes", "value": 1}, "rule", "wrong_type"),
    (("rule", 0), "late_grace_minutes", "rule[0]", "wrong_type"),
    (("rule", 0, "id"), DROP, "rule[0].id", "wrong_type"),
    (("rule", 0, "id"), "late_grace", "rule[0].id", "unknown_kind"),
    (("rule", 0, "id"), "absent_over_minutes", "rule[1].id", "overlap"),
    (("rule", 0, "value"), DROP, "rule[0].value", "wrong_type"),
    (("rule", 0, "value"), "5", "rule[0].value", "bad_value"),
    (("rule", 0, "value"), True, "rule[0].value", "bad_value"),
    (("rule", 0, "value"), -1, "rule[0].value", "bad_value"),
    (("rule", 0, "value"), 2.5, "rule[0].value", "bad_value"),
    (("rule", 0, "value"), "none", "rule[0].value", "bad_value"),
    (("rule", 2, "value"), {"A": 3}, "rule[2].value", "bad_value"),
    (("rule", 2, "value"), {"A": [0, 3], "B": [3]}, "rule[2].value", "bad_value"),
    (("rule", 2, "value"), {"A": [False, 3]}, "rule[2].value", "bad_value"),
    (("rule", 0, "until"), date(2026, 2, 1), "rule[0].until", "unknown_key"),
    (("rule", 0, "to"), date(2025, 2, 1), "rule[0].to", "bad_date"),
    (("rule", 0, "from"), "2026-02-30", "rule[0].from", "bad_date"),
    (("rule", 0, "from"), datetime(2026, 2, 1), "rule[0].from", "wrong_type"),
    (("rule", 0, "from"), date(26, 1, 1), "rule[0].from", "bad_date"),
    (("rule", 0, "from"), 20260101, "rule[0].from", "wrong_type"),
    (("rule", 0, "document"), 12, "rule[0].document", "wrong_type"),
    (("rule", 0, "recorded"), "2026-01-01T25:00", "rule[0].recorded", "bad_time"),
    (("rule", 0, "allows"), ["nation"], "rule[0].allows[0]", "unknown_kind"),
    (("rule", 0, "allows"), ["province"], "rule[0].allows[0]", "scope_not_allowed"),
    (("rule", 0, "allows"), ["unit"], "rule[0].allows[0]", "scope_not_allowed"),
    (("rule", 0, "allows"), "person", "rule[0].allows", "wrong_type"),
    (("rule", 1, "versions"), [], "rule[1].versions", "wrong_type"),
    (("rule", 1, "versions", 1, "from"), date(2025, 12, 31), "rule[1].versions[1]", "overlap"),
    (("rule", 1, "versions", 0, "to"), DROP, "rule[1].versions[1]", "overlap"),
    (("rule", 1, "value"), 5, "rule[1].value", "unknown_key"),
    (("scope",), {"person": "E1"}, "schedule[0]", "scope_not_allowed"),
    (("schedule", 0, "code"), DROP, "schedule[0].code", "wrong_type"),
    (("schedule", 0, "code"), "", "schedule[0].code", "wrong_type"),
    (("schedule", 0, "versions"), 3, "schedule[0].versions", "wrong_type"),
    ((*V0, "session"), {}, "schedule[0].versions[0].session", "unknown_key"),
    ((*V0, "regime"), "sometimes", "schedule[0].versions[0].regime", "unknown_kind"),
    ((*V0, "sessions"), DROP, "schedule[0].versions[0].sessions", "wrong_type"),
    ((*V0, "sessions"), ["07:30", "12:00"], "schedule[0].versions[0].sessions", "wrong_type"),
    ((*V0, "sessions", "am"), ["07:30"], "schedule[0].versions[0].sessions.am", "wrong_type"),
    ((*V0, "sessions", "am", 1), "12:60", "schedule[0].versions[0].sessions.am[1]", "bad_time"),
    ((*V0, "sessions", "am", 1), time(12, 0, 30), "schedule[0].versions[0].sessions.am[1]", "bad_time"),
    ((*V0, "sessions", "am", 0), 730, "schedule[0].versions[0].sessions.am[0]", "wrong_type"),
    ((*V0, "sessions", "am", 0), 7.30, "schedule[0].versions[0].sessions.am[0]", "wrong_type"),
    ((*V0, "sessions", "am", 1), "14:00", "schedule[0].versions[0].sessions.pm", "overlap"),
    ((*V0, "weekdays", 0), "monday", "schedule[0].versions[0].weekdays[0]", "unknown_kind"),
    ((*V0, "weekdays", 0), 1, "schedule[0].versions[0].weekdays[0]", "wrong_type"),
    ((*V0, "by_weekday", "saturday"), {}, "schedule[0].versions[0].by_weekday.saturday", "unknown_key"),
    ((*V0, "to"), date(2026, 4, 16), "schedule[0].versions[1]", "overlap"),
    (("entry", 0, "date"), date(2026, 6, 1), "entry[0].date", "wrong_type"),
    (("entry", 0, "dates"), DROP, "entry[0].date", "wrong_type"),
    (("entry", 0, "dates", 1), date(2026, 6, 1), "entry[0].dates[1]", "overlap"),
    (("entry", 0, "dates", 1), "1/6/2026", "entry[0].dates[1]", "bad_date"),
    (("entry", 0, "kind"), "carnival", "entry[0].kind", "unknown_kind"),
    (("entry", 0, "kind"), DROP, "entry[0].kind", "wrong_type"),
    (("entry", 0, "for"), date(2026, 6, 6), "entry[0].for", "unknown_key"),
    (("entry", 0, "unit"), "B", "entry[0].unit", "unknown_key"),
    (("entry", 0, "session"), False, "entry[0].session", "wrong_type"),
    (("entry", 1), DROP, "entry[1]", "lone_swap"),
    (("entry", 2), DROP, "entry[1]", "lone_swap"),
    (("entry", 1, "for"), DROP, "entry[1]", "lone_swap"),
    (("entry", 1, "for"), date(2026, 7, 12), "entry[1]", "lone_swap"),
    (("entry", 1, "status"), "announced", "entry[2]", "lone_swap"),
    (("entry", 3, "status"), "perhaps", "entry[3].status", "unknown_kind"),
    (("leave", 0, "name"), "Việc riêng", "leave[0].name", "wrong_type"),
    (("leave", 0, "name", "en"), DROP, "leave[0].name.en", "wrong_type"),
    (("leave", 0, "pay"), "half", "leave[0].pay", "unknown_kind"),
    (("leave", 0, "symbol"), 4, "leave[0].symbol", "wrong_type"),
    (("leave", 1), {"code": "R"}, "leave[1].name", "wrong_type"),
    (("exemption", 0, "minutes_per_day"), 0, "exemption[0].minutes_per_day", "wrong_type"),
    (("exemption", 0, "placements"), [], "exemption[0].placements", "wrong_type"),
    (("exemption", 0, "placements", 0), "noon", "exemption[0].placements[0]", "unknown_kind"),
    (("exemption", 0, "limits", "hours"), 3, "exemption[0].limits.hours", "unknown_key"),
    (("exemption", 0, "limits", "days_per_month_at_least"), "3", "exemption[0].limits.days_per_month_at_least",
     "wrong_type"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value", "place", "code"), MISTAKES, ids=lambda part: str(part)[:60])
def test_a_mistake_is_refused_by_its_place_and_its_kind(path: Place, value: Any, place: str, code: str) -> None:
    assert (place, code) in refused(spoiled(path, value))


def test_every_mistake_is_named_at_once() -> None:
    document = spoiled((*V0, "sessions", "am", 0), 730)
    document["colour"] = "blue"
    document["rule"][0]["value"] = "5"
    del document["entry"][1]
    assert refused(document) == [
        ("colour", "unknown_key"),
        ("rule[0].value", "bad_value"),
        ("schedule[0].versions[0].sessions.am[0]", "wrong_type"),
        ("entry[1]", "lone_swap"),
    ]


def test_a_key_mistyped_is_answered_with_the_one_meant() -> None:
    with pytest.raises(Refused, match="did you mean 'weekdays'"):
        read_rule_file(spoiled((*V0, "weekday"), ["mon"]), "file.toml")


def test_of_two_codes_in_one_section_the_second_is_refused() -> None:
    for section, code in (("schedule", "HC"), ("leave", "R"), ("exemption", "union")):
        document = whole()
        document[section].append(document[section][0])
        assert (f"{section}[1].code", "overlap") in refused(document), code


def test_a_decision_may_be_taken_back_in_the_same_file_when_it_says_which_came_later() -> None:
    document = spoiled(("entry", 4), {"date": date(2026, 6, 1), "kind": "workday", "recorded": date(2026, 5, 30)})
    found = read_rule_file(document, "file.toml")
    assert Calendar(written.entry for written in found.entries).of(date(2026, 6, 1), ()).whole.kind == "workday"


def test_a_gap_between_seasons_is_told_with_its_dates_and_is_no_mistake() -> None:
    found = read_rule_file(spoiled((*V0, "to"), date(2026, 3, 31)), "file.toml")
    (gap,) = found.gaps()
    assert (gap.path, gap.from_on, gap.to_on) == ("schedule[0]", date(2026, 4, 1), date(2026, 4, 15))
    assert "2026-04-01 to 2026-04-15" in gap.sentence
    assert read_rule_file(whole(), "file.toml").gaps() == ()


# no TOML at all ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "place", "said"),
    [
        ('value = 5', "value = 07:30", "rule[0].value", "line 11"),
        ("from = 2026-01-01\n", "from = 2026-02-30\n", "rule[0].from", "line 12"),
        ('regime = "first_last"', "regime = first_last", "schedule[0].versions[1].regime", "line 45"),
        ("for = 2026-07-03", "for = 2026-07-03\nfor = 2026-07-03", "entry[2].for", "line 63"),
        ('unit = "A"', "unit = A", "scope.unit", "line 7"),
        ('placements = ["day_end", "window"]', 'placements = ["day_end", "window"', "exemption[0].limits", "not TOML"),
    ],
)  # fmt: skip
def test_what_is_no_toml_is_refused_by_the_line_and_the_place_it_belongs_to(
    old: str, new: str, place: str, said: str
) -> None:
    assert old in WHOLE
    with pytest.raises(Refused) as caught:
        parse_toml(WHOLE.replace(old, new, 1).encode())
    (refusal,) = caught.value.refusals
    assert (refusal.path, refusal.code) == (place, "not_toml")
    assert said in refusal.sentence


@pytest.mark.parametrize(
    "data", [b"\xff\xfe[", b"[", "a = '\u0000'".encode(), b"a = " + b"9" * 5000, b"a = " + b"[" * 5000]
)
def test_junk_is_refused_in_one_sentence(data: bytes) -> None:
    with pytest.raises(Refused) as caught:
        parse_toml(data)
    (refusal,) = caught.value.refusals
    assert refusal.sentence.isprintable()


def test_a_byte_order_mark_is_no_mistake() -> None:
    assert parse_toml(b"\xef\xbb\xbf" + WHOLE.encode()) == whole()


# junk ----------------------------------------------------------------------------------------------------------------

JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.dates() | st.datetimes()
    | st.times() | st.sampled_from(["unit", "none", "07:30", "2026-01-01", "all", "announced", "swapped_off"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


def mistakes(document: Callable[[], dict[str, Any]]) -> list[Refusal]:
    """What a document is refused for: nothing, or at least one mistake; any other exception is a failure."""
    try:
        read_rule_file(document(), "file.toml")
    except Refused as error:
        return error.refusals or [Refusal("", "", "refused for nothing")]
    return []


def places(value: Any, path: Place = ()) -> list[Path]:
    found = [path] if path else []
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        found += places(inner, (*path, step))
    return found


@given(data=st.data(), count=st.integers(1, 3))
@settings(max_examples=600, deadline=None)
def test_any_spoiled_document_loads_or_is_refused_with_a_place(data: st.DataObject, count: int) -> None:
    document = whole()
    for _ in range(count):
        path = data.draw(st.sampled_from(places(document)))
        at: Any = document
        for step in path[:-1]:
            at = at[step]
        what = data.draw(st.sampled_from(["swap", "drop", "add"]))
        if what == "drop":
            del at[path[-1]]
        elif what == "add" and isinstance(at, dict):
            at[data.draw(st.text(max_size=6))] = data.draw(JUNK)
        elif what == "add":
            at.append(data.draw(JUNK))
        else:
            at[path[-1]] = data.draw(JUNK)
    assert all(refusal.path and refusal.sentence.isprintable() for refusal in mistakes(lambda: document))


@given(seed=st.integers(0, 2**32))
@settings(max_examples=300, deadline=None)
def test_any_spoiled_text_loads_or_is_refused_with_a_place(seed: int) -> None:
    rng = random.Random(seed)
    text = list(WHOLE)
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(len(text))
        match rng.randrange(3):
            case 0:
                del text[at : at + rng.randrange(1, 30)]
            case 1:
                text[at:at] = rng.choices("[]{}\"'=,.\n#0aé\u0007-:", k=rng.randrange(1, 5))
            case _:
                other = rng.randrange(len(text))
                text[at], text[other] = text[other], text[at]
    found = mistakes(lambda: parse_toml("".join(text).encode()))
    assert all(refusal.path and refusal.sentence.isprintable() for refusal in found)


@pytest.mark.parametrize("name", ["developers/add-a-rule.md", "en/administrator.md", "vi/administrator.md"])
def test_the_examples_of_the_documents_are_good_rule_files(name: str) -> None:
    text = (DOCS / name).read_text("utf-8")
    (example,) = re.findall(r"^```toml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert sum(read_rule_file(parse_toml(example.encode()), name).counts().values()) >= 3


# what is shipped -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_file_is_a_good_rule_file(name: str) -> None:
    found = shipped(name)
    assert sum(found.counts().values())
    assert found.title


def test_only_the_gaps_that_are_known_are_shipped() -> None:
    told = {(gap.schedule, gap.from_on, gap.to_on) for name in NAMES for gap in shipped(name).gaps()}
    assert told == {
        ("NGHE_AN", date(2017, 4, 16), date(2023, 4, 15)),
        ("NGHE_AN", date(2023, 10, 16), date(2024, 4, 15)),
    }


def test_the_example_of_the_tests_is_toml() -> None:
    assert tomllib.loads(WHOLE) == whole()
