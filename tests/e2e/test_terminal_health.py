"""The health of terminals as people and programs see it: commands, API, page, figures."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import typer.testing

from api.cli.main import app
from api.pages.i18n import Translator
from api.pages.render import render
from api.pages.terminals import alarm_sentence, health_sentence, next_step
from attendance import clock
from attendance.services.terminal_health import STATES
from attendance.store import intake_log, operation_log
from attendance.store import office as store_office
from attendance.store.alarms import KINDS, TerminalAlarms
from attendance.store.evidence_tables import PullRow
from attendance.store.operation_log import ClockSetting, Operation
from attendance.store.tables import TerminalRow
from device_sync.simulator import SimulatedTerminal, load_records
from device_sync.wire import CHANGING
from reports.view import User
from tests.e2e.conftest import NOW, Office
from tests.e2e.sample_pages import TERMINALS, today

API = "/api/v1"


# the API -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def troubled(office: Office) -> Office:
    """T-A changed its past, its clock is off, and somebody was at its menu."""
    with office.database.writing() as session:
        number = store_office.key(store_office.get(session, TerminalRow, "T-A"))
        pull = PullRow(terminal_id=number, started_at=NOW, finished_at=NOW, outcome="changed", seconds={})
        pull_id = intake_log.add_pull(session, pull)
        position = intake_log.position_of(session, number)
        position.last_pull_id, position.last_ok_at = pull_id, NOW
        intake_log.record_clock(session, number, 420, since=None, at=NOW)
        alarms = TerminalAlarms(session, number, pull_id, NOW)
        alarms.open("clock_off", offset=420)
        alarms.open("past_changed", records_before=100, records_after=90)
        line = Operation(b"\x00\x00\x04\x01" + bytes(12), 4, datetime(2026, 11, 24, 8, 58), (0, 0, 0, 0))
        operation_log.add_operations(session, number, [line], pull_id=pull_id, at=NOW)
        operation_log.add_clock_setting(session, number, ClockSetting(NOW, "An", "nhanh", 500, 420, "not_taken", "…"))
    return office


def test_everybody_who_sees_a_terminal_sees_its_health(troubled: Office) -> None:
    for user in ("hr", "hr.a", "inspector", "root"):
        found = troubled.get(user, "/terminals/T-A/health")
        assert (found["state"], found["reason"]) == ("unverified", "log_changed")
        assert [alarm["kind"] for alarm in found["alarms"]] == ["clock_off", "past_changed"]
    assert found["alarms"][0]["sentence"] == "Its clock is 7 minutes fast."
    assert found["next_step"].startswith("Find out who")
    assert found["operations"][0] == {
        "at": "2026-11-24T08:58:00+07:00", "code": 4, "name": "menu_entered", "word": "Menu entered",
        "objects": [0, 0, 0, 0], "pull": found["alarms"][0]["pull"],
    }  # fmt: skip
    assert found["clock_history"][0]["offset_seconds"] == 420
    assert [setting["outcome"] for setting in found["clock_settings"]] == ["not_taken"]


def test_the_list_shows_state_and_open_alarms(troubled: Office) -> None:
    first, second = troubled.get("hr", "/terminals")["items"]
    assert (first["code"], first["health"]["state"]) == ("T-A", "unverified")
    assert [alarm["kind"] for alarm in first["alarms"]] == ["clock_off", "past_changed"]
    assert (second["health"]["state"], second["alarms"]) == ("late", [])


def test_an_administrator_acknowledges_and_the_state_follows(troubled: Office) -> None:
    clock_off, changed = troubled.get("root", "/terminals/T-A/health")["alarms"]
    client = troubled.client("root.a")
    for alarm in (clock_off, changed):
        answer = client.post(f"{API}/terminals/T-A/alarms/{alarm['id']}/acknowledge")
        assert answer.status_code == 200
        assert answer.json()["seen_by"] == "root.a"
    found = troubled.get("hr", "/terminals/T-A/health")
    assert found["state"] == "healthy"
    assert [alarm["kind"] for alarm in found["alarms"]] == ["clock_off"], "a condition stands until it is over"
    assert [alarm["ended_at"] is None for alarm in found["alarm_history"]] == [False, True]
    again = client.post(f"{API}/terminals/T-A/alarms/{changed['id']}/acknowledge")
    assert again.status_code == 422
    assert "already" in again.json()["detail"]


def test_figures_say_what_is_known_of_each_terminal(troubled: Office) -> None:
    text = troubled.client("root").get(f"{API}/metrics").text
    figures = dict(re.findall(r'^(terminal_\w+\{terminal="T-[AB]"\}) (\S+)$', text, re.MULTILINE))
    assert figures['terminal_up{terminal="T-A"}'] == "1.0"
    assert figures['terminal_up{terminal="T-B"}'] == "0.0"
    assert figures['terminal_clock_offset_seconds{terminal="T-A"}'] == "420.0"
    assert figures['terminal_seconds_since_good_pull{terminal="T-A"}'] == "0.0"
    assert figures['terminal_open_alarms{terminal="T-A"}'] == "2.0"
    assert 'terminal_seconds_since_good_pull{terminal="T-B"}' not in figures


# the commands --------------------------------------------------------------------------------------------------------


@pytest.fixture
def simulated() -> Iterator[SimulatedTerminal]:
    with SimulatedTerminal(
        records=load_records(850), users=20, clock_offset_seconds=420, capacity=1000
    ).running() as found:
        yield found


@pytest.fixture
def run(tmp_path: Any, monkeypatch: pytest.MonkeyPatch, simulated: SimulatedTerminal) -> Any:
    """Runs a command in an office with one terminal that was pulled once."""
    monkeypatch.setenv("ATTENDANCE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "password").write_text("một câu dài làm mật khẩu\n", encoding="utf-8")
    runner = typer.testing.CliRunner()

    def command(*words: str, code: int = 0) -> str:
        done = runner.invoke(app, list(words))
        assert done.exit_code == code, (words, done.output, done.exception)
        return done.output if code == 0 or done.output else str(done.exception)

    command("init", "--unit", "A", "--admin", "quantri", "--password-file", "password")
    command("terminals", "add", "GATE", "--host", "127.0.0.1", "--port", str(simulated.port))
    command("pull", "GATE", "--json")
    return command


def test_list_and_health_say_state_next_step_clock_and_fill(run: Any) -> None:
    shown = run("terminals", "list")
    for word in ("GATE", "Nearly full", "Plan the clearing", "+420 s", "85%"):
        assert word in shown
    assert "Sắp đầy bộ nhớ" in run("terminals", "list", "--language", "vi")
    (row,) = json.loads(run("terminals", "list", "--json"))["terminals"]
    assert (row["state"], row["reason"], row["fill_percent"]) == ("full_soon", "full_soon", 85.0)
    assert {alarm["kind"] for alarm in row["alarms"]} == {"clock_off", "full_soon"}
    found = json.loads(run("terminals", "health", "GATE", "--json", code=1))
    assert found["operations"][0]["name"] == "started"
    told = run("terminals", "health", "GATE", code=1)
    pulled_at = clock.to_wall(datetime.fromisoformat(found["last_good_pull_at"]), "Asia/Ho_Chi_Minh")
    assert f"last good pull {pulled_at:%Y-%m-%dT%H:%M}," in told, "in the time of the office, as all the rest"
    for word in ("Nearly full", "next: Plan", "850 of 1000 records (85.0 %)", "clock +420 s", "Its clock is 7 minutes"):
        assert word in told
    read_at = clock.to_wall(datetime.fromisoformat(found["last_good_pull_at"]), "Asia/Ho_Chi_Minh")
    assert f"last good pull {read_at:%Y-%m-%dT%H:%M}," in told


def test_an_alarm_is_acknowledged_by_name(run: Any) -> None:
    alarms = json.loads(run("terminals", "health", "GATE", "--json", code=1))["alarms"]
    number = str(alarms[0]["id"])
    assert "Lan" in run("terminals", "acknowledge", "GATE", number, "--by", "Lan")
    assert "already" in run("terminals", "acknowledge", "GATE", number, "--by", "Lan", code=1)
    seen = json.loads(run("terminals", "health", "GATE", "--json", code=1))["alarms"]
    assert seen[0]["seen_by"] == "Lan"


def test_a_clock_is_set_only_with_a_yes(run: Any, simulated: SimulatedTerminal) -> None:
    words = ("terminals", "set-clock", "GATE", "--by", "Lan", "--reason", "Biên bản 12")
    assert "--yes" in run(*words, code=1), "in a pipe nobody can be asked"
    assert not [entry for entry in simulated.journal if entry.command in CHANGING]
    told = run(*words, "--yes")
    assert "+420 s before" in told
    assert abs(simulated.machine.clock.offset_seconds) <= 1
    (setting,) = json.loads(run("terminals", "health", "GATE", "--json", code=1))["clock_settings"]
    assert (setting["set_by"], setting["reason"], setting["offset_before"]) == ("Lan", "Biên bản 12", 420)


def test_a_setting_that_failed_is_told_and_recorded(run: Any, simulated: SimulatedTerminal) -> None:
    simulated.fault = "refuse_auth"
    told = run("terminals", "set-clock", "GATE", "--by", "Lan", "--reason", "x", "--yes", code=1)
    assert told.startswith("wrong_key: ")
    (setting,) = json.loads(run("terminals", "health", "GATE", "--json", code=1))["clock_settings"]
    assert setting["outcome"] == "wrong_key"


# the page ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_strip_says_state_sentence_and_next_step_of_each_terminal(lang: str) -> None:
    html = render("today_live.html", today(), lang=lang, user=User("Lan", "hr"))
    strip = html[html.index('class="terminals"') : html.index('class="chips"')]
    t = Translator(lang)
    shown = [terminal for terminal in TERMINALS if terminal.state]
    assert {terminal.state for terminal in shown} == set(STATES)
    for terminal in shown:
        assert terminal.name in strip
        assert t(f"health_state.{terminal.state}") in strip
        if terminal.state != "healthy":
            assert health_sentence(t, terminal.reason, terminal.params) in strip
            assert next_step(t, terminal.next_step) in strip
    assert "84" in strip
    assert "19/12/2026" in strip
    assert "Máy cũ" not in strip, "a terminal out of use is not shown"


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_alarm_is_a_sentence_in_both_languages(lang: str) -> None:
    params = {
        "offset": -75, "offset_before": 0, "offset_after": 420, "count": 3, "time_before": "2026-03-02T11:25:00",
        "time_after": "2026-03-02T10:25:00", "first": "2000-01-01T00:00:00", "records_before": 1000,
        "records_after": 0, "expected": "A", "found": "B", "failures": 3, "pin": "1009", "privilege": 14,
        "at": None, "percent": 84, "records": 84_210, "capacity": 100_000, "date": None,
    }  # fmt: skip
    for kind in KINDS:
        told = alarm_sentence(Translator(lang), kind, params)
        assert told.endswith("."), kind
        assert "{" not in told
        assert "None" not in told
    full = alarm_sentence(Translator(lang), "full_soon", params | {"date": "2026-12-19"})
    assert "19/12/2026" in full
