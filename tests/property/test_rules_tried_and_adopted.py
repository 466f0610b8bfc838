"""Whatever rules a file holds: the trial lists what adopting them and judging the marked days alone then changes."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attendance.errors import Invalid
from attendance.reading import Refused
from attendance.services.rules import adopt
from attendance.services.what_if import compare
from attendance.store.database import Database, sqlite_url
from tests.builders import ZONE
from tests.contract.rule_office import ADOPTED_AT, FIRST, LAST, LATER, build, conclusions, hours, judge, rules
from tests.contract.test_what_if import differing

DAYS = [FIRST + timedelta(days=n) for n in range(-2, 15)]
SCOPES = ("nation = true", 'province = "X"', 'unit = "A"', 'unit = "B"', 'person = "E2"', 'person = "E4"')
VALUES = {
    "late_grace_minutes": ("0", "5", "15"),
    "early_grace_minutes": ("0", "10"),
    "duplicate_window_seconds": ("0", "900"),
    "session_window_minutes": ("5", "360"),
    "repeat_minutes": ("0", "60"),
    "absent_over_minutes": ('"none"', "10"),
    "track_mid_session": ("true", "false"),
    "site_policy": ('"any"', '"home_only"'),
    "missing_punch_refused": ('"session"',),
    "grade_thresholds": ("{A = [0]}",),
    "explanation_deadline_workdays": ("2",),
}


@st.composite
def files(draw: st.DrawFn) -> tuple[str, str]:
    """Scope and sections of a good rule file."""
    scope = draw(st.sampled_from(SCOPES))
    sections = ""
    for rule in draw(st.sets(st.sampled_from(sorted(VALUES)), max_size=3)):
        sections += f'[[rule]]\nid = "{rule}"\nvalue = {draw(st.sampled_from(VALUES[rule]))}\n{draw(spans())}'
    if "person" in scope:
        return scope, sections
    for on in sorted(draw(st.sets(st.sampled_from(DAYS), max_size=2))):
        kind = draw(st.sampled_from(("holiday", "stoppage", "compensation", "workday", "weekend")))
        part = draw(st.sampled_from(("", 'session = "pm"\n', 'status = "announced"\n')))
        sections += f'[[entry]]\ndate = {on}\nkind = "{kind}"\n{part}'
    if scope in SCOPES[:2] and draw(st.booleans()):
        written = hours("HC", draw(st.sampled_from(("05:00", "07:00", "08:00")))) + draw(spans())
        regime = draw(st.sampled_from(("per_session", "first_last", "check_in_only", "exempt")))
        sections += written.replace("per_session", regime)
    return scope, sections


@st.composite
def spans(draw: st.DrawFn) -> str:
    first, last = sorted(draw(st.lists(st.sampled_from(DAYS), min_size=2, max_size=2)))
    begins, ends = draw(st.booleans()), draw(st.booleans())
    return (f"from = {first}\n" if begins else "") + (f"to = {last}\n" if ends else "")


@pytest.fixture(scope="module")
def template(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("office") / "judged.db"
    shutil.copy(migrated_sqlite, path)
    database = Database(sqlite_url(path))
    build(database)
    judge(database)
    database.close()
    return path


def tried_and_adopted(template: Path, folder: Path, written: list[tuple[str, str]]) -> None:
    """Each file in turn, over what the ones before it left."""
    path = folder / "office.db"
    for stale in folder.glob("office.db*"):
        stale.unlink()
    shutil.copy(template, path)
    database = Database(sqlite_url(path))
    try:
        for number, (scope, sections) in enumerate(written):
            file = rules(sections, scope)
            try:
                tried = compare(database, ZONE, None, file, FIRST, LAST)
            except (Refused, Invalid):
                with pytest.raises((Refused, Invalid)):
                    adopt(database, file, replace=True, at=ADOPTED_AT)
                continue
            before = in_span(database)
            adopt(database, file, replace=True, at=ADOPTED_AT if number == 0 else LATER + timedelta(minutes=number))
            judge(database)
            listed = [(change.employee, change.on, change.session) for change in tried.changes]
            assert sorted(listed, key=str) == sorted(differing(before, in_span(database)), key=str)
    finally:
        database.close()


def in_span(database: Database) -> dict[tuple[str, date], object]:
    return {key: row for key, row in conclusions(database).items() if FIRST <= key[1] <= LAST}


QUIET = (HealthCheck.function_scoped_fixture, HealthCheck.too_slow)


@given(written=st.lists(files(), min_size=1, max_size=3))
@settings(max_examples=25, deadline=None, suppress_health_check=QUIET)
def test_the_trial_lists_what_adopting_changes(template: Path, tmp_path: Path, written: list[tuple[str, str]]) -> None:
    tried_and_adopted(template, tmp_path, written)


@pytest.mark.long
@pytest.mark.timeout(1800)
@given(written=st.lists(files(), min_size=1, max_size=4))
@settings(max_examples=400, deadline=None, suppress_health_check=QUIET)
def test_the_trial_lists_what_adopting_changes_at_length(
    template: Path, tmp_path: Path, written: list[tuple[str, str]]
) -> None:
    tried_and_adopted(template, tmp_path, written)
