"""Which provider of OpenID Connect is trusted, and what its address may be."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from attendance.errors import Invalid


@dataclass(frozen=True, slots=True)
class OpenIdSettings:
    """`claim` of the id_token names the account here; `label` stands on the button."""

    issuer: str
    client_id: str
    client_secret: str
    label: str
    claim: str


def check_address(address: str) -> str:
    """An https address, or one of this machine. Raises Invalid: elsewhere anybody on the way could sign anybody in."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        parts, host = urlsplit(""), ""
    if parts.scheme == "https" and host and not parts.fragment and parts.username is None:
        return address
    if parts.scheme == "http" and _is_loopback(host) and not parts.fragment:
        return address
    raise Invalid("The address of an OpenID provider begins with https:// (http:// on this machine alone).")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
