"""Exports for analysts over real HTTP: a cut line costs nothing, nobody is told more than elsewhere, and all is in the
trail."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import random
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pwdlib.hashers.argon2 import Argon2Hasher
from typer.testing import CliRunner

from api.cli.main import app as console
from api.http import create_app
from api.settings import Settings
from attendance.services.accounts import Accounts
from attendance.services.bulk_export import COLUMNS, KEYS
from attendance.store import export_snapshot, punch_log, trail_reading
from attendance.store.database import Database
from attendance.store.trail_reading import Asked
from bench.many_punches import AT, PASSWORD, TERMINALS, Taker, add_punches, measure, prepare
from tests.e2e.conftest import FIRST, JUDGED_AT, LAST, NOW, Office
from tests.serving import BreakingLine, serving

PUNCHES = 50_000
SPAN = {"from": str(FIRST), "to": str(LAST)}
CHEAP = Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)


@dataclass
class Many:
    database: Database
    sites: dict[str, int]
    port: int
    token: str
    folder: Path


@pytest.fixture(scope="module")
def many(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Many]:
    """The service on a real port, over many punches."""
    folder = tmp_path_factory.mktemp("many")
    (folder / "attendance.db").write_bytes(migrated_sqlite.read_bytes())
    settings = Settings(_env_file=None, data_dir=folder, secret_key="a secret of the tests, long enough")
    database = Database(settings.url)
    sites = prepare(database, PUNCHES)
    accounts = Accounts(database, hasher=CHEAP, secret_key=settings.secret())
    accounts.create_user("hr", PASSWORD, "hr", None)
    token = accounts.sign_in("hr", PASSWORD, "127.0.0.1", "bearer").secret
    with serving(create_app(settings, database, accounts=accounts)) as port:
        yield Many(database, sites, port, token, folder)
    database.close()


def manifests(database: Database, **narrowed: Any) -> list[dict[str, Any]]:
    """What the trail says of exports, the newest first."""
    with database.reading() as session:
        found = trail_reading.entries(session, Asked(None, None, "export", None, None, None, None), limit=100)
    return [row["after"] | {"act": row["act"], "actor": row["actor"]} for row in found.rows]


def test_a_cut_line_costs_no_row_and_repeats_none_while_terminals_are_read(many: Many) -> None:
    rng = random.Random(8)
    taker: Taker

    def between() -> None:
        """New punches of a terminal already passed, and of one not reached yet."""
        for code in ("T00", f"T{TERMINALS - 1:02}"):
            with many.database.writing() as session:
                place = 10**6 + 100 * taker.cuts
                add_punches(session, many.sites[code], place, 7, np.random.default_rng(taker.cuts))
        line.down = rng.randrange(1000, 4_000_000) if taker.cuts < 6 else None

    line = BreakingLine(many.port, down=1_234_567)
    with line.open() as through:
        taker = Taker(through, many.token)
        taker.take(between)
    assert taker.cuts >= 3
    assert taker.rows == PUNCHES
    whole = Taker(many.port, many.token)
    whole.snapshot = taker.snapshot
    whole.take()
    assert (whole.cuts, whole.rows) == (0, PUNCHES)
    assert whole.digest.hexdigest() == taker.digest.hexdigest()
    told = manifests(many.database)
    assert told[0]["act"] == "export.made"
    assert told[0]["digest"] == taker.digest.hexdigest()
    assert (told[0]["paper"], told[0]["rows"], told[0]["actor"]) == ("punches", PUNCHES, "hr")
    assert told[0]["snapshot"] == taker.snapshot
    assert sum(each["act"] == "export.cut" for each in told) == taker.cuts
    later = Taker(many.port, many.token)
    later.snapshot = str(export_snapshot.take(many.database, AT.replace(year=2026, month=11)))
    with many.database.reading() as session:
        stored = len(punch_log.read(session, many.sites.values()))
    assert stored == PUNCHES + 14 * taker.cuts  # what came meanwhile is there for the next export


@pytest.mark.long
def test_ten_million_punches_fit_into_300_mb(tmp_path: Path) -> None:
    found = measure(10_000_000, tmp_path, 12)
    assert found["rows"] == 10_000_000
    assert found["cuts"] >= 5
    assert found["server_mb"] <= 300, found


# what is told to whom ------------------------------------------------------------------------------------------------


def taken(office: Office, user: str, kind: str, **query: Any) -> list[dict[str, Any]]:
    answer = office.client(user).get(f"/api/v1/exports/{kind}", params=SPAN | query)
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


def listed(office: Office, user: str, path: str, **query: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    while True:
        page = office.get(user, path, **SPAN, limit=500, offset=len(rows), **query)
        rows += page["items"]
        if len(rows) >= page["total"]:
            return rows


@pytest.mark.parametrize("user", ["hr.a", "inspector", "e1"])
def test_rows_are_those_of_the_lists_with_as_much_as_the_reader_may_know(shared_office: Office, user: str) -> None:
    office = shared_office
    for narrowed in ({"unit": "A1"}, {}) if user == "hr.a" else ({},):
        punches = taken(office, user, "punches", **narrowed)
        found = [(row["terminal"], row["sequence"], row["at"], row["employee"], row["unit"]) for row in punches]
        beside = listed(office, user, "/punches", **narrowed)
        names = ("terminal", "sequence", "at", "employee", "unit")
        assert found == sorted(tuple(row[name] for name in names) for row in beside)
        days = taken(office, user, "days", **narrowed)
        verdicts = listed(office, user, "/verdicts", **narrowed)
        same = ("date", "employee", "unit", "day_kind", "worked_min", "leave_min", "symbols", "flags", "revision")
        assert [[row[name] for name in same] for row in days] == [[row[name] for name in same] for row in verdicts]
        violations = taken(office, user, "violations", **narrowed)
        rows = listed(office, user, "/violations", **narrowed)
        assert [row["id"] for row in violations] == [row["id"] for row in rows]
        assert [row["minutes"] for row in violations] == [row["minutes"] for row in rows]
    assert punches or user == "hr.a"
    assert days
    assert violations


def test_reasons_are_for_those_who_may_know_them(shared_office: Office) -> None:
    def on_leave(user: str) -> Any:
        rows = taken(shared_office, user, "days")
        return next(row["symbols"] for row in rows if (row["date"], row["employee"]) == ("2026-11-03", "E2"))

    assert "CP" not in on_leave("hr").values()
    assert "CP" in on_leave("inspector").values()


@pytest.mark.parametrize("kind", list(COLUMNS))
def test_any_row_is_a_place_to_go_on_from(shared_office: Office, kind: str) -> None:
    answer = shared_office.client("hr").get(f"/api/v1/exports/{kind}", params=SPAN)
    lines, snapshot = answer.text.splitlines(), answer.headers["export-snapshot"]
    for place in (len(lines) // 2, len(lines) - 1):
        row = json.loads(lines[place])
        cursor = json.dumps([row[name] for name in KEYS[kind]])
        rest = shared_office.client("hr").get(
            f"/api/v1/exports/{kind}", params=SPAN | {"snapshot": snapshot, "cursor": cursor}
        )
        assert rest.text.splitlines() == lines[place + 1 :]
    pieces: list[str] = []
    while True:
        row = json.loads(pieces[-1]) if pieces else {}
        more = {"cursor": json.dumps([row[name] for name in KEYS[kind]])} if row else {}
        part = shared_office.client("hr").get(
            f"/api/v1/exports/{kind}", params=SPAN | {"snapshot": snapshot, "limit": 29} | more
        )
        pieces += part.text.splitlines()
        if len(part.text.splitlines()) < 29:
            break
    assert pieces == lines


def test_an_export_shows_what_held_at_its_snapshot(shared_office: Office) -> None:
    def then(at: Any) -> list[str]:
        moment = str(export_snapshot.Snapshot(at, 10**6))
        rows = taken(shared_office, "hr", "days", snapshot=moment)
        return [str(row["symbols"]) for row in rows if (row["date"], row["employee"]) == ("2026-11-03", "E2")]

    assert len(then(JUDGED_AT)) == len(then(NOW)) == 1
    assert then(JUDGED_AT) != then(NOW)  # leave was approved in between


@pytest.mark.parametrize(
    ("query", "status", "says"),
    [
        ({"cursor": '["T-A",1]'}, 422, "snapshot"),
        ({"cursor": '["T-A","1"]', "snapshot": "1-1"}, 422, "terminal, sequence"),
        ({"cursor": "x", "snapshot": "1-1"}, 422, "terminal, sequence"),
        ({"cursor": '["T-A",-1]', "snapshot": "1-1"}, 422, "terminal, sequence"),
        ({"snapshot": "99999999999999999-1"}, 422, "snapshot"),
        ({"snapshot": "yesterday"}, 422, "snapshot"),
        ({"from": "2026-11-20", "to": "2026-11-02"}, 422, "swap"),
        ({"unit": "NOWHERE"}, 404, "NOWHERE"),
        ({"format": "xlsx"}, 422, ""),
    ],
)
def test_what_cannot_be_meant_gets_a_sentence(
    shared_office: Office, query: dict[str, str], status: int, says: str
) -> None:
    answer = shared_office.client("hr").get("/api/v1/exports/punches", params=query)
    assert answer.status_code == status
    assert says in answer.text


def test_a_cursor_does_not_tell_whether_somebody_elsewhere_is_there(shared_office: Office) -> None:
    """E3 serves in another unit than the reader's, E99 is nobody's code; E2 they see."""
    client = shared_office.client("hr.a")
    answers = [
        client.get("/api/v1/exports/days", params={"cursor": f'["2026-11-03","{code}"]', **_moment(client)})
        for code in ("E2", "E3", "E99")
    ]
    assert [answer.status_code for answer in answers] == [200, 422, 422]
    assert answers[1].json()["detail"] == answers[2].json()["detail"]


def _moment(client: Any) -> dict[str, str]:
    answer = client.get("/api/v1/exports/days", params={"limit": 1})
    return {"snapshot": answer.headers["Export-Snapshot"]}


def test_whom_an_export_is_about_has_been_looked_at(shared_office: Office) -> None:
    taken(shared_office, "inspector", "violations")
    with shared_office.database.reading() as session:
        found = trail_reading.entries(
            session, Asked("inspector", "looked", "bulk_export", None, None, None, None), limit=1
        )
    assert {"E1", "E2"} <= set(found.rows[0]["employees"])


# formats -------------------------------------------------------------------------------------------------------------


def test_csv_says_what_ndjson_says(shared_office: Office) -> None:
    for kind, columns in COLUMNS.items():
        answer = shared_office.client("hr").get(f"/api/v1/exports/{kind}", params=SPAN | {"format": "csv"})
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        told = taken(shared_office, "hr", kind)
        assert len(rows) == len(told)
        plain = [name for name in columns if name not in ("symbols", "flags")]
        for cells, row in zip(rows, told, strict=True):
            assert [cells[name] for name in plain] == ["" if row[name] is None else str(row[name]) for name in plain]


def test_parquet_says_the_same_with_types(shared_office: Office, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    for kind in COLUMNS:
        answer = shared_office.client("hr").get(f"/api/v1/exports/{kind}", params=SPAN | {"format": "parquet"})
        frame = pd.read_parquet(io.BytesIO(answer.content))
        told = taken(shared_office, "hr", kind)
        assert list(frame["employee"].fillna("")) == [row["employee"] or "" for row in told]
        made = manifests(shared_office.database)
        assert (hashlib.sha256(answer.content).hexdigest(), len(told)) in [(m["digest"], m["rows"]) for m in made]
        if kind == "punches":
            assert list(frame["at"]) == [pd.Timestamp(row["at"]).tz_convert("UTC") for row in told]


def test_without_parquet_one_sentence_says_what_to_do(shared_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    answer = shared_office.client("hr").get("/api/v1/exports/days", params=SPAN | {"format": "parquet"})
    assert answer.status_code == 422
    assert "attendance-compliance[scale]" in answer.text
    assert "ndjson" in answer.text


# the command ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def command(shared_office: Office, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("ATTENDANCE_DATA_DIR", str(shared_office.settings.data_dir))
    monkeypatch.setenv("ATTENDANCE_SECRET_KEY", "a secret of the tests, long enough")
    return CliRunner()


@pytest.mark.parametrize(
    ("kind", "ending"),
    [("punches", "csv"), ("violations", "ndjson"), pytest.param("days", "csv", marks=pytest.mark.long)],
)
def test_the_command_goes_on_where_a_file_broke_off(
    command: CliRunner, shared_office: Office, tmp_path: Path, kind: str, ending: str
) -> None:
    whole, broken = tmp_path / f"whole.{ending}", tmp_path / f"broken.{ending}"
    span = ["--from", str(FIRST), "--to", str(LAST)]
    done = command.invoke(console, ["export", kind, "--out", str(whole), *span])
    assert done.exit_code == 0, done.output
    beside = json.loads(Path(f"{whole}.export.json").read_text())
    assert beside["digest"] == hashlib.sha256(whole.read_bytes()).hexdigest()
    assert manifests(shared_office.database)[0]["digest"] == beside["digest"]
    content = whole.read_bytes()
    for place in (5, len(content) // 3):
        broken.write_bytes(content[:place])
        left = {name: value for name, value in beside.items() if name not in ("rows", "digest")}
        Path(f"{broken}.export.json").write_text(json.dumps(left))
        again = command.invoke(console, ["export", kind, "--out", str(broken), "--resume"])
        assert again.exit_code == 0, again.output
        assert broken.read_bytes() == content, place


def test_the_command_refuses_what_would_lose_something(command: CliRunner, tmp_path: Path) -> None:
    out = tmp_path / "days.ndjson"
    for words in (
        ["export", "days", "--out", str(out), "--resume"],  # nothing was begun
        ["export", "days", "--out", str(tmp_path / "days.parquet"), "--resume"],
    ):
        assert command.invoke(console, words).exception is not None
    assert command.invoke(console, ["export", "days", "--out", str(out)]).exit_code == 0
    assert command.invoke(console, ["export", "days", "--out", str(out)]).exception is not None
    assert command.invoke(console, ["export", "days", "--out", str(out), "--resume"]).exception is not None


# the example of the documents ----------------------------------------------------------------------------------------

DOCUMENT = Path(__file__).parents[2] / "docs" / "developers" / "for-analysts.md"
EXAMPLE = re.search(r"```python\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)


def test_the_example_of_the_documents_runs_over_a_line_that_breaks(many: Many) -> None:
    assert EXAMPLE is not None
    line = BreakingLine(many.port, down=400_000)
    with line.open() as through:
        known: dict[str, Any] = {"address": f"http://127.0.0.1:{through}", "token": many.token}
        exec(compile(EXAMPLE[1], "example", "exec"), known)
    assert line.broken
    frame = known["frame"]
    assert len(frame) == PUNCHES // TERMINALS
    assert not frame.duplicated(["terminal", "sequence"]).any()
    assert int(known["per_unit"].to_numpy().sum()) == len(frame)
