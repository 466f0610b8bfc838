"""*Hôm nay* while it is open: a punch is seen within a second, a terminal is read at a button, each sees their own.

Everything is real but the terminals: the service on a socket, its timetable, a browser.
"""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
import uvicorn
from pwdlib.hashers.argon2 import Argon2Hasher

from api.serving import make_app
from api.settings import Settings
from attendance.services.accounts import Accounts
from attendance.store import registering
from attendance.store.database import Database
from device_sync.poller import Poller
from device_sync.schedule import Timetable
from device_sync.simulator import Fault, SimulatedTerminal, load_records
from tests import builders
from tests.builders import RECORDED_AT, ZONE, build_office, puller_for, stored_punches, truth_of
from tests.e2e.browsing import Visit, chromium, needs_chromium

PASSWORD = "mưa rơi trên mái ngói"
PATIENCE_SECONDS = 20.0
NAMES = {"E1": "Nguyễn Thị Thu Hà", "E2": "Trần Văn Nam", "E3": "Lê Hoàng Yến"}


@dataclass
class Running:
    """The service and the terminal T-A of unit A; E9 serves in unit B and may punch at T-A too."""

    url: str
    app: Any
    accounts: Accounts
    database: Database
    simulated: SimulatedTerminal
    poller: Poller

    def secret(self, user: str) -> str:
        return self.accounts.sign_in(user, PASSWORD, "127.0.0.1", "session").secret

    def wait(self, condition: Any) -> bool:
        ends = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < ends:
            if condition():
                return True
            time.sleep(0.02)
        return False

    def listens(self) -> bool:
        """Whether the terminal would tell of a punch at this moment."""
        return any(client.visit.wants_punches for client in tuple(self.simulated._lines._clients.values()))


def file_office(database: Database, port: int) -> None:
    build_office(database, addresses={"T-A": port}, poll_seconds=3600)
    with database.writing() as session:
        registering.add_unit(session, "B", name="Đơn vị B", schedule="HC", at=RECORDED_AT)
        registering.add_terminal(session, "T-B", unit="B", host="127.0.0.1", port=1, at=RECORDED_AT)
        registering.add_employee(session, "E9", name="Phạm Minh", at=RECORDED_AT)
        registering.assign(session, "E9", "B", from_on=date(2020, 1, 1), terminals=["T-A"], at=RECORDED_AT)
        registering.enrol(session, "T-A", "1009", "E9", at=RECORDED_AT)
        registering.change_terminal(session, "T-A", name="Cổng chính", live=True, at=RECORDED_AT)
    with database.engine.begin() as connection:
        for code, name in NAMES.items():
            connection.exec_driver_sql("UPDATE employee SET name = ? WHERE code = ?", (name, code))


@pytest.fixture
def running(sqlite_database: Database, tmp_path: Any) -> Iterator[Running]:
    with SimulatedTerminal(records=load_records(3_000), users=20).running() as simulated:
        file_office(sqlite_database, simulated.port)
        settings = Settings(_env_file=None, data_dir=tmp_path, secret_key="a secret of the tests, long enough")
        accounts = Accounts(sqlite_database, hasher=Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1))
        for name, role, unit in (("hr", "hr", None), ("leader.a", "leader", "A"), ("leader.b", "leader", "B")):
            accounts.create_user(name, PASSWORD, role, unit)
        poller = Poller(puller_for(sqlite_database))
        timetable = Timetable(sqlite_database, poller, ZONE, tick_seconds=0.2, evaluate_seconds=3600)
        app = make_app(settings, sqlite_database, poller, timetable=timetable)
        timetable.start()
        try:
            with serving(app) as url:
                found = Running(url, app, accounts, sqlite_database, simulated, poller)
                assert found.wait(lambda: poller.counts["ok"] and found.listens())
                yield found
                poller.hub.close()
        finally:
            timetable.stop()
            poller.stop()


@contextmanager
def serving(app: Any) -> Iterator[str]:
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", ws="none", timeout_graceful_shutdown=5)
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    ends = time.monotonic() + PATIENCE_SECONDS
    while not server.started and time.monotonic() < ends:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive(), "an open stream keeps nobody from ending"


class Stream:
    """The events of one reader, as they come."""

    def __init__(self, running: Running, user: str) -> None:
        self.secret = running.secret(user)
        self.connection = http.client.HTTPConnection(running.url.removeprefix("http://"), timeout=PATIENCE_SECONDS)
        self.connection.request("GET", "/today/stream", headers={"Cookie": f"attendance_session={self.secret}"})
        self.answer = self.connection.getresponse()
        assert self.answer.status == 200, self.answer.read()
        assert self.answer.headers["content-type"].startswith("text/event-stream")

    def next(self, kind: str) -> str:
        """The data of the next event of a kind; others are passed over."""
        event, data = "", []
        ends = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < ends:
            read = self.answer.readline()
            assert read, f"the stream ended before any {kind}"
            line = read.decode().rstrip("\n")
            if not line and event:
                if event == kind:
                    return "\n".join(data)
                event, data = "", []
            elif line.startswith("event: "):
                event = line.removeprefix("event: ")
            elif line.startswith("data: "):
                data.append(line.removeprefix("data: "))
        raise AssertionError(f"no {kind} came")

    def close(self) -> None:
        self.answer.close()
        self.connection.close()


def test_each_hears_of_the_people_they_may_see_and_of_no_other(running: Running) -> None:
    streams = {user: Stream(running, user) for user in ("hr", "leader.a", "leader.b")}
    for pin in ("1001", "1009", "77"):
        running.simulated.punch(pin)
    heard = {user: [streams[user].next("punch") for _ in range(3)] for user in ("hr",)}
    heard["leader.a"] = [streams["leader.a"].next("punch") for _ in range(2)]
    heard["leader.b"] = [streams["leader.b"].next("punch")]
    assert ["Thu Hà" in heard["hr"][0], "Phạm Minh" in heard["hr"][1], "Số 77" in heard["hr"][2]] == [True] * 3
    assert "Thu Hà" in heard["leader.a"][0]
    assert "Số 77" in heard["leader.a"][1]
    assert "Phạm Minh" in heard["leader.b"][0]
    assert all("chưa đọc vào sổ" in line and "Cổng chính" in line for lines in heard.values() for line in lines)
    for stream in streams.values():
        stream.close()


def test_the_stream_needs_a_sign_in_and_ends_with_it(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = http.client.HTTPConnection(running.url.removeprefix("http://"), timeout=PATIENCE_SECONDS)
    connection.request("GET", "/today/stream")
    answer = connection.getresponse()
    assert answer.status == 303
    assert answer.headers["location"].startswith("/sign-in")
    connection.close()
    stream = Stream(running, "hr")
    running.simulated.punch("1001")
    stream.next("punch")
    running.accounts.sign_out(stream.secret)
    running.simulated.punch("1002")
    assert "Trần" not in stream.answer.read().decode()
    stream.close()


def test_reading_at_a_button_is_refused_without_the_token_of_a_form_or_outside_of_ones_units(running: Running) -> None:
    def post(user: str, body: str) -> int:
        connection = http.client.HTTPConnection(running.url.removeprefix("http://"), timeout=PATIENCE_SECONDS)
        headers = {
            "Cookie": f"attendance_session={running.secret(user)}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        connection.request("POST", "/today/pull", body, headers)
        status = connection.getresponse().status
        connection.close()
        return status

    pulls = builders.count(running.database, "pull")
    assert post("hr", "terminal=T-A") == 403
    assert post("hr", "terminal=T-A&csrf_token=wrong") == 403
    assert builders.count(running.database, "pull") == pulls


def test_what_the_poller_does_is_told_to_prometheus(running: Running) -> None:
    connection = http.client.HTTPConnection(running.url.removeprefix("http://"), timeout=PATIENCE_SECONDS)
    connection.request("GET", "/api/v1/metrics")
    told = connection.getresponse().read().decode()
    connection.close()
    for line in (
        'attendance_pulls_total{outcome="ok"} 1.0',
        'attendance_lanes{is="all",kind="probe"} 8.0',
        'attendance_terminals{breaker="closed"} 2.0',
        'attendance_pull_wait_seconds{quantile="0.99"}',
    ):
        assert line in told, line


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@contextmanager
def page_of(browser: Any, running: Running, user: str, width: int) -> Iterator[Visit]:
    with Visit(browser, width) as visit:
        visit.context.add_cookies([{"name": "attendance_session", "value": running.secret(user), "url": running.url}])
        yield visit


@pytest.mark.browser
class TestInABrowser:
    pytestmark = needs_chromium

    @pytest.mark.parametrize("width", [1280, 360])
    def test_a_punch_is_seen_within_a_second_and_leaves_when_it_is_in_the_record(
        self, browser: Any, running: Running, width: int
    ) -> None:
        with page_of(browser, running, "hr", width) as visit:
            page = visit.page
            page.goto(f"{running.url}/today", wait_until="load")
            assert page.locator("[data-hints][hidden]").count() == 1
            page.wait_for_timeout(300)  # the stream opens behind the page
            running.simulated.punch("1001")
            heard = time.monotonic()
            page.wait_for_selector(".hint", timeout=PATIENCE_SECONDS * 1000)
            took = time.monotonic() - heard
            print(f"seen after {took * 1000:.0f} ms")
            assert took < 1.0 + SLACK_SECONDS
            line = page.locator(".hint").inner_text()
            assert "Nguyễn Thị Thu Hà" in line
            assert "chưa đọc vào sổ" in line
            assert visit.serious() == []
            assert page.evaluate(OVERFLOW) <= 0
            page.click("#pull-T-A")
            page.wait_for_selector("[data-pull-note='T-A']:not([hidden])")
            page.wait_for_selector(".hint", state="detached", timeout=PATIENCE_SECONDS * 1000)
            page.get_by_text("Đã đọc xong: 1 lượt chấm mới.").wait_for()
            assert not page.locator("#pull-T-A").is_disabled()
            assert visit.complaints == []
        assert stored_punches(running.database) == truth_of(running.simulated)

    def test_progress_is_shown_while_a_slow_terminal_is_read_and_outlives_the_board_around_it(
        self, browser: Any, running: Running
    ) -> None:
        with page_of(browser, running, "leader.a", 1280) as visit:
            page = visit.page
            page.goto(f"{running.url}/today", wait_until="load")
            page.wait_for_timeout(300)
            running.simulated.fault = Fault("slow", pause_seconds=0.02)
            page.click("#pull-unit-A")
            page.get_by_text("Đang đọc:").wait_for()
            assert page.locator("#pull-T-A").is_disabled()
            page.evaluate("htmx.trigger('#live', 'refresh')")
            page.wait_for_timeout(200)
            assert page.locator("[data-pull-note='T-A']").inner_text()
            page.get_by_text("Đã đọc xong").wait_for(timeout=PATIENCE_SECONDS * 1000)
            assert page.locator("#pull-unit-B").count() == 0, "a unit they do not see"
            assert visit.complaints == []

    def test_without_scripts_the_button_reads_and_comes_back(self, browser: Any, running: Running) -> None:
        context = browser.new_context(java_script_enabled=False)
        context.add_cookies([{"name": "attendance_session", "value": running.secret("hr"), "url": running.url}])
        page = context.new_page()
        page.goto(f"{running.url}/today")
        before = running.poller.counts["ok"]
        page.click("#pull-T-A")
        assert page.url == f"{running.url}/today"
        assert running.wait(lambda: running.poller.counts["ok"] > before)
        context.close()


SLACK_SECONDS = 3.5
"""What a loaded machine may add; the page itself looks again after 15 s, and a pull follows a punch after 5."""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
