"""What is written through the API is checked, stored, and told back; keys go in and never come out."""

from __future__ import annotations

import stat
import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from api.http.guard import MAX_UPLOAD
from api.keys import read_comm_key
from attendance.store.trail import Actor
from tests.e2e.conftest import Office

API = "/api/v1"
DONE = {"terminal": "T-A", "outcome": "ok", "read": 3, "new": 1, "repeated": 2, "quarantined": 0}


def test_an_office_can_be_registered_from_unit_to_enrolment(office: Office) -> None:
    client = office.client("hr")
    for path, body in [
        ("/units", {"code": "C", "name": "UBND xã Phú La", "parent": "H", "schedule": "HANH-CHINH"}),
        ("/employees", {"code": "E9", "name": "Đỗ Thị Bích"}),
        ("/assignments", {"employee": "E9", "unit": "C", "from": "2026-11-01", "document": "QĐ 9"}),
        ("/enrolments", {"terminal": "T-A", "pin": "0009", "employee": "E9", "from": "2026-11-01"}),
    ]:
        answer = client.post(f"{API}{path}", json=body)
        assert answer.status_code == 201, answer.text
        assert answer.json().items() >= body.items()
    assert office.get("hr", "/employees", unit="C")["items"] == [
        {"code": "E9", "name": "Đỗ Thị Bích", "unit": "C", "schedule": None, "from": "2026-11-01", "to": None}
    ]
    assert office.get("hr", "/enrolments", employee="E9")["items"][0]["pin"] == "0009"


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/units", {"code": "A"}, 409, "already_exists"),
        ("/units", {"code": "N", "parent": "Z"}, 404, "not_found"),
        ("/units", {"code": "N", "schedule": "Z"}, 404, "not_found"),
        ("/units", {"code": "a/b"}, 422, "invalid"),
        ("/employees", {"code": "E1"}, 409, "already_exists"),
        ("/assignments", {"employee": "E2", "unit": "B", "from": "2026-05-01"}, 409, "overlap"),
        ("/assignments", {"employee": "E4", "unit": "B", "from": "2026-05-01", "to": "2026-04-01"}, 422, "invalid"),
        ("/assignments", {"employee": "E4", "unit": "B", "from": "2026-05-01", "terminals": ["Z"]}, 404, "not_found"),
        ("/enrolments", {"terminal": "T-A", "pin": "1", "employee": "E4"}, 409, "overlap"),
        ("/units", {"code": "N", "is_root": True}, 422, "invalid"),
        ("/units", {"code": ""}, 422, "invalid"),
        ("/units", {"code": 5}, 422, "invalid"),
        ("/units", {"code": "N", "name": "a\0b"}, 422, "invalid"),
        ("/units", {"code": "N", "name": "x" * 201}, 422, "invalid"),
        ("/units", [], 422, "invalid"),
        ("/employees", {"code": "N", "from": "2026-01-01"}, 422, "invalid"),
        ("/assignments", {"employee": "E4", "unit": "B", "from": 20260501}, 422, "invalid"),
        ("/assignments", {"employee": "E4", "unit": "B", "from": "1066-01-01"}, 422, "invalid"),
    ],
)
def test_what_cannot_be_is_refused_as_a_problem(office: Office, path: str, body: Any, status: int, code: str) -> None:
    answer = office.client("hr").post(f"{API}{path}", json=body)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == code
    assert problem["status"] == status
    assert problem["instance"] == f"{API}{path}"
    assert problem["type"]
    assert problem["title"]
    assert problem["detail"]


def test_wrong_values_are_named_and_not_repeated(office: Office) -> None:
    answer = office.client("hr").post(f"{API}/units", json={"code": "N", "name": 12345678})
    assert [entry["field"] for entry in answer.json()["errors"]] == ["body.name"]
    assert "12345678" not in answer.text


def test_a_comm_key_goes_to_its_file_and_into_no_answer(office: Office) -> None:
    body = {"code": "MCC/1".replace("/", "-"), "unit": "A", "host": "192.168.1.201", "comm_key": 987654, "live": True}
    answer = office.client("root").post(f"{API}/terminals", json=body)
    assert answer.status_code == 201
    assert answer.json()["has_comm_key"] is True
    [listed] = [row for row in office.get("root", "/terminals")["items"] if row["code"] == "MCC-1"]
    assert (answer.json()["live"], listed["live"], listed["layout"]) == (True, True, None)
    assert "987654" not in answer.text + office.client("root").get(f"{API}/terminals").text
    assert read_comm_key(office.settings.keys_dir, "MCC-1") == 987654
    assert stat.S_IMODE((office.settings.keys_dir / "MCC-1.key").stat().st_mode) == 0o600


@pytest.mark.parametrize(("layout", "answered"), [(None, None), ("auto", None), ("zk8b", "zk8b")])
def test_a_record_layout_can_be_named(office: Office, layout: str | None, answered: str | None) -> None:
    body = {"code": "OLD", "unit": "A"} | ({"layout": layout} if layout else {})
    client = office.client("root")
    assert client.post(f"{API}/terminals", json=body).json()["layout"] == answered
    listed = client.get(f"{API}/terminals").json()["items"]
    assert [each["layout"] for each in listed if each["code"] == "OLD"] == [answered]
    assert client.post(f"{API}/terminals", json={"code": "X", "unit": "A", "layout": "zk17"}).status_code == 422


def test_a_terminal_that_was_not_added_leaves_no_key_and_touches_no_other(office: Office) -> None:
    client = office.client("root")
    assert client.post(f"{API}/terminals", json={"code": "T-A", "unit": "A", "comm_key": 1}).status_code == 409
    assert client.post(f"{API}/terminals", json={"code": "N", "unit": "Z", "comm_key": 1}).status_code == 404
    assert not office.settings.keys_dir.exists()


@pytest.mark.parametrize("key", [-1, 1_000_000, 2**63, "1234", 1.5, True, [1]])
def test_a_wrong_comm_key_is_refused_and_not_repeated(office: Office, key: Any) -> None:
    answer = office.client("root").post(f"{API}/terminals", json={"code": "N", "unit": "A", "comm_key": key})
    assert answer.status_code == 422
    assert [entry["field"] for entry in answer.json()["errors"]] == ["body.comm_key"]


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "8.8.8.8",
        "localhost",
        "http://10.0.0.1",
        "::ffff:8.8.8.8",
        "0.0.0.0",
        "10.0.0.1;ls",
        "fe80::1%eth0",
    ],
)
def test_a_terminal_lies_in_an_allowed_network(office: Office, host: str) -> None:
    answer = office.client("root").post(f"{API}/terminals", json={"code": "N", "unit": "A", "host": host})
    assert answer.status_code == 422, answer.text


def test_a_pull_answers_like_the_command(make_office: Callable[..., Office]) -> None:
    asked: list[tuple[list[str], bool, bool]] = []

    def puller(terminals: Sequence[str], full: bool) -> list[dict[str, Any]]:
        asked.append((list(terminals), full, threading.current_thread() is threading.main_thread()))
        return [DONE | {"terminal": code} for code in terminals]

    office = make_office(puller=puller)
    answer = office.client("inspector").post(f"{API}/terminals/T-A/pull", params={"full": True})
    assert answer.json() == {"pulls": [DONE]}
    assert asked == [(["T-A"], True, False)]
    assert office.client("hr").post(f"{API}/terminals/Z/pull").status_code == 404


def test_a_unit_is_pulled_with_the_units_below_it_and_no_other(make_office: Callable[..., Office]) -> None:
    asked: list[list[str]] = []

    def puller(terminals: Sequence[str], full: bool) -> list[dict[str, Any]]:
        asked.append(list(terminals))
        return [DONE | {"terminal": code} for code in terminals]

    office = make_office(puller=puller)
    whole = office.client("hr").post(f"{API}/units/H/pull")
    assert [entry["terminal"] for entry in whole.json()["pulls"]] == ["T-A", "T-B"]
    assert office.client("leader.b").post(f"{API}/units/B/pull").status_code == 200
    assert office.client("hr").post(f"{API}/units/A1/pull").json() == {"pulls": []}
    assert asked == [["T-A", "T-B"], ["T-B"]]
    for user, unit in (("leader.b", "A"), ("hr.a", "H"), ("hr", "Z")):
        assert office.client(user).post(f"{API}/units/{unit}/pull").status_code == 404, (user, unit)
    assert office.client().post(f"{API}/units/H/pull").status_code == 401
    assert len(asked) == 2


def test_without_puller_or_importer_the_address_is_not_available(office: Office) -> None:
    client = office.client("hr")
    assert client.post(f"{API}/terminals/T-A/pull").status_code == 503
    answer = client.post(f"{API}/imports/punches", data={"terminal": "T-A"}, files={"file": ("1_attlog.dat", b"x")})
    assert answer.status_code == 503
    assert answer.json()["code"] == "not_available"


def test_a_file_is_handed_to_the_importer(make_office: Callable[..., Office]) -> None:
    taken: list[tuple[str, str, bytes, bool, str | None, str]] = []

    def importer(
        terminal: str, name: str, content: bytes, create: bool, dates: str | None, actor: Actor
    ) -> dict[str, Any]:
        taken.append((terminal, name, content, create, dates, actor.name))
        return {"file": name, "terminal": terminal, "read": 1}

    office = make_office(importer=importer)

    def send(user: str, terminal: str, **more: str) -> int:
        files = {"file": ("1_attlog.dat", b"57\t2026-11-20 07:30:00")}
        form = {"terminal": terminal, **more}
        return office.client(user).post(f"{API}/imports/punches", data=form, files=files).status_code

    assert send("hr", "T-A") == 200
    assert taken == [("T-A", "1_attlog.dat", b"57\t2026-11-20 07:30:00", False, None, "hr")]
    assert send("hr", "NEW") == 404
    assert send("hr", "NEW", create="true") == 200
    assert send("hr.a", "NEW", create="true") == 404
    assert send("hr.a", "T-B") == 404
    assert send("hr", "a/b", create="true") == 422
    assert send("hr", "T-A", create="perhaps") == 422
    assert len(taken) == 2


@pytest.mark.parametrize(
    ("files", "data"),
    [
        ({}, {"terminal": "T-A"}),
        ({"file": ("x", b"x")}, {}),
        ({}, {"terminal": "T-A", "file": "text"}),
        ({"file": ("x", b"x"), "terminal": ("y", b"y")}, {}),
    ],
)
def test_an_upload_that_is_not_whole_is_refused(office: Office, files: Any, data: Any) -> None:
    answer = office.client("hr").post(f"{API}/imports/punches", data=data, files=files)
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


def test_bodies_are_limited_by_what_they_say_and_by_what_comes(office: Office) -> None:
    client = office.client("hr")
    said = client.post(f"{API}/units", content=b" " * (1024 * 1024 + 1))
    came = client.post(f"{API}/units", content=(b" " * 65_536 for _ in range(17)))
    upload = client.post(f"{API}/imports/punches", content=b"", headers={"Content-Length": str(MAX_UPLOAD + 1)})
    lie = client.post(f"{API}/units", content=b"", headers={"Content-Length": "-5"})
    for answer in (said, came, upload, lie):
        assert answer.status_code == 413, answer.text
        assert answer.json()["code"] == "too_large"
    stranger = office.client().post(f"{API}/imports/punches", content=(b"x" * 65_536 for _ in range(4)))
    assert stranger.status_code == 401


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff\xfe", b"[" * 50_000, b'{"code": "\\ud800"}', b'{"code": 1e999}', b"NaN"]
)
def test_a_body_that_is_no_json_is_refused(office: Office, content: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = office.client("hr").post(f"{API}/units", content=content, headers=headers)
    assert answer.status_code in (400, 422), answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_fault_tells_a_number_and_nothing_else(
    make_office: Callable[..., Office], caplog: pytest.LogCaptureFixture
) -> None:
    def puller(terminals: Sequence[str], full: bool) -> list[dict[str, Any]]:
        raise RuntimeError("the password of the database is matkhau")

    answer = make_office(puller=puller).client("hr").post(f"{API}/terminals/T-A/pull")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "matkhau" not in answer.text
    assert answer.json()["incident"] in caplog.text
    assert "default-src 'self'" in answer.headers["content-security-policy"]
