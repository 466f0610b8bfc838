"""No input, however nasty, is answered with a fault."""

from __future__ import annotations

import random
from contextlib import ExitStack
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from tests.e2e.conftest import Office

API = "/api/v1"
NASTY = (
    "",
    " ",
    "0",
    "-1",
    "1.5",
    "1e9",
    "NaN",
    "null",
    "true",
    "[]",
    "{}",
    str(2**31),
    str(2**63),
    str(2**64),
    "9" * 18,
    "9" * 400,
    "\0",
    "a\0b",
    "\n",
    "\x7f",
    "\u202e",
    "\ud7ff",
    "%00",
    "%",
    "'",
    "' OR 1=1 --",
    '"',
    "; DROP TABLE unit",
    "../../etc/passwd",
    "A",
    "E1",
    "T-A",
    "máy chấm công",
    "xã/phường",
    "🕗" * 16,
    "x" * 65,
    "x" * 5000,
    "<script>",
    "{{7*7}}",
    "${jndi:x}",
    "2026-11-03",
    "2026-02-30",
    "0001-01-01",
    "9999-12-31",
    "2026-11-03T07:00:00+07:00",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2026-11-03T07:00:00.999999999",
    "1-20261103-am-late",
    "1-20261103-a~00-late",
    "late",
    "counted",
    "WzE3OTM1OTg0ODAsIDIsIDJd",
    "WyIyMDI2LTExLTAyIiwgMV0",
    "W10",
    "bnVsbA",
    "W1tbW1tbW1tbW10",
    "====",
    "W3RydWUsIHRydWUsIHRydWVd",
    "WzkyMjMzNzIwMzY4NTQ3NzU4MDgsIDEsIDFd",
    "WyIyMDI2LTExLTAyIiwgMSwgIlx1MDAwMCIsICJsYXRlIl0",
)


@pytest.mark.parametrize("turns", [12, pytest.param(60, marks=pytest.mark.long)])
def test_thousands_of_nasty_questions_are_answered_without_a_fault(shared_office: Office, turns: int) -> None:
    chance = random.Random(20261120 + turns)
    with ExitStack() as opened:
        clients = [opened.enter_context(shared_office.client(user)) for user in ("hr", "leader.b", "root")]
        assert _ask(shared_office, clients, chance, turns) > 40 * turns


def _ask(office: Office, clients: list[TestClient], chance: random.Random, turns: int) -> int:
    asked = 0
    for path, item in office.app.openapi()["paths"].items():
        if "get" not in item or path.endswith("/metrics"):
            continue
        parameters = item["get"].get("parameters", [])
        for turn in range(turns if parameters else 1):
            address, query = path, {}
            for parameter in parameters:
                value = NASTY[turn] if turn < len(NASTY) and len(parameters) == 1 else chance.choice(NASTY)
                if parameter["in"] == "path":
                    address = address.replace(f"{{{parameter['name']}}}", quote(value, safe=""))
                elif chance.random() < 0.4:
                    query[parameter["name"]] = value
            answer = clients[turn % 3].get(address, params=query)
            asked += 1
            assert answer.status_code < 500, (address, query, answer.text)
            if answer.status_code >= 400:
                assert answer.headers["content-type"] == "application/problem+json", (address, query)
    return asked


@pytest.mark.parametrize(
    "name", ["limit", "offset", "unit", "employee", "terminal", "from", "to", "as_of", "cursor", "type", "status"]
)
@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.long)])
def test_each_nasty_value_as_a_filter_alone(shared_office: Office, name: str, every: bool) -> None:
    with shared_office.client("hr.a") as client:
        for place, path in enumerate(("/punches", "/verdicts", "/violations")):
            for value in NASTY if every else NASTY[place::3]:
                status = client.get(f"{API}{path}", params={name: value}).status_code
                assert status in (200, 404, 422), (path, value)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 501}, "limit"),
        ({"limit": 2**63}, "limit"),
        ({"offset": -1}, "offset"),
        ({"offset": 10**17}, "offset"),
        ({"offset": 1_000_001}, "offset"),
        ({"from": "2026-11-1"}, "from"),
        ({"from": "1699999999"}, "from"),
        ({"to": "2026-02-30"}, "to"),
        ({"type": "tardy"}, "type"),
        ({"status": "open"}, "status"),
    ],
)
def test_a_value_out_of_bounds_is_named(shared_office: Office, query: dict[str, Any], field: str) -> None:
    answer = shared_office.client("hr").get(f"{API}/violations", params=query)
    assert answer.status_code == 422
    assert [entry["field"] for entry in answer.json()["errors"]] == [f"query.{field}"]


@pytest.mark.parametrize(
    "query",
    [
        {"from": "2026-11-02", "to": "2026-11-01"},
        {"from": "2025-01-01", "to": "2026-02-05"},
        {"cursor": "x"},
        {"cursor": "WzEsIDIsIDNd"},
    ],
)
def test_a_span_or_cursor_that_cannot_be_is_explained(shared_office: Office, query: dict[str, str]) -> None:
    answer = shared_office.client("hr").get(f"{API}/violations", params=query)
    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid"


def test_four_hundred_days_are_the_longest_span(shared_office: Office) -> None:
    client = shared_office.client("hr")
    for last, status in (("2026-02-04", 200), ("2026-02-05", 422)):
        query = {"from": "2025-01-01", "to": last}
        assert client.get(f"{API}/punches", params=query).status_code == status


def test_unknown_parameters_are_ignored(shared_office: Office) -> None:
    assert shared_office.get("hr", "/units", colour="blue", page=10**17)["total"] == 4


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "OPTIONS"])
def test_other_methods_are_refused_as_problems(shared_office: Office, method: str) -> None:
    answer = shared_office.client("root").request(method, f"{API}/punches")
    assert answer.status_code == 405
    assert answer.headers["content-type"] == "application/problem+json"


def test_addresses_with_any_bytes_are_only_not_found(shared_office: Office) -> None:
    client = shared_office.client("hr")
    for code in ("%00", "%FF%FE", "%2F", "%2E%2E%2F", "%F0%9F%95%97", "x" * 3000, "%0d%0aX: y"):
        for path in (f"/terminals/{code}/pulls", f"/violations/{code}", f"/{code}"):
            answer = client.get(f"{API}{path}")
            assert answer.status_code in (404, 422), (path, answer.status_code)
            assert answer.headers["content-type"] == "application/problem+json"
