"""A rule tried before it is in force: the right conclusions are listed, and nothing at all is stored."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from attendance.errors import Invalid, NoVersionInForce
from attendance.reading import Refused
from attendance.rules.written import RuleFile
from attendance.services.evaluate import evaluate_span
from attendance.services.rules import adopt
from attendance.services.what_if import WhatIf, compare
from attendance.store import month_events
from attendance.store.database import Database, sqlite_url
from tests.builders import ZONE
from tests.contract.rule_office import (
    ADOPTED_AT,
    FIRST,
    LAST,
    LATER,
    PEOPLE,
    amounts,
    build,
    conclusions,
    grace,
    hours,
    judge,
    rules,
)

STOPPAGE = '[[entry]]\ndate = 2026-03-04\nkind = "stoppage"\n'
TRIALS = {
    "grace": rules(grace(10)),
    "grace of a unit": rules(grace(10, from_="2026-03-05"), 'unit = "A"'),
    "grace of a person": rules(grace(60), 'person = "E4"'),
    "stoppage": rules(STOPPAGE, 'unit = "B"'),
    "afternoon off": rules(STOPPAGE + 'session = "pm"\n'),
    "worked Saturday": rules(
        '[[entry]]\ndate = 2026-03-06\nkind = "swapped_off"\nfor = 2026-03-07\n'
        '[[entry]]\ndate = 2026-03-07\nkind = "swapped_work"\nfor = 2026-03-06\n'
    ),
    "hours": rules(hours("HC", "07:00", from_="2026-03-05", to="2026-03-11")),
    "shorter hours": rules(hours("HC", "08:00", from_="2026-03-05", to="2026-03-11")),
    "absent": rules('[[rule]]\nid = "absent_over_minutes"\nvalue = 15\n'),
    "grades": rules('[[rule]]\nid = "grade_thresholds"\nvalue = {A = [0]}\n'),
}


def tried(database: Database, new: RuleFile | None, old: RuleFile | None = None, **options: Any) -> WhatIf:
    return compare(database, ZONE, old, new, FIRST, LAST, **options)


def copied(database: Database, folder: Path) -> Database:
    """The same office in another file."""
    database.close()
    target = folder / "copy.db"
    shutil.copy(database.url.removeprefix("sqlite:///"), target)
    return Database(sqlite_url(target))


def differing(before: dict[Any, Any], after: dict[Any, Any]) -> Iterator[tuple[str, date, str | None]]:
    """By the stored rows alone: the sessions whose sign or violations differ, else the day whose other fields do."""
    for who, on in sorted(before):
        (old_listed, old_signs, *old), (new_listed, new_signs, *new) = before[who, on], after[who, on]
        old_signs, new_signs = (json.loads(signs) for signs in (old_signs, new_signs))
        found = [
            name
            for name in {**old_signs, **new_signs}
            if (old_signs.get(name, ""), [v for v in old_listed if v[0] == name])
            != (new_signs.get(name, ""), [v for v in new_listed if v[0] == name])
        ]
        yield from ((who, on, name) for name in found)
        if not found and old != new:
            yield who, on, None


@pytest.mark.parametrize("name", TRIALS)
def test_the_conclusions_listed_are_those_that_adopting_would_change(
    office: Database, tmp_path: Path, name: str
) -> None:
    found = tried(office, TRIALS[name])
    twin = copied(office, tmp_path)
    before = conclusions(twin)
    adopt(twin, TRIALS[name], replace=True, at=ADOPTED_AT)
    evaluate_span(twin, ZONE, ADOPTED_AT, FIRST, LAST)
    after = conclusions(twin)
    twin.close()
    listed = [(change.employee, change.on, change.session) for change in found.changes]
    assert sorted(listed, key=str) == sorted(differing(before, after), key=str)
    assert bool(listed) == (name != "grades")
    assert found.days == sum(FIRST <= on <= LAST for _, on in before)


def test_nothing_is_stored(office: Database) -> None:
    office.close()
    file = Path(office.url.removeprefix("sqlite:///"))
    before, held = amounts(office), hashlib.sha256(file.read_bytes()).hexdigest()
    assert tried(office, TRIALS["hours"]).changes
    assert amounts(office) == before
    office.close()
    assert hashlib.sha256(file.read_bytes()).hexdigest() == held


def test_nothing_is_stored_on_any_database(any_database: Database) -> None:
    build(any_database)
    judge(any_database)
    before = amounts(any_database)
    assert len(tried(any_database, TRIALS["grace"]).changes) == 20  # E1 and E2, ten mornings each
    assert amounts(any_database) == before


def test_a_change_says_what_was_concluded_and_what_would_be(office: Database) -> None:
    (change,) = (c for c in tried(office, TRIALS["grace"]).changes if c.employee == "E2" and c.on == FIRST)
    assert (change.name, change.session) == ("Người E2", "am")
    assert change.before == {
        "symbol": "+",
        "violations": [{"type": "late", "minutes": 7, "excused_min": 0, "counted_min": 7, "status": "counted"}],
    }
    assert change.after == {"symbol": "+", "violations": []}


def test_the_same_rules_change_nothing_and_have_the_same_fingerprint(office: Database) -> None:
    found = tried(office, None)
    assert (found.changes, found.old, found.days) == ((), found.new, 48)


def test_two_files_are_compared_with_each_other_over_what_is_stored(office: Database) -> None:
    found = tried(office, rules(grace(15)), rules(grace(5)))
    assert {change.employee for change in found.changes} == {"E2", "E3"}
    back = tried(office, rules(grace(5)), rules(grace(15)))
    assert [(c.after, c.before) for c in back.changes] == [(c.before, c.after) for c in found.changes]


def test_a_unit_is_compared_alone_with_those_who_served_in_it_then(office: Database) -> None:
    everybody, some = tried(office, rules(grace(30))), tried(office, rules(grace(30)), unit="B")
    assert {change.employee for change in everybody.changes} == set(PEOPLE)
    assert {(c.employee, c.on < date(2026, 3, 9)) for c in some.changes} == {
        ("E3", True), ("E3", False), ("E4", False),
    }  # fmt: skip


def test_a_month_at_a_time_concludes_what_day_by_day_does(office: Database) -> None:
    first, last = date(2026, 2, 20), date(2026, 4, 10)
    whole = compare(office, ZONE, None, TRIALS["hours"], first, last)
    single = [
        change
        for n in range((last - first).days + 1)
        for on in [first + timedelta(days=n)]
        for change in compare(office, ZONE, None, TRIALS["hours"], on, on).changes
    ]
    assert sorted(whole.changes, key=str) == sorted(single, key=str)


def test_what_could_not_be_adopted_cannot_be_tried(office: Database) -> None:
    with pytest.raises(Refused, match="--schedule HC"):
        tried(office, rules(hours("X", "07:00"), 'province = "X"'))
    assert tried(office, rules(hours("X", "07:00"), 'province = "X"'), schedule="HC").changes
    adopt(office, rules(grace(5, allows="[]")), at=ADOPTED_AT)
    with pytest.raises(Refused, match="lets nobody decide otherwise"):
        tried(office, rules(grace(10), 'unit = "A"'))
    with pytest.raises(NoVersionInForce, match="schedule X is in force on 2026-03-02"):
        tried(office, rules(hours("X", "07:00", from_="2026-03-03"), 'unit = "B"'))
    with pytest.raises(Invalid, match="swap them"):
        compare(office, ZONE, None, None, LAST, FIRST)


def test_a_locked_month_stays_as_it_is(office: Database) -> None:
    with office.writing() as session:
        month_events.lock(session, "A", date(2026, 3, 1), moment=ADOPTED_AT, at=ADOPTED_AT)
    found = tried(office, rules(grace(30)))
    assert {(c.employee, c.on < date(2026, 3, 9)) for c in found.changes} == {
        ("E3", True), ("E3", False), ("E4", False),
    }  # fmt: skip
    assert (found.days, found.locked) == (17, 31)
    before = conclusions(office)
    adopt(office, rules(grace(30)), at=LATER)
    judge(office)
    listed = [(change.employee, change.on, change.session) for change in found.changes]
    assert sorted(listed, key=str) == sorted(differing(before, conclusions(office)), key=str)


def test_a_season_that_fills_a_gap_is_concluded_from_nothing(sqlite_database: Database) -> None:
    build(sqlite_database, to_on=date(2026, 3, 10))
    judge(sqlite_database)
    file = rules(hours("HC", "07:30", from_="2026-03-11"))
    found = tried(sqlite_database, file)
    assert {(change.on, change.before["symbol"]) for change in found.changes} == {
        (date(2026, 3, day), "") for day in (11, 12, 13)
    }
    assert len(found.changes) == 3 * len(PEOPLE) * 2
    assert adopt(sqlite_database, file, at=ADOPTED_AT).marked
    judge(sqlite_database)
    assert {on for _, on in conclusions(sqlite_database)} >= {date(2026, 3, 11), date(2026, 3, 13)}
