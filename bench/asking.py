"""Asking the service in its own process, without a socket and without a client in between: what is timed is ours."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI


class Refused(AssertionError):
    """The service did not answer as it should: the time means nothing."""


class Asking:
    """A loop of its own, in which requests are handed to the application as a server would.

    Signed in by a token, or as a browser by a cookie. `headers` are those of the last answer.
    """

    def __init__(self, app: FastAPI, *, token: str = "", cookie: str = "") -> None:
        self._app, self._loop = app, asyncio.new_event_loop()
        named = {b"authorization": f"Bearer {token}" if token else "", b"cookie": cookie, b"host": "test"}
        self._headers = [(name, value.encode()) for name, value in named.items() if value]
        self.headers: dict[str, str] = {}

    def get(self, address: str) -> bytes:
        """The body of a good answer. Raises Refused."""
        status, body = self._loop.run_until_complete(self._ask(address, {}))
        return _good(address, status, body)

    def status(self, address: str, **headers: str) -> int:
        """The status of any answer; names of headers with `_` for `-`."""
        return self._loop.run_until_complete(self._ask(address, headers))[0]

    def times(self, address: str, count: int) -> Callable[[], object]:
        """The same question, one after the other."""

        async def ask() -> None:
            for _ in range(count):
                _good(address, *await self._ask(address, {}))

        return lambda: self._loop.run_until_complete(ask())

    def close(self) -> None:
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    async def _ask(self, address: str, headers: dict[str, str]) -> tuple[int, bytes]:
        parts = urlsplit(address)
        status, body = 0, b""

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            nonlocal status, body
            if message["type"] == "http.response.start":
                status = message["status"]
                self.headers = {name.decode().lower(): value.decode() for name, value in message["headers"]}
            else:
                body += message.get("body", b"")

        more = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": parts.path,
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "root_path": "",
            "headers": self._headers + more,
            "client": ("10.20.30.40", 50000),
            "server": ("test", 80),
        }
        await self._app(scope, receive, send)
        return status, body


def _good(address: str, status: int, body: bytes) -> bytes:
    if status != 200:
        raise Refused(f"{address} answered {status}: {body[:200].decode(errors='replace')}")
    return body
