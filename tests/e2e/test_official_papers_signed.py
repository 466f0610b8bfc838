"""Where the office has a certificate, its official papers bear it wherever they leave: at the address of the catalogue,
on its page, as a dossier, from a command and from the background. Drafts and lists do not."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select
from typer.testing import CliRunner

from api.background.making import Task, answer_of
from api.background.running import runner_of
from api.cli.main import app as command
from api.printing.signed_pdf import signatures
from attendance.services import report_jobs
from attendance.services.report_jobs import Outcome
from attendance.store.trail_tables import TrailRow
from tests.e2e.site import copied
from tests.month_office import Site, fill, open_months, settle
from tests.stamping import office_certificate

PASSWORD = "mật khẩu của khóa"
MONTH = "/months/A/2026-03"
OF_MONTH = {"unit": "A", "month": "2026-03", "format": "pdf"}
OF_PERSON = {"employee": "E1", "from": "2026-03-02", "to": "2026-03-03", "format": "pdf"}


@pytest.fixture(scope="module")
def site(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An office with a certificate, of which nothing of the month is open."""
    folder = tmp_path_factory.mktemp("official")
    (folder / "office.p12").write_bytes(office_certificate(PASSWORD))
    (folder / "password").write_text(PASSWORD + "\n", encoding="utf-8")
    database = copied(migrated_sqlite, folder)
    fill(database)
    found = open_months(database, folder)
    parts = found.app.state.service
    more = {"pdf_key_file": folder / "office.p12", "pdf_key_password_file": folder / "password"}
    settings = parts.settings.model_copy(update=more)
    found.app.state.service = dataclasses.replace(parts, settings=settings)
    runner_of(found.app).settings = settings
    settle(database, found.clock())
    yield found
    database.close()


def is_signed(content: bytes) -> bool:
    assert content[:5] == b"%PDF-"
    found = signatures(content)
    assert all(each.holds and "Sở Nội vụ" in each.by for each in found)
    return len(found) == 1


def test_a_paper_is_signed_once_it_is_official_and_not_before(site: Site) -> None:
    hoa = site.signed_in("hoa")

    def got(address: str, **asked: str) -> bytes:
        answer = hoa.client.get(address, params=asked)
        assert answer.status_code == 200, answer.text
        return answer.content

    of_catalogue = [f"/reports/papers/{paper}/file" for paper in ("timesheet", "overtime")]
    assert [is_signed(got(address, **OF_MONTH)) for address in of_catalogue] == [False, False]
    assert hoa.send(f"{MONTH}/lock", on=f"{MONTH}/close", version="1").status_code == 303
    assert [is_signed(got(address, **OF_MONTH)) for address in of_catalogue] == [True, True]
    assert is_signed(got(f"{MONTH}/sheet.pdf"))
    assert not is_signed(got("/reports/papers/statement/file", unit="A", month="2026-03", format="pdf"))
    dossier = got("/reports/papers/dossier/file", **OF_PERSON)
    assert is_signed(dossier)
    assert is_signed(got("/dossier/file", employee="E1", **{"from": "02/03/2026", "to": "03/03/2026"}))
    assert is_signed(_by_api(site, "/api/v1/reports/overtime", OF_MONTH))
    assert is_signed(_by_api(site, "/api/v1/reports/dossier", OF_PERSON))
    with site.database.reading() as session:  # what is written down is what left
        assert hashlib.sha256(dossier).hexdigest() in _keys(session)
    assert is_signed(_in_background(site))


def _by_api(site: Site, address: str, asked: dict[str, str]) -> bytes:
    client = site.person().client
    secret = site.accounts.open(site.accounts.signed_in_of("hoa"), "bearer").secret
    answer = client.get(address, params=asked, headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 200, answer.text
    return answer.content


def _keys(session: Any) -> set[str]:
    return {row.key for row in session.exec(select(TrailRow)) if row.act == "export.made"}


def _in_background(site: Site) -> bytes:
    """A job as its maker is told of it, over the line between the two."""
    client = site.person().client
    secret = site.accounts.open(site.accounts.signed_in_of("hoa"), "bearer").secret
    client.headers["Authorization"] = f"Bearer {secret}"
    name = client.post("/api/v1/reports/jobs", json={"report": "overtime", **OF_MONTH}).json()["id"]
    row = report_jobs.claim(site.database, "r", site.clock())
    assert row is not None
    runner = runner_of(site.app)
    runner.settings.reports_dir.mkdir(mode=0o700, exist_ok=True)
    task = Task.read(runner.task_of(row).line())
    said = answer_of(site.database, task, lambda _: None)
    task.path.rename(runner.settings.reports_dir / row.file)
    assert report_jobs.made(site.database, row, Outcome(**said["made"]), site.clock())
    answer = client.get(f"/api/v1/reports/jobs/{name}/file")
    assert answer.status_code == 200, answer.text
    assert hashlib.sha256(answer.content).hexdigest() == said["made"]["digest"]
    return answer.content


def test_commands_sign_too(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = site.app.state.service.settings
    monkeypatch.setenv("ATTENDANCE_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("ATTENDANCE_PDF_KEY_FILE", str(settings.pdf_key_file))
    monkeypatch.setenv("ATTENDANCE_PDF_KEY_PASSWORD_FILE", str(settings.pdf_key_password_file))
    asked = ["--employee", "E1", "--from", "2026-03-02", "--to", "2026-03-03", "--format", "pdf"]
    for paper, official in (("dossier", True), ("statement", False)):
        out = tmp_path / f"{paper}.pdf"
        words = asked if official else ["--employee", "E1", "--month", "2026-03", "--format", "pdf"]
        done = CliRunner().invoke(command, ["report", paper, *words, "--out", str(out)])
        assert done.exit_code == 0, done.output
        assert is_signed(out.read_bytes()) is official
