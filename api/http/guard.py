"""The outermost ring around every answer: security headers, body limits, counting, and no fault that escapes."""

from __future__ import annotations

import re
import time
from typing import Any
from urllib.parse import quote

from anyio.to_thread import run_sync
from fastapi import FastAPI
from fastapi.exceptions import HTTPException
from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.errors import API, problem
from api.pages.assets import CONTENT_SECURITY_POLICY, MOUNT

MAX_BODY = 1024 * 1024
MAX_UPLOAD = 64 * 1024 * 1024
_UPLOADS = (f"{API}/imports/", "/import/sheets")
MAX_ATTACHED = 33 * 1024 * 1024
_ATTACHED = re.compile(
    rf"({API})?/explanations/\d+/attachments|/violations/[^/]+/explain|({API})?/inspections/[^/]+/photos"
)
"""Where a few photographs may be sent with what is said of a violation, or of a visit."""
MAX_PUBLIC = 32 * 1024
PUBLIC = "/gop-y"
"""What citizens send without a login: a few lines of text."""
_KEPT_FORM = (b"x-kept-form", b"1")
"""What `static/keep.js` sends a form with, so that it stays on screen until it was answered."""
PUSHED = "/iclock/"
LONG_SECONDS = 1.0
"""Before an answer that took so long is given, it is asked again whether its reader may still have it."""
STILL = "still"
"""Where in the state of a request that question is: it answers what to say instead, or None."""

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # "no-referrer" would make browsers send forms with `Origin: null`, which the form check refuses.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


UNCOUNTED = "x-uncounted"
"""Name in the `openapi_extra` of a route, with the reason why nobody may see in the figures that it was asked."""


class TooLarge(HTTPException):
    def __init__(self, most: int) -> None:
        size = f"{most // 1024 // 1024} MiB" if most >= MAX_BODY else f"{most // 1024} KiB"
        super().__init__(413, f"This takes at most {size}.")


class Guard:
    """ASGI middleware; the last one added, so that nothing answers outside of it."""

    def __init__(self, app: ASGIApp, *, owner: FastAPI, registry: CollectorRegistry) -> None:
        self.app, self.owner = app, owner
        self.requests = Counter(
            "attendance_http_requests", "Requests answered.", ["method", "route", "status"], registry=registry
        )
        self.seconds = Histogram(
            "attendance_http_request_seconds", "Time to the first byte of an answer.", ["route"], registry=registry
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = time.perf_counter()
        started = withheld = False
        asked: dict[str, Any] = scope.setdefault("state", {})

        async def guarded_send(message: Message) -> None:
            nonlocal started, withheld
            if withheld:
                return
            if message["type"] == "http.response.start" and not started:
                if time.perf_counter() - begun >= LONG_SECONDS and STILL in asked:
                    refusal = await run_sync(asked.pop(STILL))
                    if refusal is not None:
                        await refusal(scope, receive, guarded_send)
                        withheld = True
                        return
                started = True
                if _KEPT_FORM in scope["headers"]:
                    _tell_where(message)
                self._finish(scope, message, time.perf_counter() - begun)
            await send(message)

        most = _most(scope["path"])
        declared = _declared(scope)
        # what terminals push is bounded at its own door, which refuses in their plain words
        if declared is not None and declared > most and not scope["path"].startswith(PUSHED):
            error = TooLarge(most)
            refusal = problem(413, error.detail, instance=quote(scope["path"][:500]), headers={"Connection": "close"})
            await refusal(scope, receive, guarded_send)
            return
        try:
            bounded = receive if scope["path"].startswith(PUSHED) else _limited(receive, most)
            await self.app(scope, bounded, guarded_send)
        except Exception as error:
            if started:
                raise
            answer = self.owner.state.answer_fault(Request(scope), error)
            await answer(scope, receive, guarded_send)

    def _finish(self, scope: Scope, message: Message, seconds: float) -> None:
        headers = MutableHeaders(scope=message)
        for name, value in HEADERS.items():
            headers.setdefault(name, value)
        if not scope["path"].startswith(f"{MOUNT}/"):
            headers.setdefault("Cache-Control", "no-store")
        if scope.get("scheme") == "https":
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if UNCOUNTED in (getattr(scope.get("route"), "openapi_extra", None) or ()):
            return
        route = getattr(scope.get("route"), "path", "other")
        if scope["path"].startswith(f"{API}/") and not route.startswith(API):  # pages have names like those here
            route = f"{API}{route}" if route != "other" else route
        method = scope["method"] if scope["method"] in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE") else "other"
        self.requests.labels(method, route, str(message["status"])).inc()
        self.seconds.labels(route).observe(seconds)


def _most(path: str) -> int:
    if path.startswith(_UPLOADS):
        return MAX_UPLOAD
    if path == PUBLIC or path.startswith(f"{PUBLIC}/"):
        return MAX_PUBLIC
    return MAX_ATTACHED if _ATTACHED.fullmatch(path) else MAX_BODY


def _tell_where(message: Message) -> None:
    """A script that sent a form for its page cannot read where a redirect leads: it is told instead."""
    headers = MutableHeaders(scope=message)
    if message["status"] in (302, 303) and "location" in headers:
        message["status"] = 200
        headers["X-Led-To"] = headers["location"]
        del headers["location"]


def _declared(scope: Scope) -> int | None:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() and len(value) < 18 else MAX_UPLOAD + 1
    return None


def _limited(receive: Receive, most: int) -> Receive:
    """A body that turns out longer than allowed is an error to whoever reads it."""
    taken = 0

    async def limited() -> Any:
        nonlocal taken
        message = await receive()
        if message["type"] == "http.request":
            taken += len(message.get("body", b""))
            if taken > most:
                raise TooLarge(most)
        return message

    return limited
