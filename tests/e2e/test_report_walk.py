"""Somebody from HR orders a register in the background, watches it being made, and fetches it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api.background.running import runner_of
from attendance.clock import utc_now
from attendance.services import report_jobs
from attendance.store.trail import CONSOLE
from tests.e2e.browsing import Visit, chromium, needs_chromium
from tests.e2e.conftest import PASSWORD, Office
from tests.e2e.test_today_live import serving

pytestmark = needs_chromium


def sign_in(page: Any, address: str, user: str, lang: str) -> None:
    page.goto(f"{address}/sign-in?lang={lang}", wait_until="load")
    page.fill("[name=username]", user)
    page.fill("[name=password]", PASSWORD)
    page.click("main form button")
    page.wait_for_selector("nav.tabs")
    page.goto(f"{address}/account", wait_until="load")  # away from the first page, which wants a stream


@pytest.mark.long
def test_a_register_is_ordered_watched_and_fetched(paged_office: Office, tmp_path: Path) -> None:
    runner = runner_of(paged_office.app)
    runner.start()
    try:
        with serving(paged_office.app) as address, chromium() as browser, Visit(browser, 1280) as visit:
            page = visit.page
            sign_in(page, address, "hr", "vi")
            visit.complaints.clear()
            page.goto(f"{address}/reports", wait_until="load")
            assert visit.serious() == []
            page.click("text=Sổ theo dõi vi phạm giờ làm việc")
            page.fill("[name=from]", "01/11/2026")
            page.fill("[name=to]", "20/11/2026")
            page.keyboard.press("Enter")
            page.wait_for_selector(".report-rows td")
            assert visit.serious() == []
            assert "Nguyễn Thị Thu Hà" in page.inner_text(".report-rows")
            page.select_option("[name=format]", "csv")
            page.click("text=Đặt lập sẵn")
            page.wait_for_selector(".report-job.is-waiting, .report-job.is-running, .report-job.is-done")
            page.wait_for_selector(".report-job.is-done", timeout=60_000)  # the page asks by itself
            page.set_viewport_size({"width": 360, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= 360
            assert visit.serious() == []
            with page.expect_download() as taken:
                page.click(".report-job.is-done a[download]")
            file = tmp_path / "sổ.csv"
            taken.value.save_as(file)
            assert taken.value.suggested_filename == "violations-2026-11-01-2026-11-20.csv"
            assert "Nguyễn Thị Thu Hà" in file.read_text(encoding="utf-8-sig")
            page.click(".report-job button:has-text('Xóa')")
            page.wait_for_selector(".notice[role=status]")
            assert page.query_selector(".report-job") is None
            assert visit.complaints == []
    finally:
        runner.stop()


@pytest.mark.long
@pytest.mark.parametrize(("width", "theme", "lang"), [(360, "dark", "vi"), (1280, "dark", "en"), (360, "light", "en")])
def test_every_page_of_a_paper_is_plain_to_everybody(paged_office: Office, width: int, theme: str, lang: str) -> None:
    from api.http.routers.report_catalogue import papers_of
    from tests.e2e.test_report_pages import NEEDED

    with (
        serving(paged_office.app) as address,
        chromium() as browser,
        Visit(browser, width, theme) as visit,
    ):
        page = visit.page
        sign_in(page, address, "hr", lang)
        visit.complaints.clear()
        for entry in papers_of(paged_office.accounts.signed_in_of("hr")):
            query = f"unit=A&show=1{'&employee=E2' if 'employee' in entry.must else ''}"
            assert NEEDED["unit"] == "A"
            page.goto(f"{address}/reports/papers/{entry.key}?{query}", wait_until="load")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, entry.key
            assert visit.serious() == [], entry.key
        assert visit.complaints == []


class Served:
    """The service as a process of its own, asked as a program does."""

    def __init__(self, folder: Path, cwd: Path, token: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as found:
            self.port = found.getsockname()[1]
        self.token = token
        here = os.environ | {
            "ATTENDANCE_DATA_DIR": str(folder),
            "ATTENDANCE_SECRET_KEY": "a secret of the tests, long enough",
        }
        command = [sys.executable, "-m", "api.cli.main", "serve", "--no-sync", "--port", str(self.port)]
        self.process = subprocess.Popen(command, env=here, cwd=cwd, stdout=subprocess.DEVNULL)
        self.until(lambda: self.ask("GET", "/health") is not None, 60)

    def ask(self, method: str, path: str, body: Any = None) -> bytes | None:
        """The body of an answer; None: nobody answers."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/v1{path}",
            json.dumps(body).encode() if body is not None else None,
            {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return bytes(answer.read())
        except urllib.error.URLError:
            return None

    def job(self, name: str) -> Any:
        return json.loads(self.ask("GET", f"/reports/jobs/{name}") or b"{}")

    def until(self, said: Callable[[], bool], seconds: float) -> None:
        end = time.monotonic() + seconds
        while not said():
            assert time.monotonic() < end
            time.sleep(0.02)


@pytest.mark.long
def test_a_service_that_is_killed_while_it_makes_a_paper_makes_it_after_its_next_start(
    paged_office: Office, tmp_path: Path
) -> None:
    """SIGKILL, so that nothing is put in order; the maker ends with it, and the next service takes the job up again."""
    folder, at = paged_office.settings.data_dir, utc_now()
    paged_office.clock.at = at  # a process of its own has no other time
    token = paged_office.accounts.tokens.make(
        "hr", "chương trình", ["attendance.read"], read_only=False, expires_at=at + timedelta(days=1), actor=CONSOLE
    ).secret
    first = Served(folder, tmp_path, token)
    order = {"report": "violations", "format": "xlsx", "from": "2026-11-01", "to": "2026-11-20"}
    name = json.loads(first.ask("POST", "/reports/jobs", order) or b"{}")["id"]
    first.until(lambda: first.job(name)["state"] != "waiting", 20)
    assert first.job(name)["state"] == "running"
    first.process.kill()
    first.process.wait()
    second = Served(folder, tmp_path, token)
    try:
        second.until(lambda: second.job(name)["state"] in ("done", "failed"), report_jobs.SILENT.total_seconds() + 90)
        assert second.job(name)["state"] == "done"
        assert (second.ask("GET", f"/reports/jobs/{name}/file") or b"").startswith(b"PK")
        assert len(list((folder / "reports").iterdir())) == 1
    finally:
        second.process.terminate()
        second.process.wait(30)
