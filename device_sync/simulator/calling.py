"""The requests of a pushing terminal: plain HTTP, a connection each, and a journal of what became of them."""

from __future__ import annotations

from http.client import HTTPConnection, HTTPException
from typing import NamedTuple
from urllib.parse import urlsplit


class Exchange(NamedTuple):
    """One request and what became of it; status 0 where no answer came."""

    method: str
    target: str
    body: bytes
    status: int
    answer: str


class Caller:
    """Calls under `/iclock` of the server at `url`. Raises ValueError for an address no terminal can push to."""

    def __init__(self, url: str, timeout_seconds: float) -> None:
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname:
            raise ValueError(f"{url!r} is no address a terminal can push to; give one like http://127.0.0.1:8000")
        self.journal: list[Exchange] = []
        self._host, self._port, self._path = parts.hostname, parts.port or 80, parts.path.rstrip("/")
        self._timeout_seconds = timeout_seconds

    def call(self, method: str, target: str, body: bytes, cut: int | None) -> tuple[int, str, str | None]:
        """Status (0: none came), answer and its Date. With `cut` the request breaks after so many bytes of its body."""
        connection = HTTPConnection(self._host, self._port, timeout=self._timeout_seconds)
        path = f"{self._path}/iclock/{target}"
        status, answer, date = 0, "", None
        try:
            connection.putrequest(method, path)
            connection.putheader("User-Agent", "iClock Proxy/1.09")
            if method == "POST":
                connection.putheader("Content-Type", "text/plain")
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body[:cut] if body else None)
            if cut is None:
                response = connection.getresponse()
                status, answer = response.status, response.read().decode("utf-8", "replace")
                date = response.headers.get("Date")
        except (OSError, HTTPException):
            status, answer = 0, ""
        finally:
            connection.close()
        self.journal.append(Exchange(method, path, body, status, answer))
        return status, answer, date
