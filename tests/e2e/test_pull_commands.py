"""`attendance pull` over many terminals: side by side, with progress on a terminal and none in a pipe."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from attendance.store import office as store_office
from attendance.store import registering
from attendance.store.database import Database, sqlite_url
from attendance.store.tables import TerminalRow
from device_sync.simulator import SimulatedFleet, load_records
from tests.builders import RECORDED_AT, puller_for
from tests.e2e.test_commands import Office

COUNT = 12


@pytest.fixture
def office(tmp_path: Path, migrated_sqlite: Path) -> Office:
    found = Office(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "attendance.db").write_bytes(migrated_sqlite.read_bytes())
    return found


def file_terminals(office: Office, fleet: SimulatedFleet) -> Database:
    """Three units below H; a third of the terminals in each."""
    database = Database(sqlite_url(office.folder / "data" / "attendance.db"))
    with database.writing() as session:
        registering.add_unit(session, "H", at=RECORDED_AT)
        for unit in ("A", "B", "C"):
            registering.add_unit(session, unit, parent="H", at=RECORDED_AT)
        for place, port in enumerate(fleet.ports):
            registering.add_terminal(
                session, f"T{place:02}", unit="ABC"[place % 3], host="127.0.0.1", port=port, at=RECORDED_AT
            )
        registering.add_terminal(session, "USB", unit="A", at=RECORDED_AT)
    return database


def on_a_terminal(office: Office, *words: str) -> tuple[str, str, int]:
    """What a command says on stdout in a pipe and on stderr on a terminal."""
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "api.cli.main", *words]
    env = {**office.env, "TERM": "xterm"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=follower, env=env, cwd=office.folder, text=True
    ) as process:
        os.close(follower)
        shown = b""
        while True:
            try:
                piece = os.read(leader, 65_536)
            except OSError:  # the other side has closed it
                break
            if not piece:
                break
            shown += piece
        assert process.stdout is not None
        said = process.stdout.read()
    os.close(leader)
    return said, shown.decode("utf-8", "replace"), process.returncode


def test_units_and_all_are_pulled_side_by_side_and_a_pipe_gets_results_only(office: Office) -> None:
    with SimulatedFleet(COUNT, records=load_records(100)).running() as fleet:
        database = file_terminals(office, fleet)
        unit = office.json("pull", "--unit", "B")["pulls"]
        assert [(pull["terminal"], pull["outcome"]) for pull in unit] == [
            (f"T{place:02}", "ok") for place in range(1, COUNT, 3)
        ]
        whole = office.run("pull", "--unit", "H")
        assert whole.stderr == ""
        assert sorted(line.split(":")[0] for line in whole.stdout.splitlines()) == [f"T{n:02}" for n in range(COUNT)]
        assert fleet.most_connections_at_once == 1
        for words, sentence in (
            (("pull", "T00", "--unit", "A"), "not several of these"),
            (("pull", "T00", "T99"), "no terminal with the code 'T99'"),
        ):
            assert sentence in office.run(*words, code=2).stderr
    database.close()


def test_on_a_terminal_progress_is_drawn_and_a_pull_that_waits_says_so(office: Office) -> None:
    with SimulatedFleet(COUNT, records=load_records(100)).running() as fleet:
        database = file_terminals(office, fleet)
        said, shown, code = on_a_terminal(office, "pull", "--all")
        assert code == 0
        assert len(said.splitlines()) == COUNT
        assert f"{COUNT} of {COUNT}" in shown
        with database.reading() as session:
            assert store_office.get(session, TerminalRow, "T00").serial

        held, free = threading.Event(), threading.Event()

        def hold() -> None:
            with puller_for(database).alone("T00") as name:
                held.set()
                ends = time.monotonic() + 60
                while not name.is_wanted() and time.monotonic() < ends:
                    time.sleep(0.02)
                free.wait(1.0)

        thread = threading.Thread(target=hold)
        thread.start()
        held.wait(10)
        said, shown, code = on_a_terminal(office, "pull", "T00")
        thread.join(60)
        assert code == 0
        assert "waits: another program is talking to this terminal" in shown
        assert said.startswith("T00: ok")
    database.close()


def test_listening_is_switched_on_by_a_command(office: Office) -> None:
    with SimulatedFleet(1).running() as fleet:
        database = file_terminals(office, fleet)
        office.run("terminals", "set", "T00", "--live")
        with database.reading() as session:
            assert [row.code for row in store_office.terminals(session) if row.live] == ["T00"]
    database.close()
