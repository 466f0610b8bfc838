"""`/iclock/*`: the door for terminals that push. Plain text in and out; no login, for terminals have none.

It is there only when the installation turned it on. Every bound is checked before a byte of the body is read, and the
body is read within a time. Source: terminals.md 3.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from ipaddress import IPv4Network, IPv6Network, ip_address

import anyio
from anyio.to_thread import run_sync
from fastapi import FastAPI
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from api.http.auth import address_of
from api.http.errors import status_of
from attendance.errors import AttendanceError
from device_sync.push import limits
from device_sync.push.call import MAX_QUERY, Answer, Call, read_query, verb_of
from device_sync.push.receiver import TOO_MUCH, Receiver, is_dropped

PATH = "/iclock/"
_log = logging.getLogger(__name__)

NOT_FROM_HERE = Answer(403, "Terminals do not call from this network.")
TOO_OFTEN = Answer(429, "Too many requests; send it again later.")
TOO_SLOW = Answer(408, "The body took too long; send it again.")
TOO_LONG = Answer(414, "The address is too long.")
HEADERS_TOO_LARGE = Answer(431, "The headers are too long.")
NOT_PLAIN = Answer(415, "Send the body as it is, not packed.")
NOT_THIS_WAY = Answer(405, "Only GET and POST.")
CUT = Answer(400, "The body broke off; send it again.")


class Door:
    """One ASGI endpoint for all of /iclock. `networks` are those from which anybody may call at all."""

    def __init__(
        self,
        receiver: Receiver,
        networks: Sequence[IPv4Network | IPv6Network],
        *,
        tick: Callable[[], float] = time.monotonic,
        body_seconds: float = limits.BODY_SECONDS,
        max_body: int = limits.MAX_BODY,
    ) -> None:
        self.receiver, self.networks = receiver, tuple(networks)
        self.body_seconds, self.max_body = body_seconds, max_body
        self.by_address = limits.Rates(per_second=100, burst=1000, clock=tick)
        self.by_serial = limits.Rates(per_second=20, burst=200, clock=tick)
        self._reading: Counter[str] = Counter()  # by address; only the event loop touches it

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        answer = await self._answer(request)
        headers = {"Connection": "close"} if answer.status in (408, 413) else None
        await PlainTextResponse(answer.text, answer.status, headers)(scope, receive, send)

    async def _answer(self, request: Request) -> Answer:
        address = address_of(request)
        refusal = self._refusal(request, address)
        if refusal is not None:
            return refusal
        call = Call(
            request.method, verb_of(request.scope["path"]), read_query(request.scope["query_string"]), b"", address
        )
        if call.serial is not None and not self.by_serial.allow(call.serial):
            return TOO_OFTEN
        try:
            self._reading[address] += 1
            if self._reading[address] > limits.BODIES_OF_ADDRESS or self._reading.total() > limits.BODIES_AT_ONCE:
                return TOO_OFTEN
            with anyio.fail_after(self.body_seconds):
                body = await self._body(request, keep=not is_dropped(call))
            if body is None:
                await run_sync(self.receiver.note_too_large, call)
                return TOO_MUCH
            return await run_sync(self.receiver.answer, replace(call, body=body))
        except TimeoutError:
            return TOO_SLOW
        except ClientDisconnect:
            return CUT
        except AttendanceError as error:
            _log.warning("a pushing terminal could not be answered: %s", error)
            return Answer(max(status_of(error), 400), "Not stored; send it again.")
        except Exception:
            incident = secrets.token_hex(6)
            _log.exception("incident %s: %s %r", incident, request.method, call.verb)
            return Answer(500, f"Not stored; send it again. Incident {incident}.")
        finally:
            self._reading[address] -= 1
            if not self._reading[address]:
                del self._reading[address]

    def _refusal(self, request: Request, address: str) -> Answer | None:
        """Why a request is not even read; None: it is."""
        if not self._is_near(address):
            return NOT_FROM_HERE
        if not self.by_address.allow(address):
            return TOO_OFTEN
        if request.method not in ("GET", "POST"):
            return NOT_THIS_WAY
        if len(request.scope["query_string"]) > MAX_QUERY or len(request.scope["path"]) > 200:
            return TOO_LONG
        if sum(len(name) + len(value) for name, value in request.scope["headers"]) > limits.MAX_HEADERS:
            return HEADERS_TOO_LARGE
        if request.headers.get("content-encoding", "identity").lower() != "identity":
            return NOT_PLAIN
        return None

    def _is_near(self, address: str) -> bool:
        try:
            found = ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self.networks)

    async def _body(self, request: Request, *, keep: bool) -> bytes | None:
        """The body, or nothing of it if it is not to be kept; None where it is longer than is taken."""
        declared = request.headers.get("content-length", "0")
        if not (declared.isascii() and declared.isdecimal() and len(declared) < 12) or int(declared) > self.max_body:
            return None
        parts, size = [], 0
        async for part in request.stream():
            size += len(part)
            if size > self.max_body:
                return None
            if keep:
                parts.append(part)
        return b"".join(parts)


def install(app: FastAPI, door: Door) -> None:
    """Open the door: every path below /iclock/, in no API document."""
    app.state.push_door = door
    app.router.routes.append(Route(PATH + "{rest:path}", door, include_in_schema=False))
