"""A little OpenID provider on loopback that keeps the rules, and breaks the one it is told to."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "cham-cong", "the secret of the client"
FORGED = RSAKey.generate_key(2048, {"kid": "k1"})
KEYS = [RSAKey.generate_key(2048, {"kid": f"k{number}"}) for number in (1, 2)]


@dataclass
class Provider:
    """`name`, `subject`, `amr`: who signs in next. `fault`: which rule it breaks."""

    issuer: str
    name: str = "lan"
    subject: str = "s-1"
    amr: list[str] = field(default_factory=lambda: ["pwd"])
    fault: str = ""
    key: int = 0
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def visit(self, address: str) -> str:
        """A person goes where they were sent, signs in there, and is sent back: to the address that is answered."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        assert "openid" in query["scope"].split()
        if self.fault == "denied":
            answer = {"error": "access_denied", "state": query["state"]}
        else:
            code = secrets.token_urlsafe(8)
            self.codes[code] = query
            answer = {"code": code, "state": query["state"], "iss": self.issuer}
        if self.fault == "mixed up":
            answer["iss"] = "https://elsewhere.example"
        return f"{query['redirect_uri']}?{urlencode(answer)}"

    def document(self) -> dict[str, Any]:
        return {
            "issuer": "https://elsewhere.example" if self.fault == "other name" else self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": "http://203.0.113.9/token" if self.fault == "plain http" else f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }

    def keys(self) -> dict[str, Any]:
        return {"keys": [KEYS[self.key].as_dict(private=False), {"kty": "AKP", "kid": "of tomorrow"}]}

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        asked = self.codes.pop(form.get("code", ""), None)
        challenge = _text(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        login = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if (
            asked is None
            or self.fault == "no grant"
            or authorization != f"Basic {login}"
            or asked["code_challenge"] != challenge
            or asked["redirect_uri"] != form.get("redirect_uri")
        ):
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": self.id_token(asked["nonce"])}

    def id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": self.subject,
            "exp": now + 300,
            "iat": now,
            "nonce": nonce,
            "preferred_username": self.name,
            "amr": self.amr,
        }
        claims |= {
            "wrong nonce": {"nonce": "another"},
            "no nonce": {"nonce": None},
            "other audience": {"aud": "another service"},
            "several audiences": {"aud": [CLIENT, "another service"], "azp": "another service"},
            "expired": {"exp": now - 3600},
            "no end": {"exp": None},
            "from the future": {"iat": now + 3600},
            "other issuer": {"iss": "https://elsewhere.example"},
            "no name": {"preferred_username": None},
            "no subject": {"sub": ""},
        }.get(self.fault, {})
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": "RS256", "kid": KEYS[self.key].kid}
        if self.fault in ("alg none", "shared secret"):
            algorithm = "none" if self.fault == "alg none" else "HS256"
            signed = f"{_part(header | {'alg': algorithm})}.{_part(claims)}"
            # what everybody can read, the public key, taken for a secret
            seal = hmac.digest(KEYS[self.key].as_pem(private=False), signed.encode(), "sha256")
            return f"{signed}.{_text(seal) if algorithm == 'HS256' else ''}"
        key = FORGED if self.fault == "forged" else KEYS[self.key]
        if self.fault == "unknown key":
            header["kid"] = "k9"
        return jwt.encode(header, claims, key, algorithms=["RS256"])


def _part(content: dict[str, Any]) -> str:
    return _text(json.dumps(content).encode())


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@contextmanager
def provider_running() -> Iterator[Provider]:
    found: Provider

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append(self.path)
            if found.fault == "silent":
                time.sleep(0.5)
                return
            if found.fault == "garbled" and self.path == "/keys":
                self.tell(200, "<html>")
            elif found.fault == "endless":
                self.tell(200, "x" * 2_000_000)
            elif self.path == "/.well-known/openid-configuration":
                self.tell(200, found.document())
            elif self.path == "/keys":
                self.tell(200, found.keys())
            else:
                self.tell(404, {})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self.tell(*found.token(form, self.headers.get("Authorization", "")))

        def tell(self, status: int, content: Any) -> None:
            body = content.encode() if isinstance(content, str) else json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:
                return

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Provider(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
    thread.join(10)
