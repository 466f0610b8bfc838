"""Commands about signing in: the first administrator later, tokens, accounts that somebody lost hold of."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pyotp
import pytest
from typer.testing import CliRunner

from api.cli.main import app
from attendance.errors import AttendanceError, Invalid, NotFound
from attendance.services.accounts import Accounts
from attendance.services.first_administrator import make_first_administrator
from attendance.services.proofs import SignInRefused
from attendance.store.database import Database, sqlite_url
from attendance.store.trail import CONSOLE
from tests.e2e.site import CHEAP, NOON, PASSWORD, Clock, copied, open_site

SECRET = "a secret of the tests, long enough"


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ATTENDANCE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("ATTENDANCE_SECRET_KEY", SECRET)
    return tmp_path


@pytest.fixture
def accounts(folder: Path, migrated_sqlite: Path) -> Accounts:
    """An office with people who may sign in."""
    database = copied(migrated_sqlite, folder)
    open_site(database, folder)
    return Accounts(database, hasher=CHEAP, secret_key=SECRET.encode())


def run(*words: str) -> str:
    """What a command says. Raises what it raises."""
    done = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_an_office_begins_without_an_administrator(folder: Path) -> None:
    said = run("init", "--later", "--name", "Xã Mẫu", "--no-calendar")
    code = re.search(r"[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}", said)
    assert code is not None
    assert "/setup" in said
    database = Database(sqlite_url(folder / "attendance.db"))
    made = make_first_administrator(Accounts(database, hasher=CHEAP), code[0], "minh", PASSWORD, "")
    assert made.role == "administrator"
    database.close()
    with pytest.raises(Invalid):
        run("init", "--later", "--admin", "minh", "--unit", "B")


def test_serve_shows_a_code_while_nobody_can_sign_in(folder: Path, migrated_sqlite: Path) -> None:
    copied(migrated_sqlite, folder).close()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with subprocess.Popen(
        [sys.executable, "-m", "api.cli.main", "serve", "--port", str(port), "--no-sync"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    ) as served:
        assert served.stdout is not None
        try:
            assert "service is at" in served.stdout.readline()
            assert re.search(
                r"setup within 15 minutes and enter this code: ([A-Z2-9]{4}-?){3}", served.stdout.readline()
            )
        finally:
            served.send_signal(signal.SIGTERM)


def test_a_token_is_made_listed_and_revoked(accounts: Accounts) -> None:
    said = run("tokens", "add", "hoa", "Báo cáo", "--scope", "attendance.read", "--scope", "papers.read")
    secret = said.splitlines()[-1]
    found = accounts.who(secret, "bearer")
    assert found is not None
    assert (found.name, found.held.scopes, found.held.read_only) == (
        "hoa",
        frozenset({"attendance.read", "papers.read"}),
        True,
    )
    run("tokens", "add", "lan", "Nhập liệu", "--scope", "imports.punches", "--write")
    listed = json.loads(run("tokens", "list", "--json"))["tokens"]
    assert [(one["user"], one["name"], one["read_only"]) for one in listed] == [
        ("lan", "Nhập liệu", False),
        ("hoa", "Báo cáo", True),
    ]
    assert secret not in json.dumps(listed)
    assert "Báo cáo" in run("tokens", "list", "--user", "hoa")
    run("tokens", "revoke", str(listed[1]["id"]))
    assert accounts.who(secret, "bearer") is None


REFUSED = (
    ("tokens", "add", "hoa", "x", "--scope", "everything"),
    ("tokens", "add", "hoa", "x", "--scope", "papers.read", "--to", "2020-01-01"),
    ("tokens", "add", "nobody", "x", "--scope", "papers.read"),
    ("tokens", "list", "--user", "nobody"),
    ("tokens", "revoke", "9"),
    ("users", "first-password", "nobody"),
    ("users", "remove-second-factor", "lan"),
    ("users", "end-sessions", "nobody"),
    ("users", "link", "lan", "s-1"),
    ("users", "unlink", "lan"),
)


def test_what_cannot_be_done_is_said_in_a_sentence(accounts: Accounts) -> None:
    for words in REFUSED:
        with pytest.raises(AttendanceError) as refused:
            run(*words)
        assert len(str(refused.value)) > 20, words


def test_who_lost_hold_of_an_account_gets_it_back(accounts: Accounts) -> None:
    session = accounts.sign_in("lan", PASSWORD, "10.0.0.1", "session").secret
    accounts.second_factors.now = Clock(NOON)
    lan = accounts.signed_in_of("lan").user_id
    key = accounts.second_factors.begin(lan, "lan").text.replace(" ", "")
    accounts.second_factors.confirm(lan, pyotp.TOTP(key).at(NOON), CONSOLE)
    assert "phone lost" not in run("users", "remove-second-factor", "lan", "--why", "phone lost")
    assert not accounts.second_factors.is_set(lan)
    assert "ended: 1" in run("users", "end-sessions", "lan")
    assert accounts.who(session, "session") is None
    first = run("users", "first-password", "lan").splitlines()[-1]
    with pytest.raises(SignInRefused):
        accounts.sign_in("lan", PASSWORD, "10.0.0.1", "session")
    opened = accounts.who(accounts.sign_in("lan", first, "10.0.0.1", "session").secret, "session")
    assert opened is not None
    assert opened.held.must == "password"


def test_an_account_is_linked_to_a_person_of_the_provider(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTENDANCE_OIDC_ISSUER", "https://sso.tinh.example")
    monkeypatch.setenv("ATTENDANCE_OIDC_CLIENT_ID", "cham-cong")
    assert "s-1" in run("users", "link", "lan", "s-1")
    with pytest.raises(NotFound):
        run("users", "link", "nobody", "s-2")
    run("users", "unlink", "lan")
