"""The door for pushing terminals, as HTTP: shut unless opened, plain text, bounded, and for terminals alone."""

from __future__ import annotations

import asyncio
import email.utils
import socket
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.http.routers import iclock
from device_sync.push.call import Answer
from device_sync.push.limits import MAX_BODY
from tests.builders import Key
from tests.e2e.conftest import Office, Served
from tests.pushing import SERIAL, Pushing, Send, keys, line

FIRST = datetime(2026, 11, 23, 7, 25)
FROM = "192.168.1.201"
VERBS = ("cdata", "fdata", "getrequest", "devicecmd", "ping", "registry", "push", "rtdata", "querydata")
PLAIN = "text/plain; charset=utf-8"


def over(client: TestClient) -> Send:
    """Requests as a terminal sends them."""

    def send(verb: str, query: str, body: bytes) -> Answer:
        posts = verb in ("devicecmd", "registry", "push", "fdata") or "table=" in query
        answer = client.request("POST" if posts else "GET", f"/iclock/{verb}?{query}", content=body)
        assert answer.headers["content-type"] == PLAIN
        assert "location" not in answer.headers
        assert not answer.text.startswith(("<", "{", "["))
        return Answer(answer.status_code, answer.text)

    return send


def approve(office: Office, serial: str = SERIAL, **given: Any) -> Any:
    answer = office.client("root").post(f"/api/v1/terminals/pushing/{serial}/approve", json=given)
    assert answer.status_code == 200, answer.text
    return answer.json()


def approved(office: Office) -> Pushing:
    terminal = Pushing(over(office.client(address=FROM)))
    terminal.start()
    approve(office, create="P-1", unit="A")
    return terminal


# shut and open -------------------------------------------------------------------------------------------------------


def test_shut_by_default_every_path_answers_as_an_unknown_one_does(office: Office) -> None:
    assert office.settings.push is False
    client = office.client()
    unknown = client.get("/iclock/no-such-thing")
    assert unknown.status_code == 404
    for verb in VERBS:
        for answer in (client.get(f"/iclock/{verb}?SN=X"), client.post(f"/iclock/{verb}?SN=X", content=b"1")):
            assert answer.status_code == 404
            assert answer.json()["code"] == unknown.json()["code"]


def test_open_it_needs_no_sign_in_but_an_approval(open_office: Office) -> None:
    terminal = Pushing(over(open_office.client(address=FROM)))
    assert terminal.start().status == 403
    terminal.punch(*keys(3, first=FIRST))
    assert len(terminal.waiting) == 3
    [row] = open_office.get("root", "/terminals/pushing")["items"]
    assert (row["serial"], row["status"], row["address"], row["terminal"]) == (SERIAL, "pending", FROM, None)
    assert approve(open_office, create="P-1", unit="A") == {
        "serial": SERIAL, "status": "approved", "terminal": "P-1",
    }  # fmt: skip
    assert terminal.start().text.startswith(f"GET OPTION FROM: {SERIAL}\nATTLOGStamp=0\n")
    terminal.flush()
    assert terminal.waiting == []
    found = open_office.get("hr", "/punches", terminal="P-1", **{"from": "2026-11-23", "to": "2026-11-23"})["items"]
    assert [(punch["pin"], punch["pull"]["source"]) for punch in found] == [
        ("1001", "push"), ("1002", "push"), ("1003", "push")
    ]  # fmt: skip
    [row] = open_office.get("root", "/terminals/pushing")["items"]
    assert (row["bound_to"], row["decided_by"], row["differences"]) == (f"{FROM}/32", "root", 0)
    assert open_office.get("hr", "/terminals/P-1/differences")["items"] == []


def test_deciding_is_for_administrators_of_the_whole_office(open_office: Office) -> None:
    Pushing(over(open_office.client(address=FROM))).start()
    for user, status in (("hr", 403), ("inspector", 403), ("root.a", 403), (None, 401)):
        client = open_office.client(user)
        assert client.get("/api/v1/terminals/pushing").status_code == status
        for verb in ("approve", "refuse"):
            answer = client.post(f"/api/v1/terminals/pushing/{SERIAL}/{verb}", json={"create": "P-1"})
            assert answer.status_code == status
    root = open_office.client("root")
    assert root.post("/api/v1/terminals/pushing/NOBODY/approve", json={}).status_code == 404
    assert root.post(f"/api/v1/terminals/pushing/{SERIAL}/approve", json={"network": "all"}).status_code == 422
    assert root.post(f"/api/v1/terminals/pushing/{SERIAL}/refuse").json()["status"] == "refused"
    assert [row["status"] for row in open_office.get("root", "/terminals/pushing")["items"]] == ["refused"]


def test_it_is_in_no_api_document(open_office: Office) -> None:
    document = open_office.get("root", "/openapi.json")
    assert not [path for path in document["paths"] if "iclock" in path]


def test_only_named_networks_reach_it(make_office: Callable[..., Office]) -> None:
    office = make_office(settings={"push": "on", "push_networks": "192.168.1.0/24"})
    for address, status in ((FROM, 403), ("192.168.2.1", 403), ("8.8.8.8", 403), ("testclient", 403)):
        answer = office.client(address=address).get(f"/iclock/cdata?SN={SERIAL}")
        assert answer.status_code == status
        assert ("approval" in answer.text) == (address == FROM)
    assert [row["address"] for row in office.get("root", "/terminals/pushing")["items"]] == [FROM]


def test_an_address_that_a_client_only_claims_is_not_believed(make_office: Callable[..., Office]) -> None:
    office = make_office(settings={"push": "on", "push_networks": "192.168.1.0/24"})
    claimed = {"X-Forwarded-For": FROM, "X-Real-IP": FROM, "Forwarded": f"for={FROM}"}
    answer = office.client(address="8.8.8.8").get(f"/iclock/cdata?SN={SERIAL}", headers=claimed)
    assert (answer.status_code, "network" in answer.text) == (403, True)
    office.client(address=FROM).get(f"/iclock/cdata?SN={SERIAL}", headers={"X-Forwarded-For": "192.168.1.7"})
    assert [row["address"] for row in office.get("root", "/terminals/pushing")["items"]] == [FROM]


# bounds --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "status"),
    [
        ("POST", "/iclock/cdata?SN=X&table=ATTLOG", {}, b"1" * (MAX_BODY + 1), 413),
        ("POST", "/iclock/cdata?SN=X&table=ATTLOG", {"Content-Length": "99999999999999999999"}, b"", 413),
        ("POST", "/iclock/cdata?SN=X&table=ATTLOG", {"Content-Length": "-1"}, b"", 413),
        ("POST", "/iclock/cdata?SN=X&table=ATTLOG", {"Content-Encoding": "gzip"}, b"\x1f\x8b", 415),
        ("POST", "/iclock/cdata?SN=X", {"X-Much": "x" * 17_000}, b"", 431),
        ("GET", "/iclock/cdata?SN=X&a=" + "x" * 5000, {}, b"", 414),
        ("GET", "/iclock/" + "x" * 300, {}, b"", 414),
        ("GET", "/iclock/cdata", {}, b"", 400),
        ("GET", "/iclock/cdata?SN=%00%ff", {}, b"", 400),
        ("GET", "/iclock/nothing?SN=X", {}, b"", 404),
        ("PUT", "/iclock/cdata?SN=X", {}, b"", 405),
        ("DELETE", "/iclock/cdata?SN=X", {}, b"", 405),
        ("BREW", "/iclock/cdata?SN=X", {}, b"", 405),
    ],
)  # fmt: skip
def test_what_is_out_of_bounds_is_refused_in_plain_words(
    open_office: Office, method: str, path: str, headers: dict[str, str], body: bytes, status: int
) -> None:
    answer = open_office.client(address=FROM).request(method, path, headers=headers, content=body)
    assert (answer.status_code, answer.headers["content-type"]) == (status, PLAIN)
    assert not answer.text.startswith("OK")


def test_a_body_in_pieces_is_read_and_one_without_end_is_not(open_office: Office) -> None:
    terminal = approved(open_office)
    client = open_office.client(address=FROM)
    path = f"/iclock/cdata?SN={SERIAL}&table=ATTLOG"
    pieces = [line(key) + b"\n" for key in keys(4, first=FIRST)]
    assert client.post(path, content=iter(pieces)).text == "OK: 4"
    endless = (b"1" * 65_536 for _ in range(64))
    assert client.post(path, content=endless).status_code == 413
    assert terminal.start().status == 200


def test_templates_are_read_past_and_never_held(open_office: Office) -> None:
    terminal = approved(open_office)
    assert terminal.send("cdata", f"SN={SERIAL}&table=BIODATA", b"Tmp=" + b"A" * 1_000_000).text == "OK"
    assert (
        terminal.send("cdata", f"SN={SERIAL}&table=tabledata&tablename=biophoto&count=2", b"A" * 9).text == "biophoto=2"
    )


def test_a_serial_and_an_address_that_call_too_often_are_slowed(open_office: Office) -> None:
    terminal = approved(open_office)
    open_office.app.state.push_door.by_serial.clock = lambda: 0.0  # a clock that gives nothing back
    found = [terminal.send("ping", f"SN={SERIAL}", b"").status for _ in range(230)]
    assert found == [200] * found.index(429) + [429] * (230 - found.index(429))
    assert found.index(429) > 150
    other = Pushing(over(open_office.client(address=FROM)), serial="OTHER")
    assert other.start().status == 403  # its own bucket is full


def ask(
    door: iclock.Door, receive: Any, method: str = "POST", query: bytes = b"SN=X&table=ATTLOG"
) -> tuple[int, bytes]:
    """One request handed to the door as an ASGI server does."""
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": method, "path": "/iclock/cdata", "raw_path": b"/iclock/cdata", "query_string": query,
        "headers": [(b"host", b"x")], "client": (FROM, 1), "server": ("x", 80), "scheme": "http", "root_path": "",
        "http_version": "1.1",
    }  # fmt: skip
    asyncio.run(door(scope, receive, send))
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent)


def test_a_body_that_never_ends_is_given_up_in_time(open_office: Office) -> None:
    door = iclock.Door(
        iclock.Receiver(open_office.database, "UTC", b"x"), open_office.settings.push_networks, body_seconds=0.05
    )

    async def never() -> Any:
        await asyncio.sleep(3600)

    status, body = ask(door, never)
    assert (status, body) == (408, b"The body took too long; send it again.")
    assert door._reading == {}


def test_a_body_that_breaks_off_is_not_filed(open_office: Office) -> None:
    approved(open_office)
    door = iclock.Door(
        iclock.Receiver(open_office.database, "Asia/Ho_Chi_Minh", b"x"), open_office.settings.push_networks
    )
    parts = iter(
        [
            {"type": "http.request", "body": line(keys(1, first=FIRST)[0]) + b"\n1002\t2026-11", "more_body": True},
            {"type": "http.disconnect"},
        ]
    )

    async def receive() -> Any:
        return next(parts)

    status, _ = ask(door, receive, query=f"SN={SERIAL}&table=ATTLOG".encode())
    assert status == 400
    found = open_office.get("hr", "/punches", terminal="P-1", **{"from": "2026-11-23", "to": "2026-11-23"})
    assert found["items"] == []


def test_a_fault_is_one_plain_sentence_with_a_number(
    open_office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    terminal = approved(open_office)
    monkeypatch.setattr("device_sync.push.receiver.read_attlog", lambda _body: 1 / 0)
    answer = terminal.send("cdata", f"SN={SERIAL}&table=ATTLOG", b"secret body")
    assert answer.status == 500
    incident = answer.text.rsplit(" ", 1)[1].rstrip(".")
    assert incident in caplog.text
    assert "secret body" not in caplog.text


# over a real connection ----------------------------------------------------------------------------------------------


def test_every_answer_carries_the_hour_by_which_terminals_set_their_clocks(served: Served) -> None:
    for path in (f"/iclock/cdata?SN={SERIAL}&options=all", f"/iclock/getrequest?SN={SERIAL}", "/iclock/x"):
        answer = served.ask("GET", path)
        told = email.utils.parsedate_to_datetime(answer.headers["Date"])
        assert abs((told - datetime.now(UTC)).total_seconds()) < 60
        assert answer.headers["Content-Type"] == PLAIN
        assert answer.headers.get("Location") is None


def test_broken_requests_over_a_real_line_leave_the_service_standing(served: Served, open_office: Office) -> None:
    for raw in (
        b"POST /iclock/cdata?SN=X&table=ATTLOG HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nshort",
        b"POST /iclock/cdata?SN=X HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"GET /iclock/cdata?SN=" + b"A" * 100_000,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /iclock/cdata?SN=\x00 HTTP/1.1\r\n\r\n",
    ):
        with socket.create_connection(("127.0.0.1", served.port), 10) as line_to:
            line_to.sendall(raw)
            line_to.shutdown(socket.SHUT_WR)
            line_to.settimeout(10)
            while line_to.recv(65_536):
                pass
    answer = served.ask("GET", f"/iclock/cdata?SN={SERIAL}")
    assert answer.status == 403
    approve(open_office, create="P-1", unit="A")
    body = b"\n".join(line(key) for key in keys(3, first=FIRST))
    pushed = served.ask("POST", f"/iclock/cdata?SN={SERIAL}&table=ATTLOG&Stamp=9999", body)
    assert (pushed.status, pushed.text) == (200, "OK: 3")  # type: ignore[attr-defined]


def every(pins: list[Key]) -> list[str]:
    return [pin for pin, *_ in pins]


def test_many_terminals_at_once_lose_nothing(served: Served, open_office: Office) -> None:
    serials = [f"MANY{number}" for number in range(6)]
    for serial in serials:
        served.ask("GET", f"/iclock/cdata?SN={serial}")
        approve(open_office, serial, create=serial, unit="A")

    def run(serial: str) -> None:
        for begin in range(0, 30, 10):
            body = b"\n".join(line(key) for key in keys(30, first=FIRST)[begin : begin + 10])
            while served.ask("POST", f"/iclock/cdata?SN={serial}&table=ATTLOG", body).text != "OK: 10":  # type: ignore[attr-defined]
                time.sleep(0.05)

    threads = [threading.Thread(target=run, args=(serial,)) for serial in serials]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for serial in serials:
        found = open_office.get("hr", "/punches", terminal=serial, **{"from": "2026-11-23", "to": "2026-11-23"})
        assert [punch["pin"] for punch in found["items"]] == every(keys(30, first=FIRST))
