"""What is asked of the routes of notifications, as the fields of `calls.Call`."""

from __future__ import annotations

from typing import Any

HOOK = {"name": "Cổng báo cáo", "url": "https://hook.example.vn/a", "unit": "{unit}", "events": ["violation.opened"]}
FORM = {"name": "Cổng", "url": "https://hook.example.vn/a", "unit": "{unit}", "event": "month.locked"}
_ASKED, _SEEN = "tests/e2e/test_api_notifications.py", "tests/e2e/test_notification_pages.py"

API: dict[str, list[dict[str, Any]]] = {
    "listWebhooks": [{"query": {"limit": "500"}, "tells": False}],  # those of every place: see _ASKED
    "addWebhook": [{"body": HOOK, "answers": 201}],
    "listNotices": [{"query": {"limit": "500"}, "tells": False}],
}
PAGES: dict[tuple[str, str], list[dict[str, Any]]] = {
    ("GET", "/system/notifications"): [{}],  # it offers the units one looks after
    ("POST", "/system/notifications/webhooks"): [{"form": FORM, "refused": 422}],
}
ELSEWHERE = {
    **{("POST", f"/api/v1/webhooks/{{id}}/{verb}"): _ASKED for verb in ("rotate", "disable", "enable", "test")},
    ("POST", "/api/v1/notices/{id}/retry"): _ASKED,
    ("POST", "/system/notifications/webhooks/{number}/{verb}"): _SEEN,
    ("POST", "/system/notifications/outbox/{number}/retry"): _SEEN,
    ("GET", "/account/notifications"): _SEEN,
    **{
        ("POST", f"/account/notifications{verb}"): _SEEN
        for verb in ("", "/address", "/confirm", "/forget", "/test", "/seen")
    },
}
