"""A window of a pushing terminal is complete when it answered a question about it, and never before."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest

from attendance import clock
from attendance.errors import Invalid
from attendance.services.evaluate import evaluate_dirty
from attendance.store import office, push_commands
from attendance.store.database import Database
from attendance.store.tables import TerminalRow
from device_sync.push import covering
from device_sync.push.call import OK
from tests import builders
from tests.builders import MONDAY, ZONE, build_office, coverage, file_body, pulls, rows
from tests.pushing import SERIAL, Pushing, Ticking, approve, approved, keys, pushing_to

SETTLED = {"seconds": covering.SETTLE.total_seconds() + 1}


@pytest.fixture
def ticking() -> Ticking:
    return Ticking()


def asked(database: Database) -> list[tuple[str, str]]:
    return [(kind, state) for kind, state in rows(database, "SELECT kind, state FROM push_command ORDER BY id")]


def answer_all(terminal: Pushing, ticking: Ticking) -> None:
    """The terminal calls, is asked, answers, and calls again once nothing came for a while."""
    terminal.poll()
    ticking.pass_by(**SETTLED)
    terminal.poll()


# what covers and what does not ---------------------------------------------------------------------------------------


def test_an_answered_window_is_complete_from_its_first_punch_to_the_question(
    any_database: Database, ticking: Ticking
) -> None:
    terminal = approved(any_database, ticking)
    terminal.punch(*keys(60))
    sent = ticking.wall
    [command] = terminal.poll()
    assert command.startswith("C:1:DATA QUERY ATTLOG StartTime=2026-01-16 18:00:00\tEndTime=2026-03-02 18:00:00")
    assert coverage(any_database) == []
    ticking.pass_by(**SETTLED)
    terminal.poll()
    assert asked(any_database) == [("QUERY", "covered")]
    assert coverage(any_database) == [(MONDAY, sent - covering.MARGIN)]
    entry = pulls(any_database)[-1].row
    assert (entry.source, entry.format, entry.complete_from, entry.complete_until) == (
        "push", "query", MONDAY, sent - covering.MARGIN,
    )  # fmt: skip
    evaluate_dirty(any_database, ZONE, ticking.at)
    assert rows(any_database, "SELECT count(*) FROM ruling WHERE work_date = '2026-03-02'") == [(3,)]


def test_no_answer_proves_anything_before_the_date_a_terminal_counts_from(
    any_database: Database, ticking: Ticking
) -> None:
    terminal = approved(any_database, ticking)
    with any_database.writing() as session:
        row = office.get(session, TerminalRow, "T-A")
        row.counts_from = MONDAY.date()
        session.add(row)
    terminal.punch(*keys(5, first=MONDAY - timedelta(days=20)), *keys(60))
    sent = ticking.wall
    answer_all(terminal, ticking)
    assert coverage(any_database) == [(datetime.combine(MONDAY, time.min), sent - covering.MARGIN)]


def test_the_next_window_joins_the_one_before_and_moves_the_watermark(any_database: Database, ticking: Ticking) -> None:
    terminal = approved(any_database, ticking)
    terminal.punch(*keys(60))
    answer_all(terminal, ticking)
    for _ in range(3):
        ticking.pass_by(hours=1)
        last = ticking.wall
        answer_all(terminal, ticking)
    assert coverage(any_database) == [(MONDAY, last - covering.MARGIN)]
    assert [state for _, state in asked(any_database)] == ["covered"] * 4


def test_heartbeats_and_pushed_punches_cover_nothing(any_database: Database, ticking: Ticking) -> None:
    terminal = approved(any_database, ticking)
    terminal.returns = -1002  # firmware that knows no query
    for hour in range(5):
        terminal.punch(*keys(1, first=MONDAY + timedelta(hours=hour)))
        ticking.pass_by(**SETTLED)
        assert terminal.send("ping", f"SN={SERIAL}", b"") == OK
        terminal.poll()
    assert coverage(any_database) == []
    assert asked(any_database) == [("QUERY", "failed")]
    ticking.pass_by(hours=2)
    assert terminal.poll() == []  # it is not asked every hour what it does not understand
    ticking.pass_by(days=1)
    assert len(terminal.poll()) == 1


def test_a_window_waits_while_its_answer_is_still_arriving(any_database: Database, ticking: Ticking) -> None:
    terminal = approved(any_database, ticking)
    terminal.punch(*keys(60))
    terminal.poll()
    ticking.pass_by(seconds=20)
    assert terminal.upload(terminal.log[:10])  # a part of it, after the result
    ticking.pass_by(seconds=20)
    terminal.poll()
    assert asked(any_database) == [("QUERY", "returned")]
    assert coverage(any_database) == []
    ticking.pass_by(**SETTLED)
    terminal.poll()
    assert asked(any_database) == [("QUERY", "covered")]


def test_a_gap_is_repaired_by_the_answer(any_database: Database, ticking: Ticking) -> None:
    terminal = approved(any_database, ticking)
    lost = keys(20)
    terminal.punch(*lost, online=False)
    terminal.waiting = []  # firmware that forgot its place
    answer_all(terminal, ticking)
    assert builders.stored_punches(any_database) == lost
    assert coverage(any_database) == [(MONDAY, ticking.wall - timedelta(seconds=31) - covering.MARGIN)]


def test_an_answer_that_lacks_known_punches_covers_only_what_lies_behind_them(
    any_database: Database, ticking: Ticking, caplog: pytest.LogCaptureFixture
) -> None:
    terminal = approved(any_database, ticking)
    everything = keys(100)
    terminal.punch(*everything)
    terminal.loses = lambda key: key in everything[40:50]
    sent = ticking.wall
    answer_all(terminal, ticking)
    assert asked(any_database) == [("QUERY", "short")]
    begins = clock.from_wall_seconds(everything[50][1])
    assert coverage(any_database) == [(begins, sent - covering.MARGIN)]
    assert "lacks 10 punches" in caplog.text


def test_an_empty_answer_of_an_unknown_past_proves_nothing_of_it(any_database: Database, ticking: Ticking) -> None:
    terminal = approved(any_database, ticking)
    answer_all(terminal, ticking)
    assert asked(any_database) == [("QUERY", "covered")]
    assert coverage(any_database) == []


def test_an_empty_answer_behind_a_known_past_is_a_quiet_time(any_database: Database, ticking: Ticking) -> None:
    terminal = approved(any_database, ticking)
    terminal.punch(*keys(3))
    answer_all(terminal, ticking)
    ticking.pass_by(days=8)
    terminal.poll()
    last = ticking.wall
    ticking.pass_by(**SETTLED)
    terminal.poll()
    assert coverage(any_database) == [(MONDAY, last - covering.MARGIN)]


def test_a_body_too_large_to_take_leaves_no_window_whole(any_database: Database, ticking: Ticking) -> None:
    terminal = approved(any_database, ticking)
    terminal.punch(*keys(5))
    terminal.poll()
    answer = terminal.send("cdata", f"SN={SERIAL}&table=ATTLOG", b"\n" * 70_000)
    assert answer.status == 413
    ticking.pass_by(**SETTLED)
    terminal.poll()
    assert asked(any_database)[0] == ("QUERY", "failed")
    assert coverage(any_database) == []


# asking --------------------------------------------------------------------------------------------------------------


def test_a_question_is_sent_again_after_silence_and_given_up_in_the_end(
    any_database: Database, ticking: Ticking
) -> None:
    terminal = approved(any_database, ticking)
    deaf = pushing_to(any_database, ticking)
    sent = []
    for _ in range(8):
        answer = deaf.send("getrequest", f"SN={SERIAL}", b"")
        sent.append(answer.text.split(":")[1] if answer.text != "OK" else None)
        ticking.pass_by(minutes=5)
        assert deaf.send("getrequest", f"SN={SERIAL}", b"").text == "OK"  # not before it had time to answer
        ticking.pass_by(minutes=6)
    assert sent == ["1"] * push_commands.MAX_ATTEMPTS + [None] * 3
    assert asked(any_database) == [("QUERY", "given_up")]
    terminal.send("devicecmd", f"SN={SERIAL}", b"ID=1&Return=0&CMD=DATA")  # too late changes nothing
    assert asked(any_database) == [("QUERY", "given_up")]


def test_a_result_of_another_terminal_or_of_no_question_changes_nothing(
    any_database: Database, ticking: Ticking
) -> None:
    terminal = approved(any_database, ticking)
    other = pushing_to(any_database, ticking, "10.0.0.8", serial="OTHER")
    other.start()
    approve(any_database, "OTHER", terminal=None, create="T-B")  # type: ignore[arg-type]
    deaf = terminal.send("getrequest", f"SN={SERIAL}", b"")
    assert deaf.text.startswith("C:1:")
    assert other.send("devicecmd", "SN=OTHER", b"ID=1&Return=0&CMD=DATA").text == "OK"
    assert terminal.send("devicecmd", f"SN={SERIAL}", b"ID=99&Return=0\nID=1\nrubbish\n\0").text == "OK"
    assert asked(any_database)[0] == ("QUERY", "sent")


def test_a_terminal_that_is_pulled_too_is_asked_once_and_then_on_demand_alone(
    any_database: Database, ticking: Ticking
) -> None:
    build_office(any_database, addresses={"T-A": 4370})
    terminal = pushing_to(any_database, ticking)
    terminal.start()
    approve(any_database)
    terminal.punch(*keys(3))
    answer_all(terminal, ticking)
    ticking.pass_by(hours=5)
    assert terminal.poll() == []
    covering.ask(any_database, "T-A", MONDAY, MONDAY + timedelta(hours=9), by="command", at=ticking.at)
    assert terminal.poll() == ["C:2:DATA QUERY ATTLOG StartTime=2026-03-02 07:25:00\tEndTime=2026-03-02 16:25:00"]


def test_a_terminal_that_was_silent_is_asked_for_the_gap_at_once(any_database: Database, ticking: Ticking) -> None:
    terminal = approved(any_database, ticking)
    terminal.punch(*keys(3))
    answer_all(terminal, ticking)
    ticking.pass_by(minutes=5)
    assert terminal.poll() == []
    ticking.pass_by(minutes=40)
    assert len(terminal.poll()) == 1


def test_one_window_at_a_time_and_the_queue_is_bounded(any_database: Database, ticking: Ticking) -> None:
    terminal = approved(any_database, ticking)
    terminal.punch(*keys(3))
    for hour in range(push_commands.MAX_OPEN):
        start = MONDAY + timedelta(minutes=hour)
        covering.ask(any_database, "T-A", start, start + timedelta(hours=1), by="command", at=ticking.at)
    with pytest.raises(Invalid, match="too many open questions"):
        covering.ask(any_database, "T-A", MONDAY, ticking.wall, by="command", at=ticking.at)
    assert [len(terminal.poll()) for _ in range(3)] == [1, 0, 0]
    ticking.pass_by(**SETTLED)
    assert len(terminal.poll()) == 1


def test_what_cannot_be_asked_is_said_in_one_sentence(sqlite_database: Database, ticking: Ticking) -> None:
    build_office(sqlite_database)
    with pytest.raises(Invalid, match="does not push"):
        covering.ask(sqlite_database, "T-A", MONDAY, ticking.wall, by="command", at=ticking.at)
    terminal = pushing_to(sqlite_database, ticking)
    terminal.start("&DeviceType=acc&pushver=3.1.2")
    approve(sqlite_database)
    with pytest.raises(Invalid, match="access-control"):
        covering.ask(sqlite_database, "T-A", MONDAY, ticking.wall, by="command", at=ticking.at)
    assert terminal.poll() == []
    other = pushing_to(sqlite_database, ticking, serial="ATT")
    other.start()
    approve(sqlite_database, "ATT", terminal=None, create="T-B")  # type: ignore[arg-type]
    with pytest.raises(Invalid, match="400 days"):
        covering.ask(sqlite_database, "T-B", datetime(2020, 1, 1), ticking.wall, by="command", at=ticking.at)


def test_a_pull_covers_what_the_push_did_not(any_database: Database, ticking: Ticking) -> None:
    terminal = approved(any_database, ticking)
    body = builders.records(30)
    terminal.punch(*keys(5, first=MONDAY + timedelta(hours=4)))
    filed = file_body(any_database, body, serial=SERIAL, read_at=ticking.wall)
    assert (filed.outcome, filed.new) == ("ok", 30)
    assert coverage(any_database) == [(MONDAY, ticking.wall)]
