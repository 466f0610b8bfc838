"""The trail as the store keeps it: appended serially, in the transaction of the act, checked from the first entry."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from attendance.errors import StoreUnavailable
from attendance.store import registering, trail, trail_reading
from attendance.store.database import Database, Session
from attendance.store.trail import Actor
from attendance.store.trail_chain import Sealer
from attendance.store.trail_checking import TrailChecked, check_trail, missing_guards

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
HR = Actor("hr", 3, "api", "10.0.0.9", "hr")
SECRET = b"a secret of the tests, long enough"


def act(session: Session, number: int, employees: tuple[int, ...] = (1,)) -> None:
    trail.record(
        session,
        HR,
        "employee.renamed",
        kind="employee",
        key=f"E{number}",
        employees=employees,
        why="theo hồ sơ",
        before={"name": "Nguyễn Thị Hà"},
        after={"name": f"Nguyễn Thị Thu Hà {number}"},
        at=AT + timedelta(seconds=number),
    )


def test_a_guard_that_was_removed_is_missed(any_database: Database) -> None:
    with any_database.reading() as session:
        assert missing_guards(session) == []
    where = "" if any_database.is_sqlite else " ON trail_head"
    name = "trail_head_no_update" if any_database.is_sqlite else "trail_head_forwards"
    with any_database.writing() as session:
        session.execute(text(f"DROP TRIGGER {name}{where}"))
    with any_database.reading() as session:
        assert missing_guards(session) == [name]


def checked(database: Database, *secrets: bytes) -> TrailChecked:
    with database.reading() as session:
        return check_trail(session, [Sealer(secret) for secret in secrets])


def count(database: Database, table: str = "trail") -> int:
    with database.reading() as session:
        return int(session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_what_is_recorded_stands_with_its_people_and_its_detail(any_database: Database) -> None:
    with any_database.writing() as session:
        act(session, 1, (7, 5, 7))
        trail.record(session, HR, "unit.added", kind="unit", key="A", at=AT)
    with any_database.reading() as session:
        assert session.execute(text("SELECT employee_id FROM trail_subject ORDER BY 1")).scalars().all() == [5, 7]
        assert "Thu Hà 1" in session.execute(text("SELECT content FROM trail_detail")).scalar_one()
    found = checked(any_database)
    assert (found.holds, found.entries, found.unsealed) == (True, 2, 2)


def test_an_act_that_is_rolled_back_leaves_no_entry(any_database: Database) -> None:
    with pytest.raises(ZeroDivisionError), any_database.writing() as session:
        _fail_after(session, 1)
    with any_database.writing() as session:
        act(session, 2)
        with pytest.raises(ZeroDivisionError), session.begin_nested():
            _fail_after(session, 3)
        with session.begin_nested():
            act(session, 4)
    with any_database.reading() as session:
        assert session.execute(text("SELECT key FROM trail ORDER BY seq")).scalars().all() == ["E2", "E4"]


def _fail_after(session: Session, number: int) -> None:
    act(session, number)
    raise ZeroDivisionError


def test_an_act_that_cannot_be_recorded_is_not_done(any_database: Database) -> None:
    _refuse_entries(any_database)
    with pytest.raises(StoreUnavailable, match="takes no entry"), any_database.writing() as session:
        _add_and_record(session)
    assert count(any_database, "employee") == 0


def _add_and_record(session: Session) -> None:
    registering.add_employee(session, "E1", name="Nguyễn Thị Thu Hà", at=AT)
    act(session, 1)


def _refuse_entries(database: Database) -> None:
    with database.writing() as session:
        if database.is_sqlite:
            session.execute(
                text("CREATE TRIGGER no_more BEFORE INSERT ON trail BEGIN SELECT RAISE(ABORT, 'no more'); END")
            )
        else:
            session.execute(
                text("CREATE TRIGGER no_more BEFORE INSERT ON trail FOR EACH ROW EXECUTE FUNCTION refuse_change()")
            )


def test_a_full_disk_takes_the_act_with_the_entry(sqlite_database: Database) -> None:
    with sqlite_database.engine.connect() as connection:
        pages = int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())
    with pytest.raises(StoreUnavailable, match="disk is full"), sqlite_database.writing() as session:
        _fill_up(session, pages)
    assert count(sqlite_database, "unit") == count(sqlite_database) == 0


def _fill_up(session: Session, pages: int) -> None:
    """There is room for the unit, and none for what is written of it."""
    session.execute(text(f"PRAGMA max_page_count={pages}"))
    registering.add_unit(session, "A", at=AT)
    session.flush()
    for number in range(200):
        act(session, number)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE trail SET actor = 'somebody else'",
        "DELETE FROM trail",
        "UPDATE trail_subject SET employee_id = 9",
        "DELETE FROM trail_subject",
        "UPDATE trail_detail SET content = '{}'",
        "DELETE FROM trail_detail",
        "DELETE FROM trail_head",
        "UPDATE trail_head SET count = 0",
    ],
)
def test_the_database_itself_refuses_to_change_it(any_database: Database, statement: str) -> None:
    with any_database.writing() as session:
        act(session, 1)
    with pytest.raises(DatabaseError, match="append-only"), any_database.writing() as session:
        session.execute(text(statement))
    assert checked(any_database).holds


def test_threads_and_processes_append_one_after_the_other(any_database: Database) -> None:
    """A second set of connections to the same database is all that another process is."""
    other = Database(any_database.url)
    for database in (any_database, other):
        database.seal_with(SECRET)

    def work(first: int) -> None:
        for number in range(first, first + 10):
            with (any_database, other)[number % 2].writing() as session:
                act(session, number)

    threads = [threading.Thread(target=work, args=(100 * n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    found = checked(any_database, SECRET)
    assert (found.holds, found.entries) == (True, 80)


@pytest.mark.postgres
def test_two_transactions_that_record_first_and_write_later_do_not_wait_in_a_circle(
    postgres_database: Database,
) -> None:
    with postgres_database.writing() as session:
        for code in ("E1", "E2"):
            registering.add_employee(session, code, at=AT)
    both = threading.Barrier(2)
    failed: list[BaseException] = []

    def work(code: str, late: bool) -> None:
        try:
            with postgres_database.writing() as session:
                act(session, 1)
                both.wait(10)
                if late:
                    registering.rename_employee(session, "E1", f"Nguyễn {code}")
                    session.flush()
                registering.rename_employee(session, "E2" if late else "E1", f"Trần {code}")
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(code, late)) for code, late in (("a", True), ("b", False))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not failed
    assert checked(postgres_database).entries == 2


def test_names_are_erased_and_the_chain_still_verifies(any_database: Database) -> None:
    with any_database.writing() as session:
        act(session, 1, (5,))
        act(session, 2, (6,))
        act(session, 3, (5, 6))
    with any_database.writing() as session:
        erased = trail.erase_details(session, HR, 5, why="Biên bản huỷ số 3/BB", at=AT)
    assert erased == 2
    found = checked(any_database)
    assert (found.holds, found.entries, found.erased) == (True, 4, 2)
    with any_database.reading() as session:
        left = "".join(session.execute(text("SELECT content FROM trail_detail")).scalars())
        assert "Thu Hà 1" not in left
        assert "Thu Hà 3" not in left
        assert "Thu Hà 2" in left
    with any_database.writing() as session:
        assert trail.erase_details(session, HR, 5, why="Lần hai", at=AT) == 0


def test_what_is_erased_is_nowhere_in_the_file(sqlite_database: Database) -> None:
    for number in range(60):
        with sqlite_database.writing() as session:
            act(session, number, (5 if number % 2 else 6,))
    with sqlite_database.writing() as session:
        trail.erase_details(session, HR, 5, why="Biên bản huỷ số 3/BB", at=AT)
    sqlite_database.close()  # the last connection empties the journal into the file
    content = Path(sqlite_database.url.removeprefix("sqlite:///")).read_bytes().decode("utf-8", "replace")
    assert 'Thu Hà 12"' in content
    assert 'Thu Hà 13"' not in content


def test_a_detail_that_is_removed_by_hand_is_missed(any_database: Database, by_hand: Callable[..., None]) -> None:
    with any_database.writing() as session:
        act(session, 1)
        act(session, 2)
    by_hand(any_database, "DELETE FROM trail_detail WHERE seq = 2")
    found = checked(any_database)
    assert found.broken == 2
    assert "no erasure" in found.wrong
    by_hand(any_database, "INSERT INTO trail_erasure (seq, by_seq) VALUES (2, 1)")
    found = checked(any_database)
    assert found.broken == 2
    assert "no entry says so" in found.wrong


@pytest.fixture
def by_hand() -> Callable[..., None]:
    return change_by_hand


def change_by_hand(database: Database, *statements: str) -> None:
    """What a database administrator can do: past the triggers, with statements of their own."""
    with database.writing() as session:
        if database.is_sqlite:
            names = session.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
            for name in names:
                session.execute(text(f"DROP TRIGGER {name}"))
        else:
            session.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            session.execute(text(statement))


def test_without_the_key_a_rewritten_trail_is_found_by_its_seals(sqlite_database: Database) -> None:
    sqlite_database.seal_with(SECRET)
    for number in range(4):
        with sqlite_database.writing() as session:
            act(session, number)
    assert checked(sqlite_database, SECRET).holds
    _rewrite_from(sqlite_database, 3)
    assert checked(sqlite_database).holds, "a chain without a key can be made anew by anybody"
    found = checked(sqlite_database, SECRET)
    assert found.broken == 3
    assert "seal" in found.wrong
    with sqlite_database.writing() as session:  # the next entry does not make it good
        act(session, 9)
    assert checked(sqlite_database, SECRET).broken == 3


def _rewrite_from(database: Database, first: int) -> None:
    """Change an entry and make every link after it anew, as far as one can without the key."""
    from attendance.store import trail_chain as chain

    statements = [f"UPDATE trail SET actor = 'root' WHERE seq = {first}"]
    with database.reading() as session:
        rows = session.execute(
            text(f"SELECT {', '.join(chain.NAMES)}, subjects, detail, link FROM trail ORDER BY seq")
        ).all()
    link = chain.GENESIS
    for row in rows:
        fields = [*row[:10]]
        if row.seq == first:
            fields[2] = "root"
        link = chain.link(link, chain.canonical(fields, row.subjects, row.detail))
        statements.append(f"UPDATE trail SET link = x'{link.hex()}' WHERE seq = {row.seq}")
    change_by_hand(database, *statements, f"UPDATE trail_head SET link = x'{link.hex()}'")


def test_an_old_end_is_no_head_to_go_back_to(sqlite_database: Database) -> None:
    sqlite_database.seal_with(SECRET)
    for number in range(5):
        with sqlite_database.writing() as session:
            act(session, number)
    with sqlite_database.reading() as session:
        link, seal = session.execute(text("SELECT link, seal FROM trail WHERE seq = 3")).one()
    change_by_hand(
        sqlite_database,
        *(f"DELETE FROM {table} WHERE seq > 3" for table in ("trail", "trail_subject", "trail_detail")),
        f"UPDATE trail_head SET count = 3, sealed = 3, link = x'{link.hex()}', seal = x'{seal.hex()}'",
    )
    found = checked(sqlite_database, SECRET)
    assert found.broken == 3
    assert "cut or rewritten" in found.wrong


def test_a_replaced_key_needs_the_old_one_to_verify(sqlite_database: Database) -> None:
    sqlite_database.seal_with(SECRET)
    with sqlite_database.writing() as session:
        act(session, 1)
    sqlite_database.seal_with(b"another secret of the tests")
    with sqlite_database.writing() as session:
        act(session, 2)
    assert checked(sqlite_database, b"another secret of the tests").broken == 1
    assert checked(sqlite_database, b"another secret of the tests", SECRET).holds


def test_what_somebody_typed_stays_readable_and_no_nul_is_kept(any_database: Database) -> None:
    typed, spoilt = r"QĐ \u0000 \\u0000", "a\x00b\\\x00c"
    with any_database.writing() as session:
        trail.record(session, HR, "paper.filed", kind="paper", key="1", why=typed, after={"note": spoilt}, at=AT)
    with any_database.reading() as session:
        [row] = trail_reading.entries(session, trail_reading.Asked(), limit=10).rows
    assert (row["why"], row["after"]) == (typed, {"note": "ab\\c"})
    assert checked(any_database).broken is None


@pytest.mark.postgres
def test_a_trigger_that_fires_for_replicas_alone_is_no_guard(postgres_database: Database) -> None:
    with postgres_database.writing() as session:
        session.execute(text("ALTER TABLE trail ENABLE REPLICA TRIGGER trail_no_change"))
    with postgres_database.reading() as session:
        assert missing_guards(session) == ["trail_no_change"]
