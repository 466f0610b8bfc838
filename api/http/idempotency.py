"""Idempotency keys: a write that is sent again under the same `Idempotency-Key` happens once and is answered alike.

The endpoint runs inside one transaction; what it answers is kept in that transaction, so that either both are there or
neither. Keys are those of a person and a route, for 24 hours. Dependencies have run before: whoever may no longer write
here gets no old answer either.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Callable
from contextlib import ExitStack
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any

from anyio import CancelScope
from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from starlette.datastructures import FormData, UploadFile

from api.http.errors import InFlight
from api.http.scope import Reader
from api.http.service import Service, service
from attendance.errors import Invalid
from attendance.services.accounts import SignedIn
from attendance.store import kept_answers
from attendance.store.kept_answers import Asked

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
NOT_KEPT = "x-no-idempotency-key"
"""Name in the `openapi_extra` of a route, with the reason why its answers are not kept."""
MAX_KEY = 200

REASONS = {
    "signIn": "The answer is a secret, which is never stored; each sign-in is a new one.",
    "signOut": "Signing out twice is signing out.",
    "pullTerminal": "A pull stores a punch once, however often it is asked for.",
    "pullUnit": "A pull stores a punch once, however often it is asked for.",
    "importPunches": "The same file again adds nothing.",
    "takeSegments": "Segments are numbered; the same again adds nothing.",
}
_IN_FLIGHT: set[tuple[str, int, str, str]] = set()
_LOCK = threading.Lock()


def keep_answers(*routers: APIRouter) -> None:
    """Have every write of these routers honour keys, but for those that say why not. A second time changes nothing."""
    for router in routers:
        for route in router.routes:
            if not isinstance(route, APIRoute) or hasattr(route.endpoint, "keeps_answers"):
                continue
            if route.methods & WRITES and why_not(route) is None:
                route.endpoint = _keeping(route.endpoint, _name(route))


def why_not(route: APIRoute) -> str | None:
    """Why the answers of a write are not kept; None: they are."""
    return (route.openapi_extra or {}).get(NOT_KEPT) or REASONS.get(route.operation_id or "")


def _name(route: APIRoute) -> str:
    return f"{min(route.methods & WRITES)} {route.path}"[:160]


def _keeping(endpoint: Callable[..., Any], route: str) -> Callable[..., Any]:
    """The endpoint inside the mechanism; it is given a request and whoever asks, else it runs as it is."""
    found: Callable[..., Any]
    if iscoroutinefunction(endpoint):

        @wraps(endpoint)
        async def keeping_later(**given: Any) -> Any:
            request, user = _request_of(given), _user_of(given)
            if request is None or user is None or HEADER not in request.headers:
                return await endpoint(**given)
            try:
                write = _Write(request, user, route, await _content_later(request))
                return await _later(write, endpoint, given)
            finally:
                await request.close()

        found = keeping_later
    else:

        @wraps(endpoint)
        def keeping(**given: Any) -> Any:
            request, user = _request_of(given), _user_of(given)
            if request is None or user is None or HEADER not in request.headers:
                return endpoint(**given)
            write = _Write(request, user, route, _content(request))
            with write.alone(), ExitStack() as stack:
                answer = write.begin(stack)
                if answer is None:
                    with service(request).database.joining(write.session):
                        answer = endpoint(**given)
                    write.keep(answer)
                return answer

        found = keeping
    found.keeps_answers = True  # type: ignore[attr-defined]
    return found


async def _later(write: _Write, endpoint: Callable[..., Any], given: dict[str, Any]) -> Any:
    """An endpoint that is a task: its transaction is begun and ended beside the loop."""
    with write.alone():
        stack = ExitStack()
        try:
            answer = await run_sync(write.begin, stack)
            if answer is None:
                with write.parts.database.joining(write.session):
                    answer = await endpoint(**given)
                await run_sync(write.keep, answer)
        except BaseException as error:
            with CancelScope(shield=True):  # also where whoever asked has gone
                await run_sync(stack.__exit__, type(error), error, error.__traceback__)
            raise
        await run_sync(stack.close)
        return answer


class _Write:
    """One write under a key."""

    def __init__(self, request: Request, user: SignedIn, route: str, content: bytes) -> None:
        self.parts: Service = service(request)
        key = request.headers[HEADER]
        if not 1 <= len(key) <= MAX_KEY or not key.isascii() or not key.isprintable():
            raise Invalid(f"The header {HEADER} is 1 to {MAX_KEY} plain letters, digits or signs; a UUID will do.")
        asked_for = f"{request.method} {request.url.path}?{request.url.query}".encode() + b"\0" + content
        granted = ",".join(str(grant.id) for grant in sorted(user.grants, key=lambda grant: grant.id))
        self.asked = Asked(user.user_id, route, key, self._seal(asked_for), self._seal(granted.encode()))

    def _seal(self, content: bytes) -> str:
        return hmac.new(self.parts.secret_key, content, hashlib.sha256).hexdigest()

    def alone(self) -> _Alone:
        return _Alone((self.parts.database.url, self.asked.user_id, self.asked.route, self.asked.key))

    def begin(self, stack: ExitStack) -> Response | None:
        """Open the transaction; the answer that was kept, if there is one. Raises Invalid, InFlight."""
        self.session = stack.enter_context(self.parts.database.writing())
        if not kept_answers.take_turn(self.session, self.asked):
            raise InFlight
        kept = kept_answers.find(self.session, self.asked, self.parts.now())
        if kept is None:
            return None
        if kept.request_digest != self.asked.request_digest:
            raise Invalid(
                f"The {HEADER} {self.asked.key[:40]!r} was used for another request within 24 hours; send this one "
                "under a key of its own."
            )
        if kept.grants_digest != self.asked.grants_digest:
            raise Invalid(
                f"What was asked under the {HEADER} {self.asked.key[:40]!r} was stored; what is granted to you has "
                "changed since, so look at it instead of sending it again."
            )
        return Response(kept.body, kept.status, {**kept.headers, REPLAYED: "true"})

    def keep(self, answer: Any) -> None:
        """Keep what the endpoint answered, in its transaction."""
        if not isinstance(answer, Response) or not hasattr(answer, "body"):
            raise TypeError(f"{self.asked.route} must answer with a whole Response, or say {NOT_KEPT}")
        if answer.status_code >= 400:
            return  # nothing was stored, and what is sent again mended is another request
        kept = {name: answer.headers[name] for name in ("content-type", "etag", "location") if name in answer.headers}
        kept_answers.keep(self.session, self.asked, answer.status_code, kept, bytes(answer.body), at=self.parts.now())


class _Alone:
    """Lets one request of this process on per key. Raises InFlight for its twin."""

    def __init__(self, name: tuple[str, int, str, str]) -> None:
        self.name = name

    def __enter__(self) -> None:
        with _LOCK:
            if self.name in _IN_FLIGHT:
                raise InFlight
            _IN_FLIGHT.add(self.name)

    def __exit__(self, *_: object) -> None:
        with _LOCK:
            _IN_FLIGHT.discard(self.name)


def _request_of(given: dict[str, Any]) -> Request | None:
    return next((value for value in given.values() if isinstance(value, Request)), None)


def _user_of(given: dict[str, Any]) -> SignedIn | None:
    for value in given.values():
        if isinstance(value, Reader):
            return value.user
        if isinstance(value, SignedIn):
            return value
    return None


def _content(request: Request) -> bytes:
    """What was sent, as far as the route has read it: a body it does not take says nothing."""
    body: bytes | None = getattr(request, "_body", None)
    form: FormData | None = getattr(request, "_form", None)
    if body is None and form is not None:
        return _form_digest([(name, _of_field(value)) for name, value in form.multi_items()])
    return body or b""


async def _content_later(request: Request) -> bytes:
    """The same where the route reads it itself: a form by its fields, whose boundary differs each time it is sent."""
    if not request.headers.get("content-type", "").startswith("multipart/"):
        return await request.body()
    await request.body()
    fields: list[tuple[str, bytes]] = []
    for name, value in (await request.form()).multi_items():
        if isinstance(value, UploadFile):
            content = await value.read()
            await value.seek(0)
            fields.append((name, (value.filename or "").encode() + b"\0" + hashlib.sha256(content).digest()))
        else:
            fields.append((name, value.encode()))
    return _form_digest(fields)


def _of_field(value: UploadFile | str) -> bytes:
    if isinstance(value, str):
        return value.encode()
    content = value.file.read()
    value.file.seek(0)
    return (value.filename or "").encode() + b"\0" + hashlib.sha256(content).digest()


def _form_digest(fields: list[tuple[str, bytes]]) -> bytes:
    return b"\0".join(name.encode() + b"=" + hashlib.sha256(value).digest() for name, value in fields)
