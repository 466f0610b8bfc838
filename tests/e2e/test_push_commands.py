"""The commands about pushing terminals, as an administrator types them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli.main import app
from attendance import clock
from attendance.errors import AttendanceError
from attendance.store import office, push_devices
from attendance.store.database import Database, sqlite_url
from attendance.store.tables import TerminalRow
from tests.builders import ZONE, build_office, file_body, record
from tests.pushing import ADDRESS, SERIAL, Pushing, keys, receiver_for, straight

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def place(tmp_path: Path, migrated_sqlite: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A data folder with an office, which the commands find."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ATTENDANCE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    shutil.copyfile(migrated_sqlite, tmp_path / "attendance.db")
    database = Database(sqlite_url(tmp_path / "attendance.db"))
    build_office(database)
    return database


@pytest.fixture
def run() -> Run:
    def typed(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["terminals", *words])
        if isinstance(done.exception, AttendanceError):
            return 2, str(done.exception)
        return done.exit_code, done.output

    return typed


@pytest.fixture
def terminal(place: Database) -> Pushing:
    found = Pushing(straight(receiver_for(place, clock.utc_now)))
    found.start()
    return found


def test_from_the_first_knock_to_the_first_punch(run: Run, terminal: Pushing) -> None:
    code, said = run("pushing")
    assert code == 0
    assert "Pushing is off" in said
    assert SERIAL in said
    assert "pending" in said
    assert run("approve", SERIAL, "--by", "Trần Thị B") == (
        2, f"No terminal is known by the serial number {SERIAL}; name the terminal it is, or make one."
    )  # fmt: skip
    code, said = run("approve", SERIAL, "--create", "P-1", "--unit", "A", "--by", "Trần Thị B")
    assert code == 0
    assert f"{SERIAL} is approved as terminal P-1, calling from {ADDRESS}/32" in said
    terminal.punch(*keys(3))
    assert terminal.waiting == []
    code, said = run("pushing", "--json")
    [row] = json.loads(said)["terminals"]
    assert (row["terminal"], row["status"], row["decided_by"]) == ("P-1", "approved", "Trần Thị B")
    code, said = run("refuse", SERIAL, "--by", "Trần Thị B")
    assert code == 0
    terminal.punch(*keys(1))
    assert len(terminal.waiting) == 1


def test_one_machine_is_not_two_terminals_nor_bound_to_the_world(run: Run, terminal: Pushing, place: Database) -> None:
    with place.writing() as session:
        session.add(office.get(session, TerminalRow, "T-A").sqlmodel_update({"serial": SERIAL}))
    code, said = run("approve", SERIAL, "--create", "P-1", "--by", "Trần Thị B")
    assert code == 2
    assert f"The serial number {SERIAL} is terminal T-A already; name that one" in said
    for network in ("0.0.0.0/0", "10.0.0.0/15"):
        code, said = run("approve", SERIAL, "--network", network, "--by", "Trần Thị B")
        assert code == 2
        assert f"{network} has over 65536 addresses" in said
    with place.reading() as session:
        assert [row.code for row in office.terminals(session) if row.code == "P-1"] == []
        assert push_devices.get(session, SERIAL).status == "pending"
    assert run("approve", SERIAL, "--network", "10.0.0.0/16", "--by", "Trần Thị B")[0] == 0


def test_a_setting_that_is_neither_on_nor_off_is_told(
    run: Run, monkeypatch: pytest.MonkeyPatch, place: Database
) -> None:
    monkeypatch.setenv("ATTENDANCE_PUSH", "maybe")
    assert run("pushing") == (
        2, "The setting ATTENDANCE_PUSH cannot be used: it is neither on nor off. Correct it and try again."
    )  # fmt: skip


def test_the_list_tells_the_time_of_the_office(run: Run, terminal: Pushing, place: Database) -> None:
    with place.writing() as session:
        push_devices.note(session, push_devices.get(session, SERIAL), last_seen_at=datetime(2026, 3, 2, 20, tzinfo=UTC))
    assert "2026-03-03 03:00" in run("pushing")[1]


def test_a_window_is_asked_for_and_given_at_the_next_call(run: Run, terminal: Pushing) -> None:
    assert run("query", "T-A", "--from", "2026-03-01", "--to", "2026-03-02") == (
        2, "Terminal T-A does not push; approve its serial first, or pull it."
    )  # fmt: skip
    run("approve", SERIAL, "--terminal", "T-A", "--by", "Trần Thị B")
    code, said = run("query", "T-A", "--from", "2026-03-01", "--to", "2026-03-02")
    assert code == 0
    assert "Question 1 waits" in said
    assert terminal.poll() == ["C:1:DATA QUERY ATTLOG StartTime=2026-03-01 00:00:00\tEndTime=2026-03-02 23:59:59"]
    for wrong in ("yesterday", "2026-02-30", "2026-03-01T08:00:00+07:00"):
        code, said = run("query", "T-A", "--from", wrong, "--to", "2026-03-02")
        assert code == 2
        assert wrong in said


def test_differences_are_told_and_end_with_1(run: Run, terminal: Pushing, place: Database) -> None:
    run("approve", SERIAL, "--terminal", "T-A", "--by", "Trần Thị B")
    now = clock.to_wall(clock.utc_now(), ZONE).replace(microsecond=0)
    punches = keys(5, first=now - timedelta(hours=5))
    body = b"".join(record(pin, clock.from_wall_seconds(wall), state, verify) for pin, wall, state, verify in punches)
    code, said = run("reconcile", "T-A")
    assert code == 0
    assert "was not read completely in these days, so there is nothing to compare" in said
    assert "agree" not in said
    file_body(place, body, serial=SERIAL, read_at=now)
    terminal.punch(*punches)
    code, said = run("reconcile", "T-A")
    assert code == 0
    assert "push and log agree on 5 punches" in said
    forged = ("1001", punches[1][1] + 5, 0, 1)
    terminal.punch(forged)
    code, said = run("reconcile", "T-A", "--json")
    told: dict[str, Any] = json.loads(said)
    assert code == 1
    assert told["both"] == 5
    assert [punch["pin"] for punch in told["pushed_only"]] == ["1001"]
    assert told["pulled_only"] == []
    code, said = run("reconcile", "T-A")
    assert code == 1
    assert "pushed only: number 1001" in said
    assert "1 differences" in run("pushing")[1]
