"""No cell of any file becomes a formula, whatever stands in the database, and every file is in the trail.

Files are found from the routes and the commands: one without a sample here fails.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer.main
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from pwdlib.hashers.argon2 import Argon2Hasher
from typer.testing import CliRunner

from api.cli.main import app as console
from api.reporting.catalogue import entries
from api.reporting.entry import Entry
from api.serving import make_app
from api.settings import Settings
from attendance.services.accounts import Accounts
from attendance.store import trail_reading
from attendance.store.database import Database
from attendance.store.trail_reading import Asked
from device_sync.poller import Poller
from reports.safe_cells import inert, plain
from tests.e2e.browsing import chromium, needs_chromium
from tests.live_cells import PAYLOADS, build, cells_of_csv, formulas_of_xlsx, lives, texts_of_xlsx

ROOT = Path(__file__).parents[2]
PASSWORD = "mưa rơi trên mái ngói"
FROM, TO = {"from": "2026-11-01", "to": "2026-11-30"}, {"from": "1/11/2026", "to": "30/11/2026"}
FIRST = f"{PAYLOADS[1]}0"
"""Code of the unit in which everybody has a verdict."""
ALL = len(PAYLOADS)

ROUTES: dict[str, list[tuple[str, dict[str, str], int]]] = {
    "/api/v1/reports/violations": [("", FROM | {"format": one}, ALL) for one in ("csv", "xlsx")],
    "/reports/violations": [("", TO | {"format": one}, ALL) for one in ("csv", "xlsx")],
    "/api/v1/reports/timesheet": [
        ("", {"unit": FIRST, "month": "2026-11", "format": one}, ALL) for one in ("csv", "xlsx")
    ],
    "/months/{unit}/{month}/sheet.{format}": [
        (f"/months/{FIRST}/2026-11/sheet.{one}", {}, ALL) for one in ("csv", "xlsx")
    ],
    "/observations.csv": [("", {}, ALL)],
    "/charts.csv": [("", TO | {"table": "units"}, ALL), *(("", TO | {"table": t}, 0) for t in ("minutes", "weekdays"))],
    "/index/file.{format}": [
        (f"/index/file.{one}", {"unit": "TOP", "period": "2026-11"}, ALL) for one in ("csv", "xlsx")
    ],
    "/index/persons.{format}": [
        (f"/index/persons.{one}", {"unit": "TOP", "period": "2026-11"}, ALL) for one in ("csv", "xlsx")
    ],
    "/api/v1/index/export/units": [
        ("", {"unit": "TOP", "period": "2026-11", "format": one}, ALL) for one in ("csv", "xlsx")
    ],
    "/api/v1/index/export/persons": [
        ("", {"unit": "TOP", "period": "2026-11", "format": one}, ALL) for one in ("csv", "xlsx")
    ],
    "/exports/{kind}": [("/exports/violations", FROM, ALL)],
    "/api/v1/exports/{kind}": [
        (f"/api/v1/exports/{kind}", FROM | {"format": "csv"}, ALL) for kind in ("punches", "days", "violations")
    ],
}


def asked_with(entry: Entry, span: dict[str, str]) -> dict[str, str]:
    given = {"unit": FIRST, "month": "2026-11"} if "unit" in entry.must else {}
    return given | (span if "span" in entry.needs else {"year": "2026"} if "year" in entry.needs else {})


def options_of(entry: Entry) -> tuple[str, ...]:
    return tuple(word for name, text in asked_with(entry, FROM).items() for word in (f"--{name}", text))


CATALOGUE = [entry for entry in entries() if {"csv", "xlsx"} & set(entry.formats)]
OWN_ADDRESS = {"violations", "timesheet"}
for entry in CATALOGUE:  # texts there in which columns: `test_register_files`, column by column
    ending = [{"format": one} for one in ("csv", "xlsx")]
    if entry.key not in OWN_ADDRESS:
        ROUTES[f"/api/v1/reports/{entry.key}"] = [("", asked_with(entry, FROM) | one, 0) for one in ending]
    ROUTES[f"/reports/papers/{entry.key}/file"] = [("", asked_with(entry, FROM) | one, 0) for one in ending]
NO_CELLS = {
    "/api/v1/imports/templates/{kind}": "no text of the database",
    "/import/templates/{kind}": "no text of the database",
    "/people/{employee}/export": "a page",
    "/me/export": "a page",
    "/me/export.json": "JSON, for no spreadsheet",
    "/api/v1/employees/{code}/export": "JSON, for no spreadsheet",
    "/api/v1/me/export": "JSON, for no spreadsheet",
    "/api/v1/reports/dossier": "PDF, JSON or a bundle of them",
    "/dossier/file": "PDF, JSON or a bundle of them",
    "/reports/jobs/live": "a list on a page",
    "/api/v1/reports/jobs": "a list of what was ordered",
    "/api/v1/reports/jobs/{id}": "what was ordered",
    "/api/v1/reports/jobs/{id}/file": "made by the same hand, in another process",
    "/reports/jobs/{name}/file": "made by the same hand, in another process",
    **{f"/reports/papers/{entry.key}": "a page" for entry in entries()},
    **{f"/reports/papers/{entry.key}/file": "PDF and JSON" for entry in entries() if entry not in CATALOGUE},
    **{f"/api/v1/reports/{entry.key}": "PDF and JSON" for entry in entries() if entry not in CATALOGUE},
}
SPAN = ("--from", "2026-11-01", "--to", "2026-11-30")
COMMANDS: dict[str, list[tuple[tuple[str, ...], str, int]]] = {
    "report violations": [((*SPAN, "--format", one), one, ALL) for one in ("csv", "xlsx")],
    "report timesheet": [
        (("--unit", FIRST, "--month", "2026-11", "--format", one), one, ALL) for one in ("csv", "xlsx")
    ],
    "conduct export": [(("TOP", "--period", "2026-11"), one, ALL) for one in ("csv", "xlsx")],
    "index export": [(("TOP", "--period", "2026-11"), one, ALL) for one in ("csv", "xlsx")],
    **{
        f"report {entry.key}": [((*options_of(entry), "--format", one), one, 0) for one in ("csv", "xlsx")]
        for entry in CATALOGUE
        if entry.key not in OWN_ADDRESS
    },
    "export": [((kind, *SPAN), "csv", ALL) for kind in ("punches", "days", "violations")],
}
NO_CELLS_OF_COMMANDS = {
    "personal export": "JSON, for no spreadsheet",
    "import template": "no text of the database",
    "report dossier": "PDF, JSON or a bundle of them",
    "report brief": "PDF and JSON",
    "report statement": "PDF and JSON",
    "commitments paper": "PDF",
    "inspections pdf": "PDF",
    "inspections annex-pdf": "PDF",
    "inspections fetch-photo": "a picture",
    "evidence print": "PDF",
}


@dataclass
class Office:
    database: Database
    client: TestClient
    page: TestClient
    folder: Path


@pytest.fixture(scope="module")
def office(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("cells")
    shutil.copy(migrated_sqlite, folder / "attendance.db")
    settings = Settings(_env_file=None, data_dir=folder, secret_key="a secret of the tests, long enough")
    database = Database(settings.url)
    build(database)
    cheap = Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)
    accounts = Accounts(database, hasher=cheap, secret_key=settings.secret())
    accounts.create_user("hr", PASSWORD, "hr", None)
    app = make_app(settings, database, Poller(lambda *_: []), accounts=accounts)
    client, page = (TestClient(app, "http://test", client=("10.20.30.40", 50000)) for _ in range(2))
    client.headers["Authorization"] = f"Bearer {accounts.sign_in('hr', PASSWORD, '10.20.30.40', 'bearer').secret}"
    token = page.get("/sign-in").text.split('name="csrf_token" value="')[1][:64]
    page.post("/sign-in", data={"csrf_token": token, "username": "hr", "password": PASSWORD})
    yield Office(database, client, page, folder)
    database.close()


def check(content: bytes, ending: str, texts: int) -> None:
    """No cell lives; so many of the payloads are there, made harmless."""
    if ending == "xlsx":
        assert formulas_of_xlsx(content) == []
        seen = texts_of_xlsx(content)
        assert "SUM(1,1)" in seen or not texts
        return
    text = content.decode("utf-8-sig")
    assert [cell for cell in cells_of_csv(text) if lives(cell)] == []
    ours = [one for one in PAYLOADS if (inert(one) in text or _quoted(inert(one)) in text or _one_line(one) in text)]
    assert len(ours) >= texts - 2, sorted(set(PAYLOADS) - set(ours))


def _quoted(text: str) -> str:
    return text.replace('"', '""')


def _one_line(text: str) -> str:
    """As exports of one line a row have it."""
    return _quoted(inert(text.translate(str.maketrans("\r\n\v\u2028", "    "))))


def in_trail(office: Office) -> set[str]:
    with office.database.reading() as session:
        found = trail_reading.entries(session, Asked(None, "export.made", None, None, None, None, None), limit=200)
    return {row["after"]["digest"] for row in found.rows}


# what there is -------------------------------------------------------------------------------------------------------


def test_every_file_that_leaves_has_a_sample(office: Office) -> None:
    def named(dependant: Dependant | None) -> set[str]:
        if dependant is None:
            return set()
        return {each.alias for each in dependant.query_params}.union(*map(named, dependant.dependencies))

    found = set()
    for route in iter_route_contexts(office.client.app.routes):  # type: ignore[attr-defined]
        path = str(getattr(route, "path", ""))
        told = any(part in path for part in ("export", "template", "/reports/", ".csv", ".{format}", ".xlsx", ".json"))
        if "GET" in (getattr(route, "methods", None) or ()) and (
            told or "format" in named(getattr(route, "dependant", None))
        ):
            found.add(path)
    found -= {"/api/v1/openapi.json", "/commitments/templates", "/api/v1/commitments/templates"}
    assert found == set(ROUTES) | set(NO_CELLS), "add a sample of the new file to this test"


def test_every_command_that_writes_a_file_has_a_sample() -> None:
    def walk(command: Any, words: tuple[str, ...]) -> Iterator[str]:
        for name in command.list_commands(None) if hasattr(command, "list_commands") else ():
            yield from walk(command.get_command(None, name), (*words, name))
        options = {option for parameter in command.params for option in parameter.opts}
        if "--out" in options:
            yield " ".join(words)

    found = set(walk(typer.main.get_command(console), ()))
    assert found == set(COMMANDS) | set(NO_CELLS_OF_COMMANDS), "add a sample of the new file to this test"


def test_whoever_hands_out_a_file_goes_through_the_one_place() -> None:
    """Every module that sends an attachment writes it down, or hands out what is no export."""
    none = {
        "api/http/routers/sheets.py",  # templates
        "api/http/routers/explanations.py",  # what people attached
        "api/pages/evidence.py",  # checkpoints: figures about nobody
    }
    for path in (ROOT / "api").rglob("*.py"):
        text = path.read_text("utf-8")
        if "attachment;" in text or "FileResponse(" in text:
            through = any(
                name in text for name in ("handed_out(", "exporting.made(", "exporting.write_down(", "takes(")
            )
            assert through or path.relative_to(ROOT).as_posix() in none, path


# whether they live ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("route", ROUTES)
def test_no_cell_of_a_file_from_the_service_lives(office: Office, route: str) -> None:
    for path, query, texts in ROUTES[route]:
        client = office.client if route.startswith("/api/") else office.page
        answer = client.get(path or route, params=query)
        assert answer.status_code == 200, (path or route, answer.text[:500])
        ending = "xlsx" if "spreadsheet" in answer.headers["content-type"] else "csv"
        check(answer.content, ending, texts)
        assert hashlib.sha256(answer.content).hexdigest() in in_trail(office), "it left without an entry"


@pytest.mark.parametrize("of", ["csv", pytest.param("xlsx", marks=pytest.mark.long)])
@pytest.mark.parametrize("name", COMMANDS)
def test_no_cell_of_a_file_from_a_command_lives(
    office: Office, name: str, of: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATTENDANCE_DATA_DIR", str(office.folder))
    monkeypatch.setenv("ATTENDANCE_SECRET_KEY", "a secret of the tests, long enough")
    for number, (words, ending, texts) in enumerate(COMMANDS[name]):
        if ending != of:
            continue
        out = tmp_path / f"{number}.{ending}"
        done = CliRunner().invoke(console, [*name.split(), *words, "--out", str(out)])
        assert done.exit_code == 0, done.output
        check(out.read_bytes(), ending, texts)
        assert hashlib.sha256(out.read_bytes()).hexdigest() in in_trail(office)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_payload_is_made_harmless_and_would_be_found_if_it_were_not(payload: str) -> None:
    assert [cell for cell in cells_of_csv(inert(payload)) if lives(cell)] == []
    assert [cell for cell in cells_of_csv(payload) if lives(cell)]


@pytest.mark.parametrize("text", ["CC-0057", "Nguyễn Thị Bình-An", "08:15–08:30", "A; B, C", "3-2", "", "x@y.vn"])
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert inert(text) == text == plain(inert(text))
    assert plain(inert("=1")) == "=1"


@pytest.mark.long
@pytest.mark.skipif(shutil.which("soffice") is None, reason="no LibreOffice on this machine")
def test_libreoffice_calculates_nothing_in_any_file(office: Office, tmp_path: Path) -> None:
    """Each file opened by a real spreadsheet that evaluates what looks like a formula."""
    for number, (path, query) in enumerate(
        (path or route, query) for route, calls in ROUTES.items() for path, query, _ in calls
    ):
        client = office.client if path.startswith("/api/") else office.page
        answer = client.get(path, params=query)
        ending = "xlsx" if "spreadsheet" in answer.headers["content-type"] else "csv"
        (tmp_path / f"f{number}.{ending}").write_bytes(answer.content)
    (tmp_path / "alive.csv").write_text("=1+1,x\n")
    for separator in ("44", "59", "9"):
        reading = [f"--infilter=CSV:{separator},34,76,1,,0,false,true,false,false,false,-1,true"]
        for ending, words in (("csv", reading), ("xlsx", [])):
            files, out = sorted(map(str, tmp_path.glob(f"*.{ending}"))), tmp_path / f"{ending}{separator}"
            office_of = f"-env:UserInstallation=file://{tmp_path}/profile"
            called = ["soffice", "--headless", office_of, *words, "--convert-to", "fods", "--outdir", str(out), *files]
            subprocess.run(called, check=True, timeout=600)
            assert len(list(out.glob("*.fods"))) == len(files)
            for made in out.glob("*.fods"):
                formulas = made.read_text("utf-8").split('table:formula="')[1:]
                if made.name == "alive.fods":  # else nothing would be proved
                    assert formulas or separator != "44"
                    continue
                assert [each[:80] for each in formulas if not each.startswith("of:=SUM([")] == [], made


# the clipboard -------------------------------------------------------------------------------------------------------

TABLE = """<table><thead><tr><th>Họ tên</th><th>Phút</th></tr></thead><tbody id="rows"></tbody></table>"""
COPY = """(texts) => {
  const rows = document.getElementById('rows');
  for (const text of texts) {
    const row = rows.insertRow(); row.insertCell().textContent = text; row.insertCell().textContent = '-12';
  }
  getSelection().selectAllChildren(document.querySelector('table'));
  const held = new DataTransfer();
  document.dispatchEvent(new ClipboardEvent('copy', {clipboardData: held, bubbles: true, cancelable: true}));
  return {text: held.getData('text/plain'), html: held.getData('text/html')};
}"""


class TestClipboard:
    pytestmark = needs_chromium

    def test_what_is_copied_from_a_table_is_text_in_a_spreadsheet(self, tmp_path: Path) -> None:
        script = (ROOT / "api/pages/static/copying.js").read_text("utf-8")
        with chromium() as browser:
            page = browser.new_page()
            page.set_content(TABLE)
            page.evaluate(script)
            copied = page.evaluate(COPY, list(PAYLOADS))
        lines = copied["text"].split("\n")
        assert len(lines) == len(PAYLOADS) + 1
        assert [line for line in lines if lives(line.split("\t")[0])] == []
        assert {line.split("\t")[1] for line in lines[1:]} == {"-12"}  # figures stay figures
        assert copied["html"].count("<td>'") >= 30


def test_a_file_found_later_is_told_by_its_bytes(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has the file learns who took it and what it is of: from the command, the API and the page."""
    monkeypatch.setenv("ATTENDANCE_DATA_DIR", str(office.folder))
    answer = office.client.get("/api/v1/reports/violations", params=FROM | {"format": "csv", "unit": "TOP"})
    (tmp_path / "found.csv").write_bytes(answer.content)
    said = CliRunner().invoke(console, ["trail", "list", "--file", str(tmp_path / "found.csv")]).output
    assert "hr (hr)" in said
    assert "paper=violations" in said
    assert "unit=TOP" in said
    assert f"rows={ALL * 10}" in said
    (tmp_path / "found.csv").write_bytes(answer.content + b" ")
    assert CliRunner().invoke(console, ["trail", "list", "--file", str(tmp_path / "found.csv")]).output == ""
    digest = hashlib.sha256(answer.content).hexdigest()
    with office.database.reading() as session:
        found = trail_reading.entries(session, Asked(None, None, "export", digest, None, None, None), limit=5)
    row = found.rows[0]  # the same bytes may have been taken before
    assert set(row["after"]) == {"unit", "from", "to", "format", "paper", "known_at", "rulebook", "rows", "digest"}
    assert len(row["after"]["rulebook"]) == 16
