"""Signing in with the account that a province keeps elsewhere: OpenID Connect, authorization code with PKCE.

The provider says who somebody is and nothing else: what they may do here is granted here. Whatever it sends is checked
before it is believed: issuer, audience, end, nonce, and a signature by one of its own keys with one of `ALGORITHMS`.
"""

from __future__ import annotations

import secrets
import ssl
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any, Literal

import httpx2
import orjson
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import extract_compact

from api.openid_settings import OpenIdSettings, check_address
from attendance import clock
from attendance.errors import AttendanceError, Invalid

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures made with a key that the provider alone has; `none` and shared secrets are not among them."""
TIMEOUT = httpx2.Timeout(10.0, connect=5.0)
LEEWAY_SECONDS = 60
REMEMBERED_SECONDS = 3600.0
MAX_DOCUMENT = 1024 * 1024
Reason = Literal["away", "refused", "untrusted", "stale"]

# Authentication methods (RFC 8176) by what they prove; two of them are two factors.
_KNOWN = frozenset({"pwd", "pin", "kba"})
_HELD = frozenset({"otp", "hwk", "swk", "sc", "sms", "tel", "pop"})
_BODY = frozenset({"fpt", "face", "iris", "retina", "vbm"})


class OpenIdFailed(AttendanceError):
    """`reason`: away (no answer), refused (the person or the provider said no), untrusted (what came is not to be
    believed), stale (begun in another browser, or too long ago)."""

    code = "openid_failed"

    def __init__(self, reason: Reason, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Begun:
    """What has to come back to the same browser: `address` leads to the provider."""

    address: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the provider says somebody is. `subject` never changes, `name` is what the claim says at present."""

    issuer: str
    subject: str
    name: str
    second_factor: bool


def _known(listed: Iterable[dict[str, Any]]) -> Iterator[Any]:
    """The keys of kinds we know; others are passed over (RFC 7517 §5)."""
    for key in listed:
        with suppress(JoseError, ValueError, KeyError, TypeError):
            yield from KeySet.import_key_set({"keys": [key]}).keys


class Provider:
    """One provider. Safe to share between threads; its document and keys are remembered for an hour."""

    def __init__(self, settings: OpenIdSettings, now: clock.Now = clock.utc_now) -> None:
        check_address(settings.issuer)
        self.settings, self.now = settings, now
        self._trust = ssl.create_default_context()  # that of the machine: provinces have authorities of their own
        self._remembered: dict[str, tuple[float, Any]] = {}
        self._lock = threading.Lock()

    def begin(self, return_address: str) -> Begun:
        """Where to send the browser. Raises OpenIdFailed."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        with self._client(return_address) as client:
            address, _ = client.create_authorization_url(
                self._endpoint("authorization_endpoint"), state=state, code_verifier=verifier, nonce=nonce
            )
        return Begun(address, state, nonce, verifier)

    def finish(self, begun: Begun, answer: Mapping[str, str], return_address: str) -> Identity:
        """Who came back. `answer`: the query with which the browser returned. Raises OpenIdFailed."""
        if not compare_digest(answer.get("state", "").encode(), begun.state.encode()):
            raise OpenIdFailed("stale", "This sign-in was not begun in this browser; begin again.")
        if answer.get("iss", self.settings.issuer) != self.settings.issuer:
            raise OpenIdFailed("untrusted", "The answer comes from another provider than the one that was asked.")
        if "error" in answer or "code" not in answer:
            raise OpenIdFailed(
                "refused", f"The provider refused the sign-in ({_word(answer.get('error', 'no code'))})."
            )
        return self._identity(self._id_token(begun, answer["code"], return_address), begun.nonce)

    def _id_token(self, begun: Begun, code: str, return_address: str) -> str:
        try:
            with self._client(return_address) as client:
                token = client.fetch_token(
                    self._endpoint("token_endpoint"),
                    code=code,
                    code_verifier=begun.verifier,
                    grant_type="authorization_code",
                )
        except AuthlibBaseError as error:
            raise OpenIdFailed("refused", f"The provider refused the sign-in ({_word(error.error)}).") from error
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise OpenIdFailed("away", f"The provider does not answer ({type(error).__name__}); try later.") from error
        except ValueError as error:
            raise OpenIdFailed("untrusted", "The provider's answer cannot be read.") from error
        found = token.get("id_token") if isinstance(token, dict) else None
        if not isinstance(found, str):
            raise OpenIdFailed("untrusted", "The provider's answer says nothing of who signed in (no id_token).")
        return found

    def _identity(self, id_token: str, nonce: str) -> Identity:
        try:
            claims = jwt.decode(id_token, self._key_for(id_token), algorithms=list(ALGORITHMS)).claims
            jwt.JWTClaimsRegistry(
                now=int(self.now().timestamp()),
                leeway=LEEWAY_SECONDS,
                iss={"essential": True, "value": self.settings.issuer},
                aud={"essential": True, "value": self.settings.client_id},
                exp={"essential": True},
                iat={"essential": True},
                sub={"essential": True},
                nonce={"essential": True},
            ).validate(claims)
        except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise OpenIdFailed("untrusted", f"The provider's id_token cannot be trusted ({error}).") from error
        given = claims["nonce"]
        if not isinstance(given, str) or not compare_digest(given.encode(), nonce.encode()):
            raise OpenIdFailed("untrusted", "The provider's id_token belongs to another sign-in (nonce).")
        if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != self.settings.client_id:
            raise OpenIdFailed("untrusted", "The provider's id_token was made for another service (azp).")
        subject, name = claims["sub"], claims.get(self.settings.claim)
        if not isinstance(subject, str) or not 0 < len(subject) <= 255:
            raise OpenIdFailed("untrusted", "The provider's id_token names nobody (sub).")
        if not isinstance(name, str) or not 0 < len(name) <= 255:
            raise OpenIdFailed(
                "untrusted",
                f"The provider's id_token has no {self.settings.claim!r}; name another claim in ATTENDANCE_OIDC_CLAIM.",
            )
        return Identity(self.settings.issuer, subject, name, _is_two_factors(claims.get("amr")))

    def _key_for(self, id_token: str) -> Any:
        """The key that the id_token says it is signed with; keys are fetched anew once where it is not among them."""
        header = extract_compact(id_token.encode()).protected
        for fresh in (False, True):
            listed = self._document(self._endpoint("jwks_uri"), fresh=fresh)["keys"]
            keys = _known(key for key in listed if key.get("use", "sig") == "sig")
            wanted = [key for key in keys if header.get("kid") in (None, key.kid)]
            if len(wanted) == 1:
                return wanted[0]
        raise OpenIdFailed("untrusted", "The provider's id_token is signed with a key that the provider does not name.")

    def _endpoint(self, name: str) -> str:
        about = self._document(self.settings.issuer.rstrip("/") + "/.well-known/openid-configuration")
        if about.get("issuer") != self.settings.issuer:
            raise OpenIdFailed("untrusted", "The provider calls itself by another name than ATTENDANCE_OIDC_ISSUER.")
        found = about.get(name)
        try:
            return check_address(found if isinstance(found, str) else "")
        except Invalid as error:
            raise OpenIdFailed("untrusted", f"The provider names no usable {name}.") from error

    def _document(self, address: str, *, fresh: bool = False) -> dict[str, Any]:
        moment = self.now().timestamp()
        with self._lock:
            fetched, known = self._remembered.get(address, (0.0, None))
        if known is not None and not fresh and 0 <= moment - fetched < REMEMBERED_SECONDS:
            return dict(known)
        try:
            with (
                httpx2.Client(timeout=TIMEOUT, trust_env=False, verify=self._trust) as client,
                client.stream("GET", address) as answer,
            ):
                answer.raise_for_status()
                body = b""
                for part in answer.iter_bytes():
                    body += part
                    if len(body) > MAX_DOCUMENT:
                        raise OpenIdFailed("untrusted", "The provider's document is too large.")
            found = orjson.loads(body)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise OpenIdFailed("away", f"The provider does not answer ({type(error).__name__}); try later.") from error
        except ValueError as error:
            raise OpenIdFailed("untrusted", "The provider's document cannot be read.") from error
        if not isinstance(found, dict):
            raise OpenIdFailed("untrusted", "The provider's document cannot be read.")
        with self._lock:
            self._remembered[address] = (moment, found)
        return found

    def _client(self, return_address: str) -> OAuth2Client:
        given = self.settings
        return OAuth2Client(
            given.client_id,
            given.client_secret or None,
            token_endpoint_auth_method=self._auth_method(),
            scope="openid profile",
            redirect_uri=return_address,
            code_challenge_method="S256",
            timeout=TIMEOUT,
            trust_env=False,
            verify=self._trust,
        )

    def _auth_method(self) -> str:
        if not self.settings.client_secret:
            return "none"
        about = self._document(self.settings.issuer.rstrip("/") + "/.well-known/openid-configuration")
        taken = about.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        return "client_secret_basic" if "client_secret_basic" in taken else "client_secret_post"


def _is_two_factors(amr: Any) -> bool:
    if not isinstance(amr, list):
        return False
    methods = {method for method in amr if isinstance(method, str)}
    return "mfa" in methods or sum(bool(methods & kind) for kind in (_KNOWN, _HELD, _BODY)) >= 2


def _word(text: object) -> str:
    """What another service wrote, short and harmless enough for a sentence of ours."""
    return "".join(sign for sign in str(text)[:60] if sign.isalnum() or sign in " _-.") or "no reason given"
