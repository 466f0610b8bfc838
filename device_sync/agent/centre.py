"""Speaking to the centre over HTTPS. Every call ends within its time; the token is in one header and nowhere else.

The standard library is all it needs: one address, no redirects, no proxies, no cookies. Certificates are verified
against the system's authorities, or those of a file; plain HTTP is for this machine, or for those who insist.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import orjson
from pydantic import ValidationError

from attendance.errors import AttendanceError, Invalid
from device_sync.agent.framing import Claim, Holding, pack_request
from device_sync.agent.segment import Segment, seal_key

PATH = "/api/v1/sites/segments"
MAX_ANSWER = 64 * 1024
SLOWEST_BYTES_A_SECOND = 2_000
LEAST_TOKEN = 32


class CentreError(AttendanceError):
    """The centre did not take what was sent. `retry`: by itself it may be otherwise later."""

    code = "centre_unreachable"

    def __init__(self, sentence: str, *, code: str | None = None, retry_after: int | None = None) -> None:
        super().__init__(sentence)
        if code is not None:
            self.code = code
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: to connect, for each silence, and for the whole call beside what its bytes need on a slow line."""

    connect: float = 10.0
    silence: float = 60.0
    whole: float = 180.0


@dataclass(frozen=True, slots=True)
class Centre:
    """The centre at `url`, as the site with this token. Raises Invalid for an address or a token that cannot be."""

    url: str
    token: str = field(repr=False)
    ca_file: Path | None = None
    insecure_http: bool = False
    patience: Patience = field(default_factory=Patience)

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise Invalid(f"{self.url!r} is not the address of a centre; write it as https://attendance.example.vn")
        if parts.username or parts.password:
            raise Invalid("The address of the centre holds a password; leave it out, the token file is enough.")
        if parts.scheme == "http" and not self.insecure_http and not _is_loopback(parts.hostname):
            raise Invalid(
                f"{self.url} is not encrypted, so the token and the punches could be read on their way; use https://, "
                "or say --insecure-http where the line itself is closed (VPN)."
            )
        if (
            len(self.token) < LEAST_TOKEN
            or not self.token.isascii()
            or not self.token.isprintable()
            or " " in self.token
        ):
            raise Invalid("The token file does not hold a token as `attendance sites add` prints it.")

    def tell(self, claim: Claim, segments: Sequence[Segment] = ()) -> Holding:
        """Send a claim and segments; answers what the centre then holds. Raises CentreError."""
        key = seal_key(self.token)
        content = self._ask(pack_request(key, claim, segments))
        try:
            found = Holding.model_validate(orjson.loads(content))
        except (ValidationError, ValueError) as error:
            raise CentreError(f"What answers at {self.url} is no centre of this service; check the address.") from error
        if not found.is_sealed(key, claim.nonce):
            raise CentreError(f"The answer of {self.url} is not sealed with this site's token; it is not believed.")
        return found

    def _ask(self, body: bytes) -> bytes:
        """One request and its answer. A watch cuts the line when its time is over, whatever it waits for."""
        connection = self._connection()
        watch = threading.Timer(self.patience.whole + len(body) / SLOWEST_BYTES_A_SECOND, _cut, [connection])
        watch.daemon = True
        watch.start()
        try:
            connection.connect()
            connection.sock.settimeout(self.patience.silence)
            headers = {
                "Authorization": f"Bearer {self.token}",
                "Content-Type": "application/octet-stream",
                "Accept": "application/json",
                "Connection": "close",
            }
            connection.request("POST", urlsplit(self.url).path.rstrip("/") + PATH, body, headers)
            answer = connection.getresponse()
            content = answer.read(MAX_ANSWER + 1)
        except ssl.SSLCertVerificationError as error:
            raise CentreError(
                f"The certificate of {self.url} is not trusted ({error.verify_message}); name the authority that "
                "signed it with --ca-file.",
                code="centre_untrusted",
            ) from error
        except (OSError, http.client.HTTPException, AttributeError, ValueError) as error:
            # AttributeError, ValueError: what the library makes of a line that the watch cut under its hands
            why = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise CentreError(f"The centre at {self.url} is not reached ({why}); it is tried again.") from error
        finally:
            watch.cancel()
            connection.close()
        if answer.status != 200:
            raise _refusal(self.url, answer, content)
        if len(content) > MAX_ANSWER:
            raise CentreError(f"What answers at {self.url} is no centre of this service; check the address.")
        return content

    def _connection(self) -> http.client.HTTPConnection:
        parts = urlsplit(self.url)
        assert parts.hostname is not None
        if parts.scheme == "http":
            return http.client.HTTPConnection(parts.hostname, parts.port, timeout=self.patience.connect)
        return http.client.HTTPSConnection(
            parts.hostname, parts.port, timeout=self.patience.connect, context=tls_context(self.ca_file)
        )


def tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """Verifies name and certificate, TLS 1.2 at least. Raises Invalid for a file that holds no authority."""
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise Invalid(f"{ca_file} holds no certificate of an authority (PEM); name another with --ca-file.") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def read_token(file: Path) -> str:
    """The token a file holds. Raises Invalid."""
    try:
        text = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"The token file {file} cannot be read ({type(error).__name__}); name another.") from error
    if not text:
        raise Invalid(f"The token file {file} is empty; put the token into it that `attendance sites add` printed.")
    return text


def _refusal(url: str, answer: http.client.HTTPResponse, content: bytes) -> CentreError:
    """What the centre said instead, in its own words where it has any."""
    try:
        document = orjson.loads(content[:MAX_ANSWER])
        code, sentence = str(document["code"])[:64], str(document["detail"])[:1000]
    except (ValueError, KeyError, TypeError):
        return CentreError(f"{url} answered {answer.status} {answer.reason}; check that the address is the centre's.")
    seconds = answer.headers.get("Retry-After", "")
    return CentreError(sentence, code=code, retry_after=min(int(seconds), 3600) if seconds.isdecimal() else None)


def _cut(connection: http.client.HTTPConnection) -> None:
    with suppress(OSError, AttributeError):
        connection.sock.shutdown(socket.SHUT_RDWR)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
