"""Finding, trying and comparing terminals, and previews of files, as an office types them."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli.main import app
from attendance.errors import AttendanceError
from device_sync.simulator import SimulatedTerminal, load_records
from tests.e2e.test_commands import export

NETWORK = "127.0.7.0/30"  # hosts .1 and .2


@dataclass(frozen=True, slots=True)
class Done:
    stdout: str
    stderr: str


class Office:
    """A data folder, and the command run in it, in this process; `_typed` runs a real one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = {"ATTENDANCE_DATA_DIR": str(folder / "data"), "NO_COLOR": "1", "COLUMNS": "200"}

    def run(self, *words: str, code: int | None = 0) -> Done:
        done = CliRunner().invoke(app, words, env=self.env)
        exit_code, stderr = done.exit_code, done.stderr
        if isinstance(done.exception, AttendanceError):  # as `main` says it
            exit_code, stderr = 2, f"{stderr}{done.exception}\n"
        elif done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert code is None or exit_code == code, (words, exit_code, done.stdout, stderr)
        return Done(done.stdout, stderr)

    def json(self, *words: str, code: int | None = 0) -> Any:
        return json.loads(self.run(*words, "--json", code=code).stdout)


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an office that was just made, to copy from."""
    found = Office(tmp_path_factory.mktemp("begun"))
    password = found.folder / "password"
    password.write_text("một câu dài làm mật khẩu\n", encoding="utf-8")
    found.run("init", "--unit", "A", "--name", "Xã Mẫu", "--admin", "quantri", "--password-file", str(password))
    return found.folder


@pytest.fixture
def office(begun: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(begun, tmp_path, dirs_exist_ok=True)
    return Office(tmp_path)


def test_a_file_is_previewed_and_nothing_is_stored(office: Office) -> None:
    file = office.folder / "1_attlog.dat"
    file.write_text(export(200) + "        9\t1971--10--29 -23:-59:-53\t1\t255\t1\t0\n")
    words = ("import", "punches", "1_attlog.dat", "--terminal", "GATE", "--create")
    seen = office.json(*words, "--preview", code=1)
    assert (seen["read"], seen["new"], seen["repeated_in_file"], seen["already_stored"]) == (201, 197, 3, 0)
    assert (seen["quarantined"], seen["lines"], seen["terminal_known"]) == (1, {"bad_time": [201]}, False)
    assert (seen["numbers"], seen["strangers"]) == (8, 8)
    assert office.json("terminals", "list")["terminals"] == [], "a preview makes no terminal"
    done = office.json(*words, code=1)
    assert (done["new"], done["repeated"], done["quarantined"]) == (197, 3, 1)
    told = office.run(*words, "--preview", code=1).stdout
    assert "0 would be new" in told
    assert "197 are stored already" in told
    assert "(line 201)" in told
    office.run("import", "punches", "1_attlog.dat", "--terminal", "NONE", "--preview", code=2)
    office.run(*words, "--preview", "--people", code=2)


def test_a_list_that_does_not_say_where_the_day_stands(office: Office) -> None:
    (office.folder / "list.csv").write_text("AC-No.,Time\n1,03/04/2026 07:30\n")
    words = ("import", "punches", "list.csv", "--terminal", "GATE", "--create")
    assert "--dates day-first" in office.run(*words, code=2).stderr
    assert "'left'" in office.run(*words, "--dates", "left", code=2).stderr
    found = office.json(*words, "--preview", "--dates", "day-first")
    assert found["first"] == "2026-04-03T07:30:00"
    assert len(found["notes"]) == 2


def test_terminals_are_found_added_and_tried(office: Office) -> None:
    with SimulatedTerminal(host="127.0.7.1", serial="FOUND1", records=load_records(60, users=4)).running() as simulated:
        port = ("--port", str(simulated.port))
        [found] = office.json("terminals", "discover", NETWORK, *port)["terminals"]
        assert (found["address"], found["serial"], found["code"]) == ("127.0.7.1", "FOUND1", None)
        told = office.run("terminals", "discover", NETWORK, *port).stdout
        assert f"attendance terminals add CODE --host 127.0.7.1 --port {simulated.port}" in told
        tried = office.json("terminals", "test", "--host", "127.0.7.1", *port)
        assert [step["state"] for step in tried["steps"]] == ["ok"] * 8
        office.run("terminals", "add", "GATE", "--host", "127.0.7.2", *port)
        assert office.json("terminals", "test", "GATE", code=1)["steps"][1]["reason"] == "port_closed"
        office.run("terminals", "set", "GATE", "--host", "127.0.7.1")
        quick = office.run("terminals", "test", "GATE", "--quick").stdout.splitlines()
        assert [line.split()[0] for line in quick] == ["ok"] * 7 + ["not"]
        office.run("pull", "GATE")
        office.run("terminals", "set", "GATE", "--host", "127.0.7.2")
        moved = office.run("terminals", "discover", NETWORK, *port).stdout
        assert f"attendance terminals set GATE --host 127.0.7.1 --port {simulated.port}" in moved
    office.run("terminals", "discover", NETWORK, *port, code=1)
    for words in (
        ("test",),
        ("test", "GATE", "--host", "127.0.7.1"),
        ("test", "--host", "gate.local"),
        ("discover", "x"),
    ):
        assert len(office.run("terminals", *words, code=2).stderr.strip().splitlines()) == 1


def test_without_a_name_nothing_is_searched_in_a_pipe(office: Office) -> None:
    done = office.run("terminals", "discover", code=2)
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stdout == ""


def test_on_a_terminal_it_asks_before_it_looks(office: Office) -> None:
    with SimulatedTerminal(host="127.0.7.1").running() as simulated:
        port = str(simulated.port)
        assert _typed(office, b"n\n", "terminals", "discover", NETWORK, "--port", port) == 1
        assert simulated.connections == 0
        assert _typed(office, b"y\n", "terminals", "discover", NETWORK, "--port", port) == 0
        assert simulated.connections > 0


def _typed(office: Office, answer: bytes, *words: str) -> int:
    """The exit code of a command that runs on a terminal on which this is typed."""
    outer, inner = pty.openpty()
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "api.cli.main", *words],
            stdin=inner,
            stdout=inner,
            stderr=inner,
            env={**os.environ, **office.env},
            cwd=office.folder,
            close_fds=True,
        )
        os.close(inner)
        os.write(outer, answer)
        shown = b""
        while True:
            try:
                part = os.read(outer, 4096)
            except OSError:  # the other side is closed
                break
            if not part:
                break
            shown += part
        assert b"Knock at 4 addresses" in shown
        return process.wait(60)
    finally:
        os.close(outer)


def test_users_on_a_terminal_become_a_work_list(office: Office) -> None:
    rows = [(1, "1", "An", 14), (2, "2", "Binh"), (3, "77", "Nguyen Thi Lan")]
    with SimulatedTerminal(users=rows, records=load_records(40, users=2)).running() as simulated:
        (office.folder / "1_attlog.dat").write_text(export(100, people=3))
        office.run("import", "punches", "1_attlog.dat", "--terminal", "OLD", "--create", "--people")
        office.run("people", "name", "3", "Nguyễn Thị Lan")
        office.run("terminals", "add", "GATE", "--host", "127.0.0.1", "--port", str(simulated.port))
        found = office.json("terminals", "users", "GATE", code=1)
        assert (found["users"], found["exact"]) == (3, 2), "a terminal never read is read"
        proposed = {row["number"]: row["proposal"] and row["proposal"]["ground"] for row in found["unmatched"]}
        assert proposed == {"1": "number", "2": "number", "77": "name"}
        assert [row["number"] for row in found["administrators"]] == ["1"]
        told = office.run("terminals", "users", "GATE", code=1).stdout
        assert "→ 3 Nguyễn Thị Lan (same name)" in told
        assert "attendance terminals enrol GATE --accept-exact" in told
        done = office.json("terminals", "enrol", "GATE", "--accept-exact", "--from", "2026-03-02")["enrolled"]
        assert [(row["number"], row["employee"], row["from"]) for row in done] == [
            ("1", "1", "2026-03-02"),
            ("2", "2", "2026-03-02"),
        ]
        office.run("terminals", "enrol", "GATE", "77", "3")
        left = office.json("terminals", "users", "GATE", "--pull", code=None)
        assert left["unmatched"] == []
    for words in (
        ("GATE",),
        ("GATE", "5"),
        ("GATE", "5", "1", "--accept-exact"),
        ("GATE", "77", "2"),
        ("NONE", "1", "1"),
    ):
        assert len(office.run("terminals", "enrol", *words, code=2).stderr.strip().splitlines()) == 1
    office.run("terminals", "enrol", "GATE", "77", "2", "--instead", code=2)
    office.run("terminals", "enrol", "GATE", "77", "2", "--instead", "--from", "2026-04-01")
    assert "Lan" in office.run("people", "list").stdout


def test_test_before_adding_with_a_key(office: Office) -> None:
    with SimulatedTerminal(comm_key=77).running() as simulated:
        words = ("terminals", "test", "--host", "127.0.0.1", "--port", str(simulated.port), "--quick")
        assert office.json(*words, code=1)["steps"][2]["reason"] == "comm_key"
        (office.folder / "key").write_text("77")
        assert office.json(*words, "--comm-key-file", "key")["ok"]
        assert office.json(*words, "--comm-key-file", "key", "--transport", "udp")["ok"]
        said = office.run(*words, "--comm-key-file", "key", "--transport", "udp").stdout
        reached_by = f"--port {simulated.port} --transport udp --comm-key-file key"
        assert f"attendance terminals add CODE --host 127.0.0.1 {reached_by}" in " ".join(said.split())


def test_terminals_may_be_looked_for_before_there_is_an_office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    fresh = Office(tmp_path)
    with SimulatedTerminal(host="127.0.7.1").running() as simulated:
        found = fresh.json("terminals", "discover", NETWORK, "--port", str(simulated.port))
        assert len(found["terminals"]) == 1
        assert fresh.json("terminals", "test", "--host", "127.0.7.1", "--port", str(simulated.port), "--quick")["ok"]
