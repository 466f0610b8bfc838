"""A bundle holds by itself, whatever is changed in it is found, and the small program that checks it stands alone."""

from __future__ import annotations

import ast
import hashlib
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from sqlalchemy.exc import DBAPIError

from attendance.errors import Invalid, NotFound
from attendance.services.evidence import bundling, checkpoints, notes, verify_bundle
from attendance.services.evidence.checking import check_checkpoints
from attendance.services.evidence.checkpoints import Checkpoint
from attendance.services.signing_key import SigningKey, signing_key
from attendance.store import chain_writing, intake_log
from attendance.store.database import Database, sqlite_url
from attendance.store.evidence_tables import PullRow
from attendance.store.trail import TIMETABLE
from tests import month_office

AT = datetime(2026, 11, 28, 17, tzinfo=UTC)
PROGRAM = Path(verify_bundle.__file__)
SHOWN = [("pull", 3), ("pull_bytes", 3), ("ruling", 3), ("unit_version", 1)]
FILES = {"hồ sơ/biên bản.txt": "Nguyễn Thị Hằng".encode(), "facts.json": b"{}"}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Database]:
    path = tmp_path_factory.mktemp("bundles") / "office.db"
    shutil.copyfile(migrated_sqlite, path)
    database = Database(sqlite_url(path))
    month_office.fill(database)
    with database.writing() as session:
        pull = PullRow(terminal_id=1, started_at=AT, finished_at=AT, read=1, payload=intake_log.compress(b"\1" * 40))
        session.add(pull)
        session.flush()
        assert pull.id == 3
        chain_writing.note_pull(session, 1, 3)
    yield database
    database.close()


@pytest.fixture(scope="module")
def key(database: Database) -> SigningKey:
    with database.writing() as session:
        return signing_key(session, b"a secret key of thirty-two bytes", AT)


@pytest.fixture(scope="module")
def points(database: Database, key: SigningKey) -> list[Checkpoint]:
    """Three checkpoints, of which the first covers everything a bundle is asked for."""
    found = []
    for day in range(3):
        with database.writing() as session:
            found.append(checkpoints.make(session, key, "day", by=TIMETABLE, at=AT + timedelta(days=day)))
    return found


@pytest.fixture(scope="module")
def made(database: Database, key: SigningKey, points: list[Checkpoint]) -> bytes:
    with database.reading() as session:
        asked = bundling.chain_entries_of(session, [("pull", 2), ("ruling", 1)])
        return bundling.bundle(session, key, title="Hồ sơ vi phạm", files=FILES, rows=asked, shown=SHOWN, at=AT)


def repacked(data: bytes, name: str, content: bytes | None, key: SigningKey | None = None) -> bytes:
    """The bundle with another file in it, its own list and signature made anew where the key is given."""
    files = verify_bundle.unpack(data)
    files.pop(name, None)
    if content is not None:
        files[name] = content
    if key is not None:
        manifest = orjson.loads(files["manifest.json"])
        manifest["files"] = [each for each in manifest["files"] if each["name"] != name]
        if content is not None:
            manifest["files"].append({"name": name, "sha256": hashlib.sha256(content).hexdigest()})
        files["manifest.json"] = orjson.dumps(manifest)
        files["manifest.sig"] = key.sign(bundling.PURPOSE, files["manifest.json"])
    return verify_bundle.pack(files)


def run(*arguments: str | Path) -> tuple[int, str]:
    command = [sys.executable, "-I", str(PROGRAM), *map(str, arguments)]
    found = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    return found.returncode, found.stdout


def test_the_program_is_short_and_imports_nothing_of_ours() -> None:
    text = PROGRAM.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 200
    names = set()
    for each in ast.walk(ast.parse(text)):
        if isinstance(each, ast.Import):
            names |= {alias.name.split(".")[0] for alias in each.names}
        elif isinstance(each, ast.ImportFrom):
            names.add(str(each.module).split(".")[0])
    assert names - sys.stdlib_module_names == {"cryptography"}


def test_it_says_what_holds_on_any_machine(made: bytes, key: SigningKey, tmp_path: Path) -> None:
    (tmp_path / "hồ sơ.zip").write_bytes(made)
    code, said = run(tmp_path / "hồ sơ.zip", "--key", key.name.upper())
    assert code == 0, said
    assert "Hồ sơ vi phạm" in said
    assert "4 records stand under checkpoint 1" in said
    code, said = run(tmp_path / "hồ sơ.zip", "--key", "0" * 32)
    assert (code, "DOES NOT HOLD: it is signed with the key" in said) == (1, True)
    assert run(tmp_path / "none.zip")[0] == 2
    (tmp_path / "other.zip").write_bytes(b"PK\3\4 and no more")
    assert run(tmp_path / "other.zip")[0] == 2


def test_the_same_content_makes_the_same_bytes(database: Database, key: SigningKey, made: bytes) -> None:
    with database.reading() as session:
        asked = bundling.chain_entries_of(session, [("ruling", 1), ("pull", 2)])
        again = bundling.bundle(
            session, key, title="Hồ sơ vi phạm", files=FILES, rows=asked[::-1], shown=SHOWN[::-1], at=AT
        )
    assert again == made


def test_every_changed_byte_is_found(made: bytes) -> None:
    drawn = random.Random(2026)
    for place in drawn.sample(range(len(made)), 400):
        other = bytearray(made)
        other[place] ^= 1 << drawn.randrange(8)
        with pytest.raises(Exception, match=r".") as found:
            verify_bundle.check(bytes(other))
        assert not isinstance(found.value, AssertionError)


@pytest.mark.parametrize(
    ("name", "content", "wrong"),
    [
        ("facts.json", b'{"late": 0}', "the file facts.json was changed or put in"),
        ("facts.json", None, "the file facts.json is missing"),
        ("more.json", b"{}", "the file more.json was changed or put in"),
        ("evidence/pulls/3.bin", b"\0", "the file evidence/pulls/3.bin was changed"),
    ],
)
def test_files_are_held_to_the_signed_list(made: bytes, name: str, content: bytes | None, wrong: str) -> None:
    with pytest.raises(verify_bundle.Bad, match=wrong):
        verify_bundle.check(repacked(made, name, content))


def test_what_stands_around_the_files_is_held_too(made: bytes) -> None:
    for other in (made + b"\0", b"\0" + made, made[:-2] + b"\1\0!"):
        with pytest.raises((verify_bundle.Bad, KeyError)):
            verify_bundle.check(other)


@pytest.mark.parametrize("what", ["content", "kind", "before", "text", "path", "bytes"])
def test_who_signs_anew_cannot_change_a_record(made: bytes, key: SigningKey, what: str) -> None:
    """The holder of the key changes what an entry says and signs the list again: the root does not agree."""
    lines = [orjson.loads(line) for line in verify_bundle.unpack(made)["evidence/chain.ndjson"].splitlines()]
    line = next(line for line in lines if line["chain"] == "papers")
    if what == "content":
        line["content"] = line["content"].replace("unit_version", "unit_versiom")
    elif what == "kind":
        line["kind"] = "written2"
    elif what == "before":
        line["before"] = "00" * 32
    elif what == "text":
        line["rows"][0]["text"] = line["rows"][0]["text"].replace("name", "nama")
    elif what == "path":
        line["path"] = line["path"][::-1] or ["00" * 32]
    changed = b"\n".join(orjson.dumps(line) for line in lines) + b"\n"
    other = repacked(made, "evidence/chain.ndjson", changed, key)
    if what == "bytes":
        other = repacked(made, "evidence/pulls/3.bin", b"\0other", key)
    with pytest.raises(verify_bundle.Bad, match=r"root of the checkpoint|not as it was entered|not those that were"):
        verify_bundle.check(other, key=key.name)


def test_a_checkpoint_from_elsewhere_is_trusted_instead_of_the_key(
    made: bytes, points: list[Checkpoint], database: Database, key: SigningKey
) -> None:
    for point in points:
        held = f"Kính gửi cơ quan,\r\n\r\n{point.text}".replace("\n", "\r\n")
        assert verify_bundle.check(made, checkpoint=held)[-1] == "That checkpoint stands before the one you hold."
    with database.writing() as session:
        later = checkpoints.make(session, key, "asked", by=TIMETABLE, at=AT + timedelta(days=9))
    with pytest.raises(verify_bundle.Bad, match="no given checkpoint leads back"):
        verify_bundle.check(made, checkpoint=points[0].text.replace("number 1\n", "number 9\n"))
    assert verify_bundle.check(made, checkpoint=later.text)  # it names the newest in the bundle as the one before it
    rewritten = points[1].text.replace("time 2026-11-29", "time 2026-11-30")
    with pytest.raises(verify_bundle.Bad, match="checkpoint 2 is not the one you hold"):
        verify_bundle.check(made, checkpoint=rewritten)
    with pytest.raises(verify_bundle.Bad, match="there is none"):
        verify_bundle.check(made, checkpoint="nothing")


def test_another_key_cannot_put_its_own_files_under_a_true_checkpoint(made: bytes, points: list[Checkpoint]) -> None:
    thief = SigningKey(b"another secret key of 32 bytes..")
    files = verify_bundle.unpack(made)
    manifest = orjson.loads(files["manifest.json"])
    manifest["keys"].insert(0, thief.public.hex())
    files["manifest.json"] = orjson.dumps(manifest)
    files["manifest.sig"] = thief.sign(bundling.PURPOSE, files["manifest.json"])
    with pytest.raises(verify_bundle.Bad, match="signed with a key that no given checkpoint names"):
        verify_bundle.check(verify_bundle.pack(files), checkpoint=points[0].text)


def test_records_that_no_checkpoint_covers_stand_under_one_of_the_moment(
    sqlite_database: Database, key: SigningKey
) -> None:
    with sqlite_database.reading() as session:
        found = bundling.bundle(session, key, title="t", files={}, rows=[("columns", 1)], at=AT)
    assert "under checkpoint 0" in verify_bundle.check(found, key=key.name)[1]
    with sqlite_database.writing() as session:
        first = checkpoints.make(session, key, "day", by=TIMETABLE, at=AT)
        again = bundling.bundle(session, key, title="t", files={}, rows=[("columns", 1)], at=AT)
    with pytest.raises(verify_bundle.Bad, match="no given checkpoint leads back to number 0"):
        verify_bundle.check(found, checkpoint=first.text)
    assert verify_bundle.check(again, checkpoint=first.text)


def test_what_cannot_be_put_in_is_refused(database: Database, key: SigningKey) -> None:
    with database.reading() as session:
        for name in ("../up", "manifest.json", "evidence/x", "a//b", "/etc", "C:\\x"):
            with pytest.raises(Invalid):
                bundling.bundle(session, key, title="t", files={name: b""}, rows=[], at=AT)
        for rows in ([("papers", 100_000)], [("papers", 0)], [("nothing", 1)]):
            with pytest.raises(NotFound):
                bundling.bundle(session, key, title="t", files={}, rows=rows, at=AT)
        with pytest.raises(NotFound):
            bundling.chain_entries_of(session, [("ruling", 10**8)])


@pytest.mark.postgres
def test_on_postgresql_too(postgres_database: Database) -> None:
    key = SigningKey(b"a secret key of thirty-two bytes")
    with postgres_database.writing() as session:
        signing_key(session, b"a secret key of thirty-two bytes", AT)
        first = checkpoints.make(session, key, "day", by=TIMETABLE, at=AT)
    with postgres_database.writing() as session:
        found = bundling.bundle(session, key, title="t", files={}, rows=[("columns", 1)], at=AT)
        checkpoints.make(session, key, "day", by=TIMETABLE, at=AT + timedelta(days=1))
    assert verify_bundle.check(found, checkpoint=first.text)
    with postgres_database.reading() as session:
        assert check_checkpoints(session, notes.read(first.whole)).holds
    for statement in ("UPDATE checkpoint SET size = 0", "DELETE FROM checkpoint", "TRUNCATE checkpoint CASCADE"):
        with postgres_database.engine.connect() as connection, pytest.raises(DBAPIError, match=r"append-only|refuse"):
            connection.exec_driver_sql(statement)
