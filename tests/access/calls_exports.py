"""What is asked of the exports for analysts, as the fields of `calls.Call`."""

from __future__ import annotations

from typing import Any

SPAN = {"from": "2026-11-16", "to": "2026-11-20"}

API: dict[str, list[dict[str, Any]]] = {
    "exportRows": [
        {"path": {"kind": "days"}, "query": SPAN},
        *(
            {"path": {"kind": kind}, "query": SPAN | {"format": "csv", "unit": "{unit}"}}
            for kind in ("punches", "days", "violations")
        ),
    ],
}

PAGES: dict[tuple[str, str], list[dict[str, Any]]] = {
    ("GET", "/exports/{kind}"): [{"path": {"kind": "violations"}, "query": SPAN | {"unit": "{unit}"}}],
}
