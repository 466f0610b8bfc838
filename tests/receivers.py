"""Who notifications go to, real and on loopback: a mail server, and a receiver of webhooks that checks signatures."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope
from standardwebhooks.webhooks import Webhook


@dataclass
class Letterbox:
    """What a mail server took, oldest first. `refuse`: what it says to an address instead of taking it; `lines`: where
    those who spoke to it came from, one for each line."""

    port: int = 0
    taken: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    lines: set[object] = field(default_factory=set)

    def to(self, address: str) -> list[EmailMessage]:
        return [message for addresses, message in self.taken if address in addresses]

    # the names that aiosmtpd asks for
    async def handle_RCPT(self, _server: Any, session: Any, envelope: Envelope, address: str, _options: Any) -> str:  # noqa: N802
        self.lines.add(session.peer)
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        message = message_from_bytes(envelope.content or b"", policy=policy.default)  # type: ignore[arg-type]
        self.taken.append((list(envelope.rcpt_tos), message))
        return "250 taken"


@contextmanager
def mail_server(
    *, login: tuple[str, str] | None = None, certificate: ssl.SSLContext | None = None, port: int = 0
) -> Iterator[Letterbox]:
    """A mail server on loopback; with a certificate it takes nothing before STARTTLS, with a login not before it."""
    box = Letterbox()

    def check(_server: Any, _session: Any, _envelope: Any, _mechanism: Any, data: Any) -> AuthResult:
        given = (data.login.decode(), data.password.decode())
        return AuthResult(success=given == login, handled=False)

    controller = Controller(
        box,
        hostname="127.0.0.1",
        port=port or _free_port(),
        tls_context=certificate,
        require_starttls=certificate is not None,
        authenticator=check if login else None,
        auth_required=login is not None,
        auth_require_tls=certificate is not None,
    )
    controller.start()
    try:
        box.port = controller.port
        yield box
    finally:
        controller.stop()


def _free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@dataclass
class Hook:
    """A receiver of webhooks. It answers `status`; what it took with 2xx is in `taken`, every request in `asked`."""

    port: int = 0
    status: int = 204
    location: str = ""
    wait: threading.Event | None = None
    asked: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    taken: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def events(self, secret: str) -> list[dict[str, Any]]:
        """What was taken, each checked as the library checks it. Raises for a signature that is none."""
        return [Webhook(secret).verify(body, headers) for headers, body in self.taken]

    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.asked]


@contextmanager
def hook_server() -> Iterator[Hook]:
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            hook.asked.append((headers, body))
            if hook.wait is not None:
                hook.wait.wait(30)
            if 200 <= hook.status < 300:
                hook.taken.append((headers, body))
            self.send_response(hook.status)
            if hook.location:
                self.send_header("Location", hook.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hook.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield hook
    finally:
        if hook.wait is not None:
            hook.wait.set()
        server.shutdown()
        server.server_close()
