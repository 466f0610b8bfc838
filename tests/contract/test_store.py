"""The store on both databases: its schema, what it refuses to change, and how transactions end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import delete, event, insert, inspect, text, update
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import SQLModel, select

from attendance.errors import Conflict, Invalid, StoreUnavailable, Unstorable
from attendance.services.evaluate import evaluate_dirty
from attendance.store import evidence_tables as evidence
from attendance.store import leases, month_events, paper_tables, registering
from attendance.store import tables as office_tables
from attendance.store.database import Database, sqlite_url
from attendance.store.every_table import every_table
from attendance.store.schema import is_current, upgrade
from tests import builders
from tests.builders import ZONE, build_office, file_body, records, rows

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
APPEND_ONLY = {
    "pull": "message", "punch_block": "count", "quarantine": "reason", "rulebook": "content", "month_event": "reason",
}  # fmt: skip
KEPT = {"ruling": "worked_min", "violation": "counted_min"}


OLD_RULING = (
    "INSERT INTO employee (id, code, name, recorded_at) VALUES (1, 'E1', 'E1', '2026-01-01')",
    "INSERT INTO rulebook (fingerprint, content, recorded_at) VALUES ('r', '{}', '2026-01-01')",
    "INSERT INTO ruling (id, employee_id, work_date, revision, day_kind, scheduled_min, worked_min, credited_min, "
    "leave_min, unverified_min, flags, symbols, citations, rulebook, digest, cause, recorded_at) VALUES "
    "(1, 1, '2026-03-04', 1, 'workday', 480, 480, 480, 0, 0, '[]', '{}', '[]', 'r', 'abc', 'first', '2026-03-05')",
)


def fill(database: Database) -> None:
    """Something in every table of the evidence."""
    build_office(database)
    body = records(20) + builders.record("1001", builders.bad_date())
    file_body(database, body, read_at=datetime(2026, 3, 6, 18))
    evaluate_dirty(database, ZONE, datetime(2026, 3, 6, 12, tzinfo=UTC))
    with database.writing() as session:
        month_events.lock(session, "A", date(2026, 2, 1), moment=AT, at=AT)


# schema --------------------------------------------------------------------------------------------------------------


def test_the_migrations_create_exactly_the_tables_of_the_code(any_database: Database) -> None:
    every_table()

    def for_this_database(found: Any, *_: object) -> bool:
        only = getattr(found, "_ddl_if", None)
        return only is None or only.dialect == any_database.engine.dialect.name

    with any_database.engine.connect() as connection:
        opts = {"compare_type": True, "include_object": for_this_database}
        context = MigrationContext.configure(connection, opts=opts)
        difference = compare_metadata(context, SQLModel.metadata)
    assert difference == []
    assert evidence.PullRow.__tablename__ in SQLModel.metadata.tables
    assert office_tables.UnitRow.__tablename__ in SQLModel.metadata.tables


def test_upgrading_again_changes_nothing(any_database: Database) -> None:
    build_office(any_database)
    before = {name: inspect(any_database.engine).get_columns(name) for name in SQLModel.metadata.tables}
    upgrade(any_database)
    assert {name: inspect(any_database.engine).get_columns(name) for name in SQLModel.metadata.tables}.keys() == set(
        before
    )
    assert builders.count(any_database, "employee") == 3
    assert is_current(any_database)


@pytest.mark.parametrize("column", ["duties", "overtime", "findings"])
def test_what_a_ruling_says_beside_the_ledger_is_as_fixed_as_the_rest(any_database: Database, column: str) -> None:
    fill(any_database)
    with pytest.raises(SQLAlchemyError, match="append-only"), any_database.writing() as session:
        session.execute(text(f"UPDATE ruling SET {column} = {column}"))


def test_rulings_of_the_version_before_the_papers_keep_their_content_and_their_guards(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path / "old.db"))
    upgrade(database, "0002")
    with database.writing() as session:
        for statement in OLD_RULING:
            session.execute(text(statement))
    upgrade(database)
    assert is_current(database)
    assert rows(database, "SELECT digest, duties, overtime, findings FROM ruling") == [("abc", "[]", "[]", "[]")]
    with database.reading() as session:
        assert session.exec(select(evidence.RulingRow.duties)).one() == []
    for change in ("worked_min = 2", "findings = '[1]'", "superseded_at = NULL"):
        with pytest.raises(SQLAlchemyError, match="append-only"), database.writing() as session:
            session.execute(text(f"UPDATE ruling SET {change}"))
    database.close()


def test_a_database_of_a_newer_version_is_refused_and_left_alone(any_database: Database) -> None:
    with any_database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Invalid) as caught:
        upgrade(any_database)
    sentence = str(caught.value)
    assert "9999" in sentence
    assert "newer version" in sentence
    assert "\n" not in sentence
    assert not is_current(any_database)
    assert rows(any_database, "SELECT version_num FROM alembic_version") == [("9999",)]


def test_two_processes_that_upgrade_a_fresh_database_at_once_both_succeed(tmp_path: Path) -> None:
    databases = [Database(sqlite_url(tmp_path / "fresh.db")) for _ in range(3)]
    failures = in_threads([lambda database=database: upgrade(database) for database in databases])
    assert failures == []
    assert all(is_current(database) for database in databases)
    for database in databases:
        database.close()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://nobody@nowhere/x"])
def test_a_database_that_cannot_keep_evidence_is_refused(url: str) -> None:
    with pytest.raises(Invalid):
        Database(url)


# what cannot be changed ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", sorted(APPEND_ONLY) + sorted(KEPT))
def test_raw_sql_cannot_change_or_remove_evidence(any_database: Database, table: str) -> None:
    fill(any_database)
    column = (APPEND_ONLY | KEPT)[table]
    before = rows(any_database, f"SELECT * FROM {table}")
    assert before
    statements = [
        f"UPDATE {table} SET {column} = {column}",
        f"DELETE FROM {table}",
    ]
    if any_database.is_sqlite:
        columns = ", ".join(item["name"] for item in inspect(any_database.engine).get_columns(table))
        statements.append(f"INSERT OR REPLACE INTO {table} ({columns}) SELECT {columns} FROM {table}")
    else:
        statements.append(f"TRUNCATE {table} CASCADE")
    for statement in statements:
        with pytest.raises(SQLAlchemyError, match="append-only"), any_database.writing() as session:
            session.execute(text(statement))
    assert rows(any_database, f"SELECT * FROM {table}") == before


@pytest.mark.parametrize(
    "kind",
    [
        evidence.PullRow, evidence.PunchBlockRow, evidence.QuarantineRow, evidence.RulebookRow,
        paper_tables.MonthEventRow,
    ],
)  # fmt: skip
def test_the_orm_cannot_change_or_remove_evidence(any_database: Database, kind: type[SQLModel]) -> None:
    fill(any_database)
    column = APPEND_ONLY[str(kind.__tablename__)]
    altered = {"count": 7, "content": {}}.get(column, "altered")
    with pytest.raises(SQLAlchemyError, match="append-only"), any_database.writing() as session:
        setattr(session.exec(select(kind)).first(), column, altered)
    with pytest.raises(SQLAlchemyError, match="append-only"), any_database.writing() as session:
        session.delete(session.exec(select(kind)).first())
    with pytest.raises(SQLAlchemyError, match="append-only"), any_database.writing() as session:
        session.execute(delete(kind))


@pytest.mark.parametrize("kind", [evidence.RulingRow, evidence.ViolationRow])
def test_a_ruling_is_superseded_once_and_otherwise_never_touched(any_database: Database, kind: type[SQLModel]) -> None:
    fill(any_database)
    table, column = str(kind.__tablename__), KEPT[str(kind.__tablename__)]
    later = AT + timedelta(days=1)

    def change(**values: object) -> None:
        with any_database.writing() as session:
            session.execute(update(kind).values(**values))

    for values in ({column: 1}, {column: 1, "superseded_at": AT}, {"superseded_at": None}):
        with pytest.raises(SQLAlchemyError, match="append-only"):
            change(**values)
    change(superseded_at=AT)
    for values in ({"superseded_at": later}, {"superseded_at": None}, {column: 1}):
        with pytest.raises(SQLAlchemyError, match="append-only"):
            change(**values)
    with pytest.raises(SQLAlchemyError, match="append-only"), any_database.writing() as session:
        session.execute(delete(kind))
    with any_database.reading() as session:
        assert {row.superseded_at for row in session.exec(select(kind))} == {AT}
    assert (1,) not in rows(any_database, f"SELECT {column} FROM {table}")


# transactions --------------------------------------------------------------------------------------------------------


def test_every_pooled_connection_of_sqlite_is_durable_and_strict(sqlite_database: Database) -> None:
    connections = [sqlite_database.engine.connect() for _ in range(12)]
    try:
        for connection in connections:
            found = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "trusted_schema", "recursive_triggers")
            }
            assert found == {
                "journal_mode": "wal",
                "synchronous": 2,
                "foreign_keys": 1,
                "trusted_schema": 0,
                "recursive_triggers": 1,
            }
            assert int(connection.exec_driver_sql("PRAGMA busy_timeout").scalar() or 0) >= 5000
    finally:
        for connection in connections:
            connection.close()


@pytest.mark.postgres
@pytest.mark.parametrize("name", ["\0", "x" * 500])
def test_what_postgresql_cannot_store_is_said_in_words(postgres_database: Database, name: str) -> None:
    with pytest.raises(Unstorable, match="nothing was stored"), postgres_database.writing() as session:
        session.add(office_tables.ScheduleRow(code=name, recorded_at=datetime(2026, 1, 1, tzinfo=UTC)))


def test_foreign_keys_hold(any_database: Database) -> None:
    with pytest.raises(Conflict), any_database.writing() as session:
        session.execute(
            insert(evidence.CoverageRow),
            [{"terminal_id": 77, "starts": datetime(2026, 1, 1), "until": datetime(2026, 1, 2)}],
        )


def test_a_writer_takes_the_lock_at_the_beginning(sqlite_database: Database) -> None:
    at_once = Database(sqlite_database.url)
    event.listen(at_once.engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout=50"))
    with sqlite_database.writing() as session:
        session.connection()  # nothing was written yet
        with pytest.raises(StoreUnavailable, match="Another process has held the database"), at_once.writing() as other:
            other.connection()
        with at_once.reading() as reader:
            assert reader.execute(text("SELECT count(*) FROM unit")).scalar() == 0
    at_once.close()


def test_a_second_writer_waits_and_then_sees_what_the_first_wrote(any_database: Database) -> None:
    with any_database.writing() as session:
        leases.hold(session, "job", "nobody", AT, 1)
    entered, order = threading.Event(), []

    def first() -> None:
        with any_database.writing() as session:
            leases.hold(session, "job", "first", AT + timedelta(seconds=2), 60)
            entered.set()
            time.sleep(0.3)
            order.append("first")

    def second() -> None:
        entered.wait()
        with any_database.writing() as session:
            held = leases.hold(session, "job", "second", AT + timedelta(seconds=3), 60)
            order.append(f"second {held}")

    assert in_threads([first, second]) == []
    assert order == ["first", "second False"]


def test_an_error_inside_a_transaction_leaves_nothing(any_database: Database) -> None:
    def interrupted() -> None:
        with any_database.writing() as session:
            registering.add_schedule(session, "HC", at=AT)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert builders.count(any_database, "schedule") == 0


def test_what_a_reading_changes_is_never_kept(any_database: Database) -> None:
    with any_database.reading() as session:
        registering.add_schedule(session, "HC", at=AT)
    assert builders.count(any_database, "schedule") == 0


def test_a_reading_sees_one_moment(any_database: Database) -> None:
    """What somebody else commits in the middle of a reading is not half seen by it."""
    with any_database.reading() as session:
        assert session.execute(text("SELECT count(*) FROM schedule")).scalar() == 0
        with any_database.writing() as writer:
            registering.add_schedule(writer, "HC", at=AT)
        assert session.execute(text("SELECT count(*) FROM schedule")).scalar() == 0
    assert builders.count(any_database, "schedule") == 1


def test_instants_keep_their_zone_and_naive_ones_are_refused(any_database: Database) -> None:
    build_office(any_database)
    with any_database.reading() as session:
        recorded_at = session.exec(select(office_tables.UnitRow.recorded_at)).one()
    assert (recorded_at, recorded_at.tzinfo) == (builders.RECORDED_AT, UTC)
    with pytest.raises(SQLAlchemyError, match="no zone"), any_database.writing() as session:
        session.execute(insert(office_tables.UnitRow), [{"code": "B", "recorded_at": datetime(2026, 1, 1)}])


def test_a_full_disk_stores_nothing_by_half_and_readers_go_on(sqlite_database: Database) -> None:
    """The very pull that failed succeeds once there is room, and nothing of the terminal's log is missing."""
    build_office(sqlite_database)
    first, body = records(500), records(40_000, step_seconds=7)
    file_body(sqlite_database, first)
    before = {
        table: builders.count(sqlite_database, table) for table in ("pull", "punch_block", "dirty_day", "coverage")
    }
    pages: list[int] = [int(rows(sqlite_database, "PRAGMA page_count")[0][0])]
    crowded = Database(sqlite_database.url)
    event.listen(
        crowded.engine, "connect", lambda connection, _: connection.execute(f"PRAGMA max_page_count={pages[0] + 10}")
    )
    with pytest.raises(StoreUnavailable, match="The disk is full: nothing was stored"):
        file_body(crowded, body)
    with crowded.reading() as session:
        assert session.execute(text("SELECT count(*) FROM pull")).scalar() == 1
    assert {table: builders.count(crowded, table) for table in before} == before
    pages[0] += 10_000
    crowded.close()
    filed = file_body(crowded, body)
    crowded.close()
    assert (filed.outcome, filed.read) == ("changed", 40_000)
    assert set(builders.keys_of(body)) | set(builders.keys_of(first)) == set(builders.stored_punches(sqlite_database))
    assert rows(sqlite_database, "PRAGMA integrity_check") == [("ok",)]


# leases --------------------------------------------------------------------------------------------------------------


def test_a_lease_has_one_holder_until_it_ends(any_database: Database) -> None:
    def hold(holder: str, seconds: int) -> bool:
        with any_database.writing() as session:
            return leases.hold(session, "timetable", holder, AT + timedelta(seconds=seconds), 30)

    assert hold("a", 0)
    assert not hold("b", 29)
    assert hold("a", 29)
    assert not hold("b", 31)
    assert hold("b", 60)
    with any_database.writing() as session:
        leases.release(session, "timetable", "a")
    assert not hold("a", 61)


def test_of_many_that_ask_for_a_lease_at_once_exactly_one_gets_it(any_database: Database) -> None:
    got: list[str] = []
    gate = threading.Barrier(6)

    def ask(name: str) -> None:
        with any_database.reading() as session:
            session.execute(text("SELECT 1"))  # so that all have their connection and truly begin together
        gate.wait()
        with any_database.writing() as session:
            if leases.hold(session, "timetable", name, AT, 30):
                got.append(name)

    failures = in_threads([lambda n=n: ask(str(n)) for n in range(6)])
    assert failures == []
    assert len(got) == 1


def in_threads(jobs: list[Callable[[], object]]) -> list[BaseException]:
    """Run all at once; what they raised."""
    failures: list[BaseException] = []

    def run(job: Callable[[], object]) -> None:
        try:
            job()
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    return failures
