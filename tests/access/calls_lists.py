"""What is asked of lists, of the board of a day and of the search, as the fields of `calls.Call`.

A search for what is outside finds nothing, as one for what is nowhere: `refused` is 200 there.
"""

from __future__ import annotations

from typing import Any

ISO = {"from": "2026-11-16", "to": "2026-11-20", "format": "json"}
TYPED = {"from": "16/11/2026", "to": "20/11/2026", "format": "csv"}
_SEEN = "tests/e2e/test_violations_page.py"

API: dict[str, list[dict[str, Any]]] = {
    "reportViolations": [
        {"query": ISO}, {"query": ISO | {"unit": "{unit}"}}, {"query": ISO | {"employee": "{employee}"}},
    ],
    "search": [
        {"query": {"q": "{employee}"}, "refused": 200},
        {"query": {"q": "{unit}"}, "refused": 200},
        {"query": {"q": "{terminal}"}, "refused": 200, "tells": False},
    ],
}  # fmt: skip
PAGES: dict[tuple[str, str], list[dict[str, Any]]] = {
    ("GET", "/reports/violations"): [{"query": TYPED}, {"query": TYPED | {"unit": "{unit}"}}],
    ("GET", "/today/people"): [{"query": {"unit": "{unit}", "day": "2026-11-17"}}],
    ("POST", "/today/seen"): [{"form": {}, "answers": 303, "tells": False}],
    ("GET", "/search"): [
        {"query": {"q": "{employee}"}, "refused": 200},
        {"query": {"q": "{unit}"}, "refused": 200},
    ],
    ("GET", "/search/suggest"): [{"query": {"q": "{employee}"}, "refused": 200}],
    ("POST", "/violations/views"): [{"form": {"name": "V", "query": "over=5"}, "answers": 303, "tells": False}],
}
ELSEWHERE = {
    ("POST", "/violations/review"): _SEEN,
    ("POST", "/violations/views/{number}/{verb}"): _SEEN,
}
