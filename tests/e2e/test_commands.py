"""The commands as an office types them: what they print, what they store, how they end."""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import shutil
import socket
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from typer.testing import CliRunner

from api.cli.main import app, main
from attendance.errors import Invalid
from device_sync.simulator.log import load_records
from device_sync.simulator.server import SimulatedTerminal

SHARED = Path(__file__).parents[3] / "shared"


class Spoken(io.TextIOWrapper):
    """What a command writes, as text and as bytes."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", write_through=True)

    def text(self) -> str:
        return bytes(self.buffer.getvalue()).decode()  # type: ignore[attr-defined]


class Office:
    """A data folder, and the command run in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "password").write_text("một câu dài làm mật khẩu\n", encoding="utf-8")
        self.env = {**os.environ, "ATTENDANCE_DATA_DIR": str(folder / "data"), "NO_COLOR": "1", "COLUMNS": "200"}

    def run(self, *words: str, code: int = 0, apart: bool = False) -> subprocess.CompletedProcess[str]:
        """The command, in this process: starting Python for each would take minutes. `apart`: as a process."""
        done = self._apart(words) if apart else self._here(words)
        assert done.returncode == code, (done.args, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
        return done

    def _apart(self, words: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "api.cli.main", *words]
        return subprocess.run(command, capture_output=True, text=True, env=self.env, cwd=self.folder, timeout=120)

    def _here(self, words: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
        out, beside = Spoken(), Spoken()
        with (
            mock.patch.dict(os.environ, self.env, clear=True),
            mock.patch.object(sys, "argv", ["attendance", *words]),
            contextlib.chdir(self.folder),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(beside),
            pytest.raises(SystemExit) as ended,
        ):
            main()
        return subprocess.CompletedProcess(words, int(ended.value.code or 0), out.text(), beside.text())

    def json(self, *words: str, code: int = 0) -> Any:
        return json.loads(self.run(*words, "--json", code=code).stdout)


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an office that was just made, to copy from."""
    found = Office(tmp_path_factory.mktemp("begun"))
    found.run("init", "--unit", "A", "--name", "Xã Mẫu", "--admin", "quantri", "--password-file", "password")
    return found.folder


@pytest.fixture
def office(begun: Path, tmp_path: Path) -> Office:
    shutil.copytree(begun, tmp_path, dirs_exist_ok=True)
    return Office(tmp_path)


def export(rows: int, people: int = 8) -> str:
    """A clean USB export: four punches a day, a late arrival now and then, some rows written twice."""
    rng = random.Random(5)
    lines: list[str] = []
    day = datetime(2026, 3, 2)
    while len(lines) < rows:
        if day.weekday() < 5:
            for hour, minute in ((7, 20), (11, 31), (12, 50), (17, 2)):
                for person in range(1, people + 1):
                    at = day.replace(hour=hour, minute=minute) + timedelta(minutes=person, seconds=rng.randrange(60))
                    if hour == 7 and rng.random() < 0.05:
                        at += timedelta(minutes=25)
                    lines.append(f"{person:>9}\t{at:%Y-%m-%d %H:%M:%S}\t1\t0\t1\t0")
        day += timedelta(days=1)
    del lines[rows:]
    lines[-3:] = lines[:3]
    return "\n".join(lines) + "\n"


def test_an_office_with_a_stick_gets_its_first_list(office: Office) -> None:
    (office.folder / "1_attlog.dat").write_text(export(3000))
    words = ("import", "punches", "1_attlog.dat", "--terminal", "GATE")
    assert "GATE" in office.run(*words, code=2).stderr, "an unknown terminal is not made without being asked for"
    first = office.json(*words, "--create", "--people")
    assert (first["read"], first["new"], first["repeated"], first["quarantined"]) == (3000, 2997, 3, 0)
    assert first["people"] == 8
    again = office.json(*words)
    assert (again["read"], again["new"], again["repeated"]) == (3000, 0, 3000)
    judged = office.json("evaluate")
    assert judged["days_judged"] > 500
    assert judged["violations"]["late"] > 5
    assert office.json("evaluate")["days_judged"] == 0, "nothing is left to judge"
    assert office.json("evaluate", "--from", "2026-03-02", "--to", "2026-03-31")["days_changed"] == 0
    register = office.run("report", "violations", "--from", "2026-03-01", "--to", "2026-12-31").stdout.splitlines()
    assert register[0].startswith("date,employee,name,unit,session,type,minutes")
    assert sum(",late," in line for line in register) == judged["violations"]["late"]


def test_a_shared_export_of_11902_rows_loses_none(office: Office) -> None:
    file = SHARED / "data" / "ph_province_device1_attlog.dat"
    if not file.exists():
        pytest.skip("the real exports are not beside this checkout")
    first = office.json("import", "punches", str(file), "--terminal", "GATE", "--create")
    assert first["read"] == 11_902 == first["new"] + first["repeated"]
    assert (first["quarantined"], first["format"]) == (0, "attlog")
    again = office.json("import", "punches", str(file), "--terminal", "GATE")
    assert (again["read"], again["new"], again["repeated"]) == (11_902, 0, 11_902)


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04" + bytes(200), b"\x89PNG\r\n\x1a\n" + bytes(100), "Kính gửi: Ủy ban\n".encode()]
)
def test_a_file_that_is_no_export_is_refused_in_one_sentence(office: Office, content: bytes) -> None:
    (office.folder / "file.dat").write_bytes(content)
    done = office.run("import", "punches", "file.dat", "--terminal", "GATE", "--create", code=2)
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert office.run("terminals", "list", "--json").stdout.strip() == '{"terminals": []}', "nothing was half-made"


def test_a_block_of_nul_bytes_costs_itself_alone(office: Office) -> None:
    clean = export(400).encode()
    cut = clean.index(b"\n", len(clean) // 2) + 1
    (office.folder / "1_attlog.dat").write_bytes(clean[:cut] + bytes(300_000) + b"\n" + clean[cut:])
    found = office.json("import", "punches", "1_attlog.dat", "--terminal", "GATE", "--create", code=1)
    assert found["read"] == 401
    assert (found["new"] + found["repeated"], found["quarantined"]) == (400, 1)
    assert found["reasons"] == {"nul_block": 1}


def test_a_terminal_is_added_tested_and_pulled(office: Office) -> None:
    with SimulatedTerminal(records=load_records(500, users=20), comm_key=4711).running() as simulated:
        (office.folder / "key").write_text("4711\n")
        port = str(simulated.port)
        office.run("terminals", "add", "GATE", "--host", "127.0.0.1", "--port", port, "--comm-key-file", "key")
        assert simulated.serial in office.run("terminals", "test", "GATE").stdout
        pulled = office.json("pull", "GATE")["pulls"][0]
        assert (pulled["outcome"], pulled["read"], pulled["new"]) == ("ok", 500, 500)
        assert set(pulled["seconds"]) == {"transfer", "decode", "store"}
        assert pulled["complete_until"].endswith("+07:00")
        assert office.json("pull", "--all")["pulls"][0]["new"] == 0
    lost = office.json("pull", "GATE", code=1)["pulls"][0]
    assert lost["outcome"] in ("refused", "unreachable")
    assert lost["message"]
    stored = (office.folder / "data").rglob("*")
    keys = [file for file in stored if file.suffix == ".key" and "keys" in file.parts]
    assert len(keys) == 1
    assert keys[0].stat().st_mode & 0o077 == 0, "the key is readable by its owner alone"


def test_a_layout_that_is_in_doubt_is_refused_until_somebody_names_it(office: Office) -> None:
    either = bytes.fromhex("0100013100303131") * 3  # a date both orders of eight bytes believe, a state nobody knows
    with SimulatedTerminal(records=either, layout="zk8b", users=3).running() as simulated:
        reach = ("--host", "127.0.0.1", "--port", str(simulated.port))
        assert "zk16" in office.run("terminals", "add", "OLD", *reach, "--layout", "zk17", code=2).stderr
        office.run("terminals", "add", "OLD", *reach)
        assert "--layout zk8" in office.json("pull", "OLD", code=1)["pulls"][0]["message"]
        office.run("terminals", "set", "OLD", "--layout", "zk40")
        assert "does not fit" in office.json("pull", "OLD", code=1)["pulls"][0]["message"]
        office.run("terminals", "set", "OLD", "--layout", "zk8b")
        assert office.json("pull", "OLD")["pulls"][0]["new"] == 1
        office.run("terminals", "set", "OLD", "--layout", "auto")
        assert office.json("pull", "OLD", code=1)["pulls"][0]["outcome"] == "garbled"


def test_hostile_addresses_are_refused(office: Office) -> None:
    for host in ("127.0.0.1; touch owned", "$(touch owned)", "8.8.8.8", "169.254.169.254", "gate.example"):
        office.run("terminals", "add", "X", "--host", host, code=2)
    assert not (office.folder / "owned").exists()


def test_case_files_end_with_the_code_the_contract_names(office: Office, tmp_path: Path) -> None:
    good = """
scenario: 1
id: late
schedules: {S: {regime: per_session, sessions: {am: ["07:30", "12:00"]}, weekdays: [mon, tue, wed, thu, fri]}}
punches: [{at: "2026-03-05T07:46:00"}, {at: "2026-03-05T12:00:10"}]
expect:
  - {employee: E1, date: 2026-03-05, worked_min: 254, violations: [{type: late, session: am, minutes: 16}]}
"""
    (tmp_path / "good.yaml").write_text(good)
    (tmp_path / "wrong.yaml").write_text(good.replace("minutes: 16", "minutes: 17"))
    (tmp_path / "malformed.yaml").write_text(good.replace('"2026-03-05T07:46:00"', "746"))
    assert office.run("scenario", "run", "good.yaml").stdout == "ok   late\n"
    failed = office.json("scenario", "run", "good.yaml", "wrong.yaml", code=1)["results"]
    assert [result["ok"] for result in failed] == [True, False]
    assert failed[1]["differences"][0]["path"] == "expect[0].violations"
    malformed = office.run("scenario", "run", "malformed.yaml", code=2).stderr
    assert "malformed.yaml" in malformed
    assert "punches[0].at" in malformed
    assert "quote it" in malformed


def test_without_a_secret_key_nothing_is_served(office: Office) -> None:
    assert "ATTENDANCE_SECRET_KEY" in office.run("serve", code=2).stderr


def test_before_init_every_command_says_what_to_do(tmp_path: Path) -> None:
    office = Office(tmp_path)
    for words in (("pull",), ("evaluate",), ("terminals", "list"), ("report", "violations")):
        assert "attendance init" in office.run(*words, code=2, apart=words == ("pull",)).stderr


def test_help_of_every_command_is_there(office: Office) -> None:
    for words in (
        (),
        ("demo",),
        ("pull",),
        ("import", "punches"),
        ("terminals", "add"),
        ("scenario", "run"),
        ("simulate",),
    ):
        assert "Usage" in office.run(*words, "--help").stdout


def test_papers_excuse_and_outages_leave_nothing_concluded(office: Office) -> None:
    (office.folder / "1_attlog.dat").write_text(
        "".join(f"1\t2026-03-0{day} {at}\t1\t0\t1\t0\n" for day in (2, 6) for at in ("07:20:00", "17:30:00"))
        + "2\t2026-03-04 07:00:00\t1\t0\t1\t0\n"
    )
    office.run("import", "punches", "1_attlog.dat", "--terminal", "GATE", "--create", "--people")
    office.run("evaluate")

    def told(date: str) -> Any:
        return office.json("explain", "1", date)

    assert [v["type"] for v in told("2026-03-03")["violations"]] == ["absent", "absent"]
    office.run("papers", "leave", "1", "2026-03-03", "--session", "am", "--document", "12/ĐN-MAU")
    office.run("papers", "mission", "1", "2026-03-03T13:00", "2026-03-03T17:00")
    assert told("2026-03-03")["violations"] == []
    assert told("2026-03-03")["symbols"] == {"am": "P", "pm": "CT"}
    office.run("papers", "outage", "GATE", "2026-03-04T06:00", "2026-03-04T18:00")
    assert told("2026-03-04")["ledger"]["unverified"] == 480
    assert office.json("evaluate")["days_changed"] >= 2
    assert "lan" not in office.run("people", "list").stdout
    office.run("people", "name", "1", "Nguyễn Thị Lan")
    assert "Nguyễn Thị Lan" in office.run("people", "list").stdout
    for words in (
        ("leave", "9", "2026-03-03"),
        ("leave", "1", "3/3/2026"),
        ("leave", "1", "2026-03-03", "--session", "noon"),
        ("mission", "1", "2026-03-03T13:00", "2026-03-03T12:00"),
        ("outage", "GATE", "2026-03-04", "2026-03-05"),
    ):
        assert len(office.run("papers", *words, code=2).stderr.strip().splitlines()) == 1


def test_a_day_is_explained_in_sentences_of_the_language_asked_for(office: Office) -> None:
    (office.folder / "1_attlog.dat").write_text(
        "".join(f"1\t2026-03-03 {at}\t1\t0\t1\t0\n" for at in ("07:46:40", "07:47:00", "12:00:00", "13:00:00"))
        + "1\t2026-03-03 17:00:00\t1\t0\t1\t0\n2\t2026-03-06 07:00:00\t1\t0\t1\t0\n"
    )
    office.run("import", "punches", "1_attlog.dat", "--terminal", "GATE", "--create", "--people")
    told = office.run("explain", "1", "2026-03-03").stdout.splitlines()
    assert "- 07:46:40 − 07:30 = 16 phút 40 giây." in told
    assert "- Phút lẻ không tính: ghi nhận 16 phút." in told
    repeat = next(line for line in told if line.startswith("- 07:47, "))
    assert "lặp lại lượt 07:46:40 sau 20 giây (không quá 60 giây), không tính. [Tệp nhập 1" in repeat
    assert "chưa có văn bản" in next(line for line in told if line.startswith("- Căn cứ (đi muộn)"))
    assert told[-1] == "- 480 phút = 464 được tính công + 0 nghỉ có phép + 0 chưa kết luận + 16 thiếu giờ"
    english = office.run("explain", "1", "2026-03-03", "--language", "en").stdout.splitlines()
    assert english[-1] == "- 480 minutes = 464 credited + 0 leave + 0 unverified + 16 counted"
    statements = office.json("explain", "1", "2026-03-03", "--language", "en")["statements"]
    assert {"07:46:40 − 07:30 = 16 minutes 40 seconds."} <= {each["text"] for each in statements}
    assert {each["key"] for each in statements if each["part"] == "punch"} == {"punch.line"}


def test_a_wrong_terminal_is_mended_and_retired(office: Office) -> None:
    with SimulatedTerminal(records=load_records(200, users=5), comm_key=7).running() as simulated:
        (office.folder / "key").write_text("7\n")
        office.run("terminals", "add", "GATE", "--host", "127.0.0.1", "--port", "9", "--every", "60")
        office.run("pull", "GATE", code=1)
        office.run("terminals", "set", "GATE", "--port", str(simulated.port))
        assert office.json("pull", "GATE", code=1)["pulls"][0]["outcome"] == "wrong_key"
        office.run("terminals", "set", "GATE", "--comm-key-file", "key")
        found = office.run("pull", "GATE", "--people", apart=True)
        assert "5 people" in found.stdout
        assert found.stderr.count("terminal GATE answers again") == 1, "what was lost is told when it is found"
        office.run("terminals", "add", "GHOST", "--host", "127.0.0.1", "--port", "9")
        assert office.json("evaluate")["violations"]
        office.run("terminals", "retire", "GHOST")
        assert [pull["terminal"] for pull in office.json("pull", "--all")["pulls"]] == ["GATE"]
        assert "GHOST is out of use" in office.run("pull", "GHOST", code=2).stderr


def test_init_makes_everything_or_nothing_and_keeps_it_private(tmp_path: Path) -> None:
    office = Office(tmp_path)
    (tmp_path / "password").write_text("ngắn\n", encoding="utf-8")
    office.run("init", "--admin", "quantri", "--password-file", "password", code=2)
    (tmp_path / "password").write_text("một câu đủ dài\n", encoding="utf-8")
    office.run("init", "--admin", "quantri", "--password-file", "password", "--hours", "7h-11h", code=2)
    office.run("init", "--admin", "quantri", "--password-file", "password")
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0
    assert (tmp_path / "data" / "secret.key").stat().st_mode & 0o077 == 0


def test_a_port_that_cannot_be_listened_on_is_told_with_the_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = CliRunner().invoke(app, ["simulate", "--port", port])
    assert isinstance(done.exception, Invalid)
    assert str(done.exception).startswith(f"Port {port} cannot be listened on")
    assert CliRunner().invoke(app, ["simulate", "--port", "99999"]).exit_code == 2
