"""`attendance backup`, `restore` and `doctor` as an office types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.test_commands import Office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    found = Office(tmp_path)
    found.run("init", "--admin", "root", "--password-file", str(tmp_path / "password"))
    return found


def test_there_and_back(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "usb" / "a.backup"
    said = json.loads(office.run("backup", str(file), "--json").stdout)
    assert said["size"] == file.stat().st_size
    assert said["rows"] > 50
    assert "--overwrite" in office.run("backup", str(file), code=2).stderr
    plain = office.run("backup", str(file), "--overwrite").stdout
    assert "read back and found whole" in plain
    assert "secret key" in plain
    tried = json.loads(office.run("drill", str(file), "--json").stdout)
    assert (tried["outcome"], tried["message"]) == ("ok", "")
    assert "attendance backup FILE" in office.run("drill", code=2).stderr  # there is no daily one yet
    assert "No backup was put back" in office.run("restored").stdout
    assert "--replace" in office.run("restore", str(file), code=2).stderr
    key = (tmp_path / "data" / "secret.key").read_text().strip()
    office.env |= {"ATTENDANCE_DATA_DIR": str(tmp_path / "again"), "ATTENDANCE_SECRET_KEY": key}
    assert "Restored as of" in office.run("restore", str(file)).stdout
    office.run("verify")
    assert "What was entered in between is not known here." in office.run("restored", code=1).stdout
    assert "settled by" in office.run("restored", "--settle", "Chưa ai nhập gì").stdout
    done = json.loads(office.run("restore", str(file), "--replace", "--json").stdout)
    assert Path(done["safety_copy"]).exists()
    assert done["wrong"] == []


def test_what_is_no_backup_is_one_sentence(office: Office, tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"\xff\xd8\xff" * 100)
    office.env["ATTENDANCE_DATA_DIR"] = str(tmp_path / "again")
    for name in ("holiday.jpg", "nowhere.backup"):
        said = office.run("restore", str(tmp_path / name), code=2).stderr
        assert len(said.splitlines()) == 1
    assert not (tmp_path / "again" / "attendance.db").exists()


def test_the_doctor_says_what_is_to_be_done_and_ends_accordingly(office: Office, tmp_path: Path) -> None:
    said = office.run("doctor", code=1).stdout.splitlines()
    assert said[0].startswith("To be done: ")
    assert any(line.startswith("  Start attendance serve") for line in said)
    found = json.loads(office.run("doctor", "--json", "--language", "vi", code=1).stdout)
    assert {each["reason"] for each in found["findings"]} >= {"backup_none", "nobody_leads", "version", "database"}
    office.run("backup", str(tmp_path / "a.backup"))
    left = json.loads(office.run("doctor", "--json", code=1).stdout)["findings"]
    assert [each["reason"] for each in left if each["level"] == "bad"] == ["nobody_leads"]
