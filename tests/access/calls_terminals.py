"""What is asked of the pages of the terminals; see `calls`."""

from __future__ import annotations

from typing import Any

_CODE = {"path": {"code": "{terminal}"}}
_SENT = {"answers": 303, "tells": False}

PAGES: dict[tuple[str, str], list[dict[str, Any]]] = {
    ("GET", "/terminals"): [{"query": {}}, {"query": {"unit": "{unit}"}}],
    ("GET", "/terminals/live"): [{"query": {}}, {"query": {"unit": "{unit}"}}],
    ("POST", "/terminals/pull"): [{"form": {}} | _SENT, {"form": {"unit": "{unit}"}} | _SENT],
    ("GET", "/terminals/{code}"): [_CODE],
    ("GET", "/terminals/{code}/live"): [_CODE],
    ("POST", "/terminals/{code}/pull"): [_CODE | {"form": {}} | _SENT],
    ("POST", "/terminals/{code}/alarms/{alarm}/acknowledge"): [
        {"path": {"code": "{terminal}", "alarm": "{alarm}"}, "form": {}} | _SENT
    ],
    ("GET", "/terminals/{code}/people"): [_CODE],
    ("GET", "/terminals/{code}/settings"): [_CODE],
    ("POST", "/terminals/{code}/settings"): [
        _CODE | {"form": {"name": "Cổng", "every": "300", "unit": "{unit}"}} | _SENT
    ],
    ("POST", "/terminals/{code}/retire"): [_CODE | {"form": {"sure": "yes"}} | _SENT],
    ("GET", "/terminals/add"): [{"tells": False}],
}
ELSEWHERE = {
    ("POST", "/terminals/{code}/people"): "tests/e2e/test_terminal_pages.py",
    ("POST", "/terminals/add/search"): "tests/e2e/test_terminal_adding.py",
    ("POST", "/terminals/add/address"): "tests/e2e/test_terminal_adding.py",
    ("GET", "/terminals/add/{token}/{step}"): "tests/e2e/test_terminal_adding.py",
    ("POST", "/terminals/add/{token}/{step}"): "tests/e2e/test_terminal_adding.py",
}
