"""A site without a road as two offices type it: made and accepted at the centre, pulled and forwarded at the site."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli.main import app
from api.settings import Settings
from attendance.clock import utc_now
from attendance.errors import AttendanceError
from attendance.store import registering
from attendance.store.database import Database
from device_sync.simulator import SimulatedTerminal
from tests.builders import stored_punches, truth_of
from tests.serving import make_app, serving


@dataclass
class Place:
    """A data folder, and the commands typed there."""

    folder: Path
    runner: CliRunner = field(default_factory=CliRunner)

    @property
    def env(self) -> dict[str, str]:
        return {"ATTENDANCE_DATA_DIR": str(self.folder / "data"), "NO_COLOR": "1", "COLUMNS": "200"}

    def run(self, *words: str, code: int | None = 0) -> str:
        """What a command says that ends with this code; None: with whichever."""
        done = self.runner.invoke(app, words, env=self.env)
        failed = done.exception if isinstance(done.exception, AttendanceError) else None
        ended = 2 if failed is not None else done.exit_code
        assert code in (ended, None), (words, done.output, done.exception)
        return str(failed) if failed is not None else done.stdout

    def json(self, *words: str, code: int | None = 0) -> Any:
        return json.loads(self.run(*words, "--json", code=code))

    def database(self) -> Database:
        return Database(Settings(_env_file=None, data_dir=self.folder / "data").url)


@pytest.fixture
def centre(tmp_path: Path) -> Place:
    found = Place(tmp_path / "centre")
    found.folder.mkdir()
    (found.folder / "password").write_text("một câu dài làm mật khẩu\n", encoding="utf-8")
    found.run("init", "--unit", "A", "--admin", "quantri", "--password-file", str(found.folder / "password"))
    return found


@pytest.fixture
def url(centre: Place) -> Iterator[str]:
    database = centre.database()
    with serving(make_app(database, centre.folder / "data")) as port:
        yield f"http://127.0.0.1:{port}"
    database.close()


@pytest.fixture
def site(tmp_path: Path) -> Place:
    found = Place(tmp_path / "site")
    found.folder.mkdir()
    return found


def token_of(centre: Place, site: Place, *words: str) -> Path:
    """Type a command that hands a token over; the file at the site that then holds it."""
    token = centre.run("sites", *words).strip()
    assert len(token.splitlines()) == 1
    file = site.folder / "token"
    file.write_text(token + "\n")
    return file


def test_from_the_first_token_to_punches_at_the_centre(centre: Place, site: Place, url: str) -> None:
    file = token_of(centre, site, "add", "BAN-CHA", "--unit", "A", "--name", "Điểm bản Chà")
    agent = ("agent", "--centre", url, "--token-file", str(file), "--once")
    assert centre.json("sites", "list")["sites"][0]["state"] == "new"
    assert site.json(*agent)["held"] == 0  # makes what it needs
    with SimulatedTerminal(serial="BJ2C19", users=3).running() as simulated:
        site.run("terminals", "add", "GATE", "--host", "127.0.0.1", "--port", str(simulated.port))
        for pin in ("1001", "1002", "1003"):
            simulated.punch(pin)
        told = site.json(*agent)
        assert (told["site"], told["held"], told["delivered"], told["waiting"]) == ("BAN-CHA", 1, 1, 0)
        (listed,) = centre.json("sites", "list")["sites"]
        assert (listed["state"], listed["terminals"][0]["serial"], listed["terminals"][0]["waiting"]) == (
            "ok",
            "BJ2C19",
            1,
        )
        database = centre.database()
        with database.writing() as session:
            registering.add_terminal(session, "T-O", unit="A", at=utc_now()).serial = "BJ2C19"
        database.close()
        refused = centre.run("sites", "accept", "BAN-CHA", "BJ2C19", "--create", "T-N", code=2)
        assert "The serial number BJ2C19 is terminal T-O already" in refused
        centre.run("terminals", "retire", "T-O")
        assert "not accepted yet, 1 segments kept" in centre.run("sites", "list")
        assert "1 segments that were kept are filed" in centre.run(
            "sites", "accept", "BAN-CHA", "BJ2C19", "--create", "T-N"
        )
        assert (site.folder / "data").stat().st_mode & 0o077 == 0, "what lies there is about people"
        simulated.punch("1001")
        assert site.json(*agent)["delivered"] == 2
        database = centre.database()
        assert stored_punches(database, "T-N") == truth_of(simulated)
        database.close()
    assert site.json(*agent, code=1)["terminals"][0]["outcome"] != "ok"  # nobody answers now, and that is told, too
    assert site.json("agent", "--status")["waiting"] == 0
    assert "3 segments, all delivered; 0 of 1 terminals read" in site.run("agent", "--status")


@pytest.mark.long
def test_without_the_centre_it_pulls_and_keeps(centre: Place, site: Place) -> None:
    file = token_of(centre, site, "add", "S")
    agent = ("agent", "--centre", "http://127.0.0.1:9", "--token-file", str(file), "--once")
    site.run(*agent, code=1)
    with SimulatedTerminal(users=3).running() as simulated:
        site.run("terminals", "add", "GATE", "--host", "127.0.0.1", "--port", str(simulated.port))
        simulated.punch("1001")
        told = site.json(*agent, code=1)
    assert (told["held"], told["waiting"], told["trouble"]) == (1, 1, "centre_unreachable")
    assert "it is tried again" in told["message"]
    assert file.read_text().strip() not in json.dumps(told)
    assert "1 not yet delivered" in site.run("agent", "--status", code=1)


def test_a_token_that_was_revoked_or_renewed(centre: Place, site: Place, url: str) -> None:
    file = token_of(centre, site, "add", "S")
    agent = ("agent", "--centre", url, "--token-file", str(file), "--once")
    site.run(*agent)
    centre.run("sites", "revoke", "S")
    told = site.json(*agent, code=1)
    assert told["trouble"] == "site_token_refused"
    assert "sites renew" in told["message"]
    token_of(centre, site, "renew", "S")
    assert site.json(*agent)["trouble"] == ""
    token_of(centre, site, "renew", "S", "--new-chain")
    assert "sealed again in a new chain" in site.run("agent", "--new-chain")
    assert site.json(*agent)["trouble"] == ""


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--centre", "http://attendance.example.vn"), "is not encrypted"),
        (("--centre", "ftp://attendance.example.vn"), "is not the address of a centre"),
        (("--centre", "https://a:b@attendance.example.vn"), "holds a password"),
        (("--centre", "https://attendance.example.vn", "--ca-file", "nothing.pem"), "no certificate of an authority"),
        ((), "--centre with the address"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_sent(site: Place, words: tuple[str, ...], sentence: str) -> None:
    (site.folder / "token").write_text("site_" + "t" * 43)
    assert sentence in site.run("agent", *words, "--token-file", str(site.folder / "token"), "--once", code=2)


@pytest.mark.parametrize("content", [None, "", "short", "tôi " * 20])
def test_a_token_file_that_holds_none(site: Place, content: str | None) -> None:
    if content is not None:
        (site.folder / "token").write_text(content, encoding="utf-8")
    words = ("agent", "--centre", "https://attendance.example.vn", "--token-file", str(site.folder / "token"), "--once")
    assert "oken file" in site.run(*words, code=2)


def test_what_the_centre_refuses(centre: Place) -> None:
    centre.run("sites", "add", "S")
    for words, sentence in (
        (("add", "S"), "already a site"),
        (("add", "a/b"), "cannot be the code"),
        (("add", "N", "--unit", "Z"), "no unit"),
        (("revoke", "N"), "no site"),
        (("renew", "N"), "no site"),
        (("accept", "S", "X", "--create", "T"), "has reported no such terminal"),
    ):
        assert sentence in centre.run("sites", *words, code=2)


@pytest.mark.long
def test_the_agent_runs_until_it_is_told_to_end(centre: Place, site: Place, url: str) -> None:
    """The command itself, as a process: it finds a terminal added while it runs, delivers, and ends at SIGTERM."""
    file = token_of(centre, site, "add", "S")
    words = ("agent", "--centre", url, "--token-file", str(file), "--every", "1")
    with SimulatedTerminal(users=3).running() as simulated:
        simulated.punch("1001")
        process = subprocess.Popen(
            [sys.executable, "-m", "api.cli.main", *words],
            env=os.environ | site.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            wait_for(lambda: (site.folder / "data" / "attendance.db").exists() and has_unit(site))
            site.run("terminals", "add", "GATE", "--host", "127.0.0.1", "--port", str(simulated.port))
            wait_for(lambda: centre.json("sites", "list", code=None)["sites"][0]["number"] >= 1)
        finally:
            process.send_signal(signal.SIGTERM)
            output, _ = process.communicate(timeout=60)
    assert process.returncode == 0, output
    assert "S: 1 segments, all delivered; 1 of 1 terminals read." in output
    assert file.read_text().strip() not in output
    assert "Traceback" not in output


def has_unit(place: Place) -> bool:
    from attendance.errors import StoreUnavailable
    from attendance.store import office, schema

    database = place.database()
    try:
        if not schema.is_current(database):
            return False
        with database.reading() as session:
            return bool(office.units(session))
    except StoreUnavailable:
        return False
    finally:
        database.close()


def wait_for(condition: Any) -> None:
    ends = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.1)
