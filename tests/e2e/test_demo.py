"""The demo as a newcomer meets it: one command, a whole round through the protocol, pages that show who came late."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.cli.demo import build_office
from api.cli.demo.run import open_demo, play_round
from tests.e2e.browsing import Visit, chromium, needs_chromium
from tests.processes import heed_interrupts

COMMAND = [sys.executable, "-m", "api.cli.main"]


def test_one_round_brings_all_of_the_history_through_the_protocol_and_finds_what_was_told() -> None:
    with open_demo() as demo:
        filed, judged, _ = play_round(demo)
        office = demo.office
        held = {terminal.code: len(office.punches[terminal.code]) for terminal in office.terminals}
        outcomes = {one.terminal: one.outcome for one in filed}
        assert outcomes == {"T-H": "ok", "T-X1": "ok", "T-X2": "refused", "T-X3": "ok"}
        assert {one.terminal: one.read for one in filed if one.outcome == "ok"} == {
            code: count for code, count in held.items() if code != "T-X2"
        }
        assert sum(one.quarantined for one in filed) == len(office.told["impossible_date"]) == 1
        assert next(one.clock_offset_seconds for one in filed if one.terminal == "T-X3") == 420
        past = {name: [case for case in told if case[1] < office.today] for name, told in office.told.items()}
        assert judged.violations["late"] == len(past["late"]) > 20
        assert judged.violations["early"] == len(past["early"]) > 5
        assert judged.violations["missing_in"] == len(past["missing_in"]) > 3
        assert judged.violations["missing_out"] == len(past["missing_out"]) > 3
        assert judged.violations["absent"] == 2 * len(past["absent"]) + len(past["absent_half"])
        dead = len(past["dead_terminal"]) + len(past["terminal_off"])
        assert judged.unverified_days >= dead > 500
        for simulated in demo.stage.terminals.values():
            asked = {entry.command for entry in simulated.journal}
            assert not asked & {15, 33, 202, 1002, 1003, 1004}, "a routine pull changes nothing on a terminal"


def test_once_prints_exactly_one_json_object() -> None:
    done = subprocess.run([*COMMAND, "demo", "--once"], capture_output=True, text=True, timeout=120, check=True)
    lines = done.stdout.splitlines()
    assert len(lines) == 1
    summary = json.loads(lines[0])
    assert {
        "terminals", "pulled", "failed", "punches", "repeated", "quarantined", "employees", "days_judged",
        "unverified_days", "violations", "seconds",
    } <= set(summary)  # fmt: skip
    assert (summary["terminals"], summary["pulled"], summary["failed"]) == (4, 3, 1)
    assert summary["employees"] == 120
    assert summary["punches"] > 8000
    assert set(summary["seconds"]) == {"pull", "evaluate", "total"}


def test_the_office_is_the_same_for_the_same_day() -> None:
    from datetime import datetime

    now = datetime(2026, 11, 20, 8, 20)
    assert build_office(now.date(), now=now).punches == build_office(now.date(), now=now).punches


@pytest.fixture(scope="module")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def demo_url(demo_folder: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = demo_folder
    log = (folder / "demo.log").open("w")
    process = subprocess.Popen(
        [*COMMAND, "demo", "--port", str(port), "--no-browser"],
        stdout=log,
        stderr=subprocess.STDOUT,
        env={**os.environ, "TMPDIR": str(folder)},
        preexec_fn=heed_interrupts,
    )
    url = f"http://localhost:{port}"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/api/v1/health", timeout=2) as answer:
                assert json.load(answer) == {"status": "ok"}
                break
        except OSError:
            assert process.poll() is None, (folder / "demo.log").read_text()
            time.sleep(0.2)
    yield url
    process.send_signal(signal.SIGINT)
    process.wait(30)
    log.close()
    assert "Traceback" not in (folder / "demo.log").read_text()
    assert list(folder.glob("attendance-demo-*")) == [], "the demo leaves nothing behind"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@pytest.mark.parametrize("width", [1280, 360])
class TestPages:
    pytestmark = needs_chromium

    def test_a_newcomer_sees_who_came_late_and_why(self, browser: Any, demo_url: str, width: int) -> None:
        with Visit(browser, width) as visit:
            page = visit.page
            page.goto(f"{demo_url}/")
            assert page.url.startswith(f"{demo_url}/sign-in")
            assert visit.serious() == []
            page.click("form button:has-text('nhansu')")
            page.wait_for_url("**/today*")
            assert page.locator(".person.is-late").count() >= 3
            assert page.locator(".person.is-unknown").count() >= 10
            assert "dữ liệu đến" in page.inner_text("body")
            assert visit.serious() == []
            page.goto(f"{demo_url}/violations?type=late")
            page.locator("a[href*='-late']").first.click()
            page.wait_for_load_state()
            text = page.inner_text("main")
            assert re.search(r"\d\d:\d\d(:\d\d)? [−-] \d\d:\d\d = \d+ phút", text), "the arithmetic is shown"
            assert "TB-MAU" in text, "the document of the rule is shown"
            assert re.search(r"Lần đọc \d+", text), "the pull that brought the punch is shown"
            assert visit.serious() == []
            overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert page.evaluate(overflow) <= 0
            for slip in (
                "today?day=2031-01-01",
                "today?day=1/1/1",
                "today?day=31/2",
                "today?state=x",
                "violations?from=x",
            ):
                assert page.goto(f"{demo_url}/{slip}").status == 200, slip
            for slip in ("days/NV001/9999-12-31", "days/NV001/2031-01-01", "days/NOBODY/20", "violations/x", "nothing"):
                assert page.request.get(f"{demo_url}/{slip}").status == 404, slip
            page.goto(f"{demo_url}/today?lang=en")
            assert page.get_attribute("html", "lang") == "en"
            assert visit.complaints == []
            assert [url for url in visit.requests if not url.startswith(demo_url)] == []


def test_a_violation_is_walked_down_to_the_pull_that_brought_its_punch(demo_url: str, demo_folder: Path) -> None:
    printed = re.search(r"nhansu\W+([0-9a-f]{6}-[0-9a-f]{6})", (demo_folder / "demo.log").read_text())
    assert printed, "the demo prints one login per role"
    api = f"{demo_url}/api/v1"
    form = f"username=nhansu&password={printed[1]}".encode()
    token = _get(urllib.request.Request(f"{api}/auth/token", data=form))["access_token"]

    def ask(path: str) -> Any:
        return _get(urllib.request.Request(f"{api}{path}", headers={"Authorization": f"Bearer {token}"}))

    listed = ask("/violations?type=late&from=2000-01-01&to=2000-12-31")
    assert listed["items"] == []
    late = ask("/violations?type=late")["items"][0]
    found = ask(f"/violations/{late['id']}")
    evidence = found["evidence"]
    arrival = next(punch for punch in evidence["punches"] if punch["use"] == "in")
    assert arrival["at"].endswith("+07:00")
    assert {"pull_id", "pull_digest", "log_index", "sequence"} <= set(arrival)
    pulls = ask(f"/terminals/{arrival['terminal']}/pulls?limit=500")["items"]
    assert arrival["pull_id"] in {pull["id"] for pull in pulls}
    assert any("TB-MAU" in citation["document"] for citation in evidence["citations"])
    assert evidence["coverage"][0]["data_until"]
    ledger = evidence["ledger"]
    assert ledger["scheduled"] == sum(ledger[part] for part in ("credited", "leave", "unverified", "counted"))
    raw = ask(f"/punches?employee={late['employee']}&from={late['date']}&to={late['date']}")["items"]
    assert arrival["sequence"] in {punch["sequence"] for punch in raw}


def _get(request: urllib.request.Request) -> Any:
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def test_the_folder_of_the_demo_is_temporary() -> None:
    with open_demo() as demo:
        folder = demo.folder
        assert Path(folder).exists()
    assert not Path(folder).exists()
