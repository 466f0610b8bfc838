"""What the page *Hôm nay* hears while it is open: live punches, and how far readings are; and the button that reads.

One stream of Server-Sent Events per page: `punch` carries a line of HTML, `read` and `pull` JSON for `live.js`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Annotated, Any

import orjson
from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse

from api.http.auth import check_csrf, session_user
from api.http.errors import NotAvailable
from api.http.routers.terminals import note_pull
from api.http.scope import Reader, page_may, reader_of
from api.http.service import service
from api.pages.i18n import Translator
from api.pages.render import environment
from api.pages.routes import language_of
from attendance.services.access import permissions
from attendance.store import listing, live_reading, polling
from attendance.store.database import Session
from device_sync.hints import Hub, LivePunch, Message, Subscription, TooManySubscribers, WasRead
from device_sync.poller import Poller
from device_sync.pulling import CONNECTING, DONE, READING, STORING, Progress

BEAT_SECONDS = 15.0
"""So often something is sent even without news."""
LOOK_SECONDS = 1.0
"""So often it is looked at whether the reader may still hear it."""
LASTS_SECONDS = 600.0
"""After so long the stream ends, and the browser opens the next one by itself."""
RETRY_MILLISECONDS = 2000

router = APIRouter(include_in_schema=False)


def _poller(request: Request) -> Poller:
    found: Poller | None = getattr(request.app.state, "poller", None)
    if found is None:
        raise NotAvailable("This process does not read terminals.")
    return found


@router.post("/today/pull")
def pull_now(
    request: Request,
    reader: Annotated[Reader, Depends(page_may("terminals.pull"))],
    poller: Annotated[Poller, Depends(_poller)],
    csrf_token: Annotated[str, Form(max_length=256)] = "",
    terminal: Annotated[str, Form(max_length=64)] = "",
    unit: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Begins to read a terminal, or those of a unit and below it; the stream tells how far it is."""
    check_csrf(request, csrf_token)
    with service(request).database.reading() as session:
        if unit:
            codes = polling.pullable(session, reader.narrowed(session, unit).places)
        else:
            codes = [reader.terminal(session, terminal).code]
    note_pull(request, reader, codes)
    poller.begin(codes)
    return Response(status_code=204) if request.headers.get("hx-request") else RedirectResponse("/today", 303)


@router.get("/today/stream")
async def stream(
    request: Request,
    reader: Annotated[Reader, Depends(page_may("attendance.read"))],
    poller: Annotated[Poller, Depends(_poller)],
) -> StreamingResponse:
    """What happens from now on at the terminals the reader sees, and the live punches not read yet."""
    return StreamingResponse(
        _events(request, reader, poller.hub),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _events(request: Request, reader: Reader, hub: Hub) -> AsyncIterator[bytes]:
    loop, news = asyncio.get_running_loop(), asyncio.Event()

    def wake() -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(news.set)

    teller = _Teller(request, reader)
    ends = loop.time() + LASTS_SECONDS
    beat = loop.time()
    try:
        with hub.subscribed(wake) as subscription:
            yield f"retry: {RETRY_MILLISECONDS}\n\n".encode()
            while loop.time() < ends and not subscription.closed:
                news.clear()
                told = await run_sync(teller.tell, subscription)
                if told is None:
                    return
                if told or loop.time() >= beat:
                    beat = loop.time() + BEAT_SECONDS
                    yield told or b": still here\n\n"
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(news.wait(), LOOK_SECONDS)
    except TooManySubscribers:
        yield b"retry: 60000\n\n"


class _Teller:
    """Says messages in the language of one reader, and only what that reader may know."""

    def __init__(self, request: Request, reader: Reader) -> None:
        self._request = request
        self._reader = reader
        self._t = Translator(language_of(request))
        self._zone = service(request).settings.timezone

    def tell(self, subscription: Subscription) -> bytes | None:
        """The events for everything new; None once the reader is signed in no more, or may hear it no more."""
        user = session_user(self._request)
        if user is None or user.name != self._reader.user.name:
            return None
        if self._reader.permission not in permissions(user.grants):
            return None
        messages = subscription.take()
        if not messages:
            return b""
        self._reader = reader_of(self._request, user, self._reader.permission)
        with service(self._request).database.reading() as session:
            return b"".join(filter(None, (self._event(session, message) for message in messages)))

    def _event(self, session: Session, message: Message) -> bytes | None:
        content = message.content
        if isinstance(content, LivePunch):
            return self._punch(session, message.number, content)
        if listing.find_terminal(session, content.terminal, self._reader.within) is None:
            return None
        if isinstance(content, WasRead):
            return _pack(message.number, "read", {"terminal": content.terminal, "upTo": content.up_to})
        return _pack(message.number, "pull", self._progress(content))

    def _punch(self, session: Session, number: int, punch: LivePunch) -> bytes | None:
        found = live_reading.heard(session, punch.terminal, punch.pin, punch.wall.date(), self._reader.within)
        if found is None:
            return None
        self._reader.saw(session, "live", [found.employee], at=service(self._request).now(), polled=True)
        html = environment().get_template("live_punch.html").render(t=self._t, n=number, punch=punch, found=found)
        return _pack(number, "punch", html)

    def _progress(self, progress: Progress) -> dict[str, Any]:
        return {
            "terminal": progress.terminal,
            "done": progress.state == DONE,
            "text": pull_words(self._t, progress),
        }


def pull_words(t: Translator, progress: Progress) -> str:
    """How far the reading of a terminal is, in one language."""
    if progress.state == DONE:
        if progress.filed is None:
            return t("pull.not_tried")
        if progress.filed.outcome != "ok":
            return t.label("outcome", progress.filed.outcome)
        return t.n("pull.done", progress.filed.new)
    if progress.state == READING:
        read = t.number(progress.received // 1024)
        if progress.announced is None:
            return t("pull.reading", read=read)
        return t("pull.reading_of", read=read, size=t.number(max(1, progress.announced // 1024)))
    if progress.state == CONNECTING:
        return t("pull.connecting")
    if progress.state == STORING:
        return t("pull.storing")
    return t("pull.occupied") if progress.is_occupied else t("pull.waiting")


def _pack(number: int, event: str, content: str | dict[str, Any]) -> bytes:
    text = content if isinstance(content, str) else orjson.dumps(content).decode()
    lines = "".join(f"data: {line}\n" for line in text.splitlines() if line.strip())
    return f"id: {number}\nevent: {event}\n{lines}\n".encode()
