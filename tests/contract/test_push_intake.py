"""Pushing: nobody is listened to before a person said so, nothing acknowledged before it is stored, all lands once."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest

from api.pages.explain import tell
from api.pages.i18n import Translator
from attendance import clock
from attendance.errors import StoreUnavailable
from attendance.services.evaluate import evaluate_dirty
from attendance.services.matching import OnTerminal
from attendance.services.terminal_health import terminals_health
from attendance.store import office
from attendance.store.database import Database
from attendance.store.tables import EmployeeRow
from device_sync import wire
from device_sync.intake import file_failure
from device_sync.push.call import Call
from device_sync.push.said_users import said_users
from device_sync.terminal import Unreachable
from reports.day import why_page
from tests import builders
from tests.builders import MONDAY, ZONE, build_office, coverage, file_body, pulls, record, rows, stored_punches
from tests.pushing import (
    ADDRESS,
    SERIAL,
    Ticking,
    approve,
    approved,
    device,
    keys,
    line,
    pushing_to,
    receiver_for,
    straight,
)


@pytest.fixture
def ticking() -> Ticking:
    return Ticking()


# what is answered ----------------------------------------------------------------------------------------------------


def test_the_whole_log_is_asked_for_until_some_of_it_came_and_then_left_to_the_terminal(
    any_database: Database, ticking: Ticking
) -> None:
    terminal = approved(any_database, ticking)
    for _ in range(2):
        assert "ATTLOGStamp=0\n" in terminal.start().text
    terminal.punch(*keys(2))
    answer = terminal.start()
    assert "ATTLOGStamp=9999\n" in answer.text
    assert "TimeZone=7\n" in answer.text


def test_the_other_protocol_is_registered_and_its_events_land(any_database: Database, ticking: Ticking) -> None:
    build_office(any_database)
    send = straight(receiver_for(any_database, ticking))
    first = f"SN={SERIAL}&DeviceType=acc&pushver=3.1.2"
    assert send("cdata", first, b"").status == 403
    assert send("registry", f"SN={SERIAL}", b"DeviceType=acc,~DeviceName=BioFace A1").status == 406
    approve(any_database)
    told = dict(text.split("=", 1) for text in send("cdata", first, b"").text.splitlines())
    registered = send("registry", f"SN={SERIAL}", b"DeviceType=acc,~DeviceName=BioFace A1,FirmVer=Ver 8.0")
    assert registered.text == f"RegistryCode={told['RegistryCode']}"
    assert (told["registry"], len(told["RegistryCode"])) == ("ok", 16)
    assert f"SessionID={told['SessionID']}" in send("push", f"SN={SERIAL}", b"").text
    assert send("rtdata", f"SN={SERIAL}&type=time", b"").text.endswith(",ServerTZ=+0700")
    event = "time=2026-03-02 07:25:0{}\tpin={}\tcardno=0\teventaddr=1\tevent={}\tinoutstatus=0\tverifytype={}\tindex={}"
    body = "\r\n".join(
        [
            event.format(1, 1001, 3, "0000000000000010", 40),
            event.format(2, 0, 206, 0, 41),
            event.format(3, 1002, 27, 15, 42),
            event.format(4, 1003, 102, 15, 43),
        ]
    ).encode()
    assert send("cdata", f"SN={SERIAL}&table=rtlog", body).text == "OK"
    assert send("cdata", f"SN={SERIAL}&table=rtlog", body).text == "OK"
    assert send("cdata", f"SN={SERIAL}&table=rtstate", b"time=2026-03-02 07:25:00\tsensor=00").text == "OK"
    assert stored_punches(any_database) == [("1001", clock.wall_seconds(MONDAY) + 1, 0, 15)]
    assert rows(any_database, "SELECT reason FROM quarantine ORDER BY id") == [
        ("door_event",), ("refused_entry",), ("alarm",)
    ]  # fmt: skip
    row = device(any_database)
    assert (row.shape, row.firmware, row.options["device"]) == ("acc", "Ver 8.0", "BioFace A1")
    assert "GET OPTION" not in send("cdata", f"SN={SERIAL}", b"").text  # once acc, acc without being told again


def test_user_tables_are_acknowledged_by_name_and_count(any_database: Database, ticking: Ticking) -> None:
    terminal = approved(any_database, ticking)
    query = f"SN={SERIAL}&table=tabledata&tablename="
    user = b"user uid=1\tcardno=4711\tpin=1\tpassword=matkhau\tgroup=1\tname=Lan\tprivilege=14"
    assert terminal.send("cdata", query + "user&count=1", user).text == "user=1"
    assert terminal.send("cdata", query + "biodata&count=3", b"").text == "biodata=3"
    assert (
        terminal.send("querydata", f"SN={SERIAL}&type=tabledata&tablename=biophoto&count=2", b"").text == "biophoto=2"
    )
    assert terminal.send("cdata", f"SN={SERIAL}&table=BIODATA", b"BIODATA Pin=1\tTmp=AAAA").text == "OK"
    [kept] = pulls(any_database)
    assert kept.row.format == "user"
    assert kept.payload == b"user uid=1\tpin=1\tname=Lan\tprivilege=14\tgroup=1"


def test_a_table_nobody_reads_is_told_once(
    sqlite_database: Database, ticking: Ticking, caplog: pytest.LogCaptureFixture
) -> None:
    terminal = approved(sqlite_database, ticking)
    for _ in range(3):
        assert terminal.send("cdata", f"SN={SERIAL}&table=NEWLOG", b"secret").text == "OK"
        transactions = f"SN={SERIAL}&table=tabledata&tablename=transaction&count=2"
        assert terminal.send("cdata", transactions, b"").text == "transaction=2"
        assert terminal.send("cdata", f"SN={SERIAL}&table=BIODATA", b"secret").text == "OK"
    told = [record.getMessage() for record in caplog.records if "unread" in record.getMessage()]
    assert told == [f"terminal {SERIAL} sends table {name!r}, unread" for name in ("newlog", "transaction")]
    assert "secret" not in caplog.text


def test_passwords_cards_and_templates_reach_no_table(any_database: Database, ticking: Ticking) -> None:
    terminal = approved(any_database, ticking)
    body = (
        b"OPLOG 4\t1\t2026-03-02 11:26:07\t1\t0\t0\t0\n"
        b"USER PIN=982\tName=\xc4\x90inh\tPri=0\tPasswd=matkhau-bi-mat\tCard=[09E4812202]\tGrp=1\n"
        b"FP PIN=982\tFID=1\tSize=9\tValid=1\tTMP=ocoRgZPRN8EwJNQx"
    )
    assert terminal.send("cdata", f"SN={SERIAL}&table=OPERLOG&OpStamp=9999", body).text == "OK: 3"
    [kept] = pulls(any_database)
    assert kept.payload == body.splitlines()[0] + b"\nUSER pin=982\tname=\xc4\x90inh\tpri=0\tgrp=1"
    assert (kept.row.format, kept.row.params, kept.row.read) == (
        "operlog", {"operations": 1, "users": 1, "dropped": 1}, 0,
    )  # fmt: skip


def test_users_that_were_told_of_can_be_listed_as_they_were_told_last(any_database: Database, ticking: Ticking) -> None:
    terminal = approved(any_database, ticking)
    first = b"USER PIN=982\tName=Lan\tPri=0\tPasswd=1\nUSER PIN=17\tName=\xb3\xc2\tPri=0"
    terminal.send("cdata", f"SN={SERIAL}&table=OPERLOG", first)
    terminal.send("cdata", f"SN={SERIAL}&table=OPERLOG", b"USER PIN=982\tName=Lan Anh\tPri=14\tCard=[11]")
    with any_database.reading() as session:
        found = said_users(session, builders.terminal_id(any_database), 0)
        assert said_users(session, builders.terminal_id(any_database), 2) == ()
    assert found == (OnTerminal("17", b"\xb3\xc2"), OnTerminal("982", b"Lan Anh", 14))


# what is filed -------------------------------------------------------------------------------------------------------


def test_a_body_is_one_entry_with_its_bytes_and_covers_nothing(any_database: Database, ticking: Ticking) -> None:
    terminal = approved(any_database, ticking)
    terminal.punch(*keys(5))
    [entry] = pulls(any_database)
    assert (entry.row.source, entry.row.format, entry.row.serial) == ("push", "attlog", SERIAL)
    assert (entry.row.read, entry.row.new, entry.row.repeated, entry.row.quarantined) == (5, 5, 0, 0)
    assert entry.payload.splitlines() == [line(key) for key in terminal.log]
    assert coverage(any_database) == []
    assert {code for code, _ in builders.marked(any_database)} == {"E1", "E2", "E3"}
    evaluate_dirty(any_database, ZONE, ticking.at)
    assert rows(any_database, "SELECT count(*) FROM violation WHERE type = 'absent'") == [(0,)]


def test_what_a_failing_pull_shows_is_not_hidden_by_what_is_pushed(sqlite_database: Database, ticking: Ticking) -> None:
    build_office(sqlite_database, addresses={"T-A": 4370})
    terminal = pushing_to(sqlite_database, ticking)
    terminal.start()
    approve(sqlite_database)
    file_failure(sqlite_database, "T-A", Unreachable("Nobody answers."), started_at=ticking.at, finished_at=ticking.at)
    terminal.punch(*keys(1))
    with sqlite_database.reading() as session:
        [found] = terminals_health(session, ZONE, ticking.at)
    assert found.facts.last is not None
    assert (found.facts.last.outcome, found.facts.last.source) == ("unreachable", "pull")


def test_the_same_body_again_adds_no_punch_and_no_bytes(any_database: Database, ticking: Ticking) -> None:
    terminal = approved(any_database, ticking)
    terminal.punch(*keys(5))
    for _ in range(3):
        assert terminal.upload(terminal.log)
    assert stored_punches(any_database) == terminal.log
    assert [bool(entry.payload) for entry in pulls(any_database)] == [True, False, False, False]


def test_lines_that_do_not_parse_are_quarantined_once_and_counted(any_database: Database, ticking: Ticking) -> None:
    terminal = approved(any_database, ticking)
    body = b"\n".join(
        [
            line(keys(1)[0]),
            b"1002\tyesterday\t0\t1\t0\t0\t0",
            b"1002\t2000-01-01 00:00:05\t0\t1\t0\t0\t0",
            b"1002\t2026-03-09 07:30:00\t0\t1\t0\t0\t0",
        ]
    )
    for _ in range(2):
        assert terminal.send("cdata", f"SN={SERIAL}&table=ATTLOG", body).text == "OK: 4"
    assert stored_punches(any_database) == keys(1)
    kept = rows(any_database, "SELECT reason, record FROM quarantine ORDER BY id")
    assert [(reason, bytes(text)) for reason, text in kept] == list(
        zip(("broken_row", "before_first_sane_date", "in_the_future"), body.split(b"\n")[1:], strict=True)
    )
    assert [(entry.row.new, entry.row.repeated, entry.row.quarantined) for entry in pulls(any_database)] == [
        (1, 0, 3), (0, 1, 3)
    ]  # fmt: skip


def test_nothing_is_acknowledged_that_was_not_stored(
    any_database: Database, ticking: Ticking, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = approved(any_database, ticking)
    receiver = receiver_for(any_database, ticking)

    def fails(*_: object, **__: object) -> None:
        raise StoreUnavailable("The disk is full: nothing was stored.")

    with monkeypatch.context() as patched:
        patched.setattr("device_sync.push.filing.append_new", fails)
        call = Call("POST", "cdata", {"sn": SERIAL, "table": "ATTLOG"}, line(keys(1)[0]), ADDRESS)
        with pytest.raises(StoreUnavailable):
            receiver.answer(call)
    assert [builders.count(any_database, name) for name in ("pull", "punch_block")] == [0, 0]
    terminal.punch(*keys(1))
    assert stored_punches(any_database) == terminal.log


@pytest.mark.parametrize(("language", "words"), [("vi", "Lần máy tự gửi 1, lúc"), ("en", "Push 1 at")])
def test_a_day_tells_that_its_punches_were_pushed(
    sqlite_database: Database, ticking: Ticking, language: str, words: str
) -> None:
    terminal = approved(sqlite_database, ticking)
    terminal.punch(*keys(3))
    evaluate_dirty(sqlite_database, ZONE, ticking.at)
    with sqlite_database.reading() as session:
        person = office.key(office.get(session, EmployeeRow, "E1"))
        told = tell(why_page(session, ZONE, ticking.at, person, MONDAY.date()), Translator(language))
    assert any(words in text for text in told), told


@pytest.mark.parametrize("order", list(itertools.permutations(("pull", "push", "stick"))), ids="-".join)
def test_the_same_punches_by_pull_push_and_stick_land_once(
    sqlite_database: Database, ticking: Ticking, order: tuple[str, ...]
) -> None:
    assert_land_once(sqlite_database, ticking, order)


@pytest.mark.postgres
def test_the_same_on_the_other_database(postgres_database: Database, ticking: Ticking) -> None:
    assert_land_once(postgres_database, ticking, ("push", "stick", "pull"))


def assert_land_once(database: Database, ticking: Ticking, order: tuple[str, ...]) -> None:
    """Each way brings ten punches of its own and all those of the ways before."""
    terminal = approved(database, ticking)
    everything = keys(30)
    for number, way in enumerate(order, 1):
        known = everything[: 10 * number]
        if way == "push":
            terminal.waiting = list(known)
            terminal.flush()
        elif way == "stick":
            builders.bring(database, builders.export_of(known))
        else:
            body = b"".join(
                record(pin, clock.from_wall_seconds(wall), state, verify) for pin, wall, state, verify in known
            )
            filed = file_body(database, body, serial=SERIAL, read_at=ticking.wall)
            assert filed.outcome == "ok", filed.message
        assert sorted(stored_punches(database)) == sorted(known)


@pytest.mark.parametrize(("pulled", "pushed"), [(2, 4), (3, 0), (15, 15)])
@pytest.mark.parametrize("first", ["pull", "push"])
def test_a_verify_mode_that_push_numbers_differently_is_the_same_punch(
    sqlite_database: Database, ticking: Ticking, pulled: int, pushed: int, first: str
) -> None:
    terminal = approved(sqlite_database, ticking)
    log = record("1001", MONDAY, 0, pulled)
    one = ("1001", clock.wall_seconds(MONDAY), 0, pushed)
    if first == "push":
        terminal.punch(one)
    file_body(sqlite_database, log, serial=SERIAL, read_at=ticking.wall)
    if first == "pull":
        terminal.punch(one)
    assert [key[:3] for key in stored_punches(sqlite_database)] == [one[:3]]
    assert line(one) in pulls(sqlite_database)[-1 if first == "pull" else 0].payload  # the number as it came


def test_modes_that_differ_within_one_way_stay_two_punches(sqlite_database: Database, ticking: Ticking) -> None:
    terminal = approved(sqlite_database, ticking)
    wall = clock.wall_seconds(MONDAY)
    terminal.punch(("1001", wall, 0, 2), ("1001", wall, 0, 4))
    log = record("1001", MONDAY, 0, 2) + record("1001", MONDAY, 0, 4)
    file_body(sqlite_database, log, serial=SERIAL, read_at=ticking.wall)
    assert [verify for *_, verify in stored_punches(sqlite_database)] == [2, 4]


def test_a_pushed_punch_the_log_does_not_hold_is_no_sign_of_a_log_that_was_edited(
    any_database: Database, ticking: Ticking
) -> None:
    terminal = approved(any_database, ticking)
    log = builders.records(20)
    file_body(any_database, log, serial=SERIAL, read_at=ticking.wall - timedelta(hours=2))
    terminal.punch(("1001", clock.wall_seconds(MONDAY + timedelta(hours=3)), 0, 1))  # forged, or cleared since
    later = log + builders.records(1, first=MONDAY + timedelta(hours=5))
    filed = file_body(any_database, later, serial=SERIAL, read_at=ticking.wall, full=True)
    assert (filed.outcome, filed.new) == ("ok", 1)
    assert coverage(any_database) == [(MONDAY, ticking.wall)]


def test_photographs_are_acknowledged_and_kept_only_where_they_were_turned_on(
    any_database: Database, ticking: Ticking
) -> None:
    from tests.unit.test_push_reading import HEAD, JPEG, WITH_PLACE

    terminal = approved(any_database, ticking)
    query = f"SN={SERIAL}&table=ATTPHOTO&Stamp=9999"
    assert terminal.send("cdata", query, HEAD + WITH_PLACE).text == "OK"
    assert builders.count(any_database, "punch_photo") == 0
    approve(any_database, photos=True)
    assert "AttPhoto" in terminal.start().text
    for verb in ("cdata", "fdata"):
        assert terminal.send(verb, query, HEAD + WITH_PLACE).text == "OK"
    assert terminal.send("cdata", query, HEAD + b"<script>").text == "OK"
    kept = rows(any_database, "SELECT pin, jpeg FROM punch_photo")
    assert [(pin, bytes(jpeg)) for pin, jpeg in kept] == [("1001", JPEG)]
    approve(any_database, photos=False)
    assert "AttPhoto" not in terminal.start().text


def test_packed_times_and_pushed_times_are_the_same_second() -> None:
    """The two ways the tests write a moment agree, else landing once would show nothing."""
    one = keys(1)[0]
    packed = wire.decode_time(wire.encode_time(MONDAY))
    assert clock.wall_seconds(packed) == one[1]


def test_what_was_done_at_the_terminal_is_kept_and_raised_once(any_database: Database, ticking: Ticking) -> None:
    """Before the approval (2026-03-01 07:00) it is kept and raises nothing."""
    terminal = approved(any_database, ticking)
    body = b"OPLOG 23\t1\t2026-02-20 10:00:00\t0\t0\t0\t0\nOPLOG 23\t1\t2026-03-02 11:26:07\t0\t0\t0\t0"
    for _ in range(2):
        assert terminal.send("cdata", f"SN={SERIAL}&table=OPERLOG", body).text == "OK: 2"
    kept = rows(any_database, "SELECT code, ordinal, pull_id FROM terminal_operation ORDER BY id")
    assert kept == [(23, 1, 1), (23, 1, 1)]
    assert rows(any_database, "SELECT kind, subject FROM terminal_alarm") == [("log_erased", "2026-03-02T11:26:07")]


@pytest.mark.parametrize("text", [b"300\t1", b"4\t99999999", b"4\t1\t2026-02-30 00:00:00"])
def test_an_operation_that_fits_no_line_stays_in_its_body(
    sqlite_database: Database, ticking: Ticking, text: bytes
) -> None:
    terminal = approved(sqlite_database, ticking)
    body = b"OPLOG " + text + (b"" if text.count(b"\t") > 1 else b"\t2026-03-02 11:26:07") + b"\t0\t0\t0\t0"
    assert terminal.send("cdata", f"SN={SERIAL}&table=OPERLOG", body).text == "OK: 1"
    assert builders.count(sqlite_database, "terminal_operation") == 0
    assert pulls(sqlite_database)[0].payload == body
