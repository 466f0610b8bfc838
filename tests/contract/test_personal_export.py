"""The export of one person: held against the schema, everything of theirs, nothing of anybody else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from attendance import clock
from attendance.services.personal import export
from attendance.store import office, papers, papers_decided, personal_export, personal_schema, registering
from attendance.store.database import Database
from attendance.store.every_table import every_table
from attendance.store.evidence_tables import RulingRow
from attendance.store.tables import EmployeeRow, UserRow
from attendance.store.trail import Actor, look, record
from tests.builders import MONDAY, RECORDED_AT, ZONE, bring, build_office, export_of

AT = datetime(2026, 11, 24, 2, tzinfo=UTC)


def pointing_columns() -> Iterator[tuple[str, str]]:
    for name, table in every_table().items():
        for column in table.columns:
            if any(key.column.table.name in ("employee", "app_user") for key in column.foreign_keys):
                yield name, column.name


def test_every_table_that_points_at_a_person_or_an_account_is_told() -> None:
    """A new foreign key to employee or app_user fails here until `personal_schema` says how it is told."""
    missing = []
    for table, column in pointing_columns():
        held = personal_schema.HELD.get(table)
        if held is None or column not in (*held.by, *held.acted):
            missing.append(f"{table}.{column}")
    assert missing == []


def test_every_table_with_a_number_of_a_terminal_user_is_told() -> None:
    """Tables that know people by the number on a terminal, or by their own number without a key."""
    found = {
        name
        for name, table in every_table().items()
        if {"pin", "pins", "employee_id", "name_bytes"} & set(table.columns.keys())
    }
    assert found - {*personal_schema.HELD, *personal_schema.BESIDE} == set()


def test_no_secret_is_exported() -> None:
    for name, held in personal_export.tables():
        for column in every_table()[name].columns:
            if any(part in column.name for part in personal_schema.LOOKING_SECRET):
                assert column.name in held.withheld or (name, column.name) in personal_schema.PLAIN, (name, column.name)


def test_the_list_names_columns_that_are_there() -> None:
    known = every_table()
    for name, held in personal_schema.HELD.items():
        if name in known:
            assert {*held.by, *held.acted, *held.withheld, *held.reasons} <= set(known[name].columns.keys()), name


@pytest.fixture
def database(any_database: Database) -> Database:
    build_office(any_database)
    at = clock.wall_seconds(MONDAY)
    bring(any_database, export_of([("1001", at, 0, 1), ("1002", at + 60, 0, 1), ("1001", at + 9 * 3600, 1, 1)]))
    with any_database.writing() as session:
        registering.rename_employee(session, "E1", "Nguyễn Thị Thu Hà")
        registering.rename_employee(session, "E2", "Trần Văn Nam")
        one, two = (office.key(office.get(session, EmployeeRow, code)) for code in ("E1", "E2"))
        session.add(UserRow(name="ha.nguyen", password_hash="BAM-MAT-KHAU", employee_id=one, recorded_at=AT))
        session.add(UserRow(name="nam.tran", password_hash="x", employee_id=two, recorded_at=AT))
        papers.add_leave(session, "E1", date(2026, 3, 3), code="Ô", document="Giấy ra viện 7", approved_at=AT, at=AT)
        papers_decided.explain(
            session,
            "E1",
            date(2026, 3, 4),
            part="am",
            covers="late",
            minutes=5,
            reason="Con ốm",
            submitted_at=AT,
            at=AT,
        )
        look(session, Actor("nam.tran", 2, "page", "10.0.0.9", "head"), "day", [one, two], at=AT)
        by = Actor("nam.tran", 2, "page", "10.0.0.9", "head")
        record(session, by, "paper.decided", kind="explanation", key="1", employees=[one],
               after={"decided_by": "Trần Văn Nam", "decision": "approved"}, at=AT)  # fmt: skip
        record(session, by, "paper.decided", kind="explanation", key="2", employees=[one, two],
               after={"note": "chung với Trần Văn Nam"}, at=AT)  # fmt: skip
        record(session, Actor("ha.nguyen", 1, "page", "10.0.0.8", "official"), "employee.renamed", kind="employee",
               key="E2", employees=[two], before={"name": "Trần Văn Nam"}, at=AT)  # fmt: skip
    return any_database


def exported(database: Database, code: str = "E1", *, reasons: bool = True) -> dict[str, Any]:
    with database.reading() as session:
        number = office.key(office.get(session, EmployeeRow, code))
        document: dict[str, Any] = json.loads(b"".join(export.document(session, number, ZONE, reasons=reasons, at=AT)))
    assert document["schema"] == export.SCHEMA
    return document


def section(document: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = next(part["rows"] for part in document["sections"] if part["name"] == name)
    return found


def test_everything_of_one_person_and_nobody_else(database: Database) -> None:
    found = exported(database)
    assert found["person"]["code"] == "E1"
    assert found["person"]["accounts"] == ["ha.nguyen"]
    assert [row["at"][:16] for row in section(found, "punches")] == ["2026-03-02T07:25", "2026-03-02T16:25"]
    assert section(found, "absence")[0]["document"] == "Giấy ra viện 7"
    assert section(found, "explanation")[0]["reason"] == "Con ốm"
    assert section(found, "assignment")[0]["unit"] == "A"
    (seen,) = section(found, "looks")
    assert (seen["what"], seen["role"], seen["by_oneself"]) == ("day", "head", False)
    changes = [row for row in section(found, "changes") if row["act"] == "paper.decided"]
    assert changes[0]["detail"]["after"] == {"decision": "approved"}
    assert "detail" not in changes[1], "what is about somebody else too is told without its details"
    (act,) = section(found, "own_acts")
    assert act["people"] == 1
    assert "key" not in act
    text = json.dumps(found, ensure_ascii=False)
    for strange in ("Trần Văn Nam", "nam.tran", "E2", "1002", "BAM-MAT-KHAU", "10.0.0.9"):
        assert strange not in text, strange


def test_reasons_are_told_only_to_whom_they_may_be(database: Database) -> None:
    text = json.dumps(exported(database, reasons=False), ensure_ascii=False)
    assert "Con ốm" not in text
    assert "Giấy ra viện" not in text
    assert '"Ô"' not in text


def test_a_long_life_is_told_in_pieces(database: Database) -> None:
    with database.writing() as session:
        _rule_for_years(session)
    with database.reading() as session:
        number = office.key(office.get(session, EmployeeRow, "E1"))
        pieces = [len(piece) for piece in export.document(session, number, ZONE, reasons=True, at=AT)]
    assert max(pieces) < 100_000
    assert len(section(exported(database), "ruling")) == 700


def _rule_for_years(session: Session) -> None:
    from attendance.store.evidence_tables import RulebookRow

    session.add(RulebookRow(fingerprint="f" * 16, content={}, recorded_at=RECORDED_AT))
    session.flush()
    number = office.key(office.get(session, EmployeeRow, "E1"))
    for day in range(700):
        session.add(
            RulingRow(
                employee_id=number, work_date=date(2023, 1, 1) + timedelta(days=day), revision=1, day_kind="workday",
                scheduled_min=480, worked_min=480, credited_min=480, leave_min=0, unverified_min=0, flags=[],
                symbols={"am": "+", "pm": "+"}, citations=[], rulebook="f" * 16, digest="d", cause="x", recorded_at=AT,
            )
        )  # fmt: skip
