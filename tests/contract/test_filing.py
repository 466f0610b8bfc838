"""A list of facts is filed whole or not at all, in the vocabulary of case files, every mistake with its path."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from attendance.scenario.reading import Refused, content_of
from attendance.services.evaluate import evaluate_dirty
from attendance.services.filing import file_facts
from attendance.store import paper_tables
from attendance.store.database import Database
from attendance.store.paper_tables import ExplanationRow
from attendance.store.tables import AbsenceRow, OutageRow
from tests.builders import ZONE, build_office, count, file_body, marked

NOW = datetime(2026, 4, 3, 2, tzinfo=UTC)
ALL_KINDS = """
- {kind: leave, employee: E1, code: Cô, date: 2026-03-04, session: pm, approved_at: "2026-03-03T16:00",
   document: 12/GNP}
- {kind: mission, employee: E1, from: "2026-03-05T07:00", to: "2026-03-05T11:30"}
- {kind: exemption, employee: E1, code: nursing, minutes_per_day: 60, from: 2026-03-01, to: 2026-03-31}
- {kind: explanation, employee: E2, date: 2026-03-04, session: am, covers: absent, submitted_at: "2026-03-05T08:00",
   reason: xe hỏng}
- {kind: decision, employee: E2, date: 2026-03-05, session: all, covers: absent, decision: approved}
- {kind: annulment, employee: E1, terminal: T-A, at: "2026-03-04T07:25:00", decision: refused}
- {kind: duty, employee: E3, code: night, from: "2026-03-06T17:00", to: "2026-03-07T07:00"}
- {kind: overtime, employee: E3, from: "2026-03-05T18:00", to: "2026-03-05T20:00"}
- {kind: site, employee: E3, terminals: [T-A], date: 2026-03-09, session: am}
- {kind: clock_offset, from: "2026-03-04T00:00", to: "2026-03-05T00:00", offset_seconds: 420}
- {kind: clock_invalid, from: "2026-03-10T00:00", to: "2026-03-10T06:00"}
- {kind: outage, terminal: T-A, from: "2026-03-11T07:00", to: "2026-03-11T08:00"}
- {kind: inspection, at: "2026-03-12T09:00", found_absent: [E1, E3]}
- {kind: protection, employee: E3, code: pregnancy_m7, from: 2026-03-20}
- {kind: lock, month: 2026-03, at: "2026-04-03T08:59"}
"""
TABLES = (
    "absence", "exemption", "explanation", "annulment", "duty", "overtime", "site_fact", "clock_offset",
    "clock_invalid", "outage", "inspection", "inspection_absence", "protection", "month_event",
)  # fmt: skip


@pytest.fixture
def office(any_database: Database) -> Database:
    build_office(any_database)
    file_body(any_database, b"", read_at=datetime(2026, 2, 27, 8), offset=None)
    file_body(any_database, b"", read_at=datetime(2026, 4, 2, 8), offset=None)
    evaluate_dirty(any_database, ZONE, NOW - timedelta(hours=1))
    return any_database


def held(database: Database) -> dict[str, int]:
    return {table: count(database, table) for table in TABLES}


def refused(database: Database, content: Any, **options: Any) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as caught:
        file_facts(database, ZONE, content, now=NOW, **options)
    assert all(len(refusal.sentence) > 15 for refusal in caught.value.refusals)
    return [(refusal.path, refusal.code) for refusal in caught.value.refusals]


def test_every_kind_of_the_format_has_its_place(office: Database) -> None:
    content = content_of(ALL_KINDS, "facts")
    tried = file_facts(office, ZONE, content, now=NOW, dry_run=True)
    assert held(office) == dict.fromkeys(TABLES, 0)
    assert marked(office) == set()
    filed = file_facts(office, ZONE, content, now=NOW, by="lan")
    assert filed == tried
    assert held(office) == dict.fromkeys(TABLES, 1) | {"absence": 2, "explanation": 2, "inspection_absence": 2}
    assert filed.days_marked == len(marked(office))
    assert sum(filed.filed.values()) == 15


def test_what_is_left_out_happened_when_it_was_filed(office: Database) -> None:
    file_facts(office, ZONE, content_of(ALL_KINDS, "facts"), now=NOW, by="lan")
    with office.reading() as session:
        leave, mission = session.get_one(AbsenceRow, 1), session.get_one(AbsenceRow, 2)
        explained, decided = session.get_one(ExplanationRow, 1), session.get_one(ExplanationRow, 2)
        refused_punch = session.get_one(paper_tables.AnnulmentRow, 1)
        outage = session.get_one(OutageRow, 1)
        assert (leave.approved_at, leave.document) == (datetime(2026, 3, 3, 9, tzinfo=UTC), "12/GNP")
        assert (mission.approved_at, mission.recorded_at) == (NOW, NOW)
        assert (explained.submitted_at, explained.reason) == (datetime(2026, 3, 5, 1, tzinfo=UTC), "xe hỏng")
        assert (explained.decision, explained.by_head) == (None, False)
        assert (decided.decision, decided.decided_at, decided.decided_by, decided.by_head) == (
            "approved",
            NOW,
            "lan",
            True,
        )
        assert (refused_punch.decision, refused_punch.decided_by) == ("refused", "lan")
        assert outage.terminal_id == 1


def test_a_mistake_anywhere_files_nothing_and_all_of_a_kind_are_named(office: Database) -> None:
    before = held(office)
    facts = [
        {"kind": "leave", "employee": "E1", "date": "2026-03-03"},
        {"kind": "leave", "employee": "E1", "date": "2026-03-02", "session": "noon"},
        {"kind": "decision", "employee": "E2", "date": "2026-03-02", "session": "am", "covers": "late"},
        {"kind": "mission", "employee": "E2", "from": "2026-03-02T07:00", "to": "2026-03-02T08:00",
         "approved_at": "2026-05-01T08:00"},
        {"kind": "lock", "unit": "A", "month": "2026-04", "at": "2026-04-03T08:00"},
        {"kind": "reopen", "unit": "A", "month": "2026-03", "at": "2026-04-03T08:00", "reason": "x"},
    ]  # fmt: skip
    assert refused(office, {"facts": facts}) == [
        ("facts[1]", "invalid"),
        ("facts[2]", "invalid"),
        ("facts[3]", "invalid"),
        ("facts[4]", "lock_with_unverified"),
        ("facts[5]", "month_moved_on"),
    ]
    assert held(office) == before
    assert marked(office) == set()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [("facts", "wrong_type")]),
        ("facts: []", [("facts", "wrong_type")]),
        ("leave: 1", [("leave", "unknown_key"), ("facts", "wrong_type")]),
        ("facts: [leave]", [("facts[0]", "wrong_type")]),
        ("- {kind: leave, employee: E9, date: 2026-03-04}", [("[0].employee", "unknown_reference")]),
        ("- {kind: leave, employee: 15, date: 2026-03-04}", [("[0].employee", "wrong_type")]),
        ("- {kind: leave, date: 2026-03-04}", [("[0].employee", "ambiguous_default")]),
        ("- {kind: leave, employee: E1, date: '2026-02-30'}", [("[0].date", "bad_date")]),
        ("- {kind: leave, employee: E1, date: 2026-03-04, colour: red}", [("[0].colour", "unknown_key")]),
        ("- {kind: holiday, date: 2026-03-04}", [("[0].kind", "unknown_kind")]),
        ("- {kind: site, employee: E1, terminals: [X], date: 2026-03-04}", [("[0].terminals[0]", "unknown_reference")]),
        ("- {kind: inspection, unit: Z, at: '2026-03-04T09:00'}", [("[0].unit", "unknown_reference")]),
    ],
)  # fmt: skip
def test_a_malformed_file_is_refused_with_path_and_expectation(
    sqlite_database: Database, text: str, expected: list[tuple[str, str]]
) -> None:
    build_office(sqlite_database)
    assert refused(sqlite_database, content_of(text, "facts")) == expected


def test_nobody_decides_on_their_own_by_a_file_either(office: Database) -> None:
    fact = {"kind": "decision", "employee": "E2", "date": "2026-03-04", "session": "am", "covers": "absent"}
    assert refused(office, [fact | {"decision": "approved"}], by="e2") == [("[0]", "invalid")]


def test_a_lock_from_before_its_people_were_entered_is_refused(office: Database) -> None:
    facts = [{"kind": "lock", "unit": "A", "month": "2025-03", "at": "2025-04-02T08:00"}]
    assert refused(office, facts) == [("[0]", "invalid")]
