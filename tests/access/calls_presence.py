"""What is asked of presence at a minute, as the fields of `calls.Call`."""

from __future__ import annotations

from typing import Any

UNIT = {"code": "{unit}"}
MINUTE = "2026-11-19T08:20:00+07:00"

API: dict[str, list[dict[str, Any]]] = {
    "getPresence": [
        {"path": UNIT, "query": {"at": MINUTE}},
        {"path": UNIT, "query": {"at": MINUTE, "known_at": "2026-11-19T08:21:00+07:00"}, "tells": False},
    ],
}
PAGES: dict[tuple[str, str], list[dict[str, Any]]] = {
    ("GET", "/units/{code}/presence"): [{"path": UNIT, "query": {"day": "19/11/2026", "at": "08:20"}}],
}
