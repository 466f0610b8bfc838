"""The pushing terminal against a server that only writes down what it hears: it repeats until it is told OK."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from device_sync import wire
from device_sync.simulator import Operation, PushingTerminal, load_records, password_of
from tests.processes import heed_interrupts

INSTANT = datetime(2026, 3, 2, 1, 2, 3, tzinfo=UTC)
Heard = tuple[str, str, dict[str, str], bytes]
"""Method, path, query, body."""


@contextmanager
def listening(answer: Callable[[Heard], tuple[int, str]]) -> Iterator[tuple[str, list[Heard]]]:
    heard: list[Heard] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            if len(body) < int(self.headers.get("Content-Length") or 0):
                return
            heard.append((self.command, parts.path, query, body))
            status, said = answer(heard[-1])
            self.send_response(status)
            self.send_header("Content-Length", str(len(said.encode())))
            self.end_headers()
            self.wfile.write(said.encode())

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", heard
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def agree(heard: Heard) -> tuple[int, str]:
    _, path, query, _ = heard
    if path.endswith("cdata") and "options" in query:
        if query["DeviceType"] == "acc":
            return 200, "OK"
        return 200, f"GET OPTION FROM: {query['SN']}\nATTLOGStamp=None\nTimeZone=7\n"
    if path.endswith("registry"):
        return 200, "RegistryCode=Uy47fxftP3"
    if query.get("table") == "tabledata":
        return 200, f"user={query['count']}"
    return 200, "OK"


def uploads(heard: list[Heard], table: str) -> list[bytes]:
    return [body for _, _, query, body in heard if query.get("table") == table]


def test_the_attendance_shape_brings_punches_operations_and_users_as_lines() -> None:
    with listening(agree) as (url, heard):
        terminal = PushingTerminal(
            url, users=[(1, "1001", "Lê Thị Bình", 14)], records=load_records(120), push_key="k1"
        )
        terminal.operate(Operation.MENU_ENTERED, 1, administrator=1)
        terminal.punch("1001", datetime(2026, 7, 1, 7, 30, 5), state=255, verify=15)
        assert terminal.greet()
        assert terminal.push()
        assert terminal.unsent == 0
    first, options = heard[0], heard[1]
    assert first[:2] == ("GET", "/iclock/cdata")
    assert first[2] == {
        "SN": "SIM0000000001", "options": "all", "pushver": "2.4.1", "language": "86", "DeviceType": "att",
        "PushOptionsFlag": "1", "pushcommkey": "k1",
    }  # fmt: skip
    assert options[2]["table"] == "options"
    lines = b"".join(uploads(heard, "ATTLOG")).decode().splitlines()
    assert [len(body.splitlines()) for body in uploads(heard, "ATTLOG")] == [50, 50, 21]
    assert lines[-1] == "1001\t2026-07-01 07:30:05\t255\t15\t0\t0\t0\t255\t0\t0\t"
    read = [line.split("\t")[:4] for line in lines]
    assert read == [[p.pin, str(wire.decode_time(p.time)), str(p.state), str(p.verify)] for p in terminal.truth]
    people, operations = uploads(heard, "OPERLOG")
    assert people.decode().startswith(f"USER PIN=1001\tName=Lê Thị Bình\tPri=14\tPasswd={password_of(1).decode()}\t")
    assert operations.decode().splitlines()[1].startswith("OPLOG 4\t1\t")
    assert not operations.endswith(b"\n")


def test_the_security_shape_registers_and_brings_events() -> None:
    with listening(agree) as (url, heard):
        terminal = PushingTerminal(url, shape="acc", users=2, records=load_records(3, users=2))
        assert terminal.greet()
        assert terminal.push()
        assert terminal.push_door_event(27, "1002")
        assert terminal.push_state()
    assert terminal.registry_code == "Uy47fxftP3"
    asked = [(path.removeprefix("/iclock/"), query.get("table")) for _, path, query, _ in heard]
    assert asked[:4] == [("cdata", None), ("registry", None), ("push", None), ("rtdata", None)]
    events = [
        dict(field.split("=") for field in line.split("\t"))
        for line in uploads(heard, "rtlog")[0].decode().splitlines()
    ]
    assert [event["pin"] for event in events] == [punch.pin for punch in terminal.truth]
    assert [event["index"] for event in events] == ["1", "2", "3"]
    assert b"\tevent=27\t" in uploads(heard, "rtlog")[1]
    assert heard[4][2] | {"SN": ""} == {"SN": "", "table": "tabledata", "tablename": "user", "count": "2"}


@pytest.mark.parametrize(
    "trouble", [(500, "OK"), (404, ""), (302, ""), (200, "<html>OK</html>"), (200, '{"ok": true}')]
)
def test_what_was_not_accepted_comes_again(trouble: tuple[int, str]) -> None:
    bad = iter([trouble, trouble])
    with listening(lambda heard: next(bad, (200, "OK")) if "ATTLOG" in heard[2].values() else agree(heard)) as (
        url,
        heard,
    ):
        terminal = PushingTerminal(url, users=0, records=load_records(60))
        assert [terminal.push(), terminal.push()] == [False, False]
        assert terminal.unsent == 60
        terminal.punch("1001", datetime(2026, 7, 1, 7, 30))
        assert terminal.push()
    sent = uploads(heard, "ATTLOG")
    assert sent[0] == sent[1] == sent[2]
    assert [len(body.splitlines()) for body in sent] == [50, 50, 50, 11]


def test_the_users_of_the_security_shape_come_until_they_are_counted() -> None:
    with listening(lambda _heard: (200, "OK")) as (url, heard):
        terminal = PushingTerminal(url, shape="acc", users=2)
        assert not terminal.push()
        assert not terminal.push()
    assert len(uploads(heard, "tabledata")) == 2


def test_commands_are_carried_out_and_reported_until_the_report_is_taken() -> None:
    query = "DATA QUERY ATTLOG StartTime={0} 00:00:00\tEndTime={0} 23:59:59"
    commands = ["INFO", query.format("2026-07-01"), "CLEAR LOG", "DATA QUERY USERPIC PIN=1", query.format("2001-01-01")]
    lines = "".join(f"C:{number}:{command}\n" for number, command in enumerate(commands, 7))
    answers = {"getrequest": iter([(200, lines), (200, "OK")]), "devicecmd": iter([(500, ""), (200, "OK")])}

    def answer(heard: Heard) -> tuple[int, str]:
        return next(answers.get(heard[1].rsplit("/", 1)[1], iter(())), (200, "OK"))

    with listening(answer) as (url, heard):
        terminal = PushingTerminal(url, users=0, records=load_records(40))
        terminal.punch("1001", datetime(2026, 7, 1, 7, 30))
        assert terminal.push()
        before = terminal.truth
        assert len(terminal.poll()) == 5
        assert terminal.poll() == []
        assert terminal.ping()
    results = [body.decode() for _, path, _, body in heard if path.endswith("devicecmd")]
    assert results[0] == results[1]
    returned = [line.split("&")[:2] for line in results[0].splitlines()]
    assert returned == [
        [f"ID={n}", f"Return={code}"] for n, code in ((7, 0), (8, 0), (9, -1002), (10, -1004), (11, -1))
    ]
    assert uploads(heard, "ATTLOG")[-1].decode().startswith("1001\t2026-07-01 07:30:00\t")
    assert terminal.truth == before
    assert "INFO" in heard[1][2] or "INFO" in heard[2][2]


@pytest.mark.parametrize(("fault", "times"), [("cut", 1), ("twice", 2), (None, 1)])
def test_its_faults_lose_nothing_of_its_own(fault: Any, times: int) -> None:
    with listening(agree) as (url, heard):
        terminal = PushingTerminal(url, users=0, records=load_records(20), fault=fault)
        while not terminal.push():
            pass
    assert len(uploads(heard, "ATTLOG")) == times
    assert {body.count(b"\n") for body in uploads(heard, "ATTLOG")} == {20}
    statuses = [exchange.status for exchange in terminal.journal if "ATTLOG" in exchange.target]
    assert statuses == ([0, 200] if fault == "cut" else [200] * times)


def test_a_stamp_of_zero_brings_everything_again_and_the_date_sets_the_clock() -> None:
    stamps = iter(["None", "0"])

    def answer(heard: Heard) -> tuple[int, str]:
        if "options" in heard[2]:
            return 200, f"GET OPTION FROM: X\nATTLOGStamp={next(stamps)}\nTimeZone=330\n"
        return 200, "OK"

    with listening(answer) as (url, heard):
        terminal = PushingTerminal(url, users=0, records=load_records(5), now=lambda: INSTANT, obeys_date=True)
        for _ in range(2):
            assert terminal.greet()
            assert terminal.push()
    assert len(uploads(heard, "ATTLOG")) == 2
    ahead = terminal.clock.read() - datetime.now(UTC).replace(tzinfo=None)
    assert 5.4 < ahead.total_seconds() / 3600 < 5.6


def test_it_pushes_by_itself_while_it_runs() -> None:
    arrived = threading.Event()

    def answer(heard: Heard) -> tuple[int, str]:
        if b"1005" in heard[3]:
            arrived.set()
        return agree(heard)

    with listening(answer) as (url, _), PushingTerminal(url, users=0).running(0.01) as terminal:
        terminal.punch("1005")
        assert arrived.wait(5)
    with pytest.raises(ValueError, match="no address"):
        PushingTerminal("https://")


def test_a_photograph_is_named_after_time_and_person() -> None:
    with listening(agree) as (url, heard):
        terminal = PushingTerminal(url, serial="S1")
        assert terminal.push_photo("123", b"\xff\xd8jpeg", datetime(2015, 7, 31, 10, 30, 12))
    assert heard[0][3] == b"PIN=20150731103012-123.jpg\nSN=S1\nsize=6\nCMD=uploadphoto\0\xff\xd8jpeg"


def test_the_command_pushes_until_it_is_interrupted() -> None:
    arrived = threading.Event()

    def answer(heard: Heard) -> tuple[int, str]:
        if heard[1].endswith("getrequest"):
            arrived.set()
        return agree(heard)

    root = Path(__file__).parents[2]
    with listening(answer) as (url, heard):
        command = [sys.executable, "-m", "api.cli.main", "simulate", "--push", url, "--records", "9", "--serial", "S9"]
        command += ["--push-key", "k 9"]
        with subprocess.Popen(
            command, cwd=root, stdout=subprocess.PIPE, text=True, preexec_fn=heed_interrupts
        ) as process:
            try:
                assert process.stdout is not None
                assert process.stdout.readline().startswith(f"A simulated terminal (S9) pushes to {url}")
                assert arrived.wait(20)
            finally:
                process.send_signal(signal.SIGINT)
            assert process.wait(30) == 0
    assert [body.count(b"\n") for body in uploads(heard, "ATTLOG")] == [9]
    assert heard[0][2]["pushcommkey"] == "k 9"
