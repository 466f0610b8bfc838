"""Who is listened to: a serial proves nothing, so a person decides, and where it may call from is part of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from attendance.errors import Invalid
from attendance.services import pushing
from attendance.store import listing_push, push_commands, push_devices, push_evidence
from attendance.store.database import Database
from attendance.store.listing import Row
from attendance.store.push_evidence import PULLED_ONLY
from device_sync.push.asking import CHECK, LOG
from tests import builders
from tests.builders import MONDAY, ZONE, build_office, file_body, rows, statements_of, stored_punches
from tests.pushing import ADDRESS, SERIAL, Ticking, approve, approved, device, keys, pushing_to


@pytest.fixture
def ticking() -> Ticking:
    return Ticking()


def test_a_serial_first_seen_waits_keeps_its_data_and_leaves_nothing_but_its_name(
    any_database: Database, ticking: Ticking
) -> None:
    build_office(any_database)
    terminal = pushing_to(any_database, ticking)
    terminal.start()
    terminal.punch(*keys(5))
    terminal.poll("&INFO=Ver 1,3,3,5,10.0.0.9")
    assert {answer.status for answer in terminal.answers} == {403}
    assert not any(answer.text.startswith("OK") or "GET OPTION" in answer.text for answer in terminal.answers)
    assert len(terminal.waiting) == 5
    assert [builders.count(any_database, name) for name in ("pull", "punch_block", "quarantine")] == [0, 0, 0]
    [row] = rows(any_database, "SELECT serial, status, last_address, push_version, bound_to FROM push_device")
    assert row == (SERIAL, "pending", ADDRESS, "2.4.1", None)
    approve(any_database)
    terminal.flush()
    assert terminal.waiting == []
    assert stored_punches(any_database) == terminal.log


def test_a_refused_serial_is_not_listened_to_and_keeps_its_data(any_database: Database, ticking: Ticking) -> None:
    terminal = approved(any_database, ticking)
    terminal.punch(*keys(2))
    with any_database.writing() as session:
        pushing.refuse(session, SERIAL, by="Trần Thị B", at=ticking.at)
    terminal.punch(*keys(2, first=MONDAY + timedelta(hours=4)))
    assert len(terminal.waiting) == 2
    assert stored_punches(any_database) == terminal.log[:2]


def test_inventing_serials_fills_nothing(sqlite_database: Database, ticking: Ticking) -> None:
    build_office(sqlite_database)
    for number in range(300):
        one = pushing_to(sqlite_database, ticking, f"10.0.{number % 7}.9", serial=f"FAKE{number}")
        assert one.start().status == 403
    assert builders.count(sqlite_database, "push_device") == push_devices.MAX_PENDING
    alone = pushing_to(sqlite_database, ticking, "10.9.9.9", serial="REAL")
    assert alone.start().status == 403
    assert rows(sqlite_database, "SELECT 1 FROM push_device WHERE serial = 'REAL'") == []
    ticking.pass_by(days=3)  # those that fell silent make room
    alone.start()
    assert rows(sqlite_database, "SELECT serial FROM push_device") == [("REAL",)]


def test_one_address_cannot_take_every_place_on_the_list(sqlite_database: Database, ticking: Ticking) -> None:
    build_office(sqlite_database)
    for number in range(100):
        pushing_to(sqlite_database, ticking, serial=f"FAKE{number}").start()
    assert builders.count(sqlite_database, "push_device") == push_devices.MAX_PENDING_OF_ADDRESS


def test_another_address_with_an_approved_serial_is_refused_until_a_person_names_it(
    any_database: Database, ticking: Ticking
) -> None:
    terminal = approved(any_database, ticking)
    elsewhere = pushing_to(any_database, ticking, "192.168.1.77")
    elsewhere.punch(*keys(3))
    assert len(elsewhere.waiting) == 3
    assert builders.count(any_database, "punch_block") == 0
    row = device(any_database)
    assert (row.bound_to, row.refused_address) == (f"{ADDRESS}/32", "192.168.1.77")
    approve(any_database)  # again, without naming the address: an approval is no invitation to whoever called last
    elsewhere.flush()
    assert len(elsewhere.waiting) == 3
    approve(any_database, network="192.168.1.0/24")
    elsewhere.flush()
    terminal.punch(*keys(1, first=MONDAY + timedelta(hours=2)))
    assert elsewhere.waiting == terminal.waiting == []
    assert device(any_database).refused_address is None


def test_a_serial_is_approved_for_the_terminal_it_is_and_for_no_other(
    sqlite_database: Database, ticking: Ticking
) -> None:
    build_office(sqlite_database, terminals=("T-A", "T-B", "T-D"))
    terminal = pushing_to(sqlite_database, ticking)
    terminal.start()
    file_body(sqlite_database, builders.records(1))  # T-A answers a pull, with another serial
    with pytest.raises(Invalid, match=builders.SERIAL):
        approve(sqlite_database)
    with pytest.raises(Invalid, match="name the terminal"):
        approve(sqlite_database, terminal=None)  # type: ignore[arg-type]
    with pytest.raises(Invalid, match="name the person"), sqlite_database.writing() as session:
        pushing.approve(session, SERIAL, by=" ", at=ticking.at, terminal="T-B")
    approve(sqlite_database, terminal="T-B")
    with pytest.raises(Invalid, match="T-B"):
        approve(sqlite_database, terminal="T-D")
    second = pushing_to(sqlite_database, ticking, serial="PUSH2")
    second.start()
    with pytest.raises(Invalid, match=SERIAL):
        approve(sqlite_database, "PUSH2", terminal="T-B")
    approve(sqlite_database, "PUSH2", terminal=None, create="T-C", unit="A")  # type: ignore[arg-type]
    assert device(sqlite_database, "PUSH2").terminal_id is not None


def test_a_key_shown_at_the_first_call_must_be_shown_again_and_is_not_kept(
    sqlite_database: Database, ticking: Ticking
) -> None:
    build_office(sqlite_database)
    terminal = pushing_to(sqlite_database, ticking)
    terminal.start("&options=all&pushcommkey=4a9594af164f2b9779b59e8554b5df26")
    approve(sqlite_database)
    assert terminal.start("&options=all&pushcommkey=4a9594af164f2b9779b59e8554b5df26").status == 200
    assert terminal.start("&options=all&pushcommkey=another").status == 403
    assert terminal.start("&options=all").status == 403
    assert "4a9594af" not in str(rows(sqlite_database, "SELECT * FROM push_device"))


def test_a_list_of_those_that_push_costs_as_many_statements_as_one_of_them(
    sqlite_database: Database, ticking: Ticking
) -> None:
    terminal = approved(sqlite_database, ticking)

    def ask() -> None:
        with sqlite_database.reading() as session:
            found.append(listing_push.devices(session, ZONE))

    found: list[list[Row]] = []
    with sqlite_database.writing() as session:
        number, terminal_id = push_devices.numbers(device(sqlite_database))
        for kind in (CHECK, LOG):
            push_commands.enqueue(session, number, kind, asked_by="An", at=ticking.at)
        push_evidence.note_differences(session, terminal_id, PULLED_ONLY, [(5, "1", 0, 1), (6, "1", 0, 1)], ticking.at)
    one = statements_of(sqlite_database, ask)
    for place in range(20):
        other = pushing_to(sqlite_database, ticking, serial=f"OTHER{place}")
        other.start()
        with sqlite_database.writing() as session:
            pushing.approve(session, other.serial, by="An", at=ticking.at, create=f"P{place}")
    assert statements_of(sqlite_database, ask) == one
    assert [len(each) for each in found] == [1, 21]
    [row] = [row for row in found[1] if row["serial"] == terminal.serial]
    assert (row["terminal"], row["open_questions"], row["differences"]) == ("T-A", 2, 2)
    assert {(row["open_questions"], row["differences"]) for row in found[1] if row["terminal"] != "T-A"} == {(0, 0)}
