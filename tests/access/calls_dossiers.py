"""What is asked of the routes of dossiers, as the fields of `calls.Call`."""

from __future__ import annotations

from typing import Any

SPAN = {"from": "2026-11-16", "to": "2026-11-20"}
OF_PERSON = {"employee": "{employee}", **SPAN}

API: dict[str, list[dict[str, Any]]] = {
    "getDossier": [
        {"query": {"violation": "{violation}", "format": "json"}, "whole": False},
        {"query": {**OF_PERSON, "format": "json"}, "whole": False},
    ],
}
PAGES: dict[tuple[str, str], list[dict[str, Any]]] = {
    ("GET", "/dossier"): [{"query": {"violation": "{violation}"}}, {"query": {"employee": "{employee}"}}],
    ("GET", "/dossier/file"): [
        {"query": {"employee": "{employee}", "from": "16/11/2026", "to": "20/11/2026", "format": "json"}}
    ],
}
