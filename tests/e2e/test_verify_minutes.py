"""`attendance verify`: a sealed PDF beside its database, on a machine without one, and changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli.main import app
from attendance.errors import Invalid
from attendance.services.signing_key import SigningKey
from attendance.services.visiting import seals
from attendance.store import schema
from attendance.store.database import Database, sqlite_url
from tests import month_office
from tests.builders import rows
from tests.minutes_office import SECRET, data_of, hold_visit, seal_it


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an office with sealed minutes, and the PDF beside it."""
    folder = tmp_path_factory.mktemp("sealed")
    (folder / "data").mkdir()
    database = Database(sqlite_url(folder / "data" / "attendance.db"))
    schema.upgrade(database)
    database.seal_with(SECRET)
    month_office.fill(database)
    hold_visit(database)
    (folder / "bien-ban.pdf").write_bytes(seal_it(database).pdf)
    database.close()
    return folder


def verify(*words: str, code: int = 0) -> Any:
    done = CliRunner().invoke(app, ["verify", *words, "--json"])
    assert done.exit_code == code, (done.output, done.exception)
    return json.loads(done.stdout)


@pytest.fixture
def here(sealed: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ATTENDANCE_DATA_DIR", str(sealed / "data"))
    monkeypatch.setenv("ATTENDANCE_SECRET_KEY", SECRET.decode())
    return sealed


@pytest.fixture
def elsewhere(sealed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine that knows nothing of the office."""
    monkeypatch.setenv("ATTENDANCE_DATA_DIR", str(tmp_path / "nothing"))
    monkeypatch.delenv("ATTENDANCE_SECRET_KEY", raising=False)
    return sealed


def test_beside_its_database(here: Path) -> None:
    found = verify(str(here / "bien-ban.pdf"))
    assert (found["holds"], found["key_known"]) == (True, True)
    whole = verify()
    assert whole["minutes"] == {"minutes": 1, "annexes": 0, "broken": None, "wrong": ""}


def test_on_any_machine(elsewhere: Path) -> None:
    file = str(elsewhere / "bien-ban.pdf")
    found = verify(file)
    assert (found["holds"], found["key_known"]) == (True, None)
    assert verify(file, "--key", SigningKey(SECRET).name)["key_known"] is True
    assert verify(file, "--key", "0" * 32, code=1)["wrong"] == ["key"]
    told = CliRunner().invoke(app, ["verify", file]).stdout
    assert SigningKey(SECRET).name in told


@pytest.mark.parametrize("part", ["page", "data"])
def test_one_byte_changed_is_named(elsewhere: Path, tmp_path: Path, part: str) -> None:
    pdf = (elsewhere / "bien-ban.pdf").read_bytes()
    where = pdf.find(b"stream", pdf.find(b"/EmbeddedFile")) + 30 if part == "data" else 40
    changed = tmp_path / "changed.pdf"
    changed.write_bytes(pdf[:where] + bytes([pdf[where] ^ 1]) + pdf[where + 1 :])
    assert verify(str(changed), code=1)["wrong"] == (["pdf", "data"] if part == "data" else ["pdf"])


def test_minutes_that_somebody_else_sealed_are_told_from_its_own(here: Path, tmp_path: Path) -> None:
    """The same page and data under a seal of another key."""
    pdf = (here / "bien-ban.pdf").read_bytes()
    blank = pdf.replace(seals.check(pdf, None).seal.text().encode(), seals.BLANK.encode())  # type: ignore[union-attr]
    stranger, _ = seals.put(blank, data_of(pdf), SigningKey(b"the secret of somebody else, long enough"))
    (tmp_path / "forged.pdf").write_bytes(stranger)
    assert verify(str(tmp_path / "forged.pdf"), code=1)["wrong"] == ["key"]
    database = Database(sqlite_url(here / "data" / "attendance.db"))
    assert rows(database, "SELECT count(*) FROM signing_key") == [(1,)]
    database.close()


@pytest.mark.usefixtures("elsewhere")
def test_a_file_without_a_seal_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "other.pdf").write_bytes(b"%PDF-1.7 nothing")
    done = CliRunner().invoke(app, ["verify", str(tmp_path / "other.pdf")])
    assert isinstance(done.exception, Invalid)  # which ends the program with 2 and this sentence
    assert "bears no seal" in str(done.exception)
