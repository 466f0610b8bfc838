"""Posting an event to a webhook, signed as Standard Webhooks says. No redirects, no proxies, bounded in time and size.

webhook-id: msg_…           the same at every try, for receivers to know it again
webhook-timestamp: …        of this try, by the true clock
webhook-signature: v1,… v1,…  one for each secret that is good, the newest first
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

from standardwebhooks.webhooks import Webhook

from api.notice_settings import WebhookNetwork
from api.notifying.reaching import LookUp, in_time, look_up, reach
from attendance.clock import utc_now
from attendance.services.notifications.delivering import Event, Undelivered
from device_sync.agent.centre import tls_context

MAX_ANSWER = 16 * 1024
ONE_ALONE = frozenset({400, 404, 405, 409, 413, 415, 422})
"""Answers that speak of this event, not of the receiver; others of it are still tried."""


@dataclass(frozen=True)
class HookPost:
    """Brings events to webhooks. `seconds` bounds the whole of one call, whatever the other side does."""

    allowed: Sequence[WebhookNetwork]
    ca_file: Path | None = None
    seconds: float = 10.0
    find: LookUp = look_up

    def __call__(self, event: Event) -> None:
        """Raises Undelivered: for anything but an answer of 2xx."""
        now = utc_now()
        signed = " ".join(Webhook(secret).sign(event.id, now, event.body) for secret in event.secrets)
        headers = {
            "Content-Type": "application/json",
            "webhook-id": event.id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signed,
        }
        self.send(event.url, event.body.encode(), headers)

    def send(self, url: str, body: bytes, headers: Mapping[str, str]) -> bytes:
        """Post something that is no event, and what is answered, up to MAX_ANSWER. Raises Undelivered."""
        until = monotonic() + self.seconds
        host, port, address = reach(url, self.allowed, in_time(self.find, self.seconds))
        left = max(until - monotonic(), 0.1)
        sent = {**headers, "User-Agent": "attendance-compliance", "Connection": "close"}
        parts = urlsplit(url)
        connection = _Pinned(host, port, str(address), self._context(parts.scheme), left)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        status, answer = self._answer(connection, target, body, sent, host, left)
        if 200 <= status < 300:
            return answer
        if status == 410:
            raise Undelivered("gone", scope="way", final=True, host=host)
        reason = "redirect" if 300 <= status < 400 else "status"
        raise Undelivered(reason, scope="one" if status in ONE_ALONE else "way", host=host, status=status)

    def _answer(
        self, connection: _Pinned, target: str, body: bytes, headers: dict[str, str], host: str, seconds: float
    ) -> tuple[int, bytes]:
        watch = threading.Timer(seconds, _cut, (connection,))
        watch.daemon = True
        watch.start()
        try:
            connection.request("POST", target, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read(MAX_ANSWER)
        except ssl.SSLCertVerificationError as error:
            raise Undelivered("certificate", scope="way", host=host, why=error.verify_message) from error
        except (OSError, http.client.HTTPException, AttributeError, ValueError) as error:
            # AttributeError, ValueError: what the library makes of a line that was cut under its hands
            why = getattr(error, "strerror", None) or type(error).__name__
            raise Undelivered("unreached", scope="way", host=host, why=why) from error
        finally:
            watch.cancel()
            connection.close()

    def _context(self, scheme: str) -> ssl.SSLContext | None:
        return tls_context(self.ca_file) if scheme == "https" else None


class _Pinned(http.client.HTTPConnection):
    """A connection to one address, under the name it was looked up by."""

    def __init__(self, host: str, port: int, address: str, context: ssl.SSLContext | None, seconds: float) -> None:
        super().__init__(host, port, timeout=seconds)
        self._address, self._context = address, context
        if context is not None:
            self.default_port = 443

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), self.timeout)
        self.sock = plain  # the watch can cut it also while the line is being sealed
        if self._context is not None:
            self.sock = self._context.wrap_socket(plain, server_hostname=self.host)


def _cut(connection: http.client.HTTPConnection) -> None:
    with suppress(OSError, AttributeError):
        connection.sock.shutdown(socket.SHUT_RDWR)
